"""What `/reviews` says: what we learned, and whether it is done."""

from __future__ import annotations

from datetime import datetime

from alerts.reviews.cause_machine import Status
from alerts.reviews.tracker import FEWEST, Group
from dashboard import formats, rows
from dashboard.acting import Act, Field, actions
from dashboard.ids import Reviews
from dashboard.languages import _, ngettext
from dashboard.reviews import Whole, group_key
from dashboard.vocabulary import value_name
from dashboard.wording.cause_names import cause_status, code_name
from dashboard.wording.cause_tables import (
    action_acts,
    actions_table,
    analysis_fields,
    cause_acts,
    causes_table,
)

_MOST_GROUPS = 40
_INSIDE = 0.96
"""Where a meter shows all, so that its end is seen."""


def overdue(whole: Whole) -> int:
    """Actions whose day has passed."""
    today = whole.now.date()
    return sum(
        one.state.status == "open" and one.state.due_on < today
        for one, _cause in whole.tracker.actions
    )


def to_check(whole: Whole) -> int:
    """Actions that somebody must look at today."""
    today = whole.now.date()
    return sum(
        one.state.status == "done" and one.state.check_on <= today
        for one, _cause in whole.tracker.actions
    )


def answer(whole: Whole) -> str:
    """What did we learn, and is it done?"""
    late, check = overdue(whole), to_check(whole)
    if not whole.tracker.causes and not whole.tracker.reviews:
        return _("Nothing is asked yet: no crisis was closed, and no low score is known.")
    if late:
        return ngettext(
            "{count} corrective action is overdue.",
            "{count} corrective actions are overdue.",
            late,
        )
    if check:
        return ngettext(
            "Nothing is overdue; {count} action is to be checked.",
            "Nothing is overdue; {count} actions are to be checked.",
            check,
        )
    asking = sum(len(group.ids) for group in whole.tracker.groups if group.status == "open")
    if asking:
        return ngettext(
            "No action is overdue; {count} low score still asks why.",
            "No action is overdue; {count} low scores still ask why.",
            asking,
        )
    return _("Nothing is overdue, and nothing waits for a check.")


def facts(whole: Whole) -> str:
    """How well we learn, in numbers."""
    found = whole.tracker.figures
    late, check = overdue(whole), to_check(whole)
    return rows.facts(
        [
            rows.Fact(
                _("Actions overdue"), formats.number(late), status="breach" if late else "ok"
            ),
            rows.Fact(
                _("Actions to be checked"),
                formats.number(check),
                status="watch" if check else "ok",
            ),
            _share(_("Loop closed"), found.closed, found.all),
            _share(_("Closed in time"), found.on_time, found.settled),
            rows.Fact(
                _("Came back within 90 days"),
                formats.number(found.repeats),
                sub=_("the same cause in the same market"),
                status="watch" if found.repeats else "",
            ),
        ]
    )


def _share(label: str, part: int, whole: int) -> rows.Fact:
    counts = _("{part} of {whole}", part=formats.number(part), whole=formats.number(whole))
    if whole < FEWEST:
        return rows.Fact(label, formats.NONE, sub=f"{counts}, {_('too few to say')}")
    return rows.Fact(label, formats.percent(part / whole, 0), sub=counts)


def actions_title(whole: Whole) -> str:
    """What is to be done first."""
    late, check = overdue(whole), to_check(whole)
    if late or check:
        return _("To be done first: {late} overdue, {check} to be checked", late=late, check=check)
    return _("What is to be done")


def bar(whole: Whole, done: str) -> str:
    """Everything that can be done from here."""
    found, today = whole.tracker, whole.now.date()
    asked = [group for group in found.groups if group.status in ("open", "analysed")]
    acts: list[Act] = []
    if asked:
        options = tuple((group_key(one), _group_words(one)) for one in asked[:_MOST_GROUPS])
        acts.append(
            Act(
                "answer_group",
                _("Answer low scores"),
                (
                    Field("group", _("Low scores"), "choice", options),
                    *analysis_fields(whole.codes),
                ),
                submit=_("One answer for all of them"),
                primary=True,
            )
        )
    named = [
        one
        for one in found.causes
        if one.cause.status is not Status.CLOSED and one.cause.status is not Status.OPEN
    ]
    acts += cause_acts(named, whole.codes, today)
    acts += action_acts(found.actions)
    return actions(
        acts, id="reviews-act", store=Reviews.PRESSED, subject="tracker", version=0, done=done
    )


def action_rows(whole: Whole) -> str:
    """Corrective actions, what must be done first on top."""
    return actions_table(whole.tracker.actions, whole.codes, whole.now.date())


def list_title(whole: Whole) -> str:
    """Which reviews are missing."""
    late = [
        one for one in whole.tracker.reviews if one.status == "draft" and one.due_at < whole.now
    ]
    if late:
        return ngettext("{count} review is overdue", "{count} reviews are overdue", len(late))
    return _("Reviews of crises")


def list_rows(whole: Whole, zone: str) -> str:
    """Reviews, those to be written first."""
    columns = [
        rows.Column(_("State")),
        rows.Column(_("Crisis")),
        rows.Column(_("Due on")),
        rows.Column(_("Who")),
        rows.Column(_("Summary for everybody")),
    ]
    shown = []
    for one in whole.tracker.reviews:
        word, kind = _state(one.status, one.due_at, whole.now)
        shown.append(
            rows.Row(
                (
                    rows.Cell(word, status=kind),
                    rows.Cell(
                        one.title,
                        sub=_("Level {n}", n=one.level) if one.level else "",
                        href=f"/reviews/{one.crisis_id}",
                    ),
                    rows.Cell(formats.moment(one.due_at, zone)),
                    rows.Cell(one.owner or formats.NONE),
                    rows.Cell(summary_state(one.summary)),
                ),
            )
        )
    return rows.table(columns, shown)


def _state(status: str, due_at: datetime, now: datetime) -> tuple[str, str]:
    if status == "published":
        return _("Published"), "ok"
    return (_("Overdue"), "breach") if due_at < now else (_("Being written"), "info")


def summary_state(state: str) -> str:
    """Where a summary stands."""
    return {
        "none": _("None yet"),
        "drafted": _("Drafted, not confirmed"),
        "confirmed": _("Confirmed, not published"),
        "public": _("Published"),
    }[state]


def groups_title(whole: Whole) -> str:
    """How many low scores ask why."""
    asking = sum(len(group.ids) for group in whole.tracker.groups if group.status == "open")
    if not asking:
        return _("Low scores that ask why")
    return ngettext("{count} low score asks why", "{count} low scores ask why", asking)


def _group_words(group: Group) -> str:
    reason = value_name("reason", group.reason) if group.reason else _("no reason known")
    market = value_name("market", group.market) if group.market else _("no market known")
    return f"{reason} · {market} ({formats.number(len(group.ids))})"


def group_rows(whole: Whole) -> str:
    """Forced questions by reason and market, the most first."""
    columns = [
        rows.Column(_("Reason")),
        rows.Column(_("Answers"), num=True),
        rows.Column(_("State")),
        rows.Column(_("First due")),
    ]
    shown = []
    for one in whole.tracker.groups[:_MOST_GROUPS]:
        late = one.status == "open" and one.oldest_due < whole.now
        market = value_name("market", one.market) if one.market else _("no market known")
        reason = value_name("reason", one.reason) if one.reason else _("no reason known")
        worst = "" if one.worst is None else _("lowest score {n}", n=formats.number(one.worst))
        shown.append(
            rows.Row(
                (
                    rows.Cell(reason, sub=market),
                    rows.Cell(formats.number(len(one.ids)), sub=worst),
                    rows.Cell(
                        _("Overdue: why is not known") if late else cause_status(one.status),
                        status="breach" if late else "watch",
                    ),
                    rows.Cell(formats.day(one.oldest_due.date())),
                )
            )
        )
    return rows.table(columns, shown)


def pareto_title(whole: Whole) -> str:
    """What goes wrong most."""
    found = whole.tracker.figures.pareto
    if not found:
        return _("Causes by how often")
    return _("Most often: {cause}", cause=code_name(whole.codes, found[0][0]))


def pareto_rows(whole: Whole) -> str:
    """Causes by how often, with the share of all that they and those above make up."""
    found = whole.tracker.figures.pareto
    total = sum(count for _code, count in found)
    columns = [
        rows.Column(_("Cause")),
        rows.Column(_("How often"), num=True),
        rows.Column(_("Together"), num=True, title=_("With all above it, of all causes found")),
    ]
    shown, so_far = [], 0
    for code, count in found:
        so_far += count
        shown.append(
            rows.Row(
                (
                    rows.Cell(code_name(whole.codes, code)),
                    rows.Cell(formats.number(count)),
                    rows.Cell(
                        formats.percent(so_far / total, 0),
                        meter=(_INSIDE * so_far / total, None, None, _INSIDE * 0.8),
                    ),
                )
            )
        )
    return rows.table(columns, shown)


def cause_list(whole: Whole) -> list[int]:
    """Numbers of the causes that the list shows: named ones and those of crises."""
    return [
        one.id
        for one in whole.tracker.causes
        if one.cause.same_as is None and (one.cause.cause_code or one.crisis_id is not None)
    ]


def causes_title(whole: Whole) -> str:
    """How many causes are known."""
    return ngettext("{count} root cause", "{count} root causes", len(cause_list(whole)))


def cause_rows(whole: Whole) -> str:
    """Root causes with whether it helped."""
    shown = set(cause_list(whole))
    listed = [one for one in whole.tracker.causes if one.id in shown]
    return causes_table(listed, whole.codes, whole.retests, whole.now)
