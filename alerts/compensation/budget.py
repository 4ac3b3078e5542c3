"""What a month has cost so far against its budget, market by market. Pure.

Spent is what was decided in the month; promised besides is what batches have approved and nobody
has reported as given yet. The forecast goes on at the month's pace: both together divided by the
share of the month that has passed, once three days have.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from alerts.compensation.ledger import in_currency
from alerts.compensation.policy import Policy

PACE: Mapping[str, pl.DataType] = {
    "market": pl.String(),
    "currency": pl.String(),
    "budget_minor": pl.Int64(),
    "spent_minor": pl.Int64(),
    "promised_minor": pl.Int64(),
    "n": pl.Int64(),
    "no_rate": pl.Int64(),
    "share_of_budget": pl.Float64(),
    "share_of_month": pl.Float64(),
    "forecast_minor": pl.Int64(),
    "standing": pl.String(),
}
"""`standing`: `within`; `ahead` (the forecast breaks the budget); `over` (it is spent already);
`unknown` (nothing of it can be converted)."""

FIRST_FORECAST = 3.0
"""Days of the month after which its pace says something."""


def month_of(as_of: datetime, zone: str) -> tuple[datetime, float, int]:
    """When the month began, how many of its days have passed, and how many it has."""
    local = as_of.astimezone(ZoneInfo(zone))
    began = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    days = calendar.monthrange(local.year, local.month)[1]
    passed = (local.day - 1) + (local.hour * 3600 + local.minute * 60 + local.second) / 86_400
    return began, passed, days


def pace(
    policy: Policy,
    ledger: pl.DataFrame,
    taken: pl.DataFrame,
    fx_rates: pl.DataFrame,
    *,
    as_of: datetime,
    zone: str,
) -> pl.DataFrame:
    """PACE of every market that has a budget of its own or spends, the dearest share first.

    Args:
        policy: budgets.
        ledger: what was given, see `alerts.compensation.ledger.given`.
        taken: what batches hold, with `market`; what the ledger has of it is not counted twice.
        fx_rates: facts.
        as_of: nothing later is known.
        zone: in which a month begins.
    """
    began, passed, days = month_of(as_of, zone)
    same = ["source", "order_id", "cause"]
    open_ = taken.join(ledger, on=same, how="anti", nulls_equal=True)
    columns = ["market", "currency", "amount_minor", "at"]
    rows = pl.concat(
        [
            ledger.select(columns).with_columns(promised=pl.lit(value=False)),
            open_.select(columns).with_columns(promised=pl.lit(value=True)),
        ]
    ).filter(pl.col("at") >= began.astimezone(as_of.tzinfo), pl.col("at") <= as_of)
    markets = sorted({*policy.budgets.markets, *rows["market"].drop_nulls()})
    found = [
        _market(policy, market, rows, fx_rates, passed / days, passed >= FIRST_FORECAST)
        for market in markets
    ]
    frame = pl.DataFrame(found, schema=dict(PACE), orient="row")
    return frame.sort("share_of_budget", "market", descending=[True, False], nulls_last=True)


def _market(
    policy: Policy,
    market: str,
    rows: pl.DataFrame,
    fx_rates: pl.DataFrame,
    of_month: float,
    foretell: bool,
) -> tuple[object, ...]:
    budget = policy.budget(market)
    own = in_currency(rows.filter(pl.col("market") == market), fx_rates, budget.currency)
    known = own.filter(pl.col("worth").is_not_null())
    spent = int(known.filter(~pl.col("promised"))["worth"].sum())
    promised = int(known.filter(pl.col("promised"))["worth"].sum())
    total = spent + promised
    forecast = round(total / of_month) if foretell and of_month > 0 and known.height else None
    if total > budget.minor:
        standing = "over"
    elif own.height and not known.height:
        standing = "unknown"
    else:
        standing = "ahead" if forecast is not None and forecast > budget.minor else "within"
    share = total / budget.minor if budget.minor else None
    return (
        market,
        budget.currency,
        budget.minor,
        spent,
        promised,
        own.height,
        own.height - known.height,
        share,
        of_month,
        forecast,
        standing,
    )
