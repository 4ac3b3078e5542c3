"""Why KPIs changed: rate, mix, new and lost segments, in figures and in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import polars as pl
from pydantic import Field

from alerts.library.reading import Strict
from dashboard.reports.because import because
from dashboard.reports.context import Context
from dashboard.reports.document import Block, ChangeBlock, Effect, NothingBlock, Number, Say
from dashboard.reports.movement import Movement, clearest, movement
from dashboard.reports.series import Series, Spot, number, series, small, spot_of, whole
from dashboard.reports.severity import severity
from dashboard.reports.signals import judge
from dashboard.reports.template import shown_kpis
from dashboard.reports.values import Term
from dashboard.reports.windows import Windows, of_periods, windows
from data_access.metrics import Kpi
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
    names = options.kpis or shown_kpis(context.template)
    weeks = [series(context, name) for name in names]
    ratios = [one for one in weeks if one.kpi.denominator is not None]
    find = _of_weeks if context.period.grain == "week" else _of_periods
    blocks: list[Block] = []
    for kpi, span, now, before in find(context, ratios):
        block = change(context, kpi, span, now, before, options.by)
        if block is not None:
            blocks.append(block)
        if len(blocks) == options.most:
            break
    if blocks:
        return tuple(blocks)
    nothing = all(one.now.value is None for one in weeks)
    return (NothingBlock(say=Say(code="nothing_to_compare" if nothing else "no_change")),)


Told = tuple[Kpi, Windows, Spot, Spot]


def change(
    context: Context, kpi: Kpi, span: Windows, now: Spot, before: Spot, by: tuple[str, ...]
) -> ChangeBlock | None:
    """One change; None where it is within noise or cannot be split."""
    if now.value is None or before.value is None or not now.n or not before.n:
        return None
    after = Estimated(now.value, now.low, now.high)
    if differ(after, Estimated(before.value, before.low, before.high)) is False:
        return None
    held = [name for name in by if name in dimensions(kpi.name)]
    found = [_split(context, kpi, name, span, now, before) for name in held]
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


def _of_weeks(context: Context, ratios: Sequence[Series]) -> Iterator[Told]:
    """Exceptional weeks, the gravest first, each with the weeks that it is compared with."""
    judged = [one for one in map(judge, ratios) if one.signals]
    for one in sorted(judged, key=lambda one: -severity(one)):
        span = windows(one)
        if span is not None:
            now, before = (_spot(context, one.series, days) for days in (span.now, span.before))
            yield one.kpi, span, now, before


def _of_periods(context: Context, ratios: Sequence[Series]) -> Iterator[Told]:
    """Months and quarters against the one before, in the order of the page; no young ones."""
    span = of_periods(context.period, context.period.before())
    for one in ratios:
        now, before = (
            whole(context, one.kpi.name, period)
            for period in (context.period, context.period.before())
        )
        if not (now.provisional or before.provisional or small(one.kpi, now)):
            yield one.kpi, span, now, before


def _spot(context: Context, weeks: Series, span: tuple[date, date]) -> Spot:
    """The KPI over a span of weeks."""
    one_week = weeks.at(span[0]) if (span[1] - span[0]).days < 7 else None
    if one_week is not None:
        return one_week
    row = context.ask(weeks.kpi.name, first=span[0], last=span[1]).row(0, named=True)
    return spot_of(weeks.kpi, span[0], row, provisional=False)


def _split(
    context: Context, kpi: Kpi, by: str, span: Windows, now: Spot, before: Spot
) -> Movement | None:
    """The change along one dimension."""
    assert kpi.denominator is not None
    shared = None
    if by not in source_of(kpi.denominator)[0].dims:
        shared = (now.denominator or 0.0, before.denominator or 0.0)
    frames = [
        rows.group_by(pl.col(by).cast(pl.String).alias("segment"))
        .agg(pl.col("numerator", "denominator").sum())
        .sort("segment", nulls_last=True)
        for rows in _rows(context, kpi.name, by, span)
    ]
    return movement(kpi, by, frames[0], frames[1], shared)


def _rows(context: Context, name: str, by: str, span: Windows) -> tuple[pl.DataFrame, ...]:
    """The counts by segment, now and before; of weeks from one question over all of them."""
    if span.kind == "period_before":
        return tuple(
            context.ask(name, by, first=first, last=last) for first, last in (span.now, span.before)
        )
    first, last = min(span.now[0], span.before[0]), max(span.now[1], span.before[1])
    rows = context.ask(name, "week", by, first=first, last=last)
    return tuple(rows.filter(pl.col("week").is_between(*days)) for days in (span.now, span.before))


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
