"""What the Service screen shows, as declarations and shapes: horizons, splits, demand and staff."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from data_access.metrics.backlog import AGE_BUCKETS

HORIZONS = (15, 60, 240)
"""Minutes looked ahead."""

DEFAULT_HORIZON = 60
SPLITS = ("language", "team", "level")
"""What demand and backlog can be split by; agents have a language and a team, but no level."""

STAFFED = SPLITS[:2]
CLOCKS = (
    "first_response",
    "next_response",
    "vip_response",
    "marketplace_response",
    "marketplace_platform",
    "resolution",
    "solution",
)
"""Clocks that promise something, in the order they are shown."""

MOST_DUE = 100_000
"""Clocks that end within hours: never cut."""

QUEUE_SHOWN = 12
OLDEST_SHOWN = 8
GROUPS_SHOWN = 12
WEEK = timedelta(days=7)
PARITY = {
    "first_response": "first_response_within_target",
    "resolution": "resolution_within_target",
    "csat": "csat",
}
"""How the address names what languages are compared by."""

DOWNLOAD = "/download/due.csv"

AGES_HEIGHT = 380
PARITY_HEIGHT = 380
"""Of the figures, in pixels."""

COUNTS = tuple(f"due_{minutes}" for minutes in HORIZONS)


def chosen_horizon(text: object) -> int:
    """The horizon that an address or a control names; the default for anything else."""
    return next((minutes for minutes in HORIZONS if str(minutes) == str(text)), DEFAULT_HORIZON)


def chosen_split(text: str | None) -> str:
    """The dimension that an address names; the first for anything else."""
    return text if text in SPLITS else SPLITS[0]


def chosen_clock(text: str | None) -> str:
    """The clock that an address names; empty (all of them) for anything else."""
    return text if text in CLOCKS else ""


def chosen_parity(text: str | None) -> str:
    """The short name of the KPI that languages are compared by."""
    return text if text in PARITY else next(iter(PARITY))


def largest_groups(frame: pl.DataFrame, group: str, size: str, rest: str) -> pl.DataFrame:
    """The largest groups by name; what is beyond `GROUPS_SHOWN` is named `rest`.

    Args:
        frame: `group`, `size` and anything else.
        group: column with the name of the group (null becomes "").
        size: column with its size, added up.
        rest: the name of all others together.
    """
    named = frame.with_columns(pl.col(group).cast(pl.String).fill_null(""))
    sizes = (
        named.group_by(group).agg(pl.col(size).sum()).sort(size, group, descending=[True, False])
    )
    if sizes.height <= GROUPS_SHOWN:
        return named
    kept = sizes[group].head(GROUPS_SHOWN - 1).to_list()
    return named.with_columns(
        pl.when(pl.col(group).is_in(kept)).then(pl.col(group)).otherwise(pl.lit(rest)).alias(group)
    )


def surest_first(languages: pl.DataFrame, reference: str) -> pl.DataFrame:
    """The reference, then who is most surely served worse; last those with too few cases.

    Args:
        languages: `group`, `enough`, `ratio_high`, `n`.
        reference: the group that the others are compared with.
    """
    return languages.sort(
        pl.col("group") != reference,
        ~pl.col("enough"),
        pl.col("ratio_high"),
        -pl.col("n"),
        "group",
        nulls_last=True,
    )


def ages(now: pl.DataFrame, before: pl.DataFrame, by: str, rest: str) -> pl.DataFrame:
    """Open cases by group and age, now and a week ago.

    Args:
        now: `by`, `age_bucket`, `value`.
        before: the same a week ago.
        by: the column that splits them.
        rest: the name of all groups beyond the largest.

    Returns:
        `group`, `bucket`, `value`, `before`, `total` (of the group, now); a row for every bucket of
        every group, largest group first. A group that was only there a week ago has zeros now.
    """
    both = pl.concat(
        [
            now.select(by, "age_bucket", "value", before=pl.lit(0.0)),
            before.select(by, "age_bucket", value=pl.lit(0.0), before="value"),
        ]
    ).with_columns(size=pl.max_horizontal("value", "before"))
    summed = (
        largest_groups(both, by, "size", rest)
        .group_by(group=by, bucket="age_bucket")
        .agg(pl.col("value", "before").sum())
    )
    buckets = pl.DataFrame({"bucket": AGE_BUCKETS}, schema={"bucket": pl.String()})
    grid = summed.select("group").unique().join(buckets, how="cross")
    total = pl.col("value").sum().over("group")
    position = pl.col("bucket").replace_strict({name: i for i, name in enumerate(AGE_BUCKETS)})
    return (
        grid.join(summed, on=["group", "bucket"], how="left")
        .with_columns(pl.col("value", "before").fill_null(0.0))
        .with_columns(total=total)
        .sort(
            pl.col("group") == rest,
            "total",
            "group",
            position,
            descending=[False, True, False, False],
        )
    )
