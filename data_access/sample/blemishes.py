"""Records as spoilt as real exports have a few: told twice, dated too early, to and fro."""

from __future__ import annotations

from dataclasses import dataclass

from data_access.sample.draw import Bools, chance
from data_access.sample.plan import Plan

TOLD_TWICE = 0.0012
TOO_EARLY = 0.0008
FLICKERING = 0.002


@dataclass(frozen=True)
class Blemishes:
    """Which cases have a spoilt record."""

    told_twice: Bools
    """The first answer stands there twice, under two ids."""
    too_early: Bools
    """A tag is dated before the case was created."""
    flickering: Bools
    """A rule sets the status to and fro within a second."""


def draw(plan: Plan, cases: int) -> Blemishes:
    """Draw the spoilt ones among a number of cases."""
    rng = plan.stream("blemishes")
    return Blemishes(*(chance(rng, share, cases) for share in (TOLD_TWICE, TOO_EARLY, FLICKERING)))
