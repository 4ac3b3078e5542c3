"""Open cases by age: a small bar chart per age side by side, a tick for the week before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from dashboard.figures.theme import ACCENT, COMPARE, MUTED, TEXT, blank

_GAP = 0.02
_THICKEST = 16.0
"""Of a bar, in pixels: few groups are no reason for fat bars."""


def age_bars(
    ages: pl.DataFrame, buckets: Mapping[str, str], *, height: int, view: str = ""
) -> go.Figure:
    """Bars of all ages on one scale, so that lengths compare across them.

    Args:
        ages: `name` (of the group), `bucket`, `value`, `before`, `label` (beside the bar), `hover`,
            `href`, a row for every bucket of every group, in the order they are shown.
        buckets: ages from young to old and what they are called.
        height: of the figure in pixels.
        view: changes when the selection does.
    """
    names = ages["name"].unique(maintain_order=True).to_list()
    most = ages.select(pl.max_horizontal("value", "before").max()).item() or 1.0
    thick = min(0.6, _THICKEST * max(len(names), 1) / (height - 40))
    figure = blank(
        margin={"l": 4, "r": 4, "t": 26, "b": 4},
        uirevision=view,
        yaxis={
            "type": "category",
            "range": [max(len(names), 1) - 0.5, -0.5],
            "showgrid": False,
            "ticks": "",
            "ticklabelstandoff": 6,
            "fixedrange": True,
            "zeroline": False,
        },
        annotations=[
            _heading(title, index, len(buckets)) for index, title in enumerate(buckets.values())
        ],
    )
    for index, bucket in enumerate(buckets):
        rows = ages.filter(pl.col("bucket") == bucket)
        suffix = "" if index == 0 else str(index + 1)
        low, high = _domain(index, len(buckets))
        figure.layout[f"xaxis{suffix}"] = {
            "domain": [low, high],
            # Room beyond the longest bar for its number.
            "range": [0, most * 1.32],
            "visible": False,
            "fixedrange": True,
        }
        figure.add_traces(_facet(rows, f"x{suffix}", most, thick))
    return figure


def _facet(rows: pl.DataFrame, axis: str, most: float, thick: float) -> list[Any]:
    """Bar, tick and number of one age."""
    value = rows["value"].cast(pl.Float32).to_numpy()
    before = rows["before"].cast(pl.Float32).to_numpy()
    shown = np.maximum(value, before)
    bar = go.Bar(
        x=value,
        y=rows["name"].to_list(),
        orientation="h",
        width=thick,
        xaxis=axis,
        marker_color=ACCENT,
        hovertext=rows["hover"].to_numpy(),
        hovertemplate="%{hovertext}<extra></extra>",
        customdata=rows["href"].to_numpy(),
    )
    was = rows.filter(pl.col("before") > 0)
    tick = go.Scatter(
        x=was["before"].cast(pl.Float32).to_numpy(),
        y=was["name"].to_list(),
        xaxis=axis,
        mode="markers",
        marker={"symbol": "line-ns", "size": 14, "line": {"width": 2, "color": COMPARE}},
        hoverinfo="skip",
    )
    number = go.Scatter(
        x=shown + np.float32(most * 0.03),
        y=rows["name"].to_list(),
        xaxis=axis,
        mode="text",
        text=rows["label"].to_numpy(),
        textposition="middle right",
        textfont={"color": [TEXT if number else MUTED for number in value]},
        hoverinfo="skip",
        cliponaxis=False,
    )
    return [bar, tick, number]


def _domain(index: int, count: int) -> tuple[float, float]:
    width = (1 - _GAP * (count - 1)) / count
    low = index * (width + _GAP)
    return low, low + width


def _heading(title: str, index: int, count: int) -> dict[str, Any]:
    return {
        "text": title,
        "x": _domain(index, count)[0],
        "y": 1,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": MUTED},
    }
