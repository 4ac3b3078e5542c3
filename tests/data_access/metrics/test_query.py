"""Questions and answers: rollups agree with rows, and every KPI says what it declares."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from threading import Thread
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from data_access.marts import refresh
from data_access.metrics import (
    CATALOGUE,
    DIMENSIONS,
    Filter,
    Metrics,
    Query,
    QueryError,
    UnknownDimension,
    UnknownKpi,
)
from data_access.metrics.plan import dimensions
from tests.data_access.metrics.company import START, company
from tests.data_access.metrics.home import Home
from tests.data_access.tables import at

AS_OF = START + timedelta(days=60, hours=3, microseconds=500_000)
DAYS = [START.date() + timedelta(days=n) for n in range(-3, 90, 4)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home(tmp_path_factory.mktemp("home"))
    rates = [
        {"date": day, "base": "EUR", "quote": quote, "rate": rate}
        for day in DAYS
        for quote, rate in (("USD", 1.25), ("JPY", 160.0))
    ]
    made.take_in({**company(Random(11), 150), "fx_rates": rates}, AS_OF)
    refresh(made.warehouse, made.engine, AS_OF)
    yield made
    made.close()


@pytest.fixture(scope="module")
def metrics(home: Home) -> Metrics:
    return home.metrics(currency="EUR")


@st.composite
def questions(draw: st.DrawFn) -> Query:
    kpi = draw(st.sampled_from(list(CATALOGUE)))
    known = dimensions(kpi)
    by = draw(st.lists(st.sampled_from(known), max_size=2, unique=True))
    grain = draw(st.sampled_from([None, "day", "week", "month"]))
    days = draw(st.tuples(st.sampled_from([None, *DAYS]), st.sampled_from([None, *DAYS])))
    start, end = days
    if start is not None and end is not None and end < start:
        start, end = end, start
    choices = {
        "market": ["DE", "US", "JP", "", "XX"],
        "continent": ["Europe", "Asia", ""],
        "category": ["toys", "phones", ""],
        "channel": ["email", ""],
        "carrier": ["post", ""],
        "level": ["3", "", "x"],
        "language": ["de", "ja"],
    }
    filtered = draw(
        st.dictionaries(
            st.sampled_from([name for name in choices if name in known]), st.just(()), max_size=2
        )
    )
    where: dict[str, Any] = {
        name: tuple(draw(st.lists(st.sampled_from(choices[name]), min_size=1, unique=True)))
        for name in filtered
    }
    splits = (*by, grain) if grain else tuple(by)
    return Query(kpi, splits, Filter(start=start, end=end, **where))


@settings(max_examples=150)
@given(questions())
def test_rollups_answer_what_the_rows_say(metrics: Metrics, query: Query) -> None:
    # Nothing happens in this microsecond, but no rollup holds for it: the rows are read.
    later = Query(query.kpi, query.by, query.where, AS_OF + timedelta(microseconds=1))
    from_rollup, from_rows = metrics.kpi(query), metrics.kpi(later)
    assert from_rollup["as_of"].dtype == pl.Datetime("us", "UTC")
    assert_frame_equal(
        from_rollup.drop("as_of"), from_rows.drop("as_of"), abs_tol=1e-9, rel_tol=1e-9
    )


@settings(max_examples=40)
@given(questions())
def test_splitting_loses_nothing(metrics: Metrics, query: Query) -> None:
    kpi = CATALOGUE[query.kpi]
    whole = metrics.kpi(Query(query.kpi, (), query.where))
    split = metrics.kpi(Query(query.kpi, ("region", "category"), query.where))
    assert whole.height == 1
    if kpi.quantile is None:
        assert split["numerator"].sum() == pytest.approx(whole["numerator"].sum())
    if kpi.denominator is not None:
        assert split["denominator"].sum() == pytest.approx(whole["denominator"].sum())
    assert split["n"].sum() == whole["n"].sum()


@settings(max_examples=40)
@given(questions())
def test_rows_are_sorted_and_complete(metrics: Metrics, query: Query) -> None:
    rows = metrics.kpi(query)
    stated = [
        "value",
        "n",
        "low",
        "high",
        "unit",
        "as_of",
        "fresh_at",
        "numerator",
        "denominator",
        "tainted",
        "maturity",
    ]
    extra = ["excluded"] if CATALOGUE[query.kpi].money else []
    extra += ["currency"] if CATALOGUE[query.kpi].in_currency else []
    assert rows.columns == [*query.by, *stated, *extra]
    if query.by:
        assert rows.equals(rows.sort(query.by, nulls_last=True))
        assert not rows.select(query.by).is_duplicated().any()
    inside = rows.filter(pl.col("low").is_not_null())
    assert (inside["low"] <= inside["value"] + 1e-9).all()
    assert (inside["value"] <= inside["high"] + 1e-9).all()
    if CATALOGUE[query.kpi].denominator is not None:
        assert rows.filter(pl.col("n") == 0)["value"].null_count() == rows.filter(n=0).height


def test_another_zone_cuts_other_days(tmp_path: Any) -> None:
    home = Home(tmp_path / "zones")
    created = [at("2026-03-01 23:30"), at("2026-03-02 00:30"), at("2026-03-02 12:00")]
    rows = [
        {"case_id": str(n), "created_at": moment, "status": "open"}
        for n, moment in enumerate(created)
    ]
    home.take_in({"cases": rows}, AS_OF)
    refresh(home.warehouse, home.engine, at("2026-04-01"))
    metrics = home.metrics()

    def days(zone: str | None) -> dict[date, int]:
        found = metrics.kpi(Query("contacts", ("day",), zone=zone))
        return dict(found.select("day", "n").iter_rows())

    assert days(None) == {date(2026, 3, 1): 1, date(2026, 3, 2): 2}
    assert days("Europe/Berlin") == {date(2026, 3, 2): 3}
    assert days("America/New_York") == {date(2026, 3, 1): 2, date(2026, 3, 2): 1}
    week = metrics.kpi(Query("contacts", ("week",), zone="America/New_York"))
    assert week["week"].to_list() == [date(2026, 2, 23), date(2026, 3, 2)]
    home.close()


def test_refusals_say_what_is_possible(metrics: Metrics) -> None:
    with pytest.raises(UnknownKpi, match="Known: contacts, "):
        metrics.kpi(Query("happiness"))
    with pytest.raises(UnknownDimension, match="on_time_delivery has no dimension 'channel'"):
        metrics.kpi(Query("on_time_delivery", where=Filter(channel=("email",))))
    with pytest.raises(UnknownDimension, match="age_bucket"):
        metrics.kpi(Query("backlog", ("colour",)))
    with pytest.raises(QueryError, match="one of day, week and month"):
        metrics.kpi(Query("contacts", ("day", "week")))
    with pytest.raises(QueryError, match="once"):
        metrics.kpi(Query("contacts", ("market", "market")))
    with pytest.raises(QueryError, match="ends"):
        metrics.kpi(Query("contacts", where=Filter(date(2026, 2, 1), date(2026, 1, 1))))
    with pytest.raises(QueryError, match="IANA"):
        metrics.kpi(Query("contacts", zone="Mars/Base"))
    with pytest.raises(QueryError, match="ISO 4217"):
        metrics.kpi(Query("return_rate_value", currency="DOL"))
    with pytest.raises(QueryError, match="time zone"):
        metrics.kpi(Query("contacts", as_of=datetime(2026, 3, 1)))  # noqa: DTZ001
    with pytest.raises(QueryError, match="continent"):
        metrics.kpi(Query("contacts", ("hour_of_week", "market")))
    with pytest.raises(QueryError, match="quantile"):
        metrics.movers("lead_time_p50", "market", Filter(), Filter())
    with pytest.raises(UnknownDimension, match="no dimension 'channel'"):
        metrics.movers("on_time_delivery", "channel", Filter(), Filter())


def test_a_value_nobody_has_gives_no_rows_and_no_rate(metrics: Metrics) -> None:
    nobody = Filter(market=("XX",))
    assert metrics.kpi(Query("contacts", ("category",), nobody)).is_empty()
    row = metrics.kpi(Query("on_time_delivery", where=nobody)).row(0, named=True)
    assert (row["n"], row["value"], row["low"]) == (0, None, None)


def test_a_period_without_cases_is_a_zero_not_a_gap(metrics: Metrics) -> None:
    where = Filter(market=("JP",), channel=("email",))
    rows = metrics.kpi(Query("contacts", ("day",), where))
    steps = rows["day"].diff().drop_nulls().unique().to_list()
    assert steps == [timedelta(days=1)]
    assert 0 in rows["n"].to_list()


def test_a_denominator_without_the_dimension_stays_whole(metrics: Metrics) -> None:
    rows = metrics.kpi(Query("contact_rate", ("channel",)))
    assert rows["denominator"].unique().to_list() == [150 - _after_as_of()]


def _after_as_of() -> int:
    return sum(row["placed_at"] > AS_OF for row in company(Random(11), 150)["orders"])


def test_hours_of_the_week_by_continent(metrics: Metrics) -> None:
    rows = metrics.kpi(Query("contacts", ("continent", "hour_of_week")))
    total = metrics.kpi(Query("contacts"))["n"].item()
    assert rows["n"].sum() == total
    assert rows["hour_of_week"].is_between(0, 167).all()


def test_movers_add_up_to_the_change(metrics: Metrics) -> None:
    half = date(2026, 2, 4)
    now_, before = Filter(start=half), Filter(end=half - timedelta(days=1))
    for name, by in (
        ("on_time_delivery", "market"),
        ("contact_rate", "channel"),
        ("contact_rate", "category"),
        ("contacts", "reason"),
        ("nps", "market"),
        ("return_rate_value", "category"),
    ):
        rows = metrics.movers(name, by, now_, before, limit=2)
        after, earlier = (
            metrics.kpi(Query(name, (), span))["value"].item() for span in (now_, before)
        )
        assert rows["effect"].sum() == pytest.approx(after - earlier), name
        assert rows.height <= 3


def test_amounts_in_one_currency_need_no_rate_and_in_several_they_do(metrics: Metrics) -> None:
    german = Filter(market=("DE",))
    assert (
        metrics.kpi(Query("return_rate_value", where=german, currency="SEK"))["excluded"].item()
        == 0
    )
    row = metrics.kpi(Query("return_rate_value", currency="SEK")).row(0, named=True)
    assert row["excluded"] > 0
    assert row["value"] is None
    euro, dollar = (
        metrics.kpi(Query("return_rate_value", currency=code)).row(0, named=True)
        for code in ("EUR", "USD")
    )
    assert euro["excluded"] == 0
    # All days have the same rates here, so the ratio is the same in every currency.
    assert euro["value"] == pytest.approx(dollar["value"])
    assert dollar["denominator"] == pytest.approx(euro["denominator"] * 1.25)


def test_values_for_the_filter_bar(metrics: Metrics) -> None:
    assert metrics.values("market") == ["DE", "FR", "JP", "US"]
    assert metrics.values("continent") == ["Americas", "Asia", "Europe"]
    assert metrics.values("level") == ["1", "3"]
    assert metrics.values("team") == ["a", "b"]
    for name in DIMENSIONS:
        assert metrics.values(name) == sorted(metrics.values(name))
    with pytest.raises(QueryError):
        metrics.values("colour")


def test_threads_get_the_same_answers(home: Home) -> None:
    metrics = home.metrics()
    asked = [Query(name, ("market",)) for name in CATALOGUE] * 3
    answers: list[pl.DataFrame | None] = [None] * len(asked)

    def ask(number: int) -> None:
        answers[number] = metrics.kpi(asked[number])

    threads = [Thread(target=ask, args=(number,)) for number in range(len(asked))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for query, answer in zip(asked, answers, strict=True):
        assert answer is not None
        assert answer.equals(home.metrics().kpi(query))


def test_before_the_first_refresh_there_is_nothing(tmp_path: Any) -> None:
    home = Home(tmp_path / "empty")
    now = datetime(2026, 3, 2, tzinfo=UTC)
    metrics = Metrics(home.warehouse, home.engine, clock=lambda: now)
    assert metrics.as_of() == now
    assert metrics.fresh_at() is None
    assert metrics.version() == "none"
    assert metrics.values("market") == []
    assert metrics.kpi(Query("contacts"))["n"].item() == 0
    with pytest.raises(QueryError, match="import something first"):
        home.metrics().as_of()
    home.close()


def test_rollups_kept_in_memory_follow_every_refresh(tmp_path: Any) -> None:
    """A reader that lives through refreshes answers like one that has just started."""
    home = Home(tmp_path / "long")
    tables = company(Random(5), 50)
    home.take_in(tables, AS_OF)
    refresh(home.warehouse, home.engine, AS_OF)
    living = home.metrics()
    asked = [Query(name, ("market", "week")) for name in CATALOGUE]
    steps: list[dict[str, Any]] = [
        {},
        {"cases": [{"case_id": "n1", "created_at": AS_OF, "country": "DE", "status": "open"}]},
        # A market that no rollup in memory has a word for yet.
        {"cases": [{"case_id": "n2", "created_at": AS_OF, "country": "PL", "status": "open"}]},
        {"orders": [{**tables["orders"][0], "country": "FR"}]},
    ]
    for number, rows in enumerate(steps):
        now = AS_OF + timedelta(days=number)
        home.take_in(rows, now)
        assert not refresh(home.warehouse, home.engine, now).full or number == 0
        for query in asked:
            assert_frame_equal(living.kpi(query), home.metrics().kpi(query))
    home.close()


def test_memory_for_rollups_is_bounded(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_access.metrics.numbers.KEPT_BYTES", 20_000)
    metrics = home.metrics()
    for _ in range(2):
        for name in CATALOGUE:
            query = Query(name, ("market", "category"))
            assert metrics.kpi(query).equals(home.metrics().kpi(query))
    numbers = metrics._current()
    held = [cut.frame.estimated_size() for cut in numbers._cuts.values()]
    assert len(held) == 1 or sum(held) <= 20_000
