"""What is said beside a KPI that is out of the ordinary."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from babel import lists

from dashboard.languages import _, locale, ngettext
from dashboard.reports.values import Code, KpiName, Listed, Number, Value
from dashboard.vocabulary import kpi_short

Shown = Mapping[str, str]
Raw = Mapping[str, Value]
Sentence = Callable[[Shown, Raw], str]


def code_of(raw: Raw, name: str) -> str:
    """The value of a code in a sentence; empty where there is none."""
    found = raw.get(name)
    return found.value if isinstance(found, Code) else ""


def whole(raw: Raw, name: str) -> int:
    """A count in a sentence."""
    found = raw[name]
    return int(found.value or 0) if isinstance(found, Number) else 0


def kpis_of(raw: Raw, name: str = "kpis") -> str:
    """Several KPIs in a row by their short names, which have no commas in them."""
    found = raw[name]
    values = found.values if isinstance(found, Listed) else ()
    names = [kpi_short(one.name) for one in values if isinstance(one, KpiName)]
    return lists.format_list(names, "standard", locale=locale())


def _beyond_limits(shown: Shown, raw: Raw) -> str:
    text = {
        "bad": _("{now} is worse than the usual {low} to {high} of the {weeks} weeks before."),
        "good": _("{now} is better than the usual {low} to {high} of the {weeks} weeks before."),
        "plain": _("{now} is outside the usual {low} to {high} of the {weeks} weeks before."),
    }
    return text[code_of(raw, "verdict")].format(**shown)


def _run_of_eight(shown: Shown, raw: Raw) -> str:
    text = {
        "bad": _("Eight weeks in a row were worse than the average before them."),
        "good": _("Eight weeks in a row were better than the average before them."),
        "plain": _("Eight weeks in a row were on one side of the average before them."),
    }
    return text[code_of(raw, "verdict")].format(**shown)


def _level_shift(_shown: Shown, raw: Raw) -> str:
    text = {
        "bad": _(
            "The last six weeks together are worse than the {before} weeks before would explain."
        ),
        "good": _(
            "The last six weeks together are better than the {before} weeks before would explain."
        ),
        "plain": _(
            "The last six weeks together differ more than the {before} weeks before would explain."
        ),
    }
    return text[code_of(raw, "verdict")].format(before=whole(raw, "before"))


def _target_missed(shown: Shown, raw: Raw) -> str:
    weeks = whole(raw, "weeks")
    if weeks == 1:
        return _("It misses its target of {target} as of this week.", target=shown["target"])
    return _(
        "It has missed its target of {target} for {weeks} weeks in a row.",
        target=shown["target"],
        weeks=weeks,
    )


def _short_history(_shown: Shown, raw: Raw) -> str:
    return ngettext(
        "No limits yet: there is {count} earlier week, {least} are needed.",
        "No limits yet: there are {count} earlier weeks, {least} are needed.",
        whole(raw, "weeks"),
        least=whole(raw, "least"),
    )


SENTENCES: Mapping[str, Sentence] = {
    "kpi_beyond_limits": _beyond_limits,
    "kpi_run_of_eight": _run_of_eight,
    "kpi_level_shift": _level_shift,
    "kpi_target_missed": _target_missed,
    "kpi_target_regained": lambda shown, _raw: _(
        "It meets its target of {target} again.", target=shown["target"]
    ),
    "kpi_worst_of_year": lambda _shown, _raw: _("No week in the past year was as bad."),
    "kpi_even_if": lambda shown, _raw: _(
        "Only {share} of the week can be judged so far; this holds whatever the rest brings.",
        share=shown["share"],
    ),
    "kpi_short_history": _short_history,
    "no_kpi_has_data": lambda _shown, _raw: _(
        "Nothing was recorded in these weeks and months: there is nothing to say."
    ),
}

WORDS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "signal": {
        "beyond_limits": lambda: _("Beyond the usual"),
        "run_of_eight": lambda: _("Eight weeks one way"),
        "level_shift": lambda: _("A new level"),
        "target_missed": lambda: _("Target missed"),
        "target_regained": lambda: _("Target met again"),
        "worst_of_year": lambda: _("Worst week of the year"),
    },
    "verdict": {
        "good": lambda: _("better"),
        "bad": lambda: _("worse"),
        "plain": lambda: _("different"),
    },
    "side": {"above": lambda: _("higher"), "below": lambda: _("lower")},
    "moved": {"more": lambda: _("a larger part"), "less": lambda: _("a smaller part")},
    "against": {"yes": lambda: _("against it")},
}
