"""What people do to an incident, and the clock for them. Pure."""

from __future__ import annotations

from datetime import datetime

from alerts.handling.changes import (
    Outcome,
    Transition,
    demand,
    opened_again,
    raised_to,
    refuse,
    rejoins,
    told,
)
from alerts.handling.model import (
    RANK,
    Action,
    Handling,
    Incident,
    Kind,
    Policy,
    Reason,
    Why,
)
from alerts.handling.notices import announce, quiet
from alerts.records import altered


def acknowledge(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """Somebody looks after it: no more messages but of a higher severity."""
    after = altered(
        quiet(incident),
        handling=Handling.ACKNOWLEDGED,
        acknowledged_at=now,
        acknowledged_by=action.actor,
        touched_at=now,
    )
    return after, (told(Kind.ACKNOWLEDGED, action, now),)


def unacknowledge(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """By a person, or by the clock when nothing was done for too long: then people hear again."""
    why = Why.PERSON if action.by_person else Why.TIMEOUT
    after = altered(incident, handling=Handling.OPEN, acknowledged_at=None, acknowledged_by=None)
    event = told(Kind.UNACKNOWLEDGED, action, now, why, {"by": incident.acknowledged_by or ""})
    return announce(_touched(after, action, now), Reason.REPEAT, now), (event,)


def assign(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """To somebody, or to nobody."""
    to = action.assignee.strip() or None
    if to == incident.assignee:
        refuse(Why.SAME_ASSIGNEE)
    event = told(
        Kind.ASSIGNED, action, now, data={"to": to or "", "before": incident.assignee or ""}
    )
    return _touched(altered(incident, assignee=to), action, now), (event,)


def snooze(policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """Be quiet until a moment."""
    if action.until is None or action.until <= now:
        refuse(Why.PAST, at=action.until)
    if action.until - now > policy.longest_snooze:
        refuse(Why.TOO_LONG, at=now + policy.longest_snooze)
    event = told(Kind.SNOOZED, action, now, data={"until": action.until.isoformat()})
    return _touched(altered(incident, snooze_until=action.until), action, now), (event,)


def wake(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """End a snooze, by a person or by the clock."""
    if incident.snooze_until is None:
        refuse(Why.NOT_SNOOZED)
    why = Why.PERSON if action.by_person else Why.TIMEOUT
    after = _touched(altered(incident, snooze_until=None), action, now)
    if after.handling is Handling.OPEN:
        after = announce(after, Reason.REPEAT, now)
    return after, (told(Kind.WOKEN, action, now, why),)


def comment(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """Leave a note."""
    if not action.note.strip():
        refuse(Why.NOTE_NEEDED)
    return _touched(incident, action, now), (told(Kind.COMMENTED, action, now),)


def raise_severity(policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """Up: by a person, or by the signal."""
    if not action.by_person:
        return demand(policy, incident, action, now)
    if RANK[action.severity] <= RANK[incident.severity]:
        refuse(Why.NOT_HIGHER)
    return raised_to(policy, _touched(incident, action, now), action, now, Why.PERSON)


def lower_severity(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """Down only by a person, who says why."""
    if not action.by_person:
        refuse(Why.ONLY_A_PERSON)
    if RANK[action.severity] >= RANK[incident.severity]:
        refuse(Why.NOT_LOWER)
    if not action.note.strip():
        refuse(Why.REASON_NEEDED)
    change = {"before": incident.severity, "after": action.severity}
    event = told(Kind.SEVERITY_LOWERED, action, now, Why.PERSON, data=change)
    return _touched(altered(incident, severity=action.severity), action, now), (event,)


def close(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """Say what it was. While the signal goes on this needs a reason."""
    if action.verdict is None:
        refuse(Why.VERDICT_NEEDED)
    if incident.firing and not action.note.strip():
        refuse(Why.REASON_NEEDED)
    after = altered(
        _judged(quiet(incident), action),
        handling=Handling.CLOSED,
        closed_at=now,
        closed_by=action.actor,
        snooze_until=None,
    )
    why = Why.STILL_FIRING if incident.firing else ""
    event = told(Kind.CLOSED, action, now, why, data=_verdict_facts(action))
    return _touched(after, action, now), (event,)


def judge_again(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """A closed incident gets another verdict: somebody knows better by now."""
    if action.verdict is None:
        refuse(Why.VERDICT_NEEDED)
    after = _judged(incident, action)
    if after == incident:
        refuse(Why.SAME_VERDICT, by=incident.closed_by, at=incident.closed_at)
    before = {"before": str(incident.verdict or "")}
    event = told(Kind.VERDICT_CHANGED, action, now, data={**_verdict_facts(action), **before})
    return _touched(after, action, now), (event,)


def reopen(policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """By a person: within the window, or as long as the signal goes on."""
    if not incident.firing and not rejoins(policy, incident, now):
        refuse(Why.WINDOW_PASSED, by=incident.closed_by, at=incident.closed_at)
    after, event = opened_again(incident, action, now, Why.PERSON)
    if not after.firing:
        after = altered(after, handling=Handling.AWAITING_VERDICT)
        return _touched(after, action, now), (event,)
    return announce(_touched(after, action, now), Reason.REOPENED, now), (event,)


def _touched(incident: Incident, action: Action, now: datetime) -> Incident:
    return altered(incident, touched_at=now) if action.by_person else incident


def _judged(incident: Incident, action: Action) -> Incident:
    return altered(
        incident,
        verdict=action.verdict,
        verdict_note=action.note.strip() or incident.verdict_note,
        true_start=action.true_start or incident.true_start,
    )


def _verdict_facts(action: Action) -> dict[str, str]:
    facts: dict[str, str] = {"verdict": str(action.verdict)}
    if action.true_start is not None:
        facts["true_start"] = action.true_start.isoformat()
    return facts


def refused(why: Why) -> Transition:
    """An entry that always refuses."""

    def always(_policy: Policy, incident: Incident, _action: Action, _now: datetime) -> Outcome:
        if why is Why.CLOSED:
            refuse(why, by=incident.closed_by, at=incident.closed_at)
        if why is Why.ALREADY_ACKNOWLEDGED:
            refuse(why, by=incident.acknowledged_by, at=incident.acknowledged_at)
        refuse(why, at=incident.resolved_at)

    return always
