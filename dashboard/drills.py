"""What the screens of drills read, and what a scenario is called in their forms."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from alerts import drills, library
from alerts.drills import Drill, Prepared
from alerts.playbooks.format import Playbook
from alerts.quality import known_incidents
from data_access.state import schema

if TYPE_CHECKING:
    from dashboard.services import Services

PATH = "/drills"
OWN = "playbook"
"""The scenario that a playbook brings."""
SPEEDS = (1, 10, 30, 60, 120, 600)
_DIGITS = 19
_PAST = timedelta(days=400)
_MOST = 30


@dataclass(frozen=True)
class Option:
    """Something that can be replayed; `value` is `crisis:3` or `known:5`."""

    value: str
    title: str
    at: datetime


@dataclass(frozen=True)
class List:
    """What `/drills` shows."""

    running: tuple[Drill, ...]
    past: tuple[Drill, ...]
    playbooks: tuple[Playbook, ...]
    options: tuple[Option, ...]
    now: datetime


@dataclass(frozen=True)
class Page:
    """What `/drills/<drill_id>` shows; `events` are those of the scenario that happened."""

    drill: Drill
    events: tuple[Mapping[str, Any], ...]
    now: datetime


def listed(services: Services) -> List:
    """Everything of `/drills`."""
    now = services.clock()
    with services.engine.connect() as connection:
        found = drills.drills(connection)
        playbooks = _playbooks(connection)
        options = _crises(connection)
    known = known_incidents(services.engine, (now - _PAST).date(), now.date())
    options += [
        Option(f"known:{one.id}", one.title, datetime.combine(one.began_on, now.timetz()))
        for one in reversed(known)
    ]
    return List(
        tuple(one for one in found if one.running),
        tuple(one for one in found if not one.running),
        tuple(playbooks),
        tuple(options[:_MOST]),
        now,
    )


def page(services: Services, asked: str) -> Page | None:
    """The drill that an address names; None if there is none."""
    if not asked.isdecimal() or len(asked) >= _DIGITS:
        return None
    with services.engine.connect() as connection:
        found = drills.load(connection, int(asked))
        if found is None:
            return None
        events = _events(connection, found)
    return Page(found, tuple(events), services.clock())


def prepared(
    connection: Connection, playbook: Playbook, scenario: str, language: str
) -> Prepared | None:
    """The scenario that a form names; None: there is no such thing any more.

    Raises:
        ValueError: it is none that a form offers.
    """
    if scenario == OWN:
        return drills.of_playbook(playbook, language)
    kind, _colon, number = scenario.partition(":")
    if kind == "crisis":
        return drills.replay_crisis(connection, int(number), playbook, language)
    if kind == "known":
        return drills.replay_known(connection, int(number), playbook, language)
    raise ValueError(scenario)


def _playbooks(connection: Connection) -> Sequence[Playbook]:
    found = []
    for name in library.names(connection, "playbook"):
        document = library.current(connection, "playbook", name)
        if document is not None:
            found.append(document.model)
    return found


def _crises(connection: Connection) -> list[Option]:
    crisis = schema.crisis
    rows = connection.execute(
        select(crisis.c.id, crisis.c.title, crisis.c.detected_at)
        .where(crisis.c.drill_id.is_(None), crisis.c.status != "dismissed")
        .order_by(crisis.c.id.desc())
        .limit(_MOST)
    )
    return [Option(f"crisis:{row.id}", row.title, row.detected_at) for row in rows]


def _events(connection: Connection, drill: Drill) -> list[dict[str, Any]]:
    log = schema.event_log
    rows = connection.execute(
        select(log.c.at, log.c.actor, log.c.payload_json)
        .where(log.c.subject_kind == "crisis", log.c.subject_id == str(drill.crisis_id))
        .where(log.c.kind == "inject")
        .order_by(log.c.seq)
    )
    return [{"at": row.at, "by": row.actor, **json.loads(row.payload_json)} for row in rows]
