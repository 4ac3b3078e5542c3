"""What a level is worth for an order, in whole minor units. Pure.

The rule, exactly: *share* is `(value × hundredths of a percent + 5 000) // 10 000`, so half a minor
unit counts up. *Fixed* is the amount in the order's currency, or the policy currency's converted at
the day's rate, half up. The larger of the two counts, but never more than the cap of market and
level, converted downwards where it is in another currency.
"""

from __future__ import annotations

import polars as pl

from alerts.compensation.policy import Policy
from alerts.compensation.rates import Rates

NO_RATE, NO_VALUE = "no_rate", "no_value"
_KEYS = ["market", "currency", "level"]


def fixed_of(policy: Policy, level: int, currency: str, rates: Rates) -> int | None:
    """The fixed amount of a level in a currency; None without one, or without a rate."""
    fixed = policy.levels[level].fixed
    if fixed is None:
        return None
    if currency in fixed:
        return fixed[currency].minor
    return rates.convert(fixed[policy.currency].minor, policy.currency, currency)


def cap_of(
    policy: Policy, market: str | None, level: int, currency: str, rates: Rates
) -> int | None:
    """The cap in a currency, never rounded up; None without a rate."""
    cap = policy.cap(market, level)
    return rates.convert(cap.minor, cap.currency, currency, down=True)


def priced(rows: pl.DataFrame, policy: Policy, rates: Rates) -> pl.DataFrame:
    """Add `amount_minor` and `unpriced` (why there is none: `no_rate`, `no_value`; else null).

    Args:
        rows: market, currency, level, value_minor (null: unknown) and anything else.
        policy: amounts and caps.
        rates: of the day.
    """
    known = _lookup(rows, policy, rates)
    share = (pl.col("value_minor") * pl.col("_share") + 5_000) // 10_000
    amount = pl.min_horizontal(pl.max_horizontal(share, "_fixed"), "_cap")
    shared = pl.col("_share").is_not_null()
    worthless = pl.col("currency").is_null() | (shared & pl.col("value_minor").is_null())
    unpriced = (
        pl.when(worthless)
        .then(pl.lit(NO_VALUE))
        .when(pl.col("_cap").is_null() | pl.col("_unfixed") | ~pl.col("_known"))
        .then(pl.lit(NO_RATE))
    )
    return (
        rows.join(known, on=_KEYS, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(unpriced=unpriced)
        .with_columns(
            amount_minor=pl.when(pl.col("unpriced").is_null())
            .then(amount)
            .otherwise(0)
            .cast(pl.Int64)
        )
        .drop("_share", "_fixed", "_cap", "_unfixed", "_known")
    )


def _lookup(rows: pl.DataFrame, policy: Policy, rates: Rates) -> pl.DataFrame:
    """Share, fixed amount and cap of every market, currency and level among the rows."""
    found = []
    for market, currency, level in rows.select(_KEYS).unique().sort(_KEYS).iter_rows():
        what = policy.levels[level]
        fixed = fixed_of(policy, level, currency or "", rates)
        cap = cap_of(policy, market, level, currency or "", rates)
        unfixed = what.fixed is not None and fixed is None
        known = rates.factor(currency or "", rates.to) is not None
        found.append((market, currency, level, what.share_percent, fixed, cap, unfixed, known))
    schema = {
        "market": pl.String,
        "currency": pl.String,
        "level": pl.Int64,
        "_share": pl.Int64,
        "_fixed": pl.Int64,
        "_cap": pl.Int64,
        "_unfixed": pl.Boolean,
        "_known": pl.Boolean,
    }
    return pl.DataFrame(found, schema=schema, orient="row")
