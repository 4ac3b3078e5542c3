"""Why KPIs changed: rate, mix, new and lost segments, in figures and in sentences."""

from __future__ import annotations

from datetime import date

import polars as pl
from pydantic import Field

from alerts.library.reading import Strict
from dashboard.reports.because import because
from dashboard.reports.context import Context
from dashboard.reports.document import Block, ChangeBlock, Effect, NothingBlock, Number, Say
from dashboard.reports.movement import Movement, clearest, movement
from dashboard.reports.series import Spot, number, series, spot_of
from dashboard.reports.severity import severity
from dashboard.reports.signals import Judged, judge
from dashboard.reports.template import shown_kpis
from dashboard.reports.values import Term
from dashboard.reports.windows import Windows, windows
from data_access.metrics.differences import Estimated, differ
from data_access.metrics.plan import dimensions, source_of

SHOWN = 6
"""Segments shown one by one; the others are one row."""


class Options(Strict):
    """Which KPIs may be taken apart (none: those of the page), how many, and along what."""

    kpis: tuple[str, ...] = ()
    most: int = Field(default=3, ge=1, le=6)
    by: tuple[str, ...] = ("market", "region", "lane", "carrier", "category", "channel", "reason")


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """A block per change that is more than noise, the gravest first."""
    judged = [judge(series(context, name)) for name in options.kpis or shown_kpis(context.template)]
    ranked = sorted(
        (one for one in judged if one.signals and one.kpi.denominator is not None),
        key=lambda one: -severity(one),
    )
    blocks: list[Block] = []
    for one in ranked:
        block = change(context, one, options.by)
        if block is not None:
            blocks.append(block)
        if len(blocks) == options.most:
            break
    if blocks:
        return tuple(blocks)
    nothing = all(one.series.now.value is None for one in judged)
    return (NothingBlock(say=Say(code="nothing_to_compare" if nothing else "no_change")),)


def change(context: Context, judged: Judged, by: tuple[str, ...]) -> ChangeBlock | None:
    """One change; None where it is within noise or cannot be split."""
    span = windows(judged)
    if span is None or context.period.grain != "week":
        return None
    kpi = judged.kpi
    now, before = _spot(context, judged, span.now), _spot(context, judged, span.before)
    if now.value is None or before.value is None or not now.n or not before.n:
        return None
    known = (
        Estimated(now.value, now.low, now.high),
        Estimated(before.value, before.low, before.high),
    )
    if differ(*known) is False:
        return None
    held = [name for name in by if name in dimensions(kpi.name)]
    found = [_split(context, judged, name, span, now, before) for name in held]
    told = clearest([one for one in found if one is not None])
    if told is None:
        return None
    return ChangeBlock(
        kpi=kpi.name,
        by=told.by,
        unit=kpi.unit,
        before=number(before, kpi),
        now=number(now, kpi),
        total=told.total,
        rate=told.rate,
        mix=told.mix,
        new=told.new,
        lost=told.lost,
        effects=_effects(told, kpi.unit),
        says=because(kpi, span, now, before, told),
    )


def _spot(context: Context, judged: Judged, span: tuple[date, date]) -> Spot:
    """The KPI over a span of weeks."""
    kpi = judged.kpi
    one_week = judged.series.at(span[0]) if (span[1] - span[0]).days < 7 else None
    if one_week is not None:
        return one_week
    row = context.ask(kpi.name, first=span[0], last=span[1]).row(0, named=True)
    return spot_of(kpi, span[0], row, provisional=False)


def _split(
    context: Context, judged: Judged, by: str, span: Windows, now: Spot, before: Spot
) -> Movement | None:
    """The change along one dimension, from one question over all the weeks."""
    kpi = judged.kpi
    first, last = min(span.now[0], span.before[0]), max(span.now[1], span.before[1])
    rows = context.ask(kpi.name, "week", by, first=first, last=last)
    assert kpi.denominator is not None
    shared = None
    if by not in source_of(kpi.denominator)[0].dims:
        shared = (now.denominator or 0.0, before.denominator or 0.0)
    frames = [
        rows.filter(pl.col("week").is_between(*days))
        .group_by(pl.col(by).cast(pl.String).alias("segment"))
        .agg(pl.col("numerator", "denominator").sum())
        .sort("segment", nulls_last=True)
        for days in (span.now, span.before)
    ]
    return movement(kpi, by, frames[0], frames[1], shared)


def _effects(told: Movement, unit: str) -> tuple[Effect, ...]:
    shown = [
        Effect(
            segment=Term(dimension=told.by, value=one.name),
            kind=one.kind,
            now=_number(one.now, unit, one.n_now),
            before=_number(one.before, unit, one.n_before),
            rate=one.rate,
            mix=one.mix,
            total=one.total,
        )
        for one in told.segments[:SHOWN]
    ]
    rest = told.segments[SHOWN:]
    if rest:
        total = told.total - sum(one.total for one in told.segments[:SHOWN])
        shown.append(
            Effect(
                segment=None,
                kind="rest",
                now=None,
                before=None,
                rate=sum(one.rate for one in rest),
                mix=sum(one.mix for one in rest),
                total=total,
            )
        )
    return tuple(shown)


def _number(value: float | None, unit: str, n: int) -> Number | None:
    return None if value is None else Number(value=value, unit=unit, n=n)
