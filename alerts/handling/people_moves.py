"""What people do to an incident, and the clock for them. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

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
from alerts.handling.notices import announce
from alerts.records import altered


def acknowledge(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """Somebody looks after it: no more messages but of a higher severity."""
    after = altered(
        incident,
        notify_at=None,
        notify_reason=None,
        handling=Handling.ACKNOWLEDGED,
        acknowledged_at=now,
        acknowledged_by=action.actor,
        touched_at=now,
    )
    return after, (told(Kind.ACKNOWLEDGED, action, now),)


def unacknowledge(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """By a person, or by the clock when nothing was done for too long: then people hear again."""
    why = Why.PERSON if action.by_person else Why.TIMEOUT
    after = altered(
        incident,
        handling=Handling.OPEN,
        acknowledged_at=None,
        acknowledged_by=None,
        touched_at=_touched_at(incident, action, now),
    )
    event = told(Kind.UNACKNOWLEDGED, action, now, why, {"by": incident.acknowledged_by or ""})
    return announce(after, Reason.REPEAT, now), (event,)


def assign(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """To somebody, or to nobody."""
    to = action.assignee.strip() or None
    if to == incident.assignee:
        refuse(Why.SAME_ASSIGNEE)
    event = told(
        Kind.ASSIGNED, action, now, data={"to": to or "", "before": incident.assignee or ""}
    )
    after = altered(incident, assignee=to, touched_at=_touched_at(incident, action, now))
    return after, (event,)


def snooze(policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """Be quiet until a moment."""
    if action.until is None or action.until <= now:
        refuse(Why.PAST, at=action.until)
    if action.until - now > policy.longest_snooze:
        refuse(Why.TOO_LONG, at=now + policy.longest_snooze)
    event = told(Kind.SNOOZED, action, now, data={"until": action.until.isoformat()})
    touched_at = _touched_at(incident, action, now)
    return altered(incident, snooze_until=action.until, touched_at=touched_at), (event,)


def wake(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """End a snooze, by a person or by the clock."""
    if incident.snooze_until is None:
        refuse(Why.NOT_SNOOZED)
    why = Why.PERSON if action.by_person else Why.TIMEOUT
    touched_at = _touched_at(incident, action, now)
    after = altered(incident, snooze_until=None, touched_at=touched_at)
    if after.handling is Handling.OPEN:
        after = announce(after, Reason.REPEAT, now)
    return after, (told(Kind.WOKEN, action, now, why),)


def comment(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """Leave a note."""
    if not action.note.strip():
        refuse(Why.NOTE_NEEDED)
    after = altered(incident, touched_at=_touched_at(incident, action, now))
    return after, (told(Kind.COMMENTED, action, now),)


def raise_severity(policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """Up: by a person, or by the signal."""
    if not action.by_person:
        return demand(policy, incident, action, now)
    if RANK[action.severity] <= RANK[incident.severity]:
        refuse(Why.NOT_HIGHER)
    touched = altered(incident, touched_at=now)
    return raised_to(policy, touched, action, now, Why.PERSON)


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
    return altered(incident, severity=action.severity, touched_at=now), (event,)


def close(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """Say what it was. While the signal goes on this needs a reason."""
    if action.verdict is None:
        refuse(Why.VERDICT_NEEDED)
    if incident.firing and not action.note.strip():
        refuse(Why.REASON_NEEDED)
    after = altered(
        incident,
        handling=Handling.CLOSED,
        closed_at=now,
        closed_by=action.actor,
        snooze_until=None,
        notify_at=None,
        notify_reason=None,
        touched_at=_touched_at(incident, action, now),
        **_judged(incident, action),
    )
    why = Why.STILL_FIRING if incident.firing else ""
    return after, (told(Kind.CLOSED, action, now, why, data=_verdict_facts(action)),)


def judge_again(_policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """A closed incident gets another verdict: somebody knows better by now."""
    if action.verdict is None:
        refuse(Why.VERDICT_NEEDED)
    after = altered(incident, **_judged(incident, action))
    if after == incident:
        refuse(Why.SAME_VERDICT, by=incident.closed_by, at=incident.closed_at)
    before = {"before": str(incident.verdict or "")}
    event = told(Kind.VERDICT_CHANGED, action, now, data={**_verdict_facts(action), **before})
    return altered(after, touched_at=_touched_at(incident, action, now)), (event,)


def reopen(policy: Policy, incident: Incident, action: Action, now: datetime) -> Outcome:
    """By a person: within the window, or as long as the signal goes on."""
    if not incident.firing and not rejoins(policy, incident, now):
        refuse(Why.WINDOW_PASSED, by=incident.closed_by, at=incident.closed_at)
    again, event = opened_again(incident, action, now, Why.PERSON)
    after = altered(again, touched_at=_touched_at(incident, action, now))
    if not after.firing:
        return altered(after, handling=Handling.AWAITING_VERDICT), (event,)
    return announce(after, Reason.REOPENED, now), (event,)


def _touched_at(incident: Incident, action: Action, now: datetime) -> datetime | None:
    return now if action.by_person else incident.touched_at


def _judged(incident: Incident, action: Action) -> dict[str, Any]:
    return {
        "verdict": action.verdict,
        "verdict_note": action.note.strip() or incident.verdict_note,
        "true_start": action.true_start or incident.true_start,
    }


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
