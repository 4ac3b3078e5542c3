"""What only the catalogue can tell of a rule: whether its KPIs, states and dimensions exist."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.rules import RuleError, RuleVersion
from alerts.rules.format.deadline import DeadlineRule
from alerts.rules.format.feed import FeedRule
from alerts.rules.format.novelty import TERM, NoveltyRule
from alerts.rules.format.proportion import ProportionRule
from alerts.rules.format.surge import SurgeRule
from alerts.rules.format.threshold import ThresholdRule
from data_access.metrics import CATALOGUE
from data_access.overdue import STATES
from data_access.rollups.cohorts import COHORTS

_INTERVALS = {"wilson", "byar"}


def known_dims(kpi: str) -> tuple[str, ...]:
    """Dimensions that a KPI's numerator can be split by."""
    return COHORTS[CATALOGUE[kpi].numerator.split(".")[0]].dims


def check(version: RuleVersion) -> None:
    """Check what only the KPI catalogue can tell.

    Raises:
        RuleError: the rule names a KPI, state or dimension that is not there, or asks of a KPI what
            it cannot give.
    """
    rule, where = version.rule, version.where
    match rule:
        case FeedRule():
            return
        case DeadlineRule():
            _check_state(rule, where)
        case NoveltyRule():
            own = () if rule.signal.of == TERM else (rule.signal.of,)
            _check_kpi(rule.signal.kpi, (*rule.signal.by, *own), where)
        case SurgeRule():
            _check_surge(rule, where)
        case ProportionRule():
            _check_kpi(rule.signal.kpi, rule.by, where)
            _check_proportion(rule, where)
        case ThresholdRule():
            strata = rule.signal.parity.strata if rule.signal.parity else ()
            _check_kpi(rule.signal.kpi, (*rule.by, *strata), where)
            _check_threshold(rule, where)


def _check_kpi(
    name: str, by: Sequence[str], where: str, field: str = "signal.kpi", held: str = "signal.by"
) -> None:
    if name not in CATALOGUE:
        raise RuleError(
            f"{where}: {field} = {name!r}: there is no such KPI. Known: {', '.join(CATALOGUE)}."
        )
    kpi = CATALOGUE[name]
    if kpi.quantile is not None or kpi.interval == "greenwood":
        raise RuleError(
            f"{where}: {field} = {name!r} is a quantile: it does not add up over days. Use the "
            "share within target, or a deadline."
        )
    if kpi.money:
        raise RuleError(f"{where}: {field} = {name!r} is money; rules count rows.")
    missing = [dim for dim in by if dim not in known_dims(name)]
    if missing:
        raise RuleError(
            f"{where}: {held} = {missing[0]!r}: {name} cannot be split by it. "
            f"It knows: {', '.join(known_dims(name))}."
        )


def _check_count(name: str, where: str) -> None:
    if CATALOGUE[name].unit != "count" or CATALOGUE[name].stock:
        raise RuleError(
            f"{where}: signal.kpi = {name!r} is not a count; a surge needs one. Give the "
            "count here and the other half as exposure."
        )


def _check_surge(rule: SurgeRule, where: str) -> None:
    _check_kpi(rule.signal.kpi, rule.by, where)
    exposure = rule.signal.exposure
    if exposure is not None:
        field = "signal.exposure.denominator_of"
        _check_kpi(exposure.denominator_of, rule.by, where, field)
        if CATALOGUE[exposure.denominator_of].denominator is None:
            raise RuleError(
                f"{where}: {field} = {exposure.denominator_of!r} has no denominator; name a rate."
            )
    _check_count(rule.signal.kpi, where)


def _check_proportion(rule: ProportionRule, where: str) -> None:
    kpi = CATALOGUE[rule.signal.kpi]
    above, _, _ = kpi.numerator.partition(".")
    below, _, _ = (kpi.denominator or "").partition(".")
    if kpi.unit != "share" or above != below:
        raise RuleError(
            f"{where}: signal.kpi = {kpi.name!r} is no share of its own rows; a proportion needs "
            "one. For a rate of something else use a surge with exposure."
        )
    if kpi.better == "none":
        raise RuleError(f"{where}: signal.kpi = {kpi.name!r} is neither better up nor down.")


def _check_threshold(rule: ThresholdRule, where: str) -> None:
    kpi = CATALOGUE[rule.signal.kpi]
    if rule.target and kpi.target is None:
        raise RuleError(
            f"{where}: target = true: {kpi.name} has no target; give a limit as below or above."
        )
    if rule.signal.of != "value" and kpi.interval not in _INTERVALS:
        raise RuleError(
            f"{where}: signal.of = {rule.signal.of!r}: {kpi.name} has no interval that holds over "
            "days; compare its value."
        )
    if rule.signal.parity is not None and kpi.interval != "wilson":
        raise RuleError(f"{where}: signal.parity: {kpi.name} is no share, so it has no parity.")
    if kpi.stock and rule.window_days != 1:
        raise RuleError(
            f"{where}: window_days = {rule.window_days}: {kpi.name} is a level at the end of a "
            "day; use 1."
        )
    if kpi.denominator is None and kpi.unit != "count":
        raise RuleError(f"{where}: signal.kpi = {kpi.name!r} does not add up over days.")


def _check_state(rule: DeadlineRule, where: str) -> None:
    name = rule.signal.state
    if name not in STATES:
        raise RuleError(
            f"{where}: signal.state = {name!r}: there is no such state. Known: {', '.join(STATES)}."
        )
    state = STATES[name]
    missing = [dim for dim in rule.by if dim not in state.dims]
    if missing:
        raise RuleError(
            f"{where}: signal.by = {missing[0]!r}: {name} cannot be split by it. "
            f"It knows: {', '.join(state.dims)}."
        )
    if not rule.older_than and not state.own_deadline:
        raise RuleError(
            f"{where}: older_than = 0h: {name} has no deadline of its own; say how long is allowed."
        )
