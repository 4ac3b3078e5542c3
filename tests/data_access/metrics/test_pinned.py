"""Numbers of one refresh for ever: later refreshes, housekeeping, columns declared since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from data_access.marts.refreshing import refresh
from data_access.marts.state import RefreshState, as_json, from_json, read_state
from data_access.metrics import Filter, Query
from data_access.metrics.pinning import PinnedError
from data_access.rollups.cohorts import COHORTS
from data_access.warehouse.catalog import SnapshotMissingError
from tests.data_access.metrics.company import company
from tests.data_access.metrics.home import Home

THEN = datetime(2026, 3, 2, 6, tzinfo=UTC)
QUESTIONS = (
    Query("contact_rate", ("week",)),
    Query("first_response_within_target", ("market",)),
    Query("backlog", ("week",)),
    Query("csat", (), Filter(market=("DE",))),
    Query("contacts", ("reason",), as_of=THEN - timedelta(days=9)),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home(tmp_path_factory.mktemp("pinned"))
    made.take_in(company(Random(1), 40), THEN)
    refresh(made.warehouse, made.engine, THEN)
    yield made
    made.close()


def state_of(home: Home) -> RefreshState:
    state = read_state(home.engine)
    assert state is not None
    return state


def tagged(home: Home, state: RefreshState) -> None:
    for namespace in ("marts", "rollups", "facts"):
        for table, snapshot in getattr(state, namespace).items():
            if snapshot is not None:
                home.warehouse.tag(table, f"report-{snapshot}", namespace, snapshot)


def test_a_state_survives_json(home: Home) -> None:
    state = state_of(home)
    assert from_json(as_json(state)) == replace(state, rewritten={})


def test_pinned_numbers_stay_through_imports_refreshes_and_housekeeping(home: Home) -> None:
    state = state_of(home)
    before = [home.metrics().kpi(query) for query in QUESTIONS]
    movers = home.metrics().movers("csat", "market", Filter(end=THEN.date()), Filter())
    tagged(home, state)
    tagged(home, state)
    later = THEN + timedelta(days=20)
    home.take_in(company(Random(2), 40), later, source="other")
    refresh(home.warehouse, home.engine, later)
    home.warehouse.housekeep(
        now=datetime.now(UTC) + timedelta(days=9), keep=timedelta(0), orphan_age=timedelta(0)
    )
    pinned = home.metrics().pinned(from_json(as_json(state)))
    for query, frame in zip(QUESTIONS, before, strict=True):
        assert_frame_equal(pinned.kpi(query), frame)
        assert not home.metrics().kpi(replace(query, as_of=later)).equals(frame)
    again = pinned.movers("csat", "market", Filter(end=THEN.date()), Filter())
    assert_frame_equal(again, movers)
    assert pinned.as_of() == THEN
    assert pinned.version() == state.version


def test_rows_give_what_an_untrusted_rollup_would_have_given(home: Home) -> None:
    state = state_of(home)
    by_rows = home.metrics().pinned(state, from_rows=COHORTS)
    for query in QUESTIONS:
        assert_frame_equal(by_rows.kpi(query), home.metrics().kpi(query))


def test_an_untagged_snapshot_that_is_gone_is_named(home: Home) -> None:
    state = state_of(home)
    gone = replace(state, rollups=dict.fromkeys(state.rollups, 7), marts=state.marts)
    with pytest.raises(PinnedError, match=r"Snapshot 7 of rollups\.\w+ is gone.*backup"):
        home.metrics().pinned(gone).kpi(QUESTIONS[0])
    with pytest.raises(SnapshotMissingError, match=r"Snapshot 7 of marts\.cases"):
        home.warehouse.tag("cases", "report-x", "marts", 7)


def test_a_table_that_was_not_there_is_named(home: Home) -> None:
    state = state_of(home)
    before = replace(state, rollups={}, marts={})
    with pytest.raises(PinnedError, match=r"marts\.cases did not exist at the refresh"):
        home.metrics().pinned(before).kpi(Query("contacts"))


def test_a_rollup_without_a_measure_is_replaced_by_rows(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = state_of(home)
    expected = home.metrics().kpi(Query("contacts", ("week",)))
    columns = home.warehouse.columns

    def without(table: str, namespace: str = "facts", snapshot: int | None = None) -> list[str]:
        return [name for name in columns(table, namespace, snapshot) if name != "tainted"]

    monkeypatch.setattr(home.warehouse, "columns", without)
    assert_frame_equal(home.metrics().pinned(state).kpi(Query("contacts", ("week",))), expected)


def test_a_mart_without_a_column_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    state = state_of(home)
    columns = home.warehouse.columns

    def without(table: str, namespace: str = "facts", snapshot: int | None = None) -> list[str]:
        return [name for name in columns(table, namespace, snapshot) if name != "is_spam"]

    monkeypatch.setattr(home.warehouse, "columns", without)
    pinned = home.metrics().pinned(state, from_rows=COHORTS)
    with pytest.raises(PinnedError, match=r"marts\.cases of snapshot \d+ has no is_spam"):
        pinned.kpi(Query("contacts"))


def test_columns_of_an_older_snapshot_are_its_own(home: Home) -> None:
    warehouse = home.warehouse
    warehouse.replace_parts("old", "marts", pl.DataFrame({"n": [1], "part": [0]}), [0])
    first = warehouse.snapshot_id("old", "marts")
    wider = pl.DataFrame({"n": [1], "later": ["x"], "part": [0]})
    warehouse.replace_parts("old", "marts", wider, [0])
    assert set(warehouse.columns("old", "marts", first)) == {"n", "part"}
    assert set(warehouse.columns("old", "marts")) == {"n", "part", "later"}


def test_movers_answer_as_of_a_cut(home: Home) -> None:
    metrics = home.metrics()
    cut = THEN - timedelta(days=14)
    now_, before = Filter(end=cut.date()), Filter(end=cut.date() - timedelta(days=14))
    rows = metrics.movers("contacts", "channel", now_, before, limit=9, as_of=cut)
    counts = {
        where: metrics.kpi(Query("contacts", (), where, cut))["value"].item()
        for where in (now_, before)
    }
    assert rows["effect"].sum() == pytest.approx(counts[now_] - counts[before])
