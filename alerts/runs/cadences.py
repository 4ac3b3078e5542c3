"""When each audience of a run hears the next update: rows, asked by the worker and the screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from alerts.playbooks.format import Playbook
from data_access.state.schema import run_cadence as table


@dataclass(frozen=True)
class Beat:
    """Updates to one audience of one run. `next_at` None: none is due any more."""

    run_id: int
    audience: str
    every: timedelta
    next_at: datetime | None
    last_at: datetime | None
    last_by: str | None
    updates: int
    overdue_told_at: datetime | None
    version: int


def intervals(playbook: Playbook, level: int) -> dict[str, timedelta]:
    """How often each audience hears of a crisis at a level."""
    found: dict[str, timedelta] = {}
    for one in playbook.cadence:
        every = one.at(level)
        if every is not None:
            found[one.audience] = min(every, found.get(one.audience, every))
    return found


def set_out(
    connection: Connection, run_id: int, playbook: Playbook, level: int, now: datetime
) -> None:
    """Plan the updates of a level: new audiences from now on, known ones at the new pace."""
    known = {beat.audience: beat for beat in of_run(connection, run_id)}
    wanted = intervals(playbook, level)
    for audience, every in wanted.items():
        beat = known.get(audience)
        if beat is None:
            values = {"every_s": int(every.total_seconds()), "next_at": now + every}
            connection.execute(
                insert(table).values(
                    run_id=run_id, audience=audience, updates=0, version=1, **values
                )
            )
        elif every != beat.every or beat.next_at is None:
            next_at = max(now, (beat.last_at or now) + every)
            soonest = next_at if beat.next_at is None else min(next_at, beat.next_at)
            _write(connection, beat, every_s=int(every.total_seconds()), next_at=soonest)
    for audience, beat in known.items():
        if audience not in wanted and beat.next_at is not None:
            _write(connection, beat, next_at=None)


def sent(connection: Connection, beat: Beat, actor: str, now: datetime) -> None:
    """An update went out: the next one is due an interval later."""
    _write(
        connection,
        beat,
        next_at=now + beat.every,
        last_at=now,
        last_by=actor,
        updates=beat.updates + 1,
        overdue_told_at=None,
    )


def told(connection: Connection, beat: Beat, now: datetime) -> None:
    """Somebody was told that an update is overdue."""
    _write(connection, beat, overdue_told_at=now)


def end(connection: Connection, run_id: int) -> None:
    """No more updates are due: the run is over."""
    connection.execute(
        update(table)
        .where(table.c.run_id == run_id, table.c.next_at.is_not(None))
        .values(next_at=None, version=table.c.version + 1)
    )


def of_run(connection: Connection, run_id: int) -> list[Beat]:
    """Updates of a run by audience."""
    return of_runs(connection, [run_id])


def of_runs(connection: Connection, run_ids: Sequence[int]) -> list[Beat]:
    """Updates of some runs, by run and audience."""
    query = select(table).where(table.c.run_id.in_(run_ids))
    return [
        read(row) for row in connection.execute(query.order_by(table.c.run_id, table.c.audience))
    ]


def read(row: Any) -> Beat:
    """A row of `run_cadence`."""
    return Beat(
        row.run_id,
        row.audience,
        timedelta(seconds=row.every_s),
        row.next_at,
        row.last_at,
        row.last_by,
        row.updates,
        row.overdue_told_at,
        row.version,
    )


def _write(connection: Connection, beat: Beat, **values: Any) -> None:
    connection.execute(
        update(table)
        .where(table.c.run_id == beat.run_id, table.c.audience == beat.audience)
        .values(**values, version=beat.version + 1)
    )
