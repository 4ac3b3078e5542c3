"""What Messages and duty does: who is on call, taking over, the messages, sending one again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Dash, Input, Output

from alerts import heartbeat, inbox, overrides, roster
from alerts.notify import reading
from alerts.notify.current import Current
from dashboard import panel_state, pulse
from dashboard.delivery import View, listed
from dashboard.duty_actions import Checked, answer
from dashboard.ids import Delivery, Shell
from dashboard.url_filter import decode
from dashboard.wording import delivery as words
from dashboard.wording import duty as duty_words

if TYPE_CHECKING:
    from dashboard.services import Services

SHOWN = 200
"""Messages of a view that are listed, the newest first."""


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    current = Current(services.settings.home)
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("afterwatch", "keepChoice"),
        Output(Delivery.MESSAGES_PANEL, "data-kept"),
        Input(Delivery.VIEW, "value"),
        prevent_initial_call=True,
    )
    app.callback(
        Output(Delivery.CHANGED, "data"),
        Output(Delivery.CHECKED, "data"),
        Output(Delivery.OUTCOME, "children"),
        Output(Delivery.OUTCOME, "className"),
        Output(Delivery.RESENT, "children"),
        Output(Delivery.RESENT, "className"),
        Input(Delivery.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: answer(services, current, data))
    app.callback(
        Output(Delivery.DUTY_PANEL, "className"),
        Output(Delivery.DUTY, "data-rows"),
        Output(Delivery.ACTIONS_PANEL, "className"),
        Output(Delivery.ACTIONS, "data-rows"),
        Output(Delivery.OVERRIDES, "data-rows"),
        Output(Delivery.FINDINGS_PANEL, "className"),
        Output(Delivery.FINDINGS_TITLE, "children"),
        Output(Delivery.FINDINGS, "data-rows"),
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(Delivery.CHANGED, "data"),
        Input(Delivery.CHECKED, "data"),
    )(lambda query, _news, done, checked: duty(services, current, query or "", done, checked))
    app.callback(
        Output(Delivery.MESSAGES_PANEL, "className"),
        Output(Delivery.MESSAGES, "data-rows"),
        Output(Delivery.RESEND, "data-rows"),
        Output(Delivery.ANSWER, "children"),
        Output(Delivery.NOTE, "children"),
        Output(Delivery.VIEW, "options"),
        Output(Delivery.EMPTY, "children"),
        Output(Delivery.EMPTY_NOTE, "children"),
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(Delivery.VIEW, "value"),
        Input(Delivery.CHANGED, "data"),
    )(lambda query, _news, view, done: messages(services, current, query or "", view, done or ""))


def duty(
    services: Services,
    current: Current,
    query: str,
    done: str | None,
    checked: Mapping[str, Any] | None,
) -> tuple[Any, ...]:
    """Who is on call, who takes over, and what the rotas leave open."""
    now, zone = services.clock(), _zone(services, query)
    config = current.config()
    kept = overrides.active(services.engine, now)
    on_duty = roster.on_duty(config, kept, now)
    found = list(roster.findings(config, kept, now))
    actions = duty_words.actions(
        config,
        kept,
        Checked.of(checked),
        newest=overrides.newest(services.engine),
        done=done or "",
        now=now,
    )
    return (
        panel_state.of(len(on_duty)),
        duty_words.on_duty(on_duty, zone),
        panel_state.of(len(on_duty)),
        actions,
        duty_words.overrides(config, kept, zone),
        panel_state.of(len(found)) if on_duty else panel_state.EMPTY,
        duty_words.findings_title(found, rotas=len(on_duty)),
        duty_words.findings(config, found),
    )


def messages(
    services: Services, current: Current, query: str, view: View, done: str
) -> tuple[Any, ...]:
    """The messages of a view, how many every other holds, and who is on call in a sentence."""
    now, zone = services.clock(), _zone(services, query)
    muted = inbox.inbox(services.engine, None, "muted", now)
    failed = reading.dead_letters(services.engine)
    counts = words.counted(reading.counts(services.engine), dead=failed.height, muted=muted.height)
    if view == "muted":
        shown, table = muted.height, words.muted(muted, query, zone)
    else:
        found = failed if view == "dead" else listed(services.engine, view, SHOWN)
        shown, table = found.height, words.messages(found, view, query, zone)
    kept = overrides.active(services.engine, now)
    beat = heartbeat.read(services.engine)
    title, advice = words.empty(view)
    return (
        panel_state.of(shown),
        table,
        words.resend(failed if view == "dead" else None, done),
        words.answer(roster.on_duty(current.config(), kept, now), counts),
        words.note(beat, current.faults, pulse.worker(services.engine, now)),
        words.view_options(counts),
        title,
        advice,
    )


def _zone(services: Services, query: str) -> str:
    view, _ignored = decode(query)
    return view.zone or services.settings.time_zone
