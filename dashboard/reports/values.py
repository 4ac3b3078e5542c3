"""What stands in a report: numbers, money, days, terms, sentences. Data without a language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

DIGITS = 10
"""Significant digits kept: the last bits of a sum depend on the order it was added up in."""


def settled(value: float) -> float:
    """A number that is the same on every machine: whole, or 10 significant digits; no −0."""
    return (value if value.is_integer() else float(f"{value:.{DIGITS}g}")) + 0.0


Float = Annotated[float, AfterValidator(settled)]


class Part(BaseModel):
    """Frozen and strict; the base of everything in a document."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Number(Part):
    """A number in a KPI's unit, with its n and its 95 % interval where it has them."""

    kind: Literal["number"] = "number"
    value: Float | None
    unit: str
    """`count`, `share`, `per_1000`, `days`, `hours`, `score`, `points` (of a share), `ratio`,
    `index` (of 100), `money:EUR`, `money_per_order:EUR` (units of a currency, not cents)."""
    n: int | None = None
    low: Float | None = None
    high: Float | None = None
    signed: bool = False


class Money(Part):
    """Whole minor units of a currency; None is unknown."""

    kind: Literal["money"] = "money"
    minor: int | None
    currency: str
    signed: bool = False


class Day(Part):
    """A calendar day."""

    kind: Literal["day"] = "day"
    value: date


class Instant(Part):
    """An instant (UTC), shown in the document's zone."""

    kind: Literal["instant"] = "instant"
    value: datetime


class Span(Part):
    """A length of time."""

    kind: Literal["span"] = "span"
    seconds: int


class Term(Part):
    """A value of a dimension: market PL, reason late_delivery; None is unknown."""

    kind: Literal["term"] = "term"
    dimension: str
    value: str | None


class KpiName(Part):
    """The name of a KPI of the catalogue."""

    kind: Literal["kpi"] = "kpi"
    name: str


class Code(Part):
    """A word of ours with a translation: severity warning, status open. See wording."""

    kind: Literal["code"] = "code"
    group: str
    value: str


class Words(Part):
    """Text that exists in both languages, such as the title of an incident."""

    kind: Literal["words"] = "words"
    en: str
    zh: str


class Plain(Part):
    """Text that somebody wrote: a name, a comment. Never translated."""

    kind: Literal["plain"] = "plain"
    text: str


class Listed(Part):
    """Several values in a row, joined as the language joins them."""

    kind: Literal["listed"] = "listed"
    values: tuple[Value, ...]


Value = Annotated[
    Number | Money | Day | Instant | Span | Term | KpiName | Code | Words | Plain | Listed,
    Field(discriminator="kind"),
]
Listed.model_rebuild()


class Say(Part):
    """A sentence: a code of `dashboard.wording.report_sentences` and what stands in it."""

    code: str
    values: dict[str, Value] = Field(default_factory=dict)
