"""What people do to runs and their steps, in the state database: once, in turn, and told."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from alerts import approvals
from alerts.actions import Outcome, take_token
from alerts.crisis import stated
from alerts.crisis.clock import now_of
from alerts.crisis.people import holders
from alerts.notify.config import Config
from alerts.runs import cadences, machine, rows, subjects
from alerts.runs.deciding import acting_for, leads, people_of, who_may
from alerts.runs.model import (
    PEOPLE_DO,
    WORKER,
    Action,
    Do,
    Event,
    Kind,
    Refused,
    Run,
    RunStatus,
    StepState,
    Why,
)
from alerts.runs.rows import SUBJECT, StoredRun
from data_access.state import schema
from data_access.state.engine import writing

CONTESTED = frozenset(
    {
        Kind.STARTED,
        Kind.PROGRESS,
        Kind.DONE,
        Kind.SKIPPED,
        Kind.RETRIED,
        Kind.FAILED,
        Kind.UNKNOWN,
        Kind.ANSWERED,
        Kind.BLOCKED,
        Kind.ASSIGNED,
        Kind.SENT_BACK,
        Kind.UPDATE_SENT,
        "approved",
        "rejected",
    }
)
"""Events of a step that a person who acts on it must have seen; comments are none."""


class _Undo(Exception):  # noqa: N818 - carries an answer out of a transaction that must not stay
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.result)
        self.outcome = outcome


def act(
    engine: Engine,
    run_id: int,
    step_key: str,
    action: Action,
    *,
    config: Config,
    actor: str,
    version: int | None,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """Do something to a step.

    Args:
        engine: state database.
        run_id: the run.
        step_key: the step.
        action: what to do; its own `actor` is replaced by `actor`.
        config: who holds which role.
        actor: who does it; without a name it is refused.
        version: of the step's row as the person saw it; None: whatever it is by now.
        token: made for each press of a button; None: a command, which nobody presses twice.
        wall: the wall clock.
    """

    def work(connection: Connection, stored: StoredRun, now: datetime) -> Outcome:
        if action.do not in PEOPLE_DO:
            raise Refused(Why.ONLY_WORKER)
        one = stored.run.steps.get(step_key)
        if one is None:
            raise Refused(Why.NOT_FOUND)
        if action.do is not Do.COMMENT:
            _fresh(connection, stored, "step", step_key, version, stored.versions[step_key])
        name = actor.strip()
        _permit(config, stored, step_key, action.do, name)
        named = replace(action, actor=name)
        if action.do in (Do.APPROVE, Do.REJECT):
            named = _signed(connection, config, stored, step_key, named, now)
        run, events = machine.step(stored.playbook, stored.run, step_key, named, now)
        saved = rows.save(connection, stored, run, events, now)
        _note_facts(connection, stored, run, name, now, step=step_key)
        return Outcome("done", saved.versions[step_key])

    subject = f"{run_id}:{step_key}"
    return _answered(engine, run_id, work, _Press(actor, token, str(action.do), subject, wall))


def cancel(
    engine: Engine,
    run_id: int,
    reason: str,
    *,
    config: Config,
    actor: str,
    version: int | None,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """End a run before its time; only who leads the crisis may.

    Args:
        engine: state database.
        run_id: the run.
        reason: why, in the person's words.
        config: who holds which role.
        actor: who does it.
        version: of the run as the person saw it.
        token: made for each press of a button.
        wall: the wall clock.
    """

    def work(connection: Connection, stored: StoredRun, now: datetime) -> Outcome:
        _lead_only(config, stored, actor)
        _fresh(connection, stored, "run_version", "", version, stored.version)
        run, events = machine.cancel(stored.run, reason, actor.strip(), now)
        return Outcome("done", rows.save(connection, stored, run, events, now).version)

    return _answered(engine, run_id, work, _Press(actor, token, "cancel_run", str(run_id), wall))


def continue_(
    engine: Engine,
    run_id: int,
    reason: str,
    *,
    config: Config,
    actor: str,
    token: str | None,
    wall: datetime,
    again: Collection[str] = (),
) -> Outcome:
    """Take up a run that is over in a new one, linked to it; `data["run"]` is its number.

    What was done or skipped stays so, but for the steps `again`. What was begun and must not be
    done twice is unknown until a person says whether it happened.
    """

    def work(connection: Connection, stored: StoredRun, now: datetime) -> Outcome:
        _lead_only(config, stored, actor)
        if not reason.strip():
            raise Refused(Why.REASON_NEEDED)
        level = max(stored.run.level, stored.crisis_level)
        name = actor.strip()
        made = rows.resume(
            connection, stored, level=level, actor=name, now=now, again=again, reason=reason.strip()
        )
        return Outcome("done", 1, data={"run": made})

    return _answered(engine, run_id, work, _Press(actor, token, "continue_run", str(run_id), wall))


def set_variables(
    engine: Engine,
    run_id: int,
    values: Mapping[str, Any],
    *,
    config: Config,
    actor: str,
    version: int | None,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """Say what was not known when the run began; conditions that waited for it are decided."""

    def work(connection: Connection, stored: StoredRun, now: datetime) -> Outcome:
        _helper_only(config, stored, actor)
        _fresh(connection, stored, "run_version", "", version, stored.version)
        unknown = [name for name in values if name not in stored.playbook.variables]
        if unknown:
            raise Refused(Why.NOT_FOUND, data={"fields": unknown})
        run, events = machine.set_variables(
            stored.playbook, stored.run, values, now, actor=actor.strip()
        )
        saved = rows.save(connection, stored, run, events, now)
        _note_facts(connection, stored, run, actor.strip(), now)
        return Outcome("done", saved.version)

    return _answered(engine, run_id, work, _Press(actor, token, "run_variables", str(run_id), wall))


def update_sent(
    engine: Engine,
    run_id: int,
    audience: str,
    *,
    config: Config,
    actor: str,
    version: int | None,
    token: str | None,
    wall: datetime,
    note: str = "",
) -> Outcome:
    """Note that an audience was told; its next update is due an interval later.

    `version` is that of the row of `run_cadence`.
    """

    def work(connection: Connection, stored: StoredRun, now: datetime) -> Outcome:
        _helper_only(config, stored, actor)
        if stored.run.status is not RunStatus.RUNNING:
            raise Refused(Why.RUN_OVER, at=stored.run.finished_at)
        beats = {beat.audience: beat for beat in cadences.of_run(connection, run_id)}
        beat = beats.get(audience)
        if beat is None or beat.next_at is None:
            raise Refused(Why.NO_CADENCE)
        if version is not None and version != beat.version and beat.last_at is not None:
            outcome = Outcome(
                "stale", beat.version, Kind.UPDATE_SENT, beat.last_by or "", beat.last_at
            )
            raise _Undo(outcome)
        cadences.sent(connection, beat, actor.strip(), now)
        data = {"audience": audience, "n": beat.updates + 1, "note": note.strip()}
        event = Event(Kind.UPDATE_SENT, now, actor.strip(), "", data)
        rows.tell(connection, stored.run, [event], stored.versions, stored.version)
        return Outcome("done", beat.version + 1)

    subject = f"{run_id}:{audience}"
    return _answered(engine, run_id, work, _Press(actor, token, "update_sent", subject, wall))


def _note_facts(
    connection: Connection,
    stored: StoredRun,
    run: Run,
    actor: str,
    now: datetime,
    *,
    step: str = "",
) -> None:
    """An answer that is a fact of the crisis is noted as one, in the same transaction."""
    found = [
        variable.flag
        for name, variable in stored.playbook.variables.items()
        if variable.flag
        and run.variables.get(name) is True
        and stored.run.variables.get(name) is not True
    ]
    if found:
        data = {"run": run.id, **({"step": step} if step else {})}
        stated.note(connection, run.crisis_id, found, actor=actor, data=data, now=now)


@dataclass(frozen=True)
class _Press:
    """A button pressed: by whom, with which token, what for, and when by the wall clock."""

    actor: str
    token: str | None
    kind: str
    subject: str
    wall: datetime


_Work = Callable[[Connection, StoredRun, datetime], Outcome]


def _answered(engine: Engine, run_id: int, work: _Work, press: _Press) -> Outcome:
    """One transaction: the press noted, the run locked, the work done; or an answer why not."""
    name = press.actor.strip()
    if not name or name == WORKER:
        return Outcome("refused", why=Why.NAME_NEEDED)
    try:
        with writing(engine) as connection:
            return _done(connection, run_id, work, press)
    except _Undo as undone:
        return undone.outcome
    except (Refused, approvals.Refused) as no:
        return Outcome("refused", None, no.why, no.by, no.at, dict(no.data) or None)


def _done(connection: Connection, run_id: int, work: _Work, press: _Press) -> Outcome:
    stored = rows.load(connection, run_id)
    if stored is None:
        raise Refused(Why.NOT_FOUND)
    if press.token and not take_token(
        connection,
        press.token,
        actor=press.actor.strip(),
        kind=press.kind,
        subject=press.subject,
        now=press.wall,
    ):
        return _repeated(connection, stored, press.subject, press.token)
    return work(connection, stored, now_of(connection, stored.run.crisis_id, press.wall))


def _repeated(connection: Connection, stored: StoredRun, subject: str, token: str) -> Outcome:
    table = schema.action_token
    before = connection.execute(select(table).where(table.c.token == token)).one()
    key = subject.partition(":")[2]
    version = stored.versions.get(key, stored.version)
    return Outcome("repeated", version, "", before.actor, before.at)


def _permit(config: Config, stored: StoredRun, key: str, do: Do, name: str) -> None:
    people = who_may(
        config,
        stored.playbook,
        stored.playbook.by_key[key],
        stored.run.steps[key],
        do,
        roles=stored.roles,
        lead=stored.lead,
    )
    if people is not None and name not in people:
        raise Refused(Why.NOT_IN_ROLE, data={"who": list(people)})


def _lead_only(config: Config, stored: StoredRun, actor: str) -> None:
    people = leads(config, stored.roles, stored.lead)
    if people and actor.strip() not in people:
        raise Refused(Why.NOT_IN_ROLE, data={"who": list(people)})


def _helper_only(config: Config, stored: StoredRun, actor: str) -> None:
    """Anybody whom the company knows for this crisis: a role of the playbook, or who leads it."""
    people = dict.fromkeys(leads(config, stored.roles, stored.lead))
    for role in stored.playbook.roles:
        people |= dict.fromkeys(people_of(config, role, stored.roles))
        people |= dict.fromkeys(holders(config, role))
    if people and actor.strip() not in people:
        raise Refused(Why.NOT_IN_ROLE, data={"who": list(people)})


def _fresh(
    connection: Connection,
    stored: StoredRun,
    field: str,
    key: str,
    seen: int | None,
    present: int,
) -> None:
    """Refuse what was decided on an old view of the row, and say what came between."""
    if seen is None or seen == present:
        return
    log = schema.event_log
    query = (
        select(log)
        .where(log.c.subject_kind == SUBJECT, log.c.subject_id == str(stored.run.crisis_id))
        .order_by(log.c.seq.desc())
    )
    if key:
        query = query.where(log.c.kind.in_([str(kind) for kind in CONTESTED]))
    for row in connection.execute(query):
        payload = json.loads(row.payload_json)
        number = payload.get("version" if key else field, 0)
        mine = payload.get("run") == stored.run.id and (not key or payload.get(field) == key)
        if mine and number > seen:
            raise _Undo(Outcome("stale", present, row.kind, row.actor, row.at, payload))


def _signed(
    connection: Connection,
    config: Config,
    stored: StoredRun,
    key: str,
    action: Action,
    now: datetime,
) -> Action:
    """Put the signature down, bound to what is signed as it is now."""
    plan, run = stored.playbook.by_key[key], stored.run
    one = run.steps[key]
    if one.state is not StepState.READY or run.status is not RunStatus.RUNNING:
        return action  # the machine says why not
    if one.kind != "approval" or plan.of is None:
        raise Refused(Why.NOT_TO_BE_SIGNED)
    if action.do is Do.REJECT and not action.note.strip():
        raise Refused(Why.REASON_NEEDED)
    runs = subjects.chain(connection, run.id)
    found = subjects.of_steps(connection, run, runs, [plan.of]).get(plan.of)
    if found is None:
        raise Refused(Why.NOT_YET, data={"needs": [plan.of]})
    subject = approvals.Subject("step", f"{run.id}:{key}", found.sha256, run.crisis_id)
    roles = plan.roles or ((plan.role,) if plan.role else ())
    role = action.role or _own_role(connection, config, stored, subject, roles, action.actor)
    if role not in roles:
        raise Refused(Why.NOT_IN_ROLE, data={"who": [], "roles": list(roles)})
    acting, _ = acting_for(config, stored.playbook, role, stored.roles)
    approvals.sign(
        connection,
        config,
        subject,
        role,
        "approved" if action.do is Do.APPROVE else "rejected",
        by=action.actor,
        assigned=stored.roles,
        now=now,
        note=action.note,
        apart_from=found.authors,
        seen=action.seen,
        also=(acting,) if acting != role else (),
        data={"run": run.id, "step": key, "version": stored.versions[key] + 1},
    )
    given = approvals.of(connection, subject.kind, subject.id)
    return replace(
        action,
        role=role,
        complete=approvals.complete(given, roles, found.sha256),
        result={"sha256": found.sha256, "of": plan.of},
    )


def _own_role(
    connection: Connection,
    config: Config,
    stored: StoredRun,
    subject: approvals.Subject,
    roles: Collection[str],
    name: str,
) -> str:
    """The role in which a person signs who did not say so: the first of theirs still missing."""
    given = approvals.of(connection, subject.kind, subject.id)
    open_ = approvals.missing(given, list(roles), subject.sha256)
    for role in open_ or roles:
        _, people = acting_for(config, stored.playbook, role, stored.roles)
        if name in people:
            return role
    return next(iter(open_ or roles), "")
