"""Overview: what needs me now. Alerts, KPI tiles, SLA map in small, movers, due soon."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.chart import chart
from dashboard.components.page import grid, page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.components.tile import tile, tiles
from dashboard.ids import Overview
from dashboard.languages import _
from dashboard.overview import DUE_HORIZONS, MOVER_DIMENSIONS, MOVER_KPIS, TILES
from dashboard.vocabulary import dimension_name, kpi_doc, kpi_short, kpi_unit

PATH = "/"
TITLE = "Overview"
ICON = "speedometer2"


def layout(**_query: str) -> html.Div:
    """The screen; everything in it that is a number arrives by callback."""
    return page(
        _(TITLE),
        Overview.ANSWER,
        rows(Overview.CRISES, _("Open crises")),
        html.P(
            dcc.Link(id=Overview.REPORT, href="/reports", className="aw-link"),
            className="aw-overview__report",
        ),
        _alerts(),
        _tiles(),
        grid(_map(), _due()),
        grid(_movers()),
    )


def _alerts() -> html.Section:
    return section(
        _("What needs somebody"),
        panel(
            Overview.ALERTS_PANEL,
            rows(Overview.ALERTS, _("What needs somebody")),
            skeleton="text",
            empty=(
                _("Nothing needs you"),
                _("The worker watches every market and category; what it finds appears here."),
            ),
        ),
        title_id="overview-alerts-title",
        note=html.Span(id=Overview.ALERTS_NOTE),
        actions=html.A(
            _("All alerts"), id=Overview.ALERTS_ALL, href="/alerts", className="aw-link"
        ),
    )


def _tiles() -> html.Section:
    shown = [
        tile("overview", kpi, label=kpi_short(kpi), unit=kpi_unit(kpi), doc=kpi_doc(kpi))
        for kpi in TILES
    ]
    return section(
        _("Where we stand"),
        panel(
            Overview.TILES_PANEL,
            tiles(*shown),
            skeleton="tile",
            copies=len(TILES),
            empty=(
                _("There are no data yet"),
                [
                    _("Read your exports, or build a sample company; this page fills by itself:"),
                    html.Code("afterwatch import SOURCE PATH", className="aw-command"),
                    html.Code("afterwatch demo", className="aw-command"),
                ],
            ),
        ),
        title_id="overview-tiles-title",
        note=html.Span(id=Overview.TILES_NOTE),
    )


def _map() -> html.Section:
    return section(
        _("First response by country"),
        panel(
            Overview.MAP_PANEL,
            chart(
                Overview.MAP,
                height=320,
                label=_("World map of first response within target"),
                summary_id=Overview.MAP_SUMMARY,
                table_id=Overview.MAP_TABLE,
            ),
        ),
        columns=7,
        title_id=Overview.MAP_TITLE,
        note=_("Share of cases answered within target; the middle of the scale is the target"),
    )


def _due() -> html.Section:
    horizon = dcc.RadioItems(
        id=Overview.DUE_HORIZON,
        options=[
            {
                "label": _("{minutes} min", minutes=minutes)
                if minutes < 120
                else _("{hours} hours", hours=minutes // 60),
                "value": minutes,
            }
            for minutes in DUE_HORIZONS
        ],
        value=60,
        inline=True,
        className="aw-segments",
    )
    return section(
        _("Due soon"),
        panel(
            Overview.DUE_PANEL,
            rows(Overview.DUE, _("Cases whose deadline is near")),
            skeleton="table",
            empty=(
                _("No deadline in this time"),
                _("Choose a longer time, or enjoy the quiet."),
            ),
        ),
        html.P(
            html.A(id=Overview.DUE_STAFF, href="/service", className="aw-link"),
            className="aw-service-link",
        ),
        columns=5,
        title_id=Overview.DUE_TITLE,
        note=_("Open cases by their next deadline"),
        actions=horizon,
    )


def _movers() -> html.Section:
    def choice(control_id: Overview, names: dict[str, str], value: str, label: str) -> html.Div:
        dropdown = dcc.Dropdown(
            id=control_id,
            options=[{"label": name, "value": key} for key, name in names.items()],
            value=value,
            clearable=False,
            searchable=False,
        )
        return html.Div(
            [html.Label(label, htmlFor=control_id, className="aw-visually-hidden"), dropdown],
            className="aw-choice",
        )

    return section(
        _("What changed most"),
        panel(
            Overview.MOVERS_PANEL,
            rows(Overview.MOVERS, _("What changed most and why")),
            skeleton="table",
            empty=(
                _("Nothing to compare"),
                _("Choose a comparison in the filter bar, or a longer time range."),
            ),
        ),
        title_id=Overview.MOVERS_TITLE,
        note=_(
            "Rate: the segment itself changed. "
            "Mix: it became a larger or smaller part of the whole, came or went."
        ),
        actions=[
            choice(
                Overview.MOVERS_KPI,
                {kpi: kpi_short(kpi) for kpi in MOVER_KPIS},
                MOVER_KPIS[0],
                _("KPI"),
            ),
            choice(
                Overview.MOVERS_BY,
                {name: dimension_name(name) for name in MOVER_DIMENSIONS},
                MOVER_DIMENSIONS[0],
                _("Split by"),
            ),
        ],
    )
