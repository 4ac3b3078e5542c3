"""Where money and fairness leak: given twice, never given, too much, too little, without cause.

Pure. LEAKS has one row per finding with what it takes to look it up; sums are in the policy's
currency at each row's own day, and what has no rate is counted and said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from alerts.compensation.amounts import cap_of
from alerts.compensation.candidates import find
from alerts.compensation.criteria import Criteria
from alerts.compensation.facts import Load
from alerts.compensation.ledger import given, in_currency
from alerts.compensation.policy import FOUND_BY_ITSELF, Policy
from alerts.compensation.rates import Rates
from alerts.compensation.selecting import INSTANT

BEFORE = timedelta(days=365)
"""How long after its cause a compensation may be decided and still be compared with it."""
KINDS = ("duplicate", "omission", "over", "under", "without_cause")
LEAKS: Mapping[str, pl.DataType] = {
    "kind": pl.String(),
    "source": pl.String(),
    "order_id": pl.String(),
    "market": pl.String(),
    "cause": pl.String(),
    "level": pl.Int64(),
    "policy_level": pl.Int64(),
    "amount_minor": pl.Int64(),
    "currency": pl.String(),
    "at": INSTANT,
    "comp_id": pl.String(),
    "worth": pl.Int64(),
}
"""`at`: when it was decided; of an omission when it became due. `comp_id`: null of an omission."""


@dataclass(frozen=True)
class Leakage:
    """Findings of a time; `checked` is how many compensations and entitled orders were compared."""

    leaks: pl.DataFrame
    given: int
    entitled: int
    first: datetime
    as_of: datetime
    currency: str

    def summary(self) -> pl.DataFrame:
        """kind, n, worth, no_rate of every kind, in the order of `KINDS`."""
        counted = self.leaks.group_by("kind").agg(
            n=pl.len().cast(pl.Int64),
            worth=pl.col("worth").sum(),
            no_rate=pl.col("worth").is_null().sum().cast(pl.Int64),
        )
        kinds = pl.DataFrame({"kind": list(KINDS)})
        return kinds.join(counted, on="kind", how="left", maintain_order="left").with_columns(
            pl.col("n", "worth", "no_rate").fill_null(0)
        )


def report(
    policy: Policy,
    load: Load,
    rates: Rates,
    taken: pl.DataFrame,
    *,
    as_of: datetime,
    days: int = 90,
) -> Leakage:
    """Compare what was given with what the policy says.

    Args:
        policy: causes, levels, caps.
        load: facts and marts.
        rates: of `as_of`, for caps and the worth of what was not given.
        taken: what batches hold: approved is not omitted.
        as_of: nothing later is known.
        days: how far back; by when it was decided, or became due.
    """
    first = as_of - timedelta(days=days)
    ledger = given(load, as_of)
    causes = [n for n, cause in policy.causes.items() if cause.source in FOUND_BY_ITSELF]
    entitled = pl.concat(
        [
            find(policy, Criteria(name, as_of, first - BEFORE), load, rates, taken).rows
            for name in causes
        ]
    )
    recent = ledger.filter(pl.col("at") >= first)
    overdue = as_of - timedelta(days=policy.omitted_after_days)
    parts = [
        _duplicates(ledger, first),
        _omissions(entitled, first, overdue),
        *_levels(policy, recent, entitled, rates),
        _without_cause(recent, entitled, [*policy.causes], causes),
    ]
    leaks = pl.concat(
        [part.select(pl.col(n).cast(t) for n, t in LEAKS.items() if n != "worth") for part in parts]
    )
    worth = in_currency(leaks, load("fx_rates").collect(), policy.currency)
    order = ["kind", "at", "source", "order_id", "comp_id"]
    due = entitled.filter(pl.col("eligible_at") >= first).height
    return Leakage(
        worth.select(list(LEAKS)).sort(order, nulls_last=True),
        recent.height,
        due,
        first,
        as_of,
        policy.currency,
    )


def _duplicates(ledger: pl.DataFrame, first: datetime) -> pl.DataFrame:
    """All but the first of one order and cause."""
    same = ["source", "order_id", "cause"]
    return (
        ledger.filter(pl.col("order_id").is_not_null(), pl.col("cause").is_not_null())
        .with_columns(place=pl.int_range(pl.len()).over(same))
        .filter(pl.col("place") > 0, pl.col("at") >= first)
        .with_columns(kind=pl.lit("duplicate"), policy_level=pl.lit(None, dtype=pl.Int64))
    )


def _omissions(entitled: pl.DataFrame, first: datetime, overdue: datetime) -> pl.DataFrame:
    """Entitled, left out for no reason, and nobody gave it in time."""
    return entitled.filter(
        pl.col("excluded_because").is_null(),
        pl.col("eligible_at") >= first,
        pl.col("eligible_at") <= overdue,
    ).with_columns(
        kind=pl.lit("omission"),
        policy_level="level",
        at="eligible_at",
        comp_id=pl.lit(None, dtype=pl.String),
    )


def _levels(
    policy: Policy, recent: pl.DataFrame, entitled: pl.DataFrame, rates: Rates
) -> Iterator[pl.DataFrame]:
    """Given at another level than the policy's, or above the cap of its own level."""
    same = ["source", "order_id", "cause"]
    known = recent.join(entitled.select(*same, policy_level="level"), on=same, how="inner")
    capped = known.join(_caps(policy, known, rates), on=["market", "level", "currency"],
                        how="left", nulls_equal=True, maintain_order="left")  # fmt: skip
    above = (pl.col("amount_minor") > pl.col("cap_minor")).fill_null(value=False)
    over = (pl.col("level") > pl.col("policy_level")) | above
    yield capped.filter(over).with_columns(kind=pl.lit("over"))
    under = (pl.col("level") < pl.col("policy_level")) & ~above
    yield capped.filter(under).with_columns(kind=pl.lit("under"))


def _caps(policy: Policy, known: pl.DataFrame, rates: Rates) -> pl.DataFrame:
    keys = known.select("market", "level", "currency").unique().sort("market", "level", "currency")
    caps = [
        cap_of(policy, market, level, currency or "", rates) if level in policy.levels else None
        for market, level, currency in keys.iter_rows()
    ]
    return keys.with_columns(cap_minor=pl.Series(caps, dtype=pl.Int64))


def _without_cause(
    recent: pl.DataFrame, entitled: pl.DataFrame, known: list[str], checked: list[str]
) -> pl.DataFrame:
    """No cause, one that the policy does not know, or one that the facts do not bear out."""
    same = ["source", "order_id", "cause"]
    unknown = pl.col("cause").is_null() | ~pl.col("cause").is_in(known)
    borne = recent.join(entitled.select(same).unique(), on=same, how="semi", nulls_equal=True)
    return (
        recent.filter(unknown | pl.col("cause").is_in(checked))
        .join(borne.select("comp_id", *same), on=["comp_id", *same], how="anti", nulls_equal=True)
        .with_columns(kind=pl.lit("without_cause"), policy_level=pl.lit(None, dtype=pl.Int64))
    )
