"""Values of a document from the plain JSON of a record. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from dashboard.reports.document import Code, Column, Row
from dashboard.reports.values import Number, Plain, Span, Value, Words
from data_access.metrics.intervals import wilson


def moment(text: str | None) -> datetime | None:
    """A moment as JSON has it."""
    return None if text is None else datetime.fromisoformat(text)


def named(title: Mapping[str, str]) -> Words | Plain:
    """A title by language; what is the same in both is somebody's own text."""
    if title["en"] == title["zh"]:
        return Plain(text=title["en"])
    return Words(en=title["en"], zh=title["zh"])


def span(since: datetime | None, until: datetime | None) -> Span | None:
    """How long from one moment to a later one; None where either is unknown."""
    if since is None or until is None:
        return None
    return Span(seconds=max(int((until - since).total_seconds()), 0))


def count(n: int) -> Number:
    """How many."""
    return Number(value=float(n), unit="count")


def share(hits: int, n: int, *, fewest: int = 1) -> Number:
    """A share of n with its 95 % interval (Wilson); below `fewest` only the n."""
    if n < max(fewest, 1):
        return Number(value=None, unit="share", n=n)
    ends = wilson(pl.lit(hits), pl.lit(n))
    low, high = pl.select(low=ends[0], high=ends[1]).row(0)
    return Number(value=hits / n, unit="share", n=n, low=low, high=high)


def person(name: str | None) -> Value | None:
    """Who; None: nobody."""
    return Plain(text=name) if name else None


def columns(*names: str, numeric: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """Columns whose titles are the words of group `column` of the same names."""
    return tuple(
        Column(key=name, title=Code(group="column", value=name), numeric=name in numeric)
        for name in names
    )


def filled(names: Sequence[Column], rows: Sequence[Row]) -> tuple[Column, ...]:
    """The columns in which any row has something: an empty one only takes room from the others."""
    return tuple(
        column for column in names if any(row.cells.get(column.key) is not None for row in rows)
    )
