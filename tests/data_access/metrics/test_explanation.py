"""Every number can be taken apart, and its parts add up to the rows it was taken from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from data_access.marts import refresh
from data_access.metrics import CATALOGUE, Filter, Metrics, Query, QueryError
from data_access.metrics.exclusions import POPULATIONS, population_of
from data_access.rollups.cohorts import COHORTS
from tests.data_access.metrics.company import START, company
from tests.data_access.metrics.home import Home

AS_OF = START + timedelta(days=60, hours=3)
FIRST = START.date()
FILTERS = (
    Filter(),
    Filter(start=FIRST + timedelta(days=10), end=FIRST + timedelta(days=40)),
    Filter(start=FIRST + timedelta(days=20), end=FIRST + timedelta(days=400), market=("DE",)),
    Filter(market=("", "US"), category=("toys",)),
    Filter(end=FIRST - timedelta(days=900)),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home(tmp_path_factory.mktemp("home"))
    rates = [
        {"date": FIRST + timedelta(days=n), "base": "EUR", "quote": quote, "rate": rate}
        for n in range(-3, 90, 4)
        for quote, rate in (("USD", 1.25), ("JPY", 160.0))
    ]
    made.take_in({**company(Random(5), 250), "fx_rates": rates}, AS_OF)
    refresh(made.warehouse, made.engine, AS_OF)
    yield made
    made.close()


@pytest.fixture(scope="module")
def metrics(home: Home) -> Metrics:
    return home.metrics(currency="EUR")


@pytest.mark.parametrize("kpi", CATALOGUE)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland"])
def test_counted_and_left_out_add_up_to_the_rows(metrics: Metrics, kpi: str, zone: str) -> None:
    declared = CATALOGUE[kpi]
    seen = 0
    for where in FILTERS:
        for as_of in (AS_OF, AS_OF - timedelta(days=17, hours=5)):
            told = metrics.explain(Query(kpi, where=where, as_of=as_of, zone=zone))
            assert told.accounts, "every KPI says where its rows come from"
            for account in told.accounts:
                assert account.rows == account.counted + sum(account.excluded.values())
            # The metrics count by other expressions than the reasons: both must agree.
            whole = told.accounts[0]
            n = told.answer["n"] or 0
            assert whole.counted == n, (where, as_of, whole)
            seen += whole.counted
            assert told.tainted_rows == told.answer["tainted"]
            assert told.tainted_rows <= told.checked
            if len(told.accounts) > 1 and not declared.money:
                assert told.accounts[1].counted == told.answer["numerator"]
    assert seen > 0


@pytest.mark.parametrize("kpi", CATALOGUE)
def test_every_number_says_where_its_rows_come_from(kpi: str) -> None:
    declared = CATALOGUE[kpi]
    below = declared.denominator or declared.numerator
    assert declared.stock or population_of(below) is not None


def test_the_reasons_occur_and_no_row_has_two(metrics: Metrics) -> None:
    told = metrics.explain(Query("resolution_within_target"))
    assert told.accounts[0].excluded["spam"] > 0
    assert told.accounts[0].excluded["unjudged"] > 0
    assert told.waiting > 0
    assert 0 < (told.mature or 0) < 1
    late = metrics.explain(Query("on_time_delivery")).accounts[0]
    assert late.excluded["called_off"] > 0
    assert late.excluded["not_handed_over"] > 0


def test_filters_hold_for_the_rows_left_out_too(metrics: Metrics) -> None:
    whole = metrics.explain(Query("contacts")).accounts[0]
    parts = [
        metrics.explain(Query("contacts", where=Filter(market=(market,)))).accounts[0]
        for market in ("DE", "FR", "US", "JP", "")
    ]
    assert sum(part.rows for part in parts) == whole.rows
    assert sum(part.excluded["spam"] for part in parts) == whole.excluded["spam"]


def test_a_split_is_refused(metrics: Metrics) -> None:
    with pytest.raises(QueryError, match="One number is explained at a time"):
        metrics.explain(Query("contacts", by=("market",)))


def test_populations_name_measures_that_exist() -> None:
    for measure, population in POPULATIONS.items():
        cohort, _, name = measure.partition(".")
        assert population.cohort == cohort
        assert name in COHORTS[cohort].measures
        assert len(set(population.codes)) == len(population.codes)
