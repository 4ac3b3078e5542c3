"""How much of a stretch of time a calendar was open, and when an amount of it is used up.

All calendars lie end to end on one axis of microseconds, so that a single binary search finds the
interval of any calendar and instant. `F(t)` is the open time on that axis up to `t`: what was
worked between two instants is a difference of two values of `F`, and the instant at which an
amount is used up comes from inverting it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from data_access.time_zones import INSTANT

Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

_DAY = 86_400_000_000
_EPOCH = date(1970, 1, 1)
_CHUNK = 1 << 20
"""Rows worked on at once: the arrays in between stay small."""

_NO_CALENDAR, _UNKNOWN = -1, -2


@dataclass(frozen=True)
class Hours:
    """When calendars are open, from `first` to `last` (UTC days, both included).

    Attributes:
        intervals: calendar, opens_at, closes_at, version (Date | null: `valid_from` of the rows in
            force); UTC, disjoint, sorted by calendar and opens_at.
        closures: calendar, starts_at, ends_at, name, tentative: days off, disjoint, sorted.
        force: calendar, starts_at, ends_at: from when until when any row of it holds.
        findings: check, calendar, detail.
        first: first day compiled.
        last: last day compiled.
    """

    intervals: pl.DataFrame
    closures: pl.DataFrame
    force: pl.DataFrame
    findings: pl.DataFrame
    first: date
    last: date

    def known(self, calendar: pl.Series) -> pl.Series:
        """Say of each key whether it can be counted by: no key at all, or one with intervals."""
        return pl.Series("known", self._axis.code(calendar) != _UNKNOWN, dtype=pl.Boolean)

    def in_force(self, calendar: pl.Series, at: pl.Series) -> pl.Series:
        """Say row by row whether the hours of the calendar at an instant are known; no key: yes."""
        codes = self._axis.code(calendar)
        inside = (codes == _NO_CALENDAR) | self._axis.covers(codes, _integers(at))
        return pl.Series("in_force", inside & _given(at), dtype=pl.Boolean)

    def worked(self, calendar: pl.Series, start: pl.Series, end: pl.Series) -> pl.Series:
        """Count the open microseconds between two instants (Int64), row by row.

        0 where `end` is not after `start`. Null where an instant is null, a key unknown, or an
        instant outside of the days compiled or of those on which any row of the calendar holds; a
        null key counts all time.
        """
        axis = self._axis
        codes, begin, finish = axis.code(calendar), _integers(start), _integers(end)
        given = _given(start, end)
        out = np.zeros(len(codes), dtype=np.int64)
        for rows in _chunks(len(codes)):
            out[rows] = axis.worked(codes[rows], begin[rows], finish[rows])
        said = given & (
            (codes == _NO_CALENDAR) | (axis.covers(codes, begin) & axis.covers(codes, finish))
        )
        return _series("worked", out, said, pl.Int64())

    def reached(self, calendar: pl.Series, start: pl.Series, amount: pl.Series) -> pl.Series:
        """Find the first instant at which `amount` microseconds were open since `start`.

        That is the end of an interval rather than the start of the next; an amount of 0 is reached
        at `start` itself. Null where an argument is null, a key unknown, `start` outside of the
        days compiled or in force, or where the amount is not used up by their end.
        """
        axis = self._axis
        codes, begin, wanted = axis.code(calendar), _integers(start), _integers(amount)
        out = np.zeros(len(codes), dtype=np.int64)
        found = np.zeros(len(codes), dtype=np.bool_)
        for rows in _chunks(len(codes)):
            out[rows], found[rows] = axis.reached(codes[rows], begin[rows], wanted[rows])
        return _series("reached", out, found & _given(start, amount), INSTANT)

    @cached_property
    def _axis(self) -> _Axis:
        return _Axis.of(self.intervals, self.force, self.first, self.last)


@dataclass(frozen=True)
class _Axis:
    """All calendars end to end: calendar number `i` lies from `i * span` on."""

    keys: list[str]
    origin: int
    span: int
    opens: Integers
    length: Integers
    until: Integers
    """Open time up to the end of each interval; the first interval is an empty one before all."""
    total: Integers
    """Open time up to the end of each calendar."""
    since: Integers
    """From which instant on the hours of each calendar are known."""
    known_to: Integers

    @classmethod
    def of(cls, intervals: pl.DataFrame, force: pl.DataFrame, first: date, last: date) -> _Axis:
        origin = (first - _EPOCH).days * _DAY
        span = ((last + timedelta(days=1)) - first).days * _DAY
        keys = intervals["calendar"].unique().sort().to_list()
        codes = _codes(intervals["calendar"], keys)
        opens = _integers(intervals["opens_at"]) - origin + codes * span
        length = _integers(intervals["closes_at"]) - _integers(intervals["opens_at"])
        opens = np.concatenate([np.array([-1], dtype=np.int64), opens])
        length = np.concatenate([np.array([0], dtype=np.int64), length])
        until = np.cumsum(length)
        last_of = np.searchsorted(codes, np.arange(len(keys)), side="right")
        held = force.filter(pl.col("calendar").is_in(keys)).sort("calendar")
        since = np.maximum(_integers(held["starts_at"]), origin)
        known_to = np.minimum(_integers(held["ends_at"]), origin + span)
        return cls(keys, origin, span, opens, length, until, until[last_of], since, known_to)

    def code(self, calendar: pl.Series) -> Integers:
        codes = _codes(calendar, self.keys)
        codes[calendar.is_null().to_numpy()] = _NO_CALENDAR
        return codes

    def covers(self, codes: Integers, at: Integers) -> Booleans:
        """Whether the hours of the calendars `codes` are known at the instants `at`."""
        if not self.keys:
            return np.zeros(len(codes), dtype=np.bool_)
        owner = np.maximum(codes, 0)
        inside: Booleans = (codes >= 0) & (at >= self.since[owner]) & (at <= self.known_to[owner])
        return inside

    def open_until(self, codes: Integers, at: Integers) -> Integers:
        """`F`: open time on the axis up to the instants `at` of the calendars `codes`."""
        place = np.clip(at - self.origin, 0, self.span) + np.maximum(codes, 0) * self.span
        nth = np.searchsorted(self.opens, place, side="right") - 1
        length = self.length[nth]
        total: Integers = self.until[nth] - length + np.minimum(place - self.opens[nth], length)
        return total

    def worked(self, codes: Integers, start: Integers, end: Integers) -> Integers:
        open_time = self.open_until(codes, end) - self.open_until(codes, start)
        counted: Integers = np.where(codes == _NO_CALENDAR, end - start, open_time)
        return np.maximum(counted, 0)

    def reached(
        self, codes: Integers, start: Integers, amount: Integers
    ) -> tuple[Integers, Booleans]:
        """Instants, and whether they are to be had."""
        target = self.open_until(codes, start) + amount
        nth = np.minimum(np.searchsorted(self.until, target, side="left"), len(self.until) - 1)
        owner = np.maximum(codes, 0)
        at = self.opens[nth] + self.length[nth] - (self.until[nth] - target)
        at += self.origin - owner * self.span
        total = self.total[owner] if len(self.total) else np.zeros_like(target)
        found = self.covers(codes, start) & (target <= total)
        none = codes == _NO_CALENDAR
        at = np.where(none, start + amount, at)
        now = (amount <= 0) & (found | none)
        return np.where(now, start, at), found | none


def _codes(calendar: pl.Series, keys: list[str]) -> Integers:
    """The number of each key among `keys`; what is not among them is unknown."""
    if not keys:
        return np.full(len(calendar), _UNKNOWN, dtype=np.int64)
    numbers = calendar.cast(pl.String).replace_strict(
        keys, range(len(keys)), default=_UNKNOWN, return_dtype=pl.Int64
    )
    return np.array(numbers.to_numpy(), dtype=np.int64)


def _integers(values: pl.Series) -> Integers:
    if values.dtype.is_temporal():
        values = values.cast(INSTANT)
    return values.cast(pl.Int64).fill_null(0).to_numpy()


def _given(*columns: pl.Series) -> Booleans:
    out = columns[0].is_not_null()
    for column in columns[1:]:
        out &= column.is_not_null()
    return out.to_numpy()


def _series(name: str, values: Integers, said: Booleans, dtype: pl.DataType) -> pl.Series:
    numbers = pl.Series(name, values)
    if not said.all():
        numbers = numbers.set(pl.Series(~said), None)
    return numbers.cast(dtype)


def _chunks(rows: int) -> Iterator[slice]:
    for start in range(0, rows, _CHUNK):
        yield slice(start, start + _CHUNK)
