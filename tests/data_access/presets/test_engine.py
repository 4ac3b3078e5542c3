"""Our own preset and the clock engine are two programs for one definition: they agree."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings

from data_access.clocks import measure
from data_access.contracts import TABLES
from data_access.presets import preset
from tests.data_access.presets.cases import AS_OF, OFFICE, Book, at
from tests.data_access.presets.test_reconcile import books

NO_POLICIES = pl.DataFrame(schema={"source": pl.String(), **TABLES["sla_policies"].dtypes()})


def test_solving_once_more_ends_a_wait_here_too() -> None:
    book = Book()
    book.case("A", at("10:00")).solved(at("10:00")).customer(at("10:05")).solved(at("10:20"))
    own, events, messages = book.frames()
    clock = measure(
        own, events, messages, policies=NO_POLICIES, hours=OFFICE, clocks=("first_response",)
    ).instances.row(0, named=True)
    assert (clock["started_at"], clock["withdrawn_at"]) == (at("10:05"), at("10:20"))
    ours = book.measuring("first_response").times(preset("afterwatch").definition("first_response"))
    # 10:05 to 10:20, watched until it was over: 15 min.
    assert ours.select("value_s", "ended").row(0) == (900.0, False)


@pytest.mark.parametrize(
    ("metric", "clock"), [("first_response", "first_response"), ("first_resolution", "resolution")]
)
@settings(max_examples=40)
@given(books())
def test_the_same_times(metric: str, clock: str, book: Book) -> None:
    own, events, messages = book.frames()
    plain = own.filter(
        pl.col("merged_into").is_null(),
        ~pl.col("spam").fill_null(value=False),
        ~pl.col("deleted").fill_null(value=False),
    )
    measured = measure(
        plain, events, messages, policies=NO_POLICIES, hours=OFFICE, clocks=(clock,), as_of=AS_OF
    )
    engine = measured.instances.filter(pl.col("instance") == 1).select(
        "case_id",
        began=pl.col("started_at"),
        ends=pl.coalesce("stopped_at", "withdrawn_at"),
        stopped=pl.col("stopped_at").is_not_null(),
    )
    ours = (
        book.measuring(metric)
        .times(preset("afterwatch").definition(metric))
        .filter(pl.col("why").is_null())
    )
    both = ours.join(engine, on="case_id", how="inner").filter(pl.col("began") <= AS_OF)
    for row in both.iter_rows(named=True):
        assert row["ended"] == row["stopped"], row
        if row["ends"] is not None:
            assert row["value_s"] == (row["ends"] - row["began"]).total_seconds(), row
