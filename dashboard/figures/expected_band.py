"""A number day by day against what was expected of it, with the band it should have stayed in."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from dashboard.figures.theme import ACCENT, BAND, COMPARE, MARK, MUTED, TEXT, blank

_TICK_DAYS = 21
_APART = 0.1
"""Share of the chart's height from which two lines of text fit one above the other."""


def expected_band(
    days: pl.DataFrame,
    *,
    value_label: str,
    expected_label: str,
    share: bool = False,
    view: str = "",
) -> go.Figure:
    """A line for what happened, one for what was expected, and the band around it.

    Args:
        days: `day`, `y`, `mu`, `low`, `high` (null: nothing was expected of that day), `inside`
            (whether the day belongs to what was judged), `label`, `hover`; oldest first.
        value_label: stands at the end of the line: the newest value.
        expected_label: stands at the end of the expectation.
        share: whether the axis counts in percent.
        view: changes when another incident is shown.
    """
    ticks = days.reverse().gather_every(_TICK_DAYS)
    figure = blank(
        margin={"l": 4, "r": 92, "t": 16, "b": 4},
        uirevision=view,
        hovermode="x",
        xaxis={
            "type": "date",
            "showgrid": False,
            "fixedrange": True,
            # In the reader's language: the browser's own names of months are English.
            "tickmode": "array",
            "tickvals": ticks["day"].to_list(),
            "ticktext": ticks["label"].to_list(),
            "tickangle": 0,
        },
        yaxis={
            "rangemode": "tozero",
            "fixedrange": True,
            "nticks": 4,
            "showline": False,
            "tickformat": ",.0%" if share else "",
        },
    )
    known = days.filter(pl.col("low").is_not_null() & pl.col("high").is_not_null())
    figure.add_trace(
        go.Scatter(
            x=[*known["day"], *known["day"].reverse()],
            y=[*known["high"], *known["low"].reverse()],
            fill="toself",
            fillcolor=BAND,
            mode="lines",
            line={"width": 0},
            hoverinfo="skip",
        )
    )
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
            hoverinfo="skip",
        )
    )
    inside = days["inside"].to_list()
    figure.add_trace(
        go.Scatter(
            x=days["day"].to_list(),
            y=days["y"].to_list(),
            mode="markers",
            # Judged days are larger and of another shape: colour alone would not tell them.
            marker={
                "size": [9 if judged else 4 for judged in inside],
                "symbol": ["diamond" if judged else "circle" for judged in inside],
                "color": [MARK if judged else ACCENT for judged in inside],
            },
            hovertext=days["hover"].to_list(),
            hovertemplate="%{hovertext}<extra></extra>",
            cliponaxis=False,
        )
    )
    _label_ends(figure, days, value_label, expected_label)
    return figure


def _label_ends(figure: go.Figure, days: pl.DataFrame, value: str, expected: str) -> None:
    """Names beside the ends of both lines, far enough apart to be read."""
    if not days.height:
        return
    last = days.row(-1, named=True)
    over = last["mu"] is None or (last["y"] or 0) >= last["mu"]
    # Below its line the expectation would often stand on the newest day's tick.
    top = days.select(pl.max_horizontal(pl.max("y"), pl.max("high"), 0.0)).item()
    apart = over and last["mu"] is not None and (last["y"] or 0) - last["mu"] > _APART * top
    for text, height, color, anchor in (
        (value, last["y"], TEXT, "bottom" if over else "top"),
        (expected, last["mu"], MUTED, "top" if over and not apart else "bottom"),
    ):
        if height is None or not text:
            continue
        figure.add_annotation(
            x=last["day"],
            y=height,
            text=text,
            xanchor="left",
            yanchor=anchor,
            xshift=8,
            showarrow=False,
            align="left",
            font={"color": color, "size": 12},
        )
