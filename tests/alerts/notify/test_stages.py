"""The stages before sending: nothing is lost, nothing overtakes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.notify.stages.bundled import bundled
from alerts.notify.stages.outdated import outdated
from alerts.notify.stages.superseded import superseded
from alerts.notify.stages.throttled import HOUR, Budget, Sent, throttled
from alerts.notify.stages.waiting import Waiting
from tests.alerts.notify.examples import MINUTE, NOW


def waiting(number: int, **given: Any) -> Waiting:
    values: dict[str, Any] = {
        "group_id": number,
        "kind": "incident",
        "reason": "first",
        "severity": "warning",
        "channel": "mail",
        "recipient": "Mei",
        "not_before": NOW,
    }
    return Waiting(number, **{**values, **given})


MESSAGES = st.lists(
    st.builds(
        lambda group, kind, severity, channel, recipient, attempts: {
            "group_id": group,
            "kind": kind,
            "severity": severity,
            "channel": channel,
            "recipient": recipient,
            "attempts": attempts,
        },
        st.integers(1, 4),
        st.sampled_from(["incident", "page", "dead_letter", "bundle"]),
        st.sampled_from(["info", "warning", "critical"]),
        st.sampled_from(["mail", "room"]),
        st.sampled_from(["Mei", "Ana"]),
        st.integers(0, 1),
    ),
    max_size=25,
).map(lambda rows: [waiting(n, **row) for n, row in enumerate(rows, start=1)])
BUDGETS = st.lists(
    st.builds(
        Budget,
        st.integers(1, 4),
        st.sampled_from(["channel", "recipient"]),
        st.sampled_from([None, "mail"]),
        st.sampled_from([(), ("critical",)]),
    ),
    max_size=3,
)
SENT = st.lists(
    st.builds(
        lambda channel, recipient, minutes: Sent(channel, recipient, NOW - minutes * MINUTE),
        st.sampled_from(["mail", "room"]),
        st.sampled_from(["Mei", "Ana"]),
        st.integers(0, 90),
    ),
    max_size=12,
)


def ordered(found: list[Waiting], given_: list[Waiting]) -> bool:
    return [w.id for w in found] == [w.id for w in given_ if w in found]


def test_a_closed_incident_is_told_only_that_it_is_over() -> None:
    messages = [waiting(1), waiting(2, group_id=1, reason="resolved"), waiting(3, group_id=9)]
    kept, dropped = outdated(messages, {1})
    assert [w.id for w in kept] == [2, 3]
    assert [(d.waiting.id, d.because) for d in dropped] == [(1, "incident_closed")]


def test_a_dead_letter_is_told_though_its_incident_is_closed() -> None:
    kept, dropped = outdated([waiting(1, kind="dead_letter")], {1})
    assert len(kept) == 1
    assert dropped == []


def test_the_newest_state_of_an_incident_is_sent() -> None:
    messages = [waiting(1, group_id=7), waiting(2, group_id=7, reason="more"), waiting(3)]
    kept, dropped = superseded(messages)
    assert [w.id for w in kept] == [2, 3]
    assert [(d.waiting.id, d.because) for d in dropped] == [(1, "superseded_by:2")]


@given(MESSAGES)
def test_superseding_keeps_one_of_each_recipient_and_incident(messages: list[Waiting]) -> None:
    kept, dropped = superseded(messages)
    assert sorted(w.id for w in [*kept, *(d.waiting for d in dropped)]) == [w.id for w in messages]
    assert ordered(kept, messages)
    told = [(w.line, w.group_id) for w in kept if w.kind in ("incident", "page")]
    assert len(told) == len(set(told))
    newest = {w.id for w in kept}
    for one in dropped:
        assert int(one.because.removeprefix("superseded_by:")) in newest


def test_three_are_single_and_four_are_a_bundle() -> None:
    three = [waiting(n) for n in range(1, 4)]
    assert bundled(three, at_least=4) == (three, [])
    four = [*three, waiting(4)]
    assert bundled(four, at_least=4) == ([], [tuple(four)])


@given(MESSAGES, st.integers(2, 5))
def test_bundling_keeps_all_once(messages: list[Waiting], at_least: int) -> None:
    singles, bundles = bundled(messages, at_least=at_least)
    inside = [w.id for bundle in bundles for w in bundle]
    assert sorted([*(w.id for w in singles), *inside]) == [w.id for w in messages]
    assert ordered(singles, messages)
    for bundle in bundles:
        assert len(bundle) >= at_least
        assert len({w.line for w in bundle}) == 1
        assert all(w.attempts == 0 for w in bundle), "what was tried keeps its own key"
        assert ordered(list(bundle), messages)


def test_the_third_of_an_hour_waits_until_the_first_is_an_hour_old() -> None:
    sent = [Sent("mail", "Mei", NOW - 50 * MINUTE), Sent("mail", "Mei", NOW - 10 * MINUTE)]
    passing, delayed = throttled([waiting(1)], [Budget(2, "recipient")], sent, NOW)
    assert passing == []
    assert delayed[0].until == NOW + 10 * MINUTE


def test_each_recipient_has_a_budget_of_their_own() -> None:
    sent = [Sent("mail", "Mei", NOW - MINUTE)]
    passing, delayed = throttled(
        [waiting(1), waiting(2, recipient="Ana")], [Budget(1, "recipient")], sent, NOW
    )
    assert [w.id for w in passing] == [2]
    assert [d.waiting.id for d in delayed] == [1]


def test_what_is_spared_never_waits() -> None:
    sent = [Sent("mail", "Mei", NOW)] * 5
    message = waiting(1, severity="critical")
    budget = Budget(1, "recipient", spare=("critical",))
    assert throttled([message], [budget], sent, NOW) == ([message], [])


@given(MESSAGES, BUDGETS, SENT)
def test_throttling_loses_and_reorders_nothing(
    messages: list[Waiting], budgets: list[Budget], sent: list[Sent]
) -> None:
    passing, delayed = throttled(messages, budgets, sent, NOW)
    late = [d.waiting for d in delayed]
    assert sorted(w.id for w in [*passing, *late]) == [w.id for w in messages]
    assert ordered(passing, messages)
    assert ordered(late, messages)
    assert all(d.until > NOW for d in delayed)
    for d in delayed:  # nothing of the same line overtakes, unless every budget spares it
        for w in passing:
            if w.line == d.waiting.line and w.id > d.waiting.id:
                assert all(w.severity in b.spare for b in budgets)


@given(MESSAGES, BUDGETS, SENT)
def test_no_budget_is_exceeded(
    messages: list[Waiting], budgets: list[Budget], sent: list[Sent]
) -> None:
    passing, _ = throttled(messages, budgets, sent, NOW)
    for budget in budgets:
        counted: dict[tuple[str, ...], int] = {}
        for one in sent:
            probe = waiting(0, channel=one.channel, recipient=one.recipient)
            account = budget.account(probe)
            if account is not None and NOW - HOUR < one.at <= NOW:
                counted[account] = counted.get(account, 0) + 1
        for w in passing:
            account = budget.account(w)
            if account is None:
                continue
            if w.severity not in budget.spare:
                assert counted.get(account, 0) < budget.limit
            counted[account] = counted.get(account, 0) + 1


@given(MESSAGES, BUDGETS, SENT)
def test_what_waits_goes_out_in_the_end(
    messages: list[Waiting], budgets: list[Budget], sent: list[Sent]
) -> None:
    now, history, left, rounds = NOW, list(sent), messages, 0
    while left:
        passing, delayed = throttled(left, budgets, history, now)
        history += [Sent(w.channel, w.recipient, now) for w in passing]
        left = [d.waiting for d in delayed]
        now = min((d.until for d in delayed), default=now)
        rounds += 1
        assert rounds <= 2 * len(messages) + 2
    assert now - NOW <= timedelta(hours=len(messages) + 1)


@pytest.mark.parametrize("severity", ["info", "warning", "critical"])
def test_without_budgets_nothing_waits(severity: str) -> None:
    message = waiting(1, severity=severity)
    assert throttled([message], [], [], NOW) == ([message], [])
