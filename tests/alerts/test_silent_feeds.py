"""While a source is silent nothing that reads it is taken for cleared."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from sqlalchemy import Engine, insert

from alerts import store
from alerts.evaluation import evaluate
from alerts.judging import Judgement, SliceSeen
from alerts.lifecycle import Observation, Seen
from alerts.reading import arrivals
from alerts.rule_store import staged
from alerts.rules import builtin
from alerts.silent_feeds import held, silent_sources
from alerts.slots import slot_of
from data_access.state import schema
from tests.alerts.fakes import FakeMetrics, in_force, leading

DAY = date(2026, 3, 20)
SLOT = slot_of(DAY, "UTC")


def imported(engine: Engine, source: str, table: str, at: datetime, new: int = 5) -> None:
    with engine.begin() as connection:
        number = connection.execute(
            insert(schema.import_batch)
            .values(source=source, path="x", status="done", started_at=at, finished_at=at)
            .returning(schema.import_batch.c.id)
        ).scalar_one()
        connection.execute(
            insert(schema.batch_table).values(
                batch_id=number, table_name=table, read=new, new=new, changed=0, unchanged=0,
                quarantined=0,
            )
        )  # fmt: skip


@pytest.fixture
def silent(sqlite_engine: Engine) -> Engine:
    """The helpdesk exported every night until three days ago, the shop until tonight."""
    for nights in range(20, 2, -1):
        imported(sqlite_engine, "desk", "cases", SLOT - timedelta(days=nights))
    for nights in range(20, -1, -1):
        imported(sqlite_engine, "shop", "orders", SLOT - timedelta(days=nights))
    lease = leading(sqlite_engine)
    rules = {name: builtin()[name] for name in ("feed-late", "complaint-surge", "return-surge")}
    in_force(sqlite_engine, lease, rules, SLOT)
    (feed,) = [s for s in staged(sqlite_engine, "live") if s.version.rule.id == "feed-late"]
    result = evaluate(
        feed.version, feed.version_id, SLOT, FakeMetrics({}, SLOT), sqlite_engine, zone="UTC"
    )
    store.commit_slot(sqlite_engine, lease, feed.version.rule.timing, result, SLOT)
    return sqlite_engine


def test_one_alert_per_silent_source(silent: Engine) -> None:
    opened = store.open_alerts(silent)
    assert opened["segment"].to_list() == ["desk"]
    assert "Silent for 3 days" in opened["summary_en"][0]


def test_only_the_rules_that_read_it_are_held(silent: Engine) -> None:
    shipped = builtin()
    assert silent_sources(silent, shipped["complaint-surge"].rule) == ["desk"]
    assert silent_sources(silent, shipped["return-surge"].rule) == []
    assert silent_sources(silent, shipped["feed-late"].rule) == []


def test_a_breach_counts_and_calm_does_not() -> None:
    def seen(kind: Seen) -> SliceSeen:
        return SliceSeen({"market": kind}, Observation(kind), {}, pl.DataFrame)

    judged = Judgement(DAY, (seen(Seen.BREACH), seen(Seen.CLEAR), seen(Seen.ELEVATED)))
    kinds = [one.observation.seen for one in held(judged).slices]
    assert kinds == [Seen.BREACH, Seen.NODATA, Seen.ELEVATED]
    gone = Judgement(DAY, (), Observation(Seen.CLEAR, "nothing_left"))
    assert held(gone).others.seen is Seen.NODATA


def test_a_source_that_came_back_is_not_late_any_more(silent: Engine) -> None:
    imported(silent, "desk", "cases", SLOT + timedelta(hours=1))
    last = arrivals(silent, SLOT).filter(pl.col("source") == "desk")["at"].max()
    assert last == SLOT


def test_an_import_that_brought_nothing_is_no_arrival(sqlite_engine: Engine) -> None:
    imported(sqlite_engine, "desk", "cases", datetime(2026, 3, 1, tzinfo=UTC), new=0)
    assert arrivals(sqlite_engine, SLOT).is_empty()
