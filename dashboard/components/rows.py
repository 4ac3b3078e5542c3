"""Boxes whose rows come as data: tables, lists of links, alerts.

The rows are the `data-rows` property, JSON from `dashboard.rows`; `assets/js/60-rows.js` draws
them and changes only what differs. A callback thus returns a text, never a tree of components.
"""

from __future__ import annotations

from dash import html

from dashboard.components.attributes import attributes


def rows(id: str, label: str) -> html.Div:  # noqa: A002
    """An empty box that shows whatever its `data-rows` say; `label` names it to a screen reader."""
    return html.Div(id=id, className="aw-rows", **attributes(data_label=label))
