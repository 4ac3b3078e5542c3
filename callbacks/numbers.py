"""What the page of one number does: takes the number apart, and asks for its last weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output

from dashboard import panel_state, pulse
from dashboard.figures.week_trend import week_trend
from dashboard.ids import Numbers, Shell
from dashboard.numbers import BY_PRESET, WEEKS
from dashboard.readings import understood
from dashboard.targets import target_of
from dashboard.today import data_to, today
from dashboard.url_filter import decode, period
from dashboard.wording import number_weeks
from dashboard.wording import numbers as words
from data_access.metrics import Query

if TYPE_CHECKING:
    from dashboard.services import Services

VIEW = (Input(Shell.QUERY, "data"), Input(Shell.VERSION, "data"), Input(Numbers.KPI, "data"))


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(Numbers.VALUE_PANEL, "className"),
        Output(Numbers.ACCOUNT_PANEL, "className"),
        Output(Numbers.QUALITY_PANEL, "className"),
        Output(Numbers.ANSWER, "children"),
        Output(Numbers.NOTE, "children"),
        Output(Numbers.NOTE, "className"),
        Output(Numbers.SIDES, "data-rows"),
        Output(Numbers.FACTS, "data-rows"),
        Output(Numbers.ACCOUNT_TITLE, "children"),
        Output(Numbers.ACCOUNT, "data-rows"),
        Output(Numbers.QUALITY_TITLE, "children"),
        Output(Numbers.QUALITY, "data-rows"),
        Output(Numbers.RECONCILE, "href"),
        *VIEW,
    )(lambda query, _version, kpi: number(services, query or "", kpi))
    app.callback(
        Output(Numbers.WEEKS_PANEL, "className"),
        Output(Numbers.WEEKS, "figure"),
        Output(Numbers.WEEKS_TITLE, "children"),
        Output(Numbers.WEEKS_SUMMARY, "children"),
        Output(Numbers.WEEKS_TABLE, "data-rows"),
        *VIEW,
    )(lambda query, _version, kpi: weeks(services, query or "", kpi))


def number(services: Services, query: str, kpi: str) -> tuple[Any, ...]:
    """The value with all that it is made of."""
    view, _ignored = decode(query)
    span, unsplit = understood(period(view, today(services, view)), kpi)
    asked = Query(kpi, where=span.now, zone=view.zone, currency=view.currency)
    told = services.metrics.explain(asked)
    before = None
    if span.before is not None:
        before = services.metrics.kpi(replace(asked, where=span.before))["value"].item()
    fresh = data_to(services)
    stale = pulse.is_stale(fresh, services.clock(), services.settings.stale_after_minutes)
    zone = view.zone or services.settings.time_zone
    return (
        panel_state.of(1, stale=stale),
        panel_state.of(len(told.accounts)),
        panel_state.of(told.tainted.height),
        words.answer(told, span),
        words.note(unsplit),
        "aw-number__note" if unsplit else "aw-none",
        words.sides(told, query),
        words.facts(told, before, span, fresh=fresh, zone=zone),
        words.account_title(told),
        words.account_table(told, query),
        words.quality_title(told),
        words.quality_table(told, query),
        words.reconcile_link(BY_PRESET.get(kpi), query),
    )


def weeks(services: Services, query: str, kpi: str) -> tuple[Any, ...]:
    """The last weeks with their intervals."""
    view, _ignored = decode(query)
    span, _unsplit = understood(period(view, today(services, view)), kpi)
    monday = span.last - timedelta(days=span.last.weekday())
    mondays = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    where = replace(span.now, start=mondays[0], end=span.last)
    asked = Query(kpi, by=("week",), where=where, zone=view.zone, currency=view.currency)
    told = services.metrics.kpi(asked)
    shown = number_weeks.week_rows(told, mondays, span.last, kpi, query)
    finding = number_weeks.weeks_title(shown, kpi)
    return (
        panel_state.of(shown["value"].count()),
        week_trend(
            shown,
            target=target_of(kpi),
            target_label=number_weeks.target_label(kpi),
            zero=number_weeks.from_zero(kpi),
            view=query,
        ),
        finding,
        number_weeks.weeks_summary(shown, finding),
        number_weeks.weeks_table(shown),
    )
