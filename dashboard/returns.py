"""What the Returns screen shows, as declarations, and how a young rate stands to the one before."""

from __future__ import annotations

from typing import Literal

from dashboard.url_filter import Period
from data_access.metrics.return_cohorts import ReturnCohorts
from data_access.survival import Estimate

SPLITS = ("category", "market", "carrier")
"""What the young weeks can be split by; the first is the default."""

FEWEST_WEEKS = 16
MOST_WEEKS = 52

WEEKS_NAMED = 5
"""Weeks that the axis names: more do not fit side by side on a phone."""

SEED = 20260301
"""Draws of a nowcast are the same each time, so that numbers do not move without new data."""

NOT_OF_SALES = ("reason",)
"""Dimensions of returns that what was sold does not have."""

Way = Literal["up", "down", "same", "unknown"]


def chosen_split(name: str | None) -> str:
    """The dimension that an address names; the default for anything else."""
    return name if name in SPLITS else SPLITS[0]


def weeks_shown(span: Period) -> int:
    """How many weekly cohorts a period asks for: a short one would show young weeks only."""
    asked = -(-((span.last - span.first).days + 1) // 7)
    return min(max(asked, FEWEST_WEEKS), MOST_WEEKS)


def way(now: Estimate, before: Estimate) -> Way:
    """Whether the nowcast lies above or below an earlier rate for certain.

    Two 80 % intervals that do not touch: by chance alone that happens about once in fourteen.
    """
    if now.low is None or now.high is None or before.low is None or before.high is None:
        return "unknown"
    if now.low > before.high:
        return "up"
    return "down" if now.high < before.low else "same"


def misleading(found: ReturnCohorts) -> bool:
    """Whether the rate so far looks like a fall that the nowcast does not confirm."""
    if found.so_far is None or found.before.value is None:
        return False
    return found.so_far < found.before.value and way(found.young, found.before) != "down"
