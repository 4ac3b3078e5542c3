"""An incident of the inbox as it stood at an earlier moment. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from alerts.handling import Handling, Incident, Kind, Verdict
from alerts.hindsight.told import Told, after, undone, until
from alerts.records import altered

_SEVERITY = (Kind.SEVERITY_RAISED, Kind.SEVERITY_LOWERED)
_JUDGED = (Kind.CLOSED, Kind.VERDICT_CHANGED)


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
    begun = replace(
        altered(incident, handling=Handling.OPEN, firing=True, resolved_at=None),
        severity=str(undone(later, _SEVERITY, "before", incident.severity)),
        assignee=undone(later, (Kind.ASSIGNED,), "before", incident.assignee) or None,
        acknowledged_at=None,
        acknowledged_by=None,
        closed_at=None,
        closed_by=None,
        verdict=None,
        verdict_note=None,
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
    match one.kind:
        case Kind.ACKNOWLEDGED:
            return altered(
                incident,
                handling=Handling.ACKNOWLEDGED,
                acknowledged_at=one.at,
                acknowledged_by=one.actor,
            )
        case Kind.UNACKNOWLEDGED:
            return _open(incident)
        case Kind.RESOLVED:
            handling = incident.handling
            over = Handling.CLOSED if handling is Handling.CLOSED else Handling.AWAITING_VERDICT
            return altered(incident, handling=over, firing=False, resolved_at=one.at)
        case Kind.JOINED:
            goes_on = altered(incident, firing=True, resolved_at=None)
            return _open(goes_on) if incident.handling is Handling.AWAITING_VERDICT else goes_on
        case Kind.REOPENED:
            open_ = altered(
                _open(incident),
                closed_at=None,
                closed_by=None,
                verdict=None,
                verdict_note=None,
                reopened=incident.reopened + 1,
            )
            waits = Handling.OPEN if open_.firing else Handling.AWAITING_VERDICT
            return altered(open_, handling=waits)
        case kind if kind in _JUDGED:
            return _judged(incident, one)
    return incident


def _open(incident: Incident) -> Incident:
    return altered(incident, handling=Handling.OPEN, acknowledged_at=None, acknowledged_by=None)


def _judged(incident: Incident, one: Told) -> Incident:
    start = one.data.get("true_start")
    judged = altered(
        incident,
        verdict=Verdict(one.data["verdict"]),
        verdict_note=str(one.data.get("note", "")).strip() or incident.verdict_note,
        true_start=datetime.fromisoformat(start) if start else incident.true_start,
    )
    if one.kind != Kind.CLOSED:
        return judged
    return altered(judged, handling=Handling.CLOSED, closed_at=one.at, closed_by=one.actor)
