"""How much of the time allowed each step took: a bar for each, a tick where it was due."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from dashboard.figures.theme import ACCENT, MARK, MUTED, TARGET, blank

CUT = 3.0
"""Steps that took longer than so many times their target are cut here; the label tells all."""
_ROOM = 2.4


def step_targets(steps: pl.DataFrame, *, view: str = "") -> go.Figure:
    """Horizontal bars, the first step of the playbook on top.

    Targets lie between minutes and weeks, so that hours could not be read off one axis.

    Args:
        steps: `name`, `share` (of the time allowed), `late` (whether it missed its target),
            `label` (at the end of the bar), `hover`.
        view: changes when another drill is shown.
    """
    shares = steps["share"].clip(0.0, CUT).to_list()
    places = list(range(steps.height))
    widest = max([1.2, *shares])
    figure = blank(
        margin={"l": 4, "r": 4, "t": 4, "b": 24},
        uirevision=view,
        bargap=0.45,
        xaxis={
            "range": [0, widest * _ROOM],
            "fixedrange": True,
            "tickmode": "array",
            "tickvals": [0, 1, CUT],
            "ticktext": ["0%", "100%", "300%"],
            "tickangle": 0,
            "showgrid": False,
        },
        yaxis={
            "tickmode": "array",
            "tickvals": places,
            "ticktext": steps["name"].to_list(),
            "range": [max(steps.height, 1) - 0.5, -0.5],
            "showgrid": False,
            "ticks": "",
            "ticklabelstandoff": 6,
            "fixedrange": True,
        },
    )
    figure.add_trace(
        go.Bar(
            x=shares,
            y=places,
            orientation="h",
            marker_color=[MARK if late else ACCENT for late in steps["late"]],
            hovertext=steps["hover"].to_list(),
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[1.0] * steps.height,
            y=places,
            mode="markers",
            marker={"symbol": "line-ns", "size": 18, "line": {"width": 2, "color": TARGET}},
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[max(share, 1.0) + widest * 0.03 for share in shares],
            y=places,
            mode="text",
            text=steps["label"].to_list(),
            textposition="middle right",
            textfont={"color": MUTED},
            hoverinfo="skip",
            cliponaxis=False,
        )
    )
    return figure
