"""Who is told what now, and when the next message goes out. Pure.

Each recipient is remembered for themselves: what they were last told decides what is news to them.
Reasons, from the strongest: reopened, escalated, more, resolved, repeat. A first message waits for
what belongs to it, further ones for further ones; a higher severity waits for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from alerts.handling.model import RANK, Handling, Reason
from alerts.muting import Mute
from alerts.muting.model import matched_labels
from alerts.notify import recipients
from alerts.notify.config import Config
from alerts.notify.recipients import OnCall, Recipient
from alerts.notify.routing import Routed, route
from alerts.notify.subject import Line, Subject, Told

RECHECK = timedelta(minutes=5)
"""When to look again at what is muted without a stated end."""

_IMMEDIATE = timedelta(0)


@dataclass(frozen=True)
class Notice:
    """One message to be written: whom, why they are told and by which branch of the tree."""

    to: Recipient
    reason: str
    path: tuple[str, ...]
    because: tuple[str, ...]
    step: int
    next_at: datetime | None
    next_reason: str = str(Reason.REPEAT)


@dataclass(frozen=True)
class PlanEvent:
    """Something for the event log: `notified`, `notice_muted`, `rota_gap`, `notice_dropped`."""

    kind: str
    reason: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What is to be done about an incident's messages.

    Attributes:
        notices: messages to write now.
        notify_at: when to plan again; None: only when something happens.
        notify_reason: why then; without `notify_at` why not (`closed`, `acknowledged`, …).
        events: for the event log.
        told: what everyone will have been told.
        escalations: policies that begin now, if they have not begun.
        muted: whether a message was due and was muted.
    """

    notices: tuple[Notice, ...] = ()
    notify_at: datetime | None = None
    notify_reason: str = ""
    events: tuple[PlanEvent, ...] = ()
    told: Mapping[Line, Told] = field(default_factory=dict)
    escalations: tuple[str, ...] = ()
    muted: bool = False


@dataclass(frozen=True)
class _Due:
    to: Recipient
    routed: Routed | None
    reason: Reason
    at: datetime


def plan(
    config: Config, subject: Subject, mute: Mute | None, oncall: OnCall, now: datetime
) -> Plan:
    """Plan the messages of one incident at one moment.

    The same arguments give the same plan; applying it and planning again at the same moment sends
    nothing.

    Args:
        config: what is in force.
        subject: the incident and what was told of it.
        mute: what stops its messages now, if anything does.
        oncall: who is on call.
        now: the moment.
    """
    if subject.closed:
        return Plan(notify_reason="closed", told=subject.told)
    routed = route(
        config,
        matched_labels(
            subject.labels,
            rule=subject.rule_id,
            topic=subject.topic,
            severity=subject.severity,
        ),
    )
    lines, gaps = _lines(config, subject, routed, oncall, now)
    waiting = _waiting(subject, lines, now)
    due = [one for one in waiting if one.at <= now]
    beginning = _escalations(subject, routed, now)
    if mute is not None and (due or beginning):
        return _muted(subject, mute, due, now)
    told = {**subject.told, **{d.to.line: subject.told_now(now, d.to.locale) for d in due}}
    after = _after(subject, told, lines, now)
    soonest = min(
        [(one.at, str(one.reason)) for one in after] + _escalations_later(subject, routed, now),
        default=None,
    )
    notices = tuple(
        Notice(
            one.to,
            str(one.reason),
            one.routed.path if one.routed else (),
            one.routed.because if one.routed else (),
            subject.notices + 1,
            *_following(after, one.to.line),
        )
        for one in due
    )
    return Plan(
        notices=notices,
        notify_at=soonest[0] if soonest else None,
        notify_reason=soonest[1] if soonest else _why_none(subject),
        events=_events(config, subject, notices, gaps),
        told=told,
        escalations=beginning,
    )


def _lines(
    config: Config, subject: Subject, routed: Iterable[Routed], oncall: OnCall, now: datetime
) -> tuple[dict[Line, tuple[Recipient, Routed | None]], list[PlanEvent]]:
    """Everyone to be told, by the first branch that names them; and rotas with nobody on call."""
    found: dict[Line, tuple[Recipient, Routed | None]] = {}
    gaps: list[PlanEvent] = []
    for one in routed:
        kind, name = one.receiver.kind, one.receiver.name
        behind = recipients.of(config, kind, name, oncall=oncall, now=now, locale=one.locale)
        if kind == "rota" and not behind:
            gaps.append(PlanEvent("rota_gap", "nobody_on_call", {"rota": name}))
            # Told to the wrong people is better than told to nobody.
            behind = _fallback(config, oncall, now)
        for recipient in behind:
            found.setdefault(recipient.line, (recipient, one))
    # Who was told that it goes on is told of its end, also after a handover.
    for line, told in subject.told.items():
        known = line[1] in config.body.channels
        if line not in found and known and told.firing and not subject.firing:
            found[line] = (Recipient(*line, told.locale, _zone(config, line)), None)
    return found, gaps


def _fallback(config: Config, oncall: OnCall, now: datetime) -> tuple[Recipient, ...]:
    """Whom the first route tells, other rotas left out; the log if that is nobody."""
    behind = [
        recipient
        for receiver in config.body.route.receivers or ()
        if receiver.kind in ("person", "channel")
        for recipient in recipients.of(config, receiver.kind, receiver.name, oncall=oncall, now=now)
    ]
    return tuple(behind) or (recipients.of_room(config, "log"),)


def _zone(config: Config, line: Line) -> str:
    person = config.body.people.get(line[0])
    return person.zone if person else config.body.channels[line[1]].zone


def _waiting(
    subject: Subject, lines: Mapping[Line, tuple[Recipient, Routed | None]], now: datetime
) -> list[_Due]:
    """The next message of everyone who gets one, whenever that is."""
    waiting = _next_of_all(subject, subject.told, lines, now)
    asked = subject.notify_reason == Reason.REPEAT and _reached(subject.notify_at, now)
    if asked and not any(one.at <= now for one in waiting):
        # A snooze or an acknowledgement ran out: the reminder is for everyone.
        return [
            _Due(one.to, one.routed, one.reason, now) if one.reason is Reason.REPEAT else one
            for one in waiting
        ]
    return waiting


def _after(
    subject: Subject,
    told: Mapping[Line, Told],
    lines: Mapping[Line, tuple[Recipient, Routed | None]],
    now: datetime,
) -> list[_Due]:
    return [
        one
        for one in _next_of_all(subject, told, lines, now)
        if one.at > now or one.to.line not in told
    ]


def _following(after: Iterable[_Due], line: Line) -> tuple[datetime | None, str]:
    """When one recipient hears next and why, if nothing happens before."""
    found = next((one for one in after if one.to.line == line), None)
    return (None, str(Reason.REPEAT)) if found is None else (found.at, str(found.reason))


def _next_of_all(
    subject: Subject,
    told: Mapping[Line, Told],
    lines: Mapping[Line, tuple[Recipient, Routed | None]],
    now: datetime,
) -> list[_Due]:
    found = []
    for line, (recipient, routed) in lines.items():
        due = _next(subject, told.get(line), routed, now)
        if due is not None:
            found.append(_Due(recipient, routed, *due))
    return found


def _next(
    subject: Subject, told: Told | None, routed: Routed | None, now: datetime
) -> tuple[Reason, datetime] | None:
    """What one recipient hears next, and when."""
    if told is None:
        return (Reason.FIRST, _first_at(subject, routed, now)) if subject.firing else None
    interval = routed.group_interval if routed else _IMMEDIATE
    if not subject.firing:
        return (Reason.RESOLVED, told.at + interval) if told.firing else None
    news = _news(subject, told)
    if news is not None:
        urgent = news is Reason.ESCALATED or subject.reopened > told.reopened
        return news, now if urgent else told.at + interval
    if subject.handling != Handling.OPEN or routed is None:
        return None
    return Reason.REPEAT, told.at + routed.repeat_interval


def _news(subject: Subject, told: Told) -> Reason | None:
    """What a recipient does not know yet of an incident that goes on."""
    if subject.reopened > told.reopened or not told.firing:
        return Reason.REOPENED
    if RANK[subject.severity] > RANK[told.severity]:
        return Reason.ESCALATED
    return Reason.MORE if subject.open_keys - told.members else None


def _first_at(subject: Subject, routed: Routed | None, now: datetime) -> datetime:
    if routed is not None and routed.group_wait is not None:
        return subject.opened_at + routed.group_wait
    if subject.notify_reason == Reason.FIRST and subject.notify_at is not None:
        return subject.notify_at
    return now


def _escalations(subject: Subject, routed: Iterable[Routed], now: datetime) -> tuple[str, ...]:
    if not subject.firing or subject.handling != Handling.OPEN:
        return ()
    return tuple(
        one.receiver.name
        for one in routed
        if one.receiver.kind == "escalation" and _first_at(subject, one, now) <= now
    )


def _escalations_later(
    subject: Subject, routed: Iterable[Routed], now: datetime
) -> list[tuple[datetime, str]]:
    """When escalations begin that still wait for what belongs to the incident."""
    if not subject.firing or subject.handling != Handling.OPEN:
        return []
    begins = [_first_at(subject, one, now) for one in routed if one.receiver.kind == "escalation"]
    return [(at, str(Reason.FIRST)) for at in begins if at > now]


def _events(
    config: Config, subject: Subject, notices: tuple[Notice, ...], gaps: list[PlanEvent]
) -> tuple[PlanEvent, ...]:
    if notices:
        return (*gaps, _notified(config, notices))
    if not subject.firing and not subject.told and subject.notify_reason == Reason.FIRST:
        return (PlanEvent("notice_dropped", "over_before_told"),)
    return ()


def _muted(subject: Subject, mute: Mute, due: list[_Due], now: datetime) -> Plan:
    again = max(mute.until or now + RECHECK, now + timedelta(minutes=1))
    reason = str(due[0].reason) if due else str(Reason.FIRST)
    data = {"notice": reason, "until": again.isoformat()}
    return Plan(
        notify_at=again,
        notify_reason=reason,
        events=(PlanEvent("notice_muted", str(mute.kind), data),),
        told=subject.told,
        muted=True,
    )


def _notified(config: Config, notices: tuple[Notice, ...]) -> PlanEvent:
    data = {
        "to": [f"{one.to.recipient} via {one.to.channel}" for one in notices],
        "reasons": sorted({one.reason for one in notices}),
        "routes": sorted({one.path[-1] for one in notices if one.path}),
        "notice": notices[0].step,
        "config": config.sha256,
    }
    return PlanEvent("notified", notices[0].reason, data)


def _why_none(subject: Subject) -> str:
    if subject.handling == Handling.ACKNOWLEDGED:
        return "acknowledged"
    return "over" if not subject.firing else "nobody_to_tell"


def _reached(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now
