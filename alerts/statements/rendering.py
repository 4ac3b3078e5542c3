"""From a text with variables to the words of one language. Pure.

A text knows variables and our own filters, nothing else: no loops, no conditions, no calls. What
is not known yet stays in the text as it is written, to be filled later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates, lists, numbers
from jinja2 import StrictUndefined, Template, TemplateError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alerts.statements.locales import FSI, PDI, babel_locale, is_rtl
from alerts.statements.values import Country, Money
from data_access.time_zones import known_zone

LONGEST_SOURCE = 12_000
"""Characters of a text before it is filled."""

_ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Filter, nodes.Const)


class TextError(ValueError):
    """A text that cannot be rendered; the message says what to change."""


@dataclass(frozen=True)
class Rendered:
    """A text in words; `missing` names variables that nobody has given yet."""

    text: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A part of a text: `names` is empty for what is written out."""

    source: str
    names: tuple[str, ...]


def render(source: str, locale: str, values: Mapping[str, Any]) -> Rendered:
    """Fill a text with typed values; what has no value stays as it is written.

    Args:
        source: the text, with `{{ variable }}` and `{{ variable | filter }}`.
        locale: its language, for numbers, dates and direction.
        values: typed, see `alerts.statements.values`.

    Raises:
        TextError: the text uses something it must not, or a filter that does not fit the value.
    """
    made: list[str] = []
    missing: dict[str, None] = {}
    for piece in pieces(source):
        unknown = [name for name in piece.names if name not in values]
        if unknown or not piece.names:
            made.append(piece.source)
            missing.update(dict.fromkeys(unknown))
            continue
        try:
            made.append(_compiled(locale, piece.source).render(values))
        except (TemplateError, TypeError, ValueError, LookupError, AttributeError) as error:
            raise TextError(f"{piece.source}: {error}") from error
    return Rendered("".join(made), tuple(missing))


@lru_cache(maxsize=8192)
def _compiled(locale: str, source: str) -> Template:
    """One variable with its filters, compiled once: it stands in many texts, and is read often."""
    return _environment(locale).from_string(source)


@cache
def pieces(source: str) -> tuple[Piece, ...]:
    """The parts of a text, in order; joined they are the text.

    Raises:
        TextError: it is too long, not closed, or uses more than variables and our filters.
    """
    if len(source) > LONGEST_SOURCE:
        raise TextError(f"longer than {LONGEST_SOURCE} characters; shorten it")
    environment = _environment("en")
    try:
        tree = environment.parse(source)
        for node in (tree, *tree.find_all(nodes.Node)):
            _refuse(node)
        return tuple(_split(environment.lex(source), environment))
    except TemplateError as error:
        raise TextError(str(error.message)) from error


def names(source: str) -> tuple[str, ...]:
    """Variables a text uses, each once, in order.

    Raises:
        TextError: see `pieces`.
    """
    return tuple(dict.fromkeys(name for piece in pieces(source) for name in piece.names))


def literal(source: str) -> str:
    """The text without its variables; each leaves a space."""
    return "".join(" " if piece.names else piece.source for piece in pieces(source))


def said(value: Any, locale: str) -> str:
    """A value as a text says it without any filter, isolates included."""
    return _isolated(_plain(value, babel_locale(locale)), locale)


def _refuse(node: nodes.Node) -> None:
    if not isinstance(node, _ALLOWED):
        raise TextError(
            f"line {node.lineno}: only {{{{ variable }}}} and {{{{ variable | filter }}}} may "
            "stand in a text"
        )
    if isinstance(node, nodes.Filter) and (node.name not in FILTERS or node.node is None):
        raise TextError(
            f"line {node.lineno}: there is no filter {node.name}; use {', '.join(FILTERS)}"
        )


def _split(
    tokens: Iterable[tuple[int, str, str]], environment: ImmutableSandboxedEnvironment
) -> Iterable[Piece]:
    inside: list[str] = []
    for _, kind, text in tokens:
        if kind == "variable_begin" or inside:
            inside.append(text)
            if kind == "variable_end":
                raw = "".join(inside)
                found = meta.find_undeclared_variables(environment.parse(raw))
                if not found:
                    raise TextError(f"{raw}: this is no variable")
                yield Piece(raw, tuple(sorted(found)))
                inside = []
        elif kind == "data":
            yield Piece(text, ())
        else:
            raise TextError("only {{ variable }} and {{ variable | filter }} may stand in a text")


def _plain(value: Any, locale: Any) -> str:
    """A value as its type is said: the first kind that fits, a moment being a day too."""
    for kind, how in _SAID:
        if isinstance(value, kind):
            return str(how(value, locale))
    raise TypeError(f"{type(value).__name__} cannot be said")


def _date(value: Any, locale: Any, style: str = "long") -> str:
    if not isinstance(value, date) or style not in ("short", "medium", "long", "full"):
        raise ValueError("date needs a day and one of short, medium, long, full")
    return str(dates.format_date(value, style, locale))


def _datetime(value: Any, locale: Any, zone: str = "") -> str:
    """Day, time and offset: 22 November 2026, 18:00 (UTC+1)."""
    if not isinstance(value, datetime):
        raise TypeError("datetime needs a moment")
    if zone:
        if not known_zone(zone):
            raise ValueError(f"there is no time zone {zone}")
        value = value.astimezone(ZoneInfo(zone))
    bare = value.replace(tzinfo=None)
    day = str(dates.format_date(bare, "long", locale))
    # Babel knows no Korean names for morning and afternoon here; the day of 24 hours needs none.
    style = "HH:mm" if locale.language == "ko" else "short"
    clock = str(dates.format_time(bare, style, locale=locale)).replace("\u202f", "\u00a0")
    pattern = str(dates.get_datetime_format("medium", locale)).replace("'", "")
    return f"{pattern.replace('{1}', day).replace('{0}', clock)} ({_offset(value)})"


def _offset(value: datetime) -> str:
    seconds = int(value.utcoffset().total_seconds())  # type: ignore[union-attr]
    if not seconds:
        return "UTC"
    hours, minutes = divmod(abs(seconds) // 60, 60)
    sign = "+" if seconds > 0 else "\u2212"
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")


def _money(value: Any, locale: Any) -> str:
    if not isinstance(value, Money):
        raise TypeError("money needs an amount")
    return str(numbers.format_currency(value.amount, value.currency, locale=locale))


def _percent(value: Any, locale: Any) -> str:
    return str(numbers.format_percent(value, locale=locale, decimal_quantization=False))


def _number(value: Any, locale: Any) -> str:
    return str(numbers.format_decimal(value, locale=locale))


FILTERS = {
    "date": _date,
    "datetime": _datetime,
    "money": _money,
    "percent": _percent,
    "number": _number,
}
"""All that a text may do with a variable."""


_SAID: tuple[tuple[type, Any], ...] = (
    (str, lambda value, _locale: value),
    (Money, _money),
    (Country, lambda value, locale: locale.territories.get(value.code, value.code)),
    (datetime, _datetime),
    (date, _date),
    (tuple, lambda value, locale: lists.format_list(list(value), "standard", locale)),
    (int, _number),
    (Decimal, _percent),
)


def _isolated(text: str, locale: str) -> str:
    """Direction of a value must not leak into the sentence around it."""
    needs = is_rtl(locale) or any("\u0590" <= letter <= "\u08ff" for letter in text)
    return f"{FSI}{text}{PDI}" if needs else text


@cache
def _environment(locale: str) -> ImmutableSandboxedEnvironment:
    rules = babel_locale(locale)

    def bound(filter_: Any) -> Any:
        return lambda value, *given: filter_(value, rules, *given)

    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        finalize=lambda value: _isolated(_plain(value, rules), locale),
        keep_trailing_newline=True,
        autoescape=False,
    )
    made.filters.clear()
    made.filters.update({name: bound(filter_) for name, filter_ in FILTERS.items()})
    made.globals.clear()
    made.tests.clear()
    return made
