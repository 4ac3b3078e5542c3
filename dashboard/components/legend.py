"""What the colours of a heat map or map mean, in words, above the figure."""

from __future__ import annotations

from typing import Any, Literal

from dash import html

from dashboard.components.attributes import attributes
from dashboard.languages import _


def legend(
    title: Any, low: str, high: str, *, scale: Literal["sequential", "diverging"] = "sequential"
) -> html.Div:
    """A ramp between two words, and the marks of cells without a colour."""

    def key(kind: str, word: str) -> html.Span:
        swatch = html.Span(
            className=f"aw-legend__swatch aw-legend__swatch--{kind}",
            **attributes(aria_hidden="true"),
        )
        return html.Span([swatch, word], className="aw-legend__key")

    return html.Div(
        [
            html.Span(title, className="aw-legend__title"),
            html.Span(low, className="aw-legend__end"),
            html.Span(
                className=f"aw-legend__ramp aw-legend__ramp--{scale}",
                **attributes(aria_hidden="true"),
            ),
            html.Span(high, className="aw-legend__end"),
            key("small", _("Too small to judge")),
            key("none", _("No data")),
        ],
        className="aw-legend",
    )
