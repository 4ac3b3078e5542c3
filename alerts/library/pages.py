"""What the screens and commands show of the library: what is in force, and how it fares."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, func, select

from alerts.library import store
from alerts.library.kinds import kind_of, kinds
from alerts.library.model import Document, DocumentError, Finding, Library, Version
from alerts.library.surroundings import effects, holders
from alerts.notify.config import Config
from data_access.state import schema

OVERVIEW: Mapping[str, pl.DataType] = {
    "kind": pl.String(),
    "id": pl.String(),
    "title": pl.String(),
    "title_zh": pl.String(),
    "owner": pl.String(),
    "review_by": pl.Date(),
    "levels": pl.List(pl.Int64()),
    "steps": pl.Int64(),
    "n": pl.Int64(),
    "origin": pl.String(),
    "created_by": pl.String(),
    "created_at": pl.Datetime("us", "UTC"),
    "newer_ships": pl.Int64(),
    "errors": pl.Int64(),
    "warnings": pl.Int64(),
    "last_used": pl.Datetime("us", "UTC"),
    "runs": pl.Int64(),
}
"""Columns of the overview. `newer_ships`: number of a version that ships and is not in force."""

_SAID: dict[Hashable, tuple[Finding, ...]] = {}
"""Findings by document and by everything they depend on; linting every language takes seconds."""
_MOST_SAID = 1000


@dataclass(frozen=True)
class DocumentPage:
    """One document as its screen shows it.

    Attributes:
        document: the version asked for.
        in_force: number of the one in force.
        findings: of the linter, against everything in force.
        history: every version, the newest first.
        newer_ships: number of a version that ships and is newer than the one in force.
        runs: runs of it so far, and when the last one began.
    """

    document: Document
    in_force: int
    findings: tuple[Finding, ...]
    history: tuple[Version, ...]
    newer_ships: int | None
    runs: int = 0
    last_used: datetime | None = None


def overview(
    engine: Engine, *, config: Config | None = None, today: date | None = None
) -> pl.DataFrame:
    """Every document in force, by kind and name, with what the linter says of it."""
    with engine.connect() as connection:
        held = [one for one in store.in_force(connection) if one.kind in kinds()]
        library = _library(connection, config, today)
        used = _used(connection)
        ships = _newest_shipped(connection)
    stand = (tuple(one.sha256 for one in held), repr(library.holders), today)
    rows = [_row(one, library, stand, used, ships) for one in held]
    return pl.DataFrame(rows, schema=OVERVIEW).sort("kind", "id")


def document_page(
    engine: Engine,
    kind: str,
    name: str,
    n: int | None = None,
    *,
    config: Config | None = None,
    today: date | None = None,
) -> DocumentPage | None:
    """One document; of version `n`, else of the one in force. None: there is no such thing."""
    if kind not in kinds():
        return None
    with engine.connect() as connection:
        current = store.current(connection, kind, name)
        if current is None:
            return None
        past = store.history(connection, kind, name)
        shown = current
        if n is not None and n != current.n:
            number = next((one.id for one in past if one.n == n), None)
            try:
                found = store.version(connection, number) if number is not None else None
            except DocumentError:
                found = None
            if found is None:
                return None
            shown = found
        library = _library(connection, config, today).having(kind, shown.model)
        used = _used(connection).get(name) if kind == "playbook" else None
        ships = _newest_shipped(connection).get((kind, name))
    newer = ships.n if ships and ships.id > current.id and current.origin != "shipped" else None
    findings = tuple(kind_of(kind).lint(shown.model, library))
    runs, last = used or (0, None)
    return DocumentPage(shown, current.n, findings, tuple(past), newer, runs, last)


def texts_compared(engine: Engine, document: Document, old: int) -> list[str] | None:
    """What a version changed against an older one; None: there is no such version."""
    with engine.connect() as connection:
        return store.diff(connection, document.kind, document.name, old, document.n)


def exists(engine: Engine, kind: str, name: str) -> bool:
    """Whether there is a document of this name."""
    with engine.connect() as connection:
        return name in store.names(connection, kind)


def _library(connection: Connection, config: Config | None, today: date | None) -> Library:
    return store.snapshot(
        connection,
        effects=effects(),
        holders=None if config is None else holders(config),
        today=today,
    )


def _linted(one: Version, library: Library, stand: Hashable) -> tuple[Finding, ...]:
    """What the linter says of a document; said again only when anything it looks at changed."""
    key = (one.kind, one.name, one.sha256, stand)
    found = _SAID.get(key)
    if found is None:
        model = library.get(one.kind, one.name)
        found = () if model is None else tuple(kind_of(one.kind).lint(model, library))
        if len(_SAID) >= _MOST_SAID:
            _SAID.clear()
        _SAID[key] = found
    return found


def _row(
    one: Version,
    library: Library,
    stand: Hashable,
    used: Mapping[str, tuple[int, datetime]],
    ships: Mapping[tuple[str, str], Version],
) -> dict[str, Any]:
    model = library.get(one.kind, one.name)
    findings = _linted(one, library, stand)
    title = getattr(model, "title", None)
    newest = ships.get((one.kind, one.name))
    runs, last = used.get(one.name, (0, None)) if one.kind == "playbook" else (0, None)
    levels = getattr(model, "levels", None) if one.kind == "playbook" else None
    return {
        "kind": one.kind,
        "id": one.name,
        "title": getattr(title, "en", None) or one.name,
        "title_zh": getattr(title, "zh", None) or one.name,
        "owner": getattr(model, "owner", None),
        "review_by": getattr(model, "review_by", None),
        "levels": None if levels is None else list(levels),
        "steps": len(model.steps) if one.kind == "playbook" and model is not None else None,
        "n": one.n,
        "origin": one.origin,
        "created_by": one.created_by,
        "created_at": one.created_at,
        "newer_ships": newest.n if newest and newest.id > one.id else None,
        # A version that cannot be read any more is as bad as one with an error.
        "errors": sum(found.severity == "error" for found in findings) + (model is None),
        "warnings": sum(found.severity == "warning" for found in findings),
        "last_used": last,
        "runs": runs,
    }


def _used(connection: Connection) -> dict[str, tuple[int, datetime]]:
    """Runs by playbook, drills included: how many, and when the last one began."""
    run = schema.playbook_run
    rows = connection.execute(
        select(run.c.playbook, func.count(), func.max(run.c.started_at)).group_by(run.c.playbook)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _newest_shipped(connection: Connection) -> dict[tuple[str, str], Version]:
    found: dict[tuple[str, str], Version] = {}
    for one in store.of_origin(connection, "shipped"):
        found[one.kind, one.name] = one
    return found
