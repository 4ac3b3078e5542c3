"""Messages in the state database: written with what they tell, claimed by one sender at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, or_, select, update
from sqlalchemy.engine import Row

from alerts.notify.message import Message
from data_access.state.schema import outbox as table

_MOST_URGENT_FIRST = case({"critical": 0, "warning": 1, "info": 2}, value=table.c.severity, else_=3)


@dataclass(frozen=True)
class Stored:
    """A message as it lies in the outbox."""

    id: int
    message: Message
    state: str
    state_reason: str | None
    created_at: datetime
    attempts: int
    resend_of: int | None


def enqueue(
    connection: Connection,
    messages: Iterable[Message],
    now: datetime,
    *,
    resend_of: int | None = None,
) -> list[int]:
    """Write messages in the caller's transaction; one whose key is there already is left out.

    Returns:
        Numbers of the rows written.
    """
    written: list[int] = []
    for message in messages:
        row = connection.execute(
            _insert(connection)
            .values(
                idem_key=message.idem_key,
                group_id=message.group_id,
                crisis_id=message.crisis_id,
                kind=message.kind,
                reason=message.reason,
                severity=message.severity,
                channel=message.channel,
                recipient=message.recipient,
                locale=message.locale,
                subject=message.subject,
                body=message.body,
                body_sha256=hashlib.sha256(message.body.encode()).hexdigest(),
                payload_json=json.dumps(message.payload, ensure_ascii=False, sort_keys=True),
                state="pending",
                created_at=now,
                not_before=message.not_before,
                deadline=message.deadline,
                attempts=0,
                resend_of=resend_of,
            )
            .on_conflict_do_nothing(index_elements=["idem_key"])
            .returning(table.c.id)
        ).scalar()
        if row is not None:
            written.append(row)
    return written


def claim(
    connection: Connection,
    holder: str,
    now: datetime,
    *,
    lease: timedelta,
    channels: Sequence[str] | None = None,
    last_id: int | None = None,
    limit: int = 1,
) -> list[Stored]:
    """Take messages that are due, the most urgent and oldest first; nobody else gets them.

    A row whose lease ran out is due again: whoever held it died, and may have sent it.

    Args:
        connection: a writing transaction, to be committed before anything is sent.
        holder: who claims.
        now: the moment.
        lease: how long nobody else may take them.
        channels: only messages of these; None: of all.
        last_id: only messages up to this number; None: all.
        limit: how many at most.
    """
    due = select(table.c.id).where(is_due(now))
    if channels is not None:
        due = due.where(table.c.channel.in_(channels))
    if last_id is not None:
        due = due.where(table.c.id <= last_id)
    due = due.order_by(_MOST_URGENT_FIRST, table.c.id).limit(limit)
    if connection.dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    ids = connection.execute(due).scalars().all()
    if not ids:
        return []
    rows = connection.execute(
        update(table)
        .where(table.c.id.in_(ids))
        .values(
            state="sending",
            lease_by=holder,
            lease_until=now + lease,
            attempts=table.c.attempts + 1,
        )
        .returning(table)
    ).all()
    place = {number: n for n, number in enumerate(ids)}
    return sorted((stored(row) for row in rows), key=lambda found: place[found.id])


def is_due(now: datetime) -> ColumnElement[bool]:
    """Rows to be sent: pending ones whose time has come, and those of a sender that died."""
    return or_(
        (table.c.state == "pending") & (table.c.not_before <= now),
        (table.c.state == "sending") & (table.c.lease_until <= now),
    )


def finish(
    connection: Connection,
    outbox_id: int,
    holder: str,
    *,
    state: str,
    reason: str | None,
    now: datetime,
    not_before: datetime | None = None,
) -> bool:
    """Say what became of a claimed message; False if somebody else has it by now."""
    values: dict[str, Any] = {
        "state": state,
        "state_reason": reason,
        "lease_by": None,
        "lease_until": None,
    }
    if not_before is not None:
        values["not_before"] = not_before
    if state != "pending":
        values["finished_at"] = now
    done = connection.execute(
        update(table)
        .where(table.c.id == outbox_id, table.c.state == "sending", table.c.lease_by == holder)
        .values(**values)
    )
    return bool(done.rowcount)


def readdress(connection: Connection, outbox_id: int, message: Message) -> None:
    """Send a pending message over the channel that `message` names now."""
    connection.execute(
        update(table)
        .where(table.c.id == outbox_id, table.c.state == "pending")
        .values(
            channel=message.channel,
            payload_json=json.dumps(message.payload, ensure_ascii=False, sort_keys=True),
        )
    )


def settle(
    connection: Connection, ids: Sequence[int], state: str, reason: str, now: datetime
) -> None:
    """End pending messages without sending them."""
    if ids:
        connection.execute(
            update(table)
            .where(table.c.id.in_(ids), table.c.state == "pending")
            .values(state=state, state_reason=reason, finished_at=now)
        )


def delay(connection: Connection, ids: Sequence[int], until: datetime, reason: str) -> None:
    """Send pending messages later."""
    if ids:
        connection.execute(
            update(table)
            .where(table.c.id.in_(ids), table.c.state == "pending")
            .values(not_before=until, state_reason=reason)
        )


def hold_channel(connection: Connection, channel: str, until: datetime, reason: str) -> None:
    """Leave a channel alone that asked for it."""
    connection.execute(
        update(table)
        .where(table.c.channel == channel, table.c.state == "pending")
        .where(table.c.not_before < until)
        .values(not_before=until, state_reason=reason)
    )


def pending(connection: Connection, now: datetime, ahead: timedelta) -> list[Stored]:
    """Messages that wait and are due within `ahead`, the most urgent and oldest first."""
    query = select(table).where(table.c.state == "pending", table.c.not_before <= now + ahead)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    return fetch(connection, query.order_by(_MOST_URGENT_FIRST, table.c.id))


def fetch(connection: Connection, query: Select[Any]) -> list[Stored]:
    """The rows of a query over whole rows."""
    return [stored(row) for row in connection.execute(query)]


def newest(connection: Connection) -> int:
    """Number of the newest message; 0 if there is none."""
    return connection.execute(select(func.max(table.c.id))).scalar() or 0


def find(connection: Connection, outbox_id: int) -> Stored | None:
    """One message by its number."""
    row = connection.execute(select(table).where(table.c.id == outbox_id)).first()
    return None if row is None else stored(row)


def stored(row: Row[Any]) -> Stored:
    """A row of the outbox."""
    payload: Mapping[str, Any] = json.loads(row.payload_json)
    message = Message(
        row.idem_key,
        row.group_id,
        row.kind,
        row.reason,
        row.severity,
        row.channel,
        row.recipient,
        row.locale,
        row.subject,
        row.body,
        row.not_before,
        row.deadline,
        payload,
        row.crisis_id,
    )
    return Stored(
        row.id, message, row.state, row.state_reason, row.created_at, row.attempts, row.resend_of
    )


def _insert(connection: Connection) -> Any:
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment] # noqa: PLC0415
    return insert(table)
