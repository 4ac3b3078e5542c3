"""The worker's part in crises: propose them, join what belongs to them, ask for higher levels.

Nothing here declares anything. Every step is one fenced transaction; a worker that dies between two
leaves nothing half done, and the next tick finds what is missing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError

from alerts import event_log, library
from alerts.crisis import (
    candidates,
    causes,
    criteria,
    facts,
    links,
    machine,
    rows,
    selection,
    telling,
    watching,
)
from alerts.crisis.candidates import Candidate
from alerts.crisis.levels import NAME, Levels, propose
from alerts.crisis.model import (
    WORKER,
    Action,
    Circumstances,
    Crisis,
    Do,
    Event,
    Kind,
    Link,
    Status,
)
from alerts.crisis.rows import StoredCrisis
from alerts.crisis.watching import LEVEL_OF_A_CRISIS, Turn, find
from alerts.lease import Lease, LeaseLost, fenced
from alerts.notify import outbox
from alerts.notify.config import Config
from data_access.state import schema

log = logging.getLogger("afterwatch.worker")


class Services(Protocol):
    """What is needed of the worker's services."""

    @property
    def engine(self) -> Engine:
        """State database."""

    @property
    def warehouse(self) -> facts.Tables:
        """Facts and marts."""


@dataclass(frozen=True)
class Report:
    """What was done: crises proposed, crises measured; `faults` are messages for a person."""

    proposed: int
    measured: int
    faults: tuple[str, ...]


def run_due(
    engine: Engine, lease: Lease, services: Services, config: Config, wall: datetime
) -> Report:
    """Propose crises for open incidents, then look at every crisis that is open.

    Drills are left out: their figures are made up, and people play what follows.

    Raises:
        LeaseLost: another worker leads.
    """
    faults: list[str] = []
    proposed = 0
    with engine.connect() as connection:
        document = library.current(connection, "levels", NAME)
        waiting = candidates.of(connection) if document else []
    turn = Turn(engine, lease, services.warehouse, config, wall)
    for candidate in waiting:
        assert document is not None
        name = f"incidents {', '.join(map(str, candidate.groups))}"
        proposed += _isolated(name, partial(_admit, turn, document, candidate), faults)
    measured = 0
    for crisis_id in watching.due(engine):
        work = partial(watching.look_after, turn, crisis_id)
        measured += _isolated(f"crisis {crisis_id}", work, faults)
    return Report(proposed, measured, tuple(faults))


def _isolated(name: str, work: Callable[[], bool], faults: list[str]) -> int:
    try:
        return int(work())
    except LeaseLost:
        raise
    except Exception as error:
        log.exception("%s failed", name)
        faults.append(f"{name}: {error}")
        return 0


# ---- incidents that belong to no crisis yet ----


def _admit(turn: Turn, document: library.Document, candidate: Candidate) -> bool:
    """Join incidents to the open crisis of their cause, or propose one if criteria ask for it."""
    wall, config = turn.wall, turn.config
    with turn.engine.connect() as connection:
        known = _open_of(connection, candidate.key)
    if known is not None:
        with fenced(turn.engine, turn.lease) as connection:
            _join_incidents(connection, known, candidate, wall)
        return False
    levels: Levels = document.model
    chosen = selection.of(candidate.labels, candidate.began_at, candidate.signals, levels, wall)
    found = find(turn.tables, candidate.signals, chosen)
    values = {name: one["value"] for name, one in found.measured.items()}
    level = propose(levels, values).level
    if level < LEVEL_OF_A_CRISIS:
        return False
    try:
        with fenced(turn.engine, turn.lease) as connection:
            event_log.lock(connection)
            stored = _propose(connection, document, candidate, level, wall)
            links.join(connection, stored.id, found.links, WORKER, wall)
            stored = criteria.settle(
                connection, stored, levels, found.measured, wall, found=found.counts
            )
            messages = telling.proposed(config, levels, stored, wall)
            outbox.enqueue(connection, messages, wall)
    except IntegrityError:  # somebody opened one of this cause meanwhile; the next tick joins it
        return False
    return True


def _propose(
    connection: Connection,
    document: library.Document,
    candidate: Candidate,
    level: int,
    now: datetime,
) -> StoredCrisis:
    crisis = Crisis(Status.PROPOSED, proposed_level=level, proposed_at=now)
    data = {"level": level, "incidents": list(candidate.groups), "title": candidate.titles["en"]}
    new = rows.New(
        cause_key=candidate.key,
        title=candidate.titles["en"],
        labels=candidate.labels,
        began_at=candidate.began_at,
        detected_at=candidate.detected_at,
        levels_version_id=document.id,
        crisis=crisis,
        titles=candidate.titles,
    )
    stored = rows.add(connection, new, (Event(Kind.PROPOSED, now, WORKER, "", data),), now)
    links.join(connection, stored.id, _incident_links(candidate), WORKER, now)
    return stored


def _join_incidents(
    connection: Connection, crisis_id: int, candidate: Candidate, now: datetime
) -> None:
    stored = rows.load(connection, crisis_id)
    if stored is None or not stored.is_open:
        return
    added = links.join(connection, crisis_id, _incident_links(candidate), WORKER, now)
    if not added:
        return
    crisis, events = machine.step(
        stored.crisis, Action(Do.LINK, links=tuple(added)), Circumstances(), now
    )
    rows.save(connection, stored, crisis, events, now)
    merged = causes.joined(stored.labels, candidate.labels)
    if merged != stored.labels:
        rows.relabel(connection, stored.id, merged)


def _incident_links(candidate: Candidate) -> list[Link]:
    return [Link(links.INCIDENT, "", str(group)) for group in candidate.groups]


def _open_of(connection: Connection, cause_key: str) -> int | None:
    table = schema.crisis
    found: int | None = connection.execute(
        select(table.c.id)
        .where(table.c.cause_key == cause_key, table.c.drill_id.is_(None))
        .where(table.c.status.in_([str(status) for status in rows.OPEN]))
    ).scalar()
    return found
