"""A chart that was drawn as SVG, inside the page: its text is text, its colours are the theme's."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.attributes import attributes


def inline_svg(svg: str, *, class_name: str = "") -> html.Div:
    """A box that `assets/js/70-inline-svg.js` fills with `svg`, and leaves alone while it stays.

    Args:
        svg: one `<svg>` element as `dashboard.reports.charts` draws it, or nothing.
        class_name: further classes of the box.
    """
    return html.Div(className=f"report-chart {class_name}".strip(), **data_svg(svg))


def data_svg(svg: str) -> dict[str, Any]:
    """The attribute that holds the chart: `html.Figure(**data_svg(svg))`."""
    return attributes(data_svg=svg)
