"""The handling machine: a total table, told as stories and as properties."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.handling import (
    Action,
    Do,
    Event,
    Grouping,
    Handling,
    Incident,
    Policy,
    Refused,
    Verdict,
    Why,
    begin,
    group_key,
    rejoins,
    step,
)
from alerts.handling.model import RANK, Kind
from alerts.handling.step import TABLE

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
POLICY = Policy()
SIGNAL = (Do.JOINED, Do.REFIRED, Do.RESOLVED)

OPEN = Incident("warning", NOW, demanded="warning")
STATES = {
    Handling.OPEN: OPEN,
    Handling.ACKNOWLEDGED: replace(
        OPEN, handling=Handling.ACKNOWLEDGED, acknowledged_at=NOW, acknowledged_by="Anna"
    ),
    Handling.AWAITING_VERDICT: replace(
        OPEN, handling=Handling.AWAITING_VERDICT, firing=False, resolved_at=NOW
    ),
    Handling.CLOSED: replace(
        OPEN,
        handling=Handling.CLOSED,
        firing=False,
        resolved_at=NOW,
        closed_at=NOW,
        closed_by="Anna",
        verdict=Verdict.TRUE,
    ),
}
FULL = {
    Do.ASSIGN: {"assignee": "Bo"},
    Do.SNOOZE: {"until": NOW + DAY},
    Do.COMMENT: {"note": "seen"},
    Do.RAISE_SEVERITY: {"severity": "critical"},
    Do.LOWER_SEVERITY: {"severity": "info", "note": "small"},
    Do.CLOSE: {"verdict": Verdict.FALSE, "note": "a promotion"},
    Do.JOINED: {"severity": "warning"},
    Do.REFIRED: {"severity": "warning"},
}
REFUSED = {
    (Handling.OPEN, Do.UNACKNOWLEDGE): Why.NOT_ACKNOWLEDGED,
    (Handling.OPEN, Do.WAKE): Why.NOT_SNOOZED,
    (Handling.OPEN, Do.REOPEN): Why.NOT_CLOSED,
    (Handling.ACKNOWLEDGED, Do.ACKNOWLEDGE): Why.ALREADY_ACKNOWLEDGED,
    (Handling.ACKNOWLEDGED, Do.WAKE): Why.NOT_SNOOZED,
    (Handling.ACKNOWLEDGED, Do.REOPEN): Why.NOT_CLOSED,
    (Handling.AWAITING_VERDICT, Do.ACKNOWLEDGE): Why.SIGNAL_OVER,
    (Handling.AWAITING_VERDICT, Do.UNACKNOWLEDGE): Why.NOT_ACKNOWLEDGED,
    (Handling.AWAITING_VERDICT, Do.WAKE): Why.NOT_SNOOZED,
    (Handling.AWAITING_VERDICT, Do.REOPEN): Why.NOT_CLOSED,
    (Handling.CLOSED, Do.ACKNOWLEDGE): Why.CLOSED,
    (Handling.CLOSED, Do.UNACKNOWLEDGE): Why.CLOSED,
    (Handling.CLOSED, Do.ASSIGN): Why.CLOSED,
    (Handling.CLOSED, Do.SNOOZE): Why.CLOSED,
    (Handling.CLOSED, Do.WAKE): Why.CLOSED,
    (Handling.CLOSED, Do.RAISE_SEVERITY): Why.CLOSED,
    (Handling.CLOSED, Do.LOWER_SEVERITY): Why.CLOSED,
}
"""Every pair that is refused though the action says all it needs."""
AFTER = {
    (Handling.OPEN, Do.RESOLVED): Handling.AWAITING_VERDICT,
    (Handling.OPEN, Do.ACKNOWLEDGE): Handling.ACKNOWLEDGED,
    (Handling.OPEN, Do.CLOSE): Handling.CLOSED,
    (Handling.ACKNOWLEDGED, Do.RESOLVED): Handling.AWAITING_VERDICT,
    (Handling.ACKNOWLEDGED, Do.UNACKNOWLEDGE): Handling.OPEN,
    (Handling.ACKNOWLEDGED, Do.CLOSE): Handling.CLOSED,
    (Handling.AWAITING_VERDICT, Do.JOINED): Handling.OPEN,
    (Handling.AWAITING_VERDICT, Do.REFIRED): Handling.OPEN,
    (Handling.AWAITING_VERDICT, Do.CLOSE): Handling.CLOSED,
    (Handling.CLOSED, Do.JOINED): Handling.OPEN,
    (Handling.CLOSED, Do.REOPEN): Handling.AWAITING_VERDICT,
}
"""Every pair that changes the state; all others stay."""


def act(incident: Incident, do: Do, **changed: object) -> tuple[Incident, tuple[Event, ...]]:
    actor = "worker" if do in SIGNAL else "Anna"
    action = Action(do, **{"actor": actor, **FULL.get(do, {}), **changed})  # type: ignore[arg-type]
    return step(POLICY, incident, action, NOW + HOUR)


def refusal(incident: Incident, do: Do, **changed: object) -> Refused:
    with pytest.raises(Refused) as caught:
        act(incident, do, **changed)
    return caught.value


def test_every_state_and_action_has_exactly_one_entry() -> None:
    assert set(TABLE) == {(state, do) for state in Handling for do in Do}


@pytest.mark.parametrize("state", Handling)
@pytest.mark.parametrize("do", Do)
def test_every_entry_leads_where_it_should_or_refuses_by_name(state: Handling, do: Do) -> None:
    if (state, do) in REFUSED:
        assert refusal(STATES[state], do).why is REFUSED[state, do]
        return
    after, events = act(STATES[state], do)
    assert after.handling is AFTER.get((state, do), state)
    assert all(event.at == NOW + HOUR for event in events)
    assert vars(after).keys() == {field.name for field in fields(Incident)}
    assert (after.closed_at is None) == (after.handling is not Handling.CLOSED)


def test_a_new_incident_waits_for_what_belongs_to_it_unless_it_is_critical() -> None:
    incident, events = begin(POLICY, "warning", NOW)
    assert (incident.notify_at, incident.notify_reason) == (NOW + timedelta(minutes=5), "first")
    assert [event.kind for event in events] == [Kind.OPENED]
    assert begin(POLICY, "critical", NOW)[0].notify_at == NOW


def test_a_refusal_names_who_was_first() -> None:
    found = refusal(STATES[Handling.ACKNOWLEDGED], Do.ACKNOWLEDGE)
    assert (found.by, found.at) == ("Anna", NOW)


def test_closing_while_it_fires_needs_a_reason_and_holds_for_this_episode() -> None:
    assert refusal(OPEN, Do.CLOSE, note=" ").why is Why.REASON_NEEDED
    closed, (event,) = act(OPEN, Do.CLOSE)
    assert (event.reason, closed.firing, closed.notify_at) == (Why.STILL_FIRING, True, None)
    # The same episode flaps and ends: still closed.
    assert act(closed, Do.REFIRED)[0].handling is Handling.CLOSED
    over, events = act(closed, Do.RESOLVED)
    assert (over.handling, over.firing) == (Handling.CLOSED, False)
    assert [e.kind for e in events] == [Kind.RESOLVED]
    # Another one begins: people must look again.
    again, events = act(over, Do.JOINED)
    assert (again.handling, again.reopened, again.verdict) == (Handling.OPEN, 1, None)
    assert [e.kind for e in events] == [Kind.REOPENED, Kind.JOINED]


def test_a_verdict_is_needed() -> None:
    assert refusal(OPEN, Do.CLOSE, verdict=None).why is Why.VERDICT_NEEDED


def test_an_end_without_verdict_waits_for_one() -> None:
    after, _ = act(replace(OPEN, notices=1), Do.RESOLVED)
    assert (after.handling, after.notify_reason) == (Handling.AWAITING_VERDICT, "resolved")
    # Without a reason now, since nothing fires any more.
    assert act(after, Do.CLOSE, note="")[0].verdict is Verdict.FALSE


def test_what_is_over_before_anybody_was_told_is_not_told() -> None:
    waiting = replace(OPEN, notify_at=NOW + 2 * HOUR, notify_reason="first")
    after, events = act(waiting, Do.RESOLVED)
    assert after.notify_at is None
    assert [(e.kind, e.reason) for e in events][1:] == [(Kind.NOTICE_DROPPED, "over_before_told")]


def test_the_reopen_window_counts_from_the_later_of_closing_and_end() -> None:
    closed = STATES[Handling.CLOSED]
    assert rejoins(POLICY, closed, NOW + POLICY.reopen_window)
    assert not rejoins(POLICY, closed, NOW + POLICY.reopen_window + HOUR)
    later = replace(closed, resolved_at=NOW + DAY)
    assert rejoins(POLICY, later, NOW + POLICY.reopen_window + DAY)
    with pytest.raises(Refused, match="window_passed"):
        step(POLICY, closed, Action(Do.REOPEN, "Anna"), NOW + 4 * DAY)
    with pytest.raises(Refused, match="window_passed"):
        step(POLICY, closed, Action(Do.JOINED, severity="warning"), NOW + 4 * DAY)


def test_what_still_fires_can_be_reopened_at_any_time() -> None:
    closed = replace(STATES[Handling.CLOSED], firing=True, resolved_at=None)
    after, _ = step(POLICY, closed, Action(Do.REOPEN, "Anna"), NOW + 9 * DAY)
    assert (after.handling, after.notify_reason) == (Handling.OPEN, "reopened")


def test_severity_goes_up_by_itself_and_comes_back_only_beyond_what_a_person_lowered() -> None:
    raised, events = act(OPEN, Do.JOINED, severity="critical")
    assert (raised.severity, raised.demanded) == ("critical", "critical")
    assert [e.kind for e in events] == [Kind.JOINED, Kind.SEVERITY_RAISED]
    lowered, _ = act(raised, Do.LOWER_SEVERITY, severity="warning")
    again, _ = act(lowered, Do.JOINED, severity="critical")
    assert again.severity == "warning"
    assert act(again, Do.RAISE_SEVERITY)[0].severity == "critical"


def test_a_higher_severity_is_told_also_when_it_was_acknowledged() -> None:
    told = replace(STATES[Handling.ACKNOWLEDGED], notices=1)
    assert act(told, Do.JOINED)[0].notify_at is None
    louder, _ = act(told, Do.JOINED, severity="critical")
    assert (louder.notify_at, louder.notify_reason) == (NOW + HOUR, "escalated")
    assert louder.handling is Handling.ACKNOWLEDGED


def test_what_another_rule_sees_is_told_also_when_it_was_acknowledged() -> None:
    told = replace(STATES[Handling.ACKNOWLEDGED], notices=1)
    wider, _ = act(told, Do.JOINED, other_rule=True)
    assert (wider.notify_reason, wider.handling) == ("more", Handling.ACKNOWLEDGED)


def test_the_signal_never_lowers() -> None:
    assert act(OPEN, Do.JOINED, severity="info")[0].severity == "warning"
    found = refusal(OPEN, Do.LOWER_SEVERITY, actor="worker")
    assert found.why is Why.ONLY_A_PERSON
    assert refusal(OPEN, Do.LOWER_SEVERITY, severity="warning").why is Why.NOT_LOWER
    assert refusal(OPEN, Do.LOWER_SEVERITY, note="").why is Why.REASON_NEEDED
    assert refusal(OPEN, Do.RAISE_SEVERITY, severity="warning").why is Why.NOT_HIGHER


def test_acknowledging_ends_the_messages_and_its_end_brings_them_back() -> None:
    due = replace(OPEN, notify_at=NOW + 2 * HOUR, notify_reason="repeat", notices=1)
    acknowledged, _ = act(due, Do.ACKNOWLEDGE)
    assert acknowledged.notify_at is None
    back, (event,) = act(acknowledged, Do.UNACKNOWLEDGE, actor="worker")
    assert (event.reason, event.data["by"]) == (Why.TIMEOUT, "Anna")
    assert (back.notify_at, back.notify_reason) == (NOW + HOUR, "repeat")


def test_a_snooze_ends_by_itself_or_by_a_person() -> None:
    assert refusal(OPEN, Do.SNOOZE, until=NOW).why is Why.PAST
    assert refusal(OPEN, Do.SNOOZE, until=NOW + 40 * DAY).why is Why.TOO_LONG
    snoozed, _ = act(OPEN, Do.SNOOZE)
    assert snoozed.snooze_until == NOW + DAY
    woken, (event,) = act(snoozed, Do.WAKE, actor="worker")
    assert (woken.snooze_until, woken.notify_at, event.reason) == (None, NOW + HOUR, Why.TIMEOUT)


def test_assigning_says_from_whom_to_whom() -> None:
    assigned, (event,) = act(OPEN, Do.ASSIGN)
    assert (assigned.assignee, event.data) == ("Bo", {"to": "Bo", "before": ""})
    assert refusal(assigned, Do.ASSIGN).why is Why.SAME_ASSIGNEE
    nobody, (event,) = act(assigned, Do.ASSIGN, assignee="")
    assert (nobody.assignee, event.data) == (None, {"to": "", "before": "Bo"})


def test_a_comment_says_something_also_after_closing() -> None:
    assert refusal(OPEN, Do.COMMENT, note=" ").why is Why.NOTE_NEEDED
    _, (event,) = act(STATES[Handling.CLOSED], Do.COMMENT)
    assert (event.kind, event.data) == (Kind.COMMENTED, {"note": "seen"})


def test_somebody_may_know_better_later() -> None:
    closed = STATES[Handling.CLOSED]
    after, (event,) = act(closed, Do.CLOSE)
    assert (after.verdict, after.closed_at) == (Verdict.FALSE, NOW)
    assert (event.kind, event.data["before"]) == (Kind.VERDICT_CHANGED, "true")
    assert refusal(closed, Do.CLOSE, verdict=Verdict.TRUE, note="").why is Why.SAME_VERDICT


def test_the_first_message_stays_the_first() -> None:
    waiting = replace(OPEN, notify_at=NOW + 2 * HOUR, notify_reason="first")
    louder, _ = act(waiting, Do.JOINED, severity="critical")
    assert (louder.notify_at, louder.notify_reason) == (NOW + HOUR, "first")


def test_topics_and_labels_make_the_key() -> None:
    by_market = Grouping.of("r", {"topic": "late", "group": {"by": ["market"]}})
    one = {"market": "PL", "carrier": "DHL"}
    assert group_key(by_market, one) == group_key(by_market, {"market": "PL", "carrier": "UPS"})
    assert group_key(by_market, one) != group_key(by_market, {"market": "DE"})
    other = Grouping.of("q", {"topic": "late", "group": {"by": ["market"]}})
    assert group_key(by_market, one) == group_key(other, one)
    alone = Grouping.of("r", {})
    assert (alone.topic, alone.labels(one)) == ("r", one)
    # Lengths, not separators: what is label and what is value cannot be mixed up.
    assert group_key(alone, {"a": "b", "c": "d"}) != group_key(alone, {"a": "bc", "": "d"})


ACTIONS = st.builds(
    Action,
    st.sampled_from(Do),
    st.sampled_from(["Anna", "Bo"]),
    severity=st.sampled_from(["info", "warning", "critical"]),
    assignee=st.sampled_from(["", "Bo"]),
    until=st.sampled_from([None, NOW + 2 * DAY, NOW + 50 * DAY]),
    verdict=st.sampled_from([None, *Verdict]),
    note=st.sampled_from(["", "because"]),
)


@given(st.lists(st.tuples(ACTIONS, st.integers(0, 30)), max_size=30))
def test_whatever_is_done_the_incident_stays_consistent(steps: list[tuple[Action, int]]) -> None:
    now, (incident, told) = NOW, begin(POLICY, "warning", NOW)
    events = list(told)
    for action, hours in steps:
        now += hours * HOUR
        signal = action.do in SIGNAL
        taken = replace(action, actor="worker") if signal else action
        try:
            after, more = step(POLICY, incident, taken, now)
        except Refused:
            assert not signal or not rejoins(POLICY, incident, now)
            continue
        lowered = RANK[after.severity] < RANK[incident.severity]
        assert not lowered or (taken.do is Do.LOWER_SEVERITY and taken.by_person)
        assert after.reopened >= incident.reopened
        if after != incident and after.touched_at == incident.touched_at:
            assert more
        incident = after
        events += more
        assert (incident.handling is Handling.CLOSED) == (incident.closed_at is not None)
        assert (incident.handling is Handling.CLOSED) == (incident.verdict is not None)
        if incident.handling is Handling.ACKNOWLEDGED:
            assert incident.acknowledged_by
        assert (incident.notify_at is None) == (incident.notify_reason is None)
        if incident.handling is Handling.AWAITING_VERDICT:
            assert not incident.firing
        if incident.handling in {Handling.OPEN, Handling.ACKNOWLEDGED}:
            assert incident.firing
        if incident.handling is Handling.CLOSED:
            assert incident.notify_at is None
    closings = [e.kind for e in events if e.kind in {Kind.CLOSED, Kind.REOPENED}]
    assert closings[::2] == [Kind.CLOSED] * len(closings[::2])
    assert closings[1::2] == [Kind.REOPENED] * len(closings[1::2])
