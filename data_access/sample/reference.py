"""Exchange rates and the marks on the time axis that the merchant would set."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import polars as pl

from data_access.sample import company
from data_access.sample.plan import Plan

PEGGED = {"SAR": "USD", "AED": "USD", "HKD": "USD", "DKK": "EUR"}
DAILY = 0.0042
"""Standard deviation of a day's relative change of a free rate."""


def fx_rates(plan: Plan) -> pl.DataFrame:
    """Units of each currency for one euro on every business day: a walk drawn back to its start."""
    rng = plan.stream("fx")
    days = pl.date_range(
        plan.first_day - timedelta(days=7), plan.last_day, "1d", eager=True
    ).rename("date")
    days = days.filter(days.dt.weekday() <= 5)
    n = len(days)
    walks: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]] = {"EUR": np.zeros(n)}
    for code in company.CURRENCIES:
        if code in PEGGED or code == "EUR":
            continue
        steps = DAILY * rng.standard_normal(n)
        walk = np.zeros(n)
        for day in range(1, n):  # one step per day, not per row
            walk[day] = 0.995 * walk[day - 1] + steps[day]
        walks[code] = walk
    parts = []
    for code, (level, _) in company.CURRENCIES.items():
        if code == "EUR":
            continue
        rate = level * np.exp(walks[PEGGED.get(code, code)])
        parts.append(
            pl.DataFrame(
                {
                    "date": days,
                    "base": pl.repeat("EUR", n, eager=True),
                    "quote": pl.repeat(code, n, eager=True),
                    "rate": np.array([float(f"{r:.5g}") for r in rate]),
                    "provider": pl.repeat("sample", n, eager=True),
                    "_published_at": days.cast(pl.Datetime("us", "UTC")) + timedelta(hours=15),
                }
            )
        )
    return pl.concat(parts)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def marks(plan: Plan) -> pl.DataFrame:
    """Promotions, policies, and the incidents the merchant knows of."""
    rows: list[dict[str, object]] = [
        {
            "annotation_id": promotion.promo_id,
            "starts_at": _midnight(promotion.starts_on),
            "ends_at": _midnight(promotion.ends_on + timedelta(days=1)),
            "kind": "promo",
            "country": promotion.countries[0] if promotion.countries else None,
            "category": promotion.category,
            "carrier": None,
            "text": promotion.text,
            "text_zh": promotion.text_zh,
            "_marked_at": _midnight(promotion.starts_on - timedelta(days=30)),
        }
        for promotion in plan.promotions
    ]
    rows += [
        {
            "annotation_id": f"holiday-returns-{year}",
            "starts_at": _midnight(date(year, 11, 15)),
            "ends_at": _midnight(date(year + 1, 1, 31)),
            "kind": "policy",
            "text": "Extended holiday returns until 31 January",
            "text_zh": "假日退货期延长至 1 月 31 日",
            "_marked_at": _midnight(date(year, 11, 1)),
        }
        for year in range(plan.first_day.year, plan.last_day.year + 1)
    ]
    rows += [
        {
            "annotation_id": f"incident-{incident.name}",
            "starts_at": incident.starts_at,
            "ends_at": incident.ends_at,
            "kind": "incident",
            "country": incident.country,
            "category": incident.category,
            "carrier": incident.carrier,
            "text": incident.text,
            "text_zh": incident.text_zh,
            "_marked_at": incident.starts_at + timedelta(days=2),
        }
        for incident in plan.incidents.values()
        if incident.known
    ]
    return pl.DataFrame(
        rows, schema_overrides=dict.fromkeys(("country", "category", "carrier"), pl.String)
    )
