"""What a table, list or box of alerts shows, as data; drawn by `assets/js/60-rows.js`. Pure.

Texts arrive ready for the reader (language, number format); the drawing code only places them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from dashboard.formats import iso_utc


@dataclass(frozen=True)
class Column:
    """A column: its title, whether it holds numbers (right-aligned), and a tooltip."""

    label: str
    num: bool = False
    title: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell. `text` is what is read; the rest stands beside or behind it.

    Attributes:
        text: the value.
        sub: smaller and muted beside it: unit, interval, n.
        href: an address inside the application.
        status: `ok`, `watch`, `breach`, `info` or `none`: icon and colour of `text`.
        at: an instant; `text` is the fallback, the browser shows how long ago or until.
        bar: −1…1: a bar from the middle, left for negative; the sign is in the text as well.
        bar_kind: `better`, `worse` or `neutral`: colour of the bar.
        meter: value, low, high, target on 0–1.
        spark: a small line; None is a gap.
    """

    text: str = ""
    sub: str = ""
    href: str = ""
    status: str = ""
    at: datetime | None = None
    bar: float | None = None
    bar_kind: str = "neutral"
    meter: tuple[float, float | None, float | None, float | None] | None = None
    spark: tuple[float | None, ...] | None = None


@dataclass(frozen=True)
class Row:
    """A row of a table: cells, the rows behind it, whether it is too small to judge."""

    cells: tuple[Cell, ...]
    href: str = ""
    small: bool = False


@dataclass(frozen=True)
class Alert:
    """One open alert; `kind` is the status class, `word` its word."""

    title: str
    word: str
    kind: str
    evidence: str
    href: str
    since: datetime | None = None
    since_text: str = ""


@dataclass(frozen=True)
class Item:
    """One line of a list: what, a note below, an instant or a text at the right."""

    title: str
    href: str
    note: str = ""
    side: str = ""
    at: datetime | None = None
    status: str = ""


@dataclass(frozen=True)
class Fact:
    """One entry of a list of facts: `status` is a status class, `sub` stands muted below."""

    label: str
    text: str
    sub: str = ""
    status: str = ""
    href: str = ""


@dataclass(frozen=True)
class Moment:
    """One entry of a timeline.

    Attributes:
        kind: `message-in`, `message-out`, `event`, `scan`, `return`, `refund`, `deadline` or
            `breach`.
        day: heading it stands under, in the viewer's zone.
        time: the viewer's clock.
        local: the customer's clock and where that is.
        at: the instant, for machines.
        head: what happened.
        text: what was said or recorded; line breaks count.
        lang: language of `text` (BCP-47).
        dir: `rtl` or `ltr`.
        note: muted beside the head.
    """

    kind: str
    day: str
    time: str
    at: datetime
    head: str
    local: str = ""
    text: str = ""
    lang: str = ""
    dir: str = ""
    note: str = ""


@dataclass(frozen=True)
class Quote:
    """What somebody wrote, in their own language; `source` says where, `href` leads there."""

    text: str
    source: str
    lang: str = ""
    dir: str = ""
    href: str = ""


def quotes(shown: Sequence[Quote]) -> str:
    """JSON of a list of quotes."""
    return _json("quotes", rows=_all(shown))


def facts(shown: Sequence[Fact]) -> str:
    """JSON of a list of facts."""
    return _json("facts", rows=_all(shown))


def timeline(shown: Sequence[Moment]) -> str:
    """JSON of a timeline, in the order given."""
    return _json("timeline", rows=_all(shown))


def table(columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """JSON of a table."""
    return _json("table", columns=[_small(column) for column in columns], rows=_all(rows))


def alerts(shown: Sequence[Alert]) -> str:
    """JSON of a box of alerts."""
    return _json("alerts", rows=_all(shown))


def items(shown: Sequence[Item]) -> str:
    """JSON of a list."""
    return _json("list", rows=_all(shown))


def spark(
    values: Sequence[float | None],
    *,
    compare: Sequence[float | None] | None = None,
    target: float | None = None,
    low: Sequence[float | None] | None = None,
    high: Sequence[float | None] | None = None,
    zero: bool = False,
) -> str:
    """JSON of a sparkline: the line, the comparison period, a band and a target hairline.

    Args:
        values: evenly spaced; None is a gap.
        compare: the same length, drawn thin and grey.
        target: drawn when it lies within reach of the values.
        low: lower end of the interval at each point.
        high: upper end of the interval at each point.
        zero: whether the scale begins at zero.
    """
    parts: dict[str, Any] = {"values": _round(values), "target": target, "zero": zero or None}
    for name, line in (("compare", compare), ("low", low), ("high", high)):
        parts[name] = _round(line) if line else None
    return orjson.dumps(_small(parts)).decode()


def _round(values: Sequence[float | None]) -> list[float | None]:
    # Five digits are finer than any pixel and keep the payload small.
    return [None if value is None else float(f"{value:.5g}") for value in values]


def _json(kind: str, **parts: Any) -> str:
    return orjson.dumps({"kind": kind, **parts}, option=orjson.OPT_SERIALIZE_NUMPY).decode()


def _all(shown: Sequence[Any]) -> list[dict[str, Any]]:
    return [_small(row) for row in shown]


def _small(part: Any) -> dict[str, Any]:
    """Fields that say something; instants as the browser reads them; nested rows alike."""
    fields: Mapping[str, Any] = part if isinstance(part, dict) else asdict(part)
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        if value is None or value == "" or value is False:
            continue
        if isinstance(value, datetime):
            kept[name] = iso_utc(value)
        elif name == "cells":
            kept[name] = [_small(cell) for cell in value]
        else:
            kept[name] = value
    return kept
