"""From weekly intervals, versions and days off to the instants at which a calendar is open.

A weekly interval is cut at the midnights it runs over, so that each piece lies in one local day;
pieces on days off fall out, the others become instants by the rule of `data_access.time_zones`.
As that rule never turns the order of two wall times around, no piece becomes negative; pieces
that touch are joined again.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from data_access.calendars.days_off import GROUP, days_off
from data_access.calendars.hours import Hours
from data_access.time_zones import INSTANT, known_zone, series_to_utc

_DAY = 1440
_DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def calendar_key(source: pl.Expr, calendar_id: pl.Expr) -> pl.Expr:
    """Address a calendar by `source/calendar_id`; null where the case names none."""
    return pl.concat_str(source.cast(pl.String), calendar_id.cast(pl.String), separator="/")


def compile_hours(
    calendars: pl.DataFrame, holidays: pl.DataFrame, *, first: date, last: date
) -> Hours:
    """Work out when each calendar is open from `first` to `last`, both included, as UTC days.

    Args:
        calendars: facts `calendars`. A row holds for intervals that begin, in its own zone, on
            `valid_from` to `valid_to`; it may run past midnight, also past `valid_to`.
        holidays: facts `holidays`; see `days_off` for who wins.
        first: first day of which hours are asked.
        last: last day, inclusive.
    """
    weekly, findings = _weekly(calendars)
    longest = int(weekly["end_minute"].max() or 0) // _DAY  # type: ignore[arg-type]
    reach = pl.date_range(
        first - timedelta(days=longest + 2), last + timedelta(days=1), eager=True
    ).alias("day")
    groups = weekly.select(*GROUP, "source", "calendar_id").unique()
    closed, unknown = days_off(groups, holidays, first=reach[0], last=reach[-1])
    pieces = _to_instants(_open_pieces(weekly, reach, closed), "opens_at", "closes_at")
    bounds = _midnight(first), _midnight(last + timedelta(days=1))
    intervals = _within(disjoint(pieces, "opens_at", "closes_at", ("version",)), *bounds)
    missing = (
        weekly.select("calendar").unique().join(intervals, on="calendar", how="anti")
    ).select(
        pl.lit("calendar_missing").alias("check"), "calendar", pl.lit("never open").alias("detail")
    )
    found = pl.concat([findings, unknown, missing, _overlaps(pieces)])
    return Hours(
        intervals=intervals,
        closures=_closures(weekly, closed, *bounds),
        force=_in_force(weekly, reach),
        findings=found.unique().sort("calendar", "check", "detail"),
        first=first,
        last=last,
    )


def _weekly(calendars: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that can be worked with, and findings for the others.

    A start after midnight of the next day (over 1440) is a start on that day.
    """
    over = pl.col("start_minute") // _DAY
    rows = calendars.with_columns(
        calendar_key(pl.col("source"), pl.col("calendar_id")).alias("calendar"),
        ((pl.col("weekday") - 1 + over) % 7 + 1).alias("weekday"),
        (pl.col("start_minute") - over * _DAY).alias("start_minute"),
        (pl.col("end_minute") - over * _DAY).alias("end_minute"),
        pl.col("valid_from").alias("version"),
    )
    zones = [zone for zone in rows["tz"].unique() if zone is not None and known_zone(zone)]
    known = pl.col("tz").is_in(zones)
    unknown = rows.filter(~known.fill_null(value=False)).select(
        pl.lit("calendar_missing").alias("check"),
        "calendar",
        pl.format("unknown time zone {}", pl.col("tz").fill_null("")).alias("detail"),
    )
    good = rows.filter(known & (pl.col("end_minute") > pl.col("start_minute")))
    empty = rows.join(good, on="calendar", how="anti").select(
        pl.lit("calendar_missing").alias("check"), "calendar", pl.lit("never open").alias("detail")
    )
    return good, pl.concat([unknown, empty])


def _open_pieces(weekly: pl.DataFrame, reach: pl.Series, closed: pl.DataFrame) -> pl.DataFrame:
    """Every interval of every week, one row per local day it lies in, without days off.

    `opens_at` and `closes_at` are wall times.
    """
    days = reach.to_frame().with_columns(weekday=pl.col("day").dt.weekday().cast(pl.Int64))
    in_force = pl.col("day").is_between(
        pl.col("valid_from").fill_null(date.min), pl.col("valid_to").fill_null(date.max)
    )
    begun = weekly.join(days, on="weekday").filter(in_force).rename({"day": "begins_on"})
    nth = pl.col("nth")
    pieces = begun.with_columns(
        pl.int_ranges(0, (pl.col("end_minute") - 1) // _DAY + 1).alias("nth")
    ).explode("nth")
    pieces = pieces.with_columns(
        (pl.col("begins_on") + pl.duration(days=nth)).alias("day"),
        pl.max_horizontal(pl.col("start_minute") - nth * _DAY, 0).alias("from"),
        pl.min_horizontal(pl.col("end_minute") - nth * _DAY, _DAY).alias("to"),
    )
    midnight = pl.col("day").cast(pl.Datetime("us"))
    return pieces.join(closed, on=(*GROUP, "day"), how="anti", nulls_equal=True).with_columns(
        (midnight + pl.duration(minutes="from")).alias("opens_at"),
        (midnight + pl.duration(minutes="to")).alias("closes_at"),
    )


def _in_force(weekly: pl.DataFrame, reach: pl.Series) -> pl.DataFrame:
    """From when until when any row of a calendar holds: before and after nobody knows its hours.

    The last interval may run past the midnight after `valid_to`.
    """
    over = pl.max_horizontal(pl.col("end_minute") - _DAY, 0)
    days = weekly.with_columns(
        pl.max_horizontal("valid_from", pl.lit(reach[0])).alias("from"),
        pl.min_horizontal("valid_to", pl.lit(reach[-1])).alias("to"),
    ).filter(pl.col("from") <= pl.col("to"))
    spans = days.with_columns(
        pl.col("from").cast(pl.Datetime("us")).alias("starts_at"),
        (
            (pl.col("to") + pl.duration(days=1)).cast(pl.Datetime("us")) + pl.duration(minutes=over)
        ).alias("ends_at"),
    )
    return (
        _to_instants(spans, "starts_at", "ends_at")
        .group_by("calendar")
        .agg(pl.col("starts_at").min(), pl.col("ends_at").max())
        .sort("calendar")
    )


def _to_instants(spans: pl.DataFrame, start: str, end: str) -> pl.DataFrame:
    """Turn the wall times of two columns into instants, zone by zone; what has no length goes."""
    parts = [spans.clear().with_columns(pl.col(start, end).cast(INSTANT))]
    for (zone,), part in spans.partition_by("tz", as_dict=True, maintain_order=True).items():
        parts.append(
            part.with_columns(
                series_to_utc(part[start], str(zone)), series_to_utc(part[end], str(zone))
            )
        )
    return pl.concat(parts).filter(pl.col(end) > pl.col(start))


def disjoint(spans: pl.DataFrame, start: str, end: str, alike: tuple[str, ...]) -> pl.DataFrame:
    """Count once what several spans of a calendar cover, and join those that touch.

    Returns:
        calendar, start, end and the columns `alike`, sorted by calendar and start. Where spans
        overlap, the one that began first keeps the time. Only spans that agree in `alike` are
        joined.
    """
    ordered = spans.select("calendar", start, end, *alike).sort(
        "calendar", start, end, *alike, nulls_last=True
    )
    before = pl.col(end).cum_max().shift(1).over("calendar")
    ordered = ordered.with_columns(pl.max_horizontal(start, before).alias(start)).filter(
        pl.col(end) > pl.col(start)
    )
    differs = pl.col(start) != pl.col(end).shift(1).over("calendar")
    for column in alike:
        differs |= pl.col(column).ne_missing(pl.col(column).shift(1).over("calendar"))
    run = differs.fill_null(value=True).cum_sum().over("calendar")
    return (
        ordered.with_columns(run.alias("run"))
        .group_by("calendar", "run")
        .agg(pl.col(start).min(), pl.col(end).max(), *(pl.col(c).first() for c in alike))
        .sort("calendar", start)
        .drop("run")
    )


def _overlaps(pieces: pl.DataFrame) -> pl.DataFrame:
    """Name rows of one calendar and zone that are open at the same time.

    Rows of different zones hand over to each other, and a night shift of the version before runs
    into the first day of the next: both are counted once and nothing is wrong with them.
    """
    label = pl.format(
        "{} {}–{}",
        pl.col("weekday").replace_strict(range(1, 8), _DAY_NAMES, return_dtype=pl.String),
        _clock("start_minute"),
        _clock("end_minute"),
    )
    by = ("calendar", "tz")
    ordered = pieces.select(
        *by, "opens_at", "closes_at", "begins_on", "valid_to", label.alias("label")
    ).sort(*by, "opens_at", "closes_at", "label", "valid_to")
    longest = pl.col("closes_at").cum_max().over(by)
    holds = pl.col("closes_at") == longest

    def holder(column: str) -> pl.Expr:
        """Of the span that closes last among those before."""
        return pl.when(holds).then(pl.col(column)).forward_fill().shift(1).over(by)

    return (
        ordered.with_columns(
            longest.shift(1).over(by).alias("open_until"),
            holder("label").alias("other"),
            holder("valid_to").alias("other_valid_to"),
        )
        .filter(pl.col("opens_at") < pl.col("open_until"))
        .filter(
            pl.col("other_valid_to").is_null() | (pl.col("other_valid_to") >= pl.col("begins_on"))
        )
        .select(
            pl.lit("calendar_overlap").alias("check"),
            "calendar",
            pl.format("{} / {}", "other", "label").alias("detail"),
        )
    )


def _clock(minutes: str) -> pl.Expr:
    """Minutes after midnight as a time of day; 24:00 and later stay as they are."""
    hour, minute = pl.col(minutes) // 60, pl.col(minutes) % 60
    pad = [part.cast(pl.String).str.zfill(2) for part in (hour, minute)]
    return pl.concat_str(*pad, separator=":")


def _closures(
    weekly: pl.DataFrame, closed: pl.DataFrame, start: datetime, end: datetime
) -> pl.DataFrame:
    """Days off from local midnight to local midnight, while their rows are in force."""
    force = weekly.group_by(GROUP).agg(
        pl.col("valid_from").fill_null(date.min).min(), pl.col("valid_to").fill_null(date.max).max()
    )
    midnight = pl.col("day").cast(pl.Datetime("us"))
    days = (
        closed.join(force, on=GROUP, nulls_equal=True)
        .filter(pl.col("day").is_between("valid_from", "valid_to"))
        .with_columns(
            midnight.alias("starts_at"), (midnight + pl.duration(days=1)).alias("ends_at")
        )
    )
    spans = _to_instants(days, "starts_at", "ends_at")
    alike = ("name", "tentative")
    merged = disjoint(spans, "starts_at", "ends_at", alike)
    return _within(merged, start, end, "starts_at", "ends_at")


def _within(
    spans: pl.DataFrame,
    start: datetime,
    end: datetime,
    opens: str = "opens_at",
    closes: str = "closes_at",
) -> pl.DataFrame:
    return spans.with_columns(
        pl.max_horizontal(opens, pl.lit(start, dtype=INSTANT)).alias(opens),
        pl.min_horizontal(closes, pl.lit(end, dtype=INSTANT)).alias(closes),
    ).filter(pl.col(closes) > pl.col(opens))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
