"""What is to be decided: raised in a report, carried into every later one until it is settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from alerts.actions import Outcome
from alerts.crisis.people import may
from alerts.crisis.permits import who
from alerts.event_log import Entry, append
from alerts.notify.config import Config
from alerts.reviews.pressing import fresh, press, refuse
from dashboard.reports.comments import LONGEST, LONGEST_KEY, SUBJECT
from data_access.state.schema import report, report_decision

MAY_DECIDE = ("executive_sponsor", "service_manager", "crisis_lead")
"""Roles that raise and settle decisions; where nobody holds any of them, anybody may."""
LONGEST_NAME = 100


class Do(StrEnum):
    """What is done to decisions."""

    RAISE = "raise"
    DONE = "done"
    DROP = "drop"
    CHANGE = "change"


class Why(StrEnum):
    """Why it cannot be done."""

    NOT_FOUND = "not_found"
    NOT_IN_ROLE = "not_in_role"
    TEXT_NEEDED = "text_needed"
    TOO_LONG = "too_long"
    OWNER_NEEDED = "owner_needed"
    DAY_NEEDED = "day_needed"
    PAST = "past"
    OUTCOME_NEEDED = "outcome_needed"
    REASON_NEEDED = "reason_needed"
    NOTHING_CHANGED = "nothing_changed"
    SETTLED = "settled"


@dataclass(frozen=True)
class Action:
    """What to do, and what it needs.

    Attributes:
        do: what.
        text: of RAISE what is to be decided.
        owner: of RAISE and CHANGE who decides.
        due_on: of RAISE and CHANGE by which day.
        figure: of RAISE the key of the figure it is about; None: the whole report.
        outcome: of DONE what was decided, of DROP why not.
        reason: of CHANGE why.
    """

    do: Do
    text: str = ""
    owner: str = ""
    due_on: date | None = None
    figure: str | None = None
    outcome: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Decision:
    """One decision as it stands."""

    id: int
    template: str
    raised_in: int
    period: str
    """Of the report it was raised in."""
    figure: str | None
    text: str
    owner: str
    due_on: date
    status: str
    outcome: str | None
    created_by: str
    created_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    version: int


@dataclass(frozen=True)
class _Turn:
    """One press: in which transaction, by whom, when."""

    connection: Connection
    config: Config
    name: str
    now: datetime

    def permit(self) -> None:
        allowed = deciders(self.config)
        if allowed and not any(may(self.config, self.name, role) for role in MAY_DECIDE):
            raise refuse(Why.NOT_IN_ROLE, by=", ".join(allowed))

    def tell(self, kind: str, report_id: int, decision: int, version: int, **data: Any) -> None:
        payload = {**data, "decision": decision, "version": version}
        entry = Entry(self.now, self.name, kind, SUBJECT, str(report_id), payload)
        append(self.connection, [entry])


def act(
    engine: Engine,
    subject_id: int,
    action: Action,
    *,
    config: Config,
    actor: str,
    version: int | None,
    token: str | None,
    now: datetime,
) -> Outcome:
    """Raise, settle or change a decision.

    Args:
        engine: state database.
        subject_id: of RAISE the report, else the decision.
        action: what to do.
        config: who holds which role.
        actor: who does it.
        version: of the decision as the person saw it; of no meaning to RAISE.
        token: made for each press of a button.
        now: the wall clock.

    Returns:
        `data["decision"]` is its number; a refusal by role names in `by` who may.
    """

    def work(connection: Connection, name: str) -> Outcome:
        turn = _Turn(connection, config, name, now)
        if action.do is Do.RAISE:
            return _raise(turn, subject_id, action)
        return _go_on(turn, subject_id, action, version)

    kind = f"report_decision_{action.do}"
    subject = str(subject_id)
    return press(engine, work, actor=actor, token=token, kind=kind, subject=subject, wall=now)


def deciders(config: Config) -> list[str]:
    """People who may raise and settle; empty: anybody."""
    return who(config, MAY_DECIDE, {})


def of_template(connection: Connection, template: str | None = None) -> list[Decision]:
    """Decisions of a template (None: of all), by number."""
    wanted = select(report_decision, report.c.period).join(
        report, report.c.id == report_decision.c.raised_in
    )
    if template is not None:
        wanted = wanted.where(report_decision.c.template == template)
    rows = connection.execute(wanted.order_by(report_decision.c.id))
    return [_read(row) for row in rows]


def _read(row: Any) -> Decision:
    return Decision(
        row.id,
        row.template,
        row.raised_in,
        row.period,
        row.figure,
        row.text,
        row.owner,
        row.due_on,
        row.status,
        row.outcome,
        row.created_by,
        row.created_at,
        row.settled_by,
        row.settled_at,
        row.version,
    )


def _raise(turn: _Turn, report_id: int, action: Action) -> Outcome:
    wanted = select(report.c.template).where(report.c.id == report_id)
    found = turn.connection.execute(wanted).first()
    if found is None:
        raise refuse(Why.NOT_FOUND)
    turn.permit()
    text, owner = action.text.strip(), action.owner.strip()
    figure = (action.figure or "").strip() or None
    if not text:
        raise refuse(Why.TEXT_NEEDED)
    if len(text) > LONGEST or len(figure or "") > LONGEST_KEY:
        raise refuse(Why.TOO_LONG)
    if action.due_on is None:
        raise refuse(Why.DAY_NEEDED)
    _check_plan(owner, action.due_on, turn.now)
    row = {
        "template": found.template,
        "raised_in": report_id,
        "figure": figure,
        "text": text,
        "owner": owner,
        "due_on": action.due_on,
        "status": "open",
        "created_by": turn.name,
        "created_at": turn.now,
        "version": 1,
        "updated_at": turn.now,
    }
    made: int = turn.connection.execute(
        insert(report_decision).values(row).returning(report_decision.c.id)
    ).scalar_one()
    data = {"text": text, "owner": owner, "due_on": str(action.due_on), "figure": figure}
    turn.tell("decision_raised", report_id, made, 1, **data)
    return Outcome("done", 1, data={"decision": made})


def _check_plan(owner: str, due_on: date, now: datetime) -> None:
    if not owner:
        raise refuse(Why.OWNER_NEEDED)
    if len(owner) > LONGEST_NAME:
        raise refuse(Why.TOO_LONG)
    if due_on < now.date():
        raise refuse(Why.PAST)


def _go_on(turn: _Turn, decision_id: int, action: Action, seen: int | None) -> Outcome:
    table = report_decision
    row = turn.connection.execute(
        select(table).where(table.c.id == decision_id).with_for_update()
    ).first()
    if row is None:
        raise refuse(Why.NOT_FOUND)
    subject, about = (SUBJECT, str(row.raised_in)), ("decision", decision_id)
    fresh(turn.connection, subject, seen=seen, version=row.version, about=about)
    turn.permit()
    if row.status != "open":
        raise refuse(Why.SETTLED, by=row.settled_by or "", at=row.settled_at)
    if action.do is Do.CHANGE:
        kind, values, data = _changed(row, action, turn.now)
    else:
        kind, values, data = _settled(action, turn)
    version = row.version + 1
    turn.connection.execute(
        update(table)
        .where(table.c.id == decision_id)
        .values(version=version, updated_at=turn.now, **values)
    )
    turn.tell(kind, row.raised_in, decision_id, version, **data)
    return Outcome("done", version, data={"decision": decision_id})


def _settled(action: Action, turn: _Turn) -> tuple[str, dict[str, Any], dict[str, Any]]:
    outcome = action.outcome.strip()
    if not outcome:
        raise refuse(Why.OUTCOME_NEEDED if action.do is Do.DONE else Why.REASON_NEEDED)
    if len(outcome) > LONGEST:
        raise refuse(Why.TOO_LONG)
    status = "done" if action.do is Do.DONE else "dropped"
    values = {
        "status": status,
        "outcome": outcome,
        "settled_by": turn.name,
        "settled_at": turn.now,
    }
    return f"decision_{status}", values, {"outcome": outcome}


def _changed(row: Any, action: Action, now: datetime) -> tuple[str, dict[str, Any], dict[str, Any]]:
    owner, due_on = action.owner.strip() or row.owner, action.due_on or row.due_on
    if (owner, due_on) == (row.owner, row.due_on):
        raise refuse(Why.NOTHING_CHANGED)
    if not action.reason.strip():
        raise refuse(Why.REASON_NEEDED)
    if len(action.reason) > LONGEST:
        raise refuse(Why.TOO_LONG)
    _check_plan(owner, now.date() if due_on == row.due_on else due_on, now)
    data = {
        "owner": owner,
        "due_on": str(due_on),
        "was_owner": row.owner,
        "was_due_on": str(row.due_on),
        "reason": action.reason.strip(),
    }
    return "decision_changed", {"owner": owner, "due_on": due_on}, data
