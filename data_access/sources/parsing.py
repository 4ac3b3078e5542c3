"""From text to typed values: expressions that are null where the text cannot be read.

Each takes an expression of trimmed, non-empty text (see `trimmed`) and gives the value. Telling
an empty cell from an unreadable one is the caller's part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b

import polars as pl

from data_access.distinct import map_distinct
from data_access.time_zones import INSTANT, series_to_utc

ISO = "iso8601"
EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
"""Formats that count from 1970, with the number of microseconds in their unit."""

_ISO_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.fZ",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%MZ",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d",
)
_YEARS = (1900, 2200)
_MOST = 10**15
_SPACES = "[ \u00a0\u202f]"


def trimmed(source: str) -> pl.Expr:
    """Text of a column without white space at its ends; null if nothing is left."""
    return pl.col(source).map_batches(_bare, return_dtype=pl.String(), is_elementwise=True)


def _bare(texts: pl.Series) -> pl.Series:
    bare = texts.str.strip_chars()
    # Choosing costs as much as trimming, and few columns hold a cell of blanks.
    kept = bare != ""
    return bare if kept.all() else bare.zip_with(kept, pl.Series([None], dtype=pl.String))


def has_zone(form: str) -> bool:
    """Say whether a date format carries its own offset from UTC."""
    return form in EPOCHS or form.endswith("Z") or "z" in re.findall(r"%[#:]*(\w)", form)


def instant(text: pl.Expr, formats: Sequence[str], zone: str | None) -> pl.Expr:
    """Parse instants by the first format that fits.

    Times without an offset are local times of `zone` and cannot be read without it. Years outside
    1900 to 2200 are taken for misread ones (`16` read as the year 16).
    """
    steps = [name for name in formats if name == ISO or zone is not None or has_zone(name)]
    return text.map_batches(
        lambda texts: _staged(texts, steps, zone), return_dtype=INSTANT, is_elementwise=True
    )


def day(text: pl.Expr, formats: Sequence[str]) -> pl.Expr:
    """Parse calendar dates; a format with hours gives the date and drops the hours."""
    steps = ["%Y-%m-%d" if form == ISO else form for form in formats]
    if ISO in formats:
        steps += ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]

    def parse(texts: pl.Series) -> pl.Series:
        found = texts.clear().cast(pl.Date).extend_constant(None, texts.len())
        for form in steps:
            missing = texts.is_not_null() & found.is_null()
            if not missing.any():
                break
            if re.search("%[HIT]", form):
                more = texts.str.to_datetime(form, strict=False, time_unit="us").dt.date()
            else:
                more = texts.str.to_date(form, strict=False)
            found = found.zip_with(~missing, _plausible(more))
        return found

    return text.map_batches(parse, return_dtype=pl.Date(), is_elementwise=True)


def _staged(texts: pl.Series, formats: Sequence[str], zone: str | None) -> pl.Series:
    """Parse by the first format, then what is left by the next, and so on."""
    steps = [f for name in formats for f in (_iso_forms(texts, zone) if name == ISO else (name,))]
    found = texts.clear().cast(INSTANT).extend_constant(None, texts.len())
    for place, form in enumerate(steps):
        if place == 0:
            found = _parse(texts, form, zone)
            continue
        left = (texts.is_not_null() & found.is_null()).arg_true()
        if left.is_empty():
            break
        found = found.scatter(left, _parse(texts.gather(left), form, zone))
    return found


def _iso_forms(texts: pl.Series, zone: str | None) -> list[str]:
    """Give the forms of ISO 8601, that of the first text first: no text fits two of them."""
    sample = texts.drop_nulls().head(1)
    forms = [form for form in _ISO_FORMATS if zone is not None or has_zone(form)]
    return sorted(forms, key=lambda form: _parse(sample, form, zone).null_count())


def _parse(texts: pl.Series, form: str, zone: str | None) -> pl.Series:
    if form in EPOCHS:
        count = (texts.cast(pl.Float64, strict=False) * EPOCHS[form]).round()
        return _plausible(count.cast(pl.Int64, strict=False).cast(INSTANT))
    moments = _plausible(texts.str.to_datetime(form, strict=False, time_unit="us"))
    if moments.dtype != pl.Datetime("us"):
        return moments.cast(INSTANT)
    return series_to_utc(moments, "UTC" if has_zone(form) else zone or "UTC")


def _plausible(moments: pl.Series) -> pl.Series:
    kept = moments.dt.year().is_between(*_YEARS)
    if kept.all():
        return moments
    return moments.zip_with(kept.fill_null(False), pl.Series([None], dtype=moments.dtype))


def plain_digits(text: pl.Expr, decimal: str, thousands: str) -> pl.Expr:
    """Rewrite a number with the given signs as `-1234.5`; null where the signs are misplaced."""
    if decimal == "." and not thousands:
        return text
    point, group = re.escape(decimal), _SPACES if thousands.isspace() else re.escape(thousands)
    grouped = rf"\d{{1,3}}(?:{group}\d{{3}})+|" if thousands else ""
    shape = rf"^[+-]?(?:{grouped}\d+)?(?:{point}\d*)?$"
    digits = text.str.replace_all(group, "") if thousands else text
    return pl.when(text.str.contains(shape)).then(digits.str.replace(decimal, ".", literal=True))


def number(digits: pl.Expr, scale: float = 1) -> pl.Expr:
    """Parse a finite number and multiply it by `scale`."""
    value = digits.cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value * scale if scale != 1 else value)


def count(digits: pl.Expr, scale: float = 1) -> pl.Expr:
    """Parse a whole number; `5.0` is one, `5.5` is not unless `scale` makes it one."""
    if scale == 1:
        return digits.map_batches(_whole, return_dtype=pl.Int64(), is_elementwise=True)
    value = number(digits, scale).round(6)
    return pl.when(value == value.round()).then(value).cast(pl.Int64, strict=False)


def _whole(digits: pl.Series) -> pl.Series:
    whole = digits.cast(pl.Int64, strict=False)
    left = (digits.is_not_null() & whole.is_null()).arg_true()
    if left.is_empty():
        return whole
    value = digits.gather(left).cast(pl.Float64, strict=False)
    exact = (value == value.round()) & (value.abs() < 2**53)
    found = value.zip_with(exact.fill_null(False), pl.Series([None], dtype=pl.Float64))
    return whole.scatter(left, found.cast(pl.Int64))


def minor_units(digits: pl.Expr, factor: pl.Expr) -> pl.Expr:
    """Parse an amount exactly and multiply it by `factor`, half a unit rounded away from zero."""
    return rounded(amount(digits) * factor)


def amount(digits: pl.Expr) -> pl.Expr:
    """Parse an exact amount with six decimals; a quadrillion or more is taken for a mistake."""
    exact = digits.cast(pl.Decimal(38, 6), strict=False)
    # Without a bound the multiplication that follows may overflow, which stops the whole import.
    return pl.when(exact.is_between(-_MOST, _MOST)).then(exact)


def rounded(exact: pl.Expr) -> pl.Expr:
    """Round to a whole number, halves away from zero."""
    return exact.round(0, mode="half_away_from_zero").cast(pl.Int64, strict=False)


def by_value(text: pl.Expr, function: Callable[[str], str | None]) -> pl.Expr:
    """Apply a Python function to each distinct text once."""

    def apply(texts: pl.Series) -> pl.Series:
        return pl.Series(
            texts.name, [function(value) for value in texts.to_list()], dtype=pl.String
        )

    return text.map_batches(
        lambda texts: map_distinct(texts, apply), return_dtype=pl.String(), is_elementwise=True
    )


def joined(sources: Iterable[str], separator: str) -> pl.Expr:
    """Join columns to one key; an empty part keeps its place, no part at all is null."""
    parts = [trimmed(source) for source in sources]
    whole = pl.concat_str([part.fill_null("") for part in parts], separator=separator)
    return pl.when(pl.any_horizontal([part.is_not_null() for part in parts])).then(whole)


def hashed(text: pl.Expr) -> pl.Expr:
    """Shorten a key to 24 hexadecimal digits (BLAKE2b, 96 bits), the same in every run."""
    return by_value(text, lambda value: blake2b(value.encode(), digest_size=12).hexdigest())
