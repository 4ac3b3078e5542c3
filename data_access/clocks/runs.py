"""Which runs every clock has: its starts and ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from data_access.clocks.declarations import LIVE_CHANNELS, VIP_TIERS, Clock
from data_access.clocks.states import ENDED
from data_access.clocks.turns import actor, asked_at_creation, escalations, marks, turns

RUN = ["case", "instance", "started_at", "ended_at", "fulfilled", "by"]


@dataclass(frozen=True)
class Record:
    """What is known of some cases.

    Attributes:
        own: the cases in order, without gaps, with `told` (anything is recorded of it), `unsolved`
            (it is over, nobody knows since when) and `never_solved` (nor was it ever before).
        rows: their timeline.
        changes: their changes of status.
        ends: every time they were said to be solved, closed or merged.
        customer_marks: what starts and ends customer turns.
        turns: customer turns with every withdrawal.
    """

    own: pl.DataFrame
    rows: pl.DataFrame
    changes: pl.DataFrame
    ends: pl.DataFrame
    customer_marks: pl.DataFrame
    turns: pl.DataFrame


def record(
    own: pl.DataFrame, rows: pl.DataFrame, changes: pl.DataFrame, ends: pl.DataFrame
) -> Record:
    """Put together what is known of the cases; changes and ends as `states.changes` gives them."""
    told = rows.select("case").unique().with_columns(told=pl.lit(value=True))
    outcome = changes.group_by("case", maintain_order=True).agg(
        solved=pl.col("entry").any(), over=pl.col("ended").last()
    )
    over_now = pl.col("status").is_in(ENDED).fill_null(value=False)
    own = (
        own.join(told, on="case", how="left", maintain_order="left")
        .join(outcome, on="case", how="left", maintain_order="left")
        .with_columns(
            told=pl.col("told").fill_null(value=False),
            unsolved=over_now & ~pl.col("over").fill_null(value=False),
            never_solved=over_now & ~pl.col("solved").fill_null(value=False),
        )
        .drop("solved", "over")
    )
    asked = marks(rows, ends, asked_at_creation(own, rows))
    return Record(own, rows, changes, ends, asked, turns(asked))


def runs(clock: Clock, known: Record, as_of: datetime | None = None) -> pl.DataFrame:
    """The runs of one clock in order of case and start: RUN, as they stood at `as_of`."""
    if clock.starts == "creation":
        found = _from_creation(clock, known, as_of)
    elif clock.starts == "escalation":
        found = _answered(turns(escalations(known.rows, known.ends)), known)
    else:
        found = _customer_turns(clock, known)
    return found.select(RUN) if as_of is None else _stood(found.select(RUN), as_of)


def _answered(found: pl.DataFrame, known: Record) -> pl.DataFrame:
    """Turns but those that may have ended when nobody knows; numbered from 1."""
    lost = known.own.filter("unsolved").select("case", lost=pl.lit(value=True))
    return (
        found.join(lost, on="case", how="left", maintain_order="left")
        .filter(pl.col("ended_at").is_not_null() | pl.col("lost").is_null())
        .with_columns(instance=pl.int_range(1, pl.len() + 1).over("case"))
    )


def _customer_turns(clock: Clock, known: Record) -> pl.DataFrame:
    if clock.scope == "marketplace":
        own = known.own.filter(
            (pl.col("channel") == "marketplace") | pl.col("marketplace").is_not_null()
        )
        there = known.customer_marks.join(own, on="case", how="semi", maintain_order="left")
        return _answered(turns(there, clock.withdrawn_by), known)
    found = known.turns
    if clock.turns == "first":
        found = found.filter(pl.col("nth") == 0)
    elif clock.turns == "later":
        found = found.filter(pl.col("nth") > 0)
    if clock.scope == "live_vip":
        found = _of_live_vips(found, known.own)
    return _answered(found, known)


def _of_live_vips(found: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    vips = own.filter(
        pl.col("channel").is_in(list(LIVE_CHANNELS)) & pl.col("vip_tier").is_in(list(VIP_TIERS))
    ).select("case", "vip_from", "vip_to")
    at = pl.col("started_at")
    held = (at >= pl.col("vip_from")).fill_null(value=True) & (at < pl.col("vip_to")).fill_null(
        value=True
    )
    return found.join(vips, on="case", how="inner", maintain_order="left").filter(held)


def _from_creation(clock: Clock, known: Record, as_of: datetime | None) -> pl.DataFrame:
    """One run per case, to its first or its last solution."""
    changes = known.changes if as_of is None else known.changes.filter(pl.col("at") <= as_of)
    entries = changes.filter("entry")
    lost = "never_solved"
    if clock.until == "last":
        open_again = changes.unique("case", keep="last", maintain_order=True).filter(
            ~pl.col("ended")
        )
        entries = entries.join(open_again, on="case", how="anti", maintain_order="left")
        lost = "unsolved"
    ends = entries.unique("case", keep=clock.until, maintain_order=True).select(
        "case",
        ended_at="at",
        fulfilled=pl.col("by") != "merged",
        by=pl.when(pl.col("by") == "merged").then("by").otherwise(actor()),
    )
    judged = known.own.filter(pl.col("told") & ~pl.col(lost))
    return (
        judged.select("case", started_at="created_at")
        .join(ends, on="case", how="left", maintain_order="left")
        .with_columns(instance=pl.lit(1, dtype=pl.Int64))
    )


def _stood(found: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    ended = pl.col("ended_at") <= as_of
    return found.filter(pl.col("started_at") <= as_of).with_columns(
        pl.when(ended).then(name).alias(name) for name in ("ended_at", "fulfilled", "by")
    )
