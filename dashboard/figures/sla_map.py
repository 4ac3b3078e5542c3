"""The world by attainment: countries coloured around the target, small ones grey, others empty."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl
from babel.core import get_global

from dashboard import formats
from dashboard.assets_folder import assets_folder
from dashboard.figures.theme import COAST, DIVERGING, SMALL, blank
from dashboard.languages import _

SPAN = 0.15
"""The scale reaches this far to both sides of the target; beyond it colours saturate."""


def sla_map(
    frame: pl.DataFrame, *, target: float, smallest_n: int, scale: bool = True
) -> go.Figure:
    """A choropleth of attainment.

    Args:
        frame: `market` (ISO 3166-1 alpha-2), `value`, `low`, `high` (0–1), `n`, `href`.
        target: where the diverging scale has its middle.
        smallest_n: countries with fewer cases are too small to judge.
        scale: whether a colour bar is drawn.
    """
    known = frame.filter(pl.col("value").is_not_null()).with_columns(
        pl.col("market").map_elements(iso3, return_dtype=pl.String).alias("iso3")
    )
    known = known.filter(pl.col("iso3").is_not_null())
    figure = blank(
        margin={"l": 0, "r": 0, "t": 0, "b": 32},
        uirevision="map",
        geo={
            "fitbounds": False,
            "projection": {"type": "natural earth"},
            "lataxis": {"range": [-56, 80]},
            "lonaxis": {"range": [-165, 180]},
            "showframe": False,
            "showland": True,
            "showcountries": True,
            "showcoastlines": False,
        },
    )
    judged = known.filter(pl.col("n") >= smallest_n)
    small = known.filter(pl.col("n") < smallest_n)
    if judged.height:
        figure.add_trace(_countries(judged, target, scale=scale))
    if small.height:
        figure.add_trace(_small_countries(small))
    return figure


def _countries(frame: pl.DataFrame, target: float, *, scale: bool) -> go.Choropleth:
    # Both ends of the scale must be shares that can be.
    reach = min(SPAN, max(0.05, 1 - target))
    return go.Choropleth(
        locations=frame["iso3"].to_numpy(),
        z=frame["value"].to_numpy().astype(np.float32),
        zmin=target - reach,
        zmax=target + reach,
        zmid=target,
        colorscale=DIVERGING,
        showscale=scale,
        colorbar=_colorbar(target, reach),
        marker={"line": {"color": COAST, "width": 0.5}},
        text=_hover(frame),
        hovertemplate="%{text}<extra></extra>",
        customdata=frame["href"].to_numpy(),
    )


def _small_countries(frame: pl.DataFrame) -> go.Choropleth:
    return go.Choropleth(
        locations=frame["iso3"].to_numpy(),
        z=np.zeros(frame.height, dtype=np.float32),
        colorscale=[[0, SMALL], [1, SMALL]],
        showscale=False,
        marker={"line": {"color": "var(--aw-small-line)", "width": 0.8}},
        text=_hover(frame.with_columns(small=pl.lit(value=True))),
        hovertemplate="%{text}<extra></extra>",
        customdata=frame["href"].to_numpy(),
    )


def _hover(frame: pl.DataFrame) -> Any:
    """Country, value with interval, n; and that it is too small to judge, where it is."""
    texts = []
    for row in frame.iter_rows(named=True):
        lines = [
            f"<b>{formats.country(row['market'])}</b>",
            f"{formats.percent(row['value'])} ({_interval(row)})",
            f"n = {formats.number(row['n'])}",
        ]
        if row.get("small"):
            lines.append(_("Too small to judge"))
        texts.append("<br>".join(lines))
    return np.array(texts, dtype=object)


def _interval(row: dict[str, Any]) -> str:
    return formats.interval(row["low"], row["high"], "share")


def _colorbar(target: float, reach: float) -> dict[str, Any]:
    ticks = [target - reach, target, target + reach]
    names = [formats.percent(tick, 0) for tick in ticks]
    names[1] = _("Target {target}", target=names[1])
    names[0] = f"≤ {names[0]}"
    return {
        "orientation": "h",
        "x": 0.5,
        "xanchor": "center",
        "y": 0,
        "yanchor": "top",
        "len": 0.4,
        "thickness": 8,
        "outlinewidth": 0,
        "ticks": "",
        "tickvals": ticks,
        "ticktext": names,
    }


def iso3(market: str) -> str | None:
    """ISO 3166-1 alpha-3 of an alpha-2 code, as the map's shapes are named; None if unknown."""
    return _codes().get(market)


@cache
def _codes() -> dict[str, str]:
    """CLDR lists three-letter codes as aliases; where it has two, the one the map draws counts."""
    shapes = json.loads((assets_folder() / "geo" / "world_110m.json").read_text(encoding="utf-8"))
    drawn = {shape.get("id") for shape in shapes["objects"]["countries"]["geometries"]}
    codes: dict[str, str] = {}
    for long, short in sorted(get_global("territory_aliases").items()):
        if len(long) == 3 and long.isalpha() and len(short) == 1:
            if short[0] in codes and long not in drawn:
                continue
            codes[short[0]] = long
    return codes
