"""The clocks of a case on one time axis: what counted, what did not, deadlines, what happened.

Kinds of time differ by hatching and by label, not by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import plotly.graph_objects as go
import polars as pl

from dashboard.figures.theme import (
    ACCENT,
    BAND,
    CANVAS,
    COMPARE,
    MARK,
    MUTED,
    SMALL,
    SMALL_LINE,
    TARGET,
    TEXT,
    blank,
)


def _hatch(shape: str, ground: str, lines: str) -> dict[str, Any]:
    """A hatching thin enough to read a label on."""
    return {"shape": shape, "bgcolor": ground, "fgcolor": lines, "size": 7, "solidity": 0.12}


LOOKS: dict[str, dict[str, Any]] = {
    "counted": {"color": ACCENT},
    "out_of_hours": {"pattern": _hatch("/", SMALL, SMALL_LINE)},
    "holiday": {"pattern": _hatch("x", SMALL, MARK)},
    "paused": {"pattern": _hatch(".", BAND, COMPARE)},
    "unknown": {"pattern": _hatch("|", SMALL, TEXT)},
}
"""Kind of time to how its bars are filled."""

SYMBOLS = {"customer": "triangle-down", "agent": "triangle-up", "other": "circle"}
"""Who made something happen to the mark on the time axis."""

_WIDE_ENOUGH = 0.09
"""Share of the time axis from which a piece has room for its label."""


def clock_timeline(
    pieces: pl.DataFrame,
    deadlines: pl.DataFrame,
    events: pl.DataFrame,
    *,
    rows: Sequence[str],
    happened: str,
    view: str = "",
) -> go.Figure:
    """One horizontal bar per clock under a line of what happened.

    Args:
        pieces: `row`, `starts`, `ends` (naive local times), `kind` (a name of `LOOKS`), `label`
            (what stands in a piece that is long enough), `hover`.
        deadlines: `row`, `at`, `label`, `hover`.
        events: `at`, `who` (a name of `SYMBOLS`), `hover`.
        rows: labels of the clocks from top to bottom.
        happened: label of the line of events.
        view: changes when the case does.
    """
    lanes = [happened, *rows]
    figure = blank(
        margin={"l": 4, "r": 12, "t": 4, "b": 4},
        uirevision=view,
        barmode="overlay",
        bargap=0.5,
        xaxis={
            "type": "date",
            "range": _range(pieces, deadlines),
            "showgrid": True,
            "ticks": "",
            "fixedrange": True,
            "nticks": 5,
            "tickangle": 0,
            "tickformat": _tick_format(pieces),
        },
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": lanes,
            "range": [len(lanes) - 0.45, -0.6],
            "showgrid": False,
            "ticks": "",
            "ticklabelstandoff": 6,
            "fixedrange": True,
        },
    )
    first, last = _range(pieces, deadlines) or (None, None)
    whole = (last - first).total_seconds() if first is not None and last is not None else 0.0
    for kind, look in LOOKS.items():
        some = pieces.filter(pl.col("kind") == kind)
        if some.height:
            figure.add_trace(_bars(some, look, kind, whole))
    if events.height:
        figure.add_trace(_marks(events, happened))
    if deadlines.height:
        figure.add_trace(_deadlines(deadlines))
    return figure


def _tick_format(pieces: pl.DataFrame) -> str:
    """Hours over days, or days over years; figures only, as no month's name fits two languages."""
    if pieces.is_empty() or pieces["ends"].max() - pieces["starts"].min() < timedelta(days=3):  # type: ignore[operator]
        return "%H:%M\n%Y-%m-%d"
    return "%m-%d\n%Y"


def _bars(pieces: pl.DataFrame, look: dict[str, Any], kind: str, whole: float) -> go.Bar:
    length = pieces["ends"] - pieces["starts"]
    fits = [part.total_seconds() > _WIDE_ENOUGH * whole for part in length]
    labels = [
        text if wide else "" for text, wide in zip(pieces["label"].to_list(), fits, strict=True)
    ]
    # A line around each piece keeps one of a few seconds visible on an axis of days.
    edge = {"width": 1, "color": ACCENT if kind == "counted" else SMALL_LINE}
    return go.Bar(
        y=pieces["row"].to_list(),
        x=length.dt.total_milliseconds().to_numpy(),
        base=pieces["starts"].to_list(),
        orientation="h",
        marker={**look, "line": edge, "cornerradius": 0},
        text=labels,
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        constraintext="none",
        textfont={"size": 11, "color": CANVAS if kind == "counted" else TEXT},
        hovertext=pieces["hover"].to_list(),
        hovertemplate="%{hovertext}<extra></extra>",
        name=kind,
    )


def _marks(events: pl.DataFrame, lane: str) -> go.Scatter:
    return go.Scatter(
        x=events["at"].to_list(),
        y=[lane] * events.height,
        mode="markers",
        marker={
            "symbol": [SYMBOLS.get(who, SYMBOLS["other"]) for who in events["who"]],
            "size": 10,
            "color": CANVAS,
            "line": {"width": 1.5, "color": TEXT},
        },
        hovertext=events["hover"].to_list(),
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name="events",
    )


def _deadlines(deadlines: pl.DataFrame) -> go.Scatter:
    return go.Scatter(
        x=deadlines["at"].to_list(),
        y=deadlines["row"].to_list(),
        mode="markers+text",
        marker={"symbol": "line-ns", "size": 22, "line": {"width": 2.5, "color": TARGET}},
        text=deadlines["label"].to_list(),
        textposition="top center",
        textfont={"size": 11, "color": MUTED},
        hovertext=deadlines["hover"].to_list(),
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
        name="deadlines",
    )


def _range(pieces: pl.DataFrame, deadlines: pl.DataFrame) -> list[datetime] | None:
    """From the first piece to the last, and to deadlines that are not out of all proportion."""
    if pieces.is_empty():
        return None
    first, last = min(pieces["starts"].to_list()), max(pieces["ends"].to_list())
    near = [at for at in deadlines["at"].to_list() if at - first <= 2 * (last - first)]
    last = max([last, *near])
    room = 0.02 * (last - first)
    return [first - room, last + room]
