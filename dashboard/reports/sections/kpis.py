"""The KPIs of a report, 6 weeks and 12 months each; only exceptions get words."""

from __future__ import annotations

from pydantic import Field

from alerts.library.reading import Strict
from dashboard.reports.context import Context
from dashboard.reports.document import Block, DeckBlock, Number, Panel


class Options(Strict):
    """Which KPIs, in this order."""

    kpis: tuple[str, ...] = Field(min_length=1)


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """One deck of panels."""
    return (DeckBlock(panels=tuple(_panel(context, name) for name in options.kpis)),)


def _panel(context: Context, name: str) -> Panel:
    row = context.ask(name).row(0, named=True)
    now = Number(
        value=row["value"],
        unit=context.kpi(name).unit,
        n=int(row["n"] or 0),
        low=row["low"],
        high=row["high"],
    )
    return Panel(
        kpi=name,
        now=now,
        before=None,
        prior=None,
        target=context.kpi(name).target,
        standing="no_target" if now.value is not None else "no_data",
        exception=(),
        limits=None,
        weeks=(),
        months=(),
    )
