"""From one number to another: a bridge of named causes that add up to the gap."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from dashboard.figures.theme import COMPARE, LINE, TEXT, blank

ADDS, TAKES = "var(--aw-div-1)", "var(--aw-div-7)"
"""A longer time and a shorter one; the sign stands in the label as well."""

_COLOURS = {"total": COMPARE, "more": ADDS, "less": TAKES}


def reconcile_waterfall(steps: pl.DataFrame, *, view: str = "") -> go.Figure:
    """Horizontal bars from top to bottom: the left number, the causes, the right number.

    Args:
        steps: `name`, `start`, `end` (seconds), `kind` (`total`, `more` or `less`), `label` (what
            stands at the end of the bar), `hover`; in order.
        view: changes when the question does.
    """
    count = steps.height
    low = min([0.0, *steps["start"], *steps["end"]])
    high = max([0.0, *steps["start"], *steps["end"]]) or 1.0
    room = (high - low) * 0.34
    figure = blank(
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        uirevision=view,
        bargap=0.36,
        xaxis={"visible": False, "range": [low, high + room], "fixedrange": True},
        yaxis={
            "tickmode": "array",
            "tickvals": list(range(count)),
            "ticktext": steps["name"].to_list(),
            "range": [max(count, 1) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
            "ticks": "",
            "ticklabelstandoff": 6,
            "automargin": True,
            "fixedrange": True,
        },
    )
    at = list(range(count))
    for place, level in enumerate(steps["end"].to_list()[:-1]):
        # Where one bar ends the next one begins.
        figure.add_trace(
            go.Scatter(
                x=[level, level],
                y=[place, place + 1],
                mode="lines",
                line={"color": LINE, "width": 1},
                hoverinfo="skip",
            )
        )
    figure.add_trace(
        go.Bar(
            base=steps["start"].to_list(),
            x=(steps["end"] - steps["start"]).to_list(),
            y=at,
            orientation="h",
            marker_color=[_COLOURS[kind] for kind in steps["kind"]],
            hovertext=steps["hover"].to_list(),
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    ends = steps.select(pl.max_horizontal("start", "end") + (high - low) * 0.015).to_series()
    figure.add_trace(
        go.Scatter(
            x=ends.to_list(),
            y=at,
            mode="text",
            text=steps["label"].to_list(),
            textposition="middle right",
            textfont={"color": TEXT},
            hoverinfo="skip",
            cliponaxis=False,
        )
    )
    return figure
