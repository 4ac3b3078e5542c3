"""The worker's job of reports: slots that are due become issues, and issues become messages.

Every step is written down under the lease before the next one begins, so that a job that is killed
anywhere is taken up where it was: what it was making is looked for before it is made again, and
messages go into the outbox in the transaction that says so, under a key that is used once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from alerts.event_log import lock
from alerts.lease import Lease, LeaseLost, fenced
from alerts.notify.config import Config
from alerts.notify.current import Current
from alerts.notify.duty import Duty
from alerts.worker import ExtraJob
from dashboard.reports import corrections, delivery, feeds, issuing, schedule_file, store
from dashboard.reports import schedule as plan
from dashboard.reports import slots as rows
from dashboard.reports.by_hand import by_hand
from dashboard.reports.delivery import Order
from dashboard.reports.feeds import Late
from dashboard.reports.periods import Period
from dashboard.reports.schedule import ARCHIVED, Decision, Slot
from dashboard.reports.schedule_file import Schedule, Schedules
from dashboard.reports.template import Template, template
from dashboard.services import Services

log = logging.getLogger("afterwatch.worker")

NAME = "reports"
SECONDS = 5.0
"""People wait for what they asked for on the screen."""
LOOK_AGAIN = timedelta(minutes=1)
"""How often a late feed is looked for."""
TOLERANT_AFTER = 3
"""Failures after which a report goes out without the files that cannot be made."""
MAKING = "making"


class SlotError(Exception):
    """A planned report that cannot be made or sent; the message says why and what to do."""


@dataclass(frozen=True)
class Making:
    """What a report is made with; tests give others."""

    issue: Callable[..., issuing.Issued] = issuing.issue
    late: Callable[..., tuple[Late, ...]] = feeds.late_feeds
    messages: Callable[..., Any] = delivery.messages


@dataclass(frozen=True)
class Done:
    """What one run did; `faults` are for people."""

    issued: int = 0
    sent: int = 0
    faults: tuple[str, ...] = ()


@dataclass
class _Run:
    services: Services
    lease: Lease
    config: Config
    schedules: Schedules
    making: Making
    clock: Callable[[], datetime]
    issued: int = 0
    sent: int = 0

    @property
    def zone(self) -> str:
        return self.services.settings.time_zone

    def save(self, name: str, schedule: Schedule, slot: Slot) -> Slot:
        """Write a slot under the lease."""
        with fenced(self.services.engine, self.lease) as connection:
            rows.save(connection, name, schedule.template, slot, self.clock())
        return slot


def extra_job(services: Services, *, making: Making | None = None) -> ExtraJob:
    """The job as the worker runs it: schedules, then what people asked for by hand."""
    alerting = Current(services.settings.home, public_url=services.settings.public_url)
    planned = schedule_file.current(services.settings.home)

    def work(now: datetime, lease: Lease) -> None:
        in_force, told = planned.now()
        for fault in told:
            log.warning("%s", fault)
        run_due(services, lease, alerting.config(), in_force, now, making=making)
        by_hand(services)

    return ExtraJob(NAME, SECONDS, work)


def run_due(
    services: Services,
    lease: Lease,
    config: Config,
    schedules: Schedules,
    now: datetime,
    *,
    making: Making | None = None,
) -> Done:
    """Work on every slot that is due, those that go out first.

    Args:
        services: what reports are made from.
        lease: proof of leadership, asked for with everything that is written.
        config: `alerting.yaml` in force.
        schedules: `reports.yaml` in force.
        now: the moment.
        making: for tests.

    Raises:
        LeaseLost: another worker leads.
    """
    run = _Run(services, lease, config, schedules, making or Making(), services.clock)
    faults: list[str] = []
    due: list[tuple[str, Schedule, Decision]] = []
    for name, schedule in schedules.body.schedules.items():
        held = rows.of(services.engine, name)
        due += [(name, schedule, one) for one in plan.due(schedule, now, held, zone=run.zone)]
    for name, schedule, one in sorted(due, key=lambda item: (not item[2].send, -_at(item[2]))):
        fault = _isolated(run, name, schedule, one, now)
        if fault is not None:
            faults.append(f"report {name} {one.period.name}: {fault}")
    for name, schedule in schedules.body.schedules.items():
        for slot in rows.of(services.engine, name).values():
            fault = _corrected(run, name, schedule, slot, now)
            if fault is not None:
                faults.append(f"correction of report {name} {slot.period.name}: {fault}")
    return Done(run.issued, run.sent, tuple(faults))


def _at(decision: Decision) -> float:
    return decision.due_at.timestamp()


def _isolated(run: _Run, name: str, schedule: Schedule, one: Decision, now: datetime) -> str | None:
    """Work on a slot; what fails is written down and tried again later."""
    try:
        _work(run, name, schedule, one, now)
    except LeaseLost:
        raise
    except Exception as error:
        slot = rows.of(run.services.engine, name).get(one.period.name) or _begun(one)
        said = str(error) or type(error).__name__
        log.exception("report %s %s failed", name, one.period.name)
        attempts = slot.attempts + 1
        reason = {
            **_kept(slot.reason),
            "code": "failed",
            "step": "issue" if slot.report_id is None else "messages",
            "error": said,
        }
        run.save(
            name,
            schedule,
            replace(
                slot,
                state="failed",
                reason=reason,
                attempts=attempts,
                next_at=now + plan.retry_after(attempts),
            ),
        )
        return said
    return None


def _work(run: _Run, name: str, schedule: Schedule, one: Decision, now: datetime) -> None:
    slot = one.slot or _begun(one)
    if slot.report_id is None:
        made = _issue(run, name, schedule, slot, now)
        if made is None:
            return
        slot = made
    if not one.send or not schedule.to:
        reason = {**_kept(slot.reason), "code": ARCHIVED}
        if one.newer is not None:
            reason["newer"] = one.newer
        run.save(name, schedule, replace(slot, state="issued", reason=reason, next_at=None))
        return
    _send(run, name, schedule, slot, now)


def _issue(run: _Run, name: str, schedule: Schedule, slot: Slot, now: datetime) -> Slot | None:
    """The slot with its issue; None while it waits for a feed or was left out."""
    services, period = run.services, slot.period
    kind = _template(run, schedule)
    found = _made_before_a_crash(run, name, schedule, slot)
    if found is None:
        late = run.making.late(
            services.engine, services.warehouse, schedule.feeds, period, run.zone
        )
        if late and not _goes_on(run, name, schedule, slot, late, now):
            return None
        slot = _announced(run, name, schedule, slot, late, now)
        found = run.making.issue(
            services,
            kind,
            period,
            by=author(name),
            now=now,
            missing=tuple(feeds.say(one) for one in late),
        ).report_id
        run.issued += 1
    slot = replace(slot, state="issued", reason=_kept(slot.reason), report_id=found, next_at=None)
    return run.save(name, schedule, slot)


def _goes_on(
    run: _Run, name: str, schedule: Schedule, slot: Slot, late: tuple[Late, ...], now: datetime
) -> bool:
    """Whether a report is made although feeds are late; if not, the slot says why."""
    told = [one.plain() for one in late]
    match plan.on_late(schedule, slot.due_at, now):
        case "send":
            return True
        case "skip":
            reason = {"code": "skipped", "feeds": told}
            slot = replace(slot, state="skipped", reason=reason, next_at=None)
        case "wait":
            until = slot.due_at + schedule.late_feed.up_to
            reason = {"code": "late", "feeds": told, "until": until.isoformat()}
            at = min(until, now + LOOK_AGAIN)
            slot = replace(slot, state="late", reason=reason, next_at=at)
    run.save(name, schedule, slot)
    return False


def _announced(
    run: _Run, name: str, schedule: Schedule, slot: Slot, late: tuple[Late, ...], now: datetime
) -> Slot:
    """Write down that an issue is being made, after which one, and without which feeds."""
    last = store.newest(run.services.engine, schedule.template, slot.period.name)
    reason: dict[str, Any] = {
        "code": MAKING,
        "since": now.isoformat(),
        "after": 0 if last is None else last.n,
    }
    if late:
        reason["missing"] = [one.plain() for one in late]
    return run.save(name, schedule, replace(slot, state="waiting", reason=reason, next_at=None))


def _made_before_a_crash(
    run: _Run, name: str, schedule: Schedule, slot: Slot, *, marker: Mapping[str, Any] | None = None
) -> int | None:
    """The issue that was being made when the worker died, if it was stored."""
    mark = slot.reason if marker is None else marker
    if "after" not in mark:
        return None
    engine = run.services.engine
    last = store.newest(engine, schedule.template, slot.period.name)
    if last is None:
        return None
    with engine.connect() as connection:
        for n in range(int(mark["after"]) + 1, last.n + 1):
            one = store.issue(connection, schedule.template, slot.period.name, n)
            if one is not None and one.created_by == author(name):
                return one.id
    return None


def _send(run: _Run, name: str, schedule: Schedule, slot: Slot, now: datetime) -> None:
    """Hand the report to the outbox, in the transaction that says so."""
    assert slot.report_id is not None
    order = Order(
        key(name, slot.period),
        schedule.locales,
        schedule.forms,
        int(run.schedules.body.attach_up_to_mb * 1_000_000),
        tolerant=slot.attempts >= TOLERANT_AFTER,
    )
    made, faults = _messages(run, schedule, slot.report_id, order, now)
    with fenced(run.services.engine, run.lease) as connection:
        lock(connection)
        written = delivery.enqueue(connection, made, now)
        reason = {**_kept(slot.reason), "code": "sent", "outbox": written, "faults": list(faults)}
        done = replace(slot, state="sent", reason=reason, next_at=None)
        rows.save(connection, name, schedule.template, done, now)
    run.sent += len(written)


def _messages(
    run: _Run, schedule: Schedule, report_id: int, order: Order, now: datetime
) -> tuple[list[Any], tuple[str, ...]]:
    """Messages to everyone behind the schedule's receivers.

    Raises:
        SlotError: nobody is behind any of them.
    """
    engine = run.services.engine
    with engine.connect() as connection:
        duty = Duty(connection, run.config, now)
        to = delivery.addressed(run.config, schedule.to, oncall=duty, now=now)
    if not to.to:
        raise SlotError(" ".join(to.faults))
    report = store.load(engine, report_id)
    made, faults = run.making.messages(run.services, run.config, report, to.to, order, now)
    return made, (*to.faults, *faults)


def _corrected(run: _Run, name: str, schedule: Schedule, slot: Slot, now: datetime) -> str | None:
    """Follow up an incomplete report when its feeds came: a complete issue, and who was told."""
    if not slot.settled or not corrections.wanted(schedule, slot, now):
        return None
    try:
        _correct(run, name, schedule, slot, now)
    except LeaseLost:
        raise
    except Exception as error:
        log.exception("correction of report %s %s failed", name, slot.period.name)
        held = rows.of(run.services.engine, name)[slot.period.name]
        attempts = held.attempts + 1
        reason = {**held.reason, "correction_error": str(error) or type(error).__name__}
        at = now + plan.retry_after(attempts)
        run.save(name, schedule, replace(held, reason=reason, attempts=attempts, next_at=at))
        return str(error) or type(error).__name__
    return None


def _correct(run: _Run, name: str, schedule: Schedule, slot: Slot, now: datetime) -> None:
    services, period = run.services, slot.period
    mark = slot.reason.get("correcting", {})
    found = _made_before_a_crash(run, name, schedule, slot, marker=mark)
    if found is None:
        if run.making.late(services.engine, services.warehouse, schedule.feeds, period, run.zone):
            run.save(name, schedule, replace(slot, next_at=now + LOOK_AGAIN))
            return
        last = store.newest(services.engine, schedule.template, period.name)
        mark = {"since": now.isoformat(), "after": 0 if last is None else last.n}
        reason = {**slot.reason, "correcting": mark}
        slot = run.save(name, schedule, replace(slot, reason=reason, next_at=None))
        kind = _template(run, schedule)
        found = run.making.issue(services, kind, period, by=author(name), now=now).report_id
        run.issued += 1
    _send_correction(run, name, schedule, slot, found, now)


def _send_correction(
    run: _Run, name: str, schedule: Schedule, slot: Slot, report_id: int, now: datetime
) -> None:
    first = slot.report_id
    made: list[Any] = []
    faults: tuple[str, ...] = ()
    if schedule.correction.policy == "send" and slot.state == "sent" and first is not None:
        what = corrections.changes(run.services.engine, first, report_id)
        order = Order(
            key(name, slot.period),
            schedule.locales,
            schedule.forms,
            int(run.schedules.body.attach_up_to_mb * 1_000_000),
            corrects=what.lines,
            changed=what.count,
            tolerant=slot.attempts >= TOLERANT_AFTER,
        )
        made, faults = _messages(run, schedule, report_id, order, now)
    with fenced(run.services.engine, run.lease) as connection:
        lock(connection)
        written = delivery.enqueue(connection, made, now)
        gone = ("correcting", "correction_error")
        reason = {key: value for key, value in slot.reason.items() if key not in gone}
        reason |= {
            "corrected": report_id,
            "first_report": first,
            "correction_outbox": written,
            "faults": list(dict.fromkeys([*reason.get("faults", ()), *faults])),
        }
        done = replace(slot, reason=reason, report_id=report_id, next_at=None)
        rows.save(connection, name, schedule.template, done, now)
    run.sent += len(written)


def author(schedule: str) -> str:
    """Who issues the reports of a schedule, as reports name it."""
    return f"schedule {schedule}"


def key(schedule: str, period: Period) -> str:
    """Under which a period of a schedule is told once to everybody."""
    return f"{schedule} {period.name}"


def _template(run: _Run, schedule: Schedule) -> Template:
    found = template(run.services.settings.home, schedule.template)
    if found.body.period != schedule.grain:
        day = {"week": "weekday", "month": "day_of_month", "quarter": "day_of_quarter"}
        raise SlotError(
            f"The report {schedule.template} is about a {found.body.period}; give "
            f"{day[found.body.period]} in reports.yaml instead of {day[schedule.grain]}."
        )
    return found


def _begun(one: Decision) -> Slot:
    return Slot(one.period, one.due_at, "waiting")


def _kept(reason: Mapping[str, Any]) -> dict[str, Any]:
    """What a slot remembers from step to step: the feeds that its issue lacks."""
    return {name: reason[name] for name in ("missing",) if reason.get(name)}
