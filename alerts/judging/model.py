"""What judging a day gives, and what it must know of the days before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from alerts.lifecycle.model import Observation, Seen

Labels = Mapping[str, str]
"""The dimensions that a slice fixes, with their values; "" is unknown. None fixed: everything."""
Numbers = Mapping[str, float | None]

ABSENT = Observation(Seen.MISSING, "missing_series")


class JudgeError(Exception):
    """Counts that nobody can judge, or too many series; the message says which and what to do."""


@dataclass(frozen=True)
class Past:
    """An episode so far: from the first day of the window that opened it to the day it ended."""

    labels: Labels
    opened: date
    closed: date | None = None


@dataclass(frozen=True)
class Child:
    """A finer slice inside an alert's, and what of the excess it explains."""

    labels: Labels
    y: float
    mu: float
    excess: float


@dataclass(frozen=True)
class SliceSeen:
    """One slice on one day.

    `numbers` are named as in `alerts.evidence`. `history` gives the days behind the judgement:
    `day`, `y`, `mu`, `low`, `high` (null where there is no band).
    """

    labels: Labels
    observation: Observation
    numbers: Numbers
    history: Callable[[], pl.DataFrame]
    children: tuple[Child, ...] = ()

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """The labels as something hashable, in the order of their names."""
        return key_of(self.labels)


@dataclass(frozen=True)
class Judgement:
    """All that was seen on one day; a slice not among `slices` was `others`."""

    day: date
    slices: tuple[SliceSeen, ...]
    others: Observation = ABSENT
    found: Mapping[tuple[tuple[str, str], ...], SliceSeen] = field(init=False)

    def __post_init__(self) -> None:
        """Index the slices by their labels."""
        object.__setattr__(self, "found", {seen.key: seen for seen in self.slices})


def key_of(labels: Labels) -> tuple[tuple[str, str], ...]:
    """Labels as something hashable, in the order of their names."""
    return tuple(sorted(labels.items()))


def inside(labels: Labels) -> pl.Expr:
    """Whether a row of the series lies in a slice."""
    return pl.all_horizontal(
        pl.lit(value=True), *(pl.col(name) == value for name, value in labels.items())
    )
