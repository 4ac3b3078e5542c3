"""Which feeds are late for a report: no import since its period's end, or nothing of its last day.

Only what the last refresh of the numbers took in counts: a report says what the numbers say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import polars as pl
from sqlalchemy import Engine, func, select

from dashboard.reports.periods import Period
from dashboard.reports.schedule_file import Feed
from dashboard.reports.values import Instant, Plain, Say
from data_access.contracts import TABLES
from data_access.marts.state import RefreshState, read_state
from data_access.state.schema import batch_table, import_batch
from data_access.warehouse import Warehouse

LIVELY = timedelta(weeks=4)
"""A source that brought nothing for so long before a period's end is not waited for."""
PLANNED = frozenset({"shifts"})
"""Tables that hold what is to come: a row of a day says nothing of what happened on it."""
Why = Literal["never", "no_import", "no_rows"]


@dataclass(frozen=True)
class Arrival:
    """When rows of a table last came from a source."""

    source: str
    table: str
    last_at: datetime


@dataclass(frozen=True)
class Late:
    """A feed that is not in, why, and when it was last seen."""

    feed: str
    why: Why
    last_at: datetime | None

    def plain(self) -> dict[str, Any]:
        """As JSON, for the row of a slot."""
        last = None if self.last_at is None else self.last_at.astimezone(UTC).isoformat()
        return {"feed": self.feed, "why": self.why, "last_at": last}


def say(late: Late) -> Say:
    """A late feed as reports say it."""
    feed = Plain(text=late.feed)
    if late.last_at is None:
        return Say(code="feed_never", values={"feed": feed})
    code = "feed_no_rows" if late.why == "no_rows" else "feed_no_import"
    return Say(code=code, values={"feed": feed, "last": Instant(value=late.last_at)})


def arrivals(engine: Engine, upto: int | None) -> list[Arrival]:
    """The newest import of every source and table that brought rows, up to an import's number."""
    batch, brought = import_batch.c, batch_table.c
    query = (
        select(batch.source, brought.table_name, func.max(batch.finished_at).label("last_at"))
        .join(batch_table, brought.batch_id == batch.id)
        .where(batch.status == "done", brought.read > 0, batch.finished_at.is_not(None))
        .group_by(batch.source, brought.table_name)
        .order_by(batch.source, brought.table_name)
    )
    if upto is not None:
        query = query.where(batch.id <= upto)
    with engine.connect() as connection:
        return [
            Arrival(row.source, row.table_name, row.last_at) for row in connection.execute(query)
        ]


def late(
    feeds: Sequence[Feed],
    arrived: Sequence[Arrival],
    ends_at: datetime,
    has_rows: Callable[[str, str | None], bool],
) -> tuple[Late, ...]:
    """Which feeds are not in. Pure but for `has_rows`, which is asked as little as possible.

    Args:
        feeds: those that matter; none: every source that is alive.
        arrived: what came so far.
        ends_at: end of the period.
        has_rows: whether a table has rows of the period's last day, from a source or any.
    """
    found = []
    for feed in feeds or _alive(arrived, ends_at):
        own = [
            one
            for one in arrived
            if feed.source in (None, one.source) and feed.table in (None, one.table)
        ]
        if not own:
            found.append(Late(feed.name, "never", None))
            continue
        last = max(one.last_at for one in own)
        if last < ends_at - feed.older_than:
            found.append(Late(feed.name, "no_import", last))
        elif feed.last_day == "expect":
            dated = sorted({one.table for one in own if _tells(one.table)})
            if dated and not any(has_rows(table, feed.source) for table in dated):
                found.append(Late(feed.name, "no_rows", last))
    return tuple(found)


def late_feeds(
    engine: Engine, warehouse: Warehouse, feeds: Sequence[Feed], period: Period, zone: str
) -> tuple[Late, ...]:
    """Which feeds are not in for a period, by what the last refresh took in."""
    state = read_state(engine)
    arrived = arrivals(engine, 0 if state is None else state.batch_id)
    starts_at, ends_at = last_day(period, zone)

    def asked(table: str, source: str | None) -> bool:
        return has_rows(warehouse, state, table, starts_at, ends_at, source=source)

    return late(feeds, arrived, ends_at, asked)


def last_day(period: Period, zone: str) -> tuple[datetime, datetime]:
    """From when to when the last day of a period lasts."""
    ends_at = period.ends_at(zone)
    starts_at = (ends_at - timedelta(hours=1)).replace(hour=0)  # local: the same calendar day
    return starts_at.astimezone(UTC), ends_at.astimezone(UTC)


def has_rows(
    warehouse: Warehouse,
    state: RefreshState | None,
    table: str,
    starts_at: datetime,
    ends_at: datetime,
    *,
    source: str | None = None,
) -> bool:
    """Whether a table of facts has rows of a time, as the last refresh saw it."""
    column = TABLES[table].partition_time
    if state is None or column is None:
        return False
    snapshot = state.facts.get(table)
    if snapshot is None:
        return False
    months = sorted({starts_at.year * 100 + starts_at.month, ends_at.year * 100 + ends_at.month})
    rows = warehouse.scan(table, snapshot_id=snapshot).filter(
        pl.col("part").is_between(months[0], months[-1]),
        pl.col(column) >= starts_at,
        pl.col(column) < ends_at,
    )
    if source is not None:
        rows = rows.filter(pl.col("source") == source)
    return rows.select("source").head(1).collect().height > 0


def anything(engine: Engine, warehouse: Warehouse, period: Period, zone: str) -> bool:
    """Whether there are any rows of a period at all."""
    state = read_state(engine)
    if state is None:
        return False
    ends_at = period.ends_at(zone)
    starts_at = period.before().ends_at(zone)
    return any(
        has_rows(warehouse, state, table, starts_at.astimezone(UTC), ends_at.astimezone(UTC))
        for table, snapshot in sorted(state.facts.items())
        if snapshot is not None and _tells(table)
    )


def _tells(table: str) -> bool:
    """Whether rows of a table tell what happened on a day."""
    return table in TABLES and table not in PLANNED and TABLES[table].partition_time is not None


def _alive(arrived: Sequence[Arrival], ends_at: datetime) -> list[Feed]:
    """Sources that delivered in the weeks before the period's end, or since."""
    names = {one.source for one in arrived if one.last_at >= ends_at - LIVELY}
    return [Feed(source=name) for name in sorted(names)]
