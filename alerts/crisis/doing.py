"""A move of a crisis with all that it entails, in one transaction.

Declaring starts playbooks and the law's clocks, raising adds steps, a flag is judged at once,
closing asks for the review.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from alerts.actions import Outcome
from alerts.crisis import criteria, links, machine, playbooks, rows, stated, statutory_clocks
from alerts.crisis.beginning import continued
from alerts.crisis.levels import Levels
from alerts.crisis.model import Action, Circumstances, Do, Link, Refused, Why
from alerts.crisis.moves import LEAD
from alerts.crisis.people import may
from alerts.crisis.permits import permit
from alerts.crisis.rows import StoredCrisis
from alerts.notify.config import Config
from alerts.reviews.opening import open_review
from alerts.runs import rows as run_rows
from data_access.state import schema


@dataclass(frozen=True)
class _Followed:
    """What else happened."""

    runs: tuple[int, ...] = ()
    clocks: tuple[str, ...] = ()
    crisis: int | None = None

    def data(self) -> dict[str, Any] | None:
        found: dict[str, Any] = {}
        if self.runs:
            found["runs"] = list(self.runs)
        if self.clocks:
            found["clocks"] = list(self.clocks)
        if self.crisis is not None:
            found["crisis"] = self.crisis
        return found or None


def done(
    connection: Connection, stored: StoredCrisis, action: Action, config: Config, now: datetime
) -> Outcome:
    """Do it, with what follows; the crisis is locked and the action's actor a person.

    Raises:
        Refused: it cannot be done; nothing may stay of the transaction.
    """
    saved = step(connection, stored, action, config, now)
    followed = _follow(connection, saved, action, now)
    return Outcome("done", _version(connection, saved.id), data=followed.data())


def step(
    connection: Connection, stored: StoredCrisis, action: Action, config: Config, now: datetime
) -> StoredCrisis:
    """The move itself, with its links."""
    levels = criteria.levels_of(connection, stored.levels_version_id)
    permit(config, levels, stored.crisis, action)
    if action.do is Do.LOWER and stored.drill_id is not None:  # the worker measures no drills
        stored = criteria.settle(connection, stored, levels, stored.measured, now)
    given = replace(
        _circumstances(connection, stored, levels, config),
        may_lead=may(config, action.actor, LEAD, stored.roles),
    )
    if action.do in (Do.LINK, Do.UNLINK) and stored.is_open:
        action = replace(action, links=_moved_links(connection, stored, action, now))
    crisis, events = machine.step(stored.crisis, action, given, now)
    return rows.save(connection, stored, crisis, events, now)


def _moved_links(
    connection: Connection, stored: StoredCrisis, action: Action, now: datetime
) -> tuple[Link, ...]:
    """The links that were really added or taken away."""
    if any(link.kind not in links.KINDS or not link.ref.strip() for link in action.links):
        raise Refused(Why.LINK_UNKNOWN, what=", ".join(links.KINDS))
    if action.do is Do.LINK:
        return tuple(links.join(connection, stored.id, action.links, action.actor, now))
    return tuple(links.part(connection, stored.id, action.links, now))


def _circumstances(
    connection: Connection, stored: StoredCrisis, levels: Levels, config: Config
) -> Circumstances:
    known, checked_at = criteria.triggers(connection, stored.id)
    named = {role for person in config.body.people.values() for role in person.roles}
    return Circumstances(
        triggers=known,
        checked_at=checked_at,
        update_every=levels.update_every,
        roles=frozenset(named | {*levels.roles} | playbooks.roles(connection, stored.id)),
        flags=frozenset(levels.flags),
        unfinished=tuple(playbooks.unfinished(connection, stored.id).values()),
        begun=playbooks.begun(connection, stored.id),
    )


def _follow(
    connection: Connection, stored: StoredCrisis, action: Action, now: datetime
) -> _Followed:
    """What an action entails, in its transaction."""
    match action.do:
        case Do.DECLARE:
            return _declared(connection, stored, action, now)
        case Do.RAISE:
            return _raised(connection, stored, action, now)
        case Do.START_PLAYBOOK:
            return _Followed(_started(connection, stored, action, now))
        case Do.FLAG | Do.UNFLAG:
            return _flagged(connection, stored, action, now)
        case Do.CLOSE:
            playbooks.cancel_all(
                connection, stored.id, stored.close_reason or "", action.actor, now
            )
            open_review(connection, stored.id, now=now, actor=action.actor)
        case Do.REOPEN:
            return _Followed(crisis=continued(connection, stored, action, now))
        case _:
            pass
    return _Followed()


def _declared(
    connection: Connection, stored: StoredCrisis, action: Action, now: datetime
) -> _Followed:
    assert stored.level is not None
    statutory_clocks.start(connection, stored, None, now, actor=action.actor)
    names = action.playbooks
    if names is None:
        names = tuple(playbooks.suggested(connection, stored, stored.level))
    runs = playbooks.start(
        connection, stored, names, variables=action.variables, actor=action.actor, now=now
    )
    begun = [clock.key for clock in statutory_clocks.running(connection, stored.id)]
    return _Followed(tuple(runs), tuple(begun))


def _raised(
    connection: Connection, stored: StoredCrisis, action: Action, now: datetime
) -> _Followed:
    assert stored.level is not None
    run_rows.raise_level(connection, stored.id, stored.level, now)
    clocks = statutory_clocks.start(connection, stored, None, now, actor=action.actor)
    return _Followed(_started(connection, stored, action, now), tuple(clocks))


def _started(
    connection: Connection, stored: StoredCrisis, action: Action, now: datetime
) -> tuple[int, ...]:
    runs = playbooks.start(
        connection,
        stored,
        action.playbooks or (),
        variables=action.variables,
        actor=action.actor,
        now=now,
    )
    return tuple(runs)


def _flagged(
    connection: Connection, stored: StoredCrisis, action: Action, now: datetime
) -> _Followed:
    levels = criteria.levels_of(connection, stored.levels_version_id)
    return _Followed(clocks=stated.follow(connection, stored, levels, actor=action.actor, now=now))


def _version(connection: Connection, crisis_id: int) -> int:
    version: int = connection.execute(
        select(schema.crisis.c.version).where(schema.crisis.c.id == crisis_id)
    ).scalar_one()
    return version
