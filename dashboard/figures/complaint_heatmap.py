"""A heat map of contacts: one hue, small cells hatched, cells without orders left empty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import polars as pl

from dashboard.figures.theme import MUTED, SEQUENTIAL, SMALL, SMALL_LINE, blank

Matrix = npt.NDArray[Any]


def complaint_heatmap(
    cells: pl.DataFrame,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    values: bool = True,
    named: int = 0,
    view: str = "",
) -> go.Figure:
    """Rows by columns.

    Args:
        cells: one row per cell: `row`, `column` (labels), `value`, `small`, `label` (the value as
            text), `hover`, `href`. A cell that is absent, or has no value, stays empty.
        rows: labels from top to bottom.
        columns: labels from left to right.
        values: whether values stand in the cells.
        named: at most this many columns are named, evenly; 0: all.
        view: changes when the selection does; the same view keeps its zoom.
    """
    step = max(1, -(-len(columns) // named)) if named else 1
    figure = blank(
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        uirevision=view,
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(columns),
            "range": [-0.5, max(len(columns), 1) - 0.5],
            "side": "top",
            "ticks": "",
            "showline": False,
            "tickangle": 0,
            "tickmode": "array",
            "tickvals": list(columns)[::step],
            "fixedrange": True,
        },
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(rows),
            "range": [max(len(rows), 1) - 0.5, -0.5],
            "showgrid": False,
            "ticks": "",
            "ticklabelstandoff": 6,
            "fixedrange": True,
        },
    )
    known = cells.filter(pl.col("value").is_not_null() | pl.col("small"))
    judged, small = known.filter(~pl.col("small")), known.filter("small")
    grid = _Grid(rows, columns)
    if judged.height:
        top = float(judged["value"].quantile(0.98, "higher") or 1) or 1.0
        figure.add_trace(
            _cells(grid, judged, grid.numbers(judged), SEQUENTIAL, (0, top), values=values)
        )
    if small.height:
        zeros = grid.numbers(small.with_columns(value=pl.lit(0.0)))
        colours = [[0, SMALL], [1, SMALL]]
        figure.add_trace(_cells(grid, small, zeros, colours, (0, 1), values=False))
        figure.add_trace(_hatch(small))
    return figure


class _Grid:
    """Where each label stands."""

    def __init__(self, rows: Sequence[str], columns: Sequence[str]) -> None:
        self.rows, self.columns = list(rows), list(columns)
        self._row = {label: place for place, label in enumerate(rows)}
        self._column = {label: place for place, label in enumerate(columns)}

    def _places(self, cells: pl.DataFrame) -> tuple[list[int], list[int]]:
        return (
            [self._row[label] for label in cells["row"].to_list()],
            [self._column[label] for label in cells["column"].to_list()],
        )

    def numbers(self, cells: pl.DataFrame) -> Matrix:
        """The values as a matrix, NaN where there is none."""
        matrix = np.full((len(self.rows), len(self.columns)), np.nan, dtype=np.float32)
        matrix[self._places(cells)] = cells["value"].cast(pl.Float32).to_numpy()
        return matrix

    def texts(self, cells: pl.DataFrame, name: str) -> Matrix:
        """A column of texts as a matrix, empty where there is none."""
        matrix = np.full((len(self.rows), len(self.columns)), "", dtype=object)
        matrix[self._places(cells)] = cells[name].to_numpy()
        return matrix


def _cells(
    grid: _Grid,
    cells: pl.DataFrame,
    numbers: Matrix,
    colours: list[list[Any]],
    scale: tuple[float, float],
    *,
    values: bool,
) -> go.Heatmap:
    shown: dict[str, Any] = {}
    if values:
        shown = {
            "text": grid.texts(cells, "label"),
            "texttemplate": "%{text}",
            "textfont": {"size": 11},
        }
    return go.Heatmap(
        x=grid.columns,
        y=grid.rows,
        z=numbers,
        zmin=scale[0],
        zmax=scale[1],
        colorscale=colours,
        showscale=False,
        xgap=2,
        ygap=2,
        hoverongaps=False,
        hovertext=grid.texts(cells, "hover"),
        hovertemplate="%{hovertext}<extra></extra>",
        customdata=grid.texts(cells, "href"),
        **shown,
    )


def _hatch(cells: pl.DataFrame) -> go.Scatter:
    return go.Scatter(
        x=cells["column"].to_numpy(),
        y=cells["row"].to_numpy(),
        mode="markers",
        marker={
            "symbol": "line-ne",
            "size": 9,
            "color": MUTED,
            "line": {"width": 1, "color": SMALL_LINE},
        },
        hoverinfo="skip",
    )
