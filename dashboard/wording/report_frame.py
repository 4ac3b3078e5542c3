"""Words that every report has, whatever stands in it: sections, standings, what frames a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboard.languages import _
from dashboard.reports.values import Value

Sentence = Callable[[Mapping[str, str], Mapping[str, Value]], str]

SENTENCES: Mapping[str, Sentence] = {
    # What exists in both languages already, such as the reason that a feed was given.
    "as_written": lambda shown, _raw: shown["text"],
}

WORDS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "section": {
        "kpis": lambda: _("The numbers"),
        "changes": lambda: _("Why it changed"),
        "cost": lambda: _("Cost and compensation"),
        "incidents": lambda: _("Incidents and crises"),
        "alert_quality": lambda: _("How good the alerts are"),
        "causes": lambda: _("Root causes"),
        "parity": lambda: _("The same service in every language"),
        "sla_map": lambda: _("Service by market"),
        "promises": lambda: _("Promises kept"),
        "decisions": lambda: _("Decisions needed"),
        "not_yet_known": lambda: _("Not yet known"),
        "triggers": lambda: _("What makes customers angry"),
        "languages": lambda: _("Languages"),
    },
    "standing": {
        "met": lambda: _("Target met"),
        "missed": lambda: _("Target missed"),
        "unsure": lambda: _("Too close to call"),
        "no_target": lambda: _("No target"),
        "no_data": lambda: _("No data"),
        "small": lambda: _("Too few to judge"),
        "more": lambda: _("More than usual"),
        "usual": lambda: _("As usual"),
        "less": lambda: _("Less than usual"),
    },
    "tone": {
        "plain": lambda: _("As usual"),
        "good": lambda: _("Good news"),
        "bad": lambda: _("Needs attention"),
        "unknown": lambda: _("Not clear yet"),
    },
    "effect": {
        "common": lambda: _("Before and now"),
        "new": lambda: _("New this time"),
        "lost": lambda: _("Not there any more"),
        "rest": lambda: _("All others"),
    },
}
