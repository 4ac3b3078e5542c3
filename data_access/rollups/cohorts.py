"""Every cohort with its measures: the only place where rows are turned into counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import polars as pl

from data_access.rollups.cohort import Cohort, Measure, came_between
from data_access.rollups.days import AsOf
from data_access.rollups.histogram import bucket

REOPEN_WINDOW = timedelta(days=14)

_PLACE = ("market", "continent", "region", "lane", "carrier", "category", "product", "language")
_ORDER_DIMS = (*_PLACE, "source")
_CASE_DIMS = (*_PLACE, "channel", "priority", "team", "reason", "level", "source")
# From the smallest to the largest. Only cuts that shrink the rows by far are worth their place: by
# product, or by three or four dimensions, a day's rollup is the rows again, and those are scanned.
_ORDER_CUTS: tuple[tuple[str, ...], ...] = (
    (),
    ("source",),
    ("market",),
    ("category", "carrier"),
    ("market", "region"),
    ("carrier", "lane"),
    ("market", "carrier"),
    ("market", "language"),
    ("market", "category"),
)
_CASE_CUTS: tuple[tuple[str, ...], ...] = (
    (),
    ("source",),
    ("channel", "priority"),
    ("team", "priority"),
    ("category", "carrier"),
    ("market", "level"),
    ("market", "channel"),
    ("category", "reason"),
    ("market", "carrier"),
    ("market", "language"),
    ("market", "category"),
)
_CREATED_CUTS: tuple[tuple[str, ...], ...] = (
    *_CASE_CUTS[:5],
    ("market", "region"),
    ("continent", "hour_of_week"),
    *_CASE_CUTS[5:],
    ("carrier", "lane"),
    ("market", "reason"),
    ("market", "hour_of_week"),
    ("market", "category", "channel"),
)


def _col(name: str) -> pl.Expr:
    return pl.col(name)


def _true(condition: pl.Expr) -> pl.Expr:
    return condition.fill_null(value=False)


def _every(_: AsOf) -> pl.Expr:
    # A literal would be added up once per group, not once per row.
    return _col("source").is_not_null()


def _flag(condition: pl.Expr) -> Measure:
    return lambda _: _true(condition)


def _amount(column: str, condition: pl.Expr | None = None) -> Measure:
    value = _col(column).fill_null(0)
    return lambda _: value if condition is None else pl.when(condition).then(value).otherwise(0)


def _countable(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.filter(~_col("is_spam") & _col("merged_into").is_null())


def _deadline(target: str) -> pl.Expr:
    return _col("created_at") + pl.duration(seconds=_col(target))


def _due(target: str) -> Measure:
    return lambda as_of: as_of.passed(_deadline(target))


def _met(target: str, reached: str) -> Measure:
    in_time = _true(_col(reached) <= _deadline(target))
    return lambda as_of: as_of.passed(_deadline(target)) & in_time


def _deadline_came(before: AsOf, after: AsOf) -> pl.Expr:
    return came_between(_deadline("fr_target_s"), before, after) | came_between(
        _deadline("res_target_s"), before, after
    )


def _reopen_due(as_of: AsOf) -> pl.Expr:
    return as_of.passed(_col("first_solved_at") + REOPEN_WINDOW)


def _reopened(as_of: AsOf) -> pl.Expr:
    again = _col("first_reopened_at") <= _col("first_solved_at") + REOPEN_WINDOW
    return _reopen_due(as_of) & _true(again)


def _flow(spells: pl.LazyFrame) -> pl.LazyFrame:
    """+1 where a case was opened or reopened, −1 where it was solved or closed."""
    opened = spells.with_columns(at=_col("open_from"), sign=pl.lit(1, dtype=pl.Int64))
    ended = spells.filter(_col("open_to").is_not_null()).with_columns(
        at=_col("open_to"), sign=pl.lit(-1, dtype=pl.Int64)
    )
    return pl.concat([opened, ended])


# A delivery known only by its date is known when that day is over.
_DELIVERED = pl.coalesce(
    "delivered_at",
    _col("delivered_on").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    + pl.duration(days=1, microseconds=-1),
)
# What was delivered had been handed over, even where nobody recorded it.
_HANDED_OVER = pl.min_horizontal("shipped_at", _DELIVERED)


def _parcel_due(as_of: AsOf) -> pl.Expr:
    """Handed over, not called off before, and the whole promised day is over in the zone."""
    called_off = _true(_col("cancelled_at") < _HANDED_OVER)
    over = _true(_col("promised_on") < pl.lit(as_of.today))
    return as_of.passed(_HANDED_OVER) & over & ~called_off


def _parcel_on_time(as_of: AsOf) -> pl.Expr:
    kept = _true(_col("delivered_on") <= _col("promised_on"))
    return _parcel_due(as_of) & as_of.passed(_DELIVERED) & kept


def _parcel_late(as_of: AsOf) -> pl.Expr:
    return _parcel_due(as_of) & ~_parcel_on_time(as_of)


def _parcel_ripens(before: AsOf, after: AsOf) -> pl.Expr:
    promise_over = _col("promised_on").is_between(before.today, after.today, closed="left")
    return (
        promise_over
        | came_between(_HANDED_OVER, before, after)
        | came_between(_DELIVERED, before, after)
    )


def _lead_time(parcels: pl.LazyFrame) -> pl.LazyFrame:
    """Delivered parcels with the bucket of delivered − ordered."""
    seconds = (_col("delivered_at") - _col("created_at")).dt.total_seconds()
    return parcels.filter(_true(seconds >= 0)).with_columns(bucket=bucket(seconds))


_SOLD = _true(_col("qty") > 0)

_DECLARED = (
    Cohort("orders_placed", "orders", "placed_at", _ORDER_DIMS, {"n": _every}, _ORDER_CUTS),
    Cohort(
        "sales_lines",
        "lines",
        "placed_at",
        _ORDER_DIMS,
        {
            "n": _flag(_SOLD),
            "value": _amount("value_minor", _SOLD),
            "qty": _amount("qty", _SOLD),
        },
        _ORDER_CUTS,
        keys={"currency": pl.String()},
    ),
    Cohort(
        "cases_created",
        "cases",
        "created_at",
        (*_CASE_DIMS, "hour_of_week"),
        {
            "n": _every,
            "fr_due": _due("fr_target_s"),
            "fr_met": _met("fr_target_s", "first_response_at"),
            "res_due": _due("res_target_s"),
            "res_met": _met("res_target_s", "first_solved_at"),
            "vendor_n": _flag(_col("vendor_sla_met").is_not_null()),
            "vendor_met": _flag(_col("vendor_sla_met")),
        },
        _CREATED_CUTS,
        prepare=_countable,
        ripens=_deadline_came,
    ),
    Cohort(
        "cases_solved",
        "cases",
        "first_solved_at",
        _CASE_DIMS,
        {"n": _every, "reopen_due": _reopen_due, "reopened": _reopened},
        _CASE_CUTS,
        prepare=_countable,
        ripens=lambda before, after: came_between(
            _col("first_solved_at") + REOPEN_WINDOW, before, after
        ),
    ),
    Cohort(
        "backlog",
        "open_spells",
        "at",
        _CASE_DIMS,
        {"net": lambda _: _col("sign")},
        _CASE_CUTS,
        prepare=_flow,
    ),
    Cohort(
        "parcels_promised",
        "parcels",
        "promised_on",
        _ORDER_DIMS,
        {"due": _parcel_due, "on_time": _parcel_on_time, "late": _parcel_late},
        _ORDER_CUTS,
        known_at="created_at",
        ripens=_parcel_ripens,
    ),
    Cohort(
        "parcels_delivered",
        "parcels",
        "delivered_at",
        _ORDER_DIMS,
        {"n": _every},
        ((), ("source",), ("market",), ("carrier",), ("category",)),
        keys={"bucket": pl.Int32()},
        prepare=_lead_time,
    ),
    Cohort(
        "return_lines_requested",
        "return_lines",
        "requested_at",
        (*_ORDER_DIMS[:-1], "reason", "source"),
        {"n": _every, "value": _amount("value_minor"), "qty": _amount("qty")},
        (*_ORDER_CUTS, ("category", "reason"), ("market", "reason")),
        keys={"currency": pl.String()},
    ),
    Cohort(
        "reviews_written",
        "reviews",
        "at",
        _ORDER_DIMS,
        {
            "n": _flag(_col("rating").is_not_null()),
            "low": _flag(_col("rating") <= 2),
            "sum": _amount("rating"),
        },
        _ORDER_CUTS,
    ),
    Cohort(
        "surveys_csat",
        "surveys",
        "answered_at",
        _CASE_DIMS,
        {"n": _every, "top": _flag(_col("score") >= 4)},
        _CASE_CUTS,
        prepare=lambda rows: rows.filter(_col("kind") == "csat"),
    ),
    Cohort(
        "surveys_nps",
        "surveys",
        "answered_at",
        _CASE_DIMS,
        {
            "n": _every,
            "promoters": _flag(_col("score") >= 9),
            "detractors": _flag(_col("score") <= 6),
            "net": lambda _: (
                (_col("score") >= 9).cast(pl.Int64) - (_col("score") <= 6).cast(pl.Int64)
            ),
        },
        _CASE_CUTS,
        prepare=lambda rows: rows.filter(_col("kind") == "nps"),
    ),
)

COHORTS: Mapping[str, Cohort] = {cohort.name: cohort for cohort in _DECLARED}
"""Every cohort by name."""
