"""The sentences that say why a number changed. Pure.

What is shown adds up: the change is the difference of the two numbers as shown, and its parts are
rounded so that they add up to it.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.reports.document import Code, Number, Say
from dashboard.reports.movement import CLEAR, Movement, Segment
from dashboard.reports.rounding import parts, rounded, step
from dashboard.reports.series import Spot
from dashboard.reports.signals import verdict
from dashboard.reports.values import KpiName, Listed, Term, Value
from dashboard.reports.windows import Windows
from data_access.metrics import Kpi


def because(kpi: Kpi, span: Windows, now: Spot, before: Spot, told: Movement) -> tuple[Say, ...]:
    """What changed, then its parts, the largest first; a paradox is said in words."""
    assert now.value is not None
    assert before.value is not None
    to = step(kpi.unit, max(abs(now.value), abs(before.value)))
    total = rounded(now.value, to) - rounded(before.value, to)
    names = ("rate", "mix", "new", "lost")
    sizes = parts(total, [told.rate, told.mix, told.new, told.lost], to)
    found = [_whole(kpi, span, now, before, total * to)]
    if told.paradox():
        found.append(_paradox(kpi, told))
    ranked = sorted(zip(names, sizes, strict=True), key=lambda pair: -abs(pair[1]))
    for name, size in ranked:
        if size:
            found.append(_part(kpi, name, size * to, total, told))
    named = any("segments" in say.values for say in found)
    if told.explained() < CLEAR and not named and len(told.segments) > 1:
        values: dict[str, Value] = {"by": _dimension(told)}
        found.append(Say(code="change_spread_evenly", values=values))
    return tuple(found)


def _whole(kpi: Kpi, span: Windows, now: Spot, before: Spot, total: float) -> Say:
    side = "above" if total > 0 else "below"
    return Say(
        code=f"change_{span.kind}",
        values={
            "kpi": KpiName(name=kpi.name),
            "now": Number(value=now.value, unit=kpi.unit, n=now.n, low=now.low, high=now.high),
            "before": Number(
                value=before.value, unit=kpi.unit, n=before.n, low=before.low, high=before.high
            ),
            "change": _points(kpi, total),
            "weeks": Number(value=span.weeks_now, unit="count"),
            "weeks_before": Number(value=span.weeks_before, unit="count"),
            "verdict": Code(
                group="verdict", value=verdict(kpi, "above" if side == "above" else "below")
            ),
        },
    )


def _part(kpi: Kpi, name: str, size: float, total: int, told: Movement) -> Say:
    """One part: how much, and who was behind it if few were."""
    values: dict[str, Value] = {"size": _points(kpi, size), "by": _dimension(told)}
    if size * total < 0:
        values["against"] = Code(group="against", value="yes")
    named = {
        "rate": told.leaders if size * total > 0 else list,
        "mix": told.shifted,
        "new": told.come,
        "lost": told.gone,
    }[name]()
    if named:
        values |= _named(kpi, told, named)
    if name == "mix" and named:
        grew = named[0].share_now > named[0].share_before
        values["moved"] = Code(group="moved", value="more" if grew else "less")
    return Say(code=f"change_{name}", values=values)


def _paradox(kpi: Kpi, told: Movement) -> Say:
    grown = [
        one
        for one in told.segments
        if one.share_now > one.share_before and one.mix * told.total > 0
    ]
    named = sorted(grown, key=lambda one: one.share_before - one.share_now)[:2]
    values: dict[str, Value] = {
        "by": _dimension(told),
        "change": _points(kpi, told.total),
        "segments": _terms(told, named),
    }
    return Say(code="change_paradox", values=values)


def _named(kpi: Kpi, told: Movement, named: Sequence[Segment]) -> dict[str, Value]:
    first = named[0]
    values: dict[str, Value] = {
        "segments": _terms(told, named),
        "first": Term(dimension=told.by, value=first.name),
    }
    if first.now is not None:
        values["first_now"] = Number(value=first.now, unit=kpi.unit, n=first.n_now)
    if first.before is not None:
        values["first_before"] = Number(value=first.before, unit=kpi.unit, n=first.n_before)
    return values


def _terms(told: Movement, named: Sequence[Segment]) -> Listed:
    return Listed(values=tuple(Term(dimension=told.by, value=one.name) for one in named))


def _dimension(told: Movement) -> Code:
    return Code(group="column", value=told.by)


def _points(kpi: Kpi, amount: float) -> Number:
    """A difference, as it is shown: in points for a share."""
    unit = "points" if kpi.unit == "share" else kpi.unit
    return Number(value=amount, unit=unit, signed=True)
