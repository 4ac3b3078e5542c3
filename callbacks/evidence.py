"""What the Evidence screen does: one look at a crisis, and what a pressed button asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output

from dashboard import evidence, panel_state
from dashboard.evidence_actions import answer
from dashboard.ids import Evidence, Shell
from dashboard.url_filter import decode, link
from dashboard.wording import evidence as words

if TYPE_CHECKING:
    from dashboard.services import Services

EVERYTHING = (
    (Evidence.BACK, "href"),
    (Evidence.ANSWER, "children"),
    (Evidence.SUMMARY, "children"),
    (Evidence.CHECKLIST_PANEL, "className"),
    (Evidence.CHECKLIST_TITLE, "children"),
    (Evidence.CHECKLIST_NOTE, "children"),
    (Evidence.CHECKLIST, "data-rows"),
    (Evidence.FILED_PANEL, "className"),
    (Evidence.FILED_TITLE, "children"),
    (Evidence.ACTIONS, "data-rows"),
    (Evidence.UPLOAD, "data-rows"),
    (Evidence.FILED, "data-rows"),
    (Evidence.BUILD, "data-rows"),
    (Evidence.PACKS_PANEL, "className"),
    (Evidence.PACKS, "data-rows"),
    (Evidence.CHECK, "data-rows"),
)
"""What the one look fills, in this order."""


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(Evidence.CHANGED, "data"),
        Output(Evidence.OUTCOME, "children"),
        Output(Evidence.OUTCOME, "className"),
        Input(Evidence.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: answer(services, data))
    app.callback(
        Output(Evidence.PACKED, "data"),
        Output(Evidence.BUILT, "children"),
        Output(Evidence.BUILT, "className"),
        Input(Evidence.BUILDING, "data"),
        prevent_initial_call=True,
        running=[(Output(Evidence.BUSY, "hidden"), False, True)],
    )(lambda data: answer(services, data))
    app.callback(
        *[Output(part, prop) for part, prop in EVERYTHING],
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(Evidence.ASKED, "data"),
        Input(Evidence.CHANGED, "data"),
        Input(Evidence.PACKED, "data"),
        Input(Evidence.SENT, "data"),
    )(lambda query, _news, asked, done, *_more: shown(services, query or "", asked, done or ""))


def shown(services: Services, query: str, asked: str, done: str) -> tuple[Any, ...]:
    """The evidence as it stands now, in the order of `EVERYTHING`."""
    found = evidence.dossier_of(services, asked)
    back = link(f"/crises/{asked}", query)
    if found is None:
        return _missing(back)
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    return (
        back,
        words.answer(found),
        words.summary(found),
        panel_state.of(len(found.complete.items)),
        words.checklist_title(found),
        words.checklist_note(found),
        words.checklist(found, zone),
        panel_state.of(found.filed.height),
        words.filed_title(found),
        words.actions_of(found, zone, done),
        words.upload(found),
        words.filed(found, zone),
        words.build(found),
        panel_state.of(len(found.packs)),
        words.packs(found, zone),
        words.check(found),
    )


def _missing(back: str) -> tuple[Any, ...]:
    """That there is no such crisis: the panel of the checklist says so, all others are empty."""
    kinds = {"className": panel_state.EMPTY, "href": back}
    return tuple(kinds.get(prop, "") for _part, prop in EVERYTHING)
