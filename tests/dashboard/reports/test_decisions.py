"""Decisions: who may, in which order, and in which reports they stand."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from alerts import event_log
from alerts.actions import Outcome
from dashboard.reports import decisions, decisions_record
from dashboard.reports.decisions import Action, Do, Why
from dashboard.reports.periods import parse
from data_access.state import schema
from tests.dashboard.reports.stored_rows import NOW, people, stored
from tests.migrated_state import opened

WEEK = parse("2026-W47", "week")
RAISE = Action(Do.RAISE, "Stop DHL for Poland?", "Sam", date(2026, 11, 27))


@pytest.fixture
def engine(state_url: str) -> Iterator[Engine]:
    """Once for each kind of database."""
    made = opened(state_url)
    yield made
    made.dispose()


@pytest.fixture
def page(engine: Engine) -> int:
    return stored(engine, WEEK, as_of=NOW)


def act(
    engine: Engine,
    subject: int,
    action: Action,
    *,
    actor: str = "Ana",
    version: int | None = None,
    token: str | None = None,
    now: datetime = NOW,
) -> Outcome:
    config = people()
    return decisions.act(
        engine, subject, action, config=config, actor=actor, version=version, token=token, now=now
    )


def made(engine: Engine, page: int, action: Action = RAISE, **more: Any) -> int:
    outcome = act(engine, page, action, **more)
    assert outcome.result == "done"
    assert outcome.data is not None
    number: int = outcome.data["decision"]
    return number


def one(engine: Engine, number: int) -> decisions.Decision:
    with engine.connect() as connection:
        return next(found for found in decisions.of_template(connection) if found.id == number)


def test_a_decision_is_raised_changed_and_settled(engine: Engine, page: int) -> None:
    number = made(engine, page, replace(RAISE, figure="kpis/contact_rate"))
    raised = one(engine, number)
    assert (raised.text, raised.owner, raised.status) == (RAISE.text, "Sam", "open")
    assert (raised.template, raised.period, raised.figure) == (
        "weekly", "2026-W47", "kpis/contact_rate",
    )  # fmt: skip
    later = Action(Do.CHANGE, owner="Lea", due_on=date(2026, 12, 1), reason="Sam is away")
    assert act(engine, number, later, version=1).version == 2
    done = Action(Do.DONE, outcome="Stopped for four weeks")
    assert act(engine, number, done, version=2, actor="Lea").version == 3
    over = one(engine, number)
    assert (over.owner, over.due_on) == ("Lea", date(2026, 12, 1))
    assert (over.status, over.outcome, over.settled_by) == ("done", done.outcome, "Lea")
    with engine.connect() as connection:
        log = schema.event_log
        told = connection.execute(
            select(log.c.kind, log.c.payload_json)
            .where(log.c.subject_kind == "report", log.c.subject_id == str(page))
            .order_by(log.c.seq)
        ).all()
    assert [row.kind for row in told] == [
        "decision_raised", "decision_changed", "decision_done",
    ]  # fmt: skip
    changed = json.loads(told[1].payload_json)
    assert (changed["was_owner"], changed["was_due_on"]) == ("Sam", "2026-11-27")
    assert event_log.verify(engine) is None


def test_a_refusal_names_who_may(engine: Engine, page: int) -> None:
    refused = act(engine, page, RAISE, actor="Omar")
    assert (refused.result, refused.why) == ("refused", Why.NOT_IN_ROLE)
    assert refused.by == "Sam, Ana, Lea"
    number = made(engine, page)
    settled = act(engine, number, Action(Do.DROP, outcome="x"), actor="Omar", version=1)
    assert settled.why == Why.NOT_IN_ROLE
    assert one(engine, number).status == "open"


def test_where_nobody_holds_a_role_anybody_may(engine: Engine, page: int) -> None:
    config = people("schema_version: 1\n")
    outcome = decisions.act(
        engine, page, RAISE, config=config, actor="Kim", version=None, token=None, now=NOW
    )
    assert outcome.result == "done"


@pytest.mark.parametrize(
    ("action", "why"),
    [
        (replace(RAISE, text="  "), Why.TEXT_NEEDED),
        (replace(RAISE, text="x" * 2001), Why.TOO_LONG),
        (replace(RAISE, owner=""), Why.OWNER_NEEDED),
        (replace(RAISE, owner="x" * 101), Why.TOO_LONG),
        (replace(RAISE, due_on=None), Why.DAY_NEEDED),
        (replace(RAISE, due_on=date(2026, 11, 22)), Why.PAST),
        (replace(RAISE, figure="x" * 301), Why.TOO_LONG),
    ],
)
def test_what_is_missing_is_said(engine: Engine, page: int, action: Action, why: Why) -> None:
    assert act(engine, page, action).why == why
    with engine.connect() as connection:
        assert decisions.of_template(connection) == []


@pytest.mark.parametrize(
    ("action", "why"),
    [
        (Action(Do.DONE, outcome=" "), Why.OUTCOME_NEEDED),
        (Action(Do.DROP), Why.REASON_NEEDED),
        (Action(Do.CHANGE, owner="Sam", reason="x"), Why.NOTHING_CHANGED),
        (Action(Do.CHANGE, owner="Lea"), Why.REASON_NEEDED),
        (Action(Do.CHANGE, due_on=date(2026, 1, 1), reason="x"), Why.PAST),
    ],
)
def test_what_cannot_be_done_to_one(engine: Engine, page: int, action: Action, why: Why) -> None:
    number = made(engine, page)
    assert act(engine, number, action, version=1).why == why
    assert one(engine, number).version == 1


def test_nothing_is_done_to_what_is_not_there_or_over(engine: Engine, page: int) -> None:
    assert act(engine, page + 7, RAISE).why == Why.NOT_FOUND
    assert act(engine, 99, Action(Do.DONE, outcome="x")).why == Why.NOT_FOUND
    number = made(engine, page)
    act(engine, number, Action(Do.DROP, outcome="not needed"), actor="Sam", version=1)
    again = act(engine, number, Action(Do.DONE, outcome="x"))
    assert (again.why, again.by) == (Why.SETTLED, "Sam")


def test_the_second_of_two_is_told_what_the_first_did(engine: Engine, page: int) -> None:
    number = made(engine, page)
    act(engine, number, Action(Do.DONE, outcome="yes"), actor="Sam", version=1)
    late = act(engine, number, Action(Do.DROP, outcome="no"), version=1)
    assert (late.result, late.why, late.by) == ("stale", "decision_done", "Sam")
    assert one(engine, number).outcome == "yes"


def test_a_button_pressed_twice_is_one_decision(engine: Engine, page: int) -> None:
    assert act(engine, page, RAISE, token="t").result == "done"
    assert act(engine, page, RAISE, token="t").result == "repeated"
    with engine.connect() as connection:
        assert len(decisions.of_template(connection)) == 1


def test_nobody_acts_without_a_name(engine: Engine, page: int) -> None:
    assert act(engine, page, RAISE, actor=" ").why == "name_needed"
    assert act(engine, page, RAISE, actor="worker").why == "name_needed"


def gathered(engine: Engine, period: str, cut: datetime) -> list[dict[str, Any]]:
    part = decisions_record.gather(engine, people(), parse(period, "week"), "UTC", cut)
    found: list[dict[str, Any]] = part["decisions"]
    return found


def test_an_earlier_cut_knows_owner_and_day_of_then(engine: Engine, page: int) -> None:
    number = made(engine, page)
    hour = timedelta(hours=1)
    change = Action(Do.CHANGE, owner="Lea", due_on=date(2026, 12, 1), reason="away")
    act(engine, number, change, version=1, now=NOW + 2 * hour)
    act(engine, number, Action(Do.DONE, outcome="yes"), version=2, now=NOW + 4 * hour)
    assert gathered(engine, "2026-W47", NOW - hour) == []
    (then,) = gathered(engine, "2026-W47", NOW + hour)
    assert (then["owner"], then["due_on"], then["status"]) == ("Sam", "2026-11-27", "open")
    (moved,) = gathered(engine, "2026-W47", NOW + 3 * hour)
    assert (moved["owner"], moved["due_on"], moved["outcome"]) == ("Lea", "2026-12-01", None)
    (over,) = gathered(engine, "2026-W47", NOW + 5 * hour)
    assert (over["status"], over["outcome"]) == ("done", "yes")


STEPS = st.lists(
    st.one_of(
        st.just(("issue", 0)),
        st.just(("raise", 0)),
        st.tuples(st.sampled_from(["settle", "change"]), st.integers(0, 5)),
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_a_decision_stands_in_every_report_until_the_one_that_settles_it(
    steps: list[tuple[str, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = opened(f"sqlite:///{Path(folder) / 'state.sqlite'}")
        try:
            _check(engine, steps)
        finally:
            engine.dispose()


def _check(engine: Engine, steps: list[tuple[str, int]]) -> None:
    period, now = WEEK, NOW
    page = stored(engine, period, as_of=now)
    raised: dict[int, datetime] = {}
    settled: dict[int, datetime] = {}
    cuts = [now]
    issues: list[tuple[str, datetime, list[dict[str, Any]]]] = []
    for step, which in [*steps, ("issue", 0)]:
        now += timedelta(hours=1)
        still = sorted(set(raised) - set(settled))
        if step == "raise":
            raised[made(engine, page, replace(RAISE, due_on=now.date()), now=now)] = now
        elif step == "issue":
            period = period.after()
            found = gathered(engine, period.name, now)
            expected = {
                number for number in raised if number not in settled or settled[number] > cuts[-1]
            }
            assert {entry["id"] for entry in found} == expected
            for entry in found:
                assert (entry["status"] == "open") == (entry["id"] not in settled)
            issues.append((period.name, now, found))
            page = stored(engine, period, as_of=now)
            cuts.append(now)
        elif still:
            number = still[which % len(still)]
            if step == "settle":
                act(engine, number, Action(Do.DONE, outcome="yes"), now=now)
                settled[number] = now
            else:
                later = one(engine, number).due_on + timedelta(days=1)
                act(engine, number, Action(Do.CHANGE, due_on=later, reason="x"), now=now)
    # What came later changes nothing that was said of an earlier cut.
    for name, cut, found in issues:
        assert gathered(engine, name, cut) == found
