"""What handling a case costs: the time of the desk, and freight where goods are sent again."""

from __future__ import annotations

import numpy as np
import polars as pl

from data_access.sample import company
from data_access.sample.cases import Cases
from data_access.sample.draw import DAY, Floats, instants, labels, lognormal, where
from data_access.sample.orders import COUNTRIES, CURRENCY_CODES
from data_access.sample.plan import Plan
from data_access.sample.reasons import LEVELS, OFFERS

ORDINARY = 4.6
"""Euros that an ordinary case costs the desk; reasons take more or less of them."""
AGAIN = 0.6
"""What a reopening costs of that."""
PER_LETTER = 0.35
"""What each further letter of the customer adds."""
FREIGHT = 6.8
"""Euros of freight for goods sent again."""


def handling(plan: Plan, cases: Cases) -> pl.DataFrame:
    """Costs of cases in the currency of the market, on the day of the solution."""
    rng = plan.stream("costs of handling")
    n = cases.size
    effort = np.array([LEVELS[reason][1] for reason in company.REASONS])[cases.contacts.reason]
    work = ORDINARY * effort * (1 + PER_LETTER * cases.follow_ups) * lognormal(rng, 1.0, 0.35, n)
    sent_again = cases.offer == OFFERS.index("replacement")
    freight = lognormal(rng, FREIGHT, 0.3, n)
    handled = ~(cases.spam | cases.merged)
    parts = [
        _rows(cases, "LA", "labour", where(handled, cases.solved), work),
        _rows(cases, "LB", "labour", where(handled, cases.solved_again), AGAIN * work),
        _rows(cases, "FF", "freight_fwd", where(handled & sent_again, cases.solved + DAY), freight),
    ]
    return pl.concat(parts)


def _rows(cases: Cases, prefix: str, kind: str, at: Floats, euros: Floats) -> pl.DataFrame:
    rows = np.flatnonzero(~np.isnan(at))
    market = cases.market[rows]
    minor = np.array(
        [company.CURRENCIES[c][0] * 10.0 ** company.CURRENCIES[c][1] for c in CURRENCY_CODES]
    )[market]
    m = len(rows)
    case_id = cases.case_id.gather(rows)
    return pl.DataFrame(
        {
            "cost_id": f"{prefix}-" + case_id,
            "at": instants(at[rows]),
            "kind": pl.repeat(kind, m, eager=True),
            "ref_table": pl.repeat("cases", m, eager=True),
            "ref_id": case_id,
            "country": labels(COUNTRIES, market),
            "amount": np.round(euros[rows] * minor).astype(np.int64),
            "currency": labels(CURRENCY_CODES, market),
        }
    )
