"""Tables of root causes and corrective actions, and the forms that act on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from alerts.reviews.cause_codes import Codes
from alerts.reviews.cause_rows import StoredAction, StoredCause
from alerts.reviews.retest import Retest
from dashboard import formats, rows
from dashboard.acting import Act, Field
from dashboard.languages import _
from dashboard.reviews import labels_of, versioned
from dashboard.wording.cause_names import (
    CAUSE_KIND,
    action_status,
    cause_status,
    cause_title,
    code_options,
    where,
)

Pair = tuple[StoredAction, StoredCause]
_LONG = 4000
_CHECK_AFTER = timedelta(days=28)
_DUE_AFTER = timedelta(days=7)
_MOST = 100


def actions_table(pairs: Sequence[Pair], codes: Codes, today: date) -> str:
    """Corrective actions in the order given."""
    columns = [
        rows.Column(_("State")),
        rows.Column(_("What is done")),
        rows.Column(_("Who")),
        rows.Column(_("Due on")),
        rows.Column(_("Checked on")),
    ]
    shown = []
    for action, cause in pairs[:_MOST]:
        word, kind = action_status(action, today)
        href = f"/reviews/{cause.crisis_id}" if cause.crisis_id is not None else ""
        shown.append(
            rows.Row(
                (
                    rows.Cell(word, status=kind),
                    rows.Cell(action.text, sub=_under(action, cause, codes), href=href),
                    rows.Cell(action.state.owner),
                    rows.Cell(formats.day(action.state.due_on)),
                    rows.Cell(formats.day(action.state.check_on)),
                ),
            )
        )
    return rows.table(columns, shown)


def _under(action: StoredAction, cause: StoredCause, codes: Codes) -> str:
    title = cause_title(cause, codes)
    return f"{title} · {action.state.result}" if action.state.result else title


def causes_table(
    causes: Sequence[StoredCause], codes: Codes, retests: Mapping[int, Retest], now: datetime
) -> str:
    """Root causes with what is known of each."""
    columns = [
        rows.Column(_("State")),
        rows.Column(_("Root cause")),
        rows.Column(_("Where")),
        rows.Column(_("Who")),
        rows.Column(_("NPS before and after")),
    ]
    return rows.table(columns, [_cause_row(one, codes, retests, now) for one in causes[:_MOST]])


def _cause_row(
    cause: StoredCause, codes: Codes, retests: Mapping[int, Retest], now: datetime
) -> rows.Row:
    late = cause.cause.status == "open" and cause.due_at < now
    state = _("Overdue: why is not known") if late else cause_status(str(cause.cause.status))
    kind = "breach" if late else CAUSE_KIND[str(cause.cause.status)]
    found = retests.get(cause.id)
    href = f"/reviews/{cause.crisis_id}" if cause.crisis_id is not None else ""
    return rows.Row(
        (
            rows.Cell(state, sub=cause.cause.reason, status=kind),
            rows.Cell(cause_title(cause, codes), sub=cause.cause.finding or cause.title, href=href),
            rows.Cell(where(labels_of(cause.facts)) or formats.NONE),
            rows.Cell(cause.cause.owner or formats.NONE),
            _retest(found),
        ),
    )


def _retest(found: Retest | None) -> rows.Cell:
    if found is None:
        return rows.Cell(formats.NONE, sub=_("nothing was done yet"))
    counts = _("n = {before} and {after}", before=found.n_before, after=found.n_after)
    if found.delta is None or found.low is None or found.high is None:
        return rows.Cell(formats.NONE, sub=f"{counts}, {_('too few to say')}")
    text = f"{formats.number(found.before)} → {formats.number(found.after)}"
    span = f"{formats.signed(found.low, 0)} … {formats.signed(found.high, 0)}"
    status = "ok" if found.low > 0 else "breach" if found.high < 0 else ""
    told = f"{formats.signed(found.delta, 0)} ({span}), {counts}"
    return rows.Cell(text, sub=told, status=status)


# ---- forms ----


def analysis_fields(codes: Codes) -> tuple[Field, ...]:
    """Why it happened."""
    return (
        Field("code", _("Cause"), "choice", code_options(codes)),
        Field(
            "finding",
            _("What was found"),
            "text",
            required=True,
            longest=_LONG,
            note=_("What in the company allowed it, and how you know"),
        ),
    )


def cause_acts(causes: Sequence[StoredCause], codes: Codes, today: date) -> list[Act]:
    """What can be done about causes that are not closed, and about closed ones."""
    acts: list[Act] = []
    going = [one for one in causes if one.cause.status != "closed"][:_MOST]
    if going:
        acts.append(Act("analyse", _("Say why"), (_choice(going, codes), *analysis_fields(codes))))
    ready = [one for one in going if one.cause.status != "open"]
    if ready:
        acts.append(
            Act(
                "add_action",
                _("Decide an action"),
                (
                    _choice(ready, codes),
                    Field("text", _("What is done"), "text", required=True),
                    Field("owner", _("Who does it"), "person", required=True),
                    Field(
                        "due_on",
                        _("By when"),
                        "date",
                        value=(today + _DUE_AFTER).isoformat(),
                        required=True,
                    ),
                    Field(
                        "check_on",
                        _("When is it checked"),
                        "date",
                        value=(today + _CHECK_AFTER).isoformat(),
                        required=True,
                        note=_("Somebody else looks then whether it helped"),
                    ),
                ),
            )
        )
    idle = [one for one in ready if one.cause.status == "analysed"]
    if idle:
        reason = Field("note", _("Why nothing is done"), "text", required=True)
        acts.append(
            Act("close_cause", _("Close without an action"), (_choice(idle, codes), reason))
        )
    return acts


def action_acts(pairs: Sequence[Pair]) -> list[Act]:
    """What can be done about corrective actions that are not settled."""
    acts: list[Act] = []
    going = [pair for pair in pairs if pair[1].cause.status != "closed"]
    open_ = [action for action, _cause in going if action.state.status == "open"]
    done = [action for action, _cause in going if action.state.status == "done"]
    if open_:
        note = Field("note", _("What was done"), "text")
        acts.append(Act("done", _("Mark as done"), (_which(open_), note)))
    if done:
        result = Field(
            "result",
            _("Did it help?"),
            "choice",
            (("verify", _("It helped")), ("fail", _("It did not help"))),
        )
        evidence = Field(
            "note",
            _("By what you see it"),
            "text",
            required=True,
            note=_("A number, a link, a document"),
        )
        acts.append(Act("check", _("Check it"), (_which(done), result, evidence)))
    left = [*open_, *done]
    if left:
        reason = Field("note", _("Reason"), "text", required=True)
        due = Field("due_on", _("New day"), "date", required=True)
        if open_:
            acts.append(Act("change", _("Move its day"), (_which(open_), due, reason)))
        acts.append(Act("drop", _("Drop it"), (_which(left), reason)))
    return acts


def _choice(causes: Sequence[StoredCause], codes: Codes) -> Field:
    options = tuple(
        (versioned(one.id, one.version), cause_title(one, codes)) for one in causes[:_MOST]
    )
    return Field("cause", _("Root cause"), "choice", options)


def _which(actions: Sequence[StoredAction]) -> Field:
    options = tuple(
        (versioned(one.id, one.version), f"#{one.id} {_short(one.text)}") for one in actions[:_MOST]
    )
    return Field("which", _("Action"), "choice", options)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
