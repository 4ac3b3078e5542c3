"""Weekly cohorts: what has come so far as bars, what will come as points with a band."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from dashboard.figures.theme import ACCENT, BAND, MARK, TARGET, TEXT, blank


def cohort_bars(
    weeks: pl.DataFrame,
    *,
    baseline: float | None,
    baseline_label: str = "",
    every: int = 2,
    view: str = "",
) -> go.Figure:
    """One bar per cohort, oldest first; young ones are pale and hatched and carry their nowcast.

    Args:
        weeks: `label`, `rate`, `expected`, `low`, `high` (shares; null where nothing was sold),
            `mature`, `text` (the nowcast as written), `hover`.
        baseline: the rate of the last mature cohort, drawn as a hairline.
        baseline_label: what stands beside it.
        every: every how many weeks the axis names one.
        view: changes when the selection does.
    """
    labels = weeks["label"].to_list()
    top = weeks.select(pl.max_horizontal(pl.col("rate").max(), pl.col("high").max())).item() or 0.01
    figure = blank(
        margin={"l": 4, "r": 4, "t": 20, "b": 4},
        uirevision=view,
        bargap=0.25,
        barmode="overlay",
        xaxis={
            "type": "category",
            "range": [-0.6, max(len(labels), 1) - 0.4],
            "categoryorder": "array",
            "categoryarray": labels,
            "showline": False,
            "ticks": "",
            "tickangle": 0,
            "tickmode": "array",
            "tickvals": labels[::-1][::every],
            "fixedrange": True,
        },
        yaxis={
            "range": [0, top * 1.1],
            "showgrid": False,
            "ticks": "",
            "tickmode": "array",
            "tickvals": [0] if baseline is None else [0, baseline],
            "ticktext": ["0%"] if baseline is None else ["0%", baseline_label],
            "fixedrange": True,
        },
    )
    hatched = {"shape": "/", "fillmode": "overlay", "fgcolor": ACCENT, "size": 6, "solidity": 0.3}
    figure.add_trace(_bars(weeks.filter("mature"), {"color": ACCENT}))
    figure.add_trace(_bars(weeks.filter(~pl.col("mature")), {"color": BAND, "pattern": hatched}))
    if baseline is not None and labels:
        figure.add_trace(
            go.Scatter(
                x=[labels[0], labels[-1]],
                y=[baseline, baseline],
                mode="lines",
                line={"color": TARGET, "width": 1, "dash": "dot"},
                hoverinfo="skip",
            )
        )
    young = weeks.filter(~pl.col("mature") & pl.col("expected").is_not_null())
    figure.add_traces([_nowcast(young), _label(young.tail(1))])
    return figure


def _bars(weeks: pl.DataFrame, marker: dict[str, Any]) -> go.Bar:
    return go.Bar(
        x=weeks["label"].to_list(),
        y=_numbers(weeks["rate"]),
        marker=marker,
        hovertext=weeks["hover"].to_list(),
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _nowcast(young: pl.DataFrame) -> go.Scatter:
    """Points of the nowcast with their intervals."""
    return go.Scatter(
        x=young["label"].to_list(),
        y=_numbers(young["expected"]),
        mode="markers",
        marker={"size": 8, "color": MARK, "symbol": "diamond"},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": _numbers(young["high"] - young["expected"]),
            "arrayminus": _numbers(young["expected"] - young["low"]),
            "color": MARK,
            "thickness": 1.5,
            "width": 4,
        },
        hovertext=young["hover"].to_list(),
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )


def _label(last: pl.DataFrame) -> go.Scatter:
    """The youngest nowcast as written, above its interval."""
    return go.Scatter(
        x=last["label"].to_list(),
        y=_numbers(last["high"]),
        mode="text",
        text=last["text"].to_list(),
        textposition="top center",
        textfont={"color": TEXT, "size": 11},
        hoverinfo="skip",
        cliponaxis=False,
    )


def _numbers(column: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return column.cast(pl.Float64).to_numpy()
