"""An incident of the inbox as it stood at an earlier moment. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from alerts.handling import Handling, Incident, Kind, Verdict
from alerts.hindsight.told import Told, after, undone, until
from alerts.records import altered

_SEVERITY = (Kind.SEVERITY_RAISED, Kind.SEVERITY_LOWERED)


def stood(incident: Incident, told: Sequence[Told], moment: datetime) -> Incident:
    """What people and signal had made of an incident by a moment.

    Messages (`notify_at`, `notices`), snoozes and `touched_at` are left as they are.

    Args:
        incident: as it stands now.
        told: its entries in the event log, in order.
        moment: not before it was opened.
    """
    later = after(told, moment)
    if not later:
        return incident
    begun = altered(
        incident,
        **_OPEN,
        **_UNJUDGED,
        severity=str(undone(later, _SEVERITY, "before", incident.severity)),
        assignee=undone(later, (Kind.ASSIGNED,), "before", incident.assignee) or None,
        firing=True,
        resolved_at=None,
        true_start=None,
        reopened=0,
    )
    for one in until(told, moment):
        begun = _after(begun, one)
    return begun


def first_acknowledged(incident: Incident, told: Sequence[Told], moment: datetime) -> Told | None:
    """When somebody first took it in hand, and who, by a moment; later ones do not count."""
    for one in told:
        if one.kind == Kind.ACKNOWLEDGED and one.at <= moment:
            return one
    at = incident.acknowledged_at
    if at is None or at > moment:
        return None
    return Told(at, incident.acknowledged_by or "", str(Kind.ACKNOWLEDGED), {})


def _after(incident: Incident, one: Told) -> Incident:
    return altered(incident, **_changes(incident, one))


def _changes(incident: Incident, one: Told) -> dict[str, Any]:
    waits = Handling.AWAITING_VERDICT
    changes: dict[str, Any] = {}
    match one.kind:
        case Kind.ACKNOWLEDGED:
            changes = {"acknowledged_at": one.at, "acknowledged_by": one.actor}
            changes["handling"] = Handling.ACKNOWLEDGED
        case Kind.UNACKNOWLEDGED:
            changes = dict(_OPEN)
        case Kind.RESOLVED:
            closed = incident.handling is Handling.CLOSED
            changes = {"firing": False, "resolved_at": one.at}
            changes["handling"] = Handling.CLOSED if closed else waits
        case Kind.JOINED:
            again = _OPEN if incident.handling is waits else {}
            changes = {**again, "firing": True, "resolved_at": None}
        case Kind.REOPENED:
            changes = {**_OPEN, **_UNJUDGED, "reopened": incident.reopened + 1}
            changes["handling"] = Handling.OPEN if incident.firing else waits
        case Kind.CLOSED:
            changes = {**_judged(incident, one), "closed_at": one.at, "closed_by": one.actor}
            changes["handling"] = Handling.CLOSED
        case Kind.VERDICT_CHANGED:
            changes = _judged(incident, one)
    return changes


def _judged(incident: Incident, one: Told) -> dict[str, Any]:
    start = one.data.get("true_start")
    return {
        "verdict": Verdict(one.data["verdict"]),
        "verdict_note": str(one.data.get("note", "")).strip() or incident.verdict_note,
        "true_start": datetime.fromisoformat(start) if start else incident.true_start,
    }


_OPEN: Mapping[str, Any] = {
    "handling": Handling.OPEN,
    "acknowledged_at": None,
    "acknowledged_by": None,
}
_UNJUDGED: Mapping[str, Any] = {
    "closed_at": None,
    "closed_by": None,
    "verdict": None,
    "verdict_note": None,
}
