"""Crisis rows: the state of the machine as columns, and its events as log entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from alerts.crisis.model import Crisis, Event, Kind, Status
from alerts.event_log import Entry, append, lock
from data_access.state.schema import crisis as table

SUBJECT = "crisis"
"""`subject_kind` of a crisis's entries in the event log; `subject_id` is its number."""
OPEN = (Status.PROPOSED, Status.DECLARED, Status.CONTAINED)


@dataclass(frozen=True)
class StoredCrisis:
    """One crisis. `version` grows with every change; see `alerts.crisis.model.Crisis`.

    Attributes:
        cause_key: what makes two crises one, see `alerts.crisis.causes`; empty keys do not exist.
        labels: `topic`, and what it is narrowed to: `market`, `product`, `lot`, `carrier` …
        flags: what people know, name to {by, at, note}.
        levels_version_id: the levels it is judged by, frozen.
        measured: what the worker measured last, by measure: {value, evidence}.
        found: how many of each kind of thing its labels select, whether joined or not.
        titles: the title by language, where the system gave it.
    """

    id: int
    cause_key: str
    title: str
    labels: Mapping[str, str]
    status: Status
    level: int | None
    proposed_level: int | None
    began_at: datetime
    detected_at: datetime
    proposed_at: datetime | None
    declared_at: datetime | None
    declared_by: str | None
    level_at: datetime | None
    clear_since: datetime | None
    contained_at: datetime | None
    closed_at: datetime | None
    close_reason: str | None
    lead: str | None
    roles: Mapping[str, str]
    flags: Mapping[str, Mapping[str, Any]]
    levels_version_id: int
    continues_id: int | None
    drill_id: int | None
    measured: Mapping[str, Mapping[str, Any]]
    found: Mapping[str, int]
    titles: Mapping[str, str]
    version: int
    updated_at: datetime

    def title_in(self, locale: str) -> str:
        """The title for a reader."""
        return self.titles.get("zh" if locale.startswith("zh") else "en", self.title)

    @property
    def crisis(self) -> Crisis:
        """As the machine knows it."""
        return Crisis(**{name: getattr(self, name) for name in _MACHINE})

    @property
    def is_open(self) -> bool:
        """Whether it is neither closed nor dismissed."""
        return self.status in OPEN


_MACHINE = tuple(Crisis.__dataclass_fields__)


def load(connection: Connection, crisis_id: int) -> StoredCrisis | None:
    """One crisis by its number; on PostgreSQL its row is locked until the transaction ends."""
    return first(connection, select(table).where(table.c.id == crisis_id))


def first(connection: Connection, query: Select[Any]) -> StoredCrisis | None:
    """The first crisis of a query over whole rows, locked."""
    lock(connection)  # before the row, as every transaction that changes crises does
    row = connection.execute(query.with_for_update()).first()
    return None if row is None else read(row)


def look(connection: Connection, crisis_id: int) -> StoredCrisis | None:
    """One crisis by its number, to be read only."""
    row = connection.execute(select(table).where(table.c.id == crisis_id)).first()
    return None if row is None else read(row)


def read(row: Any) -> StoredCrisis:
    """A row of `crisis`."""
    state = row.state_json or {}
    return StoredCrisis(
        id=row.id,
        cause_key=row.cause_key,
        title=row.title,
        labels=row.labels_json,
        status=Status(row.status),
        level=row.level,
        proposed_level=row.proposed_level,
        began_at=row.began_at,
        detected_at=row.detected_at,
        proposed_at=row.proposed_at,
        declared_at=row.declared_at,
        declared_by=row.declared_by,
        level_at=row.level_at,
        clear_since=row.clear_since,
        contained_at=row.contained_at,
        closed_at=row.closed_at,
        close_reason=row.close_reason,
        lead=row.lead,
        roles=row.roles_json,
        flags=row.flags_json,
        levels_version_id=row.levels_version_id,
        continues_id=row.continues_id,
        drill_id=row.drill_id,
        measured=state.get("measured", {}),
        found=state.get("found", {}),
        titles=state.get("titles", {}),
        version=row.version,
        updated_at=row.updated_at,
    )


def columns(crisis: Crisis) -> dict[str, Any]:
    """The columns that the machine owns."""
    values = {name: getattr(crisis, name) for name in _MACHINE if name not in ("roles", "flags")}
    return {
        **values,
        "status": str(crisis.status),
        "roles_json": dict(crisis.roles),
        "flags_json": {name: dict(said) for name, said in crisis.flags.items()},
    }


@dataclass(frozen=True)
class New:
    """What a crisis begins with."""

    cause_key: str
    title: str
    labels: Mapping[str, str]
    began_at: datetime
    detected_at: datetime
    levels_version_id: int
    crisis: Crisis
    continues_id: int | None = None
    drill_id: int | None = None
    titles: Mapping[str, str] = field(default_factory=dict)


def add(connection: Connection, new: New, events: Sequence[Event], now: datetime) -> StoredCrisis:
    """Write a new crisis and what there is to tell of it; the caller holds `event_log.lock`.

    Raises:
        sqlalchemy.exc.IntegrityError: another crisis of the same cause is open.
    """
    row = connection.execute(
        insert(table)
        .values(
            **columns(new.crisis),
            cause_key=new.cause_key,
            title=new.title,
            labels_json=dict(new.labels),
            began_at=new.began_at,
            detected_at=new.detected_at,
            levels_version_id=new.levels_version_id,
            continues_id=new.continues_id,
            drill_id=new.drill_id,
            state_json={"titles": dict(new.titles)},
            version=1,
            updated_at=now,
        )
        .returning(table)
    ).one()
    stored = read(row)
    tell(connection, stored, events)
    return stored


def save(
    connection: Connection,
    stored: StoredCrisis,
    crisis: Crisis,
    events: Sequence[Event],
    now: datetime,
) -> StoredCrisis:
    """Write what changed and the events, under the next version; nothing if nothing changed."""
    if crisis == stored.crisis and not events:
        return stored
    version = stored.version + 1
    row = connection.execute(
        update(table)
        .where(table.c.id == stored.id)
        .values(**columns(crisis), version=version, updated_at=now)
        .returning(table)
    ).one()
    saved = read(row)
    tell(connection, saved, events)
    return saved


def measured(
    connection: Connection,
    stored: StoredCrisis,
    measures: Mapping[str, Mapping[str, Any]],
    found: Mapping[str, int] | None = None,
) -> StoredCrisis:
    """Note the last figures; they are no change that a person must have seen."""
    counts = stored.found if found is None else found
    state = {"measured": dict(measures), "found": dict(counts), "titles": dict(stored.titles)}
    connection.execute(update(table).where(table.c.id == stored.id).values(state_json=state))
    return replace(stored, measured=measures, found=counts)


def relabel(connection: Connection, crisis_id: int, labels: Mapping[str, str]) -> None:
    """Write what a crisis is narrowed to now; the log tells of the incidents that changed it."""
    connection.execute(
        update(table).where(table.c.id == crisis_id).values(labels_json=dict(labels))
    )


def tell(connection: Connection, stored: StoredCrisis, events: Sequence[Event]) -> None:
    """Write events of a crisis to the log; `version` is that of the row after them."""
    append(
        connection,
        [
            entry(stored, str(event.kind), event.actor, event.at, {**event.data, **_reason(event)})
            for event in events
        ],
    )


def entry(
    stored: StoredCrisis, kind: str, actor: str, at: datetime, payload: Mapping[str, Any]
) -> Entry:
    """A log entry about a crisis; of a drill it says so."""
    drill = {} if stored.drill_id is None else {"drill": stored.drill_id}
    data = {**payload, **drill, "version": stored.version}
    return Entry(at, actor, kind, SUBJECT, str(stored.id), data)


def _reason(event: Event) -> dict[str, str]:
    return {"reason": event.reason} if event.reason else {}


LEVEL_KINDS = (
    Kind.PROPOSED,
    Kind.LEVEL_PROPOSED,
    Kind.LEVEL_PROPOSAL_CLEARED,
    Kind.DECLARED,
    Kind.LEVEL_RAISED,
    Kind.LEVEL_LOWERED,
)
"""Events that tell the history of a crisis's level."""
