"""What an alert compares with what, in one sentence of each language."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.rules.format import Rule
from alerts.rules.format.deadline import DeadlineRule
from alerts.rules.format.feed import FeedRule
from alerts.rules.format.fields import written
from alerts.rules.format.novelty import NoveltyRule
from alerts.rules.format.proportion import ProportionRule
from alerts.rules.format.surge import SurgeRule
from alerts.rules.format.threshold import ThresholdRule


def compared(rule: Rule, numbers: Mapping[str, float | None], *, unit: str) -> dict[str, str]:
    """One sentence per language; `numbers` and `unit` as in `alerts.rules.texts`."""
    match rule:
        case SurgeRule():
            return _surge(rule)
        case ProportionRule():
            return {
                "en": f"The share of {_days(rule.window_days)} against the same slice's own share "
                f"in the {rule.baseline_weeks} weeks before.",
                "zh": f"{_days_zh(rule.window_days)}的占比，与同一分组此前 {rule.baseline_weeks} "
                "周自身的占比相比。",
            }
        case ThresholdRule():
            return _threshold(rule, numbers, unit)
        case DeadlineRule():
            limit = written(rule.older_than)
            late = f"for more than {limit}" if rule.older_than else "beyond their own deadline"
            late_zh = f"停留超过 {limit} 的" if rule.older_than else "超过自身时限的"
            return {
                "en": f"Rows {late} at the end of the day, against a limit of {rule.min_rows}.",
                "zh": f"当日结束时{late_zh}记录数，与上限 {rule.min_rows} 相比。",
            }
        case NoveltyRule():
            return {
                "en": f"A value from at most {rule.max_known} customers in the "
                f"{rule.baseline_weeks} weeks before.",
                "zh": f"此前 {rule.baseline_weeks} 周内最多来自 {rule.max_known} 位客户的值。",
            }
        case FeedRule():
            return {
                "en": f"Silence against {rule.factor:g} times the source's own longest usual gap.",
                "zh": f"静默时长，与该来源自身通常最长间隔的 {rule.factor:g} 倍相比。",
            }


def _surge(rule: SurgeRule) -> dict[str, str]:
    exposed = rule.signal.exposure is not None
    return {
        "en": f"{_days(rule.window_days).capitalize()} against what the same slice's own "
        f"{rule.baseline_weeks} weeks before let expect"
        + (", in proportion to its exposure." if exposed else "."),
        "zh": f"{_days_zh(rule.window_days)}的数量，与同一分组此前 {rule.baseline_weeks} "
        "周自身推算的预期相比" + ("（按应计数量折算）。" if exposed else "。"),
    }


def _threshold(
    rule: ThresholdRule, numbers: Mapping[str, float | None], unit: str
) -> dict[str, str]:
    value = numbers.get("limit")
    limit = "–" if value is None else f"{value:.1%}" if unit == "share" else f"{value:g}"
    whose = {"value": "The value", "low": "The lower bound", "high": "The upper bound"}
    whose_zh = {"value": "数值", "low": "区间下限", "high": "区间上限"}
    own, own_zh = (" (its own target)", "（自身目标）") if rule.target else ("", "")
    return {
        "en": f"{whose[rule.signal.of]} of {_days(rule.window_days)} against {limit}{own}.",
        "zh": f"{_days_zh(rule.window_days)}的{whose_zh[rule.signal.of]}，与 {limit}{own_zh}相比。",
    }


def _days(days: int) -> str:
    return "the day" if days == 1 else f"the last {days} days"


def _days_zh(days: int) -> str:
    return "当日" if days == 1 else f"最近 {days} 天"
