"""A rule version's life: who may move it where, what the gate asks, what the worker does."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update

from alerts import backtest, event_log, rule_store, stages, store
from alerts.backtest import Backtest
from alerts.backtest import stored as backtests
from alerts.backtest.result import Notices, Verdicts
from alerts.gate import BUDGET, BUDGET_ALONE, GATE_DAYS, Cost, Finding, judge_gate
from alerts.lease import Lease
from alerts.lifecycle import Observation, Seen, Timing
from alerts.rule_store import StoredRule, find, live_rules, register, staged, versions_of
from alerts.rules import RuleVersion
from alerts.stages import StageError, ask, move, run_due
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts import fakes

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
RULE_ID = "test-surge"


def made(version: RuleVersion, *, days: int = 120, messages: int = 10) -> Backtest:
    return Backtest(
        version.rule.id,
        version.sha256,
        date(2026, 1, 1),
        date(2026, 6, 30),
        days,
        3,
        (),
        0,
        (),
        (),
        Notices(messages, 1, {"first": messages}, messages),
        Verdicts(0, {}),
    )


def draft(engine: Engine, version: RuleVersion | None = None) -> StoredRule:
    wanted = version or fakes.rule()
    return rule_store.save_draft(engine, wanted, fakes.RULE, actor="Ada", now=NOW)


def backtested(engine: Engine, stored: StoredRule, **told: int) -> None:
    with writing(engine) as connection:
        backtests.save(connection, stored.version_id, made(stored.version, **told), NOW)


def go(engine: Engine, stored: StoredRule, *way: rule_store.Stage, reason: str = "") -> StoredRule:
    for stage in way:
        stored = move(engine, stored.version_id, stage, actor="Ada", now=NOW, reason=reason)
    return stored


def events(engine: Engine) -> list[str]:
    log = schema.event_log.c
    with engine.connect() as connection:
        return list(connection.execute(select(log.kind).order_by(log.seq)).scalars())


# The gate


@pytest.mark.parametrize(
    ("cost", "others", "finding"),
    [
        (None, 0.0, Finding.NO_BACKTEST),
        (Cost(GATE_DAYS - 1, 0.0), 0.0, Finding.HISTORY_SHORT),
        (Cost(GATE_DAYS, BUDGET_ALONE), BUDGET - BUDGET_ALONE, Finding.PASSED),
        (Cost(GATE_DAYS, BUDGET_ALONE + 0.01), 0.0, Finding.NOISY),
        (Cost(GATE_DAYS, 1.0), BUDGET - 0.9, Finding.CROWDED),
    ],
)
def test_the_gate(cost: Cost | None, others: float, finding: Finding) -> None:
    assert judge_gate(cost, others).finding is finding


@given(
    days=st.integers(0, 400),
    own=st.floats(0, 20),
    others=st.floats(0, 20),
    less=st.floats(0, 1),
)
def test_a_cheaper_or_longer_backtest_never_fails_where_a_dearer_one_passed(
    days: int, own: float, others: float, less: float
) -> None:
    if judge_gate(Cost(days, own), others).passes:
        assert judge_gate(Cost(days + 1, own * less), others * less).passes


# People


def test_a_version_goes_from_draft_to_live_and_leaves_a_trace(engine: Engine) -> None:
    stored = draft(engine)
    assert (stored.stage, stored.n, stored.created_by) == ("draft", 1, "Ada")
    backtested(engine, stored)
    lived = go(engine, stored, "tested", "shadow", "live")
    assert (lived.stage, lived.reason) == ("live", "passed")
    assert [one.version_id for one in live_rules(engine)] == [stored.version_id]
    assert staged(engine, "shadow") == []
    assert events(engine) == ["rule_version_added", *["rule_staged"] * 3]
    assert event_log.verify(engine) is None


def test_the_gate_keeps_a_version_out_until_a_person_gives_a_reason(sqlite_engine: Engine) -> None:
    stored = go(sqlite_engine, draft(sqlite_engine), "tested")
    with pytest.raises(StageError, match="never backtested"):
        go(sqlite_engine, stored, "live")
    backtested(sqlite_engine, stored, days=40)
    with pytest.raises(StageError, match="judged 40 days; 90 are needed"):
        go(sqlite_engine, stored, "live")
    backtested(sqlite_engine, stored, messages=600)
    with pytest.raises(StageError, match=r"5\.0 messages a day"):
        go(sqlite_engine, stored, "live")
    lived = go(sqlite_engine, stored, "live", reason="Black Friday is near")
    assert lived.reason == "forced"
    with sqlite_engine.connect() as connection:
        last = connection.execute(
            select(schema.event_log.c.payload_json).order_by(schema.event_log.c.seq.desc()).limit(1)
        ).scalar_one()
    assert '"note":"Black Friday is near"' in last


def test_what_is_live_already_counts_against_the_budget(sqlite_engine: Engine) -> None:
    for number in range(3):
        other = fakes.rule(id=f"other-{number}")
        stored = draft(sqlite_engine, other)
        backtested(sqlite_engine, stored, messages=200)
        if number < 2:
            go(sqlite_engine, stored, "tested", "live")
    stored = draft(sqlite_engine)
    backtested(sqlite_engine, stored, messages=200)
    go(sqlite_engine, stored, "tested", "live")
    with pytest.raises(StageError, match=r"6\.7 messages a day from all rules; the budget is 5"):
        go(sqlite_engine, versions_of(sqlite_engine, "other-2")[0], "tested", "live")


@pytest.mark.parametrize("stage", stages.NEXT)
@pytest.mark.parametrize("to", stages.NEXT)
def test_only_known_ways_lead_on(
    sqlite_engine: Engine, stage: rule_store.Stage, to: rule_store.Stage
) -> None:
    stored = draft(sqlite_engine)
    backtested(sqlite_engine, stored)
    ways: dict[str, tuple[rule_store.Stage, ...]] = {
        "draft": (),
        "tested": ("tested",),
        "shadow": ("tested", "shadow"),
        "live": ("tested", "live"),
        "retired": ("retired",),
    }
    stored = go(sqlite_engine, stored, *ways[stage])
    if to in stages.NEXT[stage]:
        assert go(sqlite_engine, stored, to).stage == to
    else:
        with pytest.raises(StageError, match=f"is {stage}"):
            go(sqlite_engine, stored, to)


def test_nobody_acts_without_a_name(sqlite_engine: Engine) -> None:
    stored = draft(sqlite_engine)
    with pytest.raises(StageError, match="Give a name"):
        move(sqlite_engine, stored.version_id, "tested", actor=" ", now=NOW)
    with pytest.raises(StageError, match="Give a name"):
        ask(sqlite_engine, stored.version_id, "live", actor="", now=NOW)
    with pytest.raises(StageError, match="no rule version 77"):
        move(sqlite_engine, 77, "tested", actor="Ada", now=NOW)


def test_a_successor_ends_the_alerts_of_the_one_before(engine: Engine) -> None:
    lease = fakes.leading(engine)
    first = draft(engine)
    backtested(engine, first)
    go(engine, first, "tested", "live")
    breach(engine, lease, first.version_id)
    second = draft(engine, fakes.rule(min_excess="9"))
    backtested(engine, second)
    go(engine, second, "tested")
    assert store.open_alerts(engine).height == 1
    go(engine, second, "live")
    assert store.open_alerts(engine).is_empty()
    before = find(engine, first.version_id)
    assert before is not None
    assert (before.stage, before.reason) == ("retired", "replaced")
    assert store.last_slot(engine, RULE_ID) is None  # it judges the last days anew


def test_a_version_that_leaves_the_shadow_judges_the_last_days_anew(engine: Engine) -> None:
    lease = fakes.leading(engine)
    stored = draft(engine)
    backtested(engine, stored)
    go(engine, stored, "tested", "shadow")
    breach(engine, lease, stored.version_id)
    assert store.open_alerts(engine).is_empty()
    go(engine, stored, "live")
    breach(engine, lease, stored.version_id)
    assert store.open_alerts(engine).height == 1


def breach(engine: Engine, lease: Lease, version_id: int) -> None:
    segment = store.Segment(
        {"market": "DE"}, Observation(Seen.BREACH, "surge"), {"day": "2026-06-30"}
    )
    result = store.SlotResult(RULE_ID, version_id, NOW, "done", {"f": segment})
    assert store.commit_slot(engine, lease, Timing(), result, NOW)


# Files


def test_a_file_asks_to_live_and_what_is_live_stays_until_then(engine: Engine) -> None:
    lease = fakes.leading(engine)
    fakes.in_force(engine, lease, {RULE_ID: fakes.rule()}, NOW)
    changed = fakes.rule(min_excess="9")
    register(engine, lease, {RULE_ID: changed}, NOW)
    newest, before = versions_of(engine, RULE_ID)
    assert (newest.stage, newest.asks, newest.origin) == ("draft", "live", "file")
    assert before.stage == "live"
    register(engine, lease, {RULE_ID: changed}, NOW)
    assert len(versions_of(engine, RULE_ID)) == 2


def test_a_file_does_not_undo_what_was_made_on_screen_until_it_changes(
    sqlite_engine: Engine,
) -> None:
    lease = fakes.leading(sqlite_engine)
    fakes.in_force(sqlite_engine, lease, {RULE_ID: fakes.rule()}, NOW)
    mine = draft(sqlite_engine, fakes.rule(min_excess="9"))
    go(sqlite_engine, mine, "tested")
    go(sqlite_engine, mine, "live", reason="tried by hand")
    register(sqlite_engine, lease, {RULE_ID: fakes.rule()}, NOW)
    assert [one.version_id for one in live_rules(sqlite_engine)] == [mine.version_id]
    register(sqlite_engine, lease, {RULE_ID: fakes.rule(min_excess="7")}, NOW)
    assert versions_of(sqlite_engine, RULE_ID)[0].asks == "live"
    register(sqlite_engine, lease, {}, NOW)
    assert [one.version_id for one in live_rules(sqlite_engine)] == [mine.version_id]


def test_a_rule_that_a_person_retired_stays_retired(sqlite_engine: Engine) -> None:
    lease = fakes.leading(sqlite_engine)
    fakes.in_force(sqlite_engine, lease, {RULE_ID: fakes.rule()}, NOW)
    go(sqlite_engine, live_rules(sqlite_engine)[0], "retired")
    register(sqlite_engine, lease, {RULE_ID: fakes.rule()}, NOW)
    assert live_rules(sqlite_engine) == []


# The worker

WAVE = [18.0, 22, 20, 19, 21, 20, 23]


def home(engine: Engine, days: int, counts: list[float] | None = None) -> SimpleNamespace:
    fresh = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=days, hours=2)
    series = counts or [WAVE[n % 7] for n in range(days)]
    return SimpleNamespace(
        settings=SimpleNamespace(time_zone="UTC", home=Path("no-such-folder")),
        engine=engine,
        warehouse=None,
        metrics=fakes.FakeMetrics({"DE": series}, fresh),
        now=fresh,
    )


def test_a_file_lives_once_its_backtest_passed(engine: Engine) -> None:
    lease = fakes.leading(engine)
    services = home(engine, 56 + GATE_DAYS + 10)
    register(engine, lease, {RULE_ID: fakes.rule()}, services.now)
    assert run_due(services, lease, services.now) == 1
    (stored,) = live_rules(engine)
    assert (stored.reason, stored.asks) == ("passed", None)
    assert run_due(services, lease, services.now) == 0


def test_a_short_history_is_shadow_and_judged_again_as_it_grows(sqlite_engine: Engine) -> None:
    lease = fakes.leading(sqlite_engine)
    services = home(sqlite_engine, 100)
    register(sqlite_engine, lease, {RULE_ID: fakes.rule()}, services.now)
    run_due(services, lease, services.now)
    (stored,) = staged(sqlite_engine, "shadow")
    assert (stored.reason, stored.asks) == ("history_short", "live")
    assert run_due(services, lease, services.now) == 0
    later = home(sqlite_engine, 56 + GATE_DAYS + 2)
    assert run_due(later, lease, later.now) == 1
    assert [one.reason for one in live_rules(sqlite_engine)] == ["passed"]
    assert staged(sqlite_engine, "shadow") == []


def test_what_ships_lives_from_the_first_day(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_store, "builtin", lambda: {RULE_ID: fakes.rule()})
    lease = fakes.leading(sqlite_engine)
    services = home(sqlite_engine, 100)
    empty = replace_fresh(services)
    register(sqlite_engine, lease, {RULE_ID: fakes.rule()}, services.now)
    assert run_due(empty, lease, services.now) == 1
    assert [(one.reason, one.origin) for one in live_rules(sqlite_engine)] == [
        ("provisional", "shipped")
    ]
    assert run_due(services, lease, services.now) == 1
    assert [(one.reason, one.asks) for one in live_rules(sqlite_engine)] == [
        ("provisional", "live")
    ]
    later = home(sqlite_engine, 56 + GATE_DAYS + 2)
    run_due(later, lease, later.now)
    assert [(one.reason, one.asks) for one in live_rules(sqlite_engine)] == [("passed", None)]


def replace_fresh(services: SimpleNamespace) -> SimpleNamespace:
    empty = SimpleNamespace(**vars(services))
    empty.metrics = replace(services.metrics, fresh=None)
    return empty


def test_a_noisy_file_stays_in_shadow(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.gate.BUDGET_ALONE", 0.001)
    lease = fakes.leading(sqlite_engine)
    days = 56 + GATE_DAYS + 10
    counts = [WAVE[n % 7] * (4 if n > 70 and n % 30 < 2 else 1) for n in range(days)]
    services = home(sqlite_engine, days, counts)
    fakes.in_force(sqlite_engine, lease, {RULE_ID: fakes.rule()}, services.now)
    register(sqlite_engine, lease, {RULE_ID: fakes.rule(min_excess="9")}, services.now)
    run_due(services, lease, services.now)
    assert [(one.n, one.reason) for one in staged(sqlite_engine, "shadow")] == [(2, "noisy")]
    assert [one.n for one in live_rules(sqlite_engine)] == [1]


def test_one_version_that_fails_rests_and_does_not_stop_the_others(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lease = fakes.leading(sqlite_engine)
    services = home(sqlite_engine, 56 + GATE_DAYS + 10)
    broken = fakes.rule(id="a-broken-one")
    register(sqlite_engine, lease, {"a-broken-one": broken, RULE_ID: fakes.rule()}, services.now)
    run = backtest.run

    def fails(version: RuleVersion, *args: object, **named: object) -> Backtest:
        if version.rule.id == "a-broken-one":
            raise RuntimeError("broken numbers")
        return run(version, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(backtest, "run", fails)
    assert run_due(services, lease, services.now) == 1
    assert [one.version.rule.id for one in live_rules(sqlite_engine)] == [RULE_ID]
    assert "broken numbers" in caplog.text
    assert run_due(services, lease, services.now) == 0
    monkeypatch.setattr(backtest, "run", run)
    assert run_due(services, lease, services.now + stages.TRY_AGAIN) == 1


def test_a_person_may_ask_for_a_backtest(sqlite_engine: Engine) -> None:
    lease = fakes.leading(sqlite_engine)
    services = home(sqlite_engine, 56 + GATE_DAYS + 10)
    stored = ask(sqlite_engine, draft(sqlite_engine).version_id, "backtest", actor="Ada", now=NOW)
    assert stored.asks == "backtest"
    assert run_due(services, lease, services.now + timedelta(days=300)) == 1
    after = find(sqlite_engine, stored.version_id)
    assert after is not None
    assert (after.stage, after.asks) == ("draft", None)
    with sqlite_engine.connect() as connection:
        newest = backtests.newest(connection, RULE_ID, stored.version.sha256)
    assert newest is not None
    assert newest.days >= GATE_DAYS
    assert Backtest.from_json(newest.to_json()) == newest


TEST = """
rule: test-surge
start: 2026-01-05
series:
  - labels: {market: DE}
    values: 20x70 80x2
expect:
  - {day: 2026-03-16, alerts: []}
"""


def test_a_version_whose_tests_fail_stays_a_draft(
    sqlite_engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "rules" / "tests").mkdir(parents=True)
    (tmp_path / "rules" / "tests" / "mine.yaml").write_text(TEST, encoding="utf-8")
    (tmp_path / "rules" / "tests" / "broken.yaml").write_text("rule: [", encoding="utf-8")
    stored = draft(sqlite_engine)
    with pytest.raises(StageError, match="an alert for DE is open, none was expected") as refused:
        move(sqlite_engine, stored.version_id, "tested", actor="Ada", now=NOW, home=tmp_path)
    assert refused.value.why is stages.Why.TESTS_FAILED
    lease = fakes.leading(sqlite_engine)
    services = home(sqlite_engine, 56 + GATE_DAYS + 10)
    services.settings.home = tmp_path
    register(sqlite_engine, lease, {RULE_ID: fakes.rule(min_excess="9")}, services.now)
    assert run_due(services, lease, services.now) == 1
    newest = versions_of(sqlite_engine, RULE_ID)[0]
    assert (newest.stage, newest.reason, newest.asks) == ("draft", "tests_failed", None)
    assert "none was expected" in caplog.text


def test_a_version_that_a_person_moved_meanwhile_is_left_where_they_put_it(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = fakes.leading(sqlite_engine)
    services = home(sqlite_engine, 56 + GATE_DAYS + 10)
    register(sqlite_engine, lease, {RULE_ID: fakes.rule()}, services.now)
    run = backtest.run

    def interrupted(version: RuleVersion, *args: object, **named: object) -> Backtest:
        go(sqlite_engine, versions_of(sqlite_engine, RULE_ID)[0], "retired")
        return run(version, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(backtest, "run", interrupted)
    run_due(services, lease, services.now)
    assert [one.stage for one in versions_of(sqlite_engine, RULE_ID)] == ["retired"]
    with sqlite_engine.connect() as connection:
        assert backtests.newest(connection, RULE_ID, fakes.rule().sha256) is not None


def test_a_stored_version_keeps_the_identity_it_was_written_with(sqlite_engine: Engine) -> None:
    """Rules get fields over time; an older body lacks them and is still the same version."""
    stored = draft(sqlite_engine)
    older = json.loads(stored.version.body_json)
    del older["max_segments"]
    with writing(sqlite_engine) as connection:
        connection.execute(
            update(schema.rule_version).values(body_json=json.dumps(older), sha256="0" * 64)
        )
    backtested(sqlite_engine, stored)
    (read,) = versions_of(sqlite_engine, RULE_ID)
    assert (read.version.sha256, read.version.rule.max_segments) == ("0" * 64, 5000)
    assert go(sqlite_engine, read, "tested", "live").reason == "passed"
