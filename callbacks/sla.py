"""What the SLA screen does: attainment by country, by hour of the week, by level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl
from dash import ClientsideFunction, Dash, Input, Output

from dashboard import panel_state, sla
from dashboard.figures.follow_the_sun import Band, follow_the_sun
from dashboard.figures.sla_map import sla_map
from dashboard.ids import Shell, Sla
from dashboard.targets import target_of
from dashboard.today import today
from dashboard.url_filter import Period, View, decode, period
from dashboard.wording import sla as words
from dashboard.wording import week_hours
from dashboard.wording.standing import SMALLEST_N
from data_access.browse import coverage
from data_access.metrics import Filter, Query

if TYPE_CHECKING:
    from dashboard.services import Services

Staffing = Callable[[date, date, str, str], pl.DataFrame]

VIEW = (Input(Shell.QUERY, "data"), Input(Shell.VERSION, "data"))


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.clientside_callback(  # type: ignore[no-untyped-call]
        ClientsideFunction("afterwatch", "keepChoice"),
        Output(Sla.MAP_PANEL, "data-kept"),
        Input(Sla.KPI, "value"),
        prevent_initial_call=True,
    )
    app.callback(
        Output(Sla.MAP_PANEL, "className"),
        Output(Sla.MAP, "figure"),
        Output(Sla.MAP_TITLE, "children"),
        Output(Sla.MAP_NOTE, "children"),
        Output(Sla.MAP_SUMMARY, "children"),
        Output(Sla.RANKS, "data-rows"),
        Output(Sla.ANSWER, "children"),
        *VIEW,
        Input(Sla.KPI, "value"),
    )(lambda query, _version, kpi: countries(services, query or "", kpi))
    staffing = staffed(services)
    app.callback(
        Output(Sla.HOURS_PANEL, "className"),
        Output(Sla.HOURS, "figure"),
        Output(Sla.HOURS_TITLE, "children"),
        Output(Sla.HOURS_NOTE, "children"),
        Output(Sla.HOURS_SUMMARY, "children"),
        Output(Sla.HOURS_TABLE, "data-rows"),
        *VIEW,
    )(lambda query, _version: hours(services, query or "", staffing))
    app.callback(
        Output(Sla.LEVELS_PANEL, "className"),
        Output(Sla.LEVELS, "data-rows"),
        Output(Sla.LEVELS_TITLE, "children"),
        *VIEW,
    )(lambda query, _version: levels(services, query or ""))


def countries(services: Services, query: str, choice: str) -> tuple[Any, ...]:
    """The map, the ranked table and the answer."""
    kpi = sla.chosen_kpi(choice)
    view, span = _view(services, query)
    where = sla.understood(span.now, kpi)
    frame = services.metrics.ranked(kpi, "market", where, zone=view.zone)
    ranked = frame.with_columns(pl.col("market").fill_null("")).with_columns(
        href=pl.col("market").map_elements(
            lambda market: words.href(query, market, kpi), return_dtype=pl.String
        )
    )
    whole = services.metrics.kpi(Query(kpi, where=where, zone=view.zone)).row(0, named=True)
    target = target_of(kpi) or 0.0
    return (
        panel_state.of(ranked.filter(pl.col("n") > 0).height),
        sla_map(ranked, target=target, smallest_n=SMALLEST_N, scale=False),
        words.map_title(ranked, kpi),
        words.map_note(span, kpi, sla.strange(span.now, kpi)),
        words.map_summary(ranked, kpi),
        words.rank_table(ranked, kpi, query),
        words.answer(whole, ranked, kpi),
    )


def hours(services: Services, query: str, staffing: Staffing | None = None) -> tuple[Any, ...]:
    """The typical week: demand, agents and attainment, by continent."""
    staffing = staffing or staffed(services)
    view, span = _view(services, query)
    zone = view.zone or services.settings.time_zone
    first, last, weeks = sla.pattern_days(span.first, span.last)
    where = replace(span.now, start=first, end=last)
    by = ("continent", "hour_of_week")
    demand, attained = (
        services.metrics.kpi(Query(kpi, by=by, where=where, zone=view.zone))
        for kpi in ("contacts", sla.HOURS_KPI)
    )
    agents = staffing(first, last, zone, _roster(services))
    blocks = sla.blocks(attained)
    wanted = sla.every_hour(demand)
    titles = week_hours.sun_titles(sla.HOURS_KPI)
    bands = [
        Band(
            titles[0],
            week_hours.sun_cells(wanted, "demand", query, sla.HOURS_KPI, weeks=weeks),
        ),
        Band(titles[1], week_hours.sun_cells(agents, "agents", query, sla.HOURS_KPI)),
        Band(
            titles[2],
            week_hours.sun_cells(blocks, "attained", query, sla.HOURS_KPI),
            hours=sla.BLOCK_HOURS,
            target=target_of(sla.HOURS_KPI),
        ),
    ]
    finding = week_hours.sun_finding(blocks, sla.HOURS_KPI)
    return (
        panel_state.of(demand.height),
        follow_the_sun(
            bands,
            rows=week_hours.sun_rows([demand, agents, blocks]),
            days=week_hours.day_names(),
            view=query,
        ),
        finding,
        week_hours.sun_note(first, last, zone),
        finding,
        week_hours.sun_table(blocks, query, sla.HOURS_KPI),
    )


def staffed(services: Services) -> Staffing:
    """Agents on shift by first and last day, zone and state of the roster; the last few are kept.

    Shifts know no filter but the days, so most questions about them are the same one.
    """

    @lru_cache(maxsize=16)
    def on_shift(first: date, last: date, zone: str, _roster: str) -> pl.DataFrame:
        return coverage(services.warehouse, Filter(start=first, end=last), zone=zone)

    return on_shift


def _roster(services: Services) -> str:
    """Changes when shifts or agents were imported."""
    snapshots = (services.warehouse.snapshot_id(table) for table in ("shifts", "agents"))
    return "-".join(map(str, snapshots))


def levels(services: Services, query: str) -> tuple[Any, ...]:
    """Levels L1 to L5 on both clocks of a case."""
    view, span = _view(services, query)
    frames = {
        kpi: services.metrics.kpi(Query(kpi, by=("level",), where=span.now, zone=view.zone))
        for kpi in sla.LEVEL_KPIS
    }
    return (
        panel_state.of(sum(frame.height for frame in frames.values())),
        words.level_table(frames, sla.LEVELS, query),
        words.levels_finding(frames),
    )


def _view(services: Services, query: str) -> tuple[View, Period]:
    view, _ignored = decode(query)
    return view, period(view, today(services, view))
