"""Silences in the state database: made, changed and ended by people, never edited in place.

Whoever changes a silence ends the old row and writes a new one that names it, so that it can be
told later who was kept quiet when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, NoReturn

from sqlalchemy import Connection, Engine, insert, select, update

from alerts import group_rows
from alerts.actions import take_token
from alerts.event_log import Entry, append, lock
from alerts.handling import Event, Kind
from alerts.muting import Matcher, Silence
from data_access.state import schema
from data_access.state.engine import writing

LONGEST = timedelta(days=30)
MOST_MATCHERS = 20
_table = schema.silence


class Why(StrEnum):
    """Why a silence is refused; the screens hold a sentence and a remedy for each."""

    NAME_NEEDED = "name_needed"
    REASON_NEEDED = "reason_needed"
    NO_MATCHERS = "no_matchers"
    TOO_MANY_MATCHERS = "too_many_matchers"
    MATCHES_EVERYTHING = "matches_everything"
    """Every matcher also holds where the label is missing."""
    PAST = "past"
    TOO_LONG = "too_long"
    NOT_FOUND = "not_found"
    OVER = "over"


@dataclass(frozen=True)
class Outcome:
    """What became of it: `silence_id` of the row that counts now; `by` and `at` of a repetition."""

    result: Literal["done", "repeated", "refused"]
    silence_id: int | None = None
    why: str = ""
    by: str = ""
    at: datetime | None = None


class _Refused(Exception):  # noqa: N818 - an answer that undoes the transaction
    def __init__(self, why: Why) -> None:
        super().__init__(str(why))
        self.why = why


def create(
    engine: Engine,
    matchers: Sequence[Matcher],
    *,
    ends: datetime,
    author: str,
    reason: str,
    token: str | None,
    now: datetime,
    starts: datetime | None = None,
) -> Outcome:
    """Keep what matches all of `matchers` quiet from `starts` (or now) until before `ends`."""
    new = _New(tuple(matchers), max(starts or now, now), ends, author.strip(), reason.strip())
    try:
        with writing(engine) as connection:
            lock(connection)
            before = _pressed(connection, token, new.author, "silence", "", now)
            return before or Outcome("done", _write(connection, new, now))
    except _Refused as refused:
        return Outcome("refused", why=refused.why)


def edit(
    engine: Engine,
    silence_id: int,
    *,
    author: str,
    token: str | None,
    now: datetime,
    matchers: Sequence[Matcher] | None = None,
    ends: datetime | None = None,
    reason: str | None = None,
) -> Outcome:
    """End a silence and begin one that says otherwise where an argument is given."""
    try:
        with writing(engine) as connection:
            lock(connection)
            before = _pressed(connection, token, author.strip(), "edit", str(silence_id), now)
            if before:
                return before
            old = _standing(connection, silence_id, now)
            new = _New(
                old.matchers if matchers is None else tuple(matchers),
                max(old.starts_at, now),
                ends or old.ends_at,
                author.strip(),
                (old.reason if reason is None else reason).strip(),
            )
            made = _write(connection, new, now, replaces=silence_id)
            _end(connection, old, now)
            return Outcome("done", made)
    except _Refused as refused:
        return Outcome("refused", silence_id, refused.why)


def expire(
    engine: Engine, silence_id: int, *, actor: str, token: str | None, now: datetime
) -> Outcome:
    """End a silence now."""
    try:
        with writing(engine) as connection:
            lock(connection)
            name = actor.strip()
            before = _pressed(connection, token, name, "expire", str(silence_id), now)
            if before:
                return before
            if not name:
                _refuse(Why.NAME_NEEDED)
            _end(connection, _standing(connection, silence_id, now), now)
            _tell(connection, "silence_expired", silence_id, name, {}, now)
            return Outcome("done", silence_id)
    except _Refused as refused:
        return Outcome("refused", silence_id, refused.why)


def silence_incident(
    engine: Engine,
    group_id: int,
    *,
    ends: datetime,
    actor: str,
    reason: str,
    token: str | None,
    now: datetime,
) -> Outcome:
    """Keep an incident quiet and everything inside it: what has its topic and all its labels."""
    try:
        with writing(engine) as connection:
            lock(connection)
            before = _pressed(connection, token, actor.strip(), "silence", str(group_id), now)
            if before:
                return before
            group = group_rows.load(connection, group_id)
            if group is None:
                _refuse(Why.NOT_FOUND)
            matchers = inside(group.topic, group.labels)
            new = _New(matchers, now, ends, actor.strip(), reason.strip())
            made = _write(connection, new, now)
            data = {"silence_id": made, "until": ends.isoformat(), "note": new.reason}
            told = Event(Kind.SILENCED, now, new.author, "", data)
            group_rows.tell(connection, group_id, group.version, [told])
            return Outcome("done", made)
    except _Refused as refused:
        return Outcome("refused", why=refused.why)


def inside(topic: str, labels: Mapping[str, str]) -> tuple[Matcher, ...]:
    """Matchers of an incident and of what lies inside it."""
    pairs = [("topic", topic), *sorted(labels.items())]
    return tuple(Matcher(label, "=", value) for label, value in pairs)


def active(engine: Engine, now: datetime) -> list[Silence]:
    """Silences in force and those still to come, the first to end first."""
    with engine.connect() as connection:
        return load_active(connection, now)


def load_active(connection: Connection, now: datetime) -> list[Silence]:
    """As `active`, inside a transaction."""
    rows = connection.execute(
        select(_table)
        .where(_table.c.ends_at > now, _table.c.ends_at > _table.c.starts_at)
        .order_by(_table.c.ends_at, _table.c.id)
    )
    return [_read(row) for row in rows]


@dataclass(frozen=True)
class _New:
    matchers: tuple[Matcher, ...]
    starts: datetime
    ends: datetime
    author: str
    reason: str

    def check(self) -> None:
        if not self.author:
            _refuse(Why.NAME_NEEDED)
        if not self.reason:
            _refuse(Why.REASON_NEEDED)
        if not self.matchers:
            _refuse(Why.NO_MATCHERS)
        if len(self.matchers) > MOST_MATCHERS:
            _refuse(Why.TOO_MANY_MATCHERS)
        if all(matcher.matches({}) for matcher in self.matchers):
            _refuse(Why.MATCHES_EVERYTHING)
        if self.ends <= self.starts:
            _refuse(Why.PAST)
        if self.ends - self.starts > LONGEST:
            _refuse(Why.TOO_LONG)


def _write(connection: Connection, new: _New, now: datetime, *, replaces: int | None = None) -> int:
    new.check()
    texts = [str(matcher) for matcher in new.matchers]
    made: int = connection.execute(
        insert(_table)
        .values(
            matchers_json=texts,
            starts_at=new.starts,
            ends_at=new.ends,
            author=new.author,
            reason=new.reason,
            created_at=now,
            replaces_id=replaces,
        )
        .returning(_table.c.id)
    ).scalar_one()
    facts = {
        "matchers": texts,
        "starts": new.starts.isoformat(),
        "ends": new.ends.isoformat(),
        "note": new.reason,
        **({"replaces": replaces} if replaces else {}),
    }
    kind = "silence_replaced" if replaces else "silence_created"
    _tell(connection, kind, made, new.author, facts, now)
    return made


def _end(connection: Connection, old: Silence, now: datetime) -> None:
    """End a row; one that had not begun never holds. What it kept quiet is planned again."""
    connection.execute(
        update(_table).where(_table.c.id == old.id).values(ends_at=max(now, old.starts_at))
    )
    group = schema.alert_group
    connection.execute(
        update(group)
        .where(group.c.closed_at.is_(None), group.c.notify_at > now)
        .where(group.c.mute_json.is_not(None))
        .values(notify_at=now)
    )


def _refuse(why: Why) -> NoReturn:
    raise _Refused(why)


def _standing(connection: Connection, silence_id: int, now: datetime) -> Silence:
    row = connection.execute(
        select(_table).where(_table.c.id == silence_id).with_for_update()
    ).first()
    if row is None:
        _refuse(Why.NOT_FOUND)
    if row.ends_at <= now or row.ends_at <= row.starts_at:
        _refuse(Why.OVER)
    return _read(row)


def _pressed(
    connection: Connection, token: str | None, actor: str, kind: str, subject: str, now: datetime
) -> Outcome | None:
    """The answer to a press that came before; None for a new one."""
    if token is None or take_token(
        connection, token, actor=actor, kind=kind, subject=subject, now=now
    ):
        return None
    table = schema.action_token
    row = connection.execute(select(table).where(table.c.token == token)).one()
    return Outcome("repeated", by=row.actor, at=row.at)


def _read(row: Any) -> Silence:
    matchers = tuple(Matcher.parse(text) for text in row.matchers_json)
    return Silence(row.id, matchers, row.starts_at, row.ends_at, row.author, row.reason)


def _tell(
    connection: Connection,
    kind: str,
    silence_id: int,
    actor: str,
    payload: Mapping[str, Any],
    now: datetime,
) -> None:
    append(connection, [Entry(now, actor, kind, "silence", str(silence_id), payload)])
