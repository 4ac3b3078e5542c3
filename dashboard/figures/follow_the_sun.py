"""The week by continent: what comes in, who is there, whether the promise is kept.

Three heat maps above one another share the hours of the week, so that a gap in the middle one can
be read against the two others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from dashboard.figures.theme import DIVERGING, LINE, MUTED, SEQUENTIAL, SMALL, blank

HOURS = 168


@dataclass(frozen=True)
class Band:
    """One of the heat maps.

    Attributes:
        title: what it shows, with its unit.
        cells: `row` (label), `hour_of_week`, `value`, `hover`, `href`, and `small`.
        hours: width of a cell in hours.
        target: where a diverging scale has its middle; None: a sequential scale from 0.
    """

    title: str
    cells: pl.DataFrame
    hours: int = 1
    target: float | None = None


def follow_the_sun(
    bands: Sequence[Band], *, rows: Sequence[str], days: Sequence[str], view: str = ""
) -> go.Figure:
    """The bands from top to bottom.

    Args:
        bands: what is shown.
        rows: continents, top to bottom, the same in each band.
        days: names of the seven days, Monday first.
        view: changes when the selection does.
    """
    share = 1 / len(bands)
    figure = blank(
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        uirevision=view,
        xaxis={
            "range": [0, HOURS],
            "tickvals": [24 * day + 12 for day in range(7)],
            "ticktext": list(days),
            "ticks": "",
            "showline": False,
            "showgrid": False,
            "fixedrange": True,
            "anchor": "free",
            "position": 0,
        },
        shapes=[
            {
                "type": "line",
                "xref": "x",
                "yref": "paper",
                "x0": 24 * day,
                "x1": 24 * day,
                "y0": 0.03,
                "y1": 1,
                "line": {"color": LINE, "width": 1},
                "layer": "above",
            }
            for day in range(1, 7)
        ],
    )
    for place, band in enumerate(bands):
        top = 1 - share * place
        axis = "yaxis" if place == 0 else f"yaxis{place + 1}"
        figure.update_layout(
            {
                axis: {
                    "domain": [top - share * 0.94 + 0.02, top - share * 0.16],
                    "range": [len(rows) - 0.5, -0.5],
                    "tickvals": list(range(len(rows))),
                    "ticktext": list(rows),
                    "ticks": "",
                    "ticklabelstandoff": 6,
                    "showgrid": False,
                    "fixedrange": True,
                }
            }
        )
        figure.add_annotation(
            text=band.title,
            xref="paper",
            yref="paper",
            x=0,
            y=top - share * 0.005,
            xanchor="left",
            yanchor="top",
            font={"size": 12, "color": MUTED},
        )
        for trace in _band(band, rows, "y" if place == 0 else f"y{place + 1}"):
            figure.add_trace(trace)
    return figure


def _band(band: Band, rows: Sequence[str], axis: str) -> list[go.Heatmap]:
    judged = band.cells.filter(~pl.col("small"))
    small = band.cells.filter("small")
    traces = []
    if judged.height:
        if band.target is None:
            top = float(judged["value"].quantile(0.99, "higher") or 1) or 1.0
            scale: dict[str, Any] = {"zmin": 0, "zmax": top, "colorscale": SEQUENTIAL}
        else:
            reach = max(0.05, 1 - band.target)
            scale = {
                "zmin": band.target - reach,
                "zmax": band.target + reach,
                "colorscale": DIVERGING,
            }
        traces.append(_heat(judged, rows, band.hours, axis, scale))
    if small.height:
        flat = small.with_columns(value=pl.lit(0.0))
        grey = {"zmin": 0, "zmax": 1, "colorscale": [[0, SMALL], [1, SMALL]]}
        traces.append(_heat(flat, rows, band.hours, axis, grey))
    return traces


def _heat(
    cells: pl.DataFrame, rows: Sequence[str], hours: int, axis: str, scale: dict[str, Any]
) -> go.Heatmap:
    shape = (len(rows), HOURS // hours)
    place = {label: number for number, label in enumerate(rows)}
    where = (
        [place[label] for label in cells["row"].to_list()],
        (cells["hour_of_week"] // hours).to_list(),
    )
    values = np.full(shape, np.nan, dtype=np.float32)
    values[where] = cells["value"].cast(pl.Float32).to_numpy()
    return go.Heatmap(
        x=np.arange(shape[1] + 1) * hours,
        y=np.arange(len(rows) + 1) - 0.5,
        z=values,
        yaxis=axis,
        xgap=1 if hours > 1 else 0,
        ygap=2,
        showscale=False,
        hoverongaps=False,
        hovertext=_texts(cells, "hover", shape, where),
        hovertemplate="%{hovertext}<extra></extra>",
        customdata=_texts(cells, "href", shape, where),
        **scale,
    )


def _texts(
    cells: pl.DataFrame, name: str, shape: tuple[int, int], where: tuple[list[int], list[int]]
) -> Any:
    texts = np.full(shape, "", dtype=object)
    texts[where] = cells[name].to_numpy()
    return texts
