"""The sentence at the top of a report, and those below it."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.languages import _, ngettext
from dashboard.reports.values import Number
from dashboard.wording.report_changes import fell, size
from dashboard.wording.report_kpis import Raw, Sentence, Shown, code_of, kpis_of, whole


def _change(shown: Shown, raw: Raw) -> str:
    """Kind of comparison and direction; then, where one stands out, the segment."""
    texts = {
        ("week_before", True): _("{kpi} fell {size} to {now} in a week"),
        ("week_before", False): _("{kpi} rose {size} to {now} in a week"),
        ("usual", True): _("{kpi} fell to {now}, from a usual {before}"),
        ("usual", False): _("{kpi} rose to {now}, from a usual {before}"),
        ("weeks_before", True): _(
            "{kpi} fell to {now} over the last {weeks} weeks, from {before} before"
        ),
        ("weeks_before", False): _(
            "{kpi} rose to {now} over the last {weeks} weeks, from {before} before"
        ),
        ("period_before", True): _("{kpi} fell to {now}, from {before} in the period before"),
        ("period_before", False): _("{kpi} rose to {now}, from {before} in the period before"),
    }
    said = texts[code_of(raw, "kind"), fell(raw)].format(**{**shown, "size": size(raw, "change")})
    if "first" not in raw:
        return _("{sentence}.", sentence=said)
    if "first_before" not in raw or "first_now" not in raw:
        return _("{sentence}, mainly because of {first}.", sentence=said, first=shown["first"])
    return _(
        "{sentence}, most of all in {first} ({first_now}, after {first_before}).",
        sentence=said,
        first=shown["first"],
        first_now=shown["first_now"],
        first_before=shown["first_before"],
    )


def _kpi(shown: Shown, raw: Raw) -> str:
    match code_of(raw, "signal"):
        case "target_missed":
            text = _("{kpi} missed the target of {target}, at {now}.")
        case "target_regained":
            text = _("{kpi} met the target of {target} again, at {now}.")
        case "beyond_limits" if "low" in raw and "high" in raw:
            text = (
                _("{kpi} rose to {now}, above the usual {low} to {high}.")
                if _above(raw, "high")
                else _("{kpi} fell to {now}, below the usual {low} to {high}.")
            )
        case "beyond_limits":
            text = (
                _("{kpi} rose to {now}, above the usual range.")
                if _above(raw, "before")
                else _("{kpi} fell to {now}, below the usual range.")
            )
        case _ if code_of(raw, "side") == "above":
            text = _("{kpi} stayed above the usual {before} for weeks, now at {now}.")
        case _ if code_of(raw, "side") == "below":
            text = _("{kpi} stayed below the usual {before} for weeks, now at {now}.")
        case _:
            text = _("{kpi}: {now}, after weeks away from the usual {before}.")
    return text.format(**shown)


def _above(raw: Raw, name: str) -> bool:
    """Whether the figure of the period is above another of the sentence."""
    now, other = raw.get("now"), raw.get(name)
    if not isinstance(now, Number) or not isinstance(other, Number):
        return False
    return (now.value or 0.0) > (other.value or 0.0)


def _crises(shown: Shown, raw: Raw) -> str:
    return ngettext(
        "A crisis of level {level} is open: {title}.",
        "{count} crises are open; the gravest, of level {level}: {title}.",
        whole(raw, "count"),
        level=whole(raw, "level"),
        title=shown["title"],
    )


def _incidents(_shown: Shown, raw: Raw) -> str:
    return ngettext(
        "{count} critical incident is open.",
        "{count} critical incidents are open.",
        whole(raw, "count"),
    )


def _as_ever(_shown: Shown, raw: Raw) -> str:
    return ngettext(
        "Nothing new: {kpis} still misses its target, as for weeks.",
        "Nothing new: {kpis} still miss their targets, as for weeks.",
        whole(raw, "count"),
        kpis=kpis_of(raw),
    )


def _no_data(_shown: Shown, raw: Raw) -> str:
    if code_of(raw, "grain") == "week":
        return _("Nothing was recorded in this week: there is nothing to say.")
    return _("Nothing was recorded in this period: there is nothing to say.")


SENTENCES: Mapping[str, Sentence] = {
    "headline_change": _change,
    "headline_kpi": _kpi,
    "headline_crises": _crises,
    "headline_incidents": _incidents,
    "headline_as_ever": _as_ever,
    "headline_no_data": _no_data,
    "nothing_unusual": lambda _shown, _raw: _(
        "Nothing unusual: every number is where it usually is."
    ),
    "nothing_unusual_incomplete": lambda _shown, _raw: _(
        "Nothing unusual in the data so far; the page is incomplete."
    ),
    "incomplete": lambda _shown, _raw: _("The page is incomplete: late data are not in it."),
}

WORDS = {
    "grain": {
        "week": lambda: _("Week"),
        "month": lambda: _("Month"),
        "quarter": lambda: _("Quarter"),
    },
    "kind": {
        "week_before": lambda: _("against the week before"),
        "usual": lambda: _("against the usual"),
        "weeks_before": lambda: _("against the weeks before"),
        "period_before": lambda: _("against the period before"),
    },
}
