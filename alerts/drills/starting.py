"""A drill begins: its clock, a crisis of its own, a run of the playbook; all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from sqlalchemy import Connection, Engine, insert, select

from alerts import library
from alerts.actions import take_token
from alerts.crisis import rows as crisis_rows
from alerts.crisis.model import Crisis, Event, Kind, Status
from alerts.drills.model import FASTEST, MOST_INJECTS, SLOWEST, Scenario
from alerts.event_log import Entry, append, lock
from alerts.runs import rows as run_rows
from data_access.state import schema
from data_access.state.engine import writing

LEAD = "crisis_lead"
LEVELS = ("levels", "levels")
SUBJECT = "drill"
"""`subject_kind` of entries about the drill itself; what is played is told of its crisis."""
LONGEST_TITLE = 200


class Why(StrEnum):
    """Why a drill cannot be started or ended; the screens hold a sentence for each."""

    NAME_NEEDED = "name_needed"
    TITLE_NEEDED = "title_needed"
    NO_PLAYBOOK = "no_playbook"
    NO_LEVELS = "no_levels"
    SPEED = "speed"
    LEVEL = "level"
    TOO_MANY_INJECTS = "too_many_injects"
    NOT_FOUND = "not_found"
    NO_SUCH_EVENT = "no_such_event"
    OVER = "over"
    NOT_IN_ROLE = "not_in_role"
    TEXT_NEEDED = "text_needed"


@dataclass(frozen=True)
class Started:
    """What became of it; `drill_id` and `crisis_id` once it runs."""

    result: Literal["done", "repeated", "refused"]
    drill_id: int | None = None
    crisis_id: int | None = None
    why: str = ""


def start(
    engine: Engine,
    playbook_version_id: int | None,
    scenario: Scenario,
    *,
    title: str,
    speed: float,
    masked_start: datetime | None,
    actor: str,
    token: str | None,
    wall: datetime,
) -> Started:
    """Start a drill.

    Args:
        engine: state database.
        playbook_version_id: what is practised; None: there is no such playbook.
        scenario: what is played.
        title: what people call it.
        speed: 1 to 600 times as fast as the wall clock.
        masked_start: what its clock shows at the start; None: what the wall clock shows.
        actor: who starts it, and leads it where the scenario names nobody.
        token: made for each press of a button.
        wall: the wall clock.
    """
    name = actor.strip()
    why = _refusal(name, title, playbook_version_id, speed, scenario)
    if why is not None or playbook_version_id is None:
        return Started("refused", why=why or Why.NO_PLAYBOOK)
    with writing(engine) as connection:
        lock(connection)
        if token and not take_token(
            connection, token, actor=name, kind="drill_start", subject=title[:100], now=wall
        ):
            return Started("repeated")
        levels = library.current(connection, *LEVELS)
        if levels is None or not _readable(connection, playbook_version_id):
            return Started("refused", why=Why.NO_PLAYBOOK if levels else Why.NO_LEVELS)
        now = masked_start or wall
        drill_id = _drill(connection, playbook_version_id, scenario, title, speed, now, name, wall)
        crisis = _crisis(connection, drill_id, scenario, title, levels.id, name, now)
        run_rows.start(
            connection,
            crisis,
            playbook_version_id,
            level=scenario.level,
            variables=scenario.variables,
            actor=name,
            now=now,
        )
    return Started("done", drill_id, crisis)


def _refusal(
    name: str, title: str, version_id: int | None, speed: float, scenario: Scenario
) -> Why | None:
    asked = (
        (not name or name == "worker", Why.NAME_NEEDED),
        (not title.strip(), Why.TITLE_NEEDED),
        (version_id is None, Why.NO_PLAYBOOK),
        (not SLOWEST <= speed <= FASTEST, Why.SPEED),
        (scenario.level not in (1, 2, 3, 4), Why.LEVEL),
        (len(scenario.injects) > MOST_INJECTS, Why.TOO_MANY_INJECTS),
    )
    return next((why for wrong, why in asked if wrong), None)


def _readable(connection: Connection, version_id: int) -> bool:
    try:
        return library.version(connection, version_id) is not None
    except library.DocumentError:
        return False


def _drill(  # noqa: PLR0917 - the columns of one row
    connection: Connection,
    version_id: int,
    scenario: Scenario,
    title: str,
    speed: float,
    now: datetime,
    actor: str,
    wall: datetime,
) -> int:
    table = schema.drill
    made: int = connection.execute(
        insert(table)
        .values(
            title=title.strip()[:LONGEST_TITLE],
            playbook_version_id=version_id,
            scenario_json=scenario.stored(),
            speed=speed,
            real_start=wall,
            masked_start=now,
            status="running",
            started_by=actor,
            version=1,
        )
        .returning(table.c.id)
    ).scalar_one()
    facts = {
        "title": title.strip()[:LONGEST_TITLE],
        "playbook_version": version_id,
        "speed": speed,
        "masked_start": now.isoformat(),
        "origin": scenario.origin,
        "version": 1,
    }
    append(connection, [Entry(wall, actor, "drill_started", SUBJECT, str(made), facts)])
    return made


def _crisis(  # noqa: PLR0917 - the columns of one row
    connection: Connection,
    drill_id: int,
    scenario: Scenario,
    title: str,
    levels_id: int,
    actor: str,
    now: datetime,
) -> int:
    people = {LEAD: actor, **{role: who for role, who in scenario.people.items() if who}}
    crisis = Crisis(
        Status.DECLARED,
        level=scenario.level,
        declared_at=now,
        declared_by=actor,
        level_at=now,
        lead=people[LEAD],
        roles=people,
    )
    new = crisis_rows.New(
        f"drill:{drill_id}",
        title.strip()[:LONGEST_TITLE],
        dict(scenario.labels),
        now,
        now,
        levels_id,
        crisis,
        drill_id=drill_id,
    )
    data = {"level": scenario.level, "note": scenario.origin}
    event = Event(Kind.DECLARED, now, actor, "", data)
    return crisis_rows.add(connection, new, (event,), now).id


def playbook_version(connection: Connection, name: str) -> int | None:
    """The version of a playbook in force; None: there is no such playbook."""
    found = library.current(connection, "playbook", name)
    return None if found is None else found.id


def crisis_of(connection: Connection, drill_id: int) -> int | None:
    """The crisis that a drill plays."""
    found: int | None = connection.execute(
        select(schema.crisis.c.id).where(schema.crisis.c.drill_id == drill_id)
    ).scalar()
    return found
