"""A crisis as it stood at an earlier moment. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from alerts.crisis.model import Crisis, Kind, Status
from alerts.crisis.moves import LEAD
from alerts.hindsight.told import Told, after, until


@dataclass(frozen=True)
class Stood:
    """What was known of a crisis. `level` of a proposal is the level proposed."""

    status: Status
    level: int | None
    lead: str | None
    declared_at: datetime | None
    contained_at: datetime | None
    closed_at: datetime | None


def stood(crisis: Crisis, told: Sequence[Told], moment: datetime) -> Stood:
    """What people had made of a crisis by a moment.

    Args:
        crisis: as it stands now.
        told: its entries in the event log, in order.
        moment: not before it was found.
    """
    later = after(told, moment)
    if not later:
        level = crisis.proposed_level if crisis.level is None else crisis.level
        return Stood(
            crisis.status,
            level,
            crisis.lead,
            crisis.declared_at,
            crisis.contained_at,
            crisis.closed_at,
        )
    found = Stood(Status.PROPOSED, None, _lead_before(crisis, later), None, None, None)
    for one in until(told, moment):
        found = _after(found, one)
    return found


def _lead_before(crisis: Crisis, later: Sequence[Told]) -> str | None:
    for one in later:
        if one.kind == Kind.ROLE_ASSIGNED and one.data.get("role") == LEAD:
            return one.data.get("before") or None
        if one.kind == Kind.DECLARED and "lead" in one.data:
            return None
    return crisis.lead


def _after(found: Stood, one: Told) -> Stood:
    return replace(found, **_changes(found, one))


def _changes(found: Stood, one: Told) -> dict[str, Any]:
    level = {"level": one.data.get("level", found.level)}
    changes: dict[str, Any] = {}
    match one.kind:
        case Kind.PROPOSED | Kind.LEVEL_LOWERED:
            changes = level
        case Kind.LEVEL_PROPOSED if found.status is Status.PROPOSED:
            changes = level
        case Kind.DECLARED:
            lead = one.data.get("lead", found.lead)
            changes = {**level, "status": Status.DECLARED, "declared_at": one.at, "lead": lead}
        case Kind.LEVEL_RAISED | Kind.UNCONTAINED:
            changes = {**level, "status": Status.DECLARED, "contained_at": None}
        case Kind.CONTAINED:
            changes = {"status": Status.CONTAINED, "contained_at": one.at}
        case Kind.CLOSED:
            changes = {"status": Status.CLOSED, "closed_at": one.at}
        case Kind.DISMISSED | Kind.LAPSED:
            changes = {"status": Status.DISMISSED, "closed_at": one.at}
        case Kind.ROLE_ASSIGNED if one.data.get("role") == LEAD:
            changes = {"lead": one.data.get("to") or None}
    return changes
