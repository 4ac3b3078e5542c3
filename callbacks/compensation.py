"""What the Compensation screen does: batches, budget, leaks, and a new batch that is looked at."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
from dash import Dash, Input, Output

from alerts.actions import Outcome
from alerts.compensation import criteria as criteria_of
from alerts.compensation import reading
from alerts.compensation.machine import Refused
from alerts.notify.current import Current
from dashboard import panel_state
from dashboard.acting import pressed
from dashboard.compensation import (
    LEAKS,
    Kept,
    NotUnderstoodError,
    create,
    criteria,
    prepared,
)
from dashboard.ids import Compensation, Shell
from dashboard.url_filter import decode
from dashboard.wording import compensation as words
from dashboard.wording import compensation_outcomes as outcomes

if TYPE_CHECKING:
    from dashboard.services import Services

log = logging.getLogger(__name__)

_CLASS = "aw-outcome aw-status aw-status--{}"


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    current, kept = Current(services.settings.home), Kept(services)
    app.callback(
        Output(Compensation.CHANGED, "data"),
        Output(Compensation.CHECKED, "data"),
        Output(Compensation.OUTCOME, "children"),
        Output(Compensation.OUTCOME, "className"),
        Input(Compensation.PRESSED, "data"),
        prevent_initial_call=True,
    )(lambda data: answer(services, data))
    app.callback(
        Output(Compensation.BATCHES_PANEL, "className"),
        Output(Compensation.BATCHES, "data-rows"),
        Output(Compensation.PREVIEW, "data-rows"),
        Output(Compensation.ACTIONS, "data-rows"),
        Output(Compensation.ANSWER, "children"),
        Output(Compensation.PACE_PANEL, "className"),
        Output(Compensation.PACE_NOTE, "children"),
        Output(Compensation.PACE, "data-rows"),
        Output(Compensation.LEAKS_PANEL, "className"),
        Output(Compensation.LEAKS_NOTE, "children"),
        Output(Compensation.LEAKS, "data-rows"),
        Output(Compensation.ROWS_PANEL, "className"),
        Output(Compensation.ROWS_TITLE, "children"),
        Output(Compensation.ROWS, "data-rows"),
        Input(Shell.QUERY, "data"),
        Input(Shell.NEWS, "data"),
        Input(Shell.VERSION, "data"),
        Input(Shell.ACTOR, "data"),
        Input(Compensation.ASKED, "data"),
        Input(Compensation.CHANGED, "data"),
        Input(Compensation.CHECKED, "data"),
    )(
        lambda query, _news, _version, actor, leak, done, checked: shown(
            services,
            current,
            kept,
            query or "",
            actor=actor or "",
            leak=leak or "",
            done=done or "",
            checked=checked,
        )
    )


def answer(
    services: Services, data: Mapping[str, Any] | None
) -> tuple[str, dict[str, Any] | None, str, str]:
    """Look at what a batch would hold, or make it: token, criteria kept, what came of it."""
    found = pressed(data)
    if found is None or found.action == "discard":
        return found.token if found else "", None, "", "aw-outcome"
    zone = services.settings.time_zone
    try:
        if found.action == "preview":
            asked = criteria(found.fields, services.metrics.as_of())
            prepared(services, asked)
            return found.token, asked.as_json(), "", "aw-outcome"
        outcome = create(services, found)
    except Refused as refused:
        outcome = Outcome("refused", why=refused.why, data=refused.data)
    except NotUnderstoodError:
        log.warning("A press that no form offers: %s %s", found.action, dict(found.fields))
        outcome = Outcome("refused")
    told = outcomes.told(outcome, found.action, zone)
    done = outcome.result in {"done", "repeated"}
    return found.token if done else "", None, told.text, _CLASS.format(told.status)


def shown(
    services: Services,
    current: Current,
    kept: Kept,
    query: str,
    *,
    actor: str,
    leak: str,
    done: str,
    checked: Mapping[str, Any] | None,
) -> tuple[Any, ...]:
    """Everything on the screen, of the filter's markets."""
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    markets = view.filter.market
    money = kept.money()
    policy = money.document.model if money else None
    batches = reading.listed(services.engine, current.config(), actor)
    pace = money.pace if money else pl.DataFrame(schema={"market": pl.String})
    if markets:
        pace = pace.filter(pl.col("market").is_in(list(markets)))
    found = prepared(services, criteria_of.of_json(checked)) if checked else None
    leaks = words.leaks_of(money, markets) if money else None
    own = leaks.filter(pl.col("kind") == leak) if leaks is not None and leak in LEAKS else None
    return (
        panel_state.of(batches.height),
        words.table(batches, policy, query),
        words.preview(found, zone),
        words.buttons(policy, found, made=batches.height, done=done),
        words.answer(batches, money, pace),
        panel_state.of(pace.height),
        words.pace_note(money),
        words.pace(pace) if pace.height else "",
        panel_state.of(0 if money is None else len(LEAKS)),
        words.leaks_note(money, zone),
        words.leaks(money, markets, query) if money else "",
        panel_state.of(0 if own is None else own.height),
        words.rows_title(leak, 0 if own is None else own.height),
        words.leak_rows(own, policy, zone, query) if own is not None and policy else "",
    )
