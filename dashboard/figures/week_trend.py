"""A number week by week: points with their intervals, the target, the week that is not over."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import polars as pl

from dashboard.figures.theme import ACCENT, BAND, CANVAS, MUTED, TARGET, TEXT, blank


def week_trend(
    weeks: pl.DataFrame,
    *,
    target: float | None = None,
    target_label: str = "",
    zero: bool = False,
    view: str = "",
) -> go.Figure:
    """One point per week, oldest first; a week without a value leaves a gap.

    Args:
        weeks: `label`, `value`, `low`, `high` (null: none), `text` (the value as written),
            `over` (whether the week is over), `hover`, `href`.
        target: drawn as a hairline.
        target_label: what stands beside it.
        zero: whether the scale begins at zero, as counts must.
        view: changes when the selection does.
    """
    labels = weeks["label"].to_list()
    figure = blank(
        margin={"l": 4, "r": 4, "t": 20, "b": 4},
        uirevision=view,
        xaxis={
            "type": "category",
            # Not in the order of the traces: an early week may have no interval.
            "categoryorder": "array",
            "categoryarray": labels,
            "range": [-0.5, max(len(labels), 1) - 0.5],
            "showline": False,
            "ticks": "",
            "tickangle": 0,
            "tickmode": "array",
            # Every other week from the last one on: there is no room for more on a phone.
            "tickvals": labels[::-1][::2],
            "fixedrange": True,
        },
        yaxis={
            "range": _reach(weeks, target, zero=zero),
            "showgrid": False,
            "ticks": "",
            "tickmode": "array",
            "tickvals": [] if target is None else [target],
            "ticktext": [target_label],
            "fixedrange": True,
        },
    )
    sure = weeks.filter(pl.col("low").is_not_null() & pl.col("high").is_not_null())
    for row in sure.iter_rows(named=True):
        # A thick pale stroke is the interval of one week; between weeks nothing is measured.
        figure.add_trace(
            go.Scatter(
                x=[row["label"], row["label"]],
                y=[row["low"], row["high"]],
                mode="lines",
                line={"color": BAND, "width": 14},
                hoverinfo="skip",
            )
        )
    if target is not None and labels:
        figure.add_trace(
            go.Scatter(
                x=[labels[0], labels[-1]],
                y=[target, target],
                mode="lines",
                line={"color": TARGET, "width": 1, "dash": "dot"},
                hoverinfo="skip",
            )
        )
    known = weeks.filter(pl.col("value").is_not_null())
    over = known["over"].to_list()
    figure.add_trace(
        go.Scatter(
            x=weeks["label"].to_list(),
            y=weeks["value"].cast(pl.Float64).to_numpy(),
            mode="lines",
            line={"color": ACCENT, "width": 1.5},
            connectgaps=False,
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=known["label"].to_list(),
            y=known["value"].cast(pl.Float64).to_numpy(),
            mode="markers+text",
            marker={
                "size": 8,
                "color": [ACCENT if done else CANVAS for done in over],
                "line": {"width": 2, "color": ACCENT},
            },
            text=known["text"].to_list(),
            textposition="top center",
            textfont={"color": [TEXT if done else MUTED for done in over], "size": 11},
            hovertext=known["hover"].to_list(),
            hovertemplate="%{hovertext}<extra></extra>",
            customdata=np.array(known["href"].to_list(), dtype=object),
            cliponaxis=False,
        )
    )
    return figure


def _reach(weeks: pl.DataFrame, target: float | None, *, zero: bool) -> list[float]:
    columns = pl.concat([weeks[name].cast(pl.Float64) for name in ("value", "low", "high")])
    values = [float(value) for value in columns.drop_nulls()]
    if target is not None:
        values.append(target)
    if zero or not values:
        values.append(0.0)
    low, high = min(values), max(values)
    room = (high - low or 1.0) * 0.18
    return [low if zero and low == 0 else low - room, high + room]
