"""The inbox: which incidents stand where, in which order, and everything about one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from alerts import inbox, silences
from alerts.actions import act
from alerts.handling import Action, Do, Verdict
from alerts.incident_rows import SPARK_DAYS, beyond_since
from alerts.lifecycle import Seen
from data_access.metrics import Filter
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.shown import fire

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
PL, DE = {"market": "PL"}, {"market": "DE"}


def number(engine: Engine, view: inbox.View = "needs_me", **more: str) -> list[int]:
    return inbox.inbox(engine, None, view, NOW + HOUR, **more)["group_id"].to_list()


def do(engine: Engine, group_id: int, action: Action, actor: str = "Maria") -> None:
    outcome = act(engine, group_id, action, actor=actor, version=None, token=None, now=NOW + HOUR)
    assert outcome.result == "done", outcome


@pytest.fixture
def two(engine: Engine) -> Engine:
    """Incident 1: DE, a warning; incident 2: PL, critical, an hour later."""
    fire(engine, NOW - HOUR, DE, severity="warning")
    fire(engine, NOW, PL)
    return engine


def test_the_most_severe_comes_first_then_who_waits_longest(two: Engine) -> None:
    assert number(two) == [2, 1]
    fire(two, NOW - 2 * HOUR, {"market": "FR"}, severity="warning")
    assert number(two) == [2, 3, 1]
    assert inbox.needing(two, NOW + HOUR) == 3


def test_a_row_says_what_needs_somebody(two: Engine) -> None:
    row = inbox.inbox(two, None, "needs_me", NOW).row(0, named=True)
    assert (row["y"], row["mu"], row["excess"]) == (126.0, 62.0, 64.0)
    assert (row["kind"], row["kpi"], row["rule_id"]) == ("surge", "contacts", "complaint-surge")
    assert (row["labels"], row["members"], row["firing"]) == ('{"market": "PL"}', 1, True)
    assert len(row["spark"]) == len(row["spark_low"]) == SPARK_DAYS
    assert row["spark"][-1] == 126.0
    assert row["notify_reason"] == "first"


def test_a_filter_leaves_out_other_slices(two: Engine) -> None:
    def shown(where: Filter) -> list[int]:
        return inbox.inbox(two, where, "needs_me", NOW)["group_id"].to_list()

    assert shown(Filter(market=("DE", "FR"))) == [1]
    # An incident of all carriers concerns every one of them.
    assert shown(Filter(carrier=("DHL",))) == [2, 1]


def test_acknowledged_is_in_hand_and_mine(two: Engine) -> None:
    do(two, 2, Action(Do.ACKNOWLEDGE))
    do(two, 1, Action(Do.ASSIGN, assignee="Maria"), actor="Bo")
    assert number(two) == [1]
    assert number(two, "acknowledged") == [2]
    assert number(two, "mine", actor="Maria") == [2, 1]
    assert number(two, "mine", actor="Bo") == []
    assert number(two, "mine") == []


def test_what_is_over_awaits_a_verdict_and_is_closed_by_one(two: Engine) -> None:
    later = NOW + timedelta(days=1)
    fire(two, later, PL, seen=Seen.CLEAR)
    fire(two, later + HOUR, PL, seen=Seen.CLEAR, slot=later + HOUR)
    do(two, 1, Action(Do.ACKNOWLEDGE))
    found = inbox.listed(two, None, later + HOUR)
    assert found["awaiting_verdict"]["group_id"].to_list() == [2]
    do(two, 2, Action(Do.CLOSE, verdict=Verdict.TRUE, note="Papers were missing"))
    closed = inbox.inbox(two, None, "closed", later + HOUR).row(0, named=True)
    assert (closed["group_id"], closed["verdict"]) == (2, "true")
    assert inbox.inbox(two, None, "closed", later + timedelta(days=120)).is_empty()
    unread = inbox.listed(two, None, later + HOUR, closed=False)
    assert (unread["closed"].height, unread["acknowledged"]["group_id"].to_list()) == (0, [1])


def test_a_silence_mutes_at_once_and_ends_by_itself(two: Engine) -> None:
    ends = NOW + 4 * HOUR
    made = silences.silence_incident(
        two, 2, ends=ends, actor="Maria", reason="Broker is on it", token=None, now=NOW
    )
    assert made.result == "done"
    assert number(two) == [1]
    row = inbox.inbox(two, None, "muted", NOW + HOUR).row(0, named=True)
    assert (row["group_id"], row["mute_kind"], row["mute_until"]) == (2, "silence", ends)
    assert "Broker is on it" in row["mute_data"]
    assert inbox.inbox(two, None, "needs_me", ends)["group_id"].to_list() == [2, 1]


def test_a_snoozed_incident_is_muted_while_it_sleeps(two: Engine) -> None:
    do(two, 1, Action(Do.SNOOZE, until=NOW + 3 * HOUR))
    assert number(two, "muted") == [1]
    assert inbox.needing(two, NOW + HOUR) == 1
    assert inbox.inbox(two, None, "muted", NOW + 3 * HOUR).is_empty()


def test_news_change_with_every_action_and_stay_without(two: Engine) -> None:
    before = inbox.news(two)
    assert inbox.news(two) == before
    do(two, 1, Action(Do.COMMENT, note="Looking"))
    assert inbox.news(two) != before


def test_an_empty_home_has_nothing(engine: Engine) -> None:
    assert all(frame.is_empty() for frame in inbox.listed(engine, None, NOW).values())
    assert inbox.watch(engine) == inbox.Watch(None, 0)
    assert inbox.incident(engine, 1, NOW) is None


def test_the_page_tells_everything_of_one_incident(two: Engine) -> None:
    do(two, 2, Action(Do.ACKNOWLEDGE))
    do(two, 2, Action(Do.COMMENT, note="Called the broker"))
    page = inbox.incident(two, 2, NOW + HOUR)
    assert page is not None
    assert page.labels == PL
    assert page.evidence["drivers"][0]["value"] == "customs_hold"
    assert page.version is not None
    assert (page.version.n, page.version.stage) == (1, "live")
    kinds = page.timeline["kind"].to_list()
    assert kinds[0] == "incident_opened"
    assert kinds[-2:] == ["acknowledged", "commented"]
    assert page.timeline["actor"].to_list()[-1] == "Maria"
    assert page.row["version"] == 3


def test_a_parent_speaks_for_its_children(engine: Engine) -> None:
    fire(engine, NOW, {"market": "PL", "category": "Audio"})
    fire(engine, NOW, PL)
    page = inbox.incident(engine, 1, NOW)
    assert page is not None
    assert len(page.members) == 2
    assert page.labels == PL


def test_messages_stand_in_the_timeline_with_their_fate(two: Engine) -> None:
    with writing(two) as connection:
        values = {
            "idem_key": "k", "group_id": 2, "kind": "incident", "reason": "first",
            "severity": "critical", "channel": "mail", "recipient": "maria", "locale": "en",
            "subject": "s", "body": "b", "body_sha256": "0" * 64, "payload_json": "{}",
            "state": "dead", "state_reason": "401", "created_at": NOW, "not_before": NOW,
            "deadline": NOW + HOUR, "attempts": 1, "finished_at": NOW + timedelta(minutes=1),
        }  # fmt: skip
        connection.execute(insert(schema.outbox).values(values))
        connection.execute(
            insert(schema.delivery_attempt).values(
                outbox_id=1, n=1, started_at=NOW, outcome="permanent", http_status=401
            )
        )
    page = inbox.incident(two, 2, NOW + HOUR)
    assert page is not None
    message = page.deliveries.row(0, named=True)
    assert (message["state"], message["http_status"]) == ("dead", 401)
    assert page.timeline["kind"].to_list()[-1] == "message_dead"
    other = inbox.incident(two, 1, NOW + HOUR)
    assert other is not None
    assert other.deliveries.is_empty()


def test_evidence_of_a_later_episode_does_not_speak_for_an_old_incident(engine: Engine) -> None:
    fire(engine, NOW, PL)
    day = timedelta(days=1)
    fire(engine, NOW + day, PL, seen=Seen.CLEAR)
    fire(engine, NOW + day, PL, seen=Seen.CLEAR, slot=NOW + day + HOUR)
    do(engine, 1, Action(Do.CLOSE, verdict=Verdict.TRUE))
    fire(engine, NOW + 30 * day, PL)
    old = inbox.incident(engine, 1, NOW + 30 * day)
    new = inbox.incident(engine, 2, NOW + 30 * day)
    assert old is not None
    assert new is not None
    assert old.evidence == {}
    assert old.labels == PL
    assert new.continues_id == 1


def of_days(
    seen: list[float | None], kind: str = "surge", **bounds: float | None
) -> dict[str, Any]:
    first = date(2026, 11, 1)
    days = [str(first + timedelta(days=n)) for n in range(len(seen))]
    series = [{"day": day, "y": y, **bounds} for day, y in zip(days, seen, strict=True)]
    return {"rule": {"kind": kind}, "day": days[-1], "series": series}


def test_the_data_say_since_when_something_is_beyond_what_was_expected() -> None:
    assert beyond_since(of_days([9, 1, 4, 5, 6], high=3.0)) == date(2026, 11, 3)
    assert beyond_since(of_days([1, 3, 4, 4], high=3.0)) == date(2026, 11, 3), "at the band is in"
    assert beyond_since(of_days([1, 10, 11], "deadline", mu=10.0)) == date(2026, 11, 2)


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        ({}, "nothing is stored"),
        (of_days([1, 1, 6], high=3.0), "the judged day alone"),
        (of_days([1, 5, 2], high=3.0), "the judged day is within the band"),
        (of_days([5, 6, 7], high=3.0), "the series is too short to tell"),
        (of_days([1, 5, None], high=3.0), "nobody knows the judged day"),
        (of_days([1, 5, 6], high=None), "nothing was expected"),
        (of_days([1, 5, 6], "novelty", mu=0.0, high=3.0), "the rule compares something else"),
        ({**of_days([1, 5, 6], high=3.0), "day": "2026-11-09"}, "the series ends before"),
    ],
)
def test_where_the_data_do_not_say_it_nothing_is_said(evidence: dict[str, Any], why: str) -> None:
    assert beyond_since(evidence) is None, why
