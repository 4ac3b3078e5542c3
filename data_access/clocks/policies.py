"""Which service promise holds for a clock at an instant.

A policy that the case names wins over others; of the others the one with more conditions, then the
one in force since later. Rows of the table are numbered; `NONE` stands for the default target.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data_access.calendars import calendar_key
from data_access.clocks.declarations import Clock
from data_access.clocks.states import normal

NONE = -1

_MATCHED = {
    "severity": "level",
    "country": "market",
    "lang": "language",
    "channel": "channel",
    "vip_tier": "vip_tier",
    "marketplace": "marketplace",
}
"""Columns of a policy and what of a case they must equal; empty fits every case."""

CONTEXT = ["source", "policy_id", *_MATCHED.values()]
_PROMISE = ["target_s", "clock", "calendar_id", "pause_states"]


@dataclass(frozen=True)
class Policies:
    """The promises for one clock.

    Attributes:
        rows: number (0 …, by rank), source, policy_id, key, conditions, target_s, business,
            calendar, pauses (a number, -1: never), valid_from, valid_to.
        pauses: the statuses that stop the clock, by number.
    """

    rows: pl.DataFrame
    pauses: list[list[str]]

    @property
    def any(self) -> bool:
        """Whether there is any promise for the clock."""
        return self.rows.height > 0


def promises(policies: pl.DataFrame, clock: Clock) -> Policies:
    """The rows of facts `sla_policies` for one clock, ranked."""
    rows = (
        policies.filter(pl.col("metric") == clock.name)
        .with_columns(
            pl.col("channel", "vip_tier", "clock").cast(pl.String),
            conditions=pl.sum_horizontal(pl.col(name).is_not_null() for name in _MATCHED),
            key=calendar_key(pl.col("source"), pl.col("policy_id")),
        )
        .sort("conditions", "valid_from", "source", "policy_id", *_PROMISE, nulls_last=False)
        .with_row_index("number")
    )
    business = (pl.col("clock") == "business") & (not clock.always_on)
    states = pl.col("pause_states").fill_null("") if not clock.always_on else pl.lit("")
    rows = rows.with_columns(
        pl.col("number").cast(pl.Int32),
        business=business,
        calendar=pl.when(business).then(calendar_key(pl.col("source"), pl.col("calendar_id"))),
        states=states,
    )
    kinds = [text for text in rows["states"].unique().sort() if text.strip()]
    numbers = {text: number for number, text in enumerate(kinds)}
    pauses = rows["states"].replace_strict(numbers, default=-1, return_dtype=pl.Int32)
    words = [_normal(text.split()) for text in kinds]
    return Policies(rows.with_columns(pauses=pauses), words)


def _normal(words: list[str]) -> list[str]:
    return pl.DataFrame({"word": words}).select(normal(pl.col("word"))).to_series().to_list()


def matched(found: Policies, asked: pl.DataFrame) -> pl.DataFrame:
    """For every question (CONTEXT and `at`), in its order: number and conflict.

    The number is `NONE` where no policy fits; it is a conflict where two fit equally well and
    promise something else.
    """
    edges = (
        pl.concat([found.rows["valid_from"], found.rows["valid_to"]]).drop_nulls().unique().sort()
    )
    epoch = edges.search_sorted(asked["at"], side="right")
    asked = asked.with_columns(epoch=epoch.cast(pl.Int64))
    kinds = asked.unique([*CONTEXT, "epoch"], keep="any")
    own_source = found.rows.select("source", "policy_id", ours=pl.lit(value=True)).unique()
    kinds = kinds.join(own_source, on=["source", "policy_id"], how="left").with_columns(
        number=pl.lit(NONE, dtype=pl.Int32), rank=pl.lit(NONE), conflict=pl.lit(value=False)
    )
    for row in found.rows.iter_rows(named=True):
        kinds = kinds.with_columns(_tried(row, found.rows))
    return asked.join(
        kinds.select(*CONTEXT, "epoch", "number", "conflict"),
        on=[*CONTEXT, "epoch"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    ).select("number", "conflict")


def _tried(row: dict[str, object], rows: pl.DataFrame) -> list[pl.Expr]:
    """What is known of every kind of question after trying one more policy.

    Policies come in the order of rank, so that one that fits wins over all before it but those that
    the case names.
    """
    tests = [
        pl.col(case_column).eq_missing(pl.lit(row[column]))
        for column, case_column in _MATCHED.items()
        if row[column] is not None
    ]
    if row["valid_from"] is not None:
        tests.append(pl.col("at") >= pl.lit(row["valid_from"]))
    if row["valid_to"] is not None:
        tests.append(pl.col("at") < pl.lit(row["valid_to"]))
    named = pl.col("policy_id").eq_missing(pl.lit(row["policy_id"])) & (
        pl.col("source").eq_missing(pl.lit(row["source"])) | pl.col("ours").is_null()
    )
    weight = rows.height
    number = pl.lit(row["number"], dtype=pl.Int32)
    rank = number + pl.when(named).then(weight).otherwise(0)
    wins = pl.all_horizontal(pl.lit(value=True), *tests) & (rank > pl.col("rank"))
    rivals = rows.filter(
        (pl.col("conditions") == row["conditions"])
        & pl.col("valid_from").eq_missing(
            pl.lit(row["valid_from"], dtype=rows.schema["valid_from"])
        )
        & ~pl.all_horizontal(pl.col(name).eq_missing(pl.lit(row[name])) for name in _PROMISE)
    )["number"].to_list()
    same_footing = (pl.col("rank") >= weight) == named
    tied = pl.col("number").is_in(rivals) & same_footing
    return [
        pl.when(wins).then(number).otherwise("number").alias("number"),
        pl.when(wins).then(rank).otherwise("rank").alias("rank"),
        pl.when(wins).then(tied).otherwise("conflict").alias("conflict"),
    ]


def default_target(clock: Clock, level: pl.Expr) -> pl.Expr:
    """The target in seconds where no policy fits; null for a clock that has none."""
    target = pl.lit(clock.default_s, dtype=pl.Int64)
    for number, seconds in clock.level_s:
        target = pl.when(level == number).then(pl.lit(seconds, dtype=pl.Int64)).otherwise(target)
    return target
