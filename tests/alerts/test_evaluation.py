"""One slot of a rule on numbers whose truth is known."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from alerts import store
from alerts.evaluation import EvaluationError, evaluate
from alerts.lease import Lease
from alerts.lifecycle import Seen
from alerts.replay import Replay
from alerts.rule_store import live_rules
from alerts.rules import RuleVersion
from alerts.slots import slot_of
from data_access.metrics import Query
from tests.alerts.fakes import FIRST, FakeMetrics, in_force, leading, rule

WAVE = [18.0, 22, 20, 19, 21, 20, 23]
CALM = WAVE * 12
DAYS = len(CALM)
SURGE = [*CALM, 60.0, 58, 61, 20, 21, 19, 20]
FRESH = datetime(2027, 1, 1, tzinfo=UTC)


def slot(offset: int) -> datetime:
    return slot_of(FIRST + timedelta(days=offset), "UTC")


def judged(
    engine: Engine, metrics: FakeMetrics, offset: int, version: RuleVersion | None = None
) -> store.SlotResult:
    return evaluate(version or rule(), 1, slot(offset), metrics, engine, zone="UTC")


def seen(found: store.SlotResult) -> dict[str, Seen]:
    return {s.labels["market"]: s.observation.seen for s in found.segments.values()}


def test_a_surge_is_seen_with_its_evidence(sqlite_engine: Engine) -> None:
    metrics = FakeMetrics({"DE": SURGE, "FR": CALM + WAVE}, FRESH)
    found = judged(sqlite_engine, metrics, DAYS)
    assert seen(found) == {"DE": Seen.BREACH, "FR": Seen.CLEAR}
    (evidence,) = [s.evidence for s in found.segments.values() if s.evidence]
    assert evidence["numbers"]["y"] == 60
    assert evidence["numbers"]["mu"] == pytest.approx(18, abs=3)
    assert evidence["where"] == {"start": "2026-03-30", "end": "2026-03-30"}
    assert evidence["texts"]["title"] == {"en": "Surge in DE", "zh": "DE 激增"}
    assert len(evidence["series"]) == 57
    assert evidence["drivers"][0]["excess"] > 30
    assert json.loads(json.dumps(evidence)) == evidence


def test_only_what_was_known_at_the_slot_counts(sqlite_engine: Engine) -> None:
    metrics = FakeMetrics({"DE": SURGE}, FRESH)
    assert seen(judged(sqlite_engine, metrics, DAYS - 1)) == {"DE": Seen.CLEAR}


def test_a_late_feed_is_no_data_and_never_normal(sqlite_engine: Engine) -> None:
    metrics = FakeMetrics({"DE": SURGE}, slot(DAYS) - timedelta(hours=7))
    found = judged(sqlite_engine, metrics, DAYS)
    assert (found.segments, found.others.seen) == ({}, Seen.NODATA)
    assert "newest data came in at" in found.message


def test_a_young_feed_is_no_data(sqlite_engine: Engine) -> None:
    metrics = FakeMetrics({"DE": [0.0] * 50 + CALM[:30]}, FRESH)
    metrics.counts = {"DE": CALM[:40]}
    assert seen(judged(sqlite_engine, metrics, 39)) == {"DE": Seen.NODATA}


def test_too_many_segments_are_an_error_not_a_flood(sqlite_engine: Engine) -> None:
    metrics = FakeMetrics({f"m{n}": CALM for n in range(5)}, FRESH)
    with pytest.raises(EvaluationError, match="5 segments, more than max_segments = 4"):
        judged(sqlite_engine, metrics, DAYS - 1, rule(max_segments="4"))


def _walk(engine: Engine, lease: Lease, metrics: FakeMetrics, offsets: range) -> list[list[str]]:
    stored = live_rules(engine)[0]
    opened = []
    for offset in offsets:
        found = evaluate(
            stored.version, stored.version_id, slot(offset), metrics, engine, zone="UTC"
        )
        store.commit_slot(engine, lease, stored.version.rule.timing, found, FRESH)
        opened.append(sorted(store.open_alerts(engine)["segment"]))
    return opened


def test_an_episode_opens_holds_and_resolves(sqlite_engine: Engine) -> None:
    lease = leading(sqlite_engine)
    in_force(sqlite_engine, lease, {"test-surge": rule()}, FRESH)
    metrics = FakeMetrics({"DE": SURGE, "FR": CALM + WAVE}, FRESH)
    opened = _walk(sqlite_engine, lease, metrics, range(DAYS - 1, DAYS + 6))
    # Three days of surge, then clear for `keep` = 2 days.
    assert opened == [[], ["DE"], ["DE"], ["DE"], ["DE"], ["DE"], []]


def test_live_and_replay_agree_day_by_day(sqlite_engine: Engine) -> None:
    lease = leading(sqlite_engine)
    version = rule(keep="1d", **{"for": "1d"})
    in_force(sqlite_engine, lease, {"test-surge": version}, FRESH)
    metrics = FakeMetrics({"DE": SURGE, "FR": [*CALM, *WAVE]}, FRESH)
    days = range(DAYS - 3, DAYS + 7)
    live = _walk(sqlite_engine, lease, metrics, days)
    run = Replay(version, FIRST)
    replayed = []
    for offset in days:
        day = FIRST + timedelta(days=offset)
        rows = metrics.kpi(Query("contacts", ("market", "day"), as_of=slot(offset)))
        series = rows.rename({"value": "y"})
        opened = run.advance(series.select("market", "day", "y"), day)
        replayed.append(sorted(dict(key)["market"] for key in opened))
    assert live == replayed
    assert ["DE"] in live


def test_first_is_a_monday() -> None:
    assert (FIRST.weekday(), FIRST + timedelta(days=DAYS)) == (0, date(2026, 3, 30))


def test_what_drives_an_episode_is_compared_with_the_weeks_before_it(
    sqlite_engine: Engine,
) -> None:
    lease = leading(sqlite_engine)
    in_force(sqlite_engine, lease, {"test-surge": rule()}, FRESH)
    metrics = FakeMetrics({"DE": SURGE}, FRESH)
    _walk(sqlite_engine, lease, metrics, range(DAYS, DAYS + 3))
    evidence = json.loads(store.open_alerts(sqlite_engine)["evidence"][0])
    assert evidence["day"] == "2026-04-01"
    usual = sum(CALM[-56:]) / 56
    assert evidence["drivers"][0]["mu"] == pytest.approx(usual, abs=0.01)
