"""The frame around every screen: rail, status, filter bar, the place for the screen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html

from dashboard import languages, navigation
from dashboard.components.actor import actor_field, actor_question, known_people
from dashboard.components.attributes import attributes
from dashboard.components.words import icon
from dashboard.filter_bar import filter_bar, money_and_clock
from dashboard.ids import Shell
from dashboard.languages import _
from dashboard.people import people
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
            _rail(screens),
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
            dcc.Store(id=Shell.NEWS),
            dcc.Store(id=Shell.ACTOR, storage_type="local"),
            known_people(people(services.settings.home)),
            actor_question(),
            dcc.Interval(id=Shell.REFRESH, interval=REFRESH_SECONDS * 1000),
        ],
        className="aw-shell",
        **attributes(
            data_refresh_interval=str(Shell.REFRESH),
            data_tz=services.settings.time_zone,
            data_words=json.dumps(_drawn_words()),
        ),
    )


def _rail(screens: Sequence[Screen]) -> html.Nav:
    grouped = navigation.groups(screens)
    parts = [
        html.Div(
            [
                html.Div(name, className="aw-rail__heading", **attributes(aria_hidden="true")),
                *[_rail_link(screen, badge=True) for screen in found],
            ],
            className="aw-rail__group",
            role="group",
            **attributes(aria_label=name),
        )
        for name, found in grouped
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
    more = html.Button(
        [
            html.Span(className="aw-icon aw-icon--dots", **attributes(aria_hidden="true")),
            html.Span(_("More"), className="aw-rail__word"),
        ],
        className="aw-rail__link aw-rail__more",
        **attributes(data_action="open-more", aria_haspopup="dialog", aria_expanded="false"),
    )
    return html.Nav(
        [brand, html.Div(parts, className="aw-rail__links"), more, collapse, _more_sheet(grouped)],
        className="aw-rail",
        **attributes(aria_label=_("Main navigation"), data_filter_keys=",".join(KEYS)),
    )


def _rail_link(screen: Screen, *, badge: bool = False) -> dbc.NavLink:
    """An entry of the rail; on a phone only a few of them stand in the bar."""
    content: list[Any] = [
        icon(screen.ICON or ""),
        html.Span(_(screen.TITLE), className="aw-rail__word"),
    ]
    if badge and screen.PATH == "/alerts":
        content.append(
            html.Span(id=Shell.NEEDS, className="aw-count", title=_("Need somebody now"))
        )
    in_bar = "" if screen.PATH in navigation.ON_PHONE else " aw-rail__link--behind"
    return dbc.NavLink(content, href=screen.PATH, class_name=f"aw-rail__link{in_bar}")


def _more_sheet(grouped: Sequence[tuple[str, Sequence[Screen]]]) -> html.Dialog:
    """What the phone's bar has no room for."""
    parts: list[Any] = []
    for name, found in grouped:
        behind = [screen for screen in found if screen.PATH not in navigation.ON_PHONE]
        if behind:
            parts.append(html.H2(name, className="aw-more__heading"))
            parts.append(
                html.Div([_rail_link(screen) for screen in behind], className="aw-more__links")
            )
    close = html.Button(
        [icon("x-lg"), _("Close")],
        className="aw-button aw-button--quiet aw-more__close",
        type="button",
        **attributes(data_dialog="close"),
    )
    return html.Dialog(
        [*parts, close], className="aw-more", id="aw-more", **attributes(aria_label=_("More"))
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
                [
                    actor_field(),
                    *money_and_clock(services),
                    *_language_buttons(),
                    _theme_button(),
                ],
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
        "dueIn": _("in {time}", time="{time}"),
        "overdueBy": _("{time} overdue", time="{time}"),
    }
