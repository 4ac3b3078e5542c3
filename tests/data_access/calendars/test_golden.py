"""Cases worked out by hand; the arithmetic stands beside each."""

from __future__ import annotations

from datetime import date

import pytest

from tests.data_access.calendars.weekly import (
    MONDAY_TO_FRIDAY,
    WEEK,
    day_off,
    hours,
    opened,
    reached,
    rows,
    worked,
)

BERLIN = "Europe/Berlin"
NEW_YORK = "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"
SAO_PAULO = "America/Sao_Paulo"
OFFICE = rows(MONDAY_TO_FRIDAY, "9:00", "17:00", tz=BERLIN)


@pytest.mark.parametrize(
    ("tz", "day", "after", "length"),
    [
        # 8 March 2026: 02:00 EST becomes 03:00 EDT; 24 - 1 = 23.
        (NEW_YORK, "2026-03-08", "2026-03-09", 23),
        # 1 November 2026: 02:00 EDT becomes 01:00 EST; 24 + 1 = 25.
        (NEW_YORK, "2026-11-01", "2026-11-02", 25),
        # 29 March 2026: 02:00 CET becomes 03:00 CEST.
        (BERLIN, "2026-03-29", "2026-03-30", 23),
        # 25 October 2026: 03:00 CEST becomes 02:00 CET.
        (BERLIN, "2026-10-25", "2026-10-26", 25),
        # 4 October 2026: 02:00 (UTC+10:30) becomes 02:30 (UTC+11); 24 - 0.5.
        (LORD_HOWE, "2026-10-04", "2026-10-05", 23.5),
        # 5 April 2026: 02:00 (UTC+11) becomes 01:30 (UTC+10:30); 24 + 0.5.
        (LORD_HOWE, "2026-04-05", "2026-04-06", 24.5),
        # Brazil had summer time until 2019, so none in 2026, also not on the old dates.
        (SAO_PAULO, "2026-11-01", "2026-11-02", 24),
        (SAO_PAULO, "2026-02-15", "2026-02-16", 24),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(
    tz: str, day: str, after: str, length: float
) -> None:
    always = hours(rows(WEEK, "0:00", "24:00", tz=tz))
    assert worked(always, f"{day} 00:00", f"{after} 00:00", tz) == length


def test_new_york_nights_around_the_change() -> None:
    night = hours(rows((7,), "1:00", "4:00", tz=NEW_YORK))
    # 8 March: 01:00 EST = 06:00Z, 04:00 EDT = 08:00Z: 2 h.
    assert worked(night, "2026-03-08 00:00", "2026-03-08 12:00", NEW_YORK) == 2
    # 1 November: the first 01:00 (EDT) = 05:00Z, 04:00 EST = 09:00Z: 4 h.
    assert worked(night, "2026-11-01 00:00", "2026-11-01 12:00", NEW_YORK) == 4
    # Any other Sunday: 3 h.
    assert worked(night, "2026-05-03 00:00", "2026-05-03 12:00", NEW_YORK) == 3


def test_an_interval_inside_the_hour_that_is_skipped_does_not_exist() -> None:
    night = hours(rows((7,), "2:15", "2:45", tz=NEW_YORK))
    assert opened(night, "2026-03-08", NEW_YORK) == []
    assert opened(night, "2026-03-15", NEW_YORK) == [("02:15", "02:45")]


def test_an_interval_half_in_the_skipped_hour_keeps_its_other_half() -> None:
    # 02:30 does not exist on 29 March; the gap ends at 03:00 CEST = 01:00Z, 04:00 CEST = 02:00Z.
    night = hours(rows((7,), "2:30", "4:00", tz=BERLIN))
    assert opened(night, "2026-03-29") == [("01:00", "02:00")]


def test_the_hour_that_comes_twice_counts_from_its_first_coming() -> None:
    # 02:15 and 02:45 CEST are 00:15Z and 00:45Z; the second 02:15 (01:15Z) is not meant.
    night = hours(rows((7,), "2:15", "2:45", tz=BERLIN))
    assert opened(night, "2026-10-25") == [("00:15", "00:45")]


def test_berlin_night_shift_over_the_change() -> None:
    # Saturday 22:00 to Sunday 06:00: 8 h by the clock, 7 h in March, 9 h in October.
    night = hours(rows((6,), "22:00", "30:00", tz=BERLIN))
    assert worked(night, "2026-03-28 12:00", "2026-03-29 12:00", BERLIN) == 7
    assert worked(night, "2026-10-24 12:00", "2026-10-25 12:00", BERLIN) == 9
    assert worked(night, "2026-05-02 12:00", "2026-05-03 12:00", BERLIN) == 8


def test_lord_howe_moves_by_half_an_hour() -> None:
    # 01:00-03:00: on 4 October 02:00-02:30 is missing, on 5 April 01:30-02:00 comes twice.
    night = hours(rows((7,), "1:00", "3:00", tz=LORD_HOWE))
    assert worked(night, "2026-10-04 00:00", "2026-10-04 12:00", LORD_HOWE) == 1.5
    assert worked(night, "2026-04-05 00:00", "2026-04-05 12:00", LORD_HOWE) == 2.5


def test_sao_paulo_while_it_still_had_summer_time() -> None:
    # Midnight itself was skipped: 4 November 2018 began at 01:00 (03:00Z) and had 23 h.
    # Summer time ended at 00:00 on 17 February 2019, back to 23:00: Saturday the 16th had 25 h.
    always = hours(rows(WEEK, "0:00", "24:00", tz=SAO_PAULO), first="2018-10-01", last="2019-04-01")
    assert worked(always, "2018-11-04 03:00", "2018-11-05 02:00") == 23
    assert worked(always, "2019-02-16 00:00", "2019-02-17 00:00", SAO_PAULO) == 25
    # ... and a day has its midnights where the zone has them.
    saturdays = hours(
        rows((6,), "0:00", "24:00", tz=SAO_PAULO), first="2018-10-01", last="2019-04-01"
    )
    assert worked(saturdays, "2018-11-03 12:00", "2018-11-05 12:00", SAO_PAULO) == 12
    assert worked(saturdays, "2019-02-15 12:00", "2019-02-17 12:00", SAO_PAULO) == 25


def test_sao_paulo_office_is_at_utc_minus_three_all_the_year() -> None:
    office = hours(rows(MONDAY_TO_FRIDAY, "8:00", "18:00", tz=SAO_PAULO))
    assert opened(office, "2026-01-15") == [("11:00", "21:00")]
    assert opened(office, "2026-07-15") == [("11:00", "21:00")]


def test_a_shift_past_midnight() -> None:
    # Monday 22:00 to Tuesday 06:00. Monday 20:00 to Tuesday 03:00 holds 22:00-03:00 = 5 h;
    # Tuesday 05:00 to 23:00 holds 05:00-06:00 = 1 h, as nothing begins on Tuesday.
    night = hours(rows((1,), "22:00", "30:00", tz=BERLIN))
    assert worked(night, "2026-06-01 20:00", "2026-06-02 03:00", BERLIN) == 5
    assert worked(night, "2026-06-02 05:00", "2026-06-02 23:00", BERLIN) == 1


def test_sunday_night_runs_into_monday() -> None:
    night = hours(rows((7,), "22:00", "30:00", tz=BERLIN))
    assert worked(night, "2026-06-08 00:00", "2026-06-08 12:00", BERLIN) == 6


def test_three_shifts_make_a_calendar_that_never_closes() -> None:
    relay = hours(
        [
            *rows(WEEK, "6:00", "14:00", tz=BERLIN),
            *rows(WEEK, "14:00", "22:00", tz=BERLIN),
            *rows(WEEK, "22:00", "30:00", tz=BERLIN),
        ]
    )
    # 1 January 00:00Z to 31 December 24:00Z is one interval of 365 days.
    assert relay.intervals.height == 1
    assert worked(relay, "2026-01-01 00:00", "2027-01-01 00:00") == 365 * 24
    assert relay.findings.is_empty()


def test_a_start_after_midnight_is_a_start_on_the_next_day() -> None:
    # Monday 25:00-27:00 is Tuesday 01:00-03:00.
    night = hours(rows((1,), "25:00", "27:00", tz=BERLIN))
    assert opened(night, "2026-06-02", BERLIN) == [("01:00", "03:00")]
    assert opened(night, "2026-06-01", BERLIN) == []


def test_several_intervals_a_day() -> None:
    # 9-12 and 13-17: Monday 11:00 to 14:00 holds 1 h + 1 h; a full day 3 h + 4 h.
    desk = hours(
        [
            *rows(MONDAY_TO_FRIDAY, "9:00", "12:00", tz=BERLIN),
            *rows(MONDAY_TO_FRIDAY, "13:00", "17:00", tz=BERLIN),
        ]
    )
    assert worked(desk, "2026-06-01 11:00", "2026-06-01 14:00", BERLIN) == 2
    assert worked(desk, "2026-06-01 00:00", "2026-06-02 00:00", BERLIN) == 7
    # 2 h after 11:00: 1 h until noon, 1 h from 13:00.
    assert reached(desk, "2026-06-01 11:00", 2, BERLIN) == "2026-06-01 14:00"


def test_over_a_weekend() -> None:
    # Friday 16:00 to Monday 10:00: 1 h + 1 h.
    assert worked(hours(OFFICE), "2026-06-05 16:00", "2026-06-08 10:00", BERLIN) == 2


def test_a_holiday_across_a_weekend() -> None:
    # Easter 2026: Friday 3 April and Monday 6 April are off in Germany.
    # Thursday 16:00-17:00 = 1 h, Tuesday 09:00-10:00 = 1 h, nothing between.
    easter = hours(rows(MONDAY_TO_FRIDAY, "9:00", "17:00", tz=BERLIN, country="DE"))
    assert worked(easter, "2026-04-02 16:00", "2026-04-07 10:00", BERLIN) == 2
    assert reached(easter, "2026-04-02 16:00", 1.5, BERLIN) == "2026-04-07 09:30"
    # Without a country nothing closes it: 1 + 8 + 8 + 1.
    assert worked(hours(OFFICE), "2026-04-02 16:00", "2026-04-07 10:00", BERLIN) == 18


def test_a_reply_out_of_hours_took_no_time() -> None:
    # Saturday 10:00 to Saturday 12:00: nothing was open, so 0 and not null.
    assert worked(hours(OFFICE), "2026-06-06 10:00", "2026-06-06 12:00", BERLIN) == 0


def test_a_regional_holiday_stays_in_its_region() -> None:
    # Epiphany, Tuesday 6 January 2026: off in Bavaria, worked in North Rhine-Westphalia.
    def office(**more: str) -> list[dict[str, object]]:
        return rows(MONDAY_TO_FRIDAY, "9:00", "17:00", tz=BERLIN, country="DE", **more)

    desks = hours(
        [
            *office(calendar="munich", region="BY"),
            *office(calendar="cologne", region="NW"),
            *office(calendar="anywhere"),
        ]
    )

    def that_day(calendar: str) -> float | None:
        return worked(
            desks, "2026-01-06 00:00", "2026-01-07 00:00", BERLIN, calendar=f"shop/{calendar}"
        )

    assert (that_day("munich"), that_day("cologne"), that_day("anywhere")) == (0, 8, 8)


def test_a_weekend_of_friday_and_saturday() -> None:
    # Cairo, Sunday to Thursday 09:00-17:00. Thursday 15 January 2026 16:00 to Sunday 10:00:
    # 1 h + 1 h; Friday and Saturday are free.
    cairo = "Africa/Cairo"
    desk = hours(rows((7, 1, 2, 3, 4), "9:00", "17:00", tz=cairo))
    assert worked(desk, "2026-01-15 16:00", "2026-01-18 10:00", cairo) == 2
    assert worked(desk, "2026-01-16 00:00", "2026-01-18 00:00", cairo) == 0


def test_a_holiday_of_several_days_that_is_tentative() -> None:
    # Off 20 to 24 March 2026 (Friday to Tuesday); Cairo works Sunday to Thursday:
    # Sunday to Tuesday fall out, Wednesday and Thursday stay: 2 x 8 h of the week's 5 x 8 h.
    cairo = "Africa/Cairo"
    eid = day_off("2026-03-20", "2026-03-24", calendar_id="desk", name="Eid", tentative=True)
    desk = hours(rows((7, 1, 2, 3, 4), "9:00", "17:00", tz=cairo), [eid])
    assert worked(desk, "2026-03-22 00:00", "2026-03-29 00:00", cairo) == 16
    # Cairo is at UTC+2 in March: from 19 March 22:00Z to 24 March 22:00Z, as one day off.
    assert [
        (str(a), str(b), name, tentative)
        for a, b, name, tentative in desk.closures.drop("calendar").iter_rows()
    ] == [("2026-03-19 22:00:00+00:00", "2026-03-24 22:00:00+00:00", "Eid", True)]


def test_dates_that_depend_on_the_moon_are_tentative() -> None:
    # Eid al-Fitr 2030 is an estimate, Saudi National Day is not.
    desk = hours(
        rows(WEEK, "9:00", "17:00", tz="Asia/Riyadh", country="SA"),
        first="2030-01-01",
        last="2030-12-31",
    )
    marked = dict(desk.closures.select("name", "tentative").iter_rows())
    assert marked["Eid al-Fitr Holiday"] is True
    assert marked["National Day Holiday"] is False


def test_a_calendar_edited_later() -> None:
    # 9-17 until 30 June 2026, 8-20 from 1 July on. Tuesday 30 June 16:00 to Wednesday 09:00:
    # 16-17 by the old rows = 1 h, 08-09 by the new ones = 1 h.
    edited = hours(
        [
            *rows(MONDAY_TO_FRIDAY, "9:00", "17:00", tz=BERLIN, valid_to=date(2026, 6, 30)),
            *rows(MONDAY_TO_FRIDAY, "8:00", "20:00", tz=BERLIN, valid_from=date(2026, 7, 1)),
        ]
    )
    assert worked(edited, "2026-06-30 16:00", "2026-07-01 09:00", BERLIN) == 2
    versions = edited.intervals.group_by("version").len().sort("version", nulls_last=False)
    assert versions["version"].to_list() == [None, date(2026, 7, 1)]
    assert edited.findings.is_empty()


def test_a_night_shift_of_the_old_version_runs_into_the_new_one() -> None:
    # Old: daily 22:00-30:00 until 30 June; new: daily 8-16. The night of 30 June ends at 06:00.
    edited = hours(
        [
            *rows(WEEK, "22:00", "30:00", tz=BERLIN, valid_to=date(2026, 6, 30)),
            *rows(WEEK, "8:00", "16:00", tz=BERLIN, valid_from=date(2026, 7, 1)),
        ]
    )
    # 1 July 00:00-06:00 = 6 h, 08:00-16:00 = 8 h.
    assert worked(edited, "2026-07-01 00:00", "2026-07-02 00:00", BERLIN) == 14


def test_where_versions_meet_in_time_it_counts_once() -> None:
    # The old night runs to 06:00 on 1 July, the new version is open from 00:00: 24 h, not 30.
    edited = hours(
        [
            *rows(WEEK, "22:00", "30:00", tz=BERLIN, valid_to=date(2026, 6, 30)),
            *rows(WEEK, "0:00", "24:00", tz=BERLIN, valid_from=date(2026, 7, 1)),
        ]
    )
    assert worked(edited, "2026-07-01 00:00", "2026-07-02 00:00", BERLIN) == 24
    assert edited.findings.is_empty()


def test_the_day_an_interval_begins_on_decides_its_version_in_its_own_zone() -> None:
    # In force from 1 July in Shanghai, which begins at 30 June 16:00Z.
    desk = hours(rows(WEEK, "0:00", "24:00", tz="Asia/Shanghai", valid_from=date(2026, 7, 1)))
    assert str(desk.intervals["opens_at"][0]) == "2026-06-30 16:00:00+00:00"


def test_a_night_before_a_holiday_ends_at_midnight() -> None:
    # Thursday 30 April 22:00-30:00; 1 May is off: 22:00-24:00 = 2 h.
    night = hours(rows((4,), "22:00", "30:00", tz=BERLIN, country="DE"))
    assert worked(night, "2026-04-30 12:00", "2026-05-01 12:00", BERLIN) == 2


def test_a_night_that_begins_on_a_holiday_is_worked_after_midnight() -> None:
    # Friday 1 May 22:00-30:00; the holiday ends at 24:00, so Saturday 00:00-06:00 = 6 h stay.
    night = hours(rows((5,), "22:00", "30:00", tz=BERLIN, country="DE"))
    assert worked(night, "2026-05-01 12:00", "2026-05-02 12:00", BERLIN) == 6


def test_a_holiday_closes_the_days_of_each_zone() -> None:
    # 1 January 2026 is off in both; Auckland's ends 12 h before London's. From 10:00Z to 12:00Z
    # the Auckland row (UTC+13: 23:00-01:00) is closed until 11:00Z, then open: 1 h.
    auckland = rows(WEEK, "0:00", "24:00", tz="Pacific/Auckland", calendar="nz")
    london = rows(WEEK, "0:00", "24:00", tz="Europe/London", calendar="gb")
    both = hours(
        [*auckland, *london],
        [day_off("2026-01-01", calendar_id="nz"), day_off("2026-01-01", calendar_id="gb")],
        first="2025-12-20",
    )
    assert worked(both, "2026-01-01 10:00", "2026-01-01 12:00", calendar="shop/nz") == 1
    assert worked(both, "2026-01-01 10:00", "2026-01-01 12:00", calendar="shop/gb") == 0


def test_a_relay_of_three_zones() -> None:
    # Shanghai 09-17 = 01-09Z, Berlin (summer) 11-19 = 09-17Z, New York (summer) 13-21 = 17-01Z.
    relay = hours(
        [
            *rows(WEEK, "9:00", "17:00", tz="Asia/Shanghai"),
            *rows(WEEK, "11:00", "19:00", tz=BERLIN),
            *rows(WEEK, "13:00", "21:00", tz=NEW_YORK),
        ]
    )
    assert worked(relay, "2026-06-01 00:00", "2026-06-08 00:00") == 7 * 24
    # In winter Berlin is 10-18Z and New York 18-02Z: 09-10Z is missing, 01-02Z is there twice.
    assert worked(relay, "2026-01-12 00:00", "2026-01-19 00:00") == 7 * 23
    assert relay.findings.is_empty()


def test_when_an_amount_is_used_up() -> None:
    office = hours(OFFICE)
    # 8 h from Monday 09:00 are used up as the office closes, not as it opens again on Tuesday.
    assert reached(office, "2026-06-01 09:00", 8, BERLIN) == "2026-06-01 17:00"
    # 8 h 1 min: one minute into Tuesday.
    assert reached(office, "2026-06-01 09:00", 8 + 1 / 60, BERLIN) == "2026-06-02 09:01"
    # From Saturday the clock begins on Monday: 09:00 + 4 h.
    assert reached(office, "2026-06-06 12:00", 4, BERLIN) == "2026-06-08 13:00"
    # Nothing to use up: at once, open or not.
    assert reached(office, "2026-06-06 12:00", 0, BERLIN) == "2026-06-06 12:00"
    # 48 h from Monday are six days of 8 h: Monday to Friday, then Monday 17:00.
    assert reached(office, "2026-06-01 09:00", 48, BERLIN) == "2026-06-08 17:00"


def test_without_a_calendar_the_clock_never_stops() -> None:
    office = hours(OFFICE)
    weekend = ("2026-06-05 16:00", "2026-06-08 10:00")
    # Friday 16:00 to Monday 10:00 = 8 + 24 + 24 + 10 h.
    assert worked(office, *weekend, calendar=None) == 66
    assert reached(office, weekend[0], 66, calendar=None) == weekend[1]
