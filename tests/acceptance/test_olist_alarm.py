"""Replaying the marketplace day by day: the warning comes before the worst week of spring 2018.

Every day is evaluated with what was known at its end, through the same steps as the worker's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from alerts import store
from alerts.evaluation import evaluate
from alerts.lease import Lease, acquire
from alerts.rule_store import live_rules
from alerts.rules import builtin
from alerts.slots import slot_of
from dashboard.services import Services, open_services
from dashboard.settings import load_settings
from data_access.importing import import_path
from data_access.marts import refresh
from data_access.sources import registry
from data_access.sources.base import SourceOptions
from tests.alerts.fakes import in_force

pytestmark = pytest.mark.acceptance

ZONE = "America/Sao_Paulo"
RULE = "late-parcel-surge"
FIRST, LAST = date(2017, 8, 1), date(2018, 4, 9)
WORST_WEEK = date(2018, 4, 2)
# Black Friday of 24 November 2017 doubled orders; what it made late fell due in mid-December.
AFTERMATH = (date(2017, 12, 11), date(2017, 12, 24))


@pytest.fixture(scope="module")
def home(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    folder = tmp_path_factory.mktemp("olist")
    services = open_services(load_settings(home=folder, time_zone=ZONE))
    now = datetime.now(UTC)
    options = SourceOptions(
        zone=None, mapping=None, source_name=None, hash_key=services.settings.hash_key(), now=now
    )
    import_path(
        registry.get("olist"),
        real_data / "olist",
        warehouse=services.warehouse,
        engine=services.engine,
        options=options,
        now=now,
    )
    refresh(services.warehouse, services.engine, now, zone=ZONE)
    yield services
    services.engine.dispose()


@pytest.fixture(scope="module")
def episodes(home: Services) -> list[store.Episode]:
    """Every episode of the late-parcel rule, day by day from `FIRST` to `LAST`."""
    lease = _lead(home)
    in_force(home.engine, lease, {RULE: builtin()[RULE]}, datetime.now(UTC))
    (stored,) = live_rules(home.engine)
    for offset in range((LAST - FIRST).days + 1):
        slot = slot_of(FIRST + timedelta(days=offset), ZONE)
        result = evaluate(
            stored.version, stored.version_id, slot, home.metrics, home.engine, zone=ZONE
        )
        timing = stored.version.rule.timing
        assert store.commit_slot(home.engine, lease, timing, result, datetime.now(UTC))
        lease = _lead(home) if offset % 50 == 0 else lease
    return store.episodes(home.engine, RULE)


def _lead(home: Services) -> Lease:
    lease = acquire(home.engine, "worker", "replay", timedelta(minutes=10), datetime.now(UTC))
    assert lease is not None
    return lease


def _day(moment: datetime) -> date:
    """The judged day of a slot."""
    return (moment - timedelta(hours=12)).date()


def test_the_worst_week_is_where_it_is_said_to_be(real_data: Path) -> None:
    orders = pl.read_csv(real_data / "olist" / "olist_orders_dataset.csv", try_parse_dates=True)
    delivered = orders.filter(
        pl.col("order_status") == "delivered",
        pl.col("order_delivered_customer_date").is_not_null(),
    )
    weeks = (
        delivered.with_columns(
            week=pl.col("order_estimated_delivery_date").dt.date().dt.truncate("1w"),
            late=pl.col("order_delivered_customer_date").dt.date()
            > pl.col("order_estimated_delivery_date").dt.date(),
        )
        .group_by("week")
        .agg(n=pl.len(), share=pl.col("late").mean())
        .filter(pl.col("n") >= 50)
        .sort("share", descending=True)
    )
    assert weeks["week"][0] == WORST_WEEK
    assert weeks["share"][0] == pytest.approx(0.24, abs=0.005)


def test_the_collapse_is_told_before_its_worst_week(
    episodes: list[store.Episode], record_property: pytest.RecordProperty
) -> None:
    spring = [_day(e.opened) for e in episodes if _day(e.opened) >= date(2018, 2, 1)]
    assert len(spring) == 1
    told = spring[0]
    record_property("alarm_on_data_up_to", told.isoformat())
    print(f"late-parcel-surge opened on the data up to {told}")
    assert date(2018, 2, 1) <= told < WORST_WEEK


def test_the_alarm_lasts_through_the_worst_week(episodes: list[store.Episode]) -> None:
    closed = episodes[-1].closed
    assert closed is None or _day(closed) > WORST_WEEK + timedelta(days=6)


def test_the_calm_months_before_are_quiet(
    episodes: list[store.Episode], record_property: pytest.RecordProperty
) -> None:
    before = [_day(e.opened) for e in episodes if _day(e.opened) < date(2018, 2, 1)]
    false = [day for day in before if not AFTERMATH[0] <= day <= AFTERMATH[1]]
    record_property("alarms_before", ", ".join(map(str, before)))
    record_property("false_alarms", len(false))
    assert false == []
    assert len(before) <= 1
