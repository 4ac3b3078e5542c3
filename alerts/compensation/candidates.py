"""Who is owed what by a policy, as rows: priced, and left out with a reason. Pure.

CANDIDATES has one row per order. `excluded_because` is null for what is proposed, else one of
`REASONS`; such rows stay in the batch, so that everybody can see who gets nothing and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from alerts.compensation import selecting
from alerts.compensation.amounts import priced
from alerts.compensation.criteria import Criteria
from alerts.compensation.facts import Load
from alerts.compensation.policy import Cause, Policy
from alerts.compensation.rates import Rates
from data_access.marts.link import link

CANDIDATES: Mapping[str, pl.DataType] = {
    "source": pl.String(),
    "order_id": pl.String(),
    "subject": pl.String(),
    "customer_key": pl.String(),
    "market": pl.String(),
    "cause": pl.String(),
    "level": pl.Int64(),
    "value_minor": pl.Int64(),
    "amount_minor": pl.Int64(),
    "currency": pl.String(),
    "eligible_at": selecting.INSTANT,
    "why": pl.String(),
    "excluded_because": pl.String(),
}
TAKEN: Mapping[str, pl.DataType] = {
    "source": pl.String(),
    "order_id": pl.String(),
    "cause": pl.String(),
    "customer_key": pl.String(),
    "amount_minor": pl.Int64(),
    "currency": pl.String(),
    "at": selecting.INSTANT,
    "market": pl.String(),
}
"""What other batches have approved or exported already; no drills."""

REASONS = (
    "test",
    "cancelled",
    "already_compensated",
    "in_batch",
    "refunded",
    "refund_in_other_currency",
    "no_value",
    "no_rate",
    "customer_year",
)
"""Why an order is left out, the first that holds. `person:…` is a person's own reason."""

FIRM = frozenset({"test", "already_compensated", "in_batch", "no_value", "no_rate"})
"""Reasons that no person can set aside: there would be a second payment, or no amount."""

YEAR = timedelta(days=365)


class UnknownCauseError(ValueError):
    """The policy has no such cause; the message lists those it has."""


@dataclass(frozen=True)
class Candidates:
    """Rows, and how many could not become rows: entitled, but their order is not known."""

    rows: pl.DataFrame
    orders_unknown: int = 0

    @property
    def proposed(self) -> pl.DataFrame:
        """Rows that are to be compensated."""
        return self.rows.filter(pl.col("excluded_because").is_null())


def find(
    policy: Policy, criteria: Criteria, load: Load, rates: Rates, taken: pl.DataFrame | None = None
) -> Candidates:
    """Who is owed what for a cause, sorted by source and order.

    Args:
        policy: causes, amounts, caps.
        criteria: cause, filter, as of when.
        load: facts and marts.
        rates: of the day of `criteria.as_of`.
        taken: TAKEN, what other batches hold.

    Raises:
        UnknownCauseError: the policy does not know the cause.
    """
    cause = cause_of(policy, criteria.cause)
    entitled = selecting.entitled(cause, criteria, load)
    rows = _with_order(entitled, load).collect()
    known = rows.filter(pl.col("order_source").is_not_null())
    unknown = rows.height - known.height
    known = _filtered(known, criteria).with_columns(
        source="order_source", level=_level(cause), cause=pl.lit(criteria.cause)
    )
    # Two feeds may tell of one order.
    known = known.sort(
        "source", "order_id", "over_h", "subject",
        descending=[False, False, True, False], nulls_last=True,
    ).unique(["source", "order_id"], keep="first", maintain_order=True)  # fmt: skip
    valued = _less_refunds(known, load, criteria.as_of)
    rows = priced(valued, policy, rates)
    rows = _excluded(rows, policy, criteria, load, rates, taken)
    return Candidates(rows.select(pl.col(n).cast(t) for n, t in CANDIDATES.items()), unknown)


def late(
    policy: Policy, load: Load, rates: Rates, *, as_of: datetime, market: tuple[str, ...] = ()
) -> Candidates:
    """The batch of parcels more than 72 h late."""
    return find(policy, Criteria("late_72h", as_of, market=market), load, rates)


def lot(policy: Policy, load: Load, rates: Rates, *, lot: str, as_of: datetime) -> Candidates:
    """Buyers of one lot."""
    return find(policy, Criteria("faulty_lot", as_of, lot=(lot,)), load, rates)


def cause_of(policy: Policy, name: str) -> Cause:
    """A cause of the policy.

    Raises:
        UnknownCauseError: there is none of that name.
    """
    if name not in policy.causes:
        known = ", ".join(policy.causes)
        raise UnknownCauseError(f"There is no cause {name!r} in the policy; known: {known}.")
    return policy.causes[name]


def _with_order(rows: pl.DataFrame, load: Load) -> pl.LazyFrame:
    """Add what the order knows; `order_source` null: no source knows the order."""
    wanted = rows.lazy().select("order_id").unique()
    facts = load("orders").join(wanted, on="order_id", how="semi").select(
        "source", "order_id", "customer_key", "status", "country", "cancelled_at",
        value_minor="total", currency="currency", order_source="source",
    )  # fmt: skip
    dims = (
        load("orders", "marts")
        .join(wanted, on="order_id", how="semi")
        .select("source", "order_id", "market", "carrier", "category", "product")
    )
    lookup = facts.join(dims, on=["source", "order_id"], how="left").with_columns(
        market=pl.coalesce("market", "country")
    )
    named = rows.lazy().filter(pl.col("order_id").is_not_null())
    return link(named, lookup.drop("country"), "order_id").with_columns(
        market=pl.coalesce("market", "parcel_market"),
        carrier=pl.coalesce("parcel_carrier", "carrier"),
    )


def _filtered(rows: pl.DataFrame, criteria: Criteria) -> pl.DataFrame:
    for name in ("market", "carrier", "category", "product"):
        chosen = getattr(criteria, name)
        if chosen:
            rows = rows.filter(pl.col(name).is_in(list(chosen)))
    return rows


def _level(cause: Cause) -> pl.Expr:
    level: pl.Expr = pl.lit(cause.level, dtype=pl.Int64)
    for step in cause.raised:
        level = pl.when(pl.col("over_h") > step.after_h).then(step.level).otherwise(level)
    return level


def _less_refunds(rows: pl.DataFrame, load: Load, as_of: datetime) -> pl.DataFrame:
    """Take from the order's value what was paid back: nobody gets the same money twice."""
    wanted = rows.lazy().select("order_id").unique()
    back = (
        load("refunds")
        .join(wanted, on="order_id", how="semi")
        .filter(pl.coalesce("settled_at", "issued_at") <= as_of)
        .group_by("source", "order_id")
        .agg(refunded=pl.col("amount").sum(), refund_currencies=pl.col("currency").unique())
    )
    joined = link(rows.lazy(), back, "order_id").collect()
    refunded = pl.col("refunded").fill_null(0)
    foreign = pl.col("refund_currencies").list.eval(pl.element()).list.len() > 1
    other = foreign | (pl.col("refund_currencies").list.first() != pl.col("currency"))
    return joined.with_columns(
        refunded_in_full=(refunded >= pl.col("value_minor")) & (refunded > 0),
        refund_elsewhere=(refunded > 0) & other.fill_null(value=False),
        value_minor=(pl.col("value_minor") - refunded).clip(0),
    )


def _excluded(
    rows: pl.DataFrame,
    policy: Policy,
    criteria: Criteria,
    load: Load,
    rates: Rates,
    taken: pl.DataFrame | None,
) -> pl.DataFrame:
    """Add `excluded_because`, the first reason that holds."""
    held = pl.DataFrame(schema=dict(TAKEN)) if taken is None else taken
    given = _given(rows, load, criteria.as_of)
    here = ["source", "order_id"]
    same = given.filter(pl.col("cause") == criteria.cause).select(here).unique()
    other = held.filter(pl.col("cause") == criteria.cause).select(here).unique()
    marked = rows.join(same.with_columns(given=pl.lit(value=True)), on=here, how="left").join(
        other.with_columns(held=pl.lit(value=True)), on=here, how="left"
    )
    # Whoever waited for a refund is owed that wait although the order is undone.
    undone = pl.lit(value=policy.causes[criteria.cause].source != "refunds")
    cancelled = undone & (pl.col("cancelled_at") <= criteria.as_of)
    whys = {
        "test": pl.col("status").is_in(list(policy.test_statuses)),
        "cancelled": cancelled,
        "already_compensated": pl.col("given"),
        "in_batch": pl.col("held"),
        "refunded": undone & pl.col("refunded_in_full"),
        "refund_in_other_currency": undone & pl.col("refund_elsewhere"),
        "no_value": pl.col("unpriced") == "no_value",
        "no_rate": pl.col("unpriced") == "no_rate",
    }
    first = pl.coalesce(
        pl.when(holds.fill_null(value=False)).then(pl.lit(name)) for name, holds in whys.items()
    )
    decided = marked.with_columns(excluded_because=first).sort(here)
    return _within_year(decided, policy, criteria.as_of, given, held, rates)


def _given(rows: pl.DataFrame, load: Load, as_of: datetime) -> pl.DataFrame:
    """What these orders' customers were given before, under the order's source: TAKEN."""
    customers = rows.lazy().select("customer_key").drop_nulls().unique()
    of_customers = load("orders").join(customers, on="customer_key", how="semi")
    wanted = pl.concat([rows.lazy().select("order_id"), of_customers.select("order_id")]).unique()
    orders = load("orders").select("source", "order_id", "customer_key", order_source="source")
    own = (
        load("compensations")
        .filter(pl.col("decided_at") <= as_of, pl.col("order_id").is_not_null())
        .select("source", "order_id", "cause", "currency", amount_minor="amount", at="decided_at")
    )
    return (
        link(own, orders.join(wanted, on="order_id", how="semi"), "order_id")
        .filter(pl.col("order_source").is_not_null())
        .with_columns(source="order_source", market=pl.lit(None))
        .select(pl.col(name).cast(dtype) for name, dtype in TAKEN.items())
        .collect()
    )


def _within_year(
    rows: pl.DataFrame,
    policy: Policy,
    as_of: datetime,
    given: pl.DataFrame,
    held: pl.DataFrame,
    rates: Rates,
) -> pl.DataFrame:
    """Leave out what would give a customer more than a year allows; earlier claims go first.

    What a batch holds is counted once although the payer has reported it since.
    """
    same = ["source", "order_id", "cause"]
    before = (
        pl.concat([given, held.join(given, on=same, how="anti", nulls_equal=True)])
        .filter(pl.col("customer_key").is_not_null(), pl.col("at") > as_of - YEAR)
        .with_columns(worth=worth(rates))
        .group_by("customer_key")
        .agg(times_before=pl.len(), worth_before=pl.col("worth").sum())
    )
    open_ = pl.col("excluded_because").is_null() & pl.col("customer_key").is_not_null()
    counted = (
        rows.join(before, on="customer_key", how="left")
        .with_columns(
            worth=pl.when(open_).then(worth(rates)).otherwise(0), one=open_.cast(pl.Int64)
        )
        .sort("customer_key", "eligible_at", "source", "order_id", nulls_last=True)
        .with_columns(
            times=pl.col("one").cum_sum().over("customer_key")
            + pl.col("times_before").fill_null(0),
            year=pl.col("worth").cum_sum().over("customer_key")
            + pl.col("worth_before").fill_null(0),
        )
    )
    most = policy.customer_year
    over = open_ & ((pl.col("times") > most.times) | (pl.col("year") > most.amount.minor))
    return counted.with_columns(
        excluded_because=pl.when(over)
        .then(pl.lit("customer_year"))
        .otherwise(pl.col("excluded_because"))
    ).sort("source", "order_id")


def worth(rates: Rates) -> pl.Expr:
    """`amount_minor` in minor units of the rates' own currency; null without a rate."""
    codes = [rates.to, *rates.per]
    factors = {code: float(rates.factor(code, rates.to) or 0) for code in codes}
    factor = pl.col("currency").replace_strict(factors, default=None, return_dtype=pl.Float64)
    return (pl.col("amount_minor") * factor).round(0).cast(pl.Int64)
