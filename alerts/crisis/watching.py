"""Crises that are open: measured again and again, joined by what belongs to them, told higher.

Figures are read outside of the transaction that writes what follows from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from alerts.crisis import (
    criteria,
    facts,
    joining,
    links,
    machine,
    rows,
    selection,
    signals,
    statutory_clocks,
    telling,
)
from alerts.crisis.levels import Levels
from alerts.crisis.measures import measure
from alerts.crisis.model import WORKER, Action, Circumstances, Do, Link, Status
from alerts.crisis.rows import StoredCrisis
from alerts.crisis.selection import Selection
from alerts.crisis.signals import Signal
from alerts.lease import Lease, fenced
from alerts.library.model import Words
from alerts.notify import outbox
from alerts.notify.config import Config
from data_access.state import schema

MOST = 5
"""Crises that are measured in one tick, those looked at longest ago first."""
LEVEL_OF_A_CRISIS = 2
"""Below it a single complaint is answered, not managed; see `alerts.crisis.singles`."""


@dataclass(frozen=True)
class Turn:
    """What one tick works with; `lease` proves leadership."""

    engine: Engine
    lease: Lease
    tables: facts.Tables
    config: Config
    wall: datetime


@dataclass(frozen=True)
class Found:
    """What the facts say of a crisis: measures, what to join, and how much of it there is."""

    measured: Mapping[str, Mapping[str, Any]]
    links: tuple[Link, ...]
    counts: Mapping[str, int]


def find(tables: facts.Tables, told: Sequence[Signal], chosen: Selection) -> Found:
    """Read and measure a selection."""
    seen = facts.gather(tables, chosen)
    joined, counts = joining.links(seen, chosen)
    return Found(measure(told, seen, chosen), tuple(joined), counts)


def due(engine: Engine) -> list[int]:
    """Open crises in earnest, those looked at longest ago first."""
    table, criterion = schema.crisis, schema.crisis_criterion
    looked = (
        select(criterion.c.crisis_id, func.min(criterion.c.checked_at).label("at"))
        .group_by(criterion.c.crisis_id)
        .subquery()
    )
    with engine.connect() as connection:
        found = connection.execute(
            select(table.c.id)
            .outerjoin(looked, looked.c.crisis_id == table.c.id)
            .where(table.c.drill_id.is_(None))
            .where(table.c.status.in_([str(status) for status in rows.OPEN]))
            .order_by(looked.c.at.is_not(None), looked.c.at, table.c.id)
            .limit(MOST)
        ).scalars()
        return list(found)


def look_after(turn: Turn, crisis_id: int) -> bool:
    """Measure a crisis and write down what follows: figures outside of the transaction."""
    wall, config = turn.wall, turn.config
    with turn.engine.connect() as connection:
        stored = rows.look(connection, crisis_id)
        if stored is None:
            return False
        levels = criteria.levels_of(connection, stored.levels_version_id)
        told = signals.of(connection, links.incidents(connection, crisis_id))
    chosen = selection.of(stored.labels, stored.began_at, told, levels, wall)
    found = find(turn.tables, told, chosen)
    with fenced(turn.engine, turn.lease) as connection:
        stored = rows.load(connection, crisis_id)
        if stored is None or not stored.is_open:
            return False
        before = stored.proposed_level
        links.join(connection, stored.id, found.links, WORKER, wall)
        stored = criteria.settle(
            connection, stored, levels, found.measured, wall, found=found.counts
        )
        if stored.proposed_level is not None and stored.proposed_level > (before or 0):
            outbox.enqueue(connection, telling.proposed(config, levels, stored, wall), wall)
        _clocks(connection, config, levels, stored, wall)
        _lapse(connection, levels, stored, wall)
    return True


def _clocks(
    connection: Connection, config: Config, levels: Levels, stored: StoredCrisis, wall: datetime
) -> None:
    if stored.status is not Status.PROPOSED:
        statutory_clocks.start(connection, stored, None, wall)
    for clock in statutory_clocks.run_out(connection, stored, wall):
        title = Words(clock.key, clock.key)
        if clock.rule is not None:
            title = Words(clock.rule.title.en, clock.rule.title.zh)
        messages = telling.missed(config, levels, stored, title, clock.key, wall)
        outbox.enqueue(connection, messages, wall)


def _lapse(connection: Connection, levels: Levels, stored: StoredCrisis, now: datetime) -> None:
    """A proposal ends by itself when its incidents are closed and nothing holds for long enough."""
    if stored.status is not Status.PROPOSED:
        return
    group = schema.alert_group
    numbers = links.incidents(connection, stored.id)
    still = connection.execute(
        select(func.count()).where(group.c.id.in_(numbers), group.c.closed_at.is_(None))
    ).scalar_one()
    known, _ = criteria.triggers(connection, stored.id)
    quiet = [one.clear_since for one in known if one.clear_since and one.level > 1]
    period: timedelta = 2 * levels.update_every[stored.proposed_level or LEVEL_OF_A_CRISIS]
    holding = any(one.holds and one.level >= LEVEL_OF_A_CRISIS for one in known)
    if still or holding or now - max(quiet, default=stored.detected_at) < period:
        return
    crisis, events = machine.step(stored.crisis, Action(Do.LAPSE), Circumstances(), now)
    rows.save(connection, stored, crisis, events, now)
