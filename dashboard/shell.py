"""The frame around every screen: rail, status, filter bar, the place for the screen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard import languages
from dashboard.components.attributes import attributes
from dashboard.components.words import icon
from dashboard.filter_bar import filter_bar, money_and_clock
from dashboard.ids import Shell
from dashboard.languages import _
from dashboard.screens import PRODUCT, Screen
from dashboard.url_filter import KEYS

if TYPE_CHECKING:
    from dashboard.services import Services

REFRESH_SECONDS = 15


def shell(services: Services, screens: Sequence[Screen]) -> html.Div:
    """The whole application for one visitor, in their language, with the values of today."""
    return html.Div(
        [
            html.A(_("Skip to content"), href="#aw-main", className="aw-skip"),
            _rail(screen for screen in screens if screen.ICON),
            html.Div(
                [
                    _topbar(services),
                    filter_bar(services),
                    html.Main(
                        dash.page_container, className="aw-main", id="aw-main", tabIndex="-1"
                    ),
                ],
                className="aw-column",
            ),
            html.Div(className="aw-toasts", **attributes(aria_live="polite")),
            dcc.Store(id=Shell.QUERY),
            dcc.Store(id=Shell.ASKED),
            dcc.Store(id=Shell.VERSION),
            dcc.Interval(id=Shell.REFRESH, interval=REFRESH_SECONDS * 1000),
        ],
        className="aw-shell",
        **attributes(
            data_refresh_interval=str(Shell.REFRESH),
            data_tz=services.settings.time_zone,
            data_words=json.dumps(_drawn_words()),
        ),
    )


def _rail(screens: Iterable[Screen]) -> html.Nav:
    links = [
        dbc.NavLink(
            [icon(screen.ICON or ""), html.Span(_(screen.TITLE), className="aw-rail__word")],
            href=screen.PATH,
            class_name="aw-rail__link",
        )
        for screen in screens
    ]
    brand = dcc.Link(
        [
            html.Span(className="aw-rail__mark", **attributes(aria_hidden="true")),
            html.Span(PRODUCT, className="aw-rail__word"),
        ],
        href="/",
        className="aw-rail__brand",
    )
    collapse = html.Button(
        [icon("layout-sidebar"), html.Span(_("Collapse"), className="aw-rail__word")],
        className="aw-rail__link aw-rail__collapse",
        **attributes(data_action="toggle-rail", aria_label=_("Collapse navigation")),
    )
    return html.Nav(
        [brand, html.Div(links, className="aw-rail__links"), collapse],
        className="aw-rail",
        **attributes(aria_label=_("Main navigation"), data_filter_keys=",".join(KEYS)),
    )


def _topbar(services: Services) -> html.Div:
    stamp = html.Span(
        [_("Newest data"), " ", html.Time("–", id=Shell.STAMP_TIME)],
        id=Shell.STAMP,
        className="aw-stamp",
    )
    worker = html.Span(id=Shell.WORKER, className="aw-status aw-status--none")
    return html.Div(
        [
            html.Div([stamp, worker], className="aw-topbar__start", role="status"),
            html.Div(
                [*money_and_clock(services), *_language_buttons(), _theme_button()],
                className="aw-topbar__end",
            ),
        ],
        className="aw-topbar",
    )


def _language_buttons() -> list[Any]:
    """Each language in its own words, so that it can be found by who needs it."""
    buttons = [
        html.Button(
            name,
            className="aw-segments__item",
            lang=languages.HTML_LANG[language],
            **attributes(
                data_action="set-language",
                data_value=language.split("_")[0],
                aria_pressed=str(language == languages.current()).lower(),
            ),
        )
        for language, name in languages.SUPPORTED.items()
    ]
    return [
        html.Div(
            buttons,
            className="aw-segments",
            role="group",
            **attributes(aria_label=_("Display language")),
        )
    ]


def _theme_button() -> html.Button:
    return html.Button(
        icon("moon-stars"),
        className="aw-button aw-button--quiet aw-button--icon",
        title=_("Light or dark"),
        **attributes(data_action="toggle-theme", aria_label=_("Light or dark")),
    )


def _drawn_words() -> dict[str, str]:
    """The few words that assets/js draws by itself."""
    return {
        "remove": _("Remove"),
        "reset": _("Reset filters"),
        "unknown": _("Unknown"),
        "tooSmall": _("Too small to judge"),
    }
