"""What happens while a drill runs, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select, update

from alerts.actions import Outcome
from alerts.crisis import machine as crisis_machine
from alerts.crisis import rows as crisis_rows
from alerts.crisis.model import Action, Circumstances, Do, Event, Kind, Refused, Status
from alerts.crisis.people import holders, may
from alerts.drills import rows
from alerts.drills.model import Inject, due
from alerts.drills.report import made
from alerts.drills.rows import Drill
from alerts.drills.starting import LEAD, SUBJECT, Why
from alerts.event_log import Entry, append, lock
from alerts.lease import Lease, fenced
from alerts.notify.config import Config
from alerts.records import altered
from alerts.reviews.pressing import Stop, press, refuse
from alerts.runs import machine as run_machine
from alerts.runs import rows as run_rows
from alerts.runs.model import RunStatus
from data_access.state import schema

LONGEST = timedelta(hours=12)
"""By the wall clock: a drill that everybody left ends by itself."""
ENDS = {"ended": "drill_ended", "cancelled": "drill_cancelled"}


@dataclass(frozen=True)
class DrillReport:
    """What one run of the worker did."""

    injected: int = 0
    ended: int = 0


def run_due(engine: Engine, lease: Lease, wall: datetime) -> DrillReport:
    """Let happen what is due in running drills; end those that nobody ended.

    Raises:
        LeaseLost: another worker leads.
    """
    with engine.connect() as connection:
        going = rows.running(connection)
    injected = ended = 0
    for drill in going:
        over = wall - drill.clock.real_start > LONGEST
        elapsed = drill.now(wall) - drill.clock.masked_start
        if not over and not due(drill.scenario.injects, drill.fired, elapsed):
            continue
        with fenced(engine, lease) as connection:
            lock(connection)
            injected += _inject_due(connection, drill.id, wall)
            if over:
                # Nobody looked for long: its clock stands where it should have stopped.
                last = drill.clock.real_start + LONGEST
                ended += _end(connection, drill.id, "ended", "worker", "left", last)
    return DrillReport(injected, ended)


def _inject_due(connection: Connection, drill_id: int, wall: datetime) -> int:
    drill = rows.load(connection, drill_id, lock=True)
    if drill is None or not drill.running:
        return 0
    elapsed = drill.now(wall) - drill.clock.masked_start
    found = due(drill.scenario.injects, drill.fired, elapsed)
    for one in found:
        _happen(connection, drill, one, drill.clock.masked_start + one.after, "worker")
    if found:
        stored = {**drill.scenario.stored(), "fired": drill.fired + len(found)}
        _write(connection, drill, scenario_json=stored)
    return len(found)


def _happen(connection: Connection, drill: Drill, one: Inject, at: datetime, actor: str) -> None:
    """Tell the room, and let the criteria ask for the level that goes with it."""
    facts = {
        "en": one.en,
        "zh": one.zh,
        "after_s": one.after.total_seconds(),
        "drill": drill.id,
        "flag": one.flag,
    }
    append(
        connection,
        [Entry(at, actor, "inject", crisis_rows.SUBJECT, str(drill.crisis_id), facts)],
    )
    if not one.level:
        return
    stored = crisis_rows.load(connection, drill.crisis_id)
    if stored is None or one.level <= (stored.level or 0):
        return
    try:
        crisis, events = crisis_machine.step(
            stored.crisis, Action(Do.PROPOSE, level=one.level), Circumstances(), at
        )
    except Refused:
        return
    crisis_rows.save(connection, stored, crisis, events, at)


def inject(
    engine: Engine,
    drill_id: int,
    text: str,
    *,
    config: Config,
    actor: str,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """Let something happen now that no scenario foresaw; whoever leads the drill may."""

    def work(connection: Connection, name: str) -> Outcome:
        drill = _running(connection, drill_id)
        _permit(connection, config, drill, name)
        if not text.strip():
            raise refuse(Why.TEXT_NEEDED)
        now = drill.now(wall)
        one = Inject(now - drill.clock.masked_start, text.strip()[:1000], text.strip()[:1000])
        _happen(connection, drill, one, now, name)
        return Outcome("done", drill.version)

    subject = str(drill_id)
    return press(
        engine, work, actor=actor, token=token, kind="drill_inject", subject=subject, wall=wall
    )


def end(
    engine: Engine,
    drill_id: int,
    *,
    config: Config,
    actor: str,
    version: int | None,
    token: str | None,
    wall: datetime,
    cancelled: bool = False,
    reason: str = "",
) -> Outcome:
    """End a drill: its clock stands still, its runs are cancelled, its report is written.

    Args:
        engine: state database.
        drill_id: which one.
        config: who holds which role.
        actor: who ends it: who started it, or a crisis lead.
        version: of the drill as the person saw it.
        token: made for each press of a button.
        wall: the wall clock.
        cancelled: it is not worth a report: nothing is compared with it.
        reason: in the person's words.
    """

    def work(connection: Connection, name: str) -> Outcome:
        drill = _running(connection, drill_id)
        _permit(connection, config, drill, name)
        if version is not None and version != drill.version:
            raise Stop(Outcome("stale", drill.version, "drill_changed", "worker", wall))
        status = "cancelled" if cancelled else "ended"
        _end(connection, drill_id, status, name, reason, wall)
        return Outcome("done", drill.version + 1)

    subject = str(drill_id)
    return press(
        engine, work, actor=actor, token=token, kind="drill_end", subject=subject, wall=wall
    )


def _running(connection: Connection, drill_id: int) -> Drill:
    drill = rows.load(connection, drill_id, lock=True)
    if drill is None:
        raise refuse(Why.NOT_FOUND)
    if not drill.running:
        raise refuse(Why.OVER, at=drill.ended_at)
    return drill


def _permit(connection: Connection, config: Config, drill: Drill, name: str) -> None:
    assigned = connection.execute(
        select(schema.crisis.c.roles_json).where(schema.crisis.c.id == drill.crisis_id)
    ).scalar_one()
    if name == drill.started_by or may(config, name, LEAD, assigned):
        return
    who = dict.fromkeys([drill.started_by, *holders(config, LEAD)])
    raise refuse(Why.NOT_IN_ROLE, by=", ".join(who))


def _end(
    connection: Connection, drill_id: int, status: str, actor: str, reason: str, wall: datetime
) -> int:
    drill = rows.load(connection, drill_id, lock=True)
    if drill is None or not drill.running:
        return 0
    now = drill.now(wall)
    report = made(connection, drill, now) if status == "ended" else None
    _cancel_runs(connection, drill.crisis_id, actor, now)
    _close_crisis(connection, drill.crisis_id, actor, now)
    _write(connection, drill, status=status, ended_at=wall, report_json=report)
    facts = {"reason": reason, "crisis": drill.crisis_id, "version": drill.version + 1}
    append(connection, [Entry(wall, actor, ENDS[status], SUBJECT, str(drill_id), facts)])
    return 1


def _cancel_runs(connection: Connection, crisis_id: int, actor: str, now: datetime) -> None:
    for stored in run_rows.all_of(connection, crisis_id):
        locked = run_rows.load(connection, stored.run.id)
        if locked is None or locked.run.status is not RunStatus.RUNNING:
            continue
        run, events = run_machine.cancel(locked.run, "drill_over", actor, now)
        run_rows.save(connection, locked, run, events, now)


def _close_crisis(connection: Connection, crisis_id: int, actor: str, now: datetime) -> None:
    stored = crisis_rows.load(connection, crisis_id)
    if stored is None or not stored.is_open:
        return
    after = altered(stored.crisis, status=Status.CLOSED, closed_at=now, close_reason="drill_over")
    event = Event(Kind.CLOSED, now, actor, "", {"note": "drill_over"})
    crisis_rows.save(connection, stored, after, (event,), now)


def _write(connection: Connection, drill: Drill, **values: object) -> None:
    connection.execute(
        update(rows.table)
        .where(rows.table.c.id == drill.id)
        .values(**values, version=drill.version + 1)
    )


__all__ = ["DrillReport", "end", "inject", "run_due"]
