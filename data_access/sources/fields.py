"""How one canonical column is made of source columns, and how to tell that it could not be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from data_access.money import is_known, minor_factor
from data_access.sources import parsing
from data_access.sources.places import country_code, language_tag

_FALSE = ("false", "no", "n", "0", "f")
_TRUE = ("true", "yes", "y", "1", "t")


@dataclass(frozen=True)
class Field:
    """One canonical column: its value and, if it can fail, what to say then.

    `text` is what was there to be read, None for a column that cannot fail. A row is refused if
    `text` is there and `value` is null.
    """

    column: str
    value: pl.Expr
    text: pl.Expr | None = None
    reason: str = ""
    advice: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class NumberFormat:
    """Signs in the numbers of a file."""

    decimal: str = "."
    thousands: str = ""


PLAIN_NUMBERS = NumberFormat()


def text(
    column: str, source: str, values: Mapping[str, str] | None = None, other: str | None = None
) -> Field:
    """Text as it is, trimmed; `values` renames some of it, and `other` all the rest."""
    return Field(column, _renamed(source, values, other), sources=(source,))


def _renamed(source: str, values: Mapping[str, str] | None, other: str | None = None) -> pl.Expr:
    shown = parsing.trimmed(source)
    if not values:
        return shown
    if other is None:
        return shown.replace(dict(values))
    named = shown.replace_strict(dict(values), default=pl.lit(other), return_dtype=pl.String)
    return pl.when(shown.is_not_null()).then(named)


def constant(column: str, value: str | float | bool | None) -> Field:
    """Give the same value to every row."""
    return Field(column, pl.lit(value))


def computed(column: str, value: pl.Expr, *sources: str) -> Field:
    """Take an expression that cannot fail; `sources` are the columns it shows."""
    return Field(column, value, sources=sources)


def instant(
    column: str, source: str, zone: str | None, formats: Sequence[str] = (parsing.ISO,)
) -> Field:
    """Moment; a time without an offset is a local time of `zone`."""
    shown = parsing.trimmed(source)
    return Field(
        column,
        parsing.instant(shown, formats, zone),
        shown,
        f"not a time of the form {' or '.join(formats)}{'' if zone else ' with a time zone'}",
        "Correct the value, or add its form to `datetime_formats` in the mapping file."
        + ("" if zone else " If the times have no zone, set `zone` or --zone."),
        (source,),
    )


def day(column: str, source: str, formats: Sequence[str] = (parsing.ISO,)) -> Field:
    """Calendar date."""
    shown = parsing.trimmed(source)
    return Field(
        column,
        parsing.day(shown, formats),
        shown,
        f"not a date of the form {' or '.join(formats)}",
        "Correct the value, or add its form to `date_formats` in the mapping file.",
        (source,),
    )


def number(column: str, source: str, form: NumberFormat = PLAIN_NUMBERS, scale: float = 1) -> Field:
    """Measured quantity, multiplied by `scale` to get the unit of the contract."""
    value = parsing.number(_digits(source, form), scale)
    return _numeric(column, source, value, "a number", form)


def count(column: str, source: str, form: NumberFormat = PLAIN_NUMBERS, scale: float = 1) -> Field:
    """Whole number, multiplied by `scale` to get the unit of the contract."""
    value = parsing.count(_digits(source, form), scale)
    return _numeric(column, source, value, "a whole number", form)


def money(
    column: str,
    source: str,
    currency: pl.Expr,
    form: NumberFormat = PLAIN_NUMBERS,
    *,
    minor: bool = False,
) -> Field:
    """Amount of `currency` in minor units; with `minor` the source gives minor units already."""
    digits = _digits(source, form)
    if minor:
        # A fraction of a cent there means that the amounts are not in cents.
        return _numeric(column, source, parsing.count(digits), "whole minor units", form)
    # An unknown currency is refused once, where it stands; the amount is then read as having two.
    value = parsing.minor_units(digits, minor_factor(currency).fill_null(100))
    return _numeric(column, source, value, "an amount", form)


def _digits(source: str, form: NumberFormat) -> pl.Expr:
    return parsing.plain_digits(parsing.trimmed(source), form.decimal, form.thousands)


def _numeric(column: str, source: str, value: pl.Expr, what: str, form: NumberFormat) -> Field:
    signs = f"decimal sign {form.decimal!r}" + (
        f", thousands sign {form.thousands!r}" if form.thousands else ""
    )
    return Field(
        column,
        value,
        parsing.trimmed(source),
        f"not {what} ({signs})",
        "Correct the value, or set `decimal` and `thousands` in the mapping file.",
        (source,),
    )


def currency(column: str, source: str, values: Mapping[str, str] | None = None) -> Field:
    """ISO 4217 code, checked against the published list."""
    code = _renamed(source, values).str.to_uppercase()
    return Field(
        column,
        pl.when(is_known(code)).then(code),
        parsing.trimmed(source),
        "not an ISO 4217 currency code",
        "Use the three letters, such as EUR, or give the codes in a value map.",
        (source,),
    )


def flag(
    column: str,
    source: str,
    true: Sequence[str] = _TRUE,
    false: Sequence[str] = _FALSE,
    values: Mapping[str, str] | None = None,
) -> Field:
    """Yes or no; the words are compared without regard to case."""
    words = _renamed(source, values).str.to_lowercase()
    yes, no = [word.lower() for word in true], [word.lower() for word in false]
    return Field(
        column,
        pl.when(words.is_in(yes)).then(True).when(words.is_in(no)).then(False),
        parsing.trimmed(source),
        f"neither yes ({', '.join(true)}) nor no ({', '.join(false)})",
        "Correct the value, or set `true` and `false` in the mapping file.",
        (source,),
    )


def choice(
    column: str,
    source: str,
    allowed: Sequence[str],
    values: Mapping[str, str] | None = None,
    other: str | None = None,
) -> Field:
    """One of `allowed`: by `values` (case ignored), by its own name, else `other` or refused."""
    shown = parsing.trimmed(source)
    names = {word: word for word in allowed} | {
        key.strip().lower(): value for key, value in (values or {}).items()
    }
    word = shown.str.to_lowercase()
    known = word.replace_strict(list(names), list(names.values()), default=None)
    slug = word.str.replace_all(r"[\s-]+", "_")
    value = known.fill_null(pl.when(slug.is_in(list(allowed))).then(slug))
    if other is not None:
        value = value.fill_null(pl.when(shown.is_not_null()).then(pl.lit(other)))
    return Field(
        column,
        value,
        shown,
        f"not one of {', '.join(allowed)}",
        f"Add it to the value map of {column!r}, or set `other` there.",
        (source,),
    )


def country(column: str, source: str, values: Mapping[str, str] | None = None) -> Field:
    """ISO 3166 alpha-2 from a code or a name in one of many languages."""
    return Field(
        column,
        parsing.by_value(_renamed(source, values), country_code),
        parsing.trimmed(source),
        "not a country's name or ISO 3166 code",
        f"Add it to the value map of {column!r}.",
        (source,),
    )


def language(column: str, source: str, values: Mapping[str, str] | None = None) -> Field:
    """BCP-47 tag from a tag or a language's name."""
    return Field(
        column,
        parsing.by_value(_renamed(source, values), language_tag),
        parsing.trimmed(source),
        "not a language's name or BCP-47 tag",
        f"Add it to the value map of {column!r}.",
        (source,),
    )


def key(column: str, sources: Sequence[str], separator: str = "-", *, short: bool = False) -> Field:
    """Id composed of several columns; `short` hashes it to 24 hexadecimal digits."""
    # The hash is taken over a sign that texts do not hold, so that parts cannot run together.
    if short:
        return Field(
            column, parsing.hashed(parsing.joined(sources, "\x1f")), sources=tuple(sources)
        )
    return Field(column, parsing.joined(sources, separator), sources=tuple(sources))


def with_default(field: Field, value: pl.Expr) -> Field:
    """Fill what is empty; what cannot be read is still refused."""
    if field.text is None:
        return replace(field, value=field.value.fill_null(value))
    filled = pl.when(field.text.is_null()).then(value).otherwise(field.value)
    return replace(field, value=filled)


def where(field: Field, condition: pl.Expr) -> Field:
    """Leave the column empty, and its text unread, where `condition` does not hold."""
    text = None if field.text is None else pl.when(condition).then(field.text)
    return replace(field, value=pl.when(condition).then(field.value), text=text)
