"""Who may act: a lease row with a fencing token.

A worker that was frozen while another took over holds a lower fence; every writing transaction
checks the fence, so the late worker's write is refused instead of done twice. An advisory lock
cannot do that: it stays with the frozen process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from data_access.state.engine import writing
from data_access.state.schema import lease as table

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class LeaseLost(Exception):  # noqa: N818 - an event, not a fault
    """Another worker took over; nothing of this transaction was written."""


@dataclass(frozen=True)
class Lease:
    """Leadership under `name`, proven by `fence`."""

    name: str
    holder: str
    fence: int
    ttl: timedelta


@dataclass(frozen=True)
class Held:
    """The lease as somebody saw it: every renewal and every takeover changes it."""

    holder: str
    fence: int
    expires_at: datetime


def held(engine: Engine, name: str) -> Held | None:
    """Who holds the lease, as its row says; None if nobody ever did."""
    with engine.connect() as connection:
        row = connection.execute(select(table).where(table.c.name == name)).first()
    return None if row is None else Held(row.holder, row.fence, row.expires_at)


def acquire(
    engine: Engine,
    name: str,
    holder: str,
    ttl: timedelta,
    now: datetime,
    *,
    unchanged: Held | None = None,
) -> Lease | None:
    """Take the lease if it is free, has run out or is ours; None while another one holds it.

    Args:
        engine: state database.
        name: which lease.
        holder: who wants it.
        ttl: how long it lasts without being renewed.
        now: the wall clock.
        unchanged: the lease as the caller has seen it for a whole `ttl` on a clock that nobody
            sets: its holder is dead, even where the wall clock was put back and says otherwise.
    """
    _ensure(engine, name, holder)
    with writing(engine) as connection:
        moment = database_time(connection, now)
        free = (table.c.expires_at <= moment) | (table.c.holder == holder)
        if unchanged is not None:
            free |= (
                (table.c.holder == unchanged.holder)
                & (table.c.fence == unchanged.fence)
                & (table.c.expires_at == unchanged.expires_at)
            )
        taken = connection.execute(
            update(table)
            .where(table.c.name == name)
            .where(free)
            .values(holder=holder, fence=table.c.fence + 1, expires_at=moment + ttl)
            .returning(table.c.fence)
        ).scalar()
    return None if taken is None else Lease(name, holder, taken, ttl)


def renew(engine: Engine, lease: Lease, now: datetime) -> bool:
    """Prolong the lease; False when another worker has it by now."""
    with writing(engine) as connection:
        renewed = connection.execute(
            update(table)
            .where(_ours(lease))
            .values(expires_at=database_time(connection, now) + lease.ttl)
        )
    return bool(renewed.rowcount)


def release(engine: Engine, lease: Lease) -> None:
    """Give the lease up, so that a successor need not wait for it to run out."""
    with writing(engine) as connection:
        connection.execute(update(table).where(_ours(lease)).values(expires_at=_LONG_AGO))


@contextmanager
def fenced(engine: Engine, lease: Lease) -> Iterator[Connection]:
    """A writing transaction that only the present leader can commit.

    On PostgreSQL the lease row is held `FOR SHARE`, so a takeover waits for the commit, and a
    leader frozen inside the transaction is disconnected before its lease runs out. SQLite lets
    only one writer in anyway.

    Raises:
        LeaseLost: another worker leads.
    """
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            half = f"{int(lease.ttl.total_seconds() * 500)}ms"
            connection.execute(
                text("SELECT set_config('idle_in_transaction_session_timeout', :half, true)"),
                {"half": half},
            )
        held = connection.execute(
            select(table.c.fence).where(_ours(lease)).with_for_update(read=True)
        ).scalar()
        if held is None:
            raise LeaseLost(f"{lease.holder} no longer holds the lease {lease.name!r}")
        yield connection


def database_time(connection: Connection, now: datetime) -> datetime:
    """PostgreSQL's clock, which all its workers share; on SQLite, one machine, the caller's."""
    if connection.dialect.name != "postgresql":
        return now
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment


def _ours(lease: Lease) -> ColumnElement[bool]:
    return and_(
        table.c.name == lease.name, table.c.holder == lease.holder, table.c.fence == lease.fence
    )


def _ensure(engine: Engine, name: str, holder: str) -> None:
    """Make the row on first use; of two first workers one insert wins."""
    with engine.connect() as connection:
        if connection.execute(select(table.c.name).where(table.c.name == name)).scalar():
            return
    with contextlib.suppress(IntegrityError), writing(engine) as connection:
        connection.execute(
            insert(table).values(name=name, holder=holder, fence=0, expires_at=_LONG_AGO)
        )
