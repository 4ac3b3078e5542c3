"""Root causes and corrective actions as they stand in the state database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from alerts.reviews import action_machine, cause_machine
from alerts.reviews.action_machine import Corrective
from alerts.reviews.cause_machine import Cause, Counts
from data_access.state import schema

causes = schema.root_cause
actions = schema.corrective_action


@dataclass(frozen=True)
class StoredCause:
    """One root cause; `cause` is what its machine knows."""

    id: int
    origin_key: str
    crisis_id: int | None
    survey: tuple[str, str] | None
    title: str
    cause: Cause
    opened_at: datetime
    due_at: datetime
    facts: Mapping[str, Any]
    drill: bool
    version: int


@dataclass(frozen=True)
class StoredAction:
    """One corrective action; `state` is what its machine knows."""

    id: int
    cause_id: int
    text: str
    state: Corrective
    version: int


def load(connection: Connection, cause_id: int) -> StoredCause | None:
    """One cause, locked until the transaction ends; the log's lock comes first."""
    row = connection.execute(
        select(causes).where(causes.c.id == cause_id).with_for_update()
    ).first()
    return None if row is None else read(row)


def of_crisis(connection: Connection, crisis_id: int) -> list[StoredCause]:
    """The causes of a crisis, in the order they were found."""
    rows = connection.execute(
        select(causes).where(causes.c.crisis_id == crisis_id).order_by(causes.c.id)
    )
    return [read(row) for row in rows]


def read(row: Any) -> StoredCause:
    """A row of `root_cause`."""
    facts = row.facts_json
    return StoredCause(
        row.id,
        row.origin_key,
        row.crisis_id,
        None if row.survey_id is None else (row.survey_source, row.survey_id),
        row.title,
        Cause(
            cause_machine.Status(row.status),
            row.cause_code,
            row.finding,
            row.owner,
            row.closed_at,
            facts.get("closed_because", ""),
            facts.get("same_as"),
        ),
        row.opened_at,
        row.due_at,
        facts,
        row.drill,
        row.version,
    )


def add(connection: Connection, values: Mapping[str, Any]) -> int | None:
    """Write a new cause; None where one of the same origin is there."""
    return connection.execute(
        _once(connection).values(**values, version=1).returning(causes.c.id)
    ).scalar()


def _once(connection: Connection) -> Any:
    """An insert that does nothing where one of the same origin exists."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as once  # noqa: PLC0415
    else:
        from sqlalchemy.dialects.sqlite import insert as once  # type: ignore[assignment] # noqa: PLC0415
    return once(causes).on_conflict_do_nothing(index_elements=["origin_key"])


def save(connection: Connection, stored: StoredCause, after: Cause, now: datetime) -> int:
    """Write what changed; gives the next version."""
    facts = {
        **stored.facts,
        "closed_because": after.reason,
        "same_as": after.same_as,
    }
    connection.execute(
        update(causes)
        .where(causes.c.id == stored.id)
        .values(
            status=str(after.status),
            cause_code=after.cause_code,
            finding=after.finding,
            owner=after.owner,
            closed_at=after.closed_at,
            facts_json=facts,
            version=stored.version + 1,
            updated_at=now,
        )
    )
    return stored.version + 1


def counts(connection: Connection, cause_id: int) -> Counts:
    """Corrective actions of a cause, by where they stand."""
    rows = connection.execute(
        select(actions.c.status, func.count().label("n"))
        .where(actions.c.root_cause_id == cause_id)
        .group_by(actions.c.status)
    )
    return Counts(**{row.status: row.n for row in rows})


def load_action(connection: Connection, action_id: int) -> StoredAction | None:
    """One corrective action, locked."""
    row = connection.execute(
        select(actions).where(actions.c.id == action_id).with_for_update()
    ).first()
    return None if row is None else read_action(row)


def actions_of(connection: Connection, cause_id: int) -> list[StoredAction]:
    """The corrective actions of a cause, in the order they were decided."""
    rows = connection.execute(
        select(actions).where(actions.c.root_cause_id == cause_id).order_by(actions.c.id)
    )
    return [read_action(row) for row in rows]


def read_action(row: Any) -> StoredAction:
    """A row of `corrective_action`."""
    state = Corrective(
        row.owner,
        row.due_on,
        row.check_on,
        action_machine.Status(row.status),
        row.result,
        row.settled_by,
        row.settled_at,
    )
    return StoredAction(row.id, row.root_cause_id, row.text, state, row.version)


def add_action(
    connection: Connection,
    cause_id: int,
    *,
    text: str,
    owner: str,
    due_on: date,
    check_on: date,
    now: datetime,
) -> int:
    """Write a new corrective action; gives its number."""
    made: int = connection.execute(
        insert(actions)
        .values(
            root_cause_id=cause_id,
            text=text,
            owner=owner,
            due_on=due_on,
            check_on=check_on,
            status="open",
            version=1,
            updated_at=now,
        )
        .returning(actions.c.id)
    ).scalar_one()
    return made


def save_action(
    connection: Connection, stored: StoredAction, after: Corrective, now: datetime
) -> int:
    """Write what changed; gives the next version."""
    connection.execute(
        update(actions)
        .where(actions.c.id == stored.id)
        .values(
            owner=after.owner,
            due_on=after.due_on,
            check_on=after.check_on,
            status=str(after.status),
            result=after.result,
            settled_by=after.settled_by,
            settled_at=after.settled_at,
            version=stored.version + 1,
            updated_at=now,
        )
    )
    return stored.version + 1
