"""Who is on shift when: agents by hour of the week and continent of their site."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from data_access.browse.selection import within
from data_access.metrics.filters import Filter

if TYPE_CHECKING:
    from data_access.warehouse import Warehouse

_AREAS = {
    "Africa": "Africa",
    "America": "Americas",
    "Asia": "Asia",
    "Australia": "Oceania",
    "Europe": "Europe",
    "Pacific": "Oceania",
}
_SCHEMA = {"continent": pl.String(), "hour_of_week": pl.Int64(), "agents": pl.Float64()}


def coverage(warehouse: Warehouse, where: Filter, *, zone: str = "UTC") -> pl.DataFrame:
    """Average number of agents on shift in each hour of the week.

    Args:
        warehouse: where the facts are.
        where: its days bound the shifts looked at; its dimensions do not apply to shifts.
        zone: zone that hours are named in; hour 0 is Monday 00:00 to 01:00.

    Returns:
        `continent` of the agents' site (from its time zone; null if unknown), `hour_of_week` 0 to
        167, `agents`: agent-hours in that hour divided by the number of weeks looked at, so that a
        shift of half an hour counts half. Empty if there are no shifts.
    """
    shifts = (
        warehouse.scan("shifts")
        .filter(within(where, "starts_at", zone))
        .select("agent_id", "source", "starts_at", "ends_at")
    )
    sites = warehouse.scan("agents").select(
        "agent_id",
        "source",
        continent=pl.col("tz").str.split("/").list.first().replace_strict(_AREAS, default=None),
    )
    rows = shifts.join(sites, on=["agent_id", "source"], how="left").collect()
    if not rows.height:
        return pl.DataFrame(schema=_SCHEMA)
    weeks = max(1.0, _days(rows["starts_at"], zone) / 7)
    hours = (
        rows.lazy()
        .with_columns(
            hour=pl.datetime_ranges(
                pl.col("starts_at").dt.truncate("1h"), "ends_at", interval="1h", closed="left"
            )
        )
        .explode("hour")
        .with_columns(
            share=(
                pl.min_horizontal("ends_at", pl.col("hour") + timedelta(hours=1))
                - pl.max_horizontal("starts_at", "hour")
            ).dt.total_seconds()
            / 3600,
            local=pl.col("hour").dt.convert_time_zone(zone),
        )
        .filter(pl.col("share") > 0)
    )
    return (
        hours.group_by(
            "continent",
            hour_of_week=(
                (pl.col("local").dt.weekday().cast(pl.Int64) - 1) * 24
                + pl.col("local").dt.hour().cast(pl.Int64)
            ),
        )
        .agg(agents=pl.col("share").sum() / weeks)
        .sort("continent", "hour_of_week")
        .collect()
    )


def _days(starts: pl.Series, zone: str) -> int:
    """Calendar days from the first start to the last, both included."""
    days = starts.dt.convert_time_zone(zone).dt.date()
    first, last = days.min(), days.max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    return (last - first).days + 1
