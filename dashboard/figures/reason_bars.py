"""Reasons by their share of contacts: bars, a tick for the share before, the change as text."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from dashboard.figures.theme import ACCENT, COMPARE, MUTED, TEXT, blank


def reason_bars(reasons: pl.DataFrame, *, view: str = "") -> go.Figure:
    """Horizontal bars, the most common reason on top.

    Args:
        reasons: `name`, `share_now`, `share_before` (0–1, null: nothing to compare), `label` (what
            stands at the end of the bar), `certain` (the change is more than noise), `hover`,
            `href`.
        view: changes when the selection does.
    """
    names = reasons["name"].to_list()
    share = reasons["share_now"].fill_null(0).cast(pl.Float32).to_numpy()
    shares = pl.concat([reasons["share_now"], reasons["share_before"]]).drop_nulls().to_list()
    widest = max([*shares, 0.01])
    figure = blank(
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        uirevision=view,
        bargap=0.42,
        xaxis={"visible": False, "range": [0, widest * 2.1], "fixedrange": True},
        yaxis={
            "type": "category",
            "range": [max(len(names), 1) - 0.5, -0.5],
            "showgrid": False,
            "ticks": "",
            "ticklabelstandoff": 6,
            "fixedrange": True,
        },
    )
    common: dict[str, Any] = {
        "hovertext": reasons["hover"].to_numpy(),
        "hovertemplate": "%{hovertext}<extra></extra>",
        "customdata": reasons["href"].to_numpy(),
    }
    figure.add_trace(
        go.Bar(
            x=share,
            y=names,
            orientation="h",
            marker_color=ACCENT,
            **common,
        )
    )
    earlier = reasons.filter(pl.col("share_before").is_not_null())
    if earlier.height:
        figure.add_trace(
            go.Scatter(
                x=earlier["share_before"].cast(pl.Float32).to_numpy(),
                y=earlier["name"].to_list(),
                mode="markers",
                marker={
                    "symbol": "line-ns",
                    "size": 16,
                    "line": {"width": 2, "color": COMPARE},
                },
                hoverinfo="skip",
            )
        )
    # Beyond both bar and tick, so that no label stands on a mark.
    ends = reasons.select(pl.max_horizontal("share_now", "share_before").fill_null(0)).to_series()
    figure.add_trace(
        go.Scatter(
            x=ends.cast(pl.Float32).to_numpy() + np.float32(widest * 0.03),
            y=names,
            mode="text",
            text=reasons["label"].to_numpy(),
            textposition="middle right",
            textfont={"color": [TEXT if certain else MUTED for certain in reasons["certain"]]},
            hoverinfo="skip",
            cliponaxis=False,
        )
    )
    return figure
