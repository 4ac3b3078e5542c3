"""Whenever the demo is begun, the rules that ship find the same three incidents, and no other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from alerts.detection.surge import LEARN_AFTER_DAYS, score
from alerts.evaluation import observe
from alerts.lifecycle import AlertState, step
from alerts.rules import Rule, builtin
from alerts.slots import CATCH_UP, slot_of
from dashboard.cli.demo import DEFAULT_ORDERS
from dashboard.demo.story import SEED
from data_access.sample.plan import Plan
from data_access.sample.view import view
from data_access.sample.world import generate

pytestmark = pytest.mark.slow

Segment = tuple[str, ...]


def complaints(shown: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Cases a day by market and category, spam and merged ones left out."""
    gone = pl.col("spam").fill_null(value=False) | pl.col("merged_into").is_not_null()
    return (
        shown["cases"]
        .filter(~gone)
        .group_by("category", market="country", day=pl.col("created_at").dt.date())
        .agg(y=pl.len())
        .select("market", "category", "day", "y")
        .sort("market", "category", "day")
    )


def late_parcels(shown: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Parcels handed over and the late ones among them, by market and promised day."""
    kept = (pl.col("delivered_on") <= pl.col("promised_on")).fill_null(value=False)
    return (
        shown["shipments"]
        .filter(pl.col("direction") == "fwd", pl.col("shipped_at").is_not_null())
        .group_by(market="dest_country", day="promised_on")
        .agg(y=(~kept).sum(), exposure=pl.len())
        .sort("market", "day")
    )


def open_at_start(rule: Rule, series: pl.DataFrame, last: date) -> set[Segment]:
    """Segments with an open alert once the days up to `last` are judged, as a first start does."""
    states: dict[Segment, AlertState] = {}
    episodes: list[dict[str, object]] = []
    named = dict.fromkeys(rule.signal.by, pl.String)
    for back in reversed(range(CATCH_UP)):
        day = last - timedelta(days=back)
        past = pl.DataFrame(episodes, {**named, "opened": pl.Date, "closed": pl.Date})
        known = series.filter(
            pl.col("day") > day - timedelta(days=rule.spec.history_days + LEARN_AFTER_DAYS)
        )
        began = known["day"].min()
        assert isinstance(began, date)
        judged = score(known, rule.spec, day, began=began, episodes=past).judged
        for row in judged.iter_rows(named=True):
            labels = {name: row[name] for name in rule.signal.by}
            before = states.get(tuple(labels.values()), AlertState())
            after, _ = step(rule.timing, before, observe(row), slot_of(day, "UTC"))
            states[tuple(labels.values())] = after
            if after.is_open and not before.is_open:
                opened = day - timedelta(days=rule.window_days - 1)
                episodes.append({**labels, "opened": opened, "closed": None})
            if before.is_open and not after.is_open:
                own = [e for e in episodes if labels.items() <= e.items()]
                own[-1]["closed"] = day
    return {segment for segment, state in states.items() if state.is_open}


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 24, 12, 17, 1, tzinfo=UTC),  # after the autumn sales
        datetime(2027, 3, 2, 17, 12, 18, tzinfo=UTC),  # the quietest weeks
        datetime(2026, 12, 25, 3, 9, 16, tzinfo=UTC),  # parcels are slower at the end of the year
    ],
)
def test_three_alerts_are_open_at_the_first_start(now: datetime) -> None:
    world = generate(Plan(SEED, now, DEFAULT_ORDERS))
    shown = view(world.tables, now, ["cases", "shipments"])
    yesterday = now.date() - timedelta(days=1)
    rules = {name: version.rule for name, version in builtin().items()}
    surging = open_at_start(rules["complaint-surge"], complaints(shown), yesterday)
    late = open_at_start(rules["late-parcel-surge"], late_parcels(shown), yesterday)
    assert surging == {("FR", "Beauty"), ("PL", "Electronics")}
    assert late == {("PL",)}
