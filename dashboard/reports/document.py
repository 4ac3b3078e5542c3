"""A report as data: sections of blocks. One document gives every form in every language."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from dashboard.reports.values import Code, Day, Float, Money, Number, Part, Say, Value, Words

Tone = Literal["plain", "good", "bad", "unknown"]


class Point(Part):
    """One week or month of a KPI's series."""

    start: date
    number: Number
    prior: Number | None = None
    """The same week (by ISO number) or month a year before; None: no data then."""
    provisional: bool = False
    """Young: part of what belongs to it cannot be judged yet."""


class Limits(Part):
    """Natural process limits of an XmR chart (Wheeler): mean ± 2.66 × mean moving range."""

    center: Float
    low: Float
    high: Float
    points: int
    """How many earlier weeks they were computed from."""


class Panel(Part):
    """One KPI: 6 weeks + 12 months, prior year, target, limits."""

    kpi: str
    now: Number
    before: Number | None
    """The week before."""
    prior: Number | None
    """The same week of the year before."""
    target: Float | None
    standing: Literal["met", "missed", "unsure", "no_target", "no_data"]
    """Against the target, by the interval: `unsure` where it holds the target."""
    exception: tuple[Code, ...]
    """Why it is narrated: group `signal`; empty: in order, no words about it."""
    limits: Limits | None
    weeks: tuple[Point, ...]
    months: tuple[Point, ...]
    maturity: Float | None = None
    """Share of what will count in the end that counts already; None: all of it."""
    tainted: int = 0
    says: tuple[Say, ...] = ()
    link: str | None = None
    """Path in the application, with the query, that shows the rows behind."""


class Effect(Part):
    """What one segment did to a change: it adds up over the effects to `Change.total`."""

    segment: Value | None
    """None: all segments beyond the largest ones together."""
    kind: Literal["common", "new", "lost", "rest"]
    now: Number | None
    before: Number | None
    rate: Float | None
    mix: Float | None
    total: Float


class ChangeBlock(Part):
    """A change of a KPI split into rate, mix, new and lost segments."""

    block: Literal["change"] = "change"
    kpi: str
    by: str
    unit: str
    before: Number
    now: Number
    total: Float
    rate: Float
    mix: Float
    new: Float
    lost: Float
    effects: tuple[Effect, ...]
    says: tuple[Say, ...]


class SayBlock(Part):
    """Sentences, one below the other."""

    block: Literal["say"] = "say"
    says: tuple[Say, ...]
    tone: Tone = "plain"


class DeckBlock(Part):
    """Panels of KPIs."""

    block: Literal["deck"] = "deck"
    panels: tuple[Panel, ...]


class Column(Part):
    """A column of a table; its title is a code of group `column`."""

    key: str
    title: Code
    numeric: bool = False


class Row(Part):
    """A row: a key that is stable between issues, and a cell per column (None: empty)."""

    key: str
    cells: dict[str, Value | None]
    link: str | None = None
    tone: Tone = "plain"


class TableBlock(Part):
    """A table with a sentence above it that says what it shows."""

    block: Literal["table"] = "table"
    key: str
    lead: Say | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    more: int = 0
    """Rows left out."""


class Cell(Part):
    """A market on the map."""

    market: str
    number: Number
    standing: Literal["met", "missed", "unsure", "small", "no_data"]


class MapBlock(Part):
    """The SLA map in small."""

    block: Literal["map"] = "map"
    kpi: str
    target: Float | None
    cells: tuple[Cell, ...]
    lead: Say


class HeatCell(Part):
    """A cell of a heat map."""

    row: str
    column: str
    number: Number
    standing: Literal["more", "usual", "less", "small", "no_data"]


class HeatBlock(Part):
    """Rows × columns, such as reasons × markets."""

    block: Literal["heat"] = "heat"
    key: str
    rows: tuple[Value, ...]
    row_keys: tuple[str, ...]
    columns: tuple[Value, ...]
    column_keys: tuple[str, ...]
    cells: tuple[HeatCell, ...]
    lead: Say


class NothingBlock(Part):
    """Nothing to say, and why."""

    block: Literal["nothing"] = "nothing"
    say: Say


Block = Annotated[
    SayBlock | DeckBlock | ChangeBlock | TableBlock | MapBlock | HeatBlock | NothingBlock,
    Field(discriminator="block"),
]


class Section(Part):
    """A part of a report; its title is a code of group `section`, or the template's own words."""

    key: str
    title: Annotated[Code | Words, Field(discriminator="kind")]
    blocks: tuple[Block, ...]


class Document(Part):
    """A whole report."""

    schema_version: Literal[1] = 1
    template: str
    title: Words | None = None
    """What the template calls the report."""
    period: str
    """`2026-W47`, `2026-10` or `2026-Q3`."""
    first: date
    last: date
    as_of: datetime
    zone: str
    currency: str
    company: str
    complete: bool
    missing: tuple[Say, ...]
    """What was late when it was made."""
    headline: Say
    headline_tone: Tone
    summary: tuple[Say, ...]
    """At most three sentences below the headline; also the inline summary of mail and chat."""
    sections: tuple[Section, ...]


def canonical(part: Part) -> str:
    """The one JSON text of a part: sorted keys, no spaces, numbers as `settled`."""
    data = part.model_dump(mode="json")
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def fingerprint(part: Part) -> str:
    """SHA-256 of the canonical text."""
    return hashlib.sha256(canonical(part).encode()).hexdigest()


__all__ = [
    "Block",
    "Cell",
    "ChangeBlock",
    "Code",
    "Column",
    "Day",
    "DeckBlock",
    "Document",
    "Effect",
    "HeatBlock",
    "HeatCell",
    "Limits",
    "MapBlock",
    "Money",
    "NothingBlock",
    "Number",
    "Panel",
    "Point",
    "Row",
    "Say",
    "SayBlock",
    "Section",
    "TableBlock",
    "canonical",
    "fingerprint",
]
