"""Why a number changed, in sentences: what happened, then its parts."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard import formats
from dashboard.languages import _
from dashboard.reports.values import Number
from dashboard.wording.report_kpis import Raw, Sentence, Shown, code_of


def size(raw: Raw, name: str) -> str:
    """The size of a difference without its sign: `12.6 points`, `3.2 days`, `14.1`."""
    found = raw[name]
    amount = abs(found.value or 0.0) if isinstance(found, Number) else 0.0
    unit = found.unit if isinstance(found, Number) else ""
    if unit == "points":
        return _("{points} points", points=formats.number(100 * amount, 1))
    if unit == "days":
        return _("{number} days", number=formats.number(amount, 1))
    if unit == "hours":
        return _("{number} h", number=formats.number(amount, 1))
    return formats.value(amount, unit)


def fell(raw: Raw, name: str = "change") -> bool:
    """Whether a difference is below nothing."""
    found = raw[name]
    return isinstance(found, Number) and (found.value or 0.0) < 0


def _week_before(shown: Shown, raw: Raw) -> str:
    text = (
        _("{kpi} fell {size} to {now}; the week before it was {before}.")
        if fell(raw)
        else _("{kpi} rose {size} to {now}; the week before it was {before}.")
    )
    return text.format(**{**shown, "size": size(raw, "change")})


def _period_before(shown: Shown, raw: Raw) -> str:
    text = (
        _("{kpi} fell {size} to {now}; the period before it was {before}.")
        if fell(raw)
        else _("{kpi} rose {size} to {now}; the period before it was {before}.")
    )
    return text.format(**{**shown, "size": size(raw, "change")})


def _usual(shown: Shown, raw: Raw) -> str:
    text = (
        _("{kpi} was {now}, {size} lower than over the {weeks_before} weeks before ({before}).")
        if fell(raw)
        else _(
            "{kpi} was {now}, {size} higher than over the {weeks_before} weeks before ({before})."
        )
    )
    return text.format(**{**shown, "size": size(raw, "change")})


def _weeks_before(shown: Shown, raw: Raw) -> str:
    text = (
        _(
            "Over the last {weeks} weeks {kpi} was {now}, {size} lower than over the "
            "{weeks_before} weeks before ({before})."
        )
        if fell(raw)
        else _(
            "Over the last {weeks} weeks {kpi} was {now}, {size} higher than over the "
            "{weeks_before} weeks before ({before})."
        )
    )
    return text.format(**{**shown, "size": size(raw, "change"), "kpi": named(shown["kpi"])})


def named(title: str) -> str:
    """A KPI's title inside of a sentence; abbreviations keep their capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _rate(shown: Shown, raw: Raw) -> str:
    by, much = shown["by"].lower(), size(raw, "size")
    if code_of(raw, "against"):
        return _("Rates within each {by} worked against it, by {size}.", by=by, size=much)
    if "first_now" not in raw or "first_before" not in raw:
        return _("Rates within each {by} account for {size}.", by=by, size=much)
    if shown["first"] == shown["segments"]:
        return _(
            "Rates account for {size}, most of all in {first}: {first_now}, after {first_before}.",
            size=much,
            first=shown["first"],
            first_now=shown["first_now"],
            first_before=shown["first_before"],
        )
    return _(
        "Rates account for {size}, most of all in {segments}; {first} alone went from "
        "{first_before} to {first_now}.",
        size=much,
        segments=shown["segments"],
        first=shown["first"],
        first_now=shown["first_now"],
        first_before=shown["first_before"],
    )


def _mix(shown: Shown, raw: Raw) -> str:
    much, moved = size(raw, "size"), code_of(raw, "moved")
    texts = {
        ("", ""): _("The mix accounts for {size}: shares shifted."),
        ("", "more"): _("The mix accounts for {size}: a larger share came from {segments}."),
        ("", "less"): _("The mix accounts for {size}: a smaller share came from {segments}."),
        ("yes", ""): _("The mix worked against it, by {size}: shares shifted."),
        ("yes", "more"): _(
            "The mix worked against it, by {size}: a larger share came from {segments}."
        ),
        ("yes", "less"): _(
            "The mix worked against it, by {size}: a smaller share came from {segments}."
        ),
    }
    text = texts[code_of(raw, "against"), moved if "segments" in raw else ""]
    return text.format(size=much, segments=shown.get("segments", ""))


def _new(shown: Shown, raw: Raw) -> str:
    texts = {
        ("", False): _("What is new accounts for {size}."),
        ("", True): _("What is new accounts for {size}: {segments}."),
        ("yes", False): _("What is new worked against it, by {size}."),
        ("yes", True): _("What is new worked against it, by {size}: {segments}."),
    }
    text = texts[code_of(raw, "against"), "segments" in raw]
    return text.format(size=size(raw, "size"), segments=shown.get("segments", ""))


def _lost(shown: Shown, raw: Raw) -> str:
    texts = {
        ("", False): _("What is gone accounts for {size}."),
        ("", True): _("What is gone accounts for {size}: {segments}."),
        ("yes", False): _("What is gone worked against it, by {size}."),
        ("yes", True): _("What is gone worked against it, by {size}: {segments}."),
    }
    text = texts[code_of(raw, "against"), "segments" in raw]
    return text.format(size=size(raw, "size"), segments=shown.get("segments", ""))


def _paradox(shown: Shown, raw: Raw) -> str:
    text = (
        _(
            "Every {by} rose, and yet the whole fell: a larger share came from {segments}, where "
            "it is lower."
        )
        if fell(raw)
        else _(
            "Every {by} fell, and yet the whole rose: a larger share came from {segments}, where "
            "it is higher."
        )
    )
    return text.format(by=shown["by"].lower(), segments=shown["segments"])


SENTENCES: Mapping[str, Sentence] = {
    "change_week_before": _week_before,
    "change_period_before": _period_before,
    "change_usual": _usual,
    "change_weeks_before": _weeks_before,
    "change_rate": _rate,
    "change_mix": _mix,
    "change_new": _new,
    "change_lost": _lost,
    "change_paradox": _paradox,
    "change_spread_evenly": lambda shown, _raw: _(
        "It is spread evenly: no single {by} stands out.", by=shown["by"].lower()
    ),
    "nothing_to_compare": lambda _shown, _raw: _("There is nothing to compare."),
    "no_change": lambda _shown, _raw: _("No rate changed by more than chance."),
}
