"""What the complaints screen does: contacts by place, by week and by reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
from dash import ClientsideFunction, Dash, Input, Output

from dashboard import complaints, formats, panel_state
from dashboard.figures.complaint_heatmap import complaint_heatmap
from dashboard.figures.reason_bars import reason_bars
from dashboard.ids import Complaints, Shell
from dashboard.today import today
from dashboard.url_filter import Period, View, decode, period
from dashboard.vocabulary import value_name
from dashboard.wording import complaints as words
from dashboard.wording.reasons import reason_rows, reason_table, reasons_finding, reasons_note
from data_access.metrics import Filter, Query
from data_access.metrics.shift import share_shift

if TYPE_CHECKING:
    from dashboard.services import Services

VIEW = (Input(Shell.QUERY, "data"), Input(Shell.VERSION, "data"))


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("afterwatch", "keepChoice"),
        Output(Complaints.PLACES_PANEL, "data-kept"),
        Input(Complaints.MEASURE, "value"),
        prevent_initial_call=True,
    )
    app.callback(
        Output(Complaints.PLACES_PANEL, "className"),
        Output(Complaints.PLACES, "figure"),
        Output(Complaints.PLACES_TITLE, "children"),
        Output(Complaints.PLACES_NOTE, "children"),
        Output(Complaints.PLACES_SUMMARY, "children"),
        Output(Complaints.PLACES_TABLE, "data-rows"),
        Output(Complaints.ANSWER, "children"),
        *VIEW,
        Input(Complaints.MEASURE, "value"),
    )(lambda query, _version, measure: places(services, query or "", measure))
    app.callback(
        Output(Complaints.WEEKS_PANEL, "className"),
        Output(Complaints.WEEKS, "figure"),
        Output(Complaints.WEEKS_TITLE, "children"),
        Output(Complaints.WEEKS_NOTE, "children"),
        Output(Complaints.WEEKS_SUMMARY, "children"),
        Output(Complaints.WEEKS_TABLE, "data-rows"),
        *VIEW,
        Input(Complaints.MEASURE, "value"),
    )(lambda query, _version, measure: weeks(services, query or "", measure))
    app.callback(
        Output(Complaints.REASONS_PANEL, "className"),
        Output(Complaints.REASONS, "figure"),
        Output(Complaints.REASONS_TITLE, "children"),
        Output(Complaints.REASONS_NOTE, "children"),
        Output(Complaints.REASONS_SUMMARY, "children"),
        Output(Complaints.REASONS_TABLE, "data-rows"),
        *VIEW,
    )(lambda query, _version: reasons(services, query or ""))


def places(services: Services, query: str, measure: str) -> tuple[Any, ...]:
    """Category × market, and the sentence that answers the screen's question."""
    view, span = _view(services, query)
    overall = _contacts(services, view, span.now)
    before = _contacts(services, view, span.before) if span.before else None
    usual = overall["value"][0]
    cells = _cells(services, view, span.now, ("category", "market"), usual)
    markets = complaints.busiest(cells, "market", complaints.MOST_MARKETS)
    categories = complaints.busiest(cells, "category", complaints.MOST_CATEGORIES)
    shown = cells.filter(pl.col("market").is_in(markets), pl.col("category").is_in(categories))
    finding = words.places_finding(cells, measure, usual)
    standing_out = words.places_finding(cells, "rate", usual)
    return (
        panel_state.of(cells.height),
        complaint_heatmap(
            words.place_cells(shown, measure, query),
            rows=[value_name("category", category) for category in categories],
            columns=[market or "?" for market in markets],
            view=f"{query}{measure}",
        ),
        finding,
        words.note(measure, span, hidden=cells["market"].n_unique() - len(markets)),
        words.summary(finding, cells),
        words.cell_table(cells, query),
        words.answer(
            overall.row(0, named=True),
            before.row(0, named=True) if before is not None else None,
            standing_out,
        ),
    )


def weeks(services: Services, query: str, measure: str) -> tuple[Any, ...]:
    """Category × week."""
    view, span = _view(services, query)
    first, last = complaints.weeks_shown(span.first, span.last)
    where = replace(span.now, start=first, end=last)
    overall = _contacts(services, view, where)["value"][0]
    cells = _cells(services, view, where, ("category", "week"), overall)
    categories = complaints.busiest(cells, "category", complaints.MOST_CATEGORIES)
    shown = cells.filter(pl.col("category").is_in(categories))
    mondays = sorted(cells["week"].unique().to_list())
    finding = words.weeks_finding(cells, last) if mondays else ""
    return (
        panel_state.of(cells.height),
        complaint_heatmap(
            words.week_cells(shown, measure, query, last),
            rows=[value_name("category", category) for category in categories],
            columns=[words.week_name(monday) for monday in mondays],
            values=len(mondays) <= 16,
            named=7,
            view=f"{query}{measure}",
        ),
        finding,
        words.note(measure, None, weeks=len(mondays)),
        words.summary(finding, cells),
        words.cell_table(cells, query, last),
    )


def reasons(services: Services, query: str) -> tuple[Any, ...]:
    """Reasons and how their shares shifted."""
    view, span = _view(services, query)
    now, before = (
        _by_reason(services, view, where) if where else pl.DataFrame()
        for where in (span.now, span.before)
    )
    shift = share_shift(now, before, "reason").filter(pl.col("n_now") + pl.col("n_before") > 0)
    known = shift.filter(pl.col("segment").is_not_null())
    shown = known.head(complaints.MOST_REASONS)
    finding = reasons_finding(shown)
    compared = span.before
    return (
        panel_state.of(known.height),
        reason_bars(reason_rows(shown, query), view=query),
        finding,
        reasons_note(
            formats.days(compared.start, compared.end)
            if compared and compared.start and compared.end
            else ""
        ),
        finding,
        reason_table(shift, query),
    )


def _view(services: Services, query: str) -> tuple[View, Period]:
    view, _ignored = decode(query)
    return view, period(view, today(services, view))


def _contacts(services: Services, view: View, where: Filter) -> pl.DataFrame:
    return services.metrics.kpi(Query("contact_rate", where=where, zone=view.zone))


def _cells(
    services: Services, view: View, where: Filter, by: tuple[str, ...], overall: float | None
) -> pl.DataFrame:
    frame = services.metrics.kpi(Query("contact_rate", by=by, where=where, zone=view.zone))
    texts = [pl.col(name).fill_null("") for name in by if name != "week"]
    return complaints.judge(frame.with_columns(texts), overall)


def _by_reason(services: Services, view: View, where: Filter) -> pl.DataFrame:
    return services.metrics.kpi(Query("contacts", by=("reason",), where=where, zone=view.zone))
