"""What is said about a KPI that is out of the ordinary. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.reports.document import Code, Number, Say
from dashboard.reports.series import WEEKS, Spot, number
from dashboard.reports.signals import Judged, Signal
from dashboard.reports.values import KpiName, Value
from data_access.metrics.process_limits import LEAST, RUN


def says(judged: Judged) -> tuple[Say, ...]:
    """A sentence per signal, the strongest first; of a KPI without history, that it has none."""
    now = judged.series.now
    ranked = sorted(judged.signals, key=lambda signal: -signal.strength)
    found = [_say(judged, signal) for signal in ranked]
    if found and now.provisional and now.maturity is not None:
        found.append(Say(code="kpi_even_if", values={"share": _share(now.maturity)}))
    if now.value is not None and judged.limits is None:
        known = sum(1 for spot in judged.series.weeks[:-1] if spot.value is not None)
        values: dict[str, Value] = {"weeks": _count(known), "least": _count(LEAST)}
        found.append(Say(code="kpi_short_history", values=values))
    return tuple(found)


def _say(judged: Judged, signal: Signal) -> Say:
    kpi, now = judged.kpi, judged.series.now
    values: dict[str, Value] = {
        "kpi": KpiName(name=kpi.name),
        "now": number(now, kpi),
        "verdict": Code(group="verdict", value=signal.verdict),
    }
    if signal.side is not None:
        values["side"] = Code(group="side", value=signal.side)
    match signal.code:
        case "beyond_limits" if judged.limits is not None:
            values |= _plain(judged, low=judged.limits.low, high=judged.limits.high)
            values |= {"weeks": _count(judged.limits.points)}
        case "run_of_eight" | "level_shift":
            run = signal.code == "run_of_eight"
            length = RUN if run else WEEKS
            spots = judged.series.weeks[-length:]
            limits = judged.before_run if run else judged.before
            center = limits.center if limits is not None else 0.0
            values |= _plain(judged, mean=_mean(spots), center=center)
            values |= {"weeks": _count(length)}
            values |= {"before": _count(limits.points if limits is not None else 0)}
        case "target_missed" | "target_regained":
            values |= _plain(judged, target=kpi.target or 0.0)
            values |= {"weeks": _count(judged.missed_weeks)}
        case _:
            pass
    return Say(code=f"kpi_{signal.code}", values=values)


def _plain(judged: Judged, **amounts: float) -> dict[str, Value]:
    unit = judged.kpi.unit
    return {name: Number(value=amount, unit=unit) for name, amount in amounts.items()}


def _mean(spots: Iterable[Spot]) -> float:
    known = [spot.value for spot in spots if spot.value is not None]
    return sum(known) / len(known)


def _count(amount: int) -> Number:
    return Number(value=amount, unit="count")


def _share(amount: float) -> Number:
    return Number(value=amount, unit="share")
