"""Local time in every market, promotions, and how busy a day is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np
import polars as pl

from data_access.sample.draw import DAY, HOUR, Floats, Ints


@dataclass(frozen=True)
class Offsets:
    """Seconds east of UTC at noon of each UTC day, one row per zone."""

    first_day: int
    table: Floats

    def at(self, zone: Ints, seconds: Floats) -> Floats:
        """Offset of each instant in the zone of that index."""
        known = np.nan_to_num(seconds, nan=self.first_day * DAY)
        days = np.floor(known / DAY).astype(np.int64) - self.first_day
        found: Floats = self.table[zone, np.clip(days, 0, self.table.shape[1] - 1)]
        return found

    def midnight(self, zone: Ints, seconds: Floats) -> Floats:
        """The instant the local day of each instant began."""
        shift = self.at(zone, seconds)
        return np.asarray(np.floor((seconds + shift) / DAY) * DAY - shift)

    def local_day(self, zone: Ints, seconds: Floats) -> Floats:
        """Local calendar day as days since 1970 (NaN stays NaN)."""
        return np.asarray(np.floor((seconds + self.at(zone, seconds)) / DAY))


@lru_cache(maxsize=8)
def _zone_offsets(zone: str, first: date, last: date) -> Floats:
    noon = pl.datetime_range(
        datetime(first.year, first.month, first.day, 12, tzinfo=UTC),
        datetime(last.year, last.month, last.day, 12, tzinfo=UTC),
        "1d",
        time_zone="UTC",
        eager=True,
    )
    local = noon.dt.convert_time_zone(zone)
    return (local.dt.base_utc_offset() + local.dt.dst_offset()).dt.total_seconds().to_numpy() * 1.0


def offsets(zones: Sequence[str], first: date, last: date) -> Offsets:
    """Offsets of the zones for each day from `first` to `last`."""
    table = np.vstack([_zone_offsets(zone, first, last) for zone in zones])
    return Offsets((first - date(1970, 1, 1)).days, table)


@dataclass(frozen=True)
class Promotion:
    """A sale: when, where (all markets if empty), and how many times the orders of a plain day."""

    promo_id: str
    starts_on: date
    ends_on: date
    uplift: float
    text: str
    text_zh: str
    countries: tuple[str, ...] = ()
    category: str | None = None


def _black_friday(year: int) -> date:
    november = date(year, 11, 1)
    first_thursday = november + timedelta(days=(3 - november.weekday()) % 7)
    return first_thursday + timedelta(days=22)


def promotions(first: date, last: date) -> list[Promotion]:
    """The yearly sales that touch the span."""
    found = []
    for year in range(first.year, last.year + 1):
        friday = _black_friday(year)
        found += [
            Promotion(f"singles-day-{year}", date(year, 11, 10), date(year, 11, 11), 1.9,
                      "Singles' Day 11.11", "双十一大促"),
            Promotion(f"black-week-{year}", friday - timedelta(days=2), friday + timedelta(days=3),
                      2.1, "Black Friday to Cyber Monday", "黑色星期五至网络星期一"),
            Promotion(f"summer-days-{year}", date(year, 7, 14), date(year, 7, 16), 1.9,
                      "Summer Member Days", "夏季会员日"),
            Promotion(f"spring-refresh-{year}", date(year, 3, 20), date(year, 3, 25), 1.35,
                      "Spring refresh", "春季焕新"),
            Promotion(f"back-to-school-{year}", date(year, 8, 20), date(year, 8, 29), 1.2,
                      "Back to school", "开学季"),
        ]  # fmt: skip
    return [p for p in found if p.ends_on >= first and p.starts_on <= last]


WEEKDAY = np.array([1.06, 1.04, 1.0, 0.98, 0.97, 0.93, 1.08])  # Monday first
MONTH = np.array([0.93, 0.9, 0.95, 0.95, 0.97, 0.96, 0.98, 0.97, 1.0, 1.04, 1.18, 1.17])
ORDER_HOURS = np.array(
    [3, 1.6, 1, 0.7, 0.6, 0.8, 1.6, 2.8, 4, 4.8, 5.2, 5.3, 5.6, 5.3, 4.9, 4.8, 4.9, 5.2, 5.9, 7,
     8.2, 8.6, 7.4, 5.2]
)  # fmt: skip
CONTACT_HOURS = np.array(
    [1.2, 0.7, 0.4, 0.3, 0.3, 0.6, 1.4, 3, 5.4, 7.4, 8, 7.6, 6.6, 6.8, 7, 6.8, 6.4, 6, 5.8, 5.6,
     5.2, 4.4, 3.2, 2]
)  # fmt: skip


def day_weights(first: date, last: date, yearly_growth: float) -> Floats:
    """How busy each day from `first` to `last` is, promotions apart: growth × season × weekday."""
    days = (last - first).days + 1
    weights = np.empty(days)
    for i in range(days):  # one step per day, not per row
        day = first + timedelta(days=i)
        weights[i] = yearly_growth ** (i / 365.25) * WEEKDAY[day.weekday()] * MONTH[day.month - 1]
    return weights


def daytime(
    rng: np.random.Generator, offset: Offsets, zone: Ints, seconds: Floats, hours: Floats
) -> Floats:
    """Move instants to a likely local hour, never earlier than they were."""
    hour = np.searchsorted(np.cumsum(hours) / np.sum(hours), rng.random(len(seconds)), "right")
    moved = offset.midnight(zone, seconds) + (hour + rng.random(len(seconds))) * HOUR
    return np.asarray(np.where(moved < seconds, moved + DAY, moved))
