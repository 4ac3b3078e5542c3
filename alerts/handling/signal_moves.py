"""What the signal does to an incident. Pure."""

from __future__ import annotations

from datetime import datetime

from alerts.handling.changes import Outcome, demand, news, opened_again, refuse, rejoins, told
from alerts.handling.model import (
    Action,
    Event,
    Handling,
    Incident,
    Kind,
    Policy,
    Reason,
    Why,
)
from alerts.handling.notices import announce, quiet
from alerts.records import altered


def join(policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """More joins. Who acknowledged it hears only of what another rule sees, or graver things."""
    joined = told(Kind.JOINED, action, now, Why.NEW_EPISODE)
    raised, events = demand(policy, incident, action, now)
    if not events and (raised.handling is Handling.OPEN or action.other_rule):
        raised = announce(raised, Reason.MORE, now + policy.group_interval)
    return raised, (joined, *events)


def refire(policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """A relapse; nobody is told again."""
    refired = told(Kind.REFIRED, action, now)
    raised, events = demand(policy, incident, action, now)
    return raised, (refired, *events)


def fires_again(policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """What seemed over is not: whoever acknowledged it must look again."""
    joined = told(Kind.JOINED, action, now, Why.NEW_EPISODE)
    incident = altered(
        incident,
        handling=Handling.OPEN,
        firing=True,
        resolved_at=None,
        acknowledged_at=None,
        acknowledged_by=None,
    )
    raised, events = demand(policy, incident, action, now)
    return news(policy, raised, Reason.REOPENED, now), (joined, *events)


def reopen_by_signal(policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """A new episode soon after closing is the same incident."""
    if not rejoins(policy, incident, now):
        refuse(Why.WINDOW_PASSED, by=incident.closed_by, at=incident.closed_at)
    joined = told(Kind.JOINED, action, now, Why.NEW_EPISODE)
    again, reopened = opened_again(incident, action, now, Why.NEW_EPISODE)
    raised, events = demand(policy, altered(again, firing=True, resolved_at=None), action, now)
    return news(policy, raised, Reason.REOPENED, now), (reopened, joined, *events)


def resolve(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """The signal is over; the incident waits for somebody to say what it was."""
    event = told(Kind.RESOLVED, action, now)
    after = altered(incident, handling=Handling.AWAITING_VERDICT, firing=False, resolved_at=now)
    if incident.notices:
        return altered(after, notify_at=now, notify_reason=str(Reason.RESOLVED)), (event,)
    if incident.notify_at is None:
        return after, (event,)
    dropped = Event(Kind.NOTICE_DROPPED, now, "worker", Why.OVER_BEFORE_TOLD)
    return quiet(after), (event, dropped)


def resolve_closed(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """The signal of a closed incident is over."""
    if not incident.firing:
        return incident, ()
    event = told(Kind.RESOLVED, action, now)
    return altered(incident, firing=False, resolved_at=now), (event,)


def nothing(_policy: Policy, incident: Incident, _action: Action, _now: datetime) -> Outcome:
    """Nothing changes."""
    return incident, ()
