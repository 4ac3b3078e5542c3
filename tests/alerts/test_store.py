"""Each slot takes effect exactly once, whatever happens in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Engine, select, update

from alerts import store
from alerts.alert_rows import load_alerts
from alerts.event_log import verify
from alerts.lease import Lease, LeaseLost
from alerts.lifecycle import AlertState, Observation, Seen, Timing, step
from alerts.lifecycle.model import Kind
from alerts.rule_store import live_rules
from alerts.rules import RuleVersion
from alerts.rules.format import fingerprint
from data_access.metrics import Filter
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts import fakes

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
MARKETS = ("DE", "FR", "JP")
EVIDENCE = {
    "severity": "warning",
    "day": "2026-02-28",
    "numbers": {"y": 31.0, "mu": 12.0, "increase": 1.58},
    "texts": {"title": {"en": "Surge", "zh": "激增"}},
}


ADDED = ["rule_version_added", "rule_staged"]


def mark(market: str) -> str:
    return fingerprint("test-surge", ("market",), (market,))


def result(version_id: int, slot: datetime, seen: dict[str, Seen]) -> store.SlotResult:
    segments = {
        mark(market): store.Segment({"market": market}, Observation(found, "surge"), EVIDENCE)
        for market, found in seen.items()
    }
    return store.SlotResult("test-surge", version_id, slot, "done", segments)


def registered(engine: Engine, lease: Lease, version: RuleVersion | None = None) -> int:
    fakes.in_force(engine, lease, {"test-surge": version or fakes.rule()}, NOW)
    return live_rules(engine)[0].version_id


def kinds(engine: Engine) -> list[str]:
    """Kinds of events in order; those of incidents are told by their own tests."""
    log = schema.event_log.c
    with engine.connect() as connection:
        return list(
            connection.execute(
                select(log.kind).where(log.subject_kind != "incident").order_by(log.seq)
            ).scalars()
        )


def test_a_slot_takes_effect_once(engine: Engine) -> None:
    lease = fakes.leading(engine)
    found = result(registered(engine, lease), START, {"DE": Seen.BREACH, "FR": Seen.CLEAR})
    assert store.commit_slot(engine, lease, Timing(), found, NOW)
    assert not store.commit_slot(engine, lease, Timing(), found, NOW)
    assert kinds(engine) == [*ADDED, "episode_opened"]
    opened = store.open_alerts(engine)
    assert opened.select("market", "severity", "signal", "since", "y", "title_zh").rows() == [
        ("DE", "warning", "firing", START, 31.0, "激增")
    ]


def test_calm_segments_leave_no_row(engine: Engine) -> None:
    lease = fakes.leading(engine)
    found = result(registered(engine, lease), START, {"FR": Seen.CLEAR, "JP": Seen.ELEVATED})
    store.commit_slot(engine, lease, Timing(), found, NOW)
    with engine.connect() as connection:
        assert load_alerts(connection, "test-surge") == {}


def test_a_stale_leader_changes_nothing(engine: Engine) -> None:
    old = fakes.leading(engine, "a")
    version_id = registered(engine, old)
    fakes.leading(engine, "a")  # the same process, restarted: a higher fence
    with pytest.raises(LeaseLost):
        store.commit_slot(
            engine, old, Timing(), result(version_id, START, {"DE": Seen.BREACH}), NOW
        )
    assert store.open_alerts(engine).is_empty()
    assert store.last_slot(engine, "test-surge") is None


def test_a_fault_in_the_middle_leaves_the_slot_undone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = fakes.leading(engine)
    version_id = registered(engine, lease)
    found = result(version_id, START, {"DE": Seen.BREACH, "FR": Seen.BREACH})
    original, calls = store.save_alert, []

    def fails_at_the_second(*args: object, **kwargs: object) -> object:
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        return original(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "save_alert", fails_at_the_second)
    with pytest.raises(RuntimeError):
        store.commit_slot(engine, lease, Timing(), found, NOW)
    monkeypatch.undo()
    assert store.last_slot(engine, "test-surge") is None
    assert kinds(engine) == ADDED
    assert store.commit_slot(engine, lease, Timing(), found, NOW)
    assert store.open_alerts(engine).height == 2
    assert verify(engine) is None


def test_skipped_slots_are_told_once(engine: Engine) -> None:
    lease = fakes.leading(engine)
    version_id = registered(engine, lease)
    slots = [START, START + DAY]
    store.skip_slots(
        engine, lease, rule_id="test-surge", version_id=version_id, slots=slots, now=NOW
    )
    assert store.last_slot(engine, "test-surge") == START + DAY
    assert kinds(engine)[-1] == "slots_skipped"


def test_a_failed_slot_counts_and_is_told(engine: Engine) -> None:
    lease = fakes.leading(engine)
    version_id = registered(engine, lease)
    opening = result(version_id, START, {"DE": Seen.BREACH})
    store.commit_slot(engine, lease, Timing(), opening, NOW)
    for number in (1, 2, 3):
        failed = store.SlotResult(
            "test-surge",
            version_id,
            START + number * DAY,
            "failed",
            {},
            Observation(Seen.ERROR, "x"),
            "broken",
        )
        store.commit_slot(engine, lease, Timing(error_after=3), failed, NOW)
    assert kinds(engine)[-2:] == ["evaluation_failed", "error_entered"]
    assert store.open_alerts(engine)["signal"].to_list() == ["error"]


def test_a_changed_rule_resolves_its_alerts_and_starts_a_version(engine: Engine) -> None:
    lease = fakes.leading(engine)
    first = registered(engine, lease)
    store.commit_slot(engine, lease, Timing(), result(first, START, {"DE": Seen.BREACH}), NOW)
    second = registered(engine, lease, fakes.rule(min_increase="0.7"))
    assert second != first
    assert store.open_alerts(engine).is_empty()
    assert "resolved" in kinds(engine)
    assert kinds(engine)[-1] == "rule_staged"
    # The new version has judged nothing: it starts with the days before, as a new rule does.
    assert store.last_slot(engine, "test-surge") is None


def test_registering_the_same_rules_again_does_nothing(engine: Engine) -> None:
    lease = fakes.leading(engine)
    assert registered(engine, lease) == registered(engine, lease)
    assert kinds(engine) == ADDED


def test_a_removed_rule_is_retired_and_may_come_back(engine: Engine) -> None:
    lease = fakes.leading(engine)
    first = registered(engine, lease)
    store.commit_slot(engine, lease, Timing(), result(first, START, {"DE": Seen.BREACH}), NOW)
    fakes.in_force(engine, lease, {}, NOW, complete=False)
    assert store.open_alerts(engine).height == 1
    fakes.in_force(engine, lease, {}, NOW)
    assert (live_rules(engine), store.open_alerts(engine).height) == ([], 0)
    assert registered(engine, lease) == first


def test_open_alerts_can_be_filtered(engine: Engine) -> None:
    lease = fakes.leading(engine)
    version_id = registered(engine, lease)
    seen = dict.fromkeys(MARKETS, Seen.BREACH)
    store.commit_slot(engine, lease, Timing(), result(version_id, START, seen), NOW)
    only = store.open_alerts(engine, Filter(market=("DE", "JP")))
    assert sorted(only["market"]) == ["DE", "JP"]
    # A dimension the alert does not have does not hide it.
    assert store.open_alerts(engine, Filter(carrier=("DHL",))).height == 3


def test_episodes_are_read_back(engine: Engine) -> None:
    lease = fakes.leading(engine)
    version_id = registered(engine, lease)
    for number, seen in enumerate([Seen.BREACH, Seen.CLEAR, Seen.BREACH]):
        found = result(version_id, START + number * DAY, {"DE": seen})
        store.commit_slot(engine, lease, Timing(), found, NOW)
    spans = [(e.opened, e.closed) for e in store.episodes(engine, "test-surge")]
    assert spans == [(START, START + DAY), (START + 2 * DAY, None)]


class SlotMachine(RuleBasedStateMachine):
    """The store beside a model in memory, with crashes, repeats and takeovers."""

    timing = Timing(hold=DAY, keep=DAY, nodata_after=DAY, missing_after=2, error_after=2)

    @initialize()
    def start(self) -> None:
        self.folder = TemporaryDirectory()
        self.url = f"sqlite:///{Path(self.folder.name) / 'state.db'}"
        self.engine = fakes.opened(self.url)
        self.lease = fakes.leading(self.engine)
        self.version_id = registered(self.engine, self.lease)
        self.model: dict[str, AlertState] = {}
        self.told: list[tuple[str, str]] = []
        self.number = 0
        self.last: store.SlotResult | None = None

    @rule(seen=st.dictionaries(st.sampled_from(MARKETS), st.sampled_from(Seen), max_size=3))
    def evaluate(self, seen: dict[str, Seen]) -> None:
        slot = START + self.number * DAY
        self.number += 1
        self.last = result(self.version_id, slot, seen)
        assert store.commit_slot(self.engine, self.lease, self.timing, self.last, NOW)
        news = {market for market, found in seen.items() if found is Seen.BREACH}
        for market in sorted(self.model.keys() | news, key=mark):
            observation = (
                Observation(seen[market], "surge")
                if market in seen
                else (Observation(Seen.MISSING))
            )
            before = self.model.get(market, AlertState())
            self.model[market], events = step(self.timing, before, observation, slot)
            self.told += [(market, str(event.kind)) for event in events]

    @rule()
    def repeat(self) -> None:
        if self.last:
            assert not store.commit_slot(self.engine, self.lease, self.timing, self.last, NOW)

    @rule()
    def miss_a_slot(self) -> None:
        self.number += 1

    @rule()
    def crash_and_reload(self) -> None:
        self.engine.dispose()
        self.engine = fakes.opened(self.url)
        self.lease = fakes.leading(self.engine)

    @rule()
    def take_over(self) -> None:
        old, self.lease = self.lease, fakes.leading(self.engine)
        found = result(self.version_id, START - DAY, {"DE": Seen.BREACH})
        with pytest.raises(LeaseLost):
            store.commit_slot(self.engine, old, self.timing, found, NOW)

    @invariant()
    def rows_are_the_model(self) -> None:
        if not hasattr(self, "engine"):
            return
        with self.engine.connect() as connection:
            rows = load_alerts(connection, "test-surge")
        stored = {alert.labels["market"]: alert.state for alert in rows.values()}
        assert stored.keys() == self.model.keys()
        for market, state in self.model.items():
            # A row that never left normal stores the moment it was written instead of nothing.
            assert stored[market] == state or (state.since is None)

    @invariant()
    def events_are_the_model_s_and_the_chain_holds(self) -> None:
        if not hasattr(self, "engine"):
            return
        log = schema.event_log
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(log.c.subject_id, log.c.kind)
                .where(log.c.subject_kind == "alert")
                .order_by(log.c.seq)
            ).all()
        assert [tuple(row) for row in rows] == [(mark(m), kind) for m, kind in self.told]
        assert verify(self.engine) is None

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()
            self.folder.cleanup()


SlotMachine.TestCase.settings = settings(max_examples=8, stateful_step_count=12, deadline=None)
TestSlots = SlotMachine.TestCase


def test_columns_hold_only_what_the_schema_allows(engine: Engine) -> None:
    lease = fakes.leading(engine)
    version_id = registered(engine, lease)
    store.commit_slot(engine, lease, Timing(), result(version_id, START, {}), NOW)
    with pytest.raises(Exception, match=r"(?i)check"), writing(engine) as connection:
        connection.execute(update(schema.eval_slot).values(status="maybe"))
    assert Kind.OPENED not in kinds(engine)
