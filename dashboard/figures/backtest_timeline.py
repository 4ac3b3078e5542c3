"""Past days of a rule: what was counted and expected, and below when it would have spoken."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dashboard.figures.theme import ACCENT, COMPARE, DAY_FORMAT, MARK, TARGET, blank

STROKE = 10
"""Width of an episode, in pixels."""
_LANES_SHARE = 0.07
"""Height of one lane, as a share of the figure."""
_COLOURS = {"episode": ACCENT, "known": MARK, "missed": TARGET}


def backtest_timeline(days: pl.DataFrame, spans: pl.DataFrame, *, view: str = "") -> go.Figure:
    """Counts above, one lane per segment below; what people know of stands in lanes of its own.

    Args:
        days: `day`, `y`, `mu` (null: nothing was expected), `hover`; oldest first.
        spans: `lane`, `first`, `last` (days), `kind` (`episode`, `known`: an incident that was
            found, `missed`: one that was not), `hover`; in the order of the lanes, the first on
            top.
        view: changes when another backtest is shown.
    """
    lanes = spans["lane"].unique(maintain_order=True).to_list()
    share = min(0.6, _LANES_SHARE * len(lanes)) if lanes else 0.0
    figure = blank(
        margin={"l": 4, "r": 8, "t": 8, "b": 4},
        uirevision=view,
        xaxis={
            "type": "date",
            "showgrid": False,
            "fixedrange": True,
            "nticks": 5,
            "tickformat": DAY_FORMAT,
            "tickangle": 0,
        },
        yaxis={
            "domain": [share + 0.1 if lanes else 0.0, 1.0],
            "rangemode": "tozero",
            "fixedrange": True,
            "nticks": 4,
            "showline": False,
        },
        yaxis2={
            "domain": [0.0, share],
            "type": "category",
            "categoryorder": "array",
            "categoryarray": lanes,
            "range": [max(len(lanes), 1) - 0.5, -0.5],
            "showgrid": False,
            "showline": False,
            "ticks": "",
            "automargin": True,
            "fixedrange": True,
            "visible": bool(lanes),
        },
    )
    _counts(figure, days)
    for row in spans.iter_rows(named=True):
        _span(figure, row)
    return figure


def _counts(figure: go.Figure, days: pl.DataFrame) -> None:
    figure.add_trace(
        go.Scatter(
            x=days["day"].to_list(),
            y=days["mu"].to_list(),
            mode="lines",
            line={"color": COMPARE, "width": 1.5, "dash": "dot"},
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=days["day"].to_list(),
            y=days["y"].to_list(),
            mode="lines",
            line={"color": ACCENT, "width": 1.5},
            hovertext=days["hover"].to_list(),
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )


def _span(figure: go.Figure, row: dict[str, Any]) -> None:
    known = row["kind"] != "episode"
    figure.add_trace(
        go.Scatter(
            x=[row["first"], row["last"]],
            y=[row["lane"], row["lane"]],
            yaxis="y2",
            mode="lines+markers",
            line={"color": _COLOURS[row["kind"]], "width": 3 if known else STROKE},
            # What people know of is told by its shape as well: hollow where nothing was said.
            marker={
                "size": STROKE,
                "symbol": "diamond-open" if row["kind"] == "missed" else "diamond",
                "color": _COLOURS[row["kind"]],
            }
            if known
            else {"size": STROKE, "symbol": "square", "color": ACCENT},
            hovertext=row["hover"],
            hovertemplate="%{hovertext}<extra></extra>",
            cliponaxis=False,
        )
    )
