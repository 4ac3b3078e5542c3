"""The filter bar: time range and comparison, five dimensions; currency and time zone."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from dash import dcc, html

from dashboard.components.attributes import attributes
from dashboard.components.words import icon
from dashboard.ids import DIMENSION_CONTROLS, Shell
from dashboard.languages import _
from dashboard.url_filter import DIMENSIONS, IN_BAR, UNKNOWN
from dashboard.vocabulary import comparison_names, dimension_name, range_names, value_name

if TYPE_CHECKING:
    from dashboard.services import Services

log = logging.getLogger(__name__)

CURRENCIES = ("EUR", "USD", "GBP", "CNY", "JPY", "AUD", "CAD", "CHF", "HKD", "SGD", "BRL", "MXN")
ZONES = (
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Moscow",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
)


def filter_bar(services: Services) -> html.Div:
    """All controls; `assets/js/95-filter-bar.js` joins them to the view and to the address."""
    settings = services.settings
    fields = [
        _field(_("Time range"), _choice(Shell.RANGE, range_names(), "28d"), Shell.RANGE),
        html.Div(
            [
                _field(_("From"), _date(Shell.FROM), f"{Shell.FROM}-field"),
                _field(_("To"), _date(Shell.TO), f"{Shell.TO}-field"),
            ],
            className="aw-filters__custom",
        ),
        _field(
            _("Compare with"), _choice(Shell.COMPARE, comparison_names(), "previous"), Shell.COMPARE
        ),
        *[_dimension(services, name) for name in IN_BAR],
    ]
    toggle = html.Button(
        [icon("sliders"), _("Filters"), html.Span(className="aw-count")],
        className="aw-button aw-filters__toggle",
        **attributes(
            data_action="toggle-filters", aria_expanded="false", aria_controls="aw-filters-body"
        ),
    )
    return html.Div(
        [
            toggle,
            html.Div(fields, className="aw-filters__body", id="aw-filters-body"),
            html.Div(
                className="aw-chips", **attributes(aria_label=_("Active filters"), role="group")
            ),
            html.P(id=Shell.NOTES, className="aw-filters__notes", role="status"),
        ],
        id=Shell.FILTERS,
        className="aw-filters",
        role="search",
        **attributes(
            aria_label=_("Filters"),
            data_currency=settings.currency,
            data_zone=settings.time_zone,
            data_dimensions=json.dumps({name: dimension_name(name) for name in DIMENSIONS}),
        ),
    )


def money_and_clock(services: Services) -> list[html.Div]:
    """In which currency and whose time; they change how numbers read, not which rows count."""
    settings = services.settings
    return [
        _field(
            _("Currency"),
            _choice(Shell.CURRENCY, _currencies(settings.currency), settings.currency),
            Shell.CURRENCY,
        ),
        _field(
            _("Time zone"),
            _choice(Shell.ZONE, _zones(settings.time_zone), settings.time_zone),
            Shell.ZONE,
        ),
    ]


def known_values(services: Services, dimension: str) -> list[str]:
    """Values the data have; empty when they cannot be read, so that the bar never breaks a page."""
    try:
        return services.metrics.values(dimension)
    except Exception:
        log.exception("The values of %s cannot be read", dimension)
        return []


def _dimension(services: Services, name: str) -> html.Div:
    values = known_values(services, name)
    options = [{"label": value_name(name, value), "value": value or UNKNOWN} for value in values]
    options.sort(key=lambda option: (option["value"] == UNKNOWN, option["label"]))
    control = dcc.Dropdown(
        id=DIMENSION_CONTROLS[name],
        options=options,
        value=[],
        multi=True,
        placeholder=_("All"),
        closeOnSelect=False,
        debounce=True,
        maxHeight=320,
        labels={
            "select_all": _("Select all"),
            "deselect_all": _("Clear"),
            "selected_count": _("{num_selected} chosen"),
            "search": _("Search"),
            "clear_search": _("Clear search"),
            "clear_selection": _("Clear"),
            "no_options_found": _("Nothing found"),
        },
    )
    return _field(dimension_name(name), control, DIMENSION_CONTROLS[name])


def _field(label: str, control: Any, control_id: str) -> html.Div:
    return html.Div(
        [html.Label(label, htmlFor=control_id, className="aw-field__label"), control],
        className="aw-field",
    )


def _choice(control_id: Shell, names: dict[str, str], value: str) -> dcc.Dropdown:
    return dcc.Dropdown(
        id=control_id,
        options=[{"label": label, "value": key} for key, label in names.items()],
        value=value,
        clearable=False,
        searchable=False,
        maxHeight=360,
    )


def _date(control_id: Shell) -> html.Div:
    """A place for the browser's own date field, which Dash has no component for.

    It speaks the reader's language and works by keyboard and on a phone; its value (ISO date) is
    `data-value`, in both directions. Drawn by `assets/js/95-filter-bar.js`.
    """
    return html.Div(id=control_id, className="aw-date")


def _currencies(own: str) -> dict[str, str]:
    return {code: code for code in dict.fromkeys((own, *CURRENCIES))}


def _zones(own: str) -> dict[str, str]:
    names = dict.fromkeys((own, *ZONES))
    return {name: name.split("/")[-1].replace("_", " ") for name in names}
