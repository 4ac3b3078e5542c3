"""The engine beside a model in memory: signal, people, silences, rule edits, crashes."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Engine, func, select

from alerts import group_rows, group_timers, silences, store
from alerts.actions import act
from alerts.event_log import verify
from alerts.handling import (
    Action,
    Do,
    Handling,
    Incident,
    Policy,
    Refused,
    Verdict,
    begin,
    rejoins,
    step,
)
from alerts.lifecycle import AlertState, Observation, Seen, Timing
from alerts.lifecycle import step as signal_step
from alerts.lifecycle.model import Kind
from alerts.muting.model import matched_labels
from alerts.notify import config as configs
from alerts.notify import notifier
from alerts.rule_store import live_rules
from alerts.rules.format import fingerprint
from data_access.state import schema
from tests.alerts import fakes

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
RULE_ID = "test-surge"
MARKETS = ("DE", "FR")
TIMING = Timing(keep=DAY, missing_after=2, error_after=2)
POLICY = Policy()
CONFIG = configs.default()
PEOPLE = ("Anna", "Bo")


@dataclass
class Expected:
    """One incident as the model has it."""

    market: str
    incident: Incident
    continues: int | None = None
    open_episodes: set[int] = field(default_factory=set)


ACTIONS = st.one_of(
    st.just(Action(Do.ACKNOWLEDGE)),
    st.just(Action(Do.UNACKNOWLEDGE)),
    st.just(Action(Do.WAKE)),
    st.just(Action(Do.REOPEN)),
    st.builds(lambda to: Action(Do.ASSIGN, assignee=to), st.sampled_from(["", *PEOPLE])),
    st.builds(
        lambda verdict, note: Action(Do.CLOSE, verdict=verdict, note=note),
        st.sampled_from(Verdict),
        st.sampled_from(["", "because"]),
    ),
    st.builds(lambda note: Action(Do.COMMENT, note=note), st.sampled_from(["", "seen"])),
    st.builds(
        lambda do, to: Action(do, severity=to, note="because"),
        st.sampled_from([Do.RAISE_SEVERITY, Do.LOWER_SEVERITY]),
        st.sampled_from(["info", "warning", "critical"]),
    ),
)


class Incidents(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.folder = TemporaryDirectory()
        self.url = f"sqlite:///{Path(self.folder.name) / 'state.db'}"
        self.engine: Engine = fakes.opened(self.url)
        self.lease = fakes.leading(self.engine)
        self.now = START
        self.slots = 0
        self.edits = 0
        self.pressed = 0
        self.signals: dict[str, AlertState] = {}
        self.expected: list[Expected] = []
        self.versions: dict[int, int] = {}
        self.put_in_force()

    def put_in_force(self) -> None:
        version = fakes.rule(min_increase=f"{0.5 + self.edits / 10:.1f}")
        fakes.in_force(self.engine, self.lease, {RULE_ID: version}, self.now)
        (stored,) = live_rules(self.engine)
        self.version_id = stored.version_id

    # What the data say.

    @rule(
        seen=st.dictionaries(st.sampled_from(MARKETS), st.sampled_from(Seen), max_size=2),
        severity=st.sampled_from(["warning", "critical"]),
    )
    def a_slot_is_judged(self, seen: dict[str, Seen], severity: str) -> None:
        slot = START + self.slots * DAY
        self.slots += 1
        self.now = max(self.now, slot)
        evidence = {"severity": severity, "day": "2026-02-28", "numbers": {"y": 3.0, "mu": 1.0}}
        segments = {
            fingerprint(RULE_ID, ("market",), (market,)): store.Segment(
                {"market": market}, Observation(found, "surge"), evidence
            )
            for market, found in seen.items()
            if found is not Seen.STOPPED
        }
        result = store.SlotResult(RULE_ID, self.version_id, slot, "done", segments)
        assert store.commit_slot(self.engine, self.lease, TIMING, result, self.now)
        assert not store.commit_slot(self.engine, self.lease, TIMING, result, self.now)
        news = {market for market, found in seen.items() if found is Seen.BREACH}
        # In the order of fingerprints, as the engine does.
        for market in sorted(
            self.signals.keys() | news, key=lambda m: fingerprint(RULE_ID, ("market",), (m,))
        ):
            found = seen.get(market, Seen.MISSING)
            observation = (
                Observation(Seen.MISSING)
                if found in {Seen.MISSING, Seen.STOPPED}
                else Observation(found, "surge")
            )
            self.signal(market, observation, slot)
        # What stays open shows its newest severity: it may rise, never fall.
        for market, found in seen.items():
            state = self.signals.get(market)
            if state is not None and state.is_open and found is not Seen.STOPPED:
                self.demand(market, severity)

    def signal(self, market: str, observation: Observation, slot: datetime) -> None:
        before = self.signals.get(market, AlertState())
        self.signals[market], events = signal_step(TIMING, before, observation, slot)
        for event in events:
            if event.kind is Kind.OPENED:
                self.model_open(market, event.episode)
            elif event.kind is Kind.REFIRED:
                self.model_step(self.holder(market, event.episode), Action(Do.REFIRED))
            elif event.kind is Kind.RESOLVED:
                holder = self.holder(market, event.episode)
                holder.open_episodes.discard(event.episode)
                self.model_step(holder, Action(Do.RESOLVED))

    def holder(self, market: str, episode: int) -> Expected:
        return next(e for e in self.expected if e.market == market and episode in e.open_episodes)

    def model_open(self, market: str, episode: int) -> None:
        own = [e for e in self.expected if e.market == market]
        # Which of them is asked: the one that is not closed, else the one closed last.
        newest = max(
            own,
            key=lambda e: (e.incident.closed_at is None, e.incident.closed_at or START),
            default=None,
        )
        if newest is not None and rejoins(POLICY, newest.incident, self.now):
            self.model_step(newest, Action(Do.JOINED))
        else:
            continues = self.expected.index(newest) + 1 if newest else None
            newest = Expected(market, begin(POLICY, "info", self.now)[0], continues)
            newest.incident = replace(newest.incident, demanded="info")
            self.expected.append(newest)
        newest.open_episodes.add(episode)

    def model_step(self, expected: Expected, action: Action) -> None:
        expected.incident, _ = step(POLICY, expected.incident, action, self.now)

    def demand(self, market: str, severity: str) -> None:
        episode = self.signals[market].episode
        holder = self.holder(market, episode)
        if holder.incident.closed_at is None:
            self.model_step(holder, Action(Do.RAISE_SEVERITY, severity=severity))

    # What people do.

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), action=ACTIONS, actor=st.sampled_from(PEOPLE), twice=st.booleans())
    def somebody_acts(self, data: st.DataObject, action: Action, actor: str, twice: bool) -> None:
        number = data.draw(st.integers(1, len(self.expected)))
        self.now += timedelta(minutes=1)
        self.press(number, action, actor, twice)

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), hours=st.integers(0, 60))
    def somebody_snoozes(self, data: st.DataObject, hours: int) -> None:
        number = data.draw(st.integers(1, len(self.expected)))
        self.now += timedelta(minutes=1)
        self.press(number, Action(Do.SNOOZE, until=self.now + hours * HOUR), "Anna", twice=False)

    def press(self, number: int, action: Action, actor: str, twice: bool) -> None:
        self.pressed += 1
        token = f"press {self.pressed}"
        seen = self.rows()[number - 1].version
        keys: dict[str, Any] = {"actor": actor, "version": seen, "token": token, "now": self.now}
        found = act(self.engine, number, action, **keys)
        expected = self.expected[number - 1]
        try:
            after, _ = step(POLICY, expected.incident, replace(action, actor=actor), self.now)
        except Refused as refused:
            result: tuple[str, str] = ("refused", str(refused.why))
        else:
            rival = any(
                e is not expected and e.market == expected.market and e.incident.closed_at is None
                for e in self.expected
            )
            if action.do is Do.REOPEN and rival:
                result = ("refused", "other_open")
            else:
                expected.incident = after
                result = ("done", "")
        assert (found.result, str(found.why)) == result
        if twice and found.result == "done":
            assert act(self.engine, number, action, **keys).result == "repeated"

    @precondition(lambda self: self.expected)
    @rule(data=st.data(), hours=st.integers(1, 60))
    def somebody_silences(self, data: st.DataObject, hours: int) -> None:
        number = data.draw(st.integers(1, len(self.expected)))
        self.pressed += 1
        made = silences.silence_incident(
            self.engine,
            number,
            ends=self.now + hours * HOUR,
            actor="Anna",
            reason="known",
            token=f"press {self.pressed}",
            now=self.now,
        )
        assert made.result == "done"

    @rule()
    def somebody_ends_a_silence(self) -> None:
        for silence in silences.active(self.engine, self.now)[:1]:
            ended = silences.expire(self.engine, silence.id, actor="Bo", token=None, now=self.now)
            assert ended.result == "done"
            assert silence.id not in {s.id for s in silences.active(self.engine, self.now)}

    @rule()
    def the_rule_is_edited(self) -> None:
        self.edits += 1
        self.now += timedelta(minutes=1)
        self.put_in_force()
        order = sorted(self.signals, key=lambda m: fingerprint(RULE_ID, ("market",), (m,)))
        for market in order:
            self.signal(market, Observation(Seen.STOPPED, "updated"), self.now)

    # What the clock does.

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR
        group_timers.run_due(self.engine, self.lease, POLICY, self.now)
        for expected in self.expected:
            for do in group_timers.due(POLICY, expected.incident, self.now):
                self.model_step(expected, Action(do))
        self.messages_are_planned()

    @rule()
    def messages_are_planned(self) -> None:
        before = self.last_message()
        notifier.run_due(self.engine, self.lease, CONFIG, self.now)
        in_force = [s for s in silences.active(self.engine, self.now) if s.starts_at <= self.now]
        rows = {row.id: row for row in self.rows()}
        for message in self.messages(after=before):
            if message.group_id is None:
                continue
            row = group_rows.read(rows[message.group_id])
            labels = matched_labels(
                row.labels, rule=RULE_ID, topic=row.topic, severity=row.incident.severity
            )
            assert not [s for s in in_force if s.holds(labels, self.now)]
            until = row.incident.snooze_until
            assert until is None or until <= self.now
            assert row.incident.handling is not Handling.CLOSED

    @rule()
    def the_worker_crashes_and_comes_back(self) -> None:
        self.engine.dispose()
        self.engine = fakes.opened(self.url)
        self.lease = fakes.leading(self.engine)

    # What always holds.

    def rows(self) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(schema.alert_group).order_by("id")))

    def last_message(self) -> int:
        with self.engine.connect() as connection:
            return connection.execute(select(func.max(schema.outbox.c.id))).scalar() or 0

    def messages(self, after: int = 0) -> list[Any]:
        table = schema.outbox
        with self.engine.connect() as connection:
            query = select(table).where(table.c.id > after).order_by(table.c.id)
            return list(connection.execute(query))

    @invariant()
    def incidents_are_the_model_s(self) -> None:
        if not hasattr(self, "engine"):
            return
        rows = self.rows()
        assert len(rows) == len(self.expected)
        for row, expected in zip(rows, self.expected, strict=True):
            stored = group_rows.read(row).incident
            assert row.labels_json == {"market": expected.market}
            assert row.continues_id == expected.continues
            assert _told(stored) == _told(expected.incident)
            assert (stored.notify_at is None) or stored.handling is not Handling.CLOSED

    @invariant()
    def one_incident_per_key_is_open(self) -> None:
        if hasattr(self, "engine"):
            keys = Counter(row.group_key for row in self.rows() if row.closed_at is None)
            assert all(count == 1 for count in keys.values())

    @invariant()
    def versions_only_grow(self) -> None:
        if hasattr(self, "engine"):
            now = {row.id: row.version for row in self.rows()}
            assert all(now[number] >= version for number, version in self.versions.items())
            self.versions = now

    @invariant()
    def episodes_grow_one_by_one(self) -> None:
        if not hasattr(self, "engine"):
            return
        log = schema.event_log.c
        query = (
            select(log.subject_id, log.payload_json)
            .where(log.subject_kind == "alert", log.kind == str(Kind.OPENED))
            .order_by(log.seq)
        )
        with self.engine.connect() as connection:
            opened: dict[str, list[int]] = {}
            for row in connection.execute(query):
                opened.setdefault(row.subject_id, []).append(
                    json.loads(row.payload_json)["episode"]
                )
        assert all(found == list(range(1, len(found) + 1)) for found in opened.values())

    @invariant()
    def an_end_is_told_only_where_a_beginning_was(self) -> None:
        if not hasattr(self, "engine"):
            return
        begun: set[tuple[int, str]] = set()
        for message in self.messages():
            line = (message.group_id, message.recipient)
            if message.reason == "resolved":
                assert line in begun
            else:
                begun.add(line)

    @invariant()
    def the_log_is_whole(self) -> None:
        if hasattr(self, "engine"):
            assert verify(self.engine) is None

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()
            self.folder.cleanup()


def _told(incident: Incident) -> Incident:
    """An incident without what delivery writes."""
    return replace(incident, notify_at=None, notify_reason=None, notices=0)


Incidents.TestCase.settings = settings(max_examples=6, stateful_step_count=25, deadline=None)
TestIncidents = Incidents.TestCase
