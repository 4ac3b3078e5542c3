"""Long frames of daily numbers as matrices, segments × days, and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class SeriesError(ValueError):
    """A series that cannot be judged; the message names segment, day, column and value."""


@dataclass(frozen=True)
class Panel:
    """Segments (sorted) and the days of the matrices' columns, without a gap."""

    segments: pl.DataFrame
    first: date
    width: int
    numbers: dict[str, Floats]

    @property
    def dims(self) -> tuple[str, ...]:
        """The dimensions."""
        return tuple(self.segments.columns)

    @property
    def days(self) -> tuple[date, ...]:
        """The day of each column."""
        return tuple(self.first + timedelta(days=at) for at in range(self.width))

    @property
    def weekday(self) -> Ints:
        """0 (Monday) to 6 per column."""
        return (self.first.weekday() + np.arange(self.width)) % 7

    def at(self, day: date) -> int:
        """Column of a day; negative or beyond the end if it is outside."""
        return (day - self.first).days


def panel(series: pl.DataFrame, names: tuple[str, ...], first: date, last: date) -> Panel:
    """The columns `names` from `first` to `last`; absent days are zeros, equal rows add up.

    Raises:
        SeriesError: a number is null, not finite or negative.
    """
    dims = [name for name in series.columns if name not in {"day", *names}]
    inside = series.filter(pl.col("day").is_between(first, last))
    for name in names:
        _check(inside, dims, name)
    segments = inside.select(dims).unique().sort(dims)
    numbered = segments.with_row_index("_segment")
    placed = (
        inside.join(numbered, on=dims, how="inner", nulls_equal=True)
        if dims
        else inside.with_columns(_segment=pl.lit(0))
    )
    rows = placed["_segment"].to_numpy().astype(np.int64)
    columns = placed.select((pl.col("day") - pl.lit(first)).dt.total_days()).to_series().to_numpy()
    width = (last - first).days + 1
    height = segments.height if dims else int(inside.height > 0)
    numbers = {}
    for name in names:
        matrix = np.zeros((height, width))
        np.add.at(matrix, (rows, columns), placed[name].cast(pl.Float64).to_numpy())
        numbers[name] = matrix
    return Panel(segments, first, width, numbers)


def _check(series: pl.DataFrame, dims: list[str], name: str) -> None:
    if name not in series.columns:
        raise SeriesError(f"The series has no column {name!r}.")
    number = pl.col(name).cast(pl.Float64)
    wrong = series.filter(number.is_null() | ~number.is_finite() | (number < 0))
    if wrong.height:
        where = ", ".join(f"{dim} {wrong[dim][0]}" for dim in dims) or "the whole"
        raise SeriesError(
            f"{name} = {wrong[name][0]} on {wrong['day'][0]} of {where}: it must be a number of "
            "at least 0. Look at the feed of that day."
        )


def forget_episodes(
    known: NDArray[np.bool_], made: Panel, episodes: pl.DataFrame | None, *, limit_days: int
) -> None:
    """Clear the days of episodes in `known` (segments × days), `limit_days` of each at most.

    `episodes` has the dimensions, `opened` and `closed` (null: still open).
    """
    for segment, opened, closed in _placed(made, episodes):
        last = min(closed or made.days[-1], opened + timedelta(days=limit_days - 1))
        known[segment, max(made.at(opened), 0) : max(made.at(last) + 1, 0)] = False


def ongoing_on(made: Panel, episodes: pl.DataFrame | None, day: date) -> NDArray[np.bool_]:
    """Segments with an episode that began before `day` and is not closed by then."""
    found = np.zeros(made.segments.height, dtype=np.bool_)
    for segment, opened, closed in _placed(made, episodes):
        found[segment] |= opened <= day and (closed is None or closed > day)
    return found


def _placed(made: Panel, episodes: pl.DataFrame | None) -> list[tuple[int, date, date | None]]:
    if episodes is None or episodes.is_empty():
        return []
    numbered = made.segments.with_row_index("_segment")
    joined = episodes.join(numbered, on=list(made.dims), how="inner", nulls_equal=True)
    return [tuple(row) for row in joined.select("_segment", "opened", "closed").rows()]
