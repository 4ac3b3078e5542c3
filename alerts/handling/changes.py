"""What transitions have in common: telling, refusing, severity, opening again. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from alerts.handling.model import (
    RANK,
    Action,
    Event,
    Handling,
    Incident,
    Kind,
    Policy,
    Reason,
    Refused,
    Why,
)
from alerts.handling.notices import announce
from alerts.records import altered

Outcome = tuple[Incident, tuple[Event, ...]]
Transition = Callable[[Policy, Incident, Action, datetime], Outcome]

_GOES_ON = frozenset({Handling.OPEN, Handling.ACKNOWLEDGED})


def told(
    kind: Kind,
    action: Action,
    now: datetime,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
) -> Event:
    """The event of an action, with its note."""
    facts = action.data
    if data:
        facts = {**facts, **data}
    if action.note:
        facts = {**facts, "note": action.note}
    return Event(kind, now, action.actor, reason or action.reason, facts)


def opened_again(
    incident: Incident, action: Action, now: datetime, why: Why
) -> tuple[Incident, Event]:
    """A closed incident as it stands when it is opened once more; its verdict is void."""
    verdict = str(incident.verdict or "")
    after = altered(
        incident,
        handling=Handling.OPEN,
        acknowledged_at=None,
        acknowledged_by=None,
        closed_at=None,
        closed_by=None,
        verdict=None,
        verdict_note=None,
        reopened=incident.reopened + 1,
    )
    return after, Event(
        Kind.REOPENED, now, action.actor, why, {"verdict": verdict, "note": action.note}
    )


def news(policy: Policy, incident: Incident, reason: Reason, now: datetime) -> Incident:
    """Plan `reason`, or the first message if nobody was told yet."""
    if not incident.notices:
        return announce(incident, Reason.FIRST, now + policy.group_wait[incident.severity])
    return announce(incident, reason, now)


def demand(policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """Severity goes up by itself, once for each level the signal newly asks for."""
    wanted = action.severity
    if not wanted or RANK[wanted] <= RANK[incident.demanded or incident.severity]:
        return incident, ()
    if RANK[wanted] <= RANK[incident.severity]:
        return altered(incident, demanded=wanted), ()
    return raised_to(policy, incident, action, now, Why.SIGNAL)


def raised_to(
    policy: Policy, incident: Incident, action: Action, now: datetime, why: Why
) -> Outcome:
    """Severity goes up; whoever must know hears of it at once."""
    change = {"before": incident.severity, "after": action.severity}
    event = told(Kind.SEVERITY_RAISED, action, now, why, data=change)
    demanded = action.severity if why is Why.SIGNAL else incident.demanded
    after = altered(incident, severity=action.severity, demanded=demanded)
    if after.handling in _GOES_ON:
        after = news(policy, after, Reason.ESCALATED, now)
    return after, (event,)


def refuse(why: Why, *, by: str | None = None, at: datetime | None = None) -> NoReturn:
    """Say that an action cannot be done."""
    raise Refused(why, by=by or "", at=at)


def rejoins(policy: Policy, incident: Incident, now: datetime) -> bool:
    """Whether an episode that begins now belongs to this incident, be it closed or not."""
    if incident.closed_at is None:
        return True
    over = max(incident.closed_at, incident.resolved_at or incident.closed_at)
    return now - over <= policy.reopen_window
