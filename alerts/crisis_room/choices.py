"""Which playbooks a crisis can start, for its forms."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from alerts.crisis import playbooks
from alerts.crisis.model import Status
from alerts.crisis.rows import StoredCrisis
from alerts.crisis_room.documents import words


@dataclass(frozen=True)
class Choices:
    """Playbooks in force as name and title.

    Attributes:
        fitting: those that start by themselves when a proposed crisis is declared as proposed.
        idle: those that never began in the crisis, by title.
    """

    fitting: tuple[tuple[str, str], ...] = ()
    idle: tuple[tuple[str, str], ...] = ()


def choices(engine: Engine, stored: StoredCrisis, locale: str) -> Choices:
    """What can be started in a crisis now; nothing in one that is over."""
    if not stored.is_open:
        return Choices()
    with engine.connect() as connection:
        known = playbooks.in_force(connection)
        begun = playbooks.begun(connection, stored.id)
        level = stored.level or stored.proposed_level or 1
        proposed = stored.status is Status.PROPOSED
        fitting = playbooks.suggested(connection, stored, level) if proposed else []
    titles = {}
    for name, playbook in known.items():
        title = words(playbook.title)
        titles[name] = title.in_(locale) if title is not None else name
    idle = [(name, title) for name, title in titles.items() if name not in begun]
    return Choices(
        tuple((name, titles[name]) for name in fitting),
        tuple(sorted(idle, key=lambda one: one[1])),
    )
