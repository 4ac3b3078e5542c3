"""Who is on shift in the next hours, and how much they get done in an hour.

What is read is kept in memory for as long as shifts and agents do not change: a roster is asked for
every time a screen refreshes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import polars as pl

from data_access.browse.selection import since, until

if TYPE_CHECKING:
    from data_access.warehouse import Warehouse

PACE_DAYS = 28
"""Days that answers per hour are estimated from."""

SHIFTS = {
    "agent_id": pl.String(),
    "source": pl.String(),
    "team": pl.String(),
    "langs": pl.List(pl.String()),
    "starts_at": pl.Datetime("us", "UTC"),
    "ends_at": pl.Datetime("us", "UTC"),
}

_AHEAD = timedelta(days=2)
_LONGEST_SHIFT = timedelta(days=2)


@dataclass(frozen=True)
class Roster:
    """Shifts around an instant.

    Attributes:
        shifts: columns `SHIFTS`, one row per shift; `langs` are primary subtags (`pt` of `pt-BR`),
            empty where an agent does not say.
        ends: when the last shift known ends; None where no shifts were imported.
    """

    shifts: pl.DataFrame
    ends: datetime | None


@dataclass(frozen=True)
class Pace:
    """Answers of agents in staffed hours; the quotient is an estimate, not a promise."""

    answers: int
    hours: float

    @property
    def per_hour(self) -> float | None:
        """Answers per agent and hour; None where either is missing."""
        return self.answers / self.hours if self.hours > 0 and self.answers else None


def roster(warehouse: Warehouse, now: datetime) -> Roster:
    """The shifts of the last `PACE_DAYS` and the next two days."""
    kept = _kept_at(warehouse, now)
    return Roster(kept.shifts, kept.ends)


def on_shift(shifts: pl.DataFrame, start: datetime, end: datetime) -> pl.DataFrame:
    """Agents who work at least part of a time.

    Args:
        shifts: columns `SHIFTS`.
        start: first instant.
        end: instant after the last; `end == start` asks for that instant alone.

    Returns:
        `agent_id`, `source`, `team`, `langs`, `hours` worked between the two; overlapping shifts of
        an agent are added up. Sorted by agent.
    """
    began = pl.col("starts_at") < end if end > start else pl.col("starts_at") <= start
    worked = pl.min_horizontal("ends_at", pl.lit(end)) - pl.max_horizontal(
        "starts_at", pl.lit(start)
    )
    return (
        shifts.filter(began, pl.col("ends_at") > start)
        .group_by("agent_id", "source")
        .agg(
            pl.col("team", "langs").first(),
            hours=worked.dt.total_seconds().clip(0).sum() / 3600,
        )
        .sort("agent_id", "source")
        .select("agent_id", "source", "team", "langs", "hours")
    )


def speaking(agents: pl.DataFrame, language: str) -> pl.DataFrame:
    """The agents who speak a language: `pt` speaks `pt-BR`, and the other way round."""
    return agents.filter(pl.col("langs").list.contains(primary(language)))


def primary(language: str) -> str:
    """The language of a tag without script and region."""
    return language.partition("-")[0].lower()


def pace(warehouse: Warehouse, now: datetime) -> Pace:
    """Public answers by agents and hours staffed, over the last `PACE_DAYS` to the full hour.

    Only the time that the roster covers counts: from its first shift on. Answers are messages of
    agents; where a source exports no messages, their events.
    """
    end = now.replace(minute=0, second=0, microsecond=0)
    kept = _kept_at(warehouse, now)
    first = max(end - timedelta(days=PACE_DAYS), kept.first or end)
    hours = float(on_shift(kept.shifts, first, end)["hours"].sum()) if end > first else 0.0
    if not hours:
        return Pace(0, 0.0)
    key = (warehouse.snapshot_id("messages"), warehouse.snapshot_id("case_events"), first, end)
    if key not in kept.answers:
        counted = _answers(warehouse, first, end)
        kept.answers.clear()
        kept.answers[key] = counted
    return Pace(kept.answers[key], hours)


@dataclass(frozen=True)
class _Kept:
    """Shifts that end after `start` and begin before `end`, as of two snapshots."""

    snapshots: tuple[int | None, int | None]
    start: datetime
    end: datetime
    shifts: pl.DataFrame
    first: datetime | None
    ends: datetime | None
    answers: dict[object, int] = field(default_factory=dict)


_kept: WeakKeyDictionary[Warehouse, _Kept] = WeakKeyDictionary()
_locks: WeakKeyDictionary[Warehouse, Lock] = WeakKeyDictionary()


@contextmanager
def _alone(warehouse: Warehouse) -> Iterator[None]:
    """Panels of one screen ask at once: one of them reads, the others wait for what it read."""
    with _locks.setdefault(warehouse, Lock()):
        yield


def _kept_at(warehouse: Warehouse, now: datetime) -> _Kept:
    snapshots = (warehouse.snapshot_id("shifts"), warehouse.snapshot_id("agents"))
    start, end = now - timedelta(days=PACE_DAYS, hours=1), now + timedelta(days=1)
    with _alone(warehouse):
        found = _kept.get(warehouse)
        fits = found is not None and found.start <= start and end <= found.end
        if found is None or found.snapshots != snapshots or not fits:
            found = _read(warehouse, snapshots, start, now + _AHEAD)
            _kept[warehouse] = found
        return found


def _read(
    warehouse: Warehouse,
    snapshots: tuple[int | None, int | None],
    start: datetime,
    end: datetime,
) -> _Kept:
    every = warehouse.scan("shifts")
    bounds = every.select(first=pl.col("starts_at").min(), ends=pl.col("ends_at").max())
    earliest = start - _LONGEST_SHIFT
    near = every.filter(
        since(earliest),
        until(end),
        pl.col("starts_at").is_between(earliest, end),
        pl.col("ends_at") > start,
    ).select("agent_id", "source", "starts_at", "ends_at")
    tags = pl.col("langs").fill_null("").str.split(" ")
    spoken = tags.list.eval(pl.element().str.split("-").list.first().str.to_lowercase())
    agents = warehouse.scan("agents").select(
        "agent_id",
        "source",
        "team",
        langs=spoken.list.eval(pl.element().filter(pl.element() != "")),
    )
    found, limits = pl.collect_all(
        [near.join(agents, on=["agent_id", "source"], how="left"), bounds]
    )
    shifts = found.with_columns(pl.col("langs").fill_null([])).select(
        pl.col(name).cast(dtype) for name, dtype in SHIFTS.items()
    )
    order = ["starts_at", "agent_id", "source"]
    return _Kept(snapshots, start, end, shifts.sort(order), *limits.row(0))


def _answers(warehouse: Warehouse, first: datetime, end: datetime) -> int:
    """Public answers by agents in a time."""
    inside = pl.col("at").is_between(first, end, closed="left")
    public = pl.col("public").fill_null(value=True)
    months = since(first) & until(end)
    written = warehouse.scan("messages").filter(
        months, inside, public, pl.col("direction") == "out", pl.col("author_role") == "agent"
    )
    told = warehouse.scan("case_events").filter(
        months, inside, public, pl.col("type") == "agent_msg"
    )
    counts = pl.collect_all([written.select(pl.len()), told.select(pl.len())])
    messages, events = (int(count.item()) for count in counts)
    return messages or events
