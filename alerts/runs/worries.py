"""What a person must look at: steps that went wrong, what is overdue, updates that did not go out.

A separate look at the rows themselves, so that a fault in whoever should have acted is found too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, select

from alerts.crisis.clock import now_of
from alerts.lease import Lease, fenced
from alerts.notify import outbox
from alerts.notify.config import Config
from alerts.notify.message import Message
from alerts.playbooks.fields import Texts
from alerts.runs import cadences, machine, rows, telling
from alerts.runs.model import ENDED, Action, Do, Event, Kind, Refused, RunStatus, StepState
from alerts.runs.rows import StoredRun
from alerts.runs.timing import shown
from data_access.state import schema

PATIENCE = timedelta(minutes=5)
"""How long a step or an update may be late before it is told, by the clock of its crisis."""

_run, _step, _crisis, _drill = (
    schema.playbook_run,
    schema.run_step,
    schema.crisis,
    schema.drill,
)
_beat = schema.run_cadence

_WORDS = {
    Kind.FAILED: Texts.model_construct(
        en="Failed: {note} Try it again, do it by hand or skip it with a reason.",
        zh="失败：{note}请重试、手动完成，或说明原因后跳过。",
    ),
    Kind.BLOCKED: Texts.model_construct(
        en="The worker cannot do it: {note} Remove the cause and try again, or do it by hand.",
        zh="系统无法完成：{note}请排除原因后重试，或手动完成。",
    ),
    Kind.UNKNOWN: Texts.model_construct(
        en="Nobody knows whether it happened: {note} Look, and answer yes or no with proof.",
        zh="不确定是否已经执行：{note}请核实，并附上证据回答“是”或“否”。",
    ),
    Kind.ESCALATED: Texts.model_construct(
        en="It was due at {due_at} and is not done.", zh="应于 {due_at} 完成，至今未完成。"
    ),
}


def messages(
    config: Config, stored: StoredRun, events: Iterable[Event], wall: datetime
) -> list[Message]:
    """What people are told of events: each once, for it carries the version of its row."""
    made: list[Message] = []
    for event in events:
        words = _WORDS.get(event.kind)
        if words is None:
            continue
        plan = stored.playbook.by_key[event.step]
        one = stored.run.steps[event.step]
        overdue = event.kind is Kind.ESCALATED
        to = (
            telling.above(config, stored, plan)
            if overdue
            else telling.owners(config, stored, plan, one)
        )
        title, _ = telling.message_of(stored, plan)
        note = str(event.data.get("note") or "")
        due_at = f"{one.due_at:%Y-%m-%d %H:%M} UTC" if one.due_at else ""
        said = _Said(words, f"{note} " if note else "", due_at)
        made += telling.compose(
            config,
            stored,
            to,
            "crisis_overdue" if overdue else "crisis_worry",
            title.in_,
            said.in_,
            key=event.step,
            generation=stored.versions[event.step],
            wall=wall,
        )
    return made


@dataclass(frozen=True)
class _Said:
    words: Texts
    note: str
    due_at: str

    def in_(self, locale: str) -> str:
        text = self.words.in_(locale)
        return text.replace("{note}", self.note).replace("{due_at}", self.due_at)


def run_due(engine: Engine, lease: Lease, config: Config, wall: datetime) -> int:
    """End or tell what is overdue, each once; how many there were.

    Raises:
        LeaseLost: another worker leads.
    """
    found = 0
    for run_id, key in _overdue_steps(engine, wall):
        found += _time_out(engine, lease, config, run_id, key, wall)
    for run_id, audience in _overdue_updates(engine, wall):
        found += _tell_update(engine, lease, config, run_id, audience, wall)
    return found


def _overdue_steps(engine: Engine, wall: datetime) -> list[tuple[int, str]]:
    query = (
        select(_step.c.run_id, _step.c.step_key, _step.c.due_at, _drill)
        .join(_run, _run.c.id == _step.c.run_id)
        .join(_crisis, _crisis.c.id == _run.c.crisis_id)
        .outerjoin(_drill, _drill.c.id == _crisis.c.drill_id)
        .where(_run.c.status == str(RunStatus.RUNNING))
        .where(_step.c.due_at.is_not(None), _step.c.overdue_told_at.is_(None))
        .where(_step.c.state.not_in([str(state) for state in ENDED]))
        .order_by(_step.c.due_at, _step.c.run_id, _step.c.place)
    )
    with engine.connect() as connection:
        rows_ = connection.execute(query).all()
    return [(row.run_id, row.step_key) for row in rows_ if row.due_at <= shown(row, wall)]


def _time_out(
    engine: Engine, lease: Lease, config: Config, run_id: int, key: str, wall: datetime
) -> int:
    with fenced(engine, lease) as connection:
        stored = rows.load(connection, run_id)
        one = stored.run.steps.get(key) if stored else None
        if stored is None or one is None or one.due_at is None:
            return 0
        now = now_of(connection, stored.run.crisis_id, wall)
        if one.due_at > now or one.overdue_told_at is not None:
            return 0
        timer = stored.playbook.by_key[key].on_timeout
        action = _timely(one.state, timer, late=now - one.due_at)
        if action is None:
            return 0
        try:
            run, events = machine.step(stored.playbook, stored.run, key, action, now)
        except Refused:
            return 0
        saved = rows.save(connection, stored, run, events, now)
        outbox.enqueue(connection, messages(config, saved, events, wall), wall)
    return 1


def _timely(state: StepState, timer: str, *, late: timedelta) -> Action | None:
    """What a passed deadline does. What cannot end by it yet is told after a while."""
    if timer == "escalate" or late < PATIENCE:
        return Action(Do.TIME_OUT, timer=timer)
    waiting = state in (StepState.WAITING, StepState.RUNNING)
    return Action(Do.TIME_OUT, timer="escalate" if waiting else timer)


def _overdue_updates(engine: Engine, wall: datetime) -> list[tuple[int, str]]:
    query = (
        select(_beat.c.run_id, _beat.c.audience, _beat.c.next_at, _drill)
        .join(_run, _run.c.id == _beat.c.run_id)
        .join(_crisis, _crisis.c.id == _run.c.crisis_id)
        .outerjoin(_drill, _drill.c.id == _crisis.c.drill_id)
        .where(_run.c.status == str(RunStatus.RUNNING))
        .where(_beat.c.next_at.is_not(None), _beat.c.overdue_told_at.is_(None))
        .order_by(_beat.c.next_at, _beat.c.run_id, _beat.c.audience)
    )
    with engine.connect() as connection:
        found = connection.execute(query).all()
    return [(row.run_id, row.audience) for row in found if row.next_at <= shown(row, wall)]


def _tell_update(
    engine: Engine, lease: Lease, config: Config, run_id: int, audience: str, wall: datetime
) -> int:
    with fenced(engine, lease) as connection:
        stored = rows.load(connection, run_id)
        beat = _beat_of(connection, run_id, audience)
        if stored is None or beat is None or beat.next_at is None:
            return 0
        now = now_of(connection, stored.run.crisis_id, wall)
        if beat.next_at > now or beat.overdue_told_at is not None:
            return 0
        cadences.told(connection, beat, now)
        data = {"audience": audience, "due_at": beat.next_at.isoformat()}
        event = Event(Kind.UPDATE_OVERDUE, now, "worker", "", data)
        rows.tell(connection, stored.run, [event], stored.versions, stored.version)
        to = _speakers(config, stored, audience)
        told = telling.compose(
            config,
            stored,
            to,
            "crisis_update",
            _Update(audience).in_,
            _Said(_UPDATE, "", f"{beat.next_at:%Y-%m-%d %H:%M} UTC").in_,
            key=f"update {audience}",
            generation=beat.updates,
            wall=wall,
        )
        outbox.enqueue(connection, told, wall)
    return 1


_UPDATE = Texts.model_construct(
    en="The next update is due since {due_at}. Send it and note that it was sent.",
    zh="下一次更新应于 {due_at} 发出。请发出并登记。",
)


@dataclass(frozen=True)
class _Update:
    audience: str

    def in_(self, locale: str) -> str:
        return f"更新：{self.audience}" if locale == "zh" else f"Update to {self.audience}"


def _speakers(config: Config, stored: StoredRun, audience: str) -> Sequence[Any]:
    """Whose update it is: the role that the playbook names, and who leads."""
    role = next((one.role for one in stored.playbook.cadence if one.audience == audience), None)
    told = telling.recipients(config, stored, [role]) if role else None
    if told is not None and told.to:
        return told.to
    return telling.leading(config, stored)


def _beat_of(connection: Connection, run_id: int, audience: str) -> cadences.Beat | None:
    found = [one for one in cadences.of_run(connection, run_id) if one.audience == audience]
    return found[0] if found else None
