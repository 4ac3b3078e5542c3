"""From an incident to a crisis: the one it belongs to, or the form that opens one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alerts.inbox import IncidentPage
from dashboard.acting import Act, Field, actions
from dashboard.ids import Alert
from dashboard.languages import _
from dashboard.url_filter import link
from dashboard.wording.crisis_names import level_words
from dashboard.wording.incident_names import title_of

_USUAL = {"critical": "3", "warning": "2", "info": "1"}
"""Severity of an incident to the level that the form begins with."""


def words(joined: tuple[int, str] | None) -> str:
    """The crisis that it belongs to."""
    return (
        _("Belongs to crisis {number}: {title}", number=joined[0], title=joined[1])
        if joined
        else ""
    )


def href(joined: tuple[int, str] | None, query: str) -> str:
    """Where that crisis is."""
    return link(f"/crises/{joined[0]}", query) if joined else ""


def offered(page: IncidentPage, levels: Any, choices: Sequence[tuple[str, str]], done: str) -> str:
    """The form that opens a crisis from the incident; empty once it is closed.

    Args:
        page: the incident.
        levels: the levels in force.
        choices: playbooks in force by name and title.
        done: token of the press that was just done.
    """
    if page.row["handling"] == "closed":
        return ""
    return actions(
        [act(page, levels, choices)],
        id="alert-crisis-act",
        store=Alert.PRESSED,
        subject=f"new/{page.row['group_id']}",
        version=0,
        done=done,
    )


def act(page: IncidentPage, levels: Any, choices: Sequence[tuple[str, str]]) -> Act:
    """The form, filled from the incident: its title, its slice, the playbook its rule names."""
    own = page.evidence.get("playbook") or ""
    known = dict(choices)
    options = (
        ("", _("The one for its topic")),
        *choices,
        ("-", _("None")),
    )
    fields = (
        Field(
            "title", _("What is it"), "line", required=True, value=title_of(page.row, page.labels)
        ),
        Field(
            "level",
            _("Level"),
            "choice",
            options=tuple((str(n), level_words(levels, n)) for n in range(1, 5)),
            value=_USUAL.get(page.row["severity"], "2"),
        ),
        Field(
            "playbook", _("Playbook"), "choice", options=options, value=own if own in known else ""
        ),
        Field("note", _("Why"), "text", required=True),
    )
    return Act("open", _("Open a crisis"), fields, submit=_("Open the crisis"))
