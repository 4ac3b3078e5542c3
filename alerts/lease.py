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


def acquire(engine: Engine, name: str, holder: str, ttl: timedelta, now: datetime) -> Lease | None:
    """Take the lease if it is free, has run out or is ours; None while another one holds it."""
    _ensure(engine, name, holder)
    with writing(engine) as connection:
        moment = database_time(connection, now)
        taken = connection.execute(
            update(table)
            .where(table.c.name == name)
            .where((table.c.expires_at <= moment) | (table.c.holder == holder))
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
