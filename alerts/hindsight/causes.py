"""Root causes and corrective actions as they stood at an earlier moment. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from alerts.hindsight.told import Told, after, undone, until
from alerts.reviews import action_machine, cause_machine
from alerts.reviews.action_machine import Corrective
from alerts.reviews.cause_machine import Cause
from alerts.reviews.cause_rows import StoredAction, StoredCause

_SETTLED = {
    "action_done": action_machine.Status.DONE,
    "action_verified": action_machine.Status.VERIFIED,
    "action_failed": action_machine.Status.FAILED,
    "action_dropped": action_machine.Status.DROPPED,
}


def cause(stored: StoredCause, told: Sequence[Told], moment: datetime) -> Cause:
    """What was known of a root cause by a moment.

    Args:
        stored: as it stands now.
        told: entries of its subject in the event log, in order; those of others are passed over.
        moment: not before it was asked for.
    """
    own = [one for one in told if one.data.get("cause") == stored.id and "action" not in one.data]
    later = after(own, moment)
    if not later:
        return stored.cause
    owner = undone(later, ("cause_assigned",), "before", stored.cause.owner)
    found = Cause(owner=owner or None)
    for one in until(own, moment):
        found = replace(found, **_changes(found, one))
    return found


def _changes(found: Cause, one: Told) -> dict[str, Any]:
    status = cause_machine.Status
    changes: dict[str, Any] = {}
    match one.kind:
        case "cause_analysed":
            changes = {"cause_code": one.data["cause_code"], "finding": one.data["finding"]}
            changes["status"] = status.ANALYSED if found.status is status.OPEN else found.status
        case "cause_moved":
            changes = {"status": status(one.data["after"]), "closed_at": None}
        case "cause_closed":
            changes = {"status": status.CLOSED, "closed_at": one.at}
            changes["reason"] = str(one.data.get("note", ""))
        case "cause_merged":
            changes = {"status": status.CLOSED, "closed_at": one.at}
            changes["same_as"] = one.data["same_as"]
        case "cause_reopened":
            changes = {"status": status.ANALYSED if found.finding else status.OPEN}
            changes |= {"closed_at": None, "reason": "", "same_as": None}
        case "cause_assigned":
            changes = {"owner": one.data.get("after") or None}
    return changes


def action(stored: StoredAction, told: Sequence[Told], moment: datetime) -> Corrective | None:
    """A corrective action by a moment; None where it was not decided yet.

    Args:
        stored: as it stands now.
        told: entries of its cause's subject in the event log, in order.
        moment: the moment.
    """
    own = [one for one in told if one.data.get("action") == stored.id]
    known = until(own, moment)
    if own and not known:
        return None
    if not after(own, moment):
        return stored.state
    found = stored.state
    for one in known:
        found = replace(found, **_moved(one))
    return found


def done_at(stored: StoredAction, told: Sequence[Told], moment: datetime) -> datetime | None:
    """When it was said to be done, by a moment; checking it later does not change that."""
    found = None
    for one in until([one for one in told if one.data.get("action") == stored.id], moment):
        if one.kind == "action_done":
            found = one.at
        elif one.kind in ("action_resumed", "action_added"):
            found = None
    return found


def _moved(one: Told) -> dict[str, Any]:
    if one.kind in ("action_added", "action_changed"):
        dates = {name: date.fromisoformat(one.data[name]) for name in ("due_on", "check_on")}
        begun = _unsettled() if one.kind == "action_added" else {}
        return {**begun, "owner": one.data["owner"], **dates}
    if one.kind == "action_resumed":
        return _unsettled()
    if one.kind in _SETTLED:
        said = one.data.get("note") or one.data.get("evidence") or None
        settled = {"status": _SETTLED[one.kind], "result": said}
        return {**settled, "settled_by": one.actor, "settled_at": one.at}
    return {}


def _unsettled() -> dict[str, Any]:
    status = action_machine.Status.OPEN
    return {"status": status, "result": None, "settled_by": None, "settled_at": None}
