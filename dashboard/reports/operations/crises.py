"""Crises of a period as they stood at the cut. Drills are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from alerts.crisis import rows, statutory_clocks
from alerts.crisis.model import Status
from alerts.crisis.rows import StoredCrisis
from alerts.hindsight import batches, reading, terms
from alerts.hindsight.crises import Stood, stood
from alerts.hindsight.told import Told, until
from data_access.state import schema

OPEN = (Status.PROPOSED, Status.DECLARED, Status.CONTAINED)


@dataclass(frozen=True)
class Then:
    """A crisis with what was told of it, and how it stood at the cut."""

    stored: StoredCrisis
    told: Sequence[Told]
    stood: Stood


def known(connection: Connection, since: datetime, cut: datetime) -> list[Then]:
    """Crises that were open at some time from `since` to the cut, by number."""
    table = schema.crisis
    found = connection.execute(
        select(table)
        .where(table.c.drill_id.is_(None), table.c.detected_at <= cut)
        # What is closed stays closed: going on with it is a new crisis.
        .where(or_(table.c.closed_at.is_(None), table.c.closed_at >= since))
        .order_by(table.c.id)
    ).all()
    stored = [rows.read(row) for row in found]
    told = reading.by_subject(connection, rows.SUBJECT, [str(one.id) for one in stored])
    then = []
    for one in stored:
        own = told.get(str(one.id), [])
        if own and own[0].at > cut:  # told of later than it was found: nobody knew of it yet
            continue
        then.append(Then(one, own, stood(one.crisis, own, cut)))
    return then


def gather(connection: Connection, since: datetime, cut: datetime) -> list[dict[str, Any]]:
    """Crises open at some time from `since` to the cut, each as plain JSON; by number."""
    return [_plain(connection, one, cut) for one in known(connection, since, cut)]


def clocks(connection: Connection, then: Then, cut: datetime) -> list[terms.Term]:
    """Terms that laws had set in a crisis by the cut, by rule."""
    held = statutory_clocks.all_of(connection, then.stored.id)
    found = [terms.stood(then.stored, clock, then.told, cut) for clock in held]
    return sorted((term for term in found if term is not None), key=lambda term: term.key)


def title(stored: StoredCrisis) -> dict[str, str]:
    """Its title by language; what a person wrote is the same in both."""
    return {name: stored.titles.get(name, stored.title) for name in ("en", "zh")}


def _plain(connection: Connection, then: Then, cut: datetime) -> dict[str, Any]:
    one, was, told = then.stored, then.stood, until(then.told, cut)
    return {
        "id": one.id,
        "title": title(one),
        "status": str(was.status),
        "level": was.level,
        "lead": was.lead,
        "began_at": one.began_at.isoformat(),
        "detected_at": one.detected_at.isoformat(),
        "declared_at": iso(was.declared_at),
        "contained_at": iso(was.contained_at),
        "closed_at": iso(was.closed_at),
        "continues": one.continues_id,
        "terms": [_term(term) for term in clocks(connection, then, cut)],
        "statements_sent": batches.statements_sent(told),
        "batches": [
            {"id": number, "state": state}
            for number, state in sorted(batches.batches(told).items())
        ],
    }


def _term(term: terms.Term) -> dict[str, Any]:
    return {
        "rule": term.key,
        "title": term_title(term),
        "status": term.status,
        "starts_at": term.starts_at.isoformat(),
        "due_at": iso(term.due_at),
        "settled_at": iso(term.settled_at),
    }


def term_title(term: terms.Term) -> dict[str, str]:
    """What a term is called, by language; its key where its rule cannot be read any more."""
    words = None if term.rule is None else term.rule.title
    return {"en": words.en if words else term.key, "zh": words.zh if words else term.key}


def iso(moment: datetime | None) -> str | None:
    """A moment as JSON has it."""
    return None if moment is None else moment.isoformat()
