"""How much of a period can be judged already: the metrics and the rows say the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import polars as pl
import pytest

from data_access.marts import refresh
from data_access.metrics import CATALOGUE, Filter, Metrics, Query
from tests.data_access.metrics.company import START, company
from tests.data_access.metrics.home import Home

AS_OF = START + timedelta(days=60, hours=3)
RIPENING = [name for name, kpi in CATALOGUE.items() if kpi.waiting is not None]


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Metrics]:
    home = Home(tmp_path_factory.mktemp("home"))
    home.take_in(company(Random(5), 400), AS_OF)
    refresh(home.warehouse, home.engine, AS_OF)
    yield home.metrics()
    home.close()


def test_deadlines_and_reopenings_ripen() -> None:
    assert {"first_response_within_target", "resolution_within_target", "reopen_rate"} <= set(
        RIPENING
    )


@pytest.mark.parametrize("kpi", RIPENING)
@pytest.mark.parametrize("back", [timedelta(), timedelta(days=17, hours=5)])
def test_maturity_is_what_the_rows_say(metrics: Metrics, kpi: str, back: timedelta) -> None:
    for days in (3, 20, 400):
        where = Filter(start=(AS_OF - back).date() - timedelta(days=days))
        asked = Query(kpi, where=where, as_of=AS_OF - back)
        assert metrics.kpi(asked)["maturity"].item() == metrics.explain(asked).mature


@pytest.mark.parametrize("kpi", RIPENING)
def test_weeks_ripen_with_age(metrics: Metrics, kpi: str) -> None:
    weeks = metrics.kpi(Query(kpi, ("week",)))
    ripe = weeks.filter(pl.col("week") < AS_OF.date() - timedelta(days=28))["maturity"]
    assert set(ripe.drop_nulls()) == {1.0}


def test_what_counts_at_once_has_no_maturity(metrics: Metrics) -> None:
    assert metrics.kpi(Query("contacts"))["maturity"].item() is None
    assert metrics.kpi(Query("backlog"))["maturity"].item() is None
    assert metrics.kpi(Query("csat"))["maturity"].item() is None
