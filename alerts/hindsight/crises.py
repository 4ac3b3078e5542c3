"""A crisis as it stood at an earlier moment. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
    level, lead = one.data.get("level", found.level), found.lead
    match one.kind:
        case Kind.PROPOSED:
            return Stood(Status.PROPOSED, level, lead, None, None, None)
        case Kind.LEVEL_PROPOSED if found.status is Status.PROPOSED:
            return Stood(Status.PROPOSED, level, lead, None, None, None)
        case Kind.DECLARED:
            return Stood(Status.DECLARED, level, one.data.get("lead", lead), one.at, None, None)
        case Kind.LEVEL_RAISED | Kind.UNCONTAINED:
            return Stood(Status.DECLARED, level, lead, found.declared_at, None, None)
        case Kind.LEVEL_LOWERED:
            return Stood(found.status, level, lead, found.declared_at, found.contained_at, None)
        case Kind.CONTAINED:
            return Stood(Status.CONTAINED, level, lead, found.declared_at, one.at, None)
        case Kind.CLOSED:
            kept = found.declared_at, found.contained_at
            return Stood(Status.CLOSED, level, lead, *kept, one.at)
        case Kind.DISMISSED | Kind.LAPSED:
            return Stood(Status.DISMISSED, found.level, lead, None, None, one.at)
        case Kind.ROLE_ASSIGNED if one.data.get("role") == LEAD:
            kept_all = found.declared_at, found.contained_at, found.closed_at
            return Stood(found.status, found.level, one.data.get("to") or None, *kept_all)
    return found
