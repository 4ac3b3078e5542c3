"""Who is told what and when: stories, and what holds in every story."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.muting import Mute, MuteKind
from alerts.notify.config import Config
from alerts.notify.plan import RECHECK, Plan, plan
from alerts.notify.subject import Subject
from tests.alerts.notify.examples import HOUR, MINUTE, NOW, config, member, subject

ROTA = """
  duty: {zone: UTC, layers: [{name: all, people: [Mei, Ana]}]}
"""


def nobody(_rota: str, _at: datetime) -> str | None:
    return None


def planned(
    given_: Subject, at: datetime = NOW, *, mute: Mute | None = None, of: Config | None = None
) -> Plan:
    return plan(of or config(), given_, mute, nobody, at)


def applied(before: Subject, made: Plan, **changed: Any) -> Subject:
    """The incident after a plan was written down, and after something else happened."""
    values: dict[str, Any] = {
        "told": made.told,
        "notify_at": made.notify_at,
        "notify_reason": made.notify_reason if made.notify_at else None,
        "notices": before.notices + bool(made.notices),
    }
    return replace(before, **{**values, **changed})


def reasons(made: Plan) -> dict[str, str]:
    return {notice.to.recipient: notice.reason for notice in made.notices}


BOTH_FIRST = {"Mei": "first", "Ana": "first"}


def told_first() -> tuple[Subject, datetime]:
    """An incident that Mei and Ana were told of five minutes after it began."""
    at = NOW + 5 * MINUTE
    made = planned(subject(), at)
    assert reasons(made) == BOTH_FIRST
    return applied(subject(), made), at


def test_the_first_message_waits_for_what_belongs_to_it() -> None:
    made = planned(subject())
    assert made.notices == ()
    assert (made.notify_at, made.notify_reason) == (NOW + 5 * MINUTE, "first")


def test_then_it_goes_out_and_the_reminder_is_announced() -> None:
    after, at = told_first()
    assert after.notify_at == at + 4 * HOUR
    assert after.notify_reason == "repeat"
    made = planned(subject(), at)
    assert {n.next_at for n in made.notices} == {at + 4 * HOUR}
    assert made.notices[0].path == ("everything", "poland")
    assert made.notices[0].because == ("market=PL",)
    (event,) = made.events
    assert event.kind == "notified"
    assert event.data["config"] == config().sha256


def test_planning_twice_at_one_moment_sends_once() -> None:
    after, at = told_first()
    assert planned(after, at).notices == ()


def test_without_group_wait_the_incident_says_when() -> None:
    made = planned(subject(labels={"market": "DE"}, notify_at=NOW + 2 * MINUTE))
    assert (made.notices, made.notify_at) == ((), NOW + 2 * MINUTE)
    made = planned(subject(labels={"market": "DE"}, notify_at=NOW))
    assert reasons(made) == {"#hook": "first"}


def test_a_new_alert_waits_for_the_interval_and_then_is_told() -> None:
    before, at = told_first()
    grown = replace(before, members=(member(), member("g:1")))
    made = planned(grown, at + MINUTE)
    assert (made.notices, made.notify_at, made.notify_reason) == ((), at + 10 * MINUTE, "more")
    assert set(reasons(planned(grown, at + 10 * MINUTE)).values()) == {"more"}


def test_a_higher_severity_waits_for_nothing() -> None:
    at = NOW + 5 * MINUTE
    low = subject(severity="warning")
    before = applied(low, planned(low, at))
    made = planned(replace(before, severity="critical"), at + timedelta(seconds=1))
    assert set(reasons(made).values()) == {"escalated"}


def test_a_lower_severity_is_no_news() -> None:
    before, at = told_first()
    assert planned(replace(before, severity="info"), at + HOUR).notices == ()


def test_the_end_is_told_once_to_who_was_told_the_beginning() -> None:
    before, at = told_first()
    over = replace(
        before,
        firing=False,
        handling="awaiting_verdict",
        resolved_at=at + HOUR,
        members=(member(open=False),),
    )
    made = planned(over, at + HOUR)
    assert set(reasons(made).values()) == {"resolved"}
    assert (made.notify_at, made.notify_reason) == (None, "over")
    assert planned(applied(over, made), at + 9 * HOUR).notices == ()


def test_who_was_told_before_the_handover_is_told_the_end() -> None:
    def on(name: str) -> Any:
        return lambda _rota, _at: name

    both = config(
        rotas=ROTA,
        route="\n  name: all\n  receivers: [{rota: duty}]\n  group_wait: 0m",
    )
    made = plan(both, subject(), None, on("Mei"), NOW)
    assert reasons(made) == {"Mei": "first"}
    over = applied(subject(), made, firing=False, members=(member(open=False),))
    assert reasons(plan(both, over, None, on("Ana"), NOW + HOUR)) == {"Mei": "resolved"}


def test_over_before_anybody_was_told_is_told_nobody() -> None:
    made = planned(subject(firing=False, members=(member(open=False),)), NOW + HOUR)
    assert (made.notices, made.notify_at) == ((), None)
    assert [(e.kind, e.reason) for e in made.events] == [("notice_dropped", "over_before_told")]


def test_opened_again_is_told_at_once() -> None:
    before, at = told_first()
    made = planned(replace(before, reopened=1), at + MINUTE)
    assert set(reasons(made).values()) == {"reopened"}


def test_the_reminder_comes_and_the_next_one_too() -> None:
    now_, at = told_first()
    for n in range(1, 4):
        made = planned(now_, at + n * 4 * HOUR)
        assert set(reasons(made).values()) == {"repeat"}
        assert made.notify_at == at + (n + 1) * 4 * HOUR
        assert made.notices[0].step == n + 1
        now_ = applied(now_, made)


def test_nobody_is_reminded_of_what_somebody_has_taken() -> None:
    before, at = told_first()
    made = planned(replace(before, handling="acknowledged"), at + 5 * HOUR)
    assert (made.notices, made.notify_at, made.notify_reason) == ((), None, "acknowledged")


def test_an_acknowledgement_that_ran_out_reminds_at_once() -> None:
    before, at = told_first()
    asked = replace(before, notify_at=at + HOUR, notify_reason="repeat")
    assert set(reasons(planned(asked, at + HOUR)).values()) == {"repeat"}


def test_of_a_closed_incident_nobody_hears() -> None:
    before, at = told_first()
    made = planned(replace(before, handling="closed", reopened=1), at + 9 * HOUR)
    assert (made.notices, made.notify_at, made.notify_reason) == ((), None, "closed")


def test_a_mute_stops_the_message_and_says_until_when() -> None:
    until = NOW + 3 * HOUR
    mute = Mute(MuteKind.SILENCE, "12", until)
    made = planned(subject(), NOW + 5 * MINUTE, mute=mute)
    assert made.notices == ()
    assert made.muted
    assert (made.notify_at, made.notify_reason) == (until, "first")
    assert [(e.kind, e.reason) for e in made.events] == [("notice_muted", "silence")]
    assert reasons(planned(applied(subject(), made), until)) == BOTH_FIRST


def test_what_depends_on_another_incident_is_looked_at_again() -> None:
    at = NOW + 5 * MINUTE
    made = planned(subject(), at, mute=Mute(MuteKind.INHIBITED, "source"))
    assert made.notify_at == at + RECHECK


def test_a_mute_while_nothing_is_due_changes_nothing() -> None:
    before, at = told_first()
    mute = Mute(MuteKind.CALENDAR, "night", at + HOUR)
    assert planned(before, at + MINUTE, mute=mute) == planned(before, at + MINUTE)


def test_nobody_on_call_is_told_to_whom_the_first_route_names() -> None:
    gap = config(
        rotas=ROTA,
        route=(
            "\n  name: all\n  receivers: [{channel: hook}]\n  group_wait: 0m\n"
            "  routes: [{name: duty, match: [market=PL], receivers: [{rota: duty}]}]"
        ),
    )
    made = planned(subject(), of=gap)
    assert reasons(made) == {"#hook": "first"}
    assert made.events[0].kind == "rota_gap"


def test_an_escalation_begins_with_the_first_message_and_not_while_muted() -> None:
    steps = "\n  up: {steps: [{after: 0m, tell: [{person: Mei}]}]}"
    route = "\n  name: all\n  receivers: [{escalation: up}]\n  group_wait: 5m"
    up = config(escalations=steps, route=route)
    early = planned(subject(), of=up)
    assert early.escalations == ()
    assert (early.notify_at, early.notify_reason) == (NOW + 5 * MINUTE, "first")
    at = NOW + 5 * MINUTE
    assert planned(subject(), at, of=up).escalations == ("up",)
    mute = Mute(MuteKind.SNOOZED, until=at + HOUR)
    muted = planned(subject(), at, of=up, mute=mute)
    assert (muted.escalations, muted.notify_at) == ((), at + HOUR)
    taken = subject(handling="acknowledged")
    assert planned(taken, at, of=up).escalations == ()


STEPS = st.lists(
    st.tuples(
        st.integers(0, 600),
        st.sampled_from(["wait", "grow", "worse", "over", "again", "ack", "unack", "reopen"]),
        st.booleans(),
    ),
    max_size=12,
)


def changed(given_: Subject, what: str, at: datetime) -> Subject:  # noqa: PLR0911
    """The incident after something happened to it, as the handling machine would leave it."""
    match what:
        case "grow":
            return replace(
                given_,
                members=(*given_.members, member(f"m{len(given_.members)}:1")),
                notify_at=at,
                notify_reason="more",
            )
        case "worse":
            return replace(given_, severity="critical", notify_at=at, notify_reason="escalated")
        case "over":
            ended = tuple(replace(m, open=False) for m in given_.members)
            return replace(
                given_,
                firing=False,
                members=ended,
                resolved_at=at,
                handling="awaiting_verdict",
                notify_at=at,
                notify_reason="resolved",
            )
        case "again":
            return replace(given_, firing=True, handling="open", notify_at=at, notify_reason="more")
        case "ack":
            return replace(given_, handling="acknowledged", notify_at=None, notify_reason=None)
        case "unack":
            return replace(given_, handling="open", notify_at=at, notify_reason="repeat")
        case "reopen":
            return replace(
                given_,
                reopened=given_.reopened + 1,
                firing=True,
                handling="open",
                notify_at=at,
                notify_reason="reopened",
            )
    return given_


@given(STEPS)
def test_in_every_story_the_next_message_is_the_one_announced(
    steps: list[tuple[int, str, bool]],
) -> None:
    """If nothing happens in between, a plan at `notify_at` sends, and one before it does not."""
    setting = config()
    now_, at = subject(severity="warning"), NOW
    for minutes, what, silenced in steps:
        at += minutes * MINUTE
        now_ = changed(now_, what, at)
        mute = Mute(MuteKind.SILENCE, "1", at + 30 * MINUTE) if silenced else None
        made = plan(setting, now_, mute, nobody, at)
        assert made == plan(setting, now_, mute, nobody, at), "the same every time"
        if mute is not None and made.muted:
            assert made.notices == ()
        now_ = applied(now_, made)
        again = plan(setting, now_, mute, nobody, at)
        assert again.notices == (), "told once"
        if now_.notify_at is None:
            assert plan(setting, now_, None, nobody, at + 400 * HOUR).notices == ()
            continue
        assert now_.notify_at > at
        before = now_.notify_at - timedelta(seconds=1)
        assert plan(setting, now_, None, nobody, before).notices == () or made.muted
        following = plan(setting, now_, None, nobody, now_.notify_at)
        assert following.notices or made.muted
        if following.notices:
            assert now_.notify_reason in {n.reason for n in following.notices} or made.muted


@given(STEPS)
def test_everyone_who_heard_of_the_beginning_hears_of_the_end(
    steps: list[tuple[int, str, bool]],
) -> None:
    setting = config()
    now_, at = subject(severity="warning"), NOW
    for minutes, what, _ in [*steps, (5, "over", False), (60, "wait", False)]:
        at += minutes * MINUTE
        now_ = changed(now_, what, at)
        now_ = applied(now_, plan(setting, now_, None, nobody, at))
    assert not any(told.firing for told in now_.told.values())


@pytest.mark.parametrize("severity", ["info", "warning", "critical"])
def test_without_a_file_everything_goes_to_the_log(severity: str) -> None:
    from alerts.notify.config import default

    made = plan(default(), subject(severity=severity), None, nobody, NOW)
    assert reasons(made) == {"#log": "first"}
