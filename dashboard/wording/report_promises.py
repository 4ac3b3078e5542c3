"""How reports speak of markets, root causes, corrective actions and promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from dashboard.languages import _, ngettext
from dashboard.reports.values import Listed
from dashboard.wording.report_operations import Raw, Sentence, Shown, count_of, only, sentence_of


def _several(raw: Raw, name: str) -> int:
    value = raw[name]
    return len(value.values) if isinstance(value, Listed) else 1


def _map(shown: Shown, raw: Raw, *, more: bool) -> str:
    if more:
        return _(
            "{kpi}: {missed} of {judged} markets are clearly below {target}, furthest {worst}.",
            **only(shown, "kpi", "missed", "judged", "target", "worst"),
        )
    if count_of(raw, "judged") == 1:
        return _(
            "{kpi}: {worst}, the one market with enough cases, is clearly below {target}.",
            **only(shown, "kpi", "worst", "target"),
        )
    return ngettext(
        "{kpi}: of {judged} markets {worst} is clearly below {target}.",
        "{kpi}: of {judged} markets {worst} are clearly below {target}.",
        _several(raw, "worst"),
        **only(shown, "kpi", "judged", "target", "worst"),
    )


def _by_avoidable_cost(shown: Shown, raw: Raw) -> str:
    if count_of(raw, "n") == 1:
        return _("{reason} cost {first} more than in a good period.", **only(shown, *_FIRST))
    return _(
        "{n} reasons cost {total} more than in a good period, most of it {reason}: {first}.",
        **only(shown, "n", "total", *_FIRST),
    )


_FIRST = ("reason", "first")


def _by_cost(shown: Shown, raw: Raw) -> str:  # noqa: ARG001
    return _("{reason} cost most: {first}.", **only(shown, *_FIRST))


def _by_avoidable_contacts(shown: Shown, raw: Raw) -> str:  # noqa: ARG001
    return _(
        "{reason} brought the most contacts above a good period: {first}.", **only(shown, *_FIRST)
    )


def _by_contacts(shown: Shown, raw: Raw) -> str:  # noqa: ARG001
    return _("{reason} brought the most contacts: {first}.", **only(shown, *_FIRST))


def _actions(shown: Shown, raw: Raw) -> str:
    open_ = ngettext(
        "{count} corrective action is open",
        "{count} corrective actions are open",
        count_of(raw, "open"),
    )
    parts = [open_]
    if count_of(raw, "overdue"):
        parts.append(_("{overdue} overdue", overdue=shown["overdue"]))
    if count_of(raw, "verified"):
        parts.append(_("{verified} proved effective", verified=shown["verified"]))
    return sentence_of(parts)


def _missed(shown: Shown, raw: Raw) -> str:  # noqa: ARG001
    return _(
        "Clearly kept less often than promised: {which} ({missed} of {judged} with a target).",
        **only(shown, "which", "missed", "judged"),
    )


def _broken(shown: Shown, raw: Raw) -> str:  # noqa: ARG001
    return ngettext(
        "{count} of our own promises due in the period was broken.",
        "{count} of our own promises due in the period were broken.",
        count_of(raw, "n"),
    )


SENTENCES: Mapping[str, Sentence] = {
    "map_nothing": lambda shown, raw: _(  # noqa: ARG005
        "{kpi}: nothing was due in any market in the period.", **shown
    ),
    "map_small": lambda shown, raw: _(  # noqa: ARG005
        "{kpi}: no market has enough cases to be judged ({small} have too few).",
        **only(shown, "kpi", "small"),
    ),
    "map_no_target": lambda shown, raw: _(  # noqa: ARG005
        "{kpi}: no target is set, so markets are shown and not judged.", **only(shown, "kpi")
    ),
    "map_none_missed": lambda shown, raw: ngettext(
        "{kpi}: the one market with enough cases is not clearly below {target}.",
        "{kpi}: none of {judged} markets is clearly below {target}; {met} clearly meet it.",
        count_of(raw, "judged"),
        **only(shown, "kpi", "judged", "target", "met"),
    ),
    "map_missed": partial(_map, more=False),
    "map_missed_more": partial(_map, more=True),
    "causes_too_few": lambda shown, raw: _(  # noqa: ARG005
        "No reason brought the {fewest} contacts that a comparison needs.", **shown
    ),
    "causes_nothing_avoidable": lambda shown, raw: _(  # noqa: ARG005
        "No reason brought more contacts than in a good period."
    ),
    "causes_by_avoidable_cost": _by_avoidable_cost,
    "causes_by_cost": _by_cost,
    "causes_by_avoidable_contacts": _by_avoidable_contacts,
    "causes_by_contacts": _by_contacts,
    "avoidable_reckoned_weeks": lambda shown, raw: _(  # noqa: ARG005
        "Avoidable: the cost of contacts above the rate of a good week, the best quarter of the "
        "{periods} weeks before.",
        **shown,
    ),
    "avoidable_reckoned_months": lambda shown, raw: _(  # noqa: ARG005
        "Avoidable: the cost of contacts above the rate of a good month, the best quarter of the "
        "{periods} months before.",
        **shown,
    ),
    "avoidable_not_known": lambda shown, raw: _(  # noqa: ARG005
        "What could have been avoided is not known: there are too few earlier periods with orders."
    ),
    "causes_no_costs": lambda shown, raw: _(  # noqa: ARG005
        "No costs are booked to reasons, so contacts are counted instead."
    ),
    "costs_without_reason": lambda shown, raw: _(  # noqa: ARG005
        "Another {money} is booked without a reason and is in none of these.", **shown
    ),
    "actions_none": lambda shown, raw: _("No corrective action is open."),  # noqa: ARG005
    "actions_stand": _actions,
    "promises_none": lambda shown, raw: _("No promise was due in the period."),  # noqa: ARG005
    "promises_missed": _missed,
    "promises_not_missed": lambda shown, raw: ngettext(  # noqa: ARG005
        "The one promise that can be judged was not clearly missed.",
        "None of {count} promises that can be judged was clearly missed.",
        count_of(raw, "judged"),
    ),
    "promises_few": lambda shown, raw: _(  # noqa: ARG005
        "Too little was due to say how often promises are kept."
    ),
    "promises_fell": lambda shown, raw: _(  # noqa: ARG005
        "Clearly kept less often than in the period before: {which}.", **shown
    ),
    "promises_rose": lambda shown, raw: _(  # noqa: ARG005
        "Clearly kept more often than in the period before: {which}.", **shown
    ),
    "promises_broken": _broken,
}

WORDS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "column": {
        "contacts": lambda: _("Contacts"),
        "contacts_beyond": lambda: _("Above a good period"),
        "reason_cost": lambda: _("What it cost"),
        "avoidable_cost": lambda: _("Avoidable"),
        "root_cause": lambda: _("Root cause"),
        "corrective_action": lambda: _("Corrective action"),
        "action_owner": lambda: _("Owner"),
        "due_on": lambda: _("Due by"),
        "action_state": lambda: _("State"),
        "promise": lambda: _("Promise"),
        "kept": lambda: _("Kept"),
        "broken": lambda: _("Broken"),
        "still_open": lambda: _("Still open"),
        "kept_share": lambda: _("Share kept"),
        "kept_share_before": lambda: _("Period before"),
        "broken_promise": lambda: _("What was promised"),
        "promise_kind": lambda: _("Kind"),
        "promised_by": lambda: _("Whose"),
        "late_by": lambda: _("Late by"),
    },
    "promise_kind": {
        "term": lambda: _("Terms set by law in crises"),
        "task": lambda: _("Tasks of crises"),
        "action": lambda: _("Corrective actions"),
        "decision": lambda: _("Decisions of reports"),
    },
    "cause_search": {
        "asked": lambda: _("Being looked for"),
        "not_asked": lambda: _("Not yet looked for"),
    },
    "action_state": {
        "overdue": lambda: _("Overdue"),
        "open": lambda: _("Open"),
        "to_check": lambda: _("Done, to be checked"),
        "check_overdue": lambda: _("Check overdue"),
        "verified": lambda: _("It helped"),
        "failed": lambda: _("It did not help"),
        "dropped": lambda: _("Dropped"),
    },
}
