"""What the Overview does: four questions, each asked again only when view or version changes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
from dash import ALL, Dash, Input, Output

from alerts import inbox
from alerts.crisis_room import running
from dashboard import panel_state, pulse, report_archive, rows
from dashboard.figures.sla_map import sla_map
from dashboard.ids import Overview, Shell, TilePart, tile_part
from dashboard.overview import ALERTS_SHOWN, DUE_SHOWN, MAP_KPI, TILES
from dashboard.readings import read
from dashboard.service_outlook import staffed_by
from dashboard.targets import target_of
from dashboard.today import data_to, ended_on, today
from dashboard.url_filter import decode, link, narrow, period
from dashboard.wording import crises
from dashboard.wording import overview as words
from dashboard.wording.alerts import watching
from dashboard.wording.reports_screen import overview_line
from dashboard.wording.standing import SMALLEST_N
from dashboard.wording.tiles import backlog_note, tile
from data_access.browse import due_soon
from data_access.browse.service_roster import on_shift, roster
from data_access.metrics import Query, UnknownDimension

if TYPE_CHECKING:
    from dashboard.services import Services

VIEW = (Input(Shell.QUERY, "data"), Input(Shell.VERSION, "data"))


def register(app: Dash, services: Services) -> None:
    """Bind the screen's callbacks."""
    app.callback(
        Output(Overview.ALERTS_PANEL, "className"),
        Output(Overview.ALERTS, "data-rows"),
        Output(Overview.ANSWER, "children"),
        Output(Overview.ALERTS_NOTE, "children"),
        Output(Overview.ALERTS_ALL, "href"),
        Output(Overview.CRISES, "data-rows"),
        Output(Overview.REPORT, "children"),
        Output(Overview.REPORT, "href"),
        *VIEW,
        Input(Shell.NEWS, "data"),
    )(
        lambda query, _version, _news: (
            *needs_me(services, query or ""),
            on_fire(services, query or ""),
            *newest_report(services, query or ""),
        )
    )
    app.callback(
        Output(Overview.DUE_PANEL, "className"),
        Output(Overview.DUE, "data-rows"),
        Output(Overview.DUE_TITLE, "children"),
        Output(Overview.DUE_STAFF, "children"),
        Output(Overview.DUE_STAFF, "href"),
        *VIEW,
        Input(Overview.DUE_HORIZON, "value"),
    )(lambda query, _version, minutes: due(services, query or "", minutes))
    app.callback(
        Output(Overview.TILES_PANEL, "className"),
        Output(Overview.TILES_NOTE, "children"),
        *[
            Output(tile_part(part, "overview", ALL), prop)
            for part, prop in (
                (TilePart.LINK, "href"),
                (TilePart.STATUS, "children"),
                (TilePart.STATUS, "className"),
                (TilePart.VALUE, "children"),
                (TilePart.INTERVAL, "children"),
                (TilePart.TREND, "data-spark"),
                (TilePart.DELTA, "children"),
                (TilePart.DELTA, "className"),
                (TilePart.AGAINST, "children"),
                (TilePart.TAINT, "children"),
                (TilePart.TAINT, "className"),
                (TilePart.TAINT, "href"),
                (TilePart.COUNTED, "href"),
            )
        ],
        *VIEW,
    )(lambda query, _version: tiles(services, query or ""))
    app.callback(
        Output(Overview.MAP_PANEL, "className"),
        Output(Overview.MAP, "figure"),
        Output(Overview.MAP_TITLE, "children"),
        Output(Overview.MAP_SUMMARY, "children"),
        Output(Overview.MAP_TABLE, "data-rows"),
        *VIEW,
    )(lambda query, _version: attainment_map(services, query or ""))
    app.callback(
        Output(Overview.MOVERS_PANEL, "className"),
        Output(Overview.MOVERS, "data-rows"),
        Output(Overview.MOVERS_TITLE, "children"),
        *VIEW,
        Input(Overview.MOVERS_KPI, "value"),
        Input(Overview.MOVERS_BY, "value"),
    )(lambda query, _version, kpi, by: movers(services, query or "", kpi, by))


def on_fire(services: Services, query: str) -> str:
    """The crises that are open, as a strip; empty when there is none."""
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    return crises.strip(running(services.engine, services.clock()), query, zone)


def newest_report(services: Services, query: str) -> tuple[str, str]:
    """The newest weekly page in one line, and where it stands; empty while there is none."""
    found = report_archive.newest_weekly(services)
    if found is None:
        return "", link(report_archive.PATH, query)
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    line = overview_line(found, report_archive.kinds(services), zone)
    return line, link(f"{report_archive.PATH}/{found.id}", query)


def needs_me(services: Services, query: str) -> tuple[Any, ...]:
    """What nobody has yet, and the sentence that answers the screen's question."""
    view, _ignored = decode(query)
    now = services.clock()
    found = inbox.listed(services.engine, view.filter, now, closed=False)
    needs, in_hand = found["needs_me"], found["acknowledged"].height
    hour = due_soon(
        services.warehouse,
        view.filter,
        as_of=now,
        horizon=timedelta(hours=1),
        limit=10_000,
    )
    zone = view.zone or services.settings.time_zone
    watched = inbox.watch(services.engine)
    hidden = max(0, needs.height - ALERTS_SHOWN)
    return (
        panel_state.of(needs.height),
        rows.alerts(words.alert_rows(needs.head(ALERTS_SHOWN), query)),
        words.answer(
            needs,
            hour.height,
            any_data=services.metrics.fresh_at() is not None,
            ended=ended_on(services),
        ),
        words.alerts_note(hidden, in_hand, watching(watched.judged, watched.rules, zone)),
        link("/alerts", query),
    )


def due(services: Services, query: str, minutes: int) -> tuple[Any, ...]:
    """Clocks that end within the chosen time, and how many are there to answer."""
    view, _ignored = decode(query)
    now = services.clock()
    found = staffed_by(roster(services.warehouse, now), view.filter)
    rostered = found.ends is not None and found.ends > now
    here = on_shift(found.shifts, now, now).height if rostered else None
    coming = due_soon(
        services.warehouse,
        view.filter,
        as_of=now,
        horizon=timedelta(minutes=minutes),
        limit=DUE_SHOWN,
    )
    return (
        panel_state.of(coming.height),
        rows.items(words.due_items(coming, query)),
        words.due_title(coming.height, minutes, DUE_SHOWN),
        words.on_shift(here),
        link("/service", query, {"within": str(minutes)}),
    )


def tiles(services: Services, query: str) -> tuple[Any, ...]:
    """Every tile: value, interval, trend, comparison, target."""
    view, _ignored = decode(query)
    day = today(services, view)
    span = period(view, day)
    readings = {kpi: read(services.metrics, kpi, view, span, day) for kpi in TILES}
    ages = services.metrics.kpi(
        Query("backlog", by=("age_bucket",), where=span.now, zone=view.zone)
    )
    note = backlog_note(dict(zip(ages["age_bucket"], ages["value"], strict=True)))
    shown = [
        tile(reading, query, note if kpi == "backlog" else "") for kpi, reading in readings.items()
    ]
    fresh = data_to(services)
    stale = pulse.is_stale(fresh, services.clock(), services.settings.stale_after_minutes)
    zone = view.zone or services.settings.time_zone
    return (
        panel_state.of(0 if fresh is None else len(shown), stale=stale),
        words.period_note(span, fresh, zone),
        [part.href for part in shown],
        [part.status for part in shown],
        [part.status_class for part in shown],
        [part.value for part in shown],
        [part.interval for part in shown],
        [part.spark for part in shown],
        [part.delta for part in shown],
        [part.delta_class for part in shown],
        [part.against for part in shown],
        [part.taint for part in shown],
        [part.taint_class for part in shown],
        [part.taint_href for part in shown],
        [part.counted_href for part in shown],
    )


def attainment_map(services: Services, query: str) -> tuple[Any, ...]:
    """First response within target by country."""
    view, _ignored = decode(query)
    span = period(view, today(services, view))
    asked = Query(MAP_KPI, by=("market",), where=span.now, zone=view.zone)
    frame = services.metrics.kpi(asked).with_columns(
        pl.col("market")
        .fill_null("")
        .map_elements(lambda market: behind(query, market), return_dtype=pl.String)
        .alias("href")
    )
    return (
        panel_state.of(frame.height),
        sla_map(frame, target=target_of(MAP_KPI) or 0.0, smallest_n=SMALLEST_N),
        words.map_title(frame, MAP_KPI),
        words.map_summary(frame, MAP_KPI),
        words.map_table(frame, MAP_KPI),
    )


def movers(services: Services, query: str, kpi: str, by: str) -> tuple[Any, ...]:
    """The segments that moved a KPI most since the period compared with."""
    view, _ignored = decode(query)
    span = period(view, today(services, view))
    frame = pl.DataFrame()
    if span.before is not None:
        try:
            frame = services.metrics.movers(kpi, by, span.now, span.before, limit=6)
        except UnknownDimension:
            frame = pl.DataFrame()
    if not frame.height:
        return panel_state.EMPTY, "", words.movers_title(frame, kpi, by)
    return (
        panel_state.READY,
        words.movers_table(frame, kpi, by, query),
        words.movers_title(frame, kpi, by),
    )


def behind(query: str, market: str) -> str:
    """The late answers of one country."""
    return link("/cases", narrow(query, market=market), {"view": "first_response_late"})
