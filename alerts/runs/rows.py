"""Runs and their steps as rows: the state of the machine as columns, its events as log entries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from alerts import library
from alerts.event_log import Entry, append, lock
from alerts.playbooks.format import Playbook
from alerts.runs import cadences, machine
from alerts.runs.model import (
    WORKER,
    Action,
    Do,
    Event,
    Kind,
    Refused,
    Run,
    RunStatus,
    StepRun,
    StepState,
    Why,
)
from data_access.state import schema

SUBJECT = "crisis"
"""`subject_kind` of a run's entries in the event log; `subject_id` is the crisis's number."""

_run, _step, _crisis = schema.playbook_run, schema.run_step, schema.crisis


@dataclass(frozen=True)
class Claim:
    """Who is at a step, and until when by the wall clock nobody else may be."""

    by: str
    until: datetime


@dataclass(frozen=True)
class StoredRun:
    """One run with what it needs of its crisis. `version` is of what concerns the whole run.

    Attributes:
        run: as the machine knows it.
        playbook: the frozen version.
        versions: of each step's row; each grows with every change of it.
        claims: of steps that a worker is at.
        title: of the crisis.
        roles: `crisis.roles_json`, role to person.
        lead: who leads the crisis.
        crisis_level: as it is now; the run's own never goes down.
    """

    run: Run
    playbook: Playbook
    playbook_version_id: int
    started_at: datetime
    started_by: str
    continues_id: int | None
    version: int
    versions: Mapping[str, int]
    claims: Mapping[str, Claim]
    title: str
    roles: Mapping[str, str]
    lead: str | None
    crisis_level: int


def load(connection: Connection, run_id: int) -> StoredRun | None:
    """One run; on PostgreSQL its row is locked until the transaction ends."""
    lock(connection)  # before the rows, as every transaction that changes crises does
    return look(connection, run_id, locked=True)


def look(connection: Connection, run_id: int, *, locked: bool = False) -> StoredRun | None:
    """One run, to be read only."""
    query = _runs().where(_run.c.id == run_id)
    row = connection.execute(query.with_for_update(of=_run) if locked else query).first()
    if row is None:
        return None
    steps = connection.execute(
        select(_step).where(_step.c.run_id == run_id).order_by(_step.c.place)
    ).all()
    return _read(row, steps, _playbook(connection, row.document_version_id))


def all_of(connection: Connection, crisis_id: int) -> list[StoredRun]:
    """Runs of a crisis in the order in which they began, to be read only: two queries."""
    heads = connection.execute(
        _runs().where(_run.c.crisis_id == crisis_id).order_by(_run.c.id)
    ).all()
    ids = [row.id for row in heads]
    steps: dict[int, list[Any]] = {run_id: [] for run_id in ids}
    query = select(_step).where(_step.c.run_id.in_(ids)).order_by(_step.c.run_id, _step.c.place)
    for row in connection.execute(query) if ids else ():
        steps[row.run_id].append(row)
    playbooks = {
        number: _playbook(connection, number)
        for number in dict.fromkeys(row.document_version_id for row in heads)
    }
    return [_read(row, steps[row.id], playbooks[row.document_version_id]) for row in heads]


def _runs() -> Any:
    return select(
        _run,
        _crisis.c.title,
        _crisis.c.labels_json,
        _crisis.c.roles_json,
        _crisis.c.lead,
        _crisis.c.level.label("crisis_level"),
        _crisis.c.drill_id,
    ).join(_crisis, _crisis.c.id == _run.c.crisis_id)


def _playbook(connection: Connection, version_id: int) -> Playbook:
    document = library.version(connection, version_id)
    if document is None:
        raise LookupError(f"There is no playbook version {version_id}.")
    playbook: Playbook = document.model
    return playbook


def _read(row: Any, steps: Sequence[Any], playbook: Playbook) -> StoredRun:
    run = Run(
        id=row.id,
        crisis_id=row.crisis_id,
        level=row.level,
        status=RunStatus(row.status),
        anchors={name: datetime.fromisoformat(at) for name, at in row.anchors_json.items()},
        variables=row.variables_json,
        labels=row.labels_json,
        steps={one.step_key: read_step(one) for one in steps},
        finished_at=row.finished_at,
        cancel_reason=row.cancel_reason,
        drill=row.drill_id,
    )
    return StoredRun(
        run=run,
        playbook=playbook,
        playbook_version_id=row.document_version_id,
        started_at=row.started_at,
        started_by=row.started_by,
        continues_id=row.continues_id,
        version=row.version,
        versions={one.step_key: one.version for one in steps},
        claims={
            one.step_key: Claim(one.lease_by, one.lease_until)
            for one in steps
            if one.lease_by is not None
        },
        title=row.title,
        roles=row.roles_json,
        lead=row.lead,
        crisis_level=row.crisis_level or row.level,
    )


def read_step(row: Any) -> StepRun:
    """A row of `run_step` as the machine knows it."""
    return StepRun(
        key=row.step_key,
        place=row.place,
        kind=row.kind,
        state=StepState(row.state),
        role=row.role,
        owner=row.owner,
        due_at=row.due_at,
        next_at=row.next_at,
        ready_at=row.ready_at,
        started_at=row.started_at,
        done_at=row.done_at,
        done_by=row.done_by,
        attempts=row.attempts,
        overdue_told_at=row.overdue_told_at,
        result=row.result_json,
        note=row.note,
    )


def _step_columns(one: StepRun) -> dict[str, Any]:
    return {
        "place": one.place,
        "kind": one.kind,
        "state": str(one.state),
        "role": one.role,
        "owner": one.owner,
        "due_at": one.due_at,
        "next_at": one.next_at,
        "ready_at": one.ready_at,
        "started_at": one.started_at,
        "done_at": one.done_at,
        "done_by": one.done_by,
        "attempts": one.attempts,
        "overdue_told_at": one.overdue_told_at,
        "result_json": None if one.result is None else dict(one.result),
        "note": one.note,
    }


def save(
    connection: Connection,
    stored: StoredRun,
    run: Run,
    events: Sequence[Event],
    now: datetime,
    *,
    claims: Mapping[str, Claim] | None = None,
) -> StoredRun:
    """Write what changed, each row under its next version, and the events.

    Args:
        connection: a writing transaction in which the run was loaded.
        stored: the run as it was.
        run: as it is now.
        events: what to tell.
        now: the clock of the crisis.
        claims: of the steps that a worker takes now; every other claim on a changed step ends.
    """
    versions, held = dict(stored.versions), dict(stored.claims)
    for key, one in run.steps.items():
        before = stored.run.steps.get(key)
        if one == before:
            continue
        claim = (claims or {}).get(key)
        held.pop(key, None)
        if claim is not None:
            held[key] = claim
        versions[key] = versions.get(key, 0) + 1
        _write_step(connection, run.id, one, claim, versions[key], new=before is None)
    whole = _run_columns(run)
    version = stored.version + (whole != _run_columns(stored.run))
    connection.execute(
        update(_run).where(_run.c.id == run.id).values(**whole, version=version, updated_at=now)
    )
    if run.status is not RunStatus.RUNNING:
        cadences.end(connection, run.id)
    elif run.level != stored.run.level:
        cadences.set_out(connection, run.id, stored.playbook, run.level, now)
    tell(connection, run, events, versions, version)
    return replace(stored, run=run, version=version, versions=versions, claims=held)


def _write_step(
    connection: Connection, run_id: int, one: StepRun, claim: Claim | None, n: int, *, new: bool
) -> None:
    values = {
        **_step_columns(one),
        "lease_by": claim.by if claim else None,
        "lease_until": claim.until if claim else None,
        "version": n,
    }
    if new:
        connection.execute(insert(_step).values(run_id=run_id, step_key=one.key, **values))
        return
    connection.execute(
        update(_step).where(_step.c.run_id == run_id, _step.c.step_key == one.key).values(**values)
    )


def _run_columns(run: Run) -> dict[str, Any]:
    return {
        "level": run.level,
        "status": str(run.status),
        "finished_at": run.finished_at,
        "cancel_reason": run.cancel_reason,
        "anchors_json": {name: at.isoformat() for name, at in run.anchors.items()},
        "variables_json": dict(run.variables),
    }


def tell(
    connection: Connection,
    run: Run,
    events: Sequence[Event],
    versions: Mapping[str, int],
    version: int,
) -> None:
    """Write events of a run to the log of its crisis; `version` is the row's after them."""
    append(connection, [_entry(run, event, versions, version) for event in events])


def _entry(run: Run, event: Event, versions: Mapping[str, int], version: int) -> Entry:
    payload: dict[str, Any] = {**event.data, "run": run.id}
    if event.step:
        payload |= {"step": event.step, "version": versions.get(event.step, version)}
    else:
        payload["run_version"] = version
    if run.drill is not None:
        payload["drill"] = run.drill
    return Entry(event.at, event.actor, str(event.kind), SUBJECT, str(run.crisis_id), payload)


def start(
    connection: Connection,
    crisis_id: int,
    playbook_version_id: int,
    *,
    level: int,
    variables: Mapping[str, Any] | None = None,
    actor: str,
    now: datetime,
) -> int:
    """Begin a run of a playbook in a crisis; the one that is there already if there is one.

    Args:
        connection: a writing transaction.
        crisis_id: the crisis.
        playbook_version_id: the version, which stays frozen for the run.
        level: steps of this level and below belong to it.
        variables: what is known beyond the labels of the crisis.
        actor: who starts it.
        now: the clock of the crisis.

    Returns:
        The number of the run.
    """
    lock(connection)
    playbook = _playbook(connection, playbook_version_id)
    newest = connection.execute(
        select(_run.c.id)
        .where(_run.c.crisis_id == crisis_id, _run.c.playbook == playbook.id)
        .order_by(_run.c.id.desc())
    ).scalar()
    if newest is not None:
        return int(newest)
    return _insert(
        connection,
        crisis_id,
        playbook_version_id,
        playbook,
        {},
        {},
        level=level,
        variables=variables or {},
        actor=actor,
        now=now,
        continues=None,
    )


def resume(
    connection: Connection,
    stored: StoredRun,
    *,
    level: int,
    actor: str,
    now: datetime,
    again: Collection[str] = (),
    reason: str = "",
) -> int:
    """A new run that takes over from one that is over: what was done stays done.

    Raises:
        Refused: the run still goes on, one continues it already, nothing is left to do, or the
            crisis is over.
    """
    old = stored.run
    if old.status is RunStatus.RUNNING:
        raise Refused(Why.STILL_RUNNING)
    ended_at = connection.execute(
        select(_crisis.c.closed_at).where(_crisis.c.id == old.crisis_id)
    ).scalar()
    if ended_at is not None:
        raise Refused(Why.CRISIS_CLOSED, at=ended_at)
    later = connection.execute(select(_run.c.id).where(_run.c.continues_id == old.id)).scalar()
    if later is not None:
        raise Refused(Why.STILL_RUNNING, data={"run": later})
    steps = machine.carried(stored.playbook, old, again, level)
    if all(one.ended for one in steps.values()):
        raise Refused(Why.NOTHING_LEFT)
    kept = {name: at for name, at in old.anchors.items() if name not in ("start", "level_change")}
    return _insert(
        connection,
        old.crisis_id,
        stored.playbook_version_id,
        stored.playbook,
        steps,
        kept,
        level=level,
        variables=old.variables,
        actor=actor,
        now=now,
        continues=old.id,
        reason=reason,
    )


def _insert(
    connection: Connection,
    crisis_id: int,
    playbook_version_id: int,
    playbook: Playbook,
    steps: Mapping[str, StepRun],
    anchors: Mapping[str, datetime],
    *,
    level: int,
    variables: Mapping[str, Any],
    actor: str,
    now: datetime,
    continues: int | None,
    reason: str = "",
) -> int:
    crisis = connection.execute(select(_crisis).where(_crisis.c.id == crisis_id)).one()
    generation = (
        1
        + connection.execute(
            select(func.count())
            .select_from(_run)
            .where(_run.c.crisis_id == crisis_id, _run.c.playbook == playbook.id)
        ).scalar_one()
    )
    run_id: int = connection.execute(
        insert(_run)
        .values(
            crisis_id=crisis_id,
            document_version_id=playbook_version_id,
            playbook=playbook.id,
            level=level,
            status=str(RunStatus.RUNNING),
            idem_key=f"{crisis_id}:{playbook.id}:{generation}",
            started_at=now,
            started_by=actor,
            continues_id=continues,
            anchors_json={},
            variables_json=dict(variables),
            version=0,
            updated_at=now,
        )
        .returning(_run.c.id)
    ).scalar_one()
    known = dict(anchors)
    if crisis.declared_at is not None:
        known.setdefault("declared", crisis.declared_at)
    run = Run(
        id=run_id,
        crisis_id=crisis_id,
        level=level,
        status=RunStatus.RUNNING,
        anchors=known,
        variables=dict(variables),
        labels=crisis.labels_json,
        steps=dict(steps),
        drill=crisis.drill_id,
    )
    facts: dict[str, Any] = {"playbook": playbook.id, "playbook_version": playbook_version_id}
    facts |= {"continues": continues, "reason": reason} if continues is not None else {}
    begun, events = machine.begin(playbook, run, now, actor=actor, data=facts)
    stored = look(connection, run_id)
    assert stored is not None
    cadences.set_out(connection, run_id, playbook, level, now)
    save(connection, stored, begun, events, now)
    return run_id


def finish_step(
    connection: Connection,
    run_id: int,
    step_key: str,
    result: Mapping[str, Any],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Say that a step is done, by whoever finishes it: statements were sent, a batch went out.

    Nothing happens if the step or its run has ended; `"waits": True` in the result keeps it open.
    """
    stored = load(connection, run_id)
    if stored is None:
        return
    action = Action(Do.FINISH, actor, result=result)
    try:
        run, events = machine.step(stored.playbook, stored.run, step_key, action, now)
    except Refused:
        return
    save(connection, stored, run, events, now)


def raise_level(connection: Connection, crisis_id: int, level: int, now: datetime) -> None:
    """Add the steps of a higher level to the runs of a crisis; nothing starts again.

    A finished run does not change: what the level adds to it is a new run that continues it.
    """
    lock(connection)
    newest: dict[str, int] = {}
    query = select(_run.c.id, _run.c.playbook).where(_run.c.crisis_id == crisis_id)
    for row in connection.execute(query.order_by(_run.c.id)):
        newest[row.playbook] = row.id
    for run_id in newest.values():
        stored = load(connection, run_id)
        if stored is None or level <= stored.run.level:
            continue
        if stored.run.status is RunStatus.FINISHED:
            _resume_higher(connection, stored, level, now)
            continue
        run, events = machine.raise_level(stored.playbook, stored.run, level, now)
        if events:
            save(connection, stored, run, events, now)


def _resume_higher(connection: Connection, stored: StoredRun, level: int, now: datetime) -> None:
    above = stored.run.level
    if any(above < plan.level <= level for plan in stored.playbook.steps):
        resume(
            connection,
            stored,
            level=level,
            actor=WORKER,
            now=now,
            reason=str(Kind.RUN_LEVEL_RAISED),
        )


def anchor(connection: Connection, run_id: int, name: str, now: datetime) -> None:
    """Something happened that due times hang on, such as `statement_sent`."""
    stored = load(connection, run_id)
    if stored is None:
        return
    run, events = machine.anchor(stored.playbook, stored.run, name, now, now)
    if events:
        save(connection, stored, run, events, now)
