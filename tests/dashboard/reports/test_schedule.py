"""When reports are due: in every zone, over every change of clocks, each period once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.oncall.format import WEEKDAYS
from dashboard.reports import schedule as plan
from dashboard.reports.periods import Period, of_day
from dashboard.reports.schedule import Decision, Slot
from dashboard.reports.schedule_file import Schedule

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Shanghai",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Africa/Casablanca",
)
DAYS = st.one_of(
    st.fixed_dictionaries({"weekday": st.sampled_from(WEEKDAYS)}),
    st.fixed_dictionaries({"day_of_month": st.integers(1, 28)}),
    st.fixed_dictionaries({"day_of_quarter": st.integers(1, 90)}),
)


def schedule(**given_: Any) -> Schedule:
    """A schedule; Monday morning in Berlin unless told otherwise."""
    values = {"template": "weekly", "at": "07:30", "zone": "Europe/Berlin", **given_}
    if not {"weekday", "day_of_month", "day_of_quarter"} & set(values):
        values["weekday"] = "mon"
    return Schedule.model_validate(values)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    at = draw(st.times().map(lambda t: f"{t.hour:02d}:{t.minute:02d}"))
    return schedule(**draw(DAYS), at=at, zone=draw(st.sampled_from(ZONES)))


MOMENTS = st.integers(0, 30 * 365 * 24 * 60).map(
    lambda minutes: datetime(2005, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def settled(one: Decision, *, state: Any = "sent") -> Slot:
    """The slot of a decision that was carried out."""
    reason = {} if one.send else {"code": plan.ARCHIVED}
    return Slot(one.period, one.due_at, state if one.send else "issued", reason=reason)


@given(schedules(), st.sampled_from(ZONES), MOMENTS, st.data())
def test_every_period_once_never_early_none_lost(
    one: Schedule, zone: str, start: datetime, data: st.DataObject
) -> None:
    """A worker that looks at random moments, and is away for weeks."""
    slots: dict[str, Slot] = {}
    sent: list[str] = []
    now = start
    for step in data.draw(st.lists(st.integers(1, 60 * 24 * 45), min_size=1, max_size=6)):
        decisions = plan.due(one, now, slots, zone=zone)
        assert [d.send for d in decisions].count(True) <= 1
        for decision in decisions:
            assert decision.due_at <= now
            assert decision.period.ends_at(zone) <= now
            assert decision.period.name not in slots
            slots[decision.period.name] = settled(decision)
            sent += [decision.period.name] if decision.send else []
        # What is settled is not asked for again.
        assert plan.due(one, now, slots, zone=zone) == ()
        now += timedelta(minutes=step)
    plan_now = plan.due(one, now, slots, zone=zone)
    for decision in plan_now:
        slots[decision.period.name] = settled(decision)
    held = sorted((slot.period for slot in slots.values()), key=lambda period: period.first)
    assert len(sent) == len(set(sent))
    for before, after in pairwise(held):
        assert before.after() == after
    assert plan.due_at(one, held[-1], zone) <= now < plan.due_at(one, held[-1].after(), zone)


@given(schedules(), st.sampled_from(ZONES), st.dates(date(2005, 1, 1), date(2035, 1, 1)))
def test_due_times_grow_with_their_periods(one: Schedule, zone: str, day: date) -> None:
    period = of_day(one.grain, day)
    times = []
    for _ in range(8):
        times.append(plan.due_at(one, period, zone))
        period = period.after()
    assert times == sorted(set(times))


@given(schedules(), st.sampled_from(ZONES), MOMENTS)
def test_next_is_the_first_after_now(one: Schedule, zone: str, now: datetime) -> None:
    period, at = plan.next_due(one, now, zone)
    assert at > now
    assert plan.due_at(one, period.before(), zone) <= now


def week(name: str) -> Period:
    return plan.slot_period(name)


def local(text: str, zone: str = "Europe/Berlin") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def test_a_monday_morning_is_local_all_year() -> None:
    one = schedule()
    assert plan.due_at(one, week("2026-W02"), "UTC") == local("2026-01-12 07:30")
    assert plan.due_at(one, week("2026-W30"), "UTC") == local("2026-07-27 07:30")


def test_a_time_in_a_gap_runs_at_the_first_valid_instant_after() -> None:
    # Clocks in Berlin jump from 02:00 to 03:00 on Sunday 29 March 2026.
    one = schedule(weekday="sun", at="02:30")
    assert plan.due_at(one, week("2026-W12"), "UTC") == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_time_in_a_fold_runs_on_its_first_occurrence() -> None:
    # 02:30 comes twice on Sunday 25 October 2026, first at 00:30 UTC.
    one = schedule(weekday="sun", at="02:30")
    assert plan.due_at(one, week("2026-W42"), "UTC") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_never_before_the_period_is_over_in_the_reporting_zone() -> None:
    # Monday 07:30 in Shanghai is Sunday 18:30 in New York: the week is not over there.
    one = schedule(zone="Asia/Shanghai")
    assert plan.due_at(one, week("2026-W46"), "America/New_York") == datetime(
        2026, 11, 16, 5, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("day", "period", "expected"),
    [
        ({"weekday": "wed"}, "2026-W46", "2026-11-18 07:30"),
        ({"day_of_month": 1}, "2026-10", "2026-11-01 07:30"),
        ({"day_of_month": 28}, "2026-01", "2026-02-28 07:30"),
        ({"day_of_quarter": 1}, "2026-Q3", "2026-10-01 07:30"),
        ({"day_of_quarter": 90}, "2025-Q4", "2026-03-31 07:30"),
    ],
)
def test_days_are_counted_from_the_end_of_the_period(
    day: dict[str, Any], period: str, expected: str
) -> None:
    assert plan.due_at(schedule(**day), plan.slot_period(period), "UTC") == local(expected)


NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)


def test_a_new_schedule_begins_with_the_newest_period() -> None:
    (only,) = plan.due(schedule(), NOW, {})
    assert (only.period.name, only.send, only.newer) == ("2026-W46", True, None)


def test_a_file_may_say_where_to_begin() -> None:
    found = plan.due(schedule(first="2026-W44"), NOW, {})
    assert [(one.period.name, one.send) for one in found] == [
        ("2026-W46", True),
        ("2026-W45", False),
        ("2026-W44", False),
    ]
    assert found[1].newer == "2026-W46"


def test_after_three_weeks_away_the_missed_ones_go_into_the_archive() -> None:
    sent = Slot(week("2026-W43"), NOW, "sent")
    found = plan.due(schedule(), NOW, {"2026-W43": sent})
    assert [(one.period.name, one.send) for one in found] == [
        ("2026-W46", True),
        ("2026-W45", False),
        ("2026-W44", False),
    ]


def test_what_waits_is_left_alone_until_its_time() -> None:
    later = Slot(week("2026-W46"), NOW, "late", next_at=NOW + timedelta(minutes=1))
    assert plan.due(schedule(), NOW, {"2026-W46": later}) == ()
    (one,) = plan.due(schedule(), NOW + timedelta(minutes=1), {"2026-W46": later})
    assert one.slot == later


def test_what_was_made_and_not_sent_is_taken_up_again() -> None:
    made = Slot(week("2026-W46"), NOW, "issued", report_id=4)
    (one,) = plan.due(schedule(), NOW, {"2026-W46": made})
    assert one.slot == made


def test_slots_of_another_grain_are_passed_over() -> None:
    month = Slot(plan.slot_period("2020-01"), NOW, "sent")
    (one,) = plan.due(schedule(), NOW, {"2020-01": month})
    assert one.period.name == "2026-W46"


@pytest.mark.parametrize(
    ("late", "hours", "expected"),
    [
        ({"policy": "wait", "up_to": "6h"}, 5, "wait"),
        ({"policy": "wait", "up_to": "6h"}, 6, "send"),
        ({"policy": "wait", "up_to": "6h", "then": "skip"}, 6, "skip"),
        ({"policy": "send_incomplete"}, 0, "send"),
    ],
)
def test_a_late_feed_is_waited_for_by_policy(
    late: dict[str, str], hours: int, expected: str
) -> None:
    one = schedule(late_feed=late)
    assert plan.on_late(one, NOW, NOW + timedelta(hours=hours)) == expected


def test_failures_wait_ever_longer_but_not_for_ever() -> None:
    waits = [plan.retry_after(n) for n in range(1, 20)]
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=6)


def test_a_time_of_day_is_read_as_written() -> None:
    assert schedule(at="00:00").at == time(0)
