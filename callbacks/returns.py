"""What the Returns screen does: weekly cohorts, their split, and the ends returns come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from dash import ClientsideFunction, Dash, Input, Output

from dashboard import panel_state, returns
from dashboard.figures.cohort_bars import cohort_bars
from dashboard.ids import Returns, Shell
from dashboard.readings import understood
from dashboard.today import today
from dashboard.url_filter import Period, View, decode, link, period
from dashboard.wording import returns as words

if TYPE_CHECKING:
    from dashboard.services import Services
    from data_access.metrics.return_cohorts import ReturnCohorts

KPI = "return_rate_lines"
VIEW = (Input(Shell.QUERY, "data"), Input(Shell.VERSION, "data"))


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("afterwatch", "keepChoice"),
        Output(Returns.SPLIT_PANEL, "data-kept"),
        Input(Returns.SPLIT, "value"),
        prevent_initial_call=True,
    )
    app.callback(
        Output(Returns.COHORTS_PANEL, "className"),
        Output(Returns.COHORTS, "figure"),
        Output(Returns.COHORTS_TITLE, "children"),
        Output(Returns.COHORTS_NOTE, "children"),
        Output(Returns.COHORTS_SUMMARY, "children"),
        Output(Returns.COHORTS_TABLE, "data-rows"),
        Output(Returns.ROWS, "href"),
        Output(Returns.ANSWER, "children"),
        *VIEW,
    )(lambda query, _version: cohorts(services, query or ""))
    app.callback(
        Output(Returns.SPLIT_PANEL, "className"),
        Output(Returns.SPLIT_TABLE, "data-rows"),
        Output(Returns.SPLIT_TITLE, "children"),
        *VIEW,
        Input(Returns.SPLIT, "value"),
    )(lambda query, _version, by: split(services, query or "", by))
    app.callback(
        Output(Returns.ENDS_PANEL, "className"),
        Output(Returns.ENDS_TABLE, "data-rows"),
        Output(Returns.ENDS_TITLE, "children"),
        Output(Returns.ENDS_NOTE, "children"),
        *VIEW,
    )(lambda query, _version: ends(services, query or ""))


def cohorts(services: Services, query: str) -> tuple[Any, ...]:
    """Weeks of the order: so far, nowcast, baseline; and the answer."""
    view, span, strange = _asked(services, query)
    found = _found(services, view, span)
    shown = words.week_rows(found)
    return (
        panel_state.of(found.weeks.height),
        cohort_bars(
            shown,
            baseline=found.last_mature,
            baseline_label=words.share(found.last_mature),
            every=max(2, -(-found.weeks.height // returns.WEEKS_NAMED)),
            view=query,
        ),
        words.title(found),
        words.note(found, strange),
        words.answer(found),
        words.week_table(found),
        link("/rows/returns", query),
        words.answer(found),
    )


def split(services: Services, query: str, by: str | None) -> tuple[Any, ...]:
    """The young weeks by category, country or carrier."""
    view, span, _strange = _asked(services, query)
    chosen = returns.chosen_split(by)
    found = _found(services, view, span, by=chosen)
    return (
        panel_state.of(found.split.height),
        words.split_table(found, chosen, query),
        words.split_title(found, chosen),
    )


def ends(services: Services, query: str) -> tuple[Any, ...]:
    """Outcomes of the returns asked for in the period."""
    view, span, _strange = _asked(services, query)
    found = services.metrics.return_ends(span.now, zone=view.zone)
    return (
        panel_state.of(found.n),
        words.ends_table(found),
        words.ends_title(found),
        words.ends_note(found, span),
    )


def _asked(services: Services, query: str) -> tuple[View, Period, tuple[str, ...]]:
    """View and period without the dimensions that order lines do not have, and their names."""
    view, _ignored = decode(query)
    span, strange = understood(period(view, today(services, view)), KPI)
    unsplit = [name for name in returns.NOT_OF_SALES if name in span.now.values()]
    return view, span, (*strange, *unsplit)


def _found(services: Services, view: View, span: Period, by: str | None = None) -> ReturnCohorts:
    return services.metrics.return_cohorts(
        span.now,
        by=by,
        weeks=returns.weeks_shown(span),
        rng=np.random.default_rng(returns.SEED),
        zone=view.zone,
    )
