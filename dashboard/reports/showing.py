"""How a document reads: values, sentences and words of a report in the current language.

Called inside `languages.use_language` or a request. What stands behind a code is written in
`dashboard/wording/report_*.py`, one module for each area of a report; they are merged here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from babel import lists, numbers

from dashboard import formats, vocabulary, wording
from dashboard.languages import SUPPORTED, _, current, locale, use_language
from dashboard.reports.document import Document, Section
from dashboard.reports.values import (
    Code,
    Money,
    Number,
    Say,
    Value,
)
from data_access.metrics import CATALOGUE

Sentence = Callable[[Mapping[str, str], Mapping[str, Value]], str]
"""What is shown of each value, and the values themselves."""
Word = Callable[[], str]

AREA = "report_"
"""What the names of the modules begin with that word reports."""

_strict: ContextVar[bool] = ContextVar("strict", default=False)


class UnwordedError(LookupError):
    """A code that no module words, or a sentence that lacks a value."""


class DuplicateWordingError(ValueError):
    """Two modules word one code differently; which one is meant is nobody's intention."""


@dataclass(frozen=True)
class Wording:
    """Everything that reports can say."""

    sentences: Mapping[str, Sentence]
    words: Mapping[str, Mapping[str, Word]]


@contextmanager
def strict() -> Iterator[None]:
    """Raise `UnwordedError` inside the block, where readers get something readable instead."""
    token = _strict.set(True)
    try:
        yield
    finally:
        _strict.reset(token)


def areas() -> tuple[str, ...]:
    """The modules that word reports, in order of their names."""
    names = sorted(module.name for module in iter_modules(wording.__path__))
    return tuple(f"{wording.__name__}.{name}" for name in names if name.startswith(AREA))


@cache
def known() -> Wording:
    """The sentences and words of all areas.

    Raises:
        DuplicateWordingError: a sentence stands twice, or a word twice and not the same.
    """
    sentences: dict[str, Sentence] = {}
    words: dict[str, dict[str, Word]] = {}
    origin: dict[str, str] = {}
    for area in areas():
        module = import_module(area)
        for code, sentence in getattr(module, "SENTENCES", {}).items():
            if code in sentences:
                raise DuplicateWordingError(f"{code!r} stands in {origin[code]} and {area}")
            sentences[code], origin[code] = sentence, area
        for group, values in getattr(module, "WORDS", {}).items():
            for value, word_of in values.items():
                place = f"{group}.{value}"
                held = words.setdefault(group, {})
                if value in held and not _same(held[value], word_of):
                    raise DuplicateWordingError(f"{place!r} stands in {origin[place]} and {area}")
                held[value] = word_of
                origin.setdefault(place, area)
    return Wording(sentences, words)


def text_of(value: Value, zone: str) -> str:
    """A value as the reader writes it; what is unknown is an en dash.

    Numbers carry `%`, days, hours and points; what a KPI's name says already ("per 1,000 orders")
    is left out. Times are in `zone`.
    """
    return _SHOWN[value.kind](value, zone)


def sentence(say: Say, zone: str) -> str:
    """A sentence with its values filled in.

    Raises:
        UnwordedError: inside `strict` only; elsewhere its code and values are shown.
    """
    shown = {name: text_of(value, zone) for name, value in say.values.items()}
    write = known().sentences.get(say.code)
    if write is not None:
        try:
            return write(shown, say.values)
        except KeyError as error:
            if _strict.get():
                raise UnwordedError(f"sentence {say.code!r} lacks {error}") from error
    elif _strict.get():
        raise UnwordedError(f"no module of {wording.__name__} words the sentence {say.code!r}")
    name = _readable(say.code)
    return f"{name}: {', '.join(shown.values())}" if shown else f"{name}."


def word(code: Code) -> str:
    """A word of ours.

    Raises:
        UnwordedError: inside `strict` only; elsewhere the code is shown without underscores.
    """
    write = known().words.get(code.group, {}).get(code.value)
    if write is not None:
        return write()
    if code.group == "column":
        named = vocabulary.dimension_name(code.value)
        if named != code.value:
            return named
    if _strict.get():
        raise UnwordedError(f"no module of {wording.__name__} words {code.group}.{code.value}")
    return _readable(code.value)


def section_title(document: Document, section: Section) -> str:  # noqa: ARG001
    """What stands above a section; the template may have named it."""
    return text_of(section.title, "UTC")


def kpi_title(name: str) -> str:
    """Full name of a KPI, also of one that the catalogue does not have any more."""
    return vocabulary.kpi_title(name) if name in CATALOGUE else _readable(name)


def kpi_short(name: str) -> str:
    """Its name where there is little room."""
    return vocabulary.kpi_short(name) if name in CATALOGUE else _readable(name)


def figure_text(value: float | None, unit: str, *, signed: bool = False) -> str:
    """A number in a unit without the unit's name: `84.2%`, `+2.4`, `1.08`, `2.35M`, `€3.12`.

    Units of money say which: `money_per_order:EUR`.
    """
    if value is None:
        return formats.NONE
    kind, _colon, currency = unit.partition(":")
    if currency:
        places = numbers.get_currency_precision(currency)
        return _amount(value, currency, places, signed=signed)
    if unit in ("share", "points") and abs(value) < _BEYOND:
        shown, mark = formats.number(100 * value, 1), "%" if unit == "share" else ""
        return f"{_signed(shown) if signed else shown}{mark}"
    if abs(value) >= (1_000_000 if kind in ("count", "money") else _BEYOND):
        shown = _short(value, "")
    else:
        shown = formats.number(value, _DIGITS.get(kind, 1))
    return _signed(shown) if signed else shown


def number_text(number: Number) -> str:
    """A number with what it is counted in, where its name does not say so."""
    # Points are differences: without a sign they say half of it.
    signed = number.signed or number.unit == "points"
    shown = figure_text(number.value, number.unit, signed=signed)
    return with_unit(shown, number.unit) if number.value is not None else shown


def with_unit(shown: str, unit: str) -> str:
    """`3.2` → `3.2 days`, for units that a figure does not carry itself."""
    match unit:
        case "days":
            return _("{number} days", number=shown)
        case "hours":
            return _("{number} h", number=shown)
        case "points":
            return _("{points} pts", points=shown)
        case "per_day":
            return _("{number} a day", number=shown)
        case "index":
            return _("{number} of 100", number=shown)
    return shown


def interval_text(number: Number) -> str:
    """`82.9–85.6%`, empty without an interval."""
    if number.unit == "points":
        # Points are kept as shares and shown times a hundred, like the number itself.
        low, high = (None if end is None else 100 * end for end in (number.low, number.high))
        return formats.span(low, high, 1)
    return formats.interval(number.low, number.high, number.unit)


def money_text(money: Money) -> str:
    """An amount: from a million on in short form, from a thousand on in whole units."""
    if money.minor is None:
        return formats.NONE
    places = numbers.get_currency_precision(money.currency)
    return _amount(money.minor / 10**places, money.currency, places, signed=money.signed)


def listed(texts: list[str]) -> str:
    """`a, b and c`."""
    return lists.format_list(texts, "standard", locale=locale()) if texts else formats.NONE


def clean(text: str) -> str:
    """Somebody's text without signs that no reader sees: control characters, turned directions.

    What is written from right to left is isolated, so that it turns nothing around it.
    """
    kept = "".join(
        " " if char in "\t\n\r" else char
        for char in text
        if char in "\t\n\r" or (unicodedata.category(char) not in _UNSEEN and char not in _TURNING)
    )
    if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in kept):
        return f"\u2068{kept}\u2069"
    return kept


_SHOWN: Mapping[str, Callable[[Any, str], str]] = {
    "number": lambda value, _zone: number_text(value),
    "money": lambda value, _zone: money_text(value),
    "day": lambda value, _zone: formats.day(value.value, year=True),
    "instant": lambda value, zone: formats.moment(value.value, zone),
    "span": lambda value, _zone: formats.duration(value.seconds),
    "term": lambda value, _zone: clean(vocabulary.value_name(value.dimension, value.value or "")),
    "kpi": lambda value, _zone: kpi_title(value.name),
    "code": lambda value, _zone: word(value),
    "words": lambda value, _zone: clean(value.zh if current() == "zh_Hans" else value.en),
    "plain": lambda value, _zone: clean(value.text),
    "listed": lambda value, zone: listed([text_of(one, zone) for one in value.values]),
}
# From this size on: decimals of the short form in English and in Chinese, and the power of ten
# that both are rounded to.
_SHORT = {
    1e6: (2, 0, 4),
    1e8: (0, 2, 6),
    1e9: (2, 1, 7),
    1e12: (2, 2, 10),
}
_BEYOND = 1e15
"""No language has words for what is larger."""
_DIGITS = {"money": 0, "money_per_order": 2, "money_per_contact": 2, "count": 0, "ratio": 2}
_UNSEEN = {"Cc", "Cs", "Cn", "Co"}
_TURNING = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
_RIGHT_TO_LEFT = {"R", "AL"}


def _amount(units: float, currency: str, places: int, *, signed: bool) -> str:
    size = abs(units)
    if size >= 1_000_000:
        shown = _short(units, currency)
    else:
        shown = formats.amount(units, currency, 0 if size >= 1_000 else places)
    return _signed(shown) if signed else shown


def _short(units: float, currency: str) -> str:
    """`€1.23M`, `123万`: as many figures in every language, so that none says more than another."""
    if abs(units) >= _BEYOND:
        return f"{units:.2e}".replace("-", "−") + (f" {currency}" if currency else "")
    own = current() == "zh_Hans"
    least = max(found for found in _SHORT if abs(units) >= found)
    digits = _SHORT[least][own]
    exponent = _SHORT[least][2]
    rounded = round(units / 10**exponent) * 10**exponent
    if currency:
        shown = numbers.format_compact_currency(
            rounded, currency, format_type="short", locale=locale(), fraction_digits=digits
        )
    else:
        shown = numbers.format_compact_decimal(rounded, locale=locale(), fraction_digits=digits)
    return shown.replace("-", "−")


def _signed(shown: str) -> str:
    digits = [char for char in shown if char.isdigit()]
    is_zero = all(char == "0" for char in digits)
    return shown if not digits or is_zero or shown.startswith("−") else f"+{shown}"


def _readable(code: str) -> str:
    text = code.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]


def _same(one: Word, other: Word) -> bool:
    for language in SUPPORTED:
        with use_language(language):
            if one() != other():
                return False
    return True
