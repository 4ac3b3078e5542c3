"""A KPI tile: name, value with interval and n, trend, comparison, target; the whole is a link.

Below it stand two links of their own, as a link must not lie in another: to the rows with data
problems, if any are counted, and to the page that says how the number is counted.
"""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.words import status
from dashboard.ids import TilePart, tile_part
from dashboard.languages import _


def tile(screen: str, kpi: str, *, label: str, unit: str, doc: str) -> html.Div:
    """A tile whose parts are filled by callbacks through `tile_part(part, screen, kpi)`.

    Args:
        screen: name of the screen, so that two screens may show the same KPI.
        kpi: name in the catalogue.
        label: its short name in the reader's language.
        unit: what stands small beside the value; may be empty.
        doc: one sentence that says what is counted; shown on hover.
    """

    def part(name: TilePart) -> dict[str, object]:
        return tile_part(name, screen, kpi)

    whole = dcc.Link(
        [
            html.Div(label, className="aw-tile__label"),
            html.Div(
                [
                    html.Span("–", id=part(TilePart.VALUE), className="aw-tile__value"),
                    html.Span(unit, className="aw-tile__unit"),
                ],
                className="aw-tile__figure",
            ),
            html.Div(id=part(TilePart.INTERVAL), className="aw-tile__interval"),
            html.Div(id=part(TilePart.TREND), className="aw-tile__trend aw-spark"),
            html.Div(
                [
                    html.Span(id=part(TilePart.DELTA), className="aw-delta"),
                    html.Span(id=part(TilePart.AGAINST), className="aw-tile__against"),
                ],
                className="aw-tile__foot",
            ),
            html.Div(status("none", id=part(TilePart.STATUS)), className="aw-tile__foot"),
        ],
        id=part(TilePart.LINK),
        href="/",
        title=doc,
        className="aw-tile",
    )
    taint = dcc.Link(id=part(TilePart.TAINT), href="/cases", className="aw-none")
    counted = dcc.Link(
        [
            _("How is this counted?"),
            html.Span(f" {label}", className="aw-visually-hidden"),
        ],
        id=part(TilePart.COUNTED),
        href="/",
        className="aw-tile__counted",
    )
    return html.Div([whole, taint, counted], className="aw-tile-box")


def tiles(*content: html.Div) -> html.Div:
    """Tiles side by side, as many as fit."""
    return html.Div(list(content), className="aw-tiles")
