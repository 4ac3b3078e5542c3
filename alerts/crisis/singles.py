"""Single complaints that a team lead should see: level 1, read on demand, never a crisis each.

A complaint counts by the thresholds of the levels in force: anger, a customer who complained
before, a black-card customer, a low recommendation. Any of them can be declared by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from alerts.crisis.facts import Tables
from alerts.crisis.levels import Levels
from data_access.marts.schemas import MARTS

WITHIN = timedelta(days=7)
AGAIN_WITHIN = timedelta(days=30)
MOST = 200
INSTANT = pl.Datetime("us", "UTC")
COLUMNS = {
    "source": pl.String(),
    "case_id": pl.String(),
    "at": INSTANT,
    "market": pl.String(),
    "category": pl.String(),
    "reason": pl.String(),
    "status": pl.String(),
    "vip_tier": pl.String(),
    "anger": pl.Float64(),
    "nps": pl.Int64(),
    "again": pl.Boolean(),
    "criteria": pl.List(pl.String()),
}
"""One row for each case. `again`: the same customer had another one in the 30 days before;
`criteria`: ids of what holds."""


@dataclass(frozen=True)
class Singles:
    """The newest complaints by `COLUMNS`, and how many there are."""

    rows: pl.DataFrame
    total: int


def singles(
    tables: Tables,
    levels: Levels,
    now: datetime,
    *,
    markets: tuple[str, ...] = (),
    within: timedelta = WITHIN,
    most: int = MOST,
) -> Singles:
    """Complaints of the last days that one of the criteria of level 1 singles out.

    Args:
        tables: facts and marts.
        levels: for the thresholds `angry` (default 80) and `detractor` (default 7).
        now: nothing later is looked at.
        markets: only these; none: all.
        within: how far back a case may have begun or been heard of.
        most: rows at most, the newest first.
    """
    since = now - within
    angry = float(levels.thresholds.get("angry", 80))
    detractor = float(levels.thresholds.get("detractor", 7))
    cases = _cases(tables, now, markets)
    anger = (
        tables.scan("messages")
        .filter(pl.col("at").is_between(since, now), pl.col("direction") == "in")
        .group_by("source", "case_id")
        .agg(pl.col("anger").max())
    )
    nps = (
        tables.scan("surveys", namespace="marts", schema=MARTS["surveys"].columns)
        .filter(pl.col("kind") == "nps", pl.col("answered_at").is_between(since, now))
        .drop_nulls("case_id")
        .group_by("source", "case_id")
        .agg(pl.col("score").min().alias("nps"), pl.col("answered_at").max())
    )
    joined = (
        cases.join(anger, on=["source", "case_id"], how="left")
        .join(nps, on=["source", "case_id"], how="left")
        .filter((pl.col("created_at") >= since) | pl.col("answered_at").is_not_null())
        .with_columns(
            at=pl.max_horizontal("created_at", "answered_at"),
            criteria=pl.concat_list(
                pl.when(pl.col("anger") > angry).then(pl.lit("very-angry")),
                pl.when(pl.col("again")).then(pl.lit("repeat-complaint")),
                pl.when(pl.col("vip_tier") == "black").then(pl.lit("black-card")),
                pl.when(pl.col("nps") < detractor).then(pl.lit("detractor")),
            ).list.drop_nulls(),
        )
        .filter(pl.col("criteria").list.len() > 0)
        .select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
        .sort("at", "source", "case_id", descending=[True, False, False])
        .collect()
    )
    return Singles(joined.head(most), joined.height)


def _cases(tables: Tables, now: datetime, markets: tuple[str, ...]) -> pl.LazyFrame:
    """Cases since the look back, and whether the same customer had one shortly before."""
    where = [
        pl.col("created_at").is_between(now - AGAIN_WITHIN - WITHIN, now),
        ~pl.col("is_spam").fill_null(value=False),
        pl.col("merged_into").is_null(),
    ]
    if markets:
        where.append(pl.col("market").is_in(markets))
    return (
        tables.scan("cases", namespace="marts", schema=MARTS["cases"].columns)
        .filter(*where)
        .sort("created_at", "source", "case_id")
        .with_columns(before=pl.col("created_at").shift(1).over("source", "customer_key"))
        .with_columns(
            again=(
                pl.col("customer_key").is_not_null()
                & (pl.col("created_at") - pl.col("before") <= AGAIN_WITHIN)
            ).fill_null(value=False)
        )
    )
