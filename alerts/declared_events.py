"""Declared days for the detector: promotions that the merchant marked, and public holidays.

Promotions and days off are rows of `annotations`; public holidays come from the package `holidays`
for every market that the series knows. A promotion of one market is declared for that market alone.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Protocol

import polars as pl

from alerts.detection.events import SCHEMA, EventCalendar
from alerts.rules.format.every_kind import DeclaredEvent
from data_access.calendars.public_holidays import public_holidays
from data_access.rollups.days import local_day


class Tables(Protocol):
    """The part of the warehouse that marks are read from."""

    def scan(self, table: str, *, namespace: str = "facts") -> pl.LazyFrame:
        """A table as a lazy frame."""


PROMOTION, HOLIDAY = "promotion", "holiday"
_MARKED = {"promotions": ("promo", PROMOTION), "holidays": ("holiday", HOLIDAY)}
_LONGEST = 60
"""Days of a mark beyond which it is a season and no event: it would be learned as the usual."""


def declared_events(
    wanted: Collection[DeclaredEvent],
    tables: Tables | None,
    markets: Collection[str],
    *,
    first: date,
    last: date,
    zone: str,
) -> EventCalendar | None:
    """The declared days from `first` to `last`; None where the rule wants none.

    Args:
        wanted: kinds of events the rule allows for.
        tables: facts, for what the merchant marked; None: public holidays only.
        markets: ISO codes whose public holidays count.
        first: first day.
        last: last day.
        zone: zone in which marks are cut into days.
    """
    if not wanted:
        return None
    frames = [pl.DataFrame(schema=SCHEMA)]
    if tables is not None:
        frames.append(_marked(tables, wanted, first, last, zone))
    if "holidays" in wanted:
        rows = [
            (market, off.day, HOLIDAY)
            for market in sorted(markets)
            for off in public_holidays(market, None, first=first, last=last)[0]
        ]
        frames.append(pl.DataFrame(rows, schema=SCHEMA, orient="row"))
    return EventCalendar(pl.concat(frames).unique().sort("day", "market", "kind", nulls_last=True))


def _marked(
    tables: Tables, wanted: Collection[DeclaredEvent], first: date, last: date, zone: str
) -> pl.DataFrame:
    kinds = dict(_MARKED[name] for name in wanted)
    marks = (
        tables.scan("annotations")
        .filter(pl.col("kind").cast(pl.String).is_in(list(kinds)))
        .select(
            market="country",
            kind=pl.col("kind").cast(pl.String).replace_strict(kinds, return_dtype=pl.String),
            start=local_day(pl.col("starts_at"), zone),
            # An end at midnight is the end of the day before.
            end=local_day(pl.coalesce("ends_at", "starts_at") - pl.duration(microseconds=1), zone),
        )
        .collect()
        .with_columns(end=pl.max_horizontal("start", "end"))
        .filter(pl.col("start") <= last, pl.col("end") >= first)
        .filter(pl.col("end") - pl.col("start") < timedelta(days=_LONGEST))
    )
    return (
        marks.with_columns(day=pl.date_ranges("start", "end"))
        .explode("day")
        .filter(pl.col("day").is_between(first, last))
        .select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())
    )
