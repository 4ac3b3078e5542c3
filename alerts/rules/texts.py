"""A rule's texts, filled in for one segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from alerts.rules.format import Rule

UNKNOWN = {"en": "unknown", "zh": "未知"}


def segment_text(values: Sequence[str], language: str = "en") -> str:
    """The values of a segment in words: `BR · toys`."""
    return " · ".join(value or UNKNOWN[language] for value in values)


def texts(
    rule: Rule, labels: Mapping[str, str], numbers: Mapping[str, float | None], day: date
) -> dict[str, dict[str, str]]:
    """Title, summary and action in every language, by field and language."""
    return {
        field: {
            language: getattr(getattr(rule, field), language).format(
                **_fields(rule, labels, numbers, day, language)
            )
            for language in ("en", "zh")
        }
        for field in ("title", "summary", "action")
    }


def _fields(
    rule: Rule,
    labels: Mapping[str, str],
    numbers: Mapping[str, float | None],
    day: date,
    language: str,
) -> dict[str, str]:
    return {
        **{name: value or UNKNOWN[language] for name, value in labels.items()},
        "segment": segment_text(list(labels.values()), language),
        "day": day.isoformat(),
        "window_days": str(rule.window_days),
        "y": _count(numbers["y"]),
        "mu": _count(numbers["mu"]),
        "excess": _count(numbers["excess"]),
        "exposure": _count(numbers["exposure"]),
        "increase": _percent(numbers["increase"]),
    }


def _count(number: float | None) -> str:
    if number is None:
        return "–"
    return f"{number:,.1f}" if abs(number) < 10 and number != int(number) else f"{number:,.0f}"


def _percent(share: float | None) -> str:
    """`+120%`; from ten times on the factor, which says more."""
    if share is None:
        return "–"
    return f"{share:+,.0%}" if share < 9 else f"×{share + 1:,.0f}"
