"""A figure with what every figure has: local configuration, a text summary, the table behind."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from dashboard.components.attributes import attributes
from dashboard.components.page import behind
from dashboard.components.rows import rows
from dashboard.components.words import hidden_text
from dashboard.figures.theme import graph_config


def chart(id: str, *, height: int, label: str, summary_id: str, table_id: str | None) -> html.Div:  # noqa: A002
    """A graph of fixed height, so that nothing moves when it arrives.

    Args:
        id: a callback writes `figure`.
        height: in pixels.
        label: what the figure shows, for screen readers.
        summary_id: a callback writes the finding as text.
        table_id: a callback writes `data-rows`; None when the table stands beside the figure.
    """
    graph = dcc.Graph(
        id=id,
        config=graph_config(),  # type: ignore[arg-type]
        style={"height": f"{height}px"},
        responsive=True,
        className="aw-chart",
    )
    parts: list[Any] = [
        html.Div(graph, role="img", **attributes(aria_label=label, aria_describedby=summary_id)),
        hidden_text(id=summary_id),
    ]
    if table_id is not None:
        parts.append(behind(rows(table_id, label)))
    return html.Div(parts)
