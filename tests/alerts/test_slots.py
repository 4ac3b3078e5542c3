"""Which days are due, from stored slots alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.slots import Due, day_of, due, slot_of

LATENESS = timedelta(hours=6)
NO_SPREAD = "0" * 64


def ask(last: datetime | None, now: datetime, fresh_at: datetime | None = None) -> Due:
    return due(
        last,
        now,
        zone="UTC",
        sha256=NO_SPREAD,
        lateness=LATENESS,
        fresh_at=fresh_at or now,
        catch_up=3,
    )


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_a_new_rule_starts_a_few_days_back() -> None:
    assert ask(None, at(10, 1)).days == (date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9))


def test_nothing_is_due_twice() -> None:
    assert ask(at(10), at(10, 23)) == Due((), ())
    assert ask(at(10), at(11)).days == (date(2026, 3, 10),)


def test_a_day_waits_for_data_read_after_its_end() -> None:
    assert ask(at(10), at(11, 2), fresh_at=at(10, 22)).days == ()
    assert ask(at(10), at(11, 2), fresh_at=at(11, 1)).days == (date(2026, 3, 10),)


def test_but_not_longer_than_the_lateness() -> None:
    assert ask(at(10), at(11, 6), fresh_at=at(10, 22)).days == (date(2026, 3, 10),)


def test_what_is_too_old_is_skipped() -> None:
    found = ask(at(2), at(10, 1))
    assert found.skipped == tuple(date(2026, 3, day) for day in range(2, 7))
    assert found.days == tuple(date(2026, 3, day) for day in range(7, 10))


def test_rules_spread_over_a_minute() -> None:
    late = due(
        at(10),
        at(11) + timedelta(seconds=30),
        zone="UTC",
        sha256="f" * 64,
        lateness=LATENESS,
        fresh_at=at(11),
    )
    assert late.days == ()


@pytest.mark.parametrize(
    ("zone", "day", "slot"),
    [
        ("UTC", date(2026, 3, 1), datetime(2026, 3, 2, tzinfo=UTC)),
        ("Asia/Shanghai", date(2026, 3, 1), datetime(2026, 3, 1, 16, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        # In 2017 clocks in São Paulo jumped over midnight of 15 October.
        ("America/Sao_Paulo", date(2017, 10, 14), datetime(2017, 10, 15, 3, tzinfo=UTC)),
    ],
)
def test_slots_are_ends_of_local_days(zone: str, day: date, slot: datetime) -> None:
    assert slot_of(day, zone) == slot


ZONES = st.sampled_from(
    ["UTC", "Asia/Kathmandu", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Cairo"]
)


@given(st.dates(date(2015, 1, 1), date(2030, 1, 1)), ZONES)
def test_a_slot_knows_its_day(day: date, zone: str) -> None:
    assert day_of(slot_of(day, zone), zone) == day
    assert slot_of(day, zone) < slot_of(day + timedelta(days=1), zone)


@given(st.timedeltas(timedelta(0), timedelta(days=31)))
def test_no_day_is_judged_before_it_is_over(after: timedelta) -> None:
    now = at(1) + after
    assert all(slot_of(day, "UTC") <= now for day in ask(None, now).days)
