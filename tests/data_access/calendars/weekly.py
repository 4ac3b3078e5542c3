"""Calendars written out by hand, for tests of hours."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from data_access.calendars import Hours, compile_hours
from tests.data_access.tables import table

INSTANT = pl.Datetime("us", "UTC")
HOUR = 3_600_000_000
WEEK = (1, 2, 3, 4, 5, 6, 7)
MONDAY_TO_FRIDAY = (1, 2, 3, 4, 5)


def rows(
    weekdays: tuple[int, ...], start: str, end: str, *, tz: str, calendar: str = "desk", **more: Any
) -> list[dict[str, Any]]:
    """One weekly interval on several weekdays; `end` may be over 24:00."""
    return [
        {
            "interval_id": f"{calendar}-{day}-{start}-{end}-{more.get('valid_from', '')}",
            "calendar_id": calendar,
            "tz": tz,
            "weekday": day,
            "start_minute": minutes(start),
            "end_minute": minutes(end),
            **more,
        }
        for day in weekdays
    ]


def minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def day_off(first: str, last: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "holiday_id": f"{first}-{more}",
        "starts_on": date.fromisoformat(first),
        "ends_on": date.fromisoformat(last or first),
        **more,
    }


def hours(
    calendars: list[dict[str, Any]],
    holidays: list[dict[str, Any]] | None = None,
    *,
    first: str = "2026-01-01",
    last: str = "2026-12-31",
) -> Hours:
    return compile_hours(
        table("calendars", calendars),
        table("holidays", holidays or []),
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
    )


def local(text: str, tz: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz), fold=fold)


def worked(
    of: Hours, start: str, end: str, tz: str = "UTC", *, calendar: str | None = "shop/desk"
) -> float | None:
    """Open hours between two wall times of `tz`."""
    counted = of.worked(
        pl.Series([calendar], dtype=pl.String),
        pl.Series([local(start, tz)], dtype=INSTANT),
        pl.Series([local(end, tz)], dtype=INSTANT),
    ).item()
    return None if counted is None else counted / HOUR


def reached(
    of: Hours, start: str, amount: float, tz: str = "UTC", *, calendar: str | None = "shop/desk"
) -> str | None:
    """Wall time in `tz` at which `amount` hours were worked since `start`."""
    at = of.reached(
        pl.Series([calendar], dtype=pl.String),
        pl.Series([local(start, tz)], dtype=INSTANT),
        pl.Series([round(amount * HOUR)], dtype=pl.Int64),
    ).item()
    return None if at is None else at.astimezone(ZoneInfo(tz)).strftime("%Y-%m-%d %H:%M")


def opened(of: Hours, day: str, tz: str = "UTC") -> list[tuple[str, str]]:
    """Intervals that begin on a local day, as wall times of `tz`."""
    shown = of.intervals.with_columns(
        pl.col("opens_at", "closes_at").dt.convert_time_zone(tz)
    ).filter(pl.col("opens_at").dt.date() == date.fromisoformat(day))
    return [
        (a.strftime("%H:%M"), b.strftime("%H:%M"))
        for a, b in shown.select("opens_at", "closes_at").iter_rows()
    ]


def found(of: Hours) -> list[tuple[str, str, str]]:
    return of.findings.select("check", "calendar", "detail").rows()
