"""Episodes a week: bars of one version, and beside them those of the live one."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from dashboard.figures.theme import ACCENT, COMPARE, DAY_FORMAT, blank


def episode_weeks(weeks: pl.DataFrame, *, view: str = "") -> go.Figure:
    """One group of bars per week, oldest first.

    Args:
        weeks: `monday`, `this`, `live` (episodes that opened in the week; `live` null throughout:
            there is nothing to compare), `hover`.
        view: changes when another backtest is shown.
    """
    most = weeks.select(pl.max_horizontal("this", "live").max()).item() if weeks.height else 0
    figure = blank(
        margin={"l": 4, "r": 8, "t": 8, "b": 4},
        uirevision=view,
        barmode="group",
        bargap=0.35,
        xaxis={
            "type": "date",
            "showgrid": False,
            "fixedrange": True,
            "nticks": 6,
            "tickformat": DAY_FORMAT,
        },
        yaxis={
            "range": [0, max(most or 0, 1) * 1.15],
            "tickformat": "d",
            "dtick": max(1, -(-(most or 1) // 4)),
            "fixedrange": True,
            "showline": False,
        },
    )
    for name, colour, pattern in (("live", COMPARE, "/"), ("this", ACCENT, "")):
        if weeks[name].null_count() == weeks.height:
            continue
        figure.add_trace(
            go.Bar(
                x=weeks["monday"].to_list(),
                y=weeks[name].to_list(),
                # Hatched as well as grey: the two are told apart without colour.
                marker={"color": colour, "pattern": {"shape": pattern}, "line": {"width": 0}},
                hovertext=weeks["hover"].to_list(),
                hovertemplate="%{hovertext}<extra></extra>",
            )
        )
    return figure
