"""Incidents that people know of, warned or not: what recall is measured against.

Declared by hand when something happened without a warning, or in a review. A row is never deleted:
whoever was wrong withdraws it, and the log tells both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from sqlalchemy import ColumnElement, Connection, Engine, insert, select, update

from alerts.actions import take_token
from alerts.event_log import Entry, append, lock
from data_access.state import schema
from data_access.state.engine import writing

LONGEST_TITLE = 200
_table = schema.known_incident


class Why(StrEnum):
    """Why a declaration is refused; the screens hold a sentence and a remedy for each."""

    NAME_NEEDED = "name_needed"
    TITLE_NEEDED = "title_needed"
    TITLE_TOO_LONG = "title_too_long"
    FUTURE = "future"
    ENDS_BEFORE_IT_BEGAN = "ends_before_it_began"
    NOT_FOUND = "not_found"


@dataclass(frozen=True)
class Known:
    """One incident that people know of; `labels` say where, `ended_on` None: nobody knows."""

    id: int
    title: str
    labels: Mapping[str, str]
    began_on: date
    ended_on: date | None
    author: str


@dataclass(frozen=True)
class Declared:
    """What became of it."""

    result: Literal["done", "repeated", "refused"]
    id: int | None = None
    why: str = ""


def declare(
    engine: Engine,
    title: str,
    labels: Mapping[str, str],
    *,
    began_on: date,
    ended_on: date | None,
    author: str,
    token: str | None,
    now: datetime,
) -> Declared:
    """Say that something happened, from one day to another (both included)."""
    name, named = author.strip(), title.strip()
    why = _refusal(name, named, began_on, ended_on, now.date())
    if why is not None:
        return Declared("refused", why=why)
    with writing(engine) as connection:
        lock(connection)
        if token and not take_token(
            connection, token, actor=name, kind="declare", subject=named[:LONGEST_TITLE], now=now
        ):
            return Declared("repeated")
        made = note(
            connection, named, labels, began_on=began_on, ended_on=ended_on, author=name, now=now
        )
    return Declared("done", made)


def note(
    connection: Connection,
    title: str,
    labels: Mapping[str, str],
    *,
    began_on: date,
    ended_on: date | None,
    author: str,
    now: datetime,
) -> int:
    """Write down what happened, in the transaction of the caller; gives its number."""
    made: int = connection.execute(
        insert(_table)
        .values(
            title=title[:LONGEST_TITLE],
            labels_json=dict(labels),
            began_on=began_on,
            ended_on=ended_on,
            author=author,
            created_at=now,
        )
        .returning(_table.c.id)
    ).scalar_one()
    facts: dict[str, object] = {"title": title, "labels": dict(labels), "began_on": str(began_on)}
    facts["ended_on"] = str(ended_on) if ended_on else ""
    append(connection, [Entry(now, author, "declared", "known_incident", str(made), facts)])
    return made


def withdraw(
    engine: Engine, known_id: int, *, actor: str, token: str | None, now: datetime
) -> Declared:
    """Say that it was none after all."""
    name = actor.strip()
    if not name:
        return Declared("refused", known_id, Why.NAME_NEEDED)
    with writing(engine) as connection:
        lock(connection)
        found = connection.execute(
            update(_table)
            .where(_table.c.id == known_id, _table.c.withdrawn_at.is_(None))
            .values(withdrawn_at=now)
            .returning(_table.c.id)
        ).first()
        if found is None:
            return Declared("refused", known_id, Why.NOT_FOUND)
        if token:
            take_token(
                connection, token, actor=name, kind="withdraw", subject=str(known_id), now=now
            )
        entry = Entry(now, name, "withdrawn", "known_incident", str(known_id), {})
        append(connection, [entry])
    return Declared("done", known_id)


def known_incidents(
    engine: Engine, first: date, last: date, *, known_at: datetime | None = None
) -> list[Known]:
    """Those that went on at some time from `first` to `last`, the oldest first.

    With `known_at` those that people knew of by then, whatever they withdrew later.
    """
    goes_on = (_table.c.ended_on.is_(None)) | (_table.c.ended_on >= first)
    stands: ColumnElement[bool] = _table.c.withdrawn_at.is_(None)
    if known_at is not None:
        stands = (stands | (_table.c.withdrawn_at > known_at)) & (_table.c.created_at <= known_at)
    with engine.connect() as connection:
        rows = connection.execute(
            select(_table)
            .where(stands, _table.c.began_on <= last, goes_on)
            .order_by(_table.c.began_on, _table.c.id)
        ).all()
    return [
        Known(row.id, row.title, row.labels_json, row.began_on, row.ended_on, row.author)
        for row in rows
    ]


def _refusal(
    name: str, title: str, began_on: date, ended_on: date | None, today: date
) -> Why | None:
    if not name:
        return Why.NAME_NEEDED
    if not title:
        return Why.TITLE_NEEDED
    if len(title) > LONGEST_TITLE:
        return Why.TITLE_TOO_LONG
    if began_on > today:
        return Why.FUTURE
    if ended_on is not None and ended_on < began_on:
        return Why.ENDS_BEFORE_IT_BEGAN
    return None
