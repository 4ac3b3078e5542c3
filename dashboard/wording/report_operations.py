"""How reports speak of crises, incidents, alerts, causes, promises and markets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from dashboard import formats
from dashboard.languages import _, ngettext
from dashboard.reports.values import Number, Value
from dashboard.wording.crisis_names import level_words, status_name
from dashboard.wording.incident_names import handling_name, severity_name

Shown = Mapping[str, str]
Raw = Mapping[str, Value]
Sentence = Callable[[Shown, Raw], str]


def count_of(raw: Raw, name: str) -> int:
    """A number of a sentence as a whole one."""
    value = raw[name]
    return int(value.value or 0) if isinstance(value, Number) else 0


def _sure(shown: Shown, raw: Raw, name: str) -> str:
    """A share with its interval: `84.2% (77.1–89.4%)`."""
    value = raw[name]
    ends = formats.interval(value.low, value.high, value.unit) if isinstance(value, Number) else ""
    return f"{shown[name]} ({ends})" if ends else shown[name]


def sentence_of(parts: list[str]) -> str:
    """Parts of a sentence as one."""
    return _("{parts}.", parts=_("; ").join(parts))


def _crises(shown: Shown, raw: Raw) -> str:
    parts = []
    if count_of(raw, "open") > 1:
        parts.append(
            _(
                "{open} crises are open, one of them for {longest}",
                **only(shown, "open", "longest"),
            )
        )
    elif count_of(raw, "open"):
        parts.append(_("One crisis is open, for {longest}", longest=shown["longest"]))
    else:
        parts.append(_("No crisis is open"))
    if count_of(raw, "proposed"):
        parts.append(
            ngettext(
                "{count} is proposed and waits for somebody to decide",
                "{count} are proposed and wait for somebody to decide",
                count_of(raw, "proposed"),
            )
        )
    if count_of(raw, "closed") == 1:
        parts.append(_("one was closed after {took}", took=shown["took"]))
    elif count_of(raw, "closed"):
        parts.append(
            _("{closed} were closed, one of them after {took}", **only(shown, "closed", "took"))
        )
    return sentence_of(parts)


def only(shown: Shown, *names: str) -> dict[str, str]:
    """Some of the values shown."""
    return {name: shown[name] for name in names}


def _crisis_done(shown: Shown, raw: Raw) -> str:
    parts = []
    if count_of(raw, "statements"):
        parts.append(
            ngettext(
                "{count} statement sent", "{count} statements sent", count_of(raw, "statements")
            )
        )
    if count_of(raw, "batches"):
        parts.append(
            ngettext(
                "{count} batch of compensation, {exported} of them handed over for payment",
                "{count} batches of compensation, {exported} of them handed over for payment",
                count_of(raw, "batches"),
                exported=shown["exported"],
            )
        )
    return _("{crisis}: {parts}", crisis=shown["crisis"], parts=sentence_of(parts))


def _terms(shown: Shown, raw: Raw) -> str:  # noqa: ARG001
    parts = []
    if count_of(raw, "missed"):
        parts.append(
            ngettext(
                "{count} term set by law was missed",
                "{count} terms set by law were missed",
                count_of(raw, "missed"),
            )
        )
    if count_of(raw, "running"):
        parts.append(
            ngettext(
                "{count} term set by law is running",
                "{count} terms set by law are running",
                count_of(raw, "running"),
            )
        )
    return sentence_of(parts)


def _inbox(shown: Shown, raw: Raw) -> str:
    parts = [
        ngettext("{count} incident is open", "{count} incidents are open", count_of(raw, "open"))
    ]
    if count_of(raw, "unacknowledged"):
        nobody = only(shown, "unacknowledged")
        parts.append(_("nobody has taken on {unacknowledged} of them", **nobody))
    parts.append(_("{opened} opened and {closed} closed in the period", **only(shown, *_MOVED)))
    return sentence_of(parts)


_MOVED = ("opened", "closed")


def _too_few(shown: Shown, raw: Raw) -> str:
    return ngettext(
        "Too few verdicts to say how many alerts were right: {judged} of {count} has one, "
        "{fewest} are needed.",
        "Too few verdicts to say how many alerts were right: {judged} of {count} have one, "
        "{fewest} are needed.",
        count_of(raw, "incidents"),
        **only(shown, "judged", "fewest"),
    )


def _right(shown: Shown, raw: Raw) -> str:
    return _(
        "{right} of {judged} judged alerts were right: {precision}.",
        right=shown["right"],
        judged=shown["judged"],
        precision=_sure(shown, raw, "precision"),
    )


def _compared(message: str, shown: Shown, raw: Raw) -> str:
    both = {name: _sure(shown, raw, name) for name in ("now", "before")}
    return {
        "better": _("More alerts are right than in the four weeks before: {now} after {before}."),
        "worse": _("Fewer alerts are right than in the four weeks before: {now} after {before}."),
        "alike": _("No clear change on the four weeks before: {now} were right, after {before}."),
    }[message].format(**both)


def _found(shown: Shown, raw: Raw) -> str:
    return ngettext(
        "Of {count} known incident alerts found {found}.",
        "Of {count} known incidents alerts found {found}.",
        count_of(raw, "known"),
        found=shown["found"],
    )


def _daily(shown: Shown, raw: Raw, *names: str) -> dict[str, str]:
    """Numbers of a day as plain ones, other values as shown: the sentence says "a day" itself."""
    plain = {name: raw[name] for name in names}
    return {
        name: formats.number(value.value, 1) if isinstance(value, Number) else shown[name]
        for name, value in plain.items()
    }


def _over_budget(shown: Shown, raw: Raw) -> str:
    return _(
        "Each of {people} people got {per_day} messages a day on average; the budget is {budget}. "
        "Most went to {noisiest}: {noisiest_per_day} a day.",
        people=shown["people"],
        **_daily(shown, raw, "per_day", "budget", "noisiest", "noisiest_per_day"),
    )


SENTENCES: Mapping[str, Sentence] = {
    "incidents_none": lambda shown, raw: _(  # noqa: ARG005
        "No crisis and no incident was open in the period."
    ),
    "crises_none": lambda shown, raw: _("No crisis was open in the period."),  # noqa: ARG005
    "crises_stand": _crises,
    "crisis_done": _crisis_done,
    "terms_stand": _terms,
    "inbox_none": lambda shown, raw: _("No incident was open in the period."),  # noqa: ARG005
    "inbox_stands": _inbox,
    "alert_quality_none": lambda shown, raw: _(  # noqa: ARG005
        "No alert was raised in the period, and no missed incident is known."
    ),
    "alerts_none_raised": lambda shown, raw: _(  # noqa: ARG005
        "No alert was raised in the period."
    ),
    "alerts_too_few": _too_few,
    "alerts_right": _right,
    "alerts_better": partial(_compared, "better"),
    "alerts_worse": partial(_compared, "worse"),
    "alerts_alike": partial(_compared, "alike"),
    "alerts_found": _found,
    "alerts_within_budget": lambda shown, raw: _(
        "Messages stayed within the budget: {per_day} a day for each who got any, of {budget}.",
        **_daily(shown, raw, "per_day", "budget"),
    ),
    "alerts_over_budget": _over_budget,
}

WORDS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "column": {
        "crisis": lambda: _("Crisis"),
        "crisis_state": lambda: _("State"),
        "crisis_level": lambda: _("Level"),
        "crisis_lead": lambda: _("Led by"),
        "detected_after": lambda: _("Noticed after"),
        "declared_after": lambda: _("Declared after"),
        "contained_after": lambda: _("Contained after"),
        "acknowledged_after": lambda: _("Taken on after"),
        "lasted": lambda: _("Lasts or lasted"),
        "term": lambda: _("Term set by law"),
        "term_state": lambda: _("State"),
        "due_at": lambda: _("Due by"),
        "left": lambda: _("Time left"),
        "incident": lambda: _("Incident"),
        "severity": lambda: _("Severity"),
        "incident_state": lambda: _("State"),
        "incident_owner": lambda: _("Owner"),
        "alert_measure": lambda: _("Measure"),
        "this_time": lambda: _("This period"),
        "four_weeks_before": lambda: _("Four weeks before"),
    },
    "crisis_state": {
        name: partial(status_name, name) for name in ("proposed", "declared", "contained", "closed")
    },
    "crisis_level": {str(level): partial(level_words, None, level) for level in range(1, 5)},
    "term_state": {
        "running": lambda: _("Running"),
        "missed": lambda: _("Term missed"),
        "met": lambda: _("Met"),
    },
    "term_end": {"undue_delay": lambda: _("Without undue delay")},
    "severity": {name: partial(severity_name, name) for name in ("critical", "warning", "info")},
    "incident_state": {
        name: partial(handling_name, name)
        for name in ("open", "acknowledged", "awaiting_verdict", "closed")
    },
    "alert_measure": {
        "precision": lambda: _("Right among those judged"),
        "recall": lambda: _("Found among known incidents"),
        "delay": lambda: _("Noticed after the true start (median)"),
        "acknowledged": lambda: _("Taken on after (median)"),
        "messages": lambda: _("Messages per manager and day"),
        "labelled": lambda: _("With a verdict"),
        "raised": lambda: _("Incidents raised"),
    },
}
