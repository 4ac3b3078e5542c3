"""How a value stands against its target and against before: status, direction, better or worse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dashboard import formats
from dashboard.languages import _
from data_access.metrics import Kpi

SMALLEST_N = 30
"""Below this n a share is too small to judge: its 95 % interval is up to ± 18 points wide."""


@dataclass(frozen=True)
class Standing:
    """A status class and its word; an empty word means there is nothing to judge against."""

    kind: Literal["ok", "watch", "breach", "info", "none"]
    word: str


def against_target(
    kpi: Kpi, value: float | None, n: int, low: float | None, high: float | None
) -> Standing:
    """Met; missed but within the interval; or clearly missed (the whole interval is beyond)."""
    if value is None:
        return Standing("none", _("No data"))
    if kpi.denominator is not None and n < SMALLEST_N:
        return Standing("none", _("Too small to judge"))
    if kpi.target is None or kpi.better == "none":
        return Standing("none", "")
    up = kpi.better == "up"
    digits = formats.percent(kpi.target, 0) if kpi.unit == "share" else None
    target = digits or formats.value(kpi.target, kpi.unit)
    if (value >= kpi.target) if up else (value <= kpi.target):
        return Standing("ok", _("On target ({target})", target=target))
    reach = high if up else low
    if reach is not None and ((reach >= kpi.target) if up else (reach <= kpi.target)):
        return Standing("watch", _("Near target ({target})", target=target))
    missed = _("Below target ({target})") if up else _("Above target ({target})")
    return Standing("breach", missed.format(target=target))


@dataclass(frozen=True)
class Change:
    """The signed difference as text, its class for the arrow and colour, and a word."""

    text: str
    css: str
    verdict: Literal["better", "worse", "neutral"]


def against_before(
    kpi: Kpi,
    value: float | None,
    before: float | None,
    low: float | None = None,
    high: float | None = None,
) -> Change:
    """The change since before; within the present interval it is neither better nor worse."""
    text = formats.change(value, before, kpi.unit)
    if not text:
        return Change("", "aw-delta", "neutral")
    way = formats.direction(value, before, kpi.unit)
    verdict = judge(kpi, way)
    if before is not None and low is not None and high is not None and low <= before <= high:
        verdict = "neutral"
    return Change(text, f"aw-delta aw-delta--{way} aw-delta--{verdict}", verdict)


def judge(kpi: Kpi, way: str) -> Literal["better", "worse", "neutral"]:
    """Whether going `up`, `down` or staying `flat` is good for this KPI."""
    if kpi.better == "none" or way == "flat":
        return "neutral"
    return "better" if way == kpi.better else "worse"


def verdict_word(verdict: str) -> str:
    """The word beside a change, so that colour is never alone."""
    return {"better": _("better"), "worse": _("worse")}.get(verdict, _("about the same"))
