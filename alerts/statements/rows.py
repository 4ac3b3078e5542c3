"""Statements and their revisions in the state database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, update

from alerts import approvals
from alerts.approvals import Approval, Subject
from alerts.event_log import Entry, append, lock
from alerts.library import store
from alerts.library.model import Library
from alerts.statements import terms as vocabulary
from alerts.statements.chain import Slot, slots
from alerts.statements.machine import Status
from alerts.statements.templates import Template
from alerts.statements.values import UnfitValueError, typed
from data_access.state import schema
from data_access.state.schema import statement as table
from data_access.state.schema import statement_revision as revisions

KIND = "statement"
"""`subject_kind` of its signatures."""


@dataclass(frozen=True)
class Statement:
    """One text for one channel in one language; columns as in the schema."""

    id: int
    crisis_id: int
    run_id: int | None
    step_key: str | None
    document_version_id: int
    template: str
    audience: str
    channel: str
    locale: str
    public: bool
    variables: Mapping[str, Any]
    body: str
    sha256: str
    status: Status
    source_id: int | None
    source_sha256: str | None
    author: str
    created_at: datetime
    sent_at: datetime | None
    sent_by: str | None
    sent: Mapping[str, Any] | None
    version: int
    updated_at: datetime

    @property
    def is_source(self) -> bool:
        """Whether others are translations of it."""
        return self.source_id is None

    @property
    def over(self) -> bool:
        """Whether it changes no more by itself."""
        return self.status in (Status.SENT, Status.WITHDRAWN)


@dataclass(frozen=True)
class Surroundings:
    """What is known of a statement's crisis."""

    roles: Mapping[str, str]
    labels: Mapping[str, str]
    status: str
    drill_id: int | None


def load(connection: Connection, statement_id: int) -> Statement | None:
    """One statement, locked until the transaction ends."""
    lock(connection)
    query = select(table).where(table.c.id == statement_id)
    row = connection.execute(query.with_for_update()).first()
    return None if row is None else read(row)


def look(connection: Connection, statement_id: int) -> Statement | None:
    """One statement, to be read only."""
    row = connection.execute(select(table).where(table.c.id == statement_id)).first()
    return None if row is None else read(row)


def read(row: Any) -> Statement:
    """A row of `statement`."""
    return Statement(
        row.id,
        row.crisis_id,
        row.run_id,
        row.step_key,
        row.document_version_id,
        row.template,
        row.audience,
        row.channel,
        row.locale,
        row.public,
        row.variables_json,
        row.body,
        row.sha256,
        Status(row.status),
        row.source_id,
        row.source_sha256,
        row.author,
        row.created_at,
        row.sent_at,
        row.sent_by,
        row.sent_json,
        row.version,
        row.updated_at,
    )


def siblings(connection: Connection, one: Statement) -> list[Statement]:
    """The texts drafted together with this one: of one step, or of one press; itself too."""
    if one.run_id is not None:
        same: ColumnElement[bool] = (table.c.run_id == one.run_id) & (
            table.c.step_key == one.step_key
        )
    else:
        same = (
            (table.c.crisis_id == one.crisis_id)
            & (table.c.template == one.template)
            & (table.c.created_at == one.created_at)
            & table.c.run_id.is_(None)
        )
    return _all(connection, select(table).where(same))


def translations(connection: Connection, one: Statement) -> list[Statement]:
    """The texts that are translations of this one."""
    return _all(connection, select(table).where(table.c.source_id == one.id))


def _all(connection: Connection, query: Select[Any]) -> list[Statement]:
    return [read(row) for row in connection.execute(query.order_by(table.c.id))]


def surroundings(connection: Connection, crisis_id: int) -> Surroundings:
    """What is known of the crisis."""
    crisis = schema.crisis
    row = connection.execute(
        select(crisis.c.roles_json, crisis.c.labels_json, crisis.c.status, crisis.c.drill_id).where(
            crisis.c.id == crisis_id
        )
    ).one()
    return Surroundings(row.roles_json, row.labels_json, row.status, row.drill_id)


def template_of(connection: Connection, one: Statement) -> Template:
    """The template by the version it was drafted from."""
    document = store.version(connection, one.document_version_id)
    assert document is not None  # the reference is enforced
    template: Template = document.model
    return template


def terms_of(connection: Connection) -> vocabulary.Terms:
    """The terms in force."""
    document = store.current(connection, "terms", vocabulary.NAME)
    held = {} if document is None else {"terms": {vocabulary.NAME: document.model}}
    return vocabulary.of(Library(held))


def chain_of(template: Template, one: Statement) -> tuple[Slot, Slot, Slot]:
    """The signatures that it needs."""
    return slots(template, is_source=one.is_source)


def signatures(connection: Connection, statement_id: int) -> list[Approval]:
    """Every signature it ever had."""
    return approvals.of(connection, KIND, str(statement_id))


def subject(one: Statement) -> Subject:
    """What is signed."""
    return Subject(KIND, str(one.id), one.sha256, one.crisis_id)


def values_of(template: Template, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values of the variables that have one that fits."""
    found = {}
    for name, variable in template.variables.items():
        if raw.get(name) is None:
            continue
        try:
            found[name] = typed(variable.type, raw[name], variable.longest)
        except UnfitValueError:
            continue
    return found


def add(connection: Connection, *, now: datetime, by: str, **columns: Any) -> int:
    """Write a new statement with its first revision."""
    made: int = connection.execute(
        insert(table)
        .values(
            **columns,
            status=str(Status.DRAFT),
            author=by,
            created_at=now,
            version=1,
            updated_at=now,
        )
        .returning(table.c.id)
    ).scalar_one()
    add_revision(connection, made, columns["body"], columns["sha256"], by=by, now=now)
    return made


def change(connection: Connection, one: Statement, now: datetime, **columns: Any) -> int:
    """Write changed columns under the next version; gives that version."""
    version = one.version + 1
    connection.execute(
        update(table).where(table.c.id == one.id).values(**columns, version=version, updated_at=now)
    )
    return version


def add_revision(
    connection: Connection,
    statement_id: int,
    body: str,
    sha256: str,
    *,
    by: str,
    now: datetime,
    note: str | None = None,
) -> None:
    """Keep a text as it was at a moment."""
    last = connection.execute(
        select(func.max(revisions.c.n)).where(revisions.c.statement_id == statement_id)
    ).scalar()
    connection.execute(
        insert(revisions).values(
            statement_id=statement_id,
            n=(last or 0) + 1,
            body=body,
            sha256=sha256,
            by=by,
            at=now,
            note=note,
        )
    )


def tell(
    connection: Connection,
    one: Statement,
    kind: str,
    *,
    actor: str,
    now: datetime,
    version: int,
    drill_id: int | None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write an event of a statement to the log of its crisis."""
    payload = {**about(one, version), **(facts or {})}
    if drill_id is not None:
        payload["drill"] = drill_id
    append(connection, [Entry(now, actor, kind, "crisis", str(one.crisis_id), payload)])


def about(one: Statement, version: int) -> dict[str, Any]:
    """What every event of a statement names."""
    named: dict[str, Any] = {
        "statement": one.id,
        "version": version,
        "locale": one.locale,
        "channel": one.channel,
    }
    if one.run_id is not None:
        named |= {"run": one.run_id, "step": one.step_key}
    return named


def ids(statements: Sequence[Statement]) -> list[int]:
    """Their numbers."""
    return [one.id for one in statements]
