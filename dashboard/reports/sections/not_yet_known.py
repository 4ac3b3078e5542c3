"""What the report cannot know yet."""

from __future__ import annotations

from alerts.library.reading import Strict
from dashboard.reports.context import Context
from dashboard.reports.document import Block, NothingBlock, Say, SayBlock


class Options(Strict):
    """Which KPIs are looked at."""

    kpis: tuple[str, ...] = ()


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """Sentences, the ones that matter most first."""
    del options
    if context.missing:
        return (SayBlock(says=context.missing, tone="unknown"),)
    return (NothingBlock(say=Say(code="all_known")),)
