"""SLA map: where promises are broken, by country, by hour of the week and by level."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.attributes import attributes
from dashboard.components.chart import chart
from dashboard.components.legend import legend
from dashboard.components.page import grid, page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.ids import Sla
from dashboard.languages import _
from dashboard.sla import SHORT, chosen_kpi
from dashboard.wording.sla import kpi_choices

PATH = "/sla"
TITLE = "SLA map"
ICON = "globe2"


def layout(kpi: str = "", **_query: str) -> html.Div:
    """The screen; `kpi` is its own key of the address."""
    return page(
        _(TITLE),
        Sla.ANSWER,
        _map(chosen_kpi(kpi)),
        _hours(),
        _levels(),
    )


def _map(kpi: str) -> html.Section:
    short = {full: name for name, full in SHORT.items()}
    choice = dcc.RadioItems(
        id=Sla.KPI,
        options=[{"label": name, "value": value} for value, name in kpi_choices().items()],
        value=short[kpi],
        inline=True,
        className="aw-segments",
    )
    figure = html.Div(
        [
            legend(_("Share within target"), _("below"), _("above"), scale="diverging"),
            chart(
                Sla.MAP,
                height=380,
                label=_("World map of promises kept"),
                summary_id=Sla.MAP_SUMMARY,
                table_id=None,
            ),
        ],
        className="aw-map-beside__map",
    )
    return section(
        _("Promises kept by country"),
        panel(
            Sla.MAP_PANEL,
            html.Div(
                [
                    figure,
                    html.Div(
                        rows(Sla.RANKS, _("Countries, the surest misses first")),
                        className="aw-map-beside__table",
                    ),
                ],
                className="aw-map-beside",
            ),
            empty=(
                _("No promise has fallen due"),
                _("Widen the time range or remove a filter."),
            ),
        ),
        title_id=Sla.MAP_TITLE,
        note=html.Span(id=Sla.MAP_NOTE),
        actions=html.Div(choice, role="group", **attributes(aria_label=_("Which promise"))),
    )


def _hours() -> html.Section:
    return section(
        _("Follow the sun"),
        panel(
            Sla.HOURS_PANEL,
            html.Div(
                chart(
                    Sla.HOURS,
                    height=480,
                    label=_("Contacts, agents on shift and first response by hour of the week"),
                    summary_id=Sla.HOURS_SUMMARY,
                    table_id=Sla.HOURS_TABLE,
                ),
                className="aw-wide-chart",
            ),
        ),
        title_id=Sla.HOURS_TITLE,
        note=html.Span(id=Sla.HOURS_NOTE),
    )


def _levels() -> html.Div:
    return grid(
        section(
            _("Levels"),
            panel(
                Sla.LEVELS_PANEL,
                rows(Sla.LEVELS, _("Attainment by level")),
                skeleton="table",
            ),
            title_id=Sla.LEVELS_TITLE,
            note=_("Each level has its own target time; the share within it is what is promised"),
        )
    )
