"""Rotas: coverage without gap or overlap in difficult zones, holidays, turns, overrides."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.oncall.format import Rota
from alerts.oncall.localtime import resolve
from alerts.oncall.rota import (
    Override,
    check,
    duty_at,
    next_handover,
    on_call,
    shifts,
)
from tests.alerts.oncall.zones import ZONES, utc

FIRST, DAYS = date(2026, 1, 1), 400
LAST = FIRST + timedelta(days=DAYS - 1)


def rota(zone: str, *layers: dict[str, Any], **more: Any) -> Rota:
    return Rota.model_validate({"zone": zone, "layers": list(layers), **more})


def around_the_clock(**more: Any) -> dict[str, Any]:
    return {"name": "all", "people": ["ana", "ben", "cem"], "first_turn": "2026-01-05", **more}


def office_and_standby() -> tuple[dict[str, Any], ...]:
    """Office hours on workdays, standby by night and on days off."""
    return (
        {
            "name": "office",
            "people": ["ana", "ben"],
            "first_turn": "2026-01-05",
            "handover": "02:30",
            "shifts": [{"from": "09:00", "to": "18:00", "when": "workdays"}],
        },
        {
            "name": "standby",
            "people": ["cem", "dai", "eva"],
            "rotate": "day",
            "first_turn": "2026-01-05",
            "handover": "02:30",
            "holiday_people": ["fay"],
            "shifts": [
                {"from": "18:00", "to": "09:00"},
                {"from": "09:00", "to": "18:00", "when": "days_off"},
            ],
        },
    )


MATRIX = [
    ("America/New_York", "US"),
    ("Europe/Berlin", "DE"),
    ("Australia/Lord_Howe", "AU"),
    ("America/Sao_Paulo", "BR"),
    ("Asia/Riyadh", "SA"),
    ("Asia/Shanghai", "CN"),
    ("Africa/Casablanca", "MA"),
]


@pytest.mark.parametrize(("zone", "country"), MATRIX)
def test_every_hour_of_400_days_is_somebodys_and_only_ones(zone: str, country: str) -> None:
    for made in (
        rota(zone, around_the_clock()),
        rota(zone, around_the_clock(rotate="day", handover="02:30")),
        rota(zone, *office_and_standby(), country=country),
    ):
        found = shifts(made, FIRST, LAST)
        assert found[0].starts_at == resolve(FIRST, datetime.min.time(), zone)
        assert found[-1].ends_at == resolve(LAST + timedelta(days=1), datetime.min.time(), zone)
        assert all(one.ends_at == other.starts_at for one, other in pairwise(found))
        assert all(duty.starts_at < duty.ends_at for duty in found)
        kinds = {finding.kind for finding in check(made, FIRST)}
        assert kinds <= {"handover_in_gap", "no_official_list"}


@pytest.mark.parametrize(
    ("zone", "country", "at", "person_of"),
    [
        ("Asia/Riyadh", "SA", utc(2026, 1, 9, 9), "standby"),  # a Friday
        ("Asia/Riyadh", "SA", utc(2026, 1, 11, 9), "office"),  # a Sunday
        ("Asia/Shanghai", "CN", utc(2026, 2, 14, 3), "office"),  # a Saturday that is made up
        ("Asia/Shanghai", "CN", utc(2026, 2, 17, 3), "standby"),  # New Year
        ("Europe/Berlin", "DE", utc(2026, 10, 3, 9), "standby"),  # Unity Day, a Saturday
        ("Europe/Berlin", "DE", utc(2026, 5, 1, 9), "standby"),  # Labour Day, a Friday
        ("Europe/Berlin", "DE", utc(2026, 5, 4, 9), "office"),
        ("America/New_York", "US", utc(2026, 11, 26, 15), "standby"),  # Thanksgiving
    ],
)
def test_workdays_are_those_of_the_market(
    zone: str, country: str, at: datetime, person_of: str
) -> None:
    duty = duty_at(rota(zone, *office_and_standby(), country=country), (), at)
    assert duty is not None
    assert duty.layer == person_of


def test_substitutes_take_the_shifts_that_begin_on_a_holiday() -> None:
    made = rota("Europe/Berlin", *office_and_standby(), country="DE")
    assert on_call(made, (), utc(2026, 5, 1, 9)) == "fay"
    assert on_call(made, (), utc(2026, 5, 1, 20)) == "fay"
    assert on_call(made, (), utc(2026, 5, 2, 5)) == "fay"  # its night runs on
    assert on_call(made, (), utc(2026, 5, 2, 9)) != "fay"


def test_turns_are_counted_from_the_first() -> None:
    made = rota("Europe/Berlin", around_the_clock())
    monday = datetime(2026, 1, 5, 8, tzinfo=UTC)  # 09:00 in Berlin
    weeks = [on_call(made, (), monday + timedelta(weeks=n)) for n in range(-1, 4)]
    assert weeks == ["cem", "ana", "ben", "cem", "ana"]
    assert on_call(made, (), monday - timedelta(minutes=1)) == "cem"
    fortnights = rota("Europe/Berlin", around_the_clock(every=2))
    assert [on_call(fortnights, (), monday + timedelta(weeks=n)) for n in range(5)] == [
        "ana",
        "ana",
        "ben",
        "ben",
        "cem",
    ]


def test_a_handover_keeps_its_local_time_through_the_year() -> None:
    made = rota("America/New_York", around_the_clock())
    starts = {duty.starts_at.hour for duty in shifts(made, FIRST, LAST)[1:]}
    assert starts == {13, 14}  # 09:00 in summer and in winter


def test_gaps_and_overlaps_are_found_with_their_times() -> None:
    made = rota(
        "UTC",
        {
            "name": "day",
            "people": ["ana"],
            "rotate": "none",
            "shifts": [{"from": "08:00", "to": "20:00"}],
        },
        {
            "name": "night",
            "people": ["ben"],
            "rotate": "none",
            "shifts": [{"from": "19:00", "to": "07:00"}],
        },
    )
    found = check(made, date(2026, 3, 2), 1)
    assert [(finding.kind, finding.starts_at, finding.ends_at) for finding in found] == [
        ("gap", utc(2026, 3, 2, 7), utc(2026, 3, 2, 8)),
        ("overlap", utc(2026, 3, 2, 19), utc(2026, 3, 2, 20)),
    ]
    # Of two on call at once the first layer counts.
    assert on_call(made, (), utc(2026, 3, 2, 19, 30)) == "ana"


def test_a_layer_that_overlaps_itself_is_found() -> None:
    made = rota(
        "UTC",
        {
            "name": "one",
            "people": ["ana"],
            "shifts": [{"from": "00:00", "to": "24:00"}, {"from": "10:00", "to": "11:00"}],
        },
    )
    assert [finding.kind for finding in check(made, date(2026, 3, 2), 1)] == ["overlap"]


def test_unknown_people_skipped_handovers_and_missing_lists_are_found() -> None:
    made = rota("America/New_York", around_the_clock(rotate="day", handover="02:30"))
    found = check(made, FIRST, people={"ana", "ben"})
    assert [(finding.kind, finding.what) for finding in found] == [
        ("unknown_person", "cem (layer all)"),
        ("handover_in_gap", "2026-03-08 02:30"),
    ]
    assert found[1].starts_at == utc(2026, 3, 8, 7)
    china = rota("Asia/Shanghai", *office_and_standby(), country="CN")
    assert [(each.kind, each.what) for each in check(china, date(2026, 11, 1))] == [
        ("no_official_list", "CN 2027")
    ]


def test_an_override_takes_over_and_gives_back() -> None:
    made = rota("UTC", around_the_clock())
    start, end = utc(2026, 1, 7, 10), utc(2026, 1, 7, 14)
    over = Override(1, "emea", "zoe", start, end)
    assert on_call(made, [over], start - timedelta(seconds=1)) == "ana"
    assert on_call(made, [over], start) == "zoe"
    assert on_call(made, [over], end) == "ana"
    newer = Override(2, "emea", "yan", utc(2026, 1, 7, 12), utc(2026, 1, 7, 13))
    people = [
        duty.person for duty in shifts(made, date(2026, 1, 7), date(2026, 1, 7), [over, newer])
    ]
    assert people == ["ana", "zoe", "yan", "zoe", "ana"]


def test_an_override_fills_a_gap() -> None:
    made = rota(
        "UTC",
        {
            "name": "day",
            "people": ["ana"],
            "shifts": [{"from": "00:00", "to": "12:00"}],
        },
    )
    day = date(2026, 3, 2)
    over = Override(1, "emea", "zoe", utc(2026, 3, 2, 12), utc(2026, 3, 3))
    assert [finding.kind for finding in check(made, day, 1)] == ["gap"]
    assert check(made, day, 1, overrides=[over]) == []


def test_the_next_handover_is_the_next_other_person() -> None:
    made = rota("UTC", around_the_clock())
    following = next_handover(made, (), utc(2026, 1, 7))
    assert following is not None
    assert (following.person, following.starts_at) == ("ben", utc(2026, 1, 12, 9))
    alone = rota("UTC", around_the_clock(people=["ana"]))
    assert next_handover(alone, (), utc(2026, 1, 7)) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"zone": "Europe/Berln"}, "no time zone"),
        ({"country": "ZZ"}, "two letters"),
        ({"country": "DE", "region": "XX"}, "no region"),
        ({"layers": [around_the_clock(), around_the_clock()]}, "one name"),
        ({"layers": [around_the_clock(holiday_people=["zoe"])]}, "need the rota's country"),
        ({"layers": [around_the_clock(people=[])]}, "at least 1"),
        ({"layers": [around_the_clock(handover=1080)]}, '"18:00"'),
        ({"layers": [around_the_clock(handover="9 am")]}, "in quotes"),
        ({"layers": [around_the_clock(shifts=[{"from": "09:00", "to": "9"}])]}, "in quotes"),
        ({"layers": [around_the_clock(turns=3)]}, "Extra inputs"),
    ],
)
def test_what_cannot_work_is_refused_with_words(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Rota.model_validate({"zone": "UTC", "layers": [around_the_clock()], **changes})


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.integers(0, 24 * 60 - 1),
    st.integers(1, 24 * 60 - 1),
    st.sampled_from(["none", "day", "week"]),
    st.integers(0, 24 * 60 - 1),
    st.dates(date(2025, 1, 1), date(2027, 12, 1)),
)
def test_a_day_cut_anywhere_is_covered_once(
    zone: str, cut: int, length: int, rotate: str, handover: int, first: date
) -> None:
    def clock(minutes: int) -> str:
        return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"

    layer = around_the_clock(
        rotate=rotate,
        handover=clock(handover),
        shifts=[
            {"from": clock(cut), "to": clock(cut + length)},
            {"from": clock(cut + length), "to": clock(cut)},
        ],
    )
    made = rota(zone, layer)
    assert {finding.kind for finding in check(made, first, 30)} <= {"handover_in_gap"}
    for duty in shifts(made, first, first + timedelta(days=3)):
        assert on_call(made, (), duty.starts_at) == duty.person
