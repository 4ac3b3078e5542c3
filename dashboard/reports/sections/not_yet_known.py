"""What the report cannot know yet, said openly.

Late feeds, what follows weeks later, young, small or doubtful numbers, no year before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alerts.library.reading import Strict
from dashboard.reports.context import Context
from dashboard.reports.document import Block, NothingBlock, Number, Say, SayBlock
from dashboard.reports.series import FOLLOWING, Series, Spot, comparable, series, whole
from dashboard.reports.template import shown_kpis
from dashboard.reports.values import KpiName, Listed, Value
from dashboard.wording.standing import SMALLEST_N
from data_access.metrics.follow_ups import FollowUp

IN = 0.9
"""What is in to this share is not told as open."""

DOUBTFUL = 0.01
"""Rows with data problems are told from this share on."""


class Options(Strict):
    """Which KPIs are looked at; none: those of the page."""

    kpis: tuple[str, ...] = ()


def build(context: Context, options: Options) -> tuple[Block, ...]:
    """Sentences, the ones that may change most first."""
    weeks = [series(context, name) for name in options.kpis or shown_kpis(context.template)]
    now = [_now(context, one) for one in weeks]
    pairs = list(zip(weeks, now, strict=True))
    says = (
        *context.missing,
        *_followed(context),
        *_young(pairs),
        *_gaps(context, pairs),
        *_small(pairs),
        *_doubtful(pairs),
        *_unlike(context, pairs),
    )
    if not says:
        nothing = pairs and all(now.value is None for _, now in pairs)
        return (NothingBlock(say=Say(code="nothing_known" if nothing else "all_known")),)
    return (SayBlock(says=says, tone="unknown"),)


_Pairs = Sequence[tuple[Series, Spot]]


def _now(context: Context, weeks: Series) -> Spot:
    """The KPI over the report's period."""
    recorded = any(spot.value is not None for spot in weeks.weeks)
    if context.period.grain == "week" or not recorded:
        return weeks.now
    return whole(context, weeks.kpi.name, context.period)


def _followed(context: Context) -> Iterable[Say]:
    """Reviews and returns of the period's orders."""
    period = context.period
    found = context.metrics.follow_ups(
        period.first, period.last, as_of=context.as_of, zone=context.zone
    )
    for one in found:
        if one.expected >= 1 and one.share_seen < IN:
            yield _follow_up(one)


def _follow_up(one: FollowUp) -> Say:
    values: dict[str, Value] = {
        "seen": _count(one.seen),
        "expected": _count(round(one.expected)),
        "median": _count(one.median_days),
        "most": _count(one.most_days),
    }
    return Say(code=f"unknown_{one.kind}", values=values)


def _young(pairs: _Pairs) -> Iterable[Say]:
    """KPIs of which a part cannot be judged yet."""
    for weeks, now in pairs:
        kpi = KpiName(name=weeks.kpi.name)
        if now.maturity is not None and now.provisional:
            share = Number(value=now.maturity, unit="share")
            yield Say(code="unknown_young", values={"kpi": kpi, "share": share})
        elif now.provisional and now.value is not None:
            code = "unknown_following" if weeks.kpi.name in FOLLOWING else "unknown_unfinished"
            yield Say(code=code, values={"kpi": kpi})


def _gaps(context: Context, pairs: _Pairs) -> Iterable[Say]:
    """KPIs without data: in this period only, or ever."""
    empty = [(weeks, now) for weeks, now in pairs if now.value is None and not now.maturity]
    never = [w for w, _ in empty if all(spot.value is None for spot in w.weeks)]
    gaps = [w for w, now in empty if w not in never and now.maturity is None]
    if len(never) < len(pairs):
        yield from _listed("unknown_never", never)
    if not context.missing:
        yield from _listed("unknown_gap", gaps)


def _small(pairs: _Pairs) -> Iterable[Say]:
    """Ratios of too few rows."""
    small = [
        weeks
        for weeks, now in pairs
        if weeks.kpi.denominator is not None and now.value is not None and now.n < SMALLEST_N
    ]
    for say in _listed("unknown_small", small):
        yield Say(code=say.code, values=say.values | {"least": _count(SMALLEST_N)})


def _doubtful(pairs: _Pairs) -> Iterable[Say]:
    """Numbers with rows that a data-quality check has something to say about."""
    for weeks, now in pairs:
        if now.n and now.tainted >= DOUBTFUL * now.n:
            values: dict[str, Value] = {
                "kpi": KpiName(name=weeks.kpi.name),
                "tainted": _count(now.tainted),
                "n": _count(now.n),
            }
            yield Say(code="unknown_tainted", values=values)


def _unlike(context: Context, pairs: _Pairs) -> Iterable[Say]:
    """Numbers that have no year before."""
    there = [weeks for weeks, now in pairs if now.value is not None]
    year_before = context.period.year_before()
    if year_before is None:
        yield Say(code="unknown_week_53")
        return
    if context.period.grain != "week":
        return
    alone = [weeks for weeks in there if comparable(weeks.at(year_before.first), weeks.kpi) is None]
    if there and len(alone) == len(there):
        yield Say(code="unknown_no_year")
    else:
        yield from _listed("unknown_no_prior", alone)


def _listed(code: str, found: Sequence[Series]) -> Iterable[Say]:
    if found:
        names = tuple(KpiName(name=one.kpi.name) for one in found)
        values: dict[str, Value] = {"kpis": Listed(values=names), "count": _count(len(names))}
        yield Say(code=code, values=values)


def _count(amount: int) -> Number:
    return Number(value=amount, unit="count")
