"""What the tests of helpdesk exports share: saving answers, and tables without their places."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from data_access.sources.base import Source, SourceOptions, Table
from tests.data_access.sources.reading_aid import read


def page(folder: Path, name: str, value: Any) -> Path:
    """Save an answer of an API."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def lines(folder: Path, name: str, records: Sequence[Any]) -> Path:
    """Save records as JSON lines."""
    path = folder / name
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def at(text: str) -> datetime:
    """An instant of March 2026, written `day hour:minute`."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return datetime(2026, 3, int(day), int(hour), int(minute), tzinfo=UTC)


def iso(text: str) -> str:
    """The same as an API writes it."""
    return at(text).strftime("%Y-%m-%dT%H:%M:%SZ")


def row(table: Table, key: str, value: str) -> dict[str, Any]:
    """The one row of a table whose key is that."""
    found = table.frame.filter(pl.col(key) == value).to_dicts()
    assert len(found) == 1, found
    return found[0]


def told(table: Table, case: str) -> list[tuple[Any, ...]]:
    """Instant, type, role, from and to of a case's events, in order of time."""
    events = table.frame.filter(pl.col("case_id") == case).sort("at", "event_id")
    return events.select("at", "type", "actor_role", "from", "to").rows()


def bare(tables: dict[str, Table]) -> dict[str, list[dict[str, Any]]]:
    """The distinct rows of every table without their places, in an order of their own."""
    found = {}
    for name, table in tables.items():
        frame = table.frame.drop("_file", "_row").unique()
        found[name] = sorted(frame.to_dicts(), key=str)
    return found


def content(
    source: Source, path: Path, given: SourceOptions | None = None
) -> dict[str, list[dict[str, Any]]]:
    """What an export says, wherever in it that stands."""
    return bare(read(source, path, given))
