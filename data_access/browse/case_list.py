"""Pages of the case list, with filter and sort pushed down to the files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from data_access.browse.deadlines import CLOCKS, LATE, due_at, known, state, waits
from data_access.browse.due_soon import due_soon
from data_access.browse.listing import containing, ordered
from data_access.browse.open_cases import KEY, open_cases
from data_access.browse.selection import matches, until, within
from data_access.marts.schemas import MARTS
from data_access.metrics.filters import Filter
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.cohorts.deadlines import FIRST_RESPONSE
from data_access.rollups.days import AsOf

if TYPE_CHECKING:
    from data_access.warehouse import Warehouse


class CaseView(StrEnum):
    """Which cases: all of a filter, or those behind one number."""

    ALL = "all"
    OPEN = "open"
    UNANSWERED = "unanswered"
    FIRST_RESPONSE_LATE = "first_response_late"
    RESOLUTION_LATE = "resolution_late"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    PAUSED_WAITING = "paused_waiting"
    TAINTED = "tainted"
    DUE_15 = "due_15"
    DUE_60 = "due_60"
    DUE_240 = "due_240"


HORIZONS = {
    CaseView.DUE_15: timedelta(minutes=15),
    CaseView.DUE_60: timedelta(minutes=60),
    CaseView.DUE_240: timedelta(minutes=240),
}
"""Views of what is due within a time: whenever the case was created, what is due is due."""

_OPEN_VIEWS = (CaseView.OPEN, CaseView.UNANSWERED)

COLUMNS = (
    "case_id",
    "source",
    "created_at",
    "subject",
    "market",
    "language",
    "channel",
    "category",
    "product",
    "reason",
    "priority",
    "level",
    "team",
    "carrier",
    "order_id",
    "status",
    "first_response_at",
    "first_response_due_at",
    "first_response_state",
    "solved_at",
    "resolution_due_at",
    "resolution_state",
    "age_hours",
)
"""What a row of the list holds, and what it may be sorted by."""

_DERIVED = set(COLUMNS) - set(MARTS["cases"].columns) | {"status", "first_response_at"}
"""What the mart does not hold, or holds as of its own instant."""


def cases(
    warehouse: Warehouse,
    where: Filter,
    *,
    view: CaseView,
    sort: Sequence[tuple[str, bool]],
    offset: int,
    limit: int,
    as_of: datetime,
    zone: str = "UTC",
    text: str = "",
) -> tuple[pl.DataFrame, int]:
    """One page of cases and how many there are.

    Args:
        warehouse: where the marts are.
        where: dimensions and days (of creation, in `zone`; not looked at by views of `HORIZONS`).
        view: which of them.
        sort: column and whether descending, first one strongest; unknown columns are refused.
            Newest first where empty; ties are broken by newest and by case id.
        offset: rows to skip.
        limit: rows to give.
        as_of: what is known; later answers have not happened.
        zone: zone that the filter's days are cut in.
        text: only cases whose id, order or subject contains it, upper and lower case alike.

    Raises:
        ValueError: a sort column that the list does not have.
    """
    chosen = _chosen(warehouse, where, view=view, as_of=as_of, zone=zone, text=text)
    order, descending = _order(sort)
    total = chosen.select(pl.len()).collect().item()
    keys = _page_keys(warehouse, chosen, as_of, order, descending, slice(offset, offset + limit))
    page = _shown(warehouse, _with_keys(chosen, keys), as_of).select(COLUMNS).collect()
    return page.sort(order, descending=descending, nulls_last=True), total


def export_cases(
    warehouse: Warehouse,
    where: Filter,
    *,
    view: CaseView,
    sort: Sequence[tuple[str, bool]],
    as_of: datetime,
    zone: str = "UTC",
    text: str = "",
) -> pl.DataFrame:
    """Every row of the list in its order: exactly what the screen shows, unpaged."""
    chosen = _chosen(warehouse, where, view=view, as_of=as_of, zone=zone, text=text)
    order, descending = _order(sort)
    return (
        _shown(warehouse, chosen, as_of)
        .select(COLUMNS)
        .sort(order, descending=descending, nulls_last=True)
        .collect()
    )


def _page_keys(
    warehouse: Warehouse,
    chosen: pl.LazyFrame,
    as_of: datetime,
    order: list[str],
    descending: list[bool],
    rows: slice,
) -> pl.DataFrame:
    """Which cases stand on a page: so that only its rows are read in full, not all of them."""
    if order[0] == "created_at":
        # The page ends at this instant; ties with it are sorted out below.
        bounds = chosen.select("created_at").sort("created_at", descending=descending[0])
        last = bounds.slice(rows.stop - 1, 1).collect()["created_at"]
        if last.len():
            edge = pl.col("created_at")
            chosen = chosen.filter(edge >= last[0] if descending[0] else edge <= last[0])
    needed = {*order, *KEY, "created_at", "part"}
    if needed & _DERIVED:
        chosen = _shown(warehouse, chosen, as_of)
    return (
        chosen.select(sorted(needed))
        .sort(order, descending=descending, nulls_last=True)
        .slice(rows.start, rows.stop - rows.start)
        .select(*KEY, "created_at", "part")
        .collect()
    )


def _with_keys(chosen: pl.LazyFrame, keys: pl.DataFrame) -> pl.LazyFrame:
    """The rows of a page; times and partitions let most of the files be skipped."""
    return chosen.filter(
        pl.col("part").is_in(keys["part"].unique().to_list()),
        pl.col("created_at").is_between(keys["created_at"].min(), keys["created_at"].max()),
        pl.col("case_id").is_in(keys["case_id"].to_list()),
    ).join(keys.lazy().select(KEY), on=KEY, how="semi")


def _chosen(
    warehouse: Warehouse, where: Filter, *, view: CaseView, as_of: datetime, zone: str, text: str
) -> pl.LazyFrame:
    mart = warehouse.scan("cases", namespace="marts", schema=MARTS["cases"].columns)
    rows = mart.filter(
        within(where, "created_at", zone) if view not in HORIZONS else pl.lit(value=True),
        until(as_of),
        pl.col("created_at") <= as_of,
        matches(where),
        _viewed(view, as_of),
    )
    if view in _OPEN_VIEWS:
        rows = rows.join(open_cases(warehouse, as_of), on=KEY, how="semi")
    if view in HORIZONS:
        due = due_soon(warehouse, where, as_of=as_of, horizon=HORIZONS[view], limit=_MOST_DUE)
        rows = rows.filter(pl.col("case_id").is_in(due["case_id"].to_list()))
        rows = rows.join(due.lazy().select(KEY), on=KEY, how="semi")
    if text:
        rows = rows.filter(containing(text, ("case_id", "order_id", "subject")))
    return rows


def _viewed(view: CaseView, as_of: datetime) -> pl.Expr:
    gone = pl.col("is_spam").fill_null(value=False) | pl.col("deleted").fill_null(value=False)
    counted = ~gone & pl.col("merged_into").is_null()
    states = {clock: state(clock, as_of) for clock in CLOCKS}
    wanted = {
        CaseView.UNANSWERED: (pl.col("fr_started_at") <= as_of) & waits(FIRST_RESPONSE, as_of),
        CaseView.FIRST_RESPONSE_LATE: states["first_response"].is_in(LATE),
        CaseView.RESOLUTION_LATE: states["resolution"].is_in(LATE),
        CaseView.REOPENED: known("first_reopened_at", as_of).is_not_null(),
        CaseView.WITHDRAWN: pl.concat_list(*states.values()).list.contains("withdrawn"),
        CaseView.PAUSED_WAITING: COHORTS["cases_created"].measures["paused"](AsOf(as_of, "UTC")),
        CaseView.TAINTED: pl.col("dq").is_not_null(),
    }
    return counted & wanted[view] if view in wanted else counted


def _order(sort: Sequence[tuple[str, bool]]) -> tuple[list[str], list[bool]]:
    return ordered(sort, COLUMNS, _TIES)


_MOST_DUE = 1_000_000
"""Clocks due within hours: never cut."""

_TIES = (("created_at", True), ("case_id", False), ("source", False))


def _shown(warehouse: Warehouse, rows: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    waiting = open_cases(warehouse, as_of).unique().with_columns(_open=pl.lit(value=True))
    is_open = pl.col("_open").fill_null(value=False)
    untimed = (pl.col("status") == "closed") & pl.col("first_solved_at").is_null()
    closed = (pl.col("closed_at") <= as_of).fill_null(value=False) | untimed
    ended = pl.when(closed).then(pl.lit("closed")).otherwise(pl.lit("solved"))
    # The status of today says nothing about an earlier instant; whether it was open does.
    status = (
        pl.when(is_open & ~pl.col("status").is_in(["solved", "closed"]))
        .then("status")
        .when(is_open)
        .then(pl.lit("open"))
        .otherwise(ended)
    )
    return rows.join(waiting, on=KEY, how="left").with_columns(
        status=status,
        first_response_state=state("first_response", as_of),
        resolution_state=state("resolution", as_of),
        first_response_due_at=due_at("first_response"),
        resolution_due_at=due_at("resolution"),
        first_response_at=known("first_response_at", as_of),
        solved_at=known("first_solved_at", as_of),
        age_hours=pl.when(is_open).then(
            (pl.lit(as_of) - pl.col("created_at")).dt.total_minutes() / 60
        ),
    )
