"""Overrides are checked before they are kept, told in the log, and can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from alerts import overrides
from alerts.oncall.format import Rota
from alerts.oncall.rota import on_call
from alerts.overrides import OverrideError, Wanted
from data_access.state import schema
from tests.alerts.oncall.zones import utc

ROTA = Rota.model_validate(
    {
        "zone": "Europe/Berlin",
        "layers": [{"name": "all", "people": ["ana", "ben"], "first_turn": "2026-01-05"}],
    }
)
ROTAS, PEOPLE = {"emea": ROTA}, ["ana", "ben", "zoe"]
NOW = utc(2026, 1, 6)
WANTED = Wanted("emea", "zoe", utc(2026, 1, 7, 8), utc(2026, 1, 13, 8))


def add(engine: Engine, wanted: Wanted = WANTED, token: str | None = None) -> int | None:
    return overrides.add(engine, ROTAS, PEOPLE, wanted, actor="mei", now=NOW, token=token)


def test_it_counts_from_when_it_is_kept_until_it_is_withdrawn(engine: Engine) -> None:
    made = add(engine)
    assert made is not None
    found = overrides.active(engine, NOW)["emea"]
    assert on_call(ROTA, found, utc(2026, 1, 8)) == "zoe"
    assert overrides.withdraw(engine, made, actor="mei", now=NOW)
    assert overrides.active(engine, NOW) == {}
    assert not overrides.withdraw(engine, made, actor="mei", now=NOW)
    with engine.connect() as connection:
        kinds = connection.execute(select(schema.event_log.c.kind, schema.event_log.c.actor)).all()
    assert [tuple(kind) for kind in kinds] == [
        ("override_added", "mei"),
        ("override_withdrawn", "mei"),
    ]


def test_a_button_pressed_twice_adds_one(engine: Engine) -> None:
    assert add(engine, token="t1") is not None
    assert add(engine, token="t1") is None
    assert len(overrides.active(engine, NOW)["emea"]) == 1


def test_it_tells_beforehand_whom_it_relieves() -> None:
    planned = overrides.relieved(ROTAS, PEOPLE, [], WANTED, NOW)
    monday = utc(2026, 1, 12, 8)  # 09:00 in Berlin
    assert [(duty.person, duty.starts_at, duty.ends_at) for duty in planned] == [
        ("ana", WANTED.starts_at, monday),
        ("ben", monday, WANTED.ends_at),
    ]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted("apac", "zoe", WANTED.starts_at, WANTED.ends_at), "no rota 'apac'. Known: emea"),
        (Wanted("emea", "max", WANTED.starts_at, WANTED.ends_at), "no person 'max'"),
        (Wanted("emea", "zoe", WANTED.ends_at, WANTED.starts_at), "ends before it begins"),
        (Wanted("emea", "zoe", NOW - timedelta(days=2), NOW), "over already"),
        (Wanted("emea", "zoe", NOW, NOW + timedelta(days=93)), "longer than 92 days"),
        (Wanted("emea", "ana", utc(2026, 1, 7), utc(2026, 1, 8)), "on call for emea all that time"),
    ],
)
def test_what_cannot_be_is_refused_with_words(engine: Engine, wanted: Wanted, said: str) -> None:
    with pytest.raises(OverrideError, match=said):
        add(engine, wanted)
    assert overrides.active(engine, NOW - timedelta(days=9)) == {}


def test_nobody_acts_without_a_name(engine: Engine) -> None:
    with pytest.raises(OverrideError, match="Say who you are"):
        overrides.add(engine, ROTAS, PEOPLE, WANTED, actor=" ", now=NOW)
    with pytest.raises(OverrideError, match="no override 7"):
        overrides.withdraw(engine, 7, actor="mei", now=NOW)
