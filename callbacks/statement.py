"""What the page of one statement does: one look, an editor that nobody overwrites, presses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output, State, ctx, no_update

from alerts import statements
from alerts.notify.current import Current
from alerts.statements import StatementPage
from alerts.statements.locales import direction
from alerts.statements.reading import possible, roles_of
from dashboard import panel_state, statement_actions
from dashboard.ids import Shell, Statement
from dashboard.statements import number
from dashboard.url_filter import decode
from dashboard.wording import statement as words

if TYPE_CHECKING:
    from dashboard.services import Services

LOOK = (
    (Statement.STATE_PANEL, "className"),
    (Statement.CHAIN_PANEL, "className"),
    (Statement.SOURCE_PANEL, "className"),
    (Statement.TEXT_PANEL, "className"),
    (Statement.FINDINGS_PANEL, "className"),
    (Statement.OTHERS_PANEL, "className"),
    (Statement.SENT_PANEL, "className"),
    (Statement.DIFF_PANEL, "className"),
    (Statement.REVISIONS_PANEL, "className"),
    (Statement.BACK, "href"),
    (Statement.ANSWER, "children"),
    (Statement.FACTS, "data-rows"),
    (Statement.NATIVE, "children"),
    (Statement.ACTIONS, "data-rows"),
    (Statement.CHAIN, "data-rows"),
    (Statement.SOURCE, "data-rows"),
    (Statement.SHOWN, "data-rows"),
    (Statement.FINDINGS, "data-rows"),
    (Statement.FINDINGS_TITLE, "children"),
    (Statement.OTHERS, "data-rows"),
    (Statement.RECORD, "data-rows"),
    (Statement.SENT, "data-rows"),
    (Statement.DIFF, "data-rows"),
    (Statement.DIFF_TITLE, "children"),
    (Statement.REVISIONS, "data-rows"),
    (Statement.TEXT, "readOnly"),
    (Statement.SAVE, "disabled"),
    (Statement.TAKE, "disabled"),
)
"""What the one look fills, in this order."""
_PANELS = sum(prop == "className" for _part, prop in LOOK)


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        *[Output(part, prop) for part, prop in LOOK],
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(Statement.ASKED, "data"),
        Input(Statement.CHANGED, "data"),
        Input(Statement.SAVED, "data"),
        Input(Shell.ACTOR, "data"),
    )(
        lambda query, _news, asked, done, _saved, actor: shown(
            services, query or "", asked, done or "", actor or ""
        )
    )
    app.callback(
        Output(Statement.CHANGED, "data"),
        Output(Statement.OUTCOME, "children"),
        Output(Statement.OUTCOME, "className"),
        Input(Statement.PRESSED, "data"),
        State(Shell.QUERY, "data"),
        prevent_initial_call=True,
    )(lambda data, query: statement_actions.answer(services, data, zone_of(services, query)))
    app.callback(
        Output(Statement.SAVED, "data"),
        Output(Statement.VERDICT, "children"),
        Output(Statement.VERDICT, "className"),
        Input(Statement.SAVE, "n_clicks"),
        State(Statement.TEXT, "value"),
        State(Statement.BASE, "data"),
        State(Shell.ACTOR, "data"),
        prevent_initial_call=True,
    )(lambda _n, text, base, actor: statement_actions.save(services, text, base, actor))
    app.callback(
        Output(Statement.TEXT, "value"),
        Output(Statement.TEXT, "dir"),
        Output(Statement.TEXT, "lang"),
        Output(Statement.BASE, "data"),
        Output(Statement.CONFLICT, "data-rows"),
        Output(Statement.CONFLICT_NOTE, "children"),
        Input(Statement.ASKED, "data"),
        Input(Shell.NEWS, "data"),
        Input(Statement.CHANGED, "data"),
        Input(Statement.SAVED, "data"),
        Input(Statement.TAKE, "n_clicks"),
        State(Statement.TEXT, "value"),
        State(Statement.BASE, "data"),
    )(
        lambda asked, _news, _done, saved, _take, text, base: edited(
            services, asked, text, base, saved, ctx.triggered_id
        )
    )


def look(services: Services, asked: str) -> StatementPage | None:
    """The statement that the address names."""
    config = Current(services.settings.home).config()
    return statements.page(services.engine, number(asked), config, services.clock())


def zone_of(services: Services, query: str | None) -> str:
    """The zone that the reader sees times in."""
    view, _ignored = decode(query or "")
    return view.zone or services.settings.time_zone


def shown(services: Services, query: str, asked: str, done: str, actor: str) -> tuple[Any, ...]:
    """Everything but the editor, in the order of `LOOK`."""
    page = look(services, asked)
    if page is None:
        empty = [panel_state.EMPTY] * _PANELS
        blank = [""] * (len(LOOK) - _PANELS - 5)
        return (*empty, "/crises", words.unknown(), *blank, True, True, True)
    zone = zone_of(services, query)
    config = Current(services.settings.home).config()
    can = possible(page, config, actor, roles_of(services.engine, page.one.crisis_id))
    return (
        panel_state.READY,
        panel_state.READY,
        panel_state.of(page.source is not None),
        panel_state.READY,
        panel_state.of(len(page.findings)),
        panel_state.of(len(page.siblings) - 1),
        panel_state.of(page.one.sent is not None),
        panel_state.of(page.before is not None),
        panel_state.of(len(page.revisions)),
        words.back(page, query),
        words.answer(page, zone),
        words.facts(page, zone),
        words.native(page),
        words.actions(page, can, done),
        words.chain(page, zone),
        words.source(page),
        words.text(page),
        words.findings(page),
        words.findings_title(page),
        words.others(page, query),
        words.record(page, zone),
        words.sent(page),
        words.difference(page),
        words.difference_title(page, zone),
        words.revisions(page, zone),
        *[page.one.over] * 3,
    )


def edited(
    services: Services,
    asked: str,
    text: str | None,
    base: Mapping[str, Any] | None,
    saved: Mapping[str, Any] | None,
    trigger: Any,
) -> tuple[Any, ...]:
    """The editor: what is stored, unless somebody is typing; then both are shown.

    Args:
        services: what is looked at.
        asked: the statement.
        text: what stands in the editor.
        base: what the editor started from.
        saved: what came of the last press of Save.
        trigger: what set this off.

    Returns:
        Text, direction, language, base, both texts compared, and a note of the conflict; parts
        that stay are not sent.
    """
    page = look(services, asked)
    if page is None:
        return "", "ltr", "", None, "", ""
    one = page.one
    stored = {"id": one.id, "version": one.version, "text": one.body}
    fresh = (one.body, direction(one.locale), one.locale, stored, "", "")
    if trigger == Statement.SAVED and saved and saved.get("done"):
        return fresh
    if trigger == Statement.TAKE or base is None or base["id"] != one.id or text is None:
        return fresh
    if text.strip() in (base["text"], one.body):
        return fresh
    if one.body == base["text"] and not base.get("over"):
        # Somebody signed meanwhile: nothing about the words, so what is typed still starts here.
        kept = no_update if base["version"] == one.version else {**base, "version": one.version}
        return no_update, no_update, no_update, kept, "", ""
    # Who was told that there are two texts may save over the other one; not before.
    told = trigger == Statement.SAVED and saved is not None and saved.get("stale")
    after = {**stored, "over": True} if told or base.get("over") else base
    return (
        no_update,
        no_update,
        no_update,
        after,
        words.both(page, text),
        words.conflict(page, may_replace=bool(after.get("over"))),
    )
