"""What a rule's text means, in words a manager would use."""

from __future__ import annotations

from datetime import timedelta

from alerts.rules import Rule
from alerts.rules.format.deadline import DeadlineRule
from alerts.rules.format.every_kind import Common
from alerts.rules.format.feed import FeedRule
from alerts.rules.format.novelty import NoveltyRule
from alerts.rules.format.proportion import ProportionRule
from alerts.rules.format.surge import SurgeRule
from alerts.rules.format.threshold import ThresholdRule
from dashboard import formats, rows
from dashboard.languages import _, current, ngettext
from dashboard.vocabulary import dimension_name
from dashboard.wording.incident_names import STATUS_OF_SEVERITY, severity_name
from dashboard.wording.rules import kind_name, watched
from data_access.metrics import CATALOGUE


def explained(rule: Rule) -> str:
    """The rule as a list of facts."""
    told = [
        rows.Fact(_("Kind"), kind_name(rule.kind)),
        rows.Fact(_("Watches"), watched(rule.kind, rule.subject, rule.by)),
        rows.Fact(_("Speaks when"), _breach(rule), sub=_window(rule)),
        rows.Fact(_("Over when"), _clear(rule), sub=_keep(rule)),
        *_learns(rule),
        rows.Fact(
            _("Severity"), severity_name(rule.severity), status=STATUS_OF_SEVERITY[rule.severity]
        ),
        rows.Fact(_("One incident per"), _grouped(rule)),
        rows.Fact(_("Silent feed"), _no_data(rule)),
        rows.Fact(_("First steps"), rule.action.en if current() == "en" else rule.action.zh),
    ]
    return rows.facts([fact for fact in told if fact.text])


def _breach(rule: Rule) -> str:
    match rule:
        case SurgeRule():
            return _(
                "the count is at least {increase} and {cases} cases above what its past lets "
                "expect, and chance alone would do that in at most {alpha} of days",
                increase=formats.percent(rule.min_increase, 0),
                cases=formats.number(rule.min_excess),
                alpha=formats.percent(rule.alpha, 1),
            )
        case ProportionRule():
            return _(
                "the bad share is at least {points} points and {relative} above its usual one, "
                "with {cases} rows too many out of at least {n}, and chance alone would do that "
                "in at most {alpha} of days",
                points=formats.number(100 * rule.min_points, 1),
                relative=formats.percent(rule.min_relative, 0),
                cases=formats.number(rule.min_excess),
                n=formats.number(rule.min_n),
                alpha=formats.percent(rule.alpha, 1),
            )
        case ThresholdRule():
            return _limit(rule)
        case DeadlineRule():
            return _(
                "at least {rows} rows, and {share} of all in that state, are older than {age}",
                rows=formats.number(rule.min_rows),
                share=formats.percent(rule.min_share, 0),
                age=duration(rule.older_than),
            )
        case NoveltyRule():
            return _(
                "a value not seen in {weeks} weeks stands in at least {rows} rows",
                weeks=rule.baseline_weeks,
                rows=formats.number(rule.min_rows),
            )
        case FeedRule():
            return _(
                "a source is silent for {factor} times its longest usual gap, and for {least} "
                "at least",
                factor=formats.number(rule.factor, 1),
                least=duration(rule.min_silence),
            )


def _limit(rule: ThresholdRule) -> str:
    unit = CATALOGUE[rule.signal.kpi].unit if rule.signal.kpi in CATALOGUE else "count"
    bound = {
        "value": _("the number"),
        "low": _("the lower end of its interval"),
        "high": _("the upper end of its interval"),
    }[rule.signal.of]
    n = formats.number(rule.min_n)
    if rule.signal.parity is not None:
        return _(
            "{bound}, compared with {reference}, is beyond its limit, with at least {n} rows",
            bound=bound,
            reference=rule.signal.parity.reference,
            n=n,
        )
    if rule.target:
        return _("{bound} misses its target, with at least {n} rows", bound=bound, n=n)
    if rule.below is not None:
        limit = formats.value(rule.below, unit)
        return _("{bound} is below {limit}, with at least {n} rows", bound=bound, limit=limit, n=n)
    limit = formats.value(rule.above, unit)
    return _("{bound} is above {limit}, with at least {n} rows", bound=bound, limit=limit, n=n)


def _window(rule: Rule) -> str:
    window = getattr(rule, "window_days", None)
    parts = []
    if window is not None:
        parts.append(ngettext("over {count} day", "over {count} days", window))
    if rule.for_:
        parts.append(_("for {time} without a break", time=duration(rule.for_)))
    return " · ".join(parts)


def _clear(rule: Rule) -> str:
    match rule:
        case SurgeRule():
            return _(
                "it is less than {increase} above",
                increase=formats.percent(rule.clear_increase, 0),
            )
        case ProportionRule():
            return _(
                "it is less than {points} points above",
                points=formats.number(100 * rule.clear_points, 1),
            )
        case DeadlineRule():
            return ngettext(
                "at most {count} row is left", "at most {count} rows are left", rule.clear_rows
            )
        case ThresholdRule():
            return _("it is back within its limit")
        case NoveltyRule():
            return _("it is known, or gone")
        case FeedRule():
            return _("data arrive again")


def _keep(rule: Common) -> str:
    return _("for {time}", time=duration(rule.keep)) if rule.keep else ""


def _learns(rule: Rule) -> list[rows.Fact]:
    if not isinstance(rule, SurgeRule | ProportionRule):
        return []
    told = _("the {weeks} weeks before, weekday by weekday", weeks=rule.baseline_weeks)
    gap = (
        ngettext("all but the last week", "all but the last {count} weeks", rule.gap_weeks)
        if rule.gap_weeks
        else ""
    )
    return [rows.Fact(_("Learns from"), told, sub=gap)]


def _grouped(rule: Rule) -> str:
    names = [dimension_name(name) for name in rule.group_by]
    return " × ".join(names) or _("rule")


def _no_data(rule: Rule) -> str:
    if isinstance(rule, FeedRule):
        return ""
    kept = {
        "hold": _("open alerts stay open"),
        "clear": _("open alerts are ended"),
    }[str(rule.nodata.policy)]
    return _("after {time}: {kept}", time=duration(rule.nodata.after), kept=kept)


def duration(span: timedelta) -> str:
    """A rule's duration in words."""
    return formats.duration(span.total_seconds())
