"""How a group is served beside the reference: a dot, its 95 % interval, two hairlines."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from dashboard.figures.theme import ACCENT, CANVAS, COMPARE, MUTED, TARGET, blank

_WIDEST = (0.0, 2.0)
"""Intervals of a few cases may reach far; beyond this nobody needs to see."""


def parity_dots(
    ratios: pl.DataFrame, *, alert: float, alike: str, below: str, view: str = ""
) -> go.Figure:
    """Ratios to the reference on one scale around 1.

    Args:
        ratios: `name`, `ratio`, `low`, `high` (null: not known), `enough`, `certain` (the interval
            leaves 1 out), `hover`, `href`, in the order shown.
        alert: ratio below which there is no parity.
        alike: what stands at the hairline of 1.
        below: what stands at that of `alert`.
        view: changes when the selection does.
    """
    shown = ratios.filter(pl.col("ratio").is_not_null())
    low, high = _reach(shown, alert)
    names = ratios["name"].to_list()
    figure = blank(
        margin={"l": 4, "r": 12, "t": 26, "b": 24},
        uirevision=view,
        xaxis={
            "range": [low, high],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "nticks": 6,
        },
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": names,
            "range": [max(len(names), 1) - 0.5, -0.5],
            "showgrid": False,
            "ticks": "",
            "ticklabelstandoff": 6,
            "fixedrange": True,
            "zeroline": False,
        },
        shapes=[_line(1.0, COMPARE, "solid"), _line(alert, TARGET, "dash")],
        annotations=[_word(1.0, alike, "left"), _word(alert, below, "right")],
    )
    figure.add_trace(_whiskers(shown, low, high))
    figure.add_trace(
        go.Scatter(
            x=shown["ratio"].clip(low, high).cast(pl.Float32).to_numpy(),
            y=shown["name"].to_list(),
            mode="markers",
            marker={
                "size": 10,
                # Filled where the interval leaves the reference out; open where it may be chance.
                "color": [ACCENT if sure else CANVAS for sure in shown["certain"]],
                "line": {
                    "width": 2,
                    "color": [ACCENT if enough else MUTED for enough in shown["enough"]],
                },
            },
            hovertext=shown["hover"].to_numpy(),
            hovertemplate="%{hovertext}<extra></extra>",
            customdata=shown["href"].to_numpy(),
        )
    )
    return figure


def _reach(shown: pl.DataFrame, alert: float) -> tuple[float, float]:
    """Ends of the scale: the hairlines, every dot, and intervals within reason."""
    least = shown.select(pl.min_horizontal("ratio", "low").min()).item()
    most = shown.select(pl.max_horizontal("ratio", "high").max()).item()
    low = min(alert - 0.1, 1.0 if least is None else least - 0.05)
    high = max(1.15, 1.0 if most is None else most + 0.05)
    return max(_WIDEST[0], low), min(_WIDEST[1], high)


def _whiskers(shown: pl.DataFrame, low: float, high: float) -> go.Scatter:
    """All intervals as one broken line."""
    ends = shown.filter(pl.col("low").is_not_null(), pl.col("high").is_not_null())
    x = np.full(3 * ends.height, np.nan, dtype=np.float32)
    x[0::3] = ends["low"].clip(low, high).to_numpy()
    x[1::3] = ends["high"].clip(low, high).to_numpy()
    names = [name for name in ends["name"] for _end in range(3)]
    return go.Scatter(
        x=x,
        y=names,
        mode="lines",
        line={"color": COMPARE, "width": 2},
        hoverinfo="skip",
        connectgaps=False,
    )


def _line(x: float, color: str, dash: str) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": x,
        "x1": x,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "layer": "below",
        "line": {"color": color, "width": 1, "dash": dash},
    }


def _word(x: float, text: str, anchor: str) -> dict[str, Any]:
    return {
        "text": text,
        "x": x,
        "y": 1,
        "yref": "paper",
        "xanchor": anchor,
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": MUTED},
    }
