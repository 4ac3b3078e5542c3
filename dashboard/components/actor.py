"""Who is acting: a field in the top bar, and the question that is asked when it is empty.

There is no login. The name is kept by the browser and goes with every action; a button that acts
(`acts()`) asks for it first. `assets/js/55-actor.js` does both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.components.attributes import attributes
from dashboard.components.words import icon
from dashboard.ids import Shell
from dashboard.languages import _

NAMES = "aw-people"
"""Id of the list of known people, which any field for a person may name as its `list`."""
LONGEST = 100


def acts() -> dict[str, Any]:
    """Attributes of a button that acts: without a name the reader is asked for one first."""
    return attributes(data_acts="")


def actor_field() -> html.Div:
    """The field in the top bar."""
    return html.Div(
        [
            icon("person"),
            html.Label(_("Acting as"), htmlFor=Shell.ACTOR_NAME, className="aw-visually-hidden"),
            dcc.Input(
                id=Shell.ACTOR_NAME,
                type="text",
                debounce=True,
                list=NAMES,
                maxLength=LONGEST,
                placeholder=_("Acting as …"),
                autoComplete="off",
                spellCheck="false",
            ),
        ],
        className="aw-actor",
        title=_("Your name goes with everything you do here"),
    )


def known_people(names: Sequence[str]) -> html.Datalist:
    """What fields for a person propose; any other name may be typed."""
    return html.Datalist([html.Option(value=name) for name in names], id=NAMES)


def actor_question() -> html.Dialog:
    """Asked when somebody acts without a name; what was pressed then goes on."""
    return html.Dialog(
        [
            html.H2(_("Who is acting?"), className="aw-dialog__title"),
            html.P(
                _(
                    "Your name is written beside what you do. It is kept in this browser and "
                    "can be changed at the top."
                )
            ),
            html.Div(className="aw-dialog__field", **attributes(data_actor_field=_("Your name"))),
            html.Div(
                [
                    html.Button(
                        _("Cancel"),
                        className="aw-button",
                        type="button",
                        **attributes(data_dialog="close"),
                    ),
                    html.Button(
                        _("Go on"),
                        className="aw-button aw-button--primary",
                        type="button",
                        **attributes(data_dialog="actor"),
                    ),
                ],
                className="aw-dialog__buttons",
            ),
        ],
        className="aw-dialog",
        id="aw-actor-question",
        **attributes(aria_label=_("Who is acting?")),
    )
