"""How reports speak of decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboard.languages import _, ngettext
from dashboard.reports.values import Number, Value

Sentence = Callable[[Mapping[str, str], Mapping[str, Value]], str]


def _needed(_shown: Mapping[str, str], raw: Mapping[str, Value]) -> str:
    return ngettext(
        "{count} decision is needed.", "{count} decisions are needed.", _int(raw, "count")
    )


def _overdue(shown: Mapping[str, str], raw: Mapping[str, Value]) -> str:
    late = ngettext(
        "{count} decision is overdue", "{count} decisions are overdue", _int(raw, "late")
    )
    return _("{late}, of {count} needed.", late=late, count=shown["count"])


def _settled(_shown: Mapping[str, str], raw: Mapping[str, Value]) -> str:
    return ngettext(
        "{count} decision was settled since the report before.",
        "{count} decisions were settled since the report before.",
        _int(raw, "count"),
    )


def _int(raw: Mapping[str, Value], name: str) -> int:
    value = raw[name]
    return int(value.value or 0) if isinstance(value, Number) else 0


SENTENCES: Mapping[str, Sentence] = {
    "decisions_needed": _needed,
    "decisions_overdue": _overdue,
    "decisions_settled": _settled,
    "decisions_proposed": lambda _shown, _raw: _("Proposed by the numbers, not yet taken up:"),
    "propose_lead": lambda shown, _raw: _(
        "Name who leads the crisis “{title}”: it has no lead.", title=shown["title"]
    ),
    "propose_term": lambda shown, _raw: _(
        "Settle the term “{term}” of the crisis “{title}”: it ran out {due}.",
        term=shown["term"],
        title=shown["title"],
        due=shown["due"],
    ),
    "propose_declare": lambda shown, _raw: _(
        "Declare or dismiss the crisis “{title}”: it has been proposed since {since}.",
        title=shown["title"],
        since=shown["since"],
    ),
    "propose_take": lambda shown, _raw: _(
        "Assign the critical incident “{title}”: nobody has taken it on since {since}.",
        title=shown["title"],
        since=shown["since"],
    ),
    "propose_explain": lambda shown, _raw: _(
        "Name who finds out by {due} why {kpi} is at {now}.",
        due=shown["due"],
        kpi=shown["kpi"],
        now=shown["now"],
    ),
    "propose_budget": lambda shown, _raw: _(
        "Raise the budget or stop compensations in {market}: {given} of {budget} are spent this "
        "month.",
        market=shown["market"],
        given=shown["given"],
        budget=shown["budget"],
    ),
    "propose_action": lambda shown, _raw: _(
        "Finish or drop “{action}” ({owner}): it was due {due}.",
        action=shown["action"],
        owner=shown["owner"],
        due=shown["due"],
    ),
    "propose_cause": lambda shown, _raw: _(
        "Find out why: “{title}” should have been answered by {due}.",
        title=shown["title"],
        due=shown["due"],
    ),
    "propose_causes": lambda _shown, raw: ngettext(
        "Name who explains why customers scored low: {count} answer is overdue.",
        "Name who explains why customers scored low: {count} answers are overdue.",
        _int(raw, "count"),
    ),
    "no_decision_needed": lambda _shown, _raw: _(
        "No decision is open; nothing is overdue, unassigned or over budget."
    ),
    "no_decision_open": lambda _shown, _raw: _("No decision is open."),
}

WORDS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "column": {
        "decision": lambda: _("Decision"),
        "decision_owner": lambda: _("Who decides"),
        "decision_day": lambda: _("Decide by"),
        "decision_state": lambda: _("State"),
        "decision_outcome": lambda: _("What was decided"),
        "decision_by": lambda: _("By whom"),
    },
    "decision_state": {
        "overdue": lambda: _("Overdue"),
        "due_today": lambda: _("Due today"),
        "open": lambda: _("Open"),
        "done": lambda: _("Decided"),
        "dropped": lambda: _("Dropped"),
    },
}
