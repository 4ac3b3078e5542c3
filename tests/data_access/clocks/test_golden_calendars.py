"""Business hours worked out by hand: zones, shifts, days off, versions, moves.

Wall times are written as on the clocks of the place; `Z` stands for UTC.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.data_access.clocks.stories import (
    DAY,
    EVERY_DAY,
    HOUR,
    NIGHT,
    OFFICE,
    Story,
    business,
    case,
    happened,
    local,
    policy,
    weekly,
)
from tests.data_access.tables import Rows, at

NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
LORD_HOWE, SAO_PAULO = "Australia/Lord_Howe", "America/Sao_Paulo"
EARLY_SUNDAY = {"days": (7,)}


def answered(asked: Any, replied: Any, calendars: Rows, **more: Any) -> Story:
    """A question and its answer under a promise of 8 business hours."""
    return Story(
        case(asked),
        happened((asked, "customer_msg"), (replied, "agent_msg")),
        calendars=calendars,
        policies=[business("first_response", 8 * HOUR)],
        **more,
    )


@pytest.mark.parametrize(
    ("zone", "start", "end", "worked"),
    [
        # New York, 8 March 2026: 02:00 becomes 03:00. 00:00 is 05:00 Z, 06:00 is 10:00 Z:
        # 6 hours on the wall, 5 worked: 5 * 3600 = 18000.
        (NEW_YORK, "2026-03-08 00:00", "2026-03-08 06:00", 18_000),
        # 1 November 2026: at 02:00 they go back to 01:00. 04:00 Z to 11:00 Z: 7 * 3600 = 25200.
        (NEW_YORK, "2026-11-01 00:00", "2026-11-01 06:00", 25_200),
        # Berlin, 29 March 2026: 02:00 becomes 03:00. 23:00 Z to 04:00 Z: 5 * 3600 = 18000.
        (BERLIN, "2026-03-29 00:00", "2026-03-29 06:00", 18_000),
        # 25 October 2026: 03:00 becomes 02:00. 22:00 Z to 05:00 Z: 7 * 3600 = 25200.
        (BERLIN, "2026-10-25 00:00", "2026-10-25 06:00", 25_200),
        # Lord Howe, 5 April 2026: 02:00 (+11) becomes 01:30 (+10:30), half an hour.
        # 13:00 Z to 19:30 Z the day before: 6.5 * 3600 = 23400.
        (LORD_HOWE, "2026-04-05 00:00", "2026-04-05 06:00", 23_400),
        # 4 October 2026: 02:00 (+10:30) becomes 02:30 (+11). 13:30 Z to 19:00 Z: 19800.
        (LORD_HOWE, "2026-10-04 00:00", "2026-10-04 06:00", 19_800),
        # São Paulo knows no summer time since 2019: the Sunday on which it used to begin has
        # 6 * 3600 = 21600 like any other.
        (SAO_PAULO, "2026-11-01 00:00", "2026-11-01 06:00", 21_600),
        # 17 February 2019 began at 00:00 (-3), an hour after 23:00 (-2) came twice: 03:00 Z to
        # 09:00 Z: 21600.
        (SAO_PAULO, "2019-02-17 00:00", "2019-02-17 06:00", 21_600),
    ],
)
def test_the_night_on_which_clocks_change(zone: str, start: str, end: str, worked: int) -> None:
    open_early = weekly("c", zone, (0, 360), days=(7,))
    found = answered(local(zone, start), local(zone, end), open_early).clock("first_response")
    assert found["elapsed_s"] == worked
    assert found["calendar_s"] == worked


@pytest.mark.parametrize(
    ("zone", "friday", "monday", "wall"),
    [
        # Friday 16:00 to Monday 10:00 is 66 hours on the wall. In March the weekend loses an hour
        # (65 h = 234000 s), in autumn it gains one (67 h = 241200 s). Worked: 16-17 and 9-10.
        (NEW_YORK, "2026-03-06 16:00", "2026-03-09 10:00", 234_000),
        (NEW_YORK, "2026-10-30 16:00", "2026-11-02 10:00", 241_200),
        (BERLIN, "2026-03-27 16:00", "2026-03-30 10:00", 234_000),
        (BERLIN, "2026-10-23 16:00", "2026-10-26 10:00", 241_200),
        # Lord Howe moves by 30 minutes: 66.5 h = 239400 s and 65.5 h = 235800 s.
        (LORD_HOWE, "2026-04-03 16:00", "2026-04-06 10:00", 239_400),
        (LORD_HOWE, "2026-10-02 16:00", "2026-10-05 10:00", 235_800),
        # São Paulo in 2026: 66 h = 237600 s; in February 2019 summer time ended: 67 h.
        (SAO_PAULO, "2026-02-20 16:00", "2026-02-23 10:00", 237_600),
        (SAO_PAULO, "2019-02-15 16:00", "2019-02-18 10:00", 241_200),
    ],
)
def test_a_weekend_on_which_clocks_change(zone: str, friday: str, monday: str, wall: int) -> None:
    story = answered(local(zone, friday), local(zone, monday), weekly("c", zone, OFFICE))
    found = story.clock("first_response")
    assert found["elapsed_s"] == 1 * HOUR + 1 * HOUR
    assert found["calendar_s"] == wall
    # 8 hours: 1 on Friday, 7 on Monday from 9:00: due Monday 16:00.
    assert found["due_at"] == local(zone, f"{monday[:10]} 16:00")


def test_a_shift_past_midnight() -> None:
    # Night shift 22-06 Monday to Friday. Monday 23:00 to Tuesday 05:30: 6.5 h = 23400 s.
    story = answered(at("2026-03-02 23:00"), at("2026-03-03 05:30"), weekly("c", "UTC", NIGHT))
    assert story.clock("first_response")["elapsed_s"] == 23_400


def test_the_last_night_shift_ends_on_saturday() -> None:
    # Friday 23:00 to Sunday 12:00: open until Saturday 06:00, so 7 h = 25200 s of 37 h.
    story = answered(at("2026-03-06 23:00"), at("2026-03-08 12:00"), weekly("c", "UTC", NIGHT))
    found = story.clock("first_response")
    assert found["elapsed_s"] == 25_200
    assert found["calendar_s"] == 37 * HOUR
    # The 8th hour is the first of Monday's shift: due Monday 23:00.
    assert found["due_at"] == at("2026-03-09 23:00")


def test_three_shifts_are_one_day() -> None:
    # 06-14, 14-22, 22-06 Monday to Friday, without a gap from Monday 06:00 to Saturday 06:00.
    # Friday 20:00 to Monday 07:00: 10 h until Saturday 06:00, 1 h on Monday: 11 h = 39600 s.
    shifts = weekly("c", "UTC", (360, 840), (840, 1320), NIGHT)
    story = answered(at("2026-03-06 20:00"), at("2026-03-09 07:00"), shifts)
    assert story.clock("first_response")["elapsed_s"] == 39_600


def test_a_night_shift_on_which_clocks_change() -> None:
    # Berlin, Saturday 22:00 (21:00 Z) to Sunday 06:00 (04:00 Z): 7 hours in spring = 25200 s.
    nights = weekly("c", BERLIN, NIGHT, days=(6,))
    asked, replied = local(BERLIN, "2026-03-28 21:00"), local(BERLIN, "2026-03-29 07:00")
    found = answered(asked, replied, nights).clock("first_response")
    assert found["elapsed_s"] == 7 * HOUR
    # In autumn, 24 October 22:00 (20:00 Z) to 06:00 (05:00 Z): 9 hours = 32400 s.
    asked, replied = local(BERLIN, "2026-10-24 21:00"), local(BERLIN, "2026-10-25 07:00")
    assert answered(asked, replied, nights).clock("first_response")["elapsed_s"] == 9 * HOUR


def test_two_intervals_a_day_leave_the_lunch_out() -> None:
    # 9-12 and 13-17: asked 11:30, answered 13:30: half an hour either side: 1800 + 1800 = 3600 s.
    lunch = weekly("c", "UTC", (540, 720), (780, 1020))
    story = answered(at("2026-03-02 11:30"), at("2026-03-02 13:30"), lunch)
    assert story.clock("first_response")["elapsed_s"] == 3600
    assert story.why("first_response", at("2026-03-03")) == [
        ("running", 1800), ("out_of_hours", 3600), ("running", 1800),
    ]  # fmt: skip


def test_a_holiday_across_a_weekend() -> None:
    # Germany, Easter 2026: Good Friday 3 April and Easter Monday 6 April.
    # Thursday 16:00 to Tuesday 10:00: 1 h + 1 h = 7200 s of 4 days 18 hours.
    story = answered(
        local(BERLIN, "2026-04-02 16:00"),
        local(BERLIN, "2026-04-07 10:00"),
        weekly("c", BERLIN, OFFICE, country="DE"),
    )
    found = story.clock("first_response")
    assert found["elapsed_s"] == 7200
    assert found["calendar_s"] == 4 * DAY + 18 * HOUR
    # Thursday 17-24 h, Good Friday, the weekend, Easter Monday, Tuesday 0-9 h.
    assert story.why("first_response", at("2026-05-01")) == [
        ("running", HOUR), ("out_of_hours", 7 * HOUR), ("holiday", DAY), ("out_of_hours", 2 * DAY),
        ("holiday", DAY), ("out_of_hours", 9 * HOUR), ("running", HOUR),
    ]  # fmt: skip


@pytest.mark.parametrize(("region", "worked"), [(None, 10 * HOUR), ("BY", 2 * HOUR)])
def test_a_regional_holiday_closes_its_region_only(region: str | None, worked: int) -> None:
    # Epiphany, Tuesday 6 January 2026, is a holiday in Bavaria. Monday 16:00 to Wednesday 10:00:
    # 1 + 8 + 1 = 10 hours elsewhere, 1 + 1 = 2 hours there.
    story = answered(
        local(BERLIN, "2026-01-05 16:00"),
        local(BERLIN, "2026-01-07 10:00"),
        weekly("c", BERLIN, OFFICE, country="DE", region=region),
    )
    assert story.clock("first_response")["elapsed_s"] == worked


def test_a_tentative_holiday_of_two_days_is_named() -> None:
    # Thursday and Friday 19 and 20 March 2026 are off if the moon says so. Wednesday 16:00 to
    # Monday 10:00: 1 h + 1 h = 7200 s.
    story = answered(
        at("2026-03-18 16:00"),
        at("2026-03-23 10:00"),
        weekly("c", "UTC", OFFICE),
        holidays=[
            {
                "calendar_id": "c", "name": "Eid", "tentative": True,
                "starts_on": date(2026, 3, 19), "ends_on": date(2026, 3, 20),
            }
        ],
    )  # fmt: skip
    assert story.clock("first_response")["elapsed_s"] == 7200
    reasons = dict(story.why("first_response", at("2026-05-01")))
    assert "holiday_tentative" in reasons
    assert "holiday" not in reasons


def test_a_holiday_that_is_worked_counts() -> None:
    # Good Friday, 3 April 2026, worked all the same: Thursday 16:00 to Friday 10:00 is 1 + 1 hours.
    story = answered(
        local(BERLIN, "2026-04-02 16:00"),
        local(BERLIN, "2026-04-03 10:00"),
        weekly("c", BERLIN, OFFICE, country="DE"),
        holidays=[
            {
                "calendar_id": "c", "works": True,
                "starts_on": date(2026, 4, 3), "ends_on": date(2026, 4, 3),
            }
        ],
    )  # fmt: skip
    assert story.clock("first_response")["elapsed_s"] == 7200


def test_a_schedule_edited_later_leaves_the_past_alone() -> None:
    # Until 31 March 9-17, from 1 April 8-16. Tuesday 31 March 16:00 to Wednesday 1 April 09:00:
    # 16-17 by the old hours and 8-9 by the new ones: 7200 s. By either alone it would be 3600 s.
    edited = [
        *weekly("c", "UTC", OFFICE, valid_to=date(2026, 3, 31)),
        *weekly("c", "UTC", (480, 960), valid_from=date(2026, 4, 1)),
    ]
    story = answered(at("2026-03-31 16:00"), at("2026-04-01 09:00"), edited)
    assert story.clock("first_response")["elapsed_s"] == 7200


def test_a_ticket_moved_between_schedules() -> None:
    # Asked Monday 10:00 under `day` (9-17); moved at 16:00 to `late` (14-22); answered 20:00.
    # 10-16 on the one and 16-20 on the other: 6 + 4 = 10 h = 36000 s. On `day` alone it would be
    # 7 h, on `late` alone 6 h.
    story = Story(
        case(at("2026-03-02 10:00"), calendar_id="late"),
        happened(
            (at("2026-03-02 10:00"), "customer_msg"),
            (at("2026-03-02 16:00"), "schedule", {"from": "day", "to": "late"}),
            (at("2026-03-02 20:00"), "agent_msg"),
        ),
        calendars=[*weekly("day", "UTC", OFFICE), *weekly("late", "UTC", (840, 1320))],
        policies=[business("first_response", 8 * HOUR, calendar="day")],
    )
    found = story.clock("first_response")
    assert found["elapsed_s"] == 36_000
    # 6 hours by 16:00, the other two by 18:00.
    assert found["due_at"] == at("2026-03-02 18:00")
    assert found["calendar"] == "shop/late"


def test_moved_out_of_hours_of_both_schedules_nothing_counts_twice() -> None:
    # `day` 9-17, `late` 14-22, moved at 18:00 on a Monday: 10-17 on `day` = 7 h, 18-22 on `late`
    # = 4 h; together 11 h = 39600 s.
    story = Story(
        case(at("2026-03-02 10:00"), calendar_id="late"),
        happened(
            (at("2026-03-02 10:00"), "customer_msg"),
            (at("2026-03-02 18:00"), "schedule", {"from": "day", "to": "late"}),
            (at("2026-03-02 23:00"), "agent_msg"),
        ),
        calendars=[*weekly("day", "UTC", OFFICE), *weekly("late", "UTC", (840, 1320))],
        policies=[business("first_response", 8 * HOUR)],
    )
    assert story.clock("first_response")["elapsed_s"] == 39_600


def test_a_reply_out_of_hours_took_no_time() -> None:
    # Saturday 10:00 to 11:00 on a calendar of weekdays: 0 s, not nothing.
    story = answered(at("2026-03-07 10:00"), at("2026-03-07 11:00"), weekly("c", "UTC", OFFICE))
    found = story.clock("first_response")
    assert found["elapsed_s"] == 0
    assert found["calendar_s"] == 3600
    # 8 hours from Monday 9:00.
    assert found["due_at"] == at("2026-03-09 17:00")


def test_the_deadline_is_the_end_of_the_day_not_the_start_of_the_next() -> None:
    # 8 hours from Monday 9:00 are used up on Monday 17:00.
    story = answered(at("2026-03-02 09:00"), at("2026-03-03 08:00"), weekly("c", "UTC", OFFICE))
    found = story.clock("first_response")
    assert found["due_at"] == at("2026-03-02 17:00")
    assert found["elapsed_s"] == 8 * HOUR
    assert found["stopped_at"] > found["due_at"]


def test_the_calendar_of_the_case_wins_over_that_of_the_policy() -> None:
    # Policy: 9-17; the case: every day around the clock. Saturday 10:00 to 11:00: 3600 s.
    story = Story(
        case(at("2026-03-07 10:00"), calendar_id="always"),
        happened((at("2026-03-07 10:00"), "customer_msg"), (at("2026-03-07 11:00"), "agent_msg")),
        calendars=[
            *weekly("c", "UTC", OFFICE),
            *weekly("always", "UTC", (0, 1440), days=EVERY_DAY),
        ],
        policies=[business("first_response", HOUR)],
    )
    assert story.clock("first_response")["elapsed_s"] == 3600


def test_calendar_time_knows_no_closing() -> None:
    # 16 hours over a night are 16 hours, promised 4: due 20:00, missed.
    story = Story(
        case(at("2026-03-02 16:00"), calendar_id="c"),
        happened((at("2026-03-02 16:00"), "customer_msg"), (at("2026-03-03 08:00"), "agent_msg")),
        calendars=weekly("c", "UTC", OFFICE),
        policies=[policy("p", "first_response", 4 * HOUR)],
    )
    found = story.clock("first_response")
    assert found["elapsed_s"] == 16 * HOUR
    assert found["due_at"] == at("2026-03-02 20:00")
    assert found["on_business"] is False
