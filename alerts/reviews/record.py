"""What the record tells of a crisis by itself: when what happened, how long it took, what was late.

Reviews begin with it, drills are judged by it. All times are those of the crisis's own clock.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, select

from alerts.crisis.model import Kind
from alerts.crisis.rows import SUBJECT, StoredCrisis, look
from alerts.playbooks.names import filled
from alerts.runs import rows as run_rows
from alerts.runs.conditions import variables
from alerts.runs.model import StepRun, StepState
from alerts.runs.rows import StoredRun
from data_access.state import schema

MILESTONES = (
    "began",
    "detected",
    "proposed",
    "declared",
    "first_statement",
    "contained",
    "closed",
)
DURATIONS: Mapping[str, tuple[str, str]] = {
    "to_detect": ("began", "detected"),
    "to_declare": ("detected", "declared"),
    "to_first_statement": ("declared", "first_statement"),
    "to_contain": ("declared", "contained"),
    "to_close": ("declared", "closed"),
}
"""Name to the milestones it lies between: MTTD and MTTA are the first two."""
Standing = Literal["on_time", "late", "skipped", "unknown", "not_done", "not_reached", "no_target"]
"""`not_done`: its time came and passed; `not_reached`: it was not due before the end."""
_LEVELS = (Kind.DECLARED, Kind.LEVEL_RAISED, Kind.LEVEL_LOWERED)


@dataclass(frozen=True)
class StepFact:
    """How one step of a playbook went.

    Attributes:
        took_s: from when it could begin until it was done.
        target_s: from when it could begin until it was due; None: it had no due time.
        late_s: how much later than due it was done, or still is not.
        done_after_s, due_after_s: since the run began. A step may be due before it could begin.
    """

    run: int
    playbook: str
    key: str
    title: Mapping[str, str]
    kind: str
    role: str | None
    who: str | None
    standing: Standing
    ready_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None
    took_s: float | None
    target_s: float | None
    late_s: float | None
    done_after_s: float | None
    due_after_s: float | None
    note: str


@dataclass(frozen=True)
class StatementFact:
    """One statement: from draft to the last signature and to being sent."""

    id: int
    template: str
    locale: str
    channel: str
    status: str
    created_at: datetime
    signed: tuple[tuple[str, str, datetime], ...]
    """Role, who, when; for the text as it is now."""
    sent_at: datetime | None


@dataclass(frozen=True)
class Record:
    """Everything the record tells."""

    crisis: StoredCrisis
    milestones: Mapping[str, datetime]
    durations: Mapping[str, float]
    levels: tuple[tuple[datetime, int, str, str], ...]
    """When, which level, by whom, for which reason."""
    asked_level: int | None
    """The highest level that a criterion asked for at any time."""
    steps: tuple[StepFact, ...]
    statements: tuple[StatementFact, ...]

    @property
    def declared_level(self) -> int | None:
        """As it was first declared."""
        return self.levels[0][1] if self.levels else self.crisis.level

    @property
    def highest_level(self) -> int | None:
        """The highest level it ever had."""
        return max((level for _at, level, _by, _why in self.levels), default=self.crisis.level)

    def stored(self) -> dict[str, Any]:
        """As JSON, for a review that is published."""
        return {
            "milestones": {name: at.isoformat() for name, at in self.milestones.items()},
            "durations": dict(self.durations),
            "levels": [[at.isoformat(), *rest] for at, *rest in self.levels],
            "asked_level": self.asked_level,
            "steps": [plain(asdict(step)) for step in self.steps],
            "statements": [plain(asdict(one)) for one in self.statements],
        }


def plain(value: Any) -> Any:
    """The same with times as text, so that it is JSON."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def gather(connection: Connection, crisis_id: int, now: datetime) -> Record | None:
    """The record of a crisis as it stands; None if there is no such crisis.

    Args:
        connection: state database.
        crisis_id: the crisis.
        now: the clock of the crisis: what is due before and not done is late.
    """
    crisis = look(connection, crisis_id)
    if crisis is None:
        return None
    statements = _statements(connection, crisis_id)
    sent = min((one.sent_at for one in statements if one.sent_at), default=None)
    found = {
        "began": crisis.began_at,
        "detected": crisis.detected_at,
        "proposed": crisis.proposed_at,
        "declared": crisis.declared_at,
        "first_statement": sent,
        "contained": crisis.contained_at,
        "closed": crisis.closed_at,
    }
    milestones = {name: at for name, at in found.items() if at is not None}
    durations = {
        name: (milestones[until] - milestones[since]).total_seconds()
        for name, (since, until) in DURATIONS.items()
        if since in milestones and until in milestones
    }
    end = min(now, crisis.closed_at or now)
    runs = run_rows.all_of(connection, crisis_id)
    return Record(
        crisis,
        milestones,
        durations,
        tuple(_levels(connection, crisis_id)),
        _asked(connection, crisis_id),
        tuple(step for run in runs for step in _steps(run, end)),
        tuple(statements),
    )


def _levels(connection: Connection, crisis_id: int) -> list[tuple[datetime, int, str, str]]:
    log = schema.event_log
    rows = connection.execute(
        select(log.c.at, log.c.actor, log.c.payload_json)
        .where(log.c.subject_kind == SUBJECT, log.c.subject_id == str(crisis_id))
        .where(log.c.kind.in_([str(kind) for kind in _LEVELS]))
        .order_by(log.c.seq)
    )
    told = [(row.at, row.actor, json.loads(row.payload_json)) for row in rows]
    return [(at, said["level"], actor, said.get("note", "")) for at, actor, said in told]


def _asked(connection: Connection, crisis_id: int) -> int | None:
    table = schema.crisis_criterion
    levels = connection.execute(
        select(table.c.level).where(
            table.c.crisis_id == crisis_id, table.c.last_held_at.is_not(None)
        )
    ).scalars()
    return max(levels, default=None)


def _steps(stored: StoredRun, end: datetime) -> list[StepFact]:
    return [
        step_fact(stored, one, end)
        for one in sorted(stored.run.steps.values(), key=lambda one: one.place)
    ]


def step_fact(stored: StoredRun, one: StepRun, end: datetime) -> StepFact:
    """How one step went; `end`: until when somebody could have done it."""
    plan = stored.playbook.by_key[one.key]
    known = variables(stored.playbook, stored.run)
    done = one.done_at if one.state in (StepState.DONE, StepState.SKIPPED) else None
    until = done or end
    return StepFact(
        stored.run.id,
        stored.playbook.id,
        one.key,
        {"en": filled(plan.title.en, known), "zh": filled(plan.title.zh, known)},
        one.kind,
        one.role,
        one.done_by or one.owner,
        _standing(one, until),
        one.ready_at,
        one.due_at,
        done,
        _seconds(one.ready_at, done),
        _seconds(one.ready_at, one.due_at),
        max(_seconds(one.due_at, until) or 0.0, 0.0) if one.due_at else None,
        _seconds(stored.started_at, done),
        _seconds(stored.started_at, one.due_at),
        one.note or "",
    )


def _standing(one: StepRun, until: datetime) -> Standing:
    was = (one.result or {}).get("was") if one.state is StepState.CANCELLED else None
    if one.state is StepState.UNKNOWN or was == StepState.UNKNOWN:
        return "unknown"
    if one.state is StepState.SKIPPED:
        return "skipped"
    if one.state is not StepState.DONE:
        return "not_done" if one.due_at is not None and one.due_at <= until else "not_reached"
    if one.due_at is None:
        return "no_target"
    return "late" if until > one.due_at else "on_time"


def _seconds(since: datetime | None, until: datetime | None) -> float | None:
    return None if since is None or until is None else (until - since).total_seconds()


def _statements(connection: Connection, crisis_id: int) -> list[StatementFact]:
    table, approval = schema.statement, schema.approval
    rows = connection.execute(
        select(table).where(table.c.crisis_id == crisis_id).order_by(table.c.id)
    ).all()
    signed: dict[tuple[str, str], list[tuple[str, str, datetime]]] = {}
    for row in connection.execute(
        select(approval)
        .where(approval.c.subject_kind == "statement", approval.c.decision == "approved")
        .where(approval.c.subject_id.in_([str(row.id) for row in rows]))
        .order_by(approval.c.at, approval.c.id)
    ):
        key = (row.subject_id, row.subject_sha256)
        signed.setdefault(key, []).append((row.role, row.by, row.at))
    return [
        StatementFact(
            row.id,
            row.template,
            row.locale,
            row.channel,
            row.status,
            row.created_at,
            tuple(signed.get((str(row.id), row.sha256), ())),
            row.sent_at,
        )
        for row in rows
    ]


def troubled(steps: Sequence[StepFact]) -> list[StepFact]:
    """Steps that a review must explain: late, skipped, not done, unknown."""
    return [step for step in steps if step.standing not in ("on_time", "no_target")]
