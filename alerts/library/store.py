"""Documents in the state database: every version, and which one is in force.

In force is the newest version that people wrote, on screen or as a file of the home; only where
there is none, the newest that shipped. So an update of Afterwatch never takes a company's own
wording away; the screens tell that a newer one ships.
"""

from __future__ import annotations

import difflib
import hashlib
import logging
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, func, insert, select

from alerts.library.kinds import kind_of, kinds
from alerts.library.model import Document, DocumentError, Library, Origin, Version
from data_access.state import schema

log = logging.getLogger("afterwatch.worker")

_table = schema.document_version
_LIGHT = [column for column in _table.c if column.name != "body_yaml"]
_CONTEXT = 3


def sha256_of(text: str) -> str:
    """Identity of a text, whatever its line ends."""
    return hashlib.sha256(_unix(text).encode()).hexdigest()


@lru_cache(maxsize=1024)
def parsed(kind: str, text: str) -> Any:
    """The model of a text, parsed once.

    Raises:
        DocumentError: it does not parse.
    """
    return kind_of(kind).parse(text, kind)


def current(
    connection: Connection, kind: str, name: str, *, at: datetime | None = None
) -> Document | None:
    """The version in force; None: there is no such document, or none that can still be read.

    Args:
        connection: to the state database.
        kind: of the document.
        name: of the document.
        at: the version that was in force then; None: now.
    """
    query = (
        select(_table.c.id, _table.c.origin)
        .where(_table.c.kind == kind, _table.c.name == name)
        .order_by(_table.c.id.desc())
    )
    if at is not None:
        query = query.where(_table.c.created_at <= at)
    rows = connection.execute(query).all()
    for row in _by_precedence(rows):
        try:
            return version(connection, row.id)
        except DocumentError:
            log.warning("%s %s version %d cannot be read any more", kind, name, row.id)
    return None


def version(connection: Connection, version_id: int) -> Document | None:
    """One version by its number in the database.

    Raises:
        DocumentError: it was written for another Afterwatch and cannot be read any more.
    """
    row = connection.execute(select(_table).where(_table.c.id == version_id)).first()
    return None if row is None else _document(row)


def names(connection: Connection, kind: str) -> list[str]:
    """Names of all documents of a kind, sorted."""
    found = connection.execute(select(_table.c.name).where(_table.c.kind == kind).distinct())
    return sorted(found.scalars())


def history(connection: Connection, kind: str, name: str) -> list[Version]:
    """Every version of a document, the newest first."""
    rows = connection.execute(
        select(*_LIGHT)
        .where(_table.c.kind == kind, _table.c.name == name)
        .order_by(_table.c.id.desc())
    ).all()
    return [_version(row) for row in rows]


def text_of(connection: Connection, kind: str, name: str, n: int) -> str | None:
    """The text of one version, whether it can still be parsed or not."""
    found: str | None = connection.execute(
        select(_table.c.body_yaml).where(
            _table.c.kind == kind, _table.c.name == name, _table.c.n == n
        )
    ).scalar()
    return found


def diff(connection: Connection, kind: str, name: str, old: int, new: int) -> list[str] | None:
    """What changed between two versions, as lines of a unified diff; None: one is not there."""
    before = text_of(connection, kind, name, old)
    after = text_of(connection, kind, name, new)
    if before is None or after is None:
        return None
    return compared(before, after, f"version {old}", f"version {new}")


def compared(before: str, after: str, old: str, new: str) -> list[str]:
    """Lines of a unified diff between two texts; empty: nothing changed."""
    return list(
        difflib.unified_diff(
            before.splitlines(), after.splitlines(), old, new, lineterm="", n=_CONTEXT
        )
    )


def in_force(connection: Connection) -> list[Version]:
    """The version in force of every document, by kind and name."""
    rows = connection.execute(select(*_LIGHT).order_by(_table.c.id.desc())).all()
    grouped: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        grouped.setdefault((row.kind, row.name), []).append(row)
    return [_version(_by_precedence(grouped[key])[0]) for key in sorted(grouped)]


def of_origin(connection: Connection, origin: Origin) -> list[Version]:
    """Every version of one origin, the oldest first."""
    rows = connection.execute(
        select(*_LIGHT).where(_table.c.origin == origin).order_by(_table.c.id)
    ).all()
    return [_version(row) for row in rows]


def snapshot(
    connection: Connection,
    *,
    effects: Mapping[str, Mapping[str, str]] | None = None,
    holders: Mapping[str, tuple[str, ...]] | None = None,
    today: date | None = None,
) -> Library:
    """All documents in force, parsed; one that cannot be read is left out."""
    ids = [held.id for held in in_force(connection) if held.kind in kinds()]
    rows = connection.execute(select(_table).where(_table.c.id.in_(ids))).all()
    models: dict[str, dict[str, Any]] = {}
    for row in rows:
        try:
            models.setdefault(row.kind, {})[row.name] = parsed(row.kind, row.body_yaml)
        except DocumentError:
            log.warning("%s %s version %d cannot be read any more", row.kind, row.name, row.id)
    return Library(models, effects, holders, today)


def newest_of_origins(connection: Connection) -> dict[tuple[str, str, str], str]:
    """The hash of the newest version by kind, name and origin."""
    newest = select(func.max(_table.c.id)).group_by(_table.c.kind, _table.c.name, _table.c.origin)
    rows = connection.execute(
        select(_table.c.kind, _table.c.name, _table.c.origin, _table.c.sha256).where(
            _table.c.id.in_(newest)
        )
    )
    return {(row.kind, row.name, row.origin): row.sha256 for row in rows}


def add(
    connection: Connection,
    kind: str,
    name: str,
    text: str,
    *,
    origin: Origin,
    by: str,
    now: datetime,
    note: str | None = None,
) -> Version:
    """Write the next version of a document down; the caller holds `event_log.lock`."""
    text = _unix(text)
    last = connection.execute(
        select(func.max(_table.c.n)).where(_table.c.kind == kind, _table.c.name == name)
    ).scalar()
    made: dict[str, Any] = {
        "kind": kind,
        "name": name,
        "n": (last or 0) + 1,
        "sha256": sha256_of(text),
        "origin": origin,
        "created_by": by,
        "created_at": now,
        "note": note,
    }
    written = connection.execute(
        insert(_table).values(**made, body_yaml=text).returning(_table.c.id)
    ).scalar_one()
    return Version(id=written, **made)


def _by_precedence(rows: Iterable[Any]) -> list[Any]:
    """Newest first as given, those of people before those that ship."""
    return sorted(rows, key=lambda row: row.origin == "shipped")


def _document(row: Any) -> Document:
    fields = {column.name: getattr(row, column.name) for column in _table.c}
    return Document(**fields, model=parsed(row.kind, row.body_yaml))


def _version(row: Any) -> Version:
    return Version(**{column.name: getattr(row, column.name) for column in _LIGHT})


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
