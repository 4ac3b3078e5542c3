"""Which local days a calendar is closed: public holidays, and what the table `holidays` says.

Who speaks for fewer wins: a row for one calendar over a row for a region, that over a row for the
country, and that over the public holidays. Among rows that speak for the same, a day that is
worked wins over a day off.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from data_access.calendars.public_holidays import public_holidays

GROUP = ("calendar", "tz", "country", "region")
"""Rows of a calendar that have their days off together."""

_PUBLIC, _COUNTRY, _REGION, _CALENDAR = range(4)
_SAID = {
    "day": pl.Date,
    "name": pl.String,
    "tentative": pl.Boolean,
    "works": pl.Boolean,
    "level": pl.Int64,
}


def days_off(
    groups: pl.DataFrame, holidays: pl.DataFrame, *, first: date, last: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """List the days off of groups of calendar rows.

    Args:
        groups: the distinct GROUP, with `source` and `calendar_id`.
        holidays: facts `holidays`. A row with `calendar_id` holds for that calendar of its own
            source; any other row for the country's calendars of all sources.
        first: first day looked at.
        last: last day looked at, inclusive.

    Returns:
        GROUP, day, name, tentative with one row per day off; and findings: check, calendar,
        detail, for countries and regions whose public holidays are not known.
    """
    public, findings = _public(groups, first, last)
    said = pl.concat([public, _declared(groups, holidays, first, last)])
    at = (*GROUP, "day")
    off = (
        said.filter(~pl.col("works"))
        .sort(
            *at, "level", "tentative", "name", descending=[*(False for _ in at), True, False, False]
        )
        .unique(at, keep="first", maintain_order=True)
    )
    worked = said.filter("works").group_by(at).agg(pl.col("level").max().alias("worked"))
    closed = off.join(worked, on=at, how="left", nulls_equal=True).filter(
        pl.col("worked").is_null() | (pl.col("level") > pl.col("worked"))
    )
    return closed.select(*at, "name", "tentative").sort(at, nulls_last=True), findings


def _public(groups: pl.DataFrame, first: date, last: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the package says for the countries and regions of `groups`."""
    rows: list[tuple[str, str | None, date, str, bool]] = []
    unknown: list[tuple[str, str | None, str]] = []
    places = groups.select("country", "region").drop_nulls("country").unique()
    for country, region in places.sort("country", "region").iter_rows():
        days, missing = public_holidays(country, region, first=first, last=last)
        rows += [(country, region, *day) for day in days]
        if missing is not None:
            place = country if missing.region is None else f"{country}-{missing.region}"
            unknown.append((country, region, place))
    place = {"country": pl.String, "region": pl.String}
    listed = pl.DataFrame(
        rows,
        schema={**place, "day": pl.Date, "name": pl.String, "tentative": pl.Boolean},
        orient="row",
    ).with_columns(works=pl.lit(value=False), level=pl.lit(_PUBLIC, dtype=pl.Int64))
    on = ["country", "region"]
    public = groups.join(listed, on=on, nulls_equal=True).select(*GROUP, *_SAID)
    missing_at = pl.DataFrame(unknown, schema={**place, "detail": pl.String}, orient="row")
    findings = groups.join(missing_at, on=on, nulls_equal=True).select(
        pl.lit("holidays_unknown").alias("check"), "calendar", "detail"
    )
    return public, findings.unique()


def _declared(
    groups: pl.DataFrame, holidays: pl.DataFrame, first: date, last: date
) -> pl.DataFrame:
    """What the table says for the same groups, day by day."""
    rows = (
        holidays.with_columns(
            pl.max_horizontal("starts_on", pl.lit(first)).alias("from"),
            pl.min_horizontal("ends_on", pl.lit(last)).alias("to"),
            pl.col("tentative", "works").fill_null(value=False),
            pl.col("name").fill_null(""),
        )
        .filter(pl.col("from") <= pl.col("to"))
        .with_columns(pl.date_ranges("from", "to").alias("day"))
        .explode("day")
    )
    one_calendar, one_region = pl.col("calendar_id").is_not_null(), pl.col("region").is_not_null()
    scopes = (
        (_CALENDAR, ("source", "calendar_id"), one_calendar),
        (_REGION, ("country", "region"), ~one_calendar & one_region),
        (_COUNTRY, ("country",), ~one_calendar & ~one_region),
    )
    parts = []
    for level, on, meant in scopes:
        said = rows.filter(meant).select(
            *on, "day", "name", "tentative", "works", pl.lit(level, dtype=pl.Int64).alias("level")
        )
        parts.append(groups.join(said, on=on).select(*GROUP, *_SAID))
    return pl.concat(parts)
