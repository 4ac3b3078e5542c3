"""What a rule leaves to its KPI: the target, the interval, the unit, which way is worse."""

from __future__ import annotations

from typing import Literal

from alerts.detection.threshold import ThresholdSpec
from alerts.rules.format import Rule, RuleError
from alerts.rules.format.deadline import DeadlineRule
from alerts.rules.format.feed import FeedRule
from alerts.rules.format.threshold import ThresholdRule
from data_access.metrics.catalogue import CATALOGUE, Kpi


def kpi_of(rule: Rule) -> Kpi | None:
    """The KPI that a rule reads; None for deadlines and feeds."""
    if isinstance(rule, DeadlineRule | FeedRule):
        return None
    return CATALOGUE.get(rule.signal.kpi)


def unit_of(rule: Rule) -> str:
    """The unit of the numbers a rule compares: `share`, `count`, `rows`, `hours`, `ratio`."""
    if isinstance(rule, DeadlineRule):
        return "rows"
    if isinstance(rule, FeedRule):
        return "hours"
    if isinstance(rule, ThresholdRule) and rule.signal.parity is not None:
        return "ratio"
    kpi = kpi_of(rule)
    return kpi.unit if kpi else "count"


def direction_of(rule: Rule) -> Literal["up", "down"]:
    """Which way the KPI gets worse."""
    kpi = kpi_of(rule)
    return "down" if kpi is not None and kpi.better == "up" else "up"


def threshold_spec(rule: ThresholdRule) -> ThresholdSpec:
    """The numbers of a threshold rule, with the KPI's own target where it asks for it.

    Raises:
        RuleError: the KPI has no target.
    """
    kpi = CATALOGUE[rule.signal.kpi]
    if rule.below is not None:
        side, limit = "below", rule.below
    elif rule.above is not None:
        side, limit = "above", rule.above
    else:
        if kpi.target is None:
            raise RuleError(f"{rule.id}: {kpi.name} has no target; give a limit as below or above.")
        side, limit = ("above" if kpi.better == "down" else "below"), kpi.target
    clear = rule.clear if rule.clear is not None else limit
    parity = rule.signal.parity is not None
    interval = kpi.interval if kpi.interval in {"wilson", "byar"} and not parity else "none"
    return ThresholdSpec(
        side="below" if side == "below" else "above",
        limit=limit,
        clear=clear,
        window_days=rule.window_days,
        of=rule.signal.of,
        interval="wilson" if interval == "wilson" else "byar" if interval == "byar" else "none",
        scale=1.0 if parity else kpi.scale,
        min_n=rule.min_n,
        stock=kpi.stock,
    )
