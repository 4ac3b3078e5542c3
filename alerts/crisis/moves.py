"""What is done to a crisis, move by move. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn

from alerts.crisis.model import (
    HIGHEST,
    LOWEST,
    Action,
    Circumstances,
    Crisis,
    Event,
    Kind,
    Link,
    Refused,
    Status,
    Trigger,
    Why,
)
from alerts.records import altered

Moved = tuple[Crisis, tuple[Event, ...]]
Move = Callable[[Crisis, Action, Circumstances, datetime], Moved]
LEAD = "crisis_lead"
CLEAR_PERIODS = 2
"""Update periods of the level for which all its triggers must be clear before it is lowered."""


def refuse(
    why: Why, *, by: str | None = None, at: datetime | None = None, what: str = ""
) -> NoReturn:
    """Say no."""
    raise Refused(why, by=by or "", at=at, what=what)


def refused(why: Why) -> Move:
    """An entry of the table that always refuses."""

    def always(crisis: Crisis, _action: Action, _given: Circumstances, _now: datetime) -> Moved:
        at = {
            Why.CLOSED: crisis.closed_at,
            Why.DISMISSED: crisis.closed_at,
            Why.ALREADY_CONTAINED: crisis.contained_at,
            Why.ALREADY_DECLARED: crisis.declared_at,
        }.get(why)
        by = crisis.declared_by if why is Why.ALREADY_DECLARED else None
        refuse(why, by=by, at=at)

    return always


def nothing(crisis: Crisis, _action: Action, _given: Circumstances, _now: datetime) -> Moved:
    """What the worker saw changes nothing any more."""
    return crisis, ()


def declare(crisis: Crisis, action: Action, given: Circumstances, now: datetime) -> Moved:
    """A person says that it is a crisis, and of which level; who may lead it and declares it does.

    Nobody else is made its lead: that somebody could lead says nothing of whether they know.
    """
    _person(action)
    level = action.level or crisis.proposed_level or 0
    _level(level)
    proposed = crisis.proposed_level or 0
    if level < proposed:  # below what the criteria ask for: only with a reason
        _reason(action)
    if not _holding(given.triggers, level):
        _reason(action)
    leads = crisis.lead is None and given.may_lead
    after = altered(
        crisis,
        status=Status.DECLARED,
        lead=action.actor if leads else crisis.lead,
        roles={**crisis.roles, LEAD: action.actor} if leads else crisis.roles,
        level=level,
        proposed_level=_above(given.triggers, level),
        declared_at=now,
        declared_by=action.actor,
        level_at=now,
        clear_since=clear_since(given.triggers, level, now),
    )
    data = {"level": level, "proposed": proposed or None, **_because(given.triggers, level)}
    if leads:
        data["lead"] = action.actor
    return after, (_told(Kind.DECLARED, action, now, data),)


def raise_(crisis: Crisis, action: Action, given: Circumstances, now: datetime) -> Moved:
    """Up: one trigger is enough; without one a person says why. Unclear is higher."""
    _person(action)
    _level(action.level)
    if action.level <= (crisis.level or 0):
        refuse(Why.NOT_HIGHER, by=crisis.declared_by, at=crisis.level_at)
    if not _holding(given.triggers, action.level):
        _reason(action)
    after = altered(
        crisis,
        status=Status.DECLARED,  # what gets worse is not contained
        contained_at=None,
        level=action.level,
        proposed_level=_above(given.triggers, action.level),
        level_at=now,
        clear_since=clear_since(given.triggers, action.level, now),
    )
    data = {
        "before": crisis.level,
        "level": action.level,
        **_because(given.triggers, action.level),
    }
    return after, (_told(Kind.LEVEL_RAISED, action, now, data),)


def lower(crisis: Crisis, action: Action, given: Circumstances, now: datetime) -> Moved:
    """Down: only by a person, with a reason, and after two quiet update periods."""
    _person(action)
    _level(action.level)
    assert crisis.level is not None
    if action.level >= crisis.level:
        refuse(Why.NOT_LOWER, at=crisis.level_at)
    _reason(action)
    quiet_since = _quiet(crisis, action.level, given, now)
    after = altered(
        crisis,
        level=action.level,
        proposed_level=_above(given.triggers, action.level),
        level_at=now,
        clear_since=clear_since(given.triggers, action.level, now),
    )
    data = {
        "before": crisis.level,
        "level": action.level,
        "clear_since": quiet_since.isoformat(),
    }
    return after, (_told(Kind.LEVEL_LOWERED, action, now, data),)


def _quiet(crisis: Crisis, target: int, given: Circumstances, now: datetime) -> datetime:
    """Since when every trigger above `target` is clear; refuses if not for two update periods."""
    assert crisis.level is not None
    assert crisis.level_at is not None
    period = given.update_every.get(crisis.level, timedelta(0))
    above = [trigger for trigger in given.triggers if trigger.level > target]
    holding = [trigger.id for trigger in above if trigger.holds]
    if holding:
        refuse(Why.STILL_HOLDS, what=", ".join(holding))
    if given.checked_at is None or now - given.checked_at > period:
        refuse(Why.NOT_CHECKED, at=given.checked_at)
    since = max(
        [crisis.level_at, *(trigger.clear_since for trigger in above if trigger.clear_since)]
    )
    if now - since < CLEAR_PERIODS * period:
        refuse(Why.NOT_CLEAR_LONG_ENOUGH, at=since + CLEAR_PERIODS * period)
    return since


def contain(crisis: Crisis, action: Action, _given: Circumstances, now: datetime) -> Moved:
    """The harm no longer grows, says a person."""
    _person(action)
    _reason(action)
    after = altered(crisis, status=Status.CONTAINED, contained_at=now)
    return after, (_told(Kind.CONTAINED, action, now, {"level": crisis.level}),)


def uncontain(crisis: Crisis, action: Action, _given: Circumstances, now: datetime) -> Moved:
    """It grows again."""
    _person(action)
    _reason(action)
    after = altered(crisis, status=Status.DECLARED, contained_at=None)
    return after, (_told(Kind.UNCONTAINED, action, now, {"level": crisis.level}),)


def close(crisis: Crisis, action: Action, given: Circumstances, now: datetime) -> Moved:
    """It is over. Playbooks are finished or cancelled before, or cancelled with this reason."""
    _person(action)
    _reason(action)
    if given.unfinished and not action.despite_runs:
        refuse(Why.RUNS_UNFINISHED, what=", ".join(given.unfinished))
    after = altered(
        crisis,
        status=Status.CLOSED,
        closed_at=now,
        close_reason=action.note.strip(),
        proposed_level=None,
    )
    data: dict[str, Any] = {"level": crisis.level}
    if given.unfinished:
        data["cancelled_runs"] = list(given.unfinished)
    return after, (_told(Kind.CLOSED, action, now, data),)


def dismiss(crisis: Crisis, action: Action, _given: Circumstances, now: datetime) -> Moved:
    """It is no crisis, says a person."""
    _person(action)
    _reason(action)
    after = altered(
        crisis, status=Status.DISMISSED, closed_at=now, close_reason=action.note.strip()
    )
    return after, (_told(Kind.DISMISSED, action, now, {"proposed": crisis.proposed_level}),)


def lapse(crisis: Crisis, action: Action, _given: Circumstances, now: datetime) -> Moved:
    """A proposal that nobody declared and nothing holds up."""
    _worker(action)
    after = altered(crisis, status=Status.DISMISSED, closed_at=now, close_reason="lapsed")
    return after, (_told(Kind.LAPSED, action, now, {"proposed": crisis.proposed_level}),)


def reopen(crisis: Crisis, action: Action, _given: Circumstances, now: datetime) -> Moved:
    """Goes on as a new crisis; this one stays as it ended."""
    _person(action)
    _reason(action)
    return crisis, (_told(Kind.REOPENED, action, now, {"level": crisis.level}),)


def assign_role(crisis: Crisis, action: Action, given: Circumstances, now: datetime) -> Moved:
    """Give a role to somebody, or take it from them."""
    _person(action)
    if action.role not in given.roles:
        refuse(Why.ROLE_UNKNOWN, what=", ".join(sorted(given.roles)))
    before, person = crisis.roles.get(action.role, ""), action.person.strip()
    if person == before:
        refuse(Why.SAME)
    roles = {name: held for name, held in crisis.roles.items() if name != action.role}
    if person:
        roles[action.role] = person
    lead = (person or None) if action.role == LEAD else crisis.lead
    data = {"role": action.role, "to": person, "before": before}
    return altered(crisis, roles=roles, lead=lead), (_told(Kind.ROLE_ASSIGNED, action, now, data),)


def flag(crisis: Crisis, action: Action, given: Circumstances, now: datetime) -> Moved:
    """Something that no number tells is so, says a person."""
    _person(action)
    _known_flag(action, given)
    if action.flag in crisis.flags:
        known = crisis.flags[action.flag]
        refuse(Why.SAME, by=str(known.get("by", "")))
    said = {"by": action.actor, "at": now.isoformat(), "note": action.note.strip()}
    after = altered(crisis, flags={**crisis.flags, action.flag: said})
    return after, (_told(Kind.FLAG_SET, action, now, {"flag": action.flag}),)


def unflag(crisis: Crisis, action: Action, given: Circumstances, now: datetime) -> Moved:
    """It is not so after all; with a reason, for it may have raised the level."""
    _person(action)
    _known_flag(action, given)
    if action.flag not in crisis.flags:
        refuse(Why.SAME)
    _reason(action)
    left = {name: said for name, said in crisis.flags.items() if name != action.flag}
    return altered(crisis, flags=left), (
        _told(Kind.FLAG_REMOVED, action, now, {"flag": action.flag}),
    )


def start_playbook(crisis: Crisis, action: Action, given: Circumstances, _now: datetime) -> Moved:
    """One more playbook, by name; that it began is told by its run."""
    _person(action)
    if not action.playbooks:
        refuse(Why.PLAYBOOK_UNKNOWN)
    for name in action.playbooks:
        if name in given.begun:
            by, at = given.begun[name]
            refuse(Why.PLAYBOOK_BEGUN, by=by, at=at, what=name)
    return crisis, ()


def link(crisis: Crisis, action: Action, _given: Circumstances, now: datetime) -> Moved:
    """Something belongs to it."""
    return crisis, _each_link(Kind.LINKED, action, now)


def unlink(crisis: Crisis, action: Action, _given: Circumstances, now: datetime) -> Moved:
    """Something does not belong to it."""
    _person(action)
    return crisis, _each_link(Kind.UNLINKED, action, now)


def comment(crisis: Crisis, action: Action, _given: Circumstances, now: datetime) -> Moved:
    """Leave a note."""
    _person(action)
    if not action.note.strip():
        refuse(Why.NOTE_NEEDED)
    return crisis, (_told(Kind.COMMENTED, action, now, {}),)


def propose(crisis: Crisis, action: Action, given: Circumstances, now: datetime) -> Moved:
    """Before it is declared a proposal only goes up."""
    _worker(action)
    before = crisis.proposed_level or 0
    if action.level <= before:
        return crisis, ()
    after = altered(crisis, proposed_level=action.level, proposed_at=now)
    data = {
        "before": before or None,
        "level": action.level,
        **_because(given.triggers, action.level),
    }
    return after, (_told(Kind.LEVEL_PROPOSED, action, now, data),)


def propose_higher(crisis: Crisis, action: Action, given: Circumstances, now: datetime) -> Moved:
    """Of a declared crisis: a level above its own is asked for, or is no more."""
    _worker(action)
    asked = action.level if action.level > (crisis.level or 0) else None
    if asked == crisis.proposed_level:
        return crisis, ()
    if asked is None:
        event = _told(Kind.LEVEL_PROPOSAL_CLEARED, action, now, {"before": crisis.proposed_level})
        return altered(crisis, proposed_level=None), (event,)
    data = {
        "before": crisis.proposed_level,
        "level": asked,
        **_because(given.triggers, asked),
    }
    after = altered(crisis, proposed_level=asked, proposed_at=now)
    return after, (_told(Kind.LEVEL_PROPOSED, action, now, data),)


def criteria(crisis: Crisis, action: Action, given: Circumstances, now: datetime) -> Moved:
    """Criteria began or ceased to hold; since when nothing of the level does."""
    _worker(action)
    level = crisis.level or crisis.proposed_level or HIGHEST
    levels = {trigger.id: trigger.level for trigger in given.triggers}
    events = [
        _told(kind, action, now, {"criterion": name, "level": levels.get(name)})
        for kind, names in (
            (Kind.CRITERION_HELD, action.held),
            (Kind.CRITERION_CLEARED, action.cleared),
        )
        for name in names
    ]
    # Where nothing ever held the time counts on from where it began.
    quiet = clear_since(given.triggers, level, crisis.clear_since or now)
    return altered(crisis, clear_since=quiet), tuple(events)


def clear_since(triggers: tuple[Trigger, ...], level: int, now: datetime) -> datetime | None:
    """Since when no trigger of `level` or above holds; None while one does."""
    concerned = [trigger for trigger in triggers if trigger.level >= level]
    if any(trigger.holds for trigger in concerned):
        return None
    return max((t.clear_since for t in concerned if t.clear_since), default=now)


def _holding(triggers: tuple[Trigger, ...], level: int) -> list[str]:
    return [trigger.id for trigger in triggers if trigger.holds and trigger.level >= level]


def _above(triggers: tuple[Trigger, ...], level: int) -> int | None:
    above = [trigger.level for trigger in triggers if trigger.holds and trigger.level > level]
    return max(above, default=None)


def _because(triggers: tuple[Trigger, ...], level: int) -> dict[str, Any]:
    return {"criteria": _holding(triggers, level)}


def _each_link(kind: Kind, action: Action, now: datetime) -> tuple[Event, ...]:
    if not action.links:
        refuse(Why.SAME)
    return tuple(_told(kind, action, now, _of_link(link)) for link in action.links)


def _of_link(link: Link) -> dict[str, str]:
    return {"link": link.kind, "source": link.source, "ref": link.ref, "label": link.label}


def _person(action: Action) -> None:
    if not action.by_person:
        refuse(Why.ONLY_A_PERSON)


def _worker(action: Action) -> None:
    if action.by_person:
        refuse(Why.ONLY_THE_WORKER)


def _level(level: int) -> None:
    if not LOWEST <= level <= HIGHEST:
        refuse(Why.LEVEL_NEEDED)


def _reason(action: Action) -> None:
    if not action.note.strip():
        refuse(Why.REASON_NEEDED)


def _known_flag(action: Action, given: Circumstances) -> None:
    if action.flag not in given.flags:
        refuse(Why.FLAG_UNKNOWN, what=", ".join(sorted(given.flags)))


def _told(kind: Kind, action: Action, now: datetime, data: Mapping[str, Any]) -> Event:
    note = {"note": action.note.strip()} if action.note.strip() else {}
    return Event(kind, now, action.actor, "", {**action.data, **data, **note})
