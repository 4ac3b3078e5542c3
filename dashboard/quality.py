"""What the Quality screens are made of, as declarations: lists of incidents and their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from alerts import quality
from alerts.quality.rates import RIGHT, WRONG
from dashboard.formats import as_zone
from dashboard.url_filter import View, decode, link, period

if TYPE_CHECKING:
    from dashboard.services import Services

PATH = "/quality"
LISTS: Mapping[str, pl.Expr] = {
    "all": pl.lit(value=True),
    "judged": pl.col("verdict").is_in([*RIGHT, *WRONG]),
    "right": pl.col("verdict").is_in(RIGHT),
    "wrong": pl.col("verdict").is_in(WRONG),
    "duplicate": pl.col("verdict") == "duplicate",
    "waiting": pl.col("verdict").is_null(),
    "acted": pl.col("acted"),
    "muted": pl.col("muted"),
    "timed": pl.col("detected_h").is_not_null(),
    "acknowledged": pl.col("acknowledged_h").is_not_null(),
    "closed": pl.col("closed_h").is_not_null(),
    "relapsed": pl.col("flaps") > 0,
    "told": pl.col("messages") > 0,
}
"""Name of a list in the address → the incidents in it."""


def list_link(of: str, query: str, *, rule: str = "") -> str:
    """The address of the incidents behind a number."""
    return link(f"{PATH}/{of}", query, {"rule": rule} if rule else {})


def listed(incidents: pl.DataFrame, of: str, rule: str) -> pl.DataFrame:
    """The incidents of a list, the newest first."""
    found = incidents.filter(LISTS.get(of, LISTS["all"]).fill_null(value=False))
    if rule:
        found = found.filter(pl.col("rules").list.contains(rule))
    return found.sort("opened_at", "group_id", descending=True)


def reported(services: Services, query: str) -> tuple[View, quality.QualityReport]:
    """The report of a view. Its days end today by the clock: warnings are given now."""
    view, _ignored = decode(query)
    zone = view.zone or services.settings.time_zone
    now = services.clock()
    today: date = as_zone(now, zone).date()
    return view, quality.report(services.engine, period(view, today).now, now, zone=zone)
