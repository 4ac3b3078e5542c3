"""Service: what breaches next and who is there, what waits how long, who is served worse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from dashboard.components.attributes import attributes
from dashboard.components.chart import chart
from dashboard.components.list_tools import export
from dashboard.components.page import grid, page, section
from dashboard.components.panel import panel
from dashboard.components.rows import rows
from dashboard.ids import Service
from dashboard.languages import _
from dashboard.service import (
    AGES_HEIGHT,
    CLOCKS,
    DOWNLOAD,
    HORIZONS,
    PARITY,
    PARITY_HEIGHT,
    SPLITS,
    chosen_clock,
    chosen_horizon,
    chosen_parity,
    chosen_split,
)
from dashboard.vocabulary import dimension_name, kpi_short
from dashboard.wording.clocks import clock_name
from dashboard.wording.service_due import horizon_name
from dashboard.wording.service_parity import reference_options

PATH = "/service"
TITLE = "Service"
ICON = "stopwatch"


def layout(
    within: str = "",
    by: str = "",
    clock: str = "",
    age: str = "",
    kpi: str = "",
    reference: str = "",
    **_query: str,
) -> html.Div:
    """The screen; the arguments are its own keys of the address, one for each choice."""
    return page(
        _(TITLE),
        Service.ANSWER,
        grid(
            _due(chosen_horizon(within), chosen_split(by), chosen_clock(clock)),
            _queue(),
        ),
        grid(_ages(chosen_split(age)), _oldest()),
        _parity(chosen_parity(kpi), reference[:35]),
        _marketplaces(),
    )


def _due(minutes: int, by: str, clock: str) -> html.Section:
    clocks = {"": _("All clocks"), **{name: clock_name(name) for name in CLOCKS}}
    horizons = {minutes: horizon_name(minutes) for minutes in HORIZONS}
    choices = html.Div(
        [
            _segments(Service.WITHIN, horizons, minutes, _("How far to look")),
            _segments(Service.BY, _splits(), by, _("Split by")),
            _dropdown(Service.CLOCK, clocks, clock, _("Clock")),
        ],
        className="aw-service-choices",
    )
    return section(
        _("Due soon"),
        choices,
        panel(
            Service.DUE_PANEL,
            html.Div(
                [
                    rows(Service.DUE, _("What falls due, and who is there")),
                    rows(Service.CLOCKS, _("What falls due, by clock")),
                ],
                className="aw-stack",
            ),
            skeleton="table",
            empty=(
                _("No deadline in the next four hours"),
                _("Nobody has to hurry; the backlog below shows what waits longest."),
            ),
        ),
        columns=8,
        title_id=Service.DUE_TITLE,
        note=html.Span(id=Service.DUE_NOTE),
    )


def _queue() -> html.Section:
    return section(
        _("Next to breach"),
        panel(
            Service.QUEUE_PANEL,
            rows(Service.QUEUE, _("Cases whose deadline is near")),
            skeleton="table",
            empty=(_("No deadline in this time"), _("Choose a longer time, or enjoy the quiet.")),
        ),
        columns=4,
        title_id=Service.QUEUE_TITLE,
        actions=[
            dcc.Link(_("All cases due"), id=Service.ALL, href="/cases", className="aw-button"),
            export(Service.EXPORT, DOWNLOAD),
        ],
    )


def _ages(by: str) -> html.Section:
    return section(
        _("How long open cases wait"),
        panel(
            Service.AGES_PANEL,
            html.Div(
                chart(
                    Service.AGES,
                    height=AGES_HEIGHT,
                    label=_("Open cases by age, now and a week ago"),
                    summary_id=Service.AGES_SUMMARY,
                    table_id=Service.AGES_TABLE,
                ),
                className="aw-wide-chart",
            ),
            empty=(_("No case is open"), _("Remove a filter to see the rest.")),
        ),
        columns=8,
        title_id=Service.AGES_TITLE,
        note=html.Span(id=Service.AGES_NOTE),
        actions=_segments(Service.AGE, _splits(), by, _("Split by")),
    )


def _oldest() -> html.Section:
    return section(
        _("Waiting longest"),
        panel(
            Service.OLDEST_PANEL,
            rows(Service.OLDEST, _("The oldest open cases")),
            skeleton="table",
            empty=(_("No case is open"), _("Remove a filter to see the rest.")),
        ),
        columns=4,
        title_id=Service.OLDEST_TITLE,
    )


def _parity(kpi: str, reference: str) -> html.Section:
    kpis = {short: kpi_short(name) for short, name in PARITY.items()}
    beside = html.Div(
        [
            html.Div(
                chart(
                    Service.PARITY,
                    height=PARITY_HEIGHT,
                    label=_("Every language beside the reference, with 95% intervals"),
                    summary_id=Service.PARITY_SUMMARY,
                    table_id=None,
                ),
                className="aw-map-beside__map",
            ),
            html.Div(
                rows(Service.PARITY_TABLE, _("Languages beside the reference")),
                className="aw-map-beside__table",
            ),
        ],
        className="aw-map-beside aw-service-parity",
    )
    return section(
        _("Is every language served alike?"),
        panel(
            Service.PARITY_PANEL,
            beside,
            empty=(
                _("There is nothing to compare"),
                _("It takes two languages with cases in this time: widen it or remove a filter."),
            ),
        ),
        title_id=Service.PARITY_TITLE,
        note=html.Span(id=Service.PARITY_NOTE),
        actions=[
            _segments(Service.KPI, kpis, kpi, _("KPI")),
            _dropdown(
                Service.REFERENCE, reference_options(reference), reference, _("Compared with")
            ),
        ],
    )


def _marketplaces() -> html.Section:
    return section(
        _("Marketplace clocks"),
        panel(
            Service.MARKETS_PANEL,
            rows(Service.MARKETS, _("Promises on marketplaces")),
            skeleton="table",
            empty=(
                _("No message came through a marketplace"),
                _(
                    "Cases count here whose channel is a marketplace; widen the time range or "
                    "remove a filter."
                ),
            ),
        ),
        title_id=Service.MARKETS_TITLE,
        note=html.Span(id=Service.MARKETS_NOTE),
    )


def _splits() -> dict[str, str]:
    return {name: dimension_name(name) for name in SPLITS}


def _segments(control: Service, names: Mapping[Any, str], value: str | int, label: str) -> html.Div:
    choice = dcc.RadioItems(
        id=control,
        options=[{"label": name, "value": key} for key, name in names.items()],
        value=value,
        inline=True,
        className="aw-segments",
    )
    return html.Div(choice, role="group", **attributes(aria_label=label))


def _dropdown(control: Service, names: Mapping[str, str], value: str, label: str) -> html.Div:
    choice = dcc.Dropdown(
        id=control,
        options=[{"label": name, "value": key} for key, name in names.items()],
        value=value,
        clearable=False,
        searchable=False,
    )
    return html.Div(
        [html.Label(label, htmlFor=control, className="aw-visually-hidden"), choice],
        className="aw-choice",
    )
