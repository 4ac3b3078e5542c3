"""A rule's texts, filled in for one slice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from alerts.rules.format import Rule

UNKNOWN = {"en": "unknown", "zh": "未知"}
ALL = {"en": "all", "zh": "全部"}
_DASH = "–"

Number = float | None


def segment_text(values: Sequence[str], language: str = "en") -> str:
    """The values of a segment in words: `BR · toys`; without any: all."""
    return " · ".join(value or UNKNOWN[language] for value in values) or ALL[language]


def texts(
    rule: Rule,
    labels: Mapping[str, str],
    numbers: Mapping[str, Number],
    day: date,
    *,
    unit: str = "count",
) -> dict[str, dict[str, str]]:
    """Title, summary and action in every language, by field and language.

    Args:
        rule: the rule.
        labels: the dimensions that the slice fixes; the rule's others are *all*.
        numbers: by name, as in `alerts.evidence`; those of another kind may be absent.
        day: the judged day.
        unit: what `value`, `low`, `high`, `limit`, `usual` and `reference` are: `share`, or else
            plain numbers.
    """
    return {
        field: {
            language: getattr(getattr(rule, field), language).format(
                **_fields(rule, labels, numbers, day, unit, language)
            )
            for language in ("en", "zh")
        }
        for field in ("title", "summary", "action")
    }


def _fields(
    rule: Rule,
    labels: Mapping[str, str],
    numbers: Mapping[str, Number],
    day: date,
    unit: str,
    language: str,
) -> dict[str, str]:
    amount = _share if unit == "share" else _count
    written: dict[str, Callable[[Number], str]] = {
        **dict.fromkeys(("y", "mu", "excess", "exposure", "n", "customers", "known"), _count),
        **dict.fromkeys(("value", "low", "high", "limit", "usual", "reference"), amount),
        "increase": _percent,
        "share": _share,
        **dict.fromkeys(("oldest", "allowed", "silent"), lambda hours: _hours(hours, language)),
    }
    if rule.kind == "feed":
        written["usual"] = written["silent"]
    return {
        **dict.fromkeys(rule.by, ALL[language]),
        **{name: value or UNKNOWN[language] for name, value in labels.items()},
        "segment": segment_text(list(labels.values()), language),
        "day": day.isoformat(),
        "window_days": _count(numbers.get("window_days") or getattr(rule, "window_days", 1)),
        "baseline_weeks": str(getattr(rule, "baseline_weeks", "")),
        **{name: write(numbers.get(name)) for name, write in written.items()},
    }


def _count(number: Number) -> str:
    if number is None:
        return _DASH
    return f"{number:,.1f}" if abs(number) < 10 and number != int(number) else f"{number:,.0f}"


def _share(share: Number) -> str:
    return _DASH if share is None else f"{share:.1%}"


def _percent(share: Number) -> str:
    """`+120%`; from ten times on the factor, which says more."""
    if share is None:
        return _DASH
    return f"{share:+,.0%}" if share < 9 else f"×{share + 1:,.0f}"


def _hours(hours: Number, language: str) -> str:
    """`30 h`; from two days on in days."""
    if hours is None:
        return _DASH
    if abs(hours) < 48:
        return f"{hours:,.0f} h" if language == "en" else f"{hours:,.0f} 小时"
    days = f"{hours / 24:,.1f}".removesuffix(".0")
    return f"{days} days" if language == "en" else f"{days} 天"
