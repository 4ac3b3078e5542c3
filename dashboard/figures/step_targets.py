"""How long steps took against when they were due: a bar for each, a tick for its target."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from dashboard.figures.theme import ACCENT, MARK, MUTED, TARGET, blank

_HOUR = 3600.0


def step_targets(steps: pl.DataFrame, *, unit: str, view: str = "") -> go.Figure:
    """Horizontal bars, the first step of the playbook on top.

    Args:
        steps: `name`, `took_s` (null: it was not done), `target_s` (null: it had no due time),
            `late` (whether it missed its target), `label` (at the end of the bar), `hover`.
        unit: what hours are called beside a number.
        view: changes when another drill is shown.
    """
    hours = steps.with_columns(
        took=(pl.col("took_s") / _HOUR).fill_null(0.0), target=pl.col("target_s") / _HOUR
    )
    widest = max([0.1, *hours["took"].to_list(), *hours["target"].drop_nulls().to_list()])
    places = list(range(steps.height))
    figure = blank(
        margin={"l": 4, "r": 4, "t": 4, "b": 24},
        uirevision=view,
        bargap=0.45,
        xaxis={
            "range": [0, widest * 1.6],
            "fixedrange": True,
            "ticksuffix": f" {unit}",
            "nticks": 5,
            "showgrid": False,
        },
        yaxis={
            "tickmode": "array",
            "tickvals": places,
            "ticktext": steps["name"].to_list(),
            "range": [max(steps.height, 1) - 0.5, -0.5],
            "showgrid": False,
            "ticks": "",
            "fixedrange": True,
        },
    )
    figure.add_trace(
        go.Bar(
            x=hours["took"].to_list(),
            y=places,
            orientation="h",
            marker_color=[MARK if late else ACCENT for late in steps["late"]],
            hovertext=steps["hover"].to_list(),
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    due = hours.with_row_index("place").filter(pl.col("target").is_not_null())
    figure.add_trace(
        go.Scatter(
            x=due["target"].to_list(),
            y=due["place"].to_list(),
            mode="markers",
            marker={"symbol": "line-ns", "size": 18, "line": {"width": 2, "color": TARGET}},
            hoverinfo="skip",
        )
    )
    ends = hours.select(pl.max_horizontal("took", "target").fill_null(0.0)).to_series()
    figure.add_trace(
        go.Scatter(
            x=(ends + widest * 0.03).to_list(),
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
