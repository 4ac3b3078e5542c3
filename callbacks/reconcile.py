"""What the Reconcile screen does: one question, two numbers, the causes of the gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Dash, Input, Output

from dashboard import panel_state, reconcile
from dashboard.figures.reconcile_waterfall import reconcile_waterfall
from dashboard.ids import Reconcile, Shell
from dashboard.today import today
from dashboard.url_filter import decode, period
from dashboard.wording import reconcile as words
from data_access.browse.reconciliations import reconciliation

if TYPE_CHECKING:
    from dashboard.services import Services

VIEW = (Input(Shell.QUERY, "data"), Input(Shell.VERSION, "data"))
CHOICES = (Reconcile.METRIC, Reconcile.LEFT, Reconcile.RIGHT, Reconcile.STATISTIC)


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    for choice in CHOICES:
        app.clientside_callback(  # type: ignore[no-untyped-call]
            ClientsideFunction("afterwatch", "keepChoice"),
            Output(Reconcile.BRIDGE_PANEL, f"data-{choice.value}"),
            Input(choice, "value"),
            prevent_initial_call=True,
        )
    app.callback(
        Output(Reconcile.BRIDGE_PANEL, "className"),
        Output(Reconcile.NUMBERS, "data-rows"),
        Output(Reconcile.BRIDGE, "figure"),
        Output(Reconcile.BRIDGE_TITLE, "children"),
        Output(Reconcile.BRIDGE_NOTE, "children"),
        Output(Reconcile.BRIDGE_SUMMARY, "children"),
        Output(Reconcile.BRIDGE_TABLE, "data-rows"),
        Output(Reconcile.CASES_PANEL, "className"),
        Output(Reconcile.CASES, "data-rows"),
        Output(Reconcile.ANSWER, "children"),
        *VIEW,
        *(Input(choice, "value") for choice in CHOICES),
    )(lambda query, _version, *asked: bridge(services, query or "", reconcile.question(*asked)))
    app.callback(
        Output(Reconcile.DEFINITIONS_PANEL, "className"),
        Output(Reconcile.DEFINITIONS, "data-rows"),
        Output(Reconcile.SOURCES, "data-rows"),
        *VIEW,
        *(Input(choice, "value") for choice in CHOICES),
    )(lambda _query, _version, *asked: definitions(reconcile.question(*asked)))


def bridge(services: Services, query: str, asked: reconcile.Question) -> tuple[Any, ...]:
    """Both numbers, the bridge between them, the cases behind it and the answer."""
    refused = words.refused(asked)
    if refused:
        return _nothing(refused)
    view, _ignored = decode(query)
    span = period(view, today(services, view))
    found = reconciliation(
        services.warehouse,
        span.now,
        metric=asked.metric,
        left=asked.left,
        right=asked.right,
        statistic=asked.statistic,
        as_of=services.metrics.as_of(),
        zone=view.zone or services.settings.time_zone,
    )
    told = found.reconciliation
    steps = reconcile.bridge(told)
    said = words.answer(told)
    return (
        panel_state.of(len(steps)),
        words.number_facts(told),
        reconcile_waterfall(words.step_rows(steps, told), view=f"{query}{asked}"),
        words.gap_title(told) if steps else said,
        words.note(asked, span, found),
        said,
        words.cause_table(told),
        panel_state.of(told.top.height),
        words.top_table(told, query),
        said,
    )


def _nothing(said: str) -> tuple[Any, ...]:
    """A question that has no answer, whatever the cases."""
    return (
        panel_state.EMPTY,
        words.no_rows(),
        reconcile_waterfall(words.no_steps()),
        said,
        "",
        said,
        words.no_rows(),
        panel_state.EMPTY,
        words.no_rows(),
        said,
    )


def definitions(asked: reconcile.Question) -> tuple[Any, ...]:
    """Both definitions, choice by choice, with where they are written down."""
    return panel_state.READY, words.definition_table(asked), words.source_facts(asked)
