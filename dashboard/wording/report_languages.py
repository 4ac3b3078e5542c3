"""What reports say of languages: who is served as the reference is, what is asked in which."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboard.languages import _, ngettext
from dashboard.reports.values import Number, Value

Shown = Mapping[str, str]
Raw = Mapping[str, Value]


def _count(raw: Raw, name: str) -> int:
    value = raw[name]
    return int(value.value or 0) if isinstance(value, Number) else 0


def _broken(shown: Shown, raw: Raw) -> str:
    return ngettext(
        "{kpi}: {languages} is clearly served worse than {reference} with the same mix of work "
        "({ratio} of it).",
        "{kpi}: {languages} are clearly served worse than {reference} with the same mix of work "
        "(at worst {ratio} of it).",
        _count(raw, "count"),
        **shown,
    )


def _kept(shown: Shown, raw: Raw) -> str:
    return ngettext(
        "{kpi}: the one language that can be compared is not clearly served worse than "
        "{reference}.",
        "{kpi}: none of the {judged} languages compared is clearly served worse than {reference}.",
        _count(raw, "judged"),
        **shown,
    )


def _demand(shown: Shown, raw: Raw) -> str:  # noqa: ARG001
    return _("{language} brings the most cases ({share}); {count} languages are listed.", **shown)


def _grew(shown: Shown, raw: Raw) -> str:  # noqa: ARG001
    return _(
        "{language} brings the most cases ({share}); the share of {languages} clearly changed.",
        **shown,
    )


def _ready(shown: Shown, raw: Raw) -> str:
    return ngettext(
        "Statements to the public are checked in {count} languages; one more waits for a native "
        "speaker.",
        "Statements to the public are checked in {count} languages; {waiting} more wait for a "
        "native speaker.",
        _count(raw, "waiting"),
        **shown,
    )


SENTENCES: Mapping[str, Callable[[Shown, Raw], str]] = {
    "parity_no_language": lambda shown, raw: _(  # noqa: ARG005
        "{kpi}: no case has a language, so languages cannot be compared.", **shown
    ),
    "parity_too_few": lambda shown, raw: _(  # noqa: ARG005
        "{kpi}: no language has enough cases of the same kind to compare with {reference}.", **shown
    ),
    "parity_broken": _broken,
    "parity_kept": _kept,
    "languages_none": lambda shown, raw: _("No case came in with a known language."),  # noqa: ARG005
    "languages_demand": _demand,
    "languages_changed": _grew,
    "languages_ready": _ready,
    "languages_all_ready": lambda shown, raw: _(  # noqa: ARG005
        "Statements to the public are checked in all {count} languages.", **shown
    ),
    "translation_none": lambda shown, raw: _(  # noqa: ARG005
        "No objection to a translation was recorded."
    ),
    "translation_some": lambda shown, raw: ngettext(
        "{count} objection to a translation: solved within the target {kept}.",
        "{count} objections to translations: solved within the target {kept}.",
        _count(raw, "count"),
        **shown,
    ),
}

WORDS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "column": {
        "standardised": lambda: _("With the same mix"),
        "of_reference": lambda: _("Of the reference"),
        "as_it_came": lambda: _("As it came"),
        "verdict": lambda: _("Verdict"),
        "cases": lambda: _("Cases"),
        "part": lambda: _("Share of all"),
        "part_before": lambda: _("Share before"),
        "part_change": lambda: _("Change"),
        "satisfied": lambda: _("Satisfied"),
        "speakers": lambda: _("People who speak it"),
        "texts": lambda: _("Statement texts"),
        "texts_waiting": lambda: _("Wait for a native speaker"),
    },
    "parity": {
        "reference": lambda: _("Reference"),
        "too_few": lambda: _("Too few to say"),
        "no_parity": lambda: _("No parity"),
        "worse": lambda: _("Served worse"),
        "better": lambda: _("Served better"),
        "alike": lambda: _("No clear difference"),
    },
}
