"""What the case list says: names of views and columns, the state of the two clocks, the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from dashboard import formats
from dashboard.languages import _, current, ngettext
from dashboard.url_filter import DIMENSIONS, Period, case_link
from dashboard.vocabulary import value_name
from data_access.browse import HORIZONS
from data_access.metrics import Filter

STATE_KIND = {"met": "ok", "missed": "breach", "overdue": "breach", "running": "info"}
"""State of a clock to its status class."""


def view_names() -> dict[str, str]:
    """View of the list to its name."""
    return {
        "all": _("All"),
        "open": _("Open"),
        "unanswered": _("Unanswered"),
        "first_response_late": _("First response late"),
        "resolution_late": _("Resolution late"),
        "reopened": _("Reopened"),
        "withdrawn": _("Withdrawn"),
        "paused_waiting": _("Paused while waiting"),
        "tainted": _("With doubtful data"),
        "due_15": _("Due in 15 min"),
        "due_60": _("Due in 1 h"),
        "due_240": _("Due in 4 h"),
    }


def status_name(status: str | None) -> str:
    """What readers call the status of a case."""
    names = {
        "new": _("New"),
        "open": _("Open"),
        "pending": _("Waiting"),
        "on_hold": _("On hold"),
        "solved": _("Solved"),
        "closed": _("Closed"),
    }
    return names.get(status or "", status or formats.NONE)


def clock_text(
    state: str | None,
    start: datetime,
    done: datetime | None,
    due: datetime | None,
    now: datetime,
    *,
    span: Callable[[float], str] = formats.duration,
) -> str:
    """How one clock stands: met after, missed by, overdue by, due in; `span` writes seconds."""
    if state is None or due is None:
        return formats.NONE
    if state == "withdrawn":
        return _("Withdrawn")
    if state == "met" and done is not None:
        return _("Met after {span}", span=span((done - start).total_seconds()))
    if state == "missed" and done is not None:
        return _("Missed by {span}", span=span((done - due).total_seconds()))
    if state == "overdue":
        return _("Overdue by {span}", span=span((now - due).total_seconds()))
    return _("Due in {span}", span=span((due - now).total_seconds()))


def brief(seconds: float) -> str:
    """A duration where there is little room: `51 min`, `4.8 h`, `3.2 d`."""
    if seconds < 3600:
        return formats.duration(seconds)
    if seconds < 48 * 3600:
        return _("{h} h", h=formats.number(seconds / 3600, 1))
    return _("{d} d", d=formats.number(seconds / 86_400, 1))


def grid_rows(frame: pl.DataFrame, query: str, *, now: datetime, zone: str) -> list[dict[str, Any]]:
    """Rows of the grid, ready to read but for instants, which the browser writes out."""
    return [_grid_row(row, query, now, zone) for row in frame.iter_rows(named=True)]


def _grid_row(row: Mapping[str, Any], query: str, now: datetime, zone: str) -> dict[str, Any]:
    def clock(name: str, done: str) -> str:
        due, state = row[f"{name}_due_at"], row[f"{name}_state"]
        return clock_text(state, row["created_at"], row[done], due, now, span=brief)

    def named(name: str) -> str:
        return value_name(name, str(row[name])) if row[name] else formats.NONE

    return {
        "href": case_link(row["case_id"], row["source"], query),
        "case_id": row["case_id"],
        "subject": row["subject"] or _("No subject"),
        "market": named("market"),
        "category": named("category"),
        "reason": named("reason"),
        "channel": named("channel"),
        "level": named("level"),
        "created_at": formats.iso_utc(row["created_at"]),
        "zone": zone,
        "status": status_name(row["status"]),
        "first_response": clock("first_response", "first_response_at"),
        "first_response_kind": STATE_KIND.get(row["first_response_state"], "none"),
        "resolution": clock("resolution", "solved_at"),
        "resolution_kind": STATE_KIND.get(row["resolution_state"], "none"),
        "age": formats.duration(None if row["age_hours"] is None else 3600 * row["age_hours"]),
    }


def answer(total: int, view: str, text: str, span: Period) -> str:
    """How many cases of which kind from when: the sentence below the title."""
    counted = {
        "all": ngettext("{count} case", "{count} cases", total),
        "open": ngettext("{count} open case", "{count} open cases", total),
        "unanswered": ngettext("{count} unanswered case", "{count} unanswered cases", total),
        "first_response_late": ngettext(
            "{count} case with a late first response",
            "{count} cases with a late first response",
            total,
        ),
        "resolution_late": ngettext(
            "{count} case with a late resolution", "{count} cases with a late resolution", total
        ),
        "reopened": ngettext("{count} reopened case", "{count} reopened cases", total),
        "withdrawn": ngettext(
            "{count} case with a promise withdrawn before its deadline",
            "{count} cases with a promise withdrawn before its deadline",
            total,
        ),
        "paused_waiting": ngettext(
            "{count} case paused while the customer waited",
            "{count} cases paused while the customer waited",
            total,
        ),
        "tainted": ngettext(
            "{count} case with doubtful data", "{count} cases with doubtful data", total
        ),
        **{
            str(due): ngettext(
                "{count} case due within {span}",
                "{count} cases due within {span}",
                total,
                span=formats.duration(horizon.total_seconds()),
            )
            for due, horizon in HORIZONS.items()
        },
    }
    days = (
        [] if view in HORIZONS else [_("created {days}", days=formats.days(span.first, span.last))]
    )
    parts = [counted[view], *days, *filter_words(span.now)]
    if text:
        parts.append(_("with “{text}”", text=text))
    return ("，" if current() == "zh_Hans" else ", ").join(parts)


def filter_words(where: Filter) -> list[str]:
    """The dimensions of a filter, each as `France, Germany` or `12 markets`."""
    words: list[str] = []
    for name in DIMENSIONS:
        values: Sequence[str] = getattr(where, name)
        if values:
            shown = [value_name(name, str(value)) for value in values[:3]]
            more = f" +{len(values) - 3}" if len(values) > 3 else ""
            words.append("/".join(shown) + more)
    return words
