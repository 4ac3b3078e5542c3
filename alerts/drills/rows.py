"""Drills as they stand in the state database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from alerts.crisis.clock import DrillClock, of_drill
from alerts.drills.model import Scenario, scenario
from data_access.state import schema

table = schema.drill


@dataclass(frozen=True)
class Drill:
    """One exercise.

    Attributes:
        id: number.
        crisis_id: the crisis that is played.
        title: what people call it.
        playbook: name of the playbook.
        playbook_n: which version of it.
        status: `running`, `ended` or `cancelled`.
        ended_at: by the wall clock.
        fired: how many injects have happened.
        report: how it went, once it has ended.
    """

    id: int
    crisis_id: int
    title: str
    playbook: str
    playbook_n: int
    playbook_version_id: int
    scenario: Scenario
    clock: DrillClock
    status: str
    started_by: str
    ended_at: datetime | None
    fired: int
    report: dict[str, Any] | None
    version: int

    @property
    def running(self) -> bool:
        """Whether its clock runs."""
        return self.ended_at is None

    def now(self, wall: datetime) -> datetime:
        """What its clock shows; one that has ended stands still."""
        return self.clock.at(wall if self.ended_at is None else min(wall, self.ended_at))


def of_crisis(connection: Connection, crisis_id: int) -> Drill | None:
    """The drill that a crisis is; None if it is in earnest."""
    rows = connection.execute(_select().where(schema.crisis.c.id == crisis_id)).all()
    return _read(rows[0]) if rows else None


def load(connection: Connection, drill_id: int, *, lock: bool = False) -> Drill | None:
    """One drill by its number; `lock` keeps others from changing it until the transaction ends."""
    if lock and connection.dialect.name == "postgresql":
        connection.execute(select(table.c.id).where(table.c.id == drill_id).with_for_update())
    row = connection.execute(_select().where(table.c.id == drill_id)).first()
    return None if row is None else _read(row)


def running(connection: Connection) -> list[Drill]:
    """Drills whose clock runs, the oldest first."""
    rows = connection.execute(_select().where(table.c.status == "running").order_by(table.c.id))
    return [_read(row) for row in rows]


def drills(connection: Connection, *, limit: int = 200) -> list[Drill]:
    """Every drill, the newest first."""
    rows = connection.execute(_select().order_by(table.c.id.desc()).limit(limit))
    return [_read(row) for row in rows]


def _select() -> Any:
    crisis, document = schema.crisis, schema.document_version
    return (
        select(
            table,
            crisis.c.id.label("crisis_id"),
            document.c.name.label("playbook"),
            document.c.n.label("playbook_n"),
        )
        .join(crisis, crisis.c.drill_id == table.c.id)
        .join(document, document.c.id == table.c.playbook_version_id)
    )


def _read(row: Any) -> Drill:
    return Drill(
        row.id,
        row.crisis_id,
        row.title,
        row.playbook,
        row.playbook_n,
        row.playbook_version_id,
        scenario(row.scenario_json),
        of_drill(row),
        row.status,
        row.started_by,
        row.ended_at,
        row.scenario_json.get("fired", 0),
        row.report_json,
        row.version,
    )
