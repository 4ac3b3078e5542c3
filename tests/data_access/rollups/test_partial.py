"""Partial sums add up: however the rows are split, the result is the same to the integer."""

from __future__ import annotations

import pickle
from datetime import date, timedelta
from functools import partial as bind
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from data_access.calendars import compile_hours
from data_access.marts import MARTS, cases, costs, orders, parcels, returns, voice, voices
from data_access.rollups.cohorts import COHORTS
from data_access.rollups.days import AsOf
from data_access.rollups.partial import all_cuts, cohort_rows, merge, partial
from tests.data_access.metrics.company import START, company
from tests.data_access.tables import facts

AS_OF = AsOf(START + timedelta(days=55, hours=7), "America/New_York")
DAYS = [START.date() + timedelta(days=number) for number in range(-2, 120)]


def build_marts(seed: int, size: int) -> dict[str, pl.DataFrame]:
    told = facts(**company(Random(seed), size))
    made = {"orders": orders.orders(told["orders"], told).collect()}
    placed = made["orders"].lazy()
    hours = compile_hours(
        told["calendars"].collect(),
        told["holidays"].collect(),
        first=date(2026, 1, 1),
        last=date(2027, 1, 1),
    )
    made |= cases.case_marts(told["cases"], told, placed, hours)
    lazy = {
        "lines": orders.lines(told["order_lines"], told, placed),
        "parcels": parcels.parcels(told["shipments"], told, placed),
        "return_lines": returns.return_lines(told["return_lines"], told, placed),
        "reviews": voice.reviews(told["reviews"], told, placed),
        "surveys": voice.surveys(told["surveys"], placed, made["cases"].lazy()),
        "voices": voices.voices(told["messages"], told, placed, made["cases"].lazy()),
    }
    lazy["costs"] = costs.costs(
        told["costs"],
        told,
        orders_mart=placed,
        cases_mart=made["cases"].lazy(),
        returned=lazy["return_lines"],
    )
    return made | {name: rows.collect() for name, rows in lazy.items()}


@pytest.fixture(scope="module")
def marts() -> dict[str, pl.DataFrame]:
    return build_marts(3, 120)


@pytest.mark.parametrize("name", list(COHORTS))
@settings(max_examples=8)
@given(seed=st.integers(0, 10_000), pieces=st.integers(1, 5))
def test_any_split_of_the_rows_merges_to_the_whole(
    marts: dict[str, pl.DataFrame], name: str, seed: int, pieces: int
) -> None:
    cohort = COHORTS[name]
    mart = marts[cohort.mart]
    rng = Random(seed)
    piece = pl.Series("piece", [rng.randrange(pieces) for _ in range(mart.height)])
    parts = [mart.filter(piece == number).lazy() for number in range(pieces)]
    measures = list(cohort.measures)
    function = bind(all_cuts, name, AS_OF)
    whole = function((DAYS, mart.lazy()))
    split = merge((function((DAYS, part)) for part in parts), measures)
    assert whole.height > 0
    assert_frame_equal(whole.sort(pl.all()), split.sort(pl.all()), check_column_order=False)


def test_a_part_of_the_work_can_be_sent_elsewhere() -> None:
    function = pickle.loads(pickle.dumps(bind(all_cuts, "backlog", AS_OF)))
    assert function.args[0] == "backlog"


@pytest.mark.parametrize("name", list(COHORTS))
def test_every_cut_adds_up_to_the_total(marts: dict[str, pl.DataFrame], name: str) -> None:
    cohort = COHORTS[name]
    rows = all_cuts(name, AS_OF, (DAYS, marts[cohort.mart].lazy()))
    totals = rows.group_by("cut").agg(pl.col(list(cohort.measures)).sum()).drop("cut").unique()
    assert totals.height == 1
    first = next(iter(cohort.measures))
    assert totals[first][0] != 0


CASE = {
    "source": "s",
    "case_id": "k",
    "created_at": START,
    "is_spam": False,
    "fr_due_at": START + timedelta(hours=4),
    "fr_target_s": 4 * 3600,
    "first_response_at": START + timedelta(hours=3),
    "res_due_at": START + timedelta(hours=48),
    "res_target_s": 48 * 3600,
}


def case_counts(hours: float, *names: str, **given: object) -> tuple[int, ...]:
    """Measures of one case, some hours after it was created."""
    columns = MARTS["cases"].columns
    row = {name: {**CASE, **given}.get(name) for name in columns}
    cohort, as_of = COHORTS["cases_created"], AsOf(START + timedelta(hours=hours), "UTC")
    rows = cohort_rows(pl.LazyFrame([row], schema=columns), cohort, as_of)
    return partial(rows, cohort, (), as_of, names).collect().row(0)


def test_an_answer_after_as_of_is_no_answer_yet() -> None:
    names = ("n", "fr_due", "fr_met", "res_due", "res_met")
    assert case_counts(-1, *names) == (0, 0, 0, 0, 0)
    assert case_counts(0, *names) == (1, 0, 0, 0, 0)
    assert case_counts(3.9, *names) == (1, 0, 0, 0, 0)  # answered; the deadline has not passed
    assert case_counts(4, *names) == (1, 1, 1, 0, 0)
    assert case_counts(48, *names) == (1, 1, 1, 1, 0)


def test_a_clock_withdrawn_in_time_is_left_out_and_withdrawn_late_was_missed() -> None:
    def counted(withdrawn: float) -> tuple[int, ...]:
        at = START + timedelta(hours=withdrawn)
        told = {"first_response_at": None, "fr_withdrawn_at": at}
        return case_counts(50, "n", "fr_due", "fr_met", **told)

    assert counted(3.9) == (1, 0, 0)
    assert counted(4) == (1, 1, 0)
    assert counted(9) == (1, 1, 0)


def test_a_clock_that_stands_still_has_no_deadline() -> None:
    assert case_counts(500, "res_due", "res_met", res_due_at=None) == (0, 0)


def test_doubtful_rows_are_counted_among_those_that_count() -> None:
    names = ("n", "tainted", "fr_due", "fr_tainted", "res_due", "res_tainted")
    assert case_counts(5, *names) == (1, 0, 1, 0, 0, 0)
    assert case_counts(5, *names, dq="clock_skew") == (1, 1, 1, 1, 0, 0)


def test_a_pause_while_the_customer_waits_counts_once_it_has_begun() -> None:
    paused = {"paused_waiting_at": START + timedelta(hours=6)}
    assert case_counts(5, "judged", "paused", **paused) == (1, 0)
    assert case_counts(6, "judged", "paused", **paused) == (1, 1)
    assert case_counts(6, "judged", "paused", fr_target_s=None, res_target_s=None, **paused) == (
        0,
        0,
    )


def test_deleted_cases_count_nowhere() -> None:
    assert case_counts(5, "n", "fr_due", deleted=True) == (0, 0)


PARCEL = {
    "created_at": START,
    "shipped_at": START + timedelta(days=1),
    "promised_on": date(2026, 1, 10),
    "delivered_at": None,
    "delivered_on": None,
    "cancelled_at": None,
}


def parcel_counts(as_of_day: int, **given: object) -> tuple[int, ...]:
    """due, on_time, late at 10:00 UTC of a day of January 2026."""
    instant = pl.Datetime("us", "UTC")
    row = pl.LazyFrame(
        [{**PARCEL, **given}],
        schema={
            "created_at": instant, "shipped_at": instant, "promised_on": pl.Date,
            "delivered_at": instant, "delivered_on": pl.Date, "cancelled_at": instant,
        },
    )  # fmt: skip
    cohort = COHORTS["parcels_promised"]
    as_of = AsOf(START.replace(day=as_of_day, hour=10), "UTC")
    rows = cohort_rows(row, cohort, as_of)
    return partial(rows, cohort, (), as_of, ("due", "on_time", "late")).collect().row(0)


def test_a_parcel_is_due_when_its_promised_day_is_over() -> None:
    assert parcel_counts(10) == (0, 0, 0)
    assert parcel_counts(11) == (1, 0, 1)


def test_delivered_on_the_promised_day_is_on_time_and_a_day_later_is_late() -> None:
    on_day = {"delivered_at": START.replace(day=10, hour=23), "delivered_on": date(2026, 1, 10)}
    assert parcel_counts(12, **on_day) == (1, 1, 0)
    next_day = {"delivered_at": START.replace(day=11, hour=0), "delivered_on": date(2026, 1, 11)}
    assert parcel_counts(12, **next_day) == (1, 0, 1)


def test_a_delivery_known_by_its_date_alone_counts_when_the_day_is_over() -> None:
    assert parcel_counts(11, delivered_on=date(2026, 1, 11)) == (1, 0, 1)
    assert parcel_counts(11, delivered_on=date(2026, 1, 9)) == (1, 1, 0)


def test_parcels_never_handed_over_or_called_off_before_are_not_due() -> None:
    assert parcel_counts(12, shipped_at=None) == (0, 0, 0)
    assert parcel_counts(12, cancelled_at=START + timedelta(hours=1)) == (0, 0, 0)
    assert parcel_counts(12, cancelled_at=START + timedelta(days=2)) == (1, 0, 1)


def test_what_was_delivered_had_been_handed_over() -> None:
    delivered = {"delivered_at": START.replace(day=9), "delivered_on": date(2026, 1, 9)}
    assert parcel_counts(12, shipped_at=None, **delivered) == (1, 1, 0)
