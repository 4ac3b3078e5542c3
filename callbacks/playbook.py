"""What the page of one document does: one look at it, its text, and checks of what is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output, State

from alerts.library.pages import DocumentPage, document_page, texts_compared
from alerts.notify.current import Current
from dashboard import panel_state, playbook_actions
from dashboard.ids import Playbook, Shell
from dashboard.playbooks import PHASES, parted, phase_id, steps_id
from dashboard.url_filter import decode
from dashboard.wording import playbook as words
from dashboard.wording import playbook_steps as steps

if TYPE_CHECKING:
    from dashboard.services import Services

_HIDDEN = "aw-none"


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    look = (
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(Playbook.ASKED, "data"),
        Input(Playbook.SAVED, "data"),
    )
    app.callback(
        Output(Playbook.FACTS_PANEL, "className"),
        Output(Playbook.FINDINGS_PANEL, "className"),
        Output(Playbook.VERSIONS_PANEL, "className"),
        Output(Playbook.ANSWER, "children"),
        Output(Playbook.FACTS, "data-rows"),
        Output(Playbook.FINDINGS_TITLE, "children"),
        Output(Playbook.FINDINGS, "data-rows"),
        Output(Playbook.VERSIONS, "data-rows"),
        Output(Playbook.DIFF_TITLE, "children"),
        Output(Playbook.DIFF, "children"),
        *look,
    )(lambda query, _news, asked, _saved: standing(services, query or "", asked))
    app.callback(
        Output(Playbook.STEPS_TITLE, "children"),
        *[Output(phase_id(phase), "className") for phase in PHASES],
        *[Output(steps_id(phase), "data-rows") for phase in PHASES],
        Output(Playbook.MORE, "className"),
        Output(Playbook.CADENCE, "data-rows"),
        Output(Playbook.METRICS, "data-rows"),
        Output(Playbook.RECOVERY, "data-rows"),
        *look,
    )(lambda _query, _news, asked, _saved: charted(services, asked))
    # Not with the news: what is being typed must stay.
    app.callback(
        Output(Playbook.TEXT, "value"),
        Output(Playbook.SEEN, "data"),
        Input(Playbook.ASKED, "data"),
        Input(Playbook.SAVED, "data"),
    )(lambda asked, _saved: text(services, asked))
    app.callback(
        Output(Playbook.VERDICT, "children"),
        Output(Playbook.VERDICT, "className"),
        Output(Playbook.FAULTS, "data-rows"),
        Output(Playbook.SAVED, "data"),
        Input(Playbook.CHECK, "n_clicks"),
        Input(Playbook.SAVE, "n_clicks"),
        State(Playbook.TEXT, "value"),
        State(Playbook.NOTE, "value"),
        State(Playbook.ASKED, "data"),
        State(Playbook.SEEN, "data"),
        State(Shell.ACTOR, "data"),
        prevent_initial_call=True,
    )(lambda *pressed: playbook_actions.edit(services, *pressed[2:]))


def look_at(services: Services, asked: Mapping[str, str]) -> DocumentPage | None:
    """The document that the address names."""
    kind, name = parted(asked["document"])
    number = asked["version"]
    return document_page(
        services.engine,
        kind,
        name,
        int(number) if number.isdecimal() else None,
        config=Current(services.settings.home).config(),
        today=services.clock().date(),
    )


def standing(services: Services, query: str, asked: Mapping[str, str]) -> tuple[Any, ...]:
    """What the document is, what the linter says of it, its versions and what changed."""
    page = look_at(services, asked)
    if page is None:
        return (*[panel_state.EMPTY] * 3, words.unknown(), "", "", "", "", "", "")
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    against = int(asked["against"]) if asked["against"].isdecimal() else None
    lines = None if against is None else texts_compared(services.engine, page.document, against)
    return (
        panel_state.READY,
        panel_state.of(len(page.findings)),
        panel_state.READY,
        words.answer(page),
        words.facts(page, services.clock().date(), zone),
        words.findings_title(page.findings),
        words.findings(page.findings),
        words.versions(page, zone),
        words.diff_title(lines, against, page.document.n),
        "\n".join(lines or ()),
    )


def charted(services: Services, asked: Mapping[str, str]) -> tuple[Any, ...]:
    """The step chart by phase, and what stands around it."""
    page = look_at(services, asked)
    if page is None or page.document.kind != "playbook":
        return ("", *[_HIDDEN] * len(PHASES), *[""] * len(PHASES), _HIDDEN, "", "", "")
    playbook = page.document.model
    return (
        steps.title(playbook),
        *["" if steps.has(playbook, phase) else _HIDDEN for phase in PHASES],
        *[steps.chart(playbook, phase) for phase in PHASES],
        "",
        steps.cadence(playbook),
        steps.metrics(playbook),
        steps.recovery(playbook),
    )


def text(services: Services, asked: Mapping[str, str]) -> tuple[str, int | None]:
    """The YAML to edit, and the number of the newest version as the reader sees it."""
    page = look_at(services, asked)
    if page is None:
        return "", None
    return page.document.body_yaml, page.history[0].n
