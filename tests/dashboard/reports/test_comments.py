"""Comments on reports and figures: said by name, taken back by oneself only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from alerts.actions import Outcome
from dashboard.reports import comments
from dashboard.reports.comments import Action, Comment, Do, Why
from dashboard.reports.periods import parse
from tests.dashboard.reports.stored_rows import NOW, stored
from tests.migrated_state import opened

SAY = Action(Do.ADD, "This is the strike in Łódź.", "kpis/contact_rate")


@pytest.fixture
def engine(state_url: str) -> Iterator[Engine]:
    """Once for each kind of database."""
    made = opened(state_url)
    yield made
    made.dispose()


@pytest.fixture
def page(engine: Engine) -> int:
    return stored(engine, parse("2026-W47", "week"), as_of=NOW)


def act(
    engine: Engine,
    subject: int,
    action: Action,
    *,
    actor: str = "Kim",
    version: int | None = None,
    token: str | None = None,
    now: datetime = NOW,
) -> Outcome:
    return comments.act(engine, subject, action, actor=actor, version=version, token=token, now=now)


def listed(engine: Engine, page: int) -> list[Comment]:
    with engine.connect() as connection:
        return comments.of(connection, page)


def test_anybody_may_say_something_by_name(engine: Engine, page: int) -> None:
    assert act(engine, page, SAY).result == "done"
    assert act(engine, page, Action(Do.ADD, "了解"), actor="Mei").result == "done"
    first, second = listed(engine, page)
    assert (first.by, first.figure, first.text) == ("Kim", "kpis/contact_rate", SAY.text)
    assert (second.by, second.figure, second.text) == ("Mei", None, "了解")
    assert act(engine, page, SAY, actor="").why == "name_needed"


def test_only_who_said_it_takes_it_back(engine: Engine, page: int) -> None:
    act(engine, page, SAY)
    (said,) = listed(engine, page)
    refused = act(engine, said.id, Action(Do.WITHDRAW), actor="Mei", version=1)
    assert (refused.why, refused.by) == (Why.NOT_YOURS, "Kim")
    assert act(engine, said.id, Action(Do.WITHDRAW), version=1).result == "done"
    assert listed(engine, page) == []
    later = NOW + timedelta(minutes=1)
    again = act(engine, said.id, Action(Do.WITHDRAW), version=1, now=later)
    assert (again.result, again.why) == ("stale", "comment_withdrawn")
    assert act(engine, said.id, Action(Do.WITHDRAW), version=2).why == Why.WITHDRAWN


@pytest.mark.parametrize(
    ("action", "why"),
    [
        (Action(Do.ADD, " \n"), Why.TEXT_NEEDED),
        (Action(Do.ADD, "x" * 2001), Why.TOO_LONG),
        (Action(Do.ADD, "x", "k" * 301), Why.TOO_LONG),
    ],
)
def test_what_cannot_be_said(engine: Engine, page: int, action: Action, why: Why) -> None:
    assert act(engine, page, action).why == why
    assert listed(engine, page) == []


def test_nothing_is_said_of_what_is_not_there(engine: Engine, page: int) -> None:
    assert act(engine, page + 1, SAY).why == Why.NOT_FOUND
    assert act(engine, 99, Action(Do.WITHDRAW)).why == Why.NOT_FOUND


def test_a_button_pressed_twice_is_one_comment(engine: Engine, page: int) -> None:
    assert act(engine, page, SAY, token="t").result == "done"
    assert act(engine, page, SAY, token="t").result == "repeated"
    assert len(listed(engine, page)) == 1
