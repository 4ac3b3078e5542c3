"""Mute calendars: past midnight, weekends, holidays of a market, and the two days of the year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.muting import MuteCalendar
from alerts.muting.calendars import muted_until


def calendar(zone: str, *windows: dict[str, Any], country: str | None = None) -> MuteCalendar:
    return MuteCalendar.model_validate(
        {"name": "quiet", "zone": zone, "country": country, "windows": windows}
    )


def at(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


NIGHT = {"from": "22:00", "to": "06:00"}
FRIDAY = {**NIGHT, "days": ["fri"]}
TO_2_30 = {"from": "22:00", "to": "02:30"}
WEEKEND = {"days": ["sat", "sun"]}


@pytest.mark.parametrize(
    ("zone", "windows", "country", "now", "until"),
    [
        # Past midnight without cutting it in two.
        ("Europe/Berlin", [NIGHT], None, "2026-03-10T23:30", "2026-03-11T06:00"),
        ("Europe/Berlin", [NIGHT], None, "2026-03-11T05:59", "2026-03-11T06:00"),
        ("Europe/Berlin", [NIGHT], None, "2026-03-11T06:00", None),
        ("Europe/Berlin", [NIGHT], None, "2026-03-11T21:59", None),
        # A Friday's night belongs to Friday, also after midnight.
        ("Europe/Berlin", [FRIDAY], None, "2026-03-14T01:00", "2026-03-14T06:00"),
        ("Europe/Berlin", [FRIDAY], None, "2026-03-13T01:00", None),
        # Windows that touch are one: weekend, then the holiday, then the night.
        ("Europe/Berlin", [WEEKEND], None, "2026-03-14T12:00", "2026-03-16T00:00"),
        (
            "Europe/Berlin",
            [WEEKEND, {"when": "holidays"}, {"from": "00:00", "to": "06:00"}],
            "DE",
            "2026-04-03T12:00",  # Good Friday to Easter Monday
            "2026-04-07T06:00",
        ),
        # Riyadh's weekend is Friday and Saturday; Shanghai works on a Sunday before the feast.
        ("Asia/Riyadh", [{"when": "days_off"}], "SA", "2026-03-13T12:00", "2026-03-15T00:00"),
        ("Asia/Riyadh", [{"when": "days_off"}], "SA", "2026-03-15T12:00", None),
        ("Asia/Shanghai", [{"when": "days_off"}], "CN", "2026-02-14T12:00", None),
        ("Asia/Shanghai", [{"when": "days_off"}], "CN", "2026-02-16T12:00", "2026-02-24T00:00"),
        # Berlin jumps from 2 to 3: an end in the gap is its first instant after.
        ("Europe/Berlin", [TO_2_30], None, "2026-03-29T01:59", "2026-03-29T03:00"),
        # And shows 2:30 twice in October: the first one ends it.
        ("Europe/Berlin", [TO_2_30], None, "2026-10-25T01:00", "2026-10-25T02:30"),
        # Midnight itself is missing in Sao Paulo on this day.
        ("America/Sao_Paulo", [{"days": ["sun"]}], None, "2018-11-04T12:00", "2018-11-05T00:00"),
        ("America/Sao_Paulo", [{"days": ["sun"]}], None, "2018-11-03T23:59", None),
        # Lord Howe moves by half an hour.
        ("Australia/Lord_Howe", [NIGHT], None, "2026-10-03T23:00", "2026-10-04T06:00"),
        ("Africa/Casablanca", [NIGHT], None, "2026-02-14T23:00", "2026-02-15T06:00"),
        ("America/New_York", [NIGHT], None, "2026-03-07T23:00", "2026-03-08T06:00"),
    ],
)  # fmt: skip
def test_when_it_holds(
    zone: str, windows: list[dict[str, Any]], country: str | None, now: str, until: str | None
) -> None:
    found = muted_until(calendar(zone, *windows, country=country), at(zone, now))
    assert found == (at(zone, until) if until else None)


def test_what_never_ends_ends_at_the_horizon() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    found = muted_until(calendar("UTC", {}), now)
    assert found is not None
    assert found - now == timedelta(days=399)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"zone": "Europe/Bonn"}, "no time zone"),
        ({"country": "ZZ"}, "are not known"),
        ({"country": "DE", "region": "XX"}, "no region"),
        ({"windows": []}, "at least 1"),
        ({"windows": [{"from": "22:00"}]}, "both from and to"),
        ({"windows": [{"days": []}]}, "at least one weekday"),
        ({"windows": [{"when": "holidays"}]}, "need the calendar's country"),
        ({"windows": [{"from": 1320, "to": "06:00"}]}, 'in quotes: "22:00"'),
        ({"match": ["market"]}, "is not a matcher"),
        ({"match": [7]}, "write a matcher as text"),
        ({"matsch": []}, "Extra inputs"),
    ],
)
def test_what_cannot_be_meant_is_refused(changed: dict[str, Any], said: str) -> None:
    body = {"name": "quiet", "zone": "UTC", "windows": [NIGHT], **changed}
    with pytest.raises(ValidationError, match=said):
        MuteCalendar.model_validate(body)


ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"]
HOURS = st.times().map(lambda t: f"{t:%H:%M}")


@given(
    st.sampled_from(ZONES), HOURS, HOURS, st.integers(0, 400 * 1440),
)  # fmt: skip
def test_it_lets_through_at_its_end_and_holds_until_then(
    zone: str, start: str, stop: str, minutes: int
) -> None:
    made = calendar(zone, {"from": start, "to": stop, "days": ["mon", "wed", "sat"]})
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    until = muted_until(made, now)
    if until is None:
        return
    assert until > now
    assert muted_until(made, until) is None
    assert muted_until(made, now + (until - now) / 2) == until
