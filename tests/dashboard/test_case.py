"""The page of one case: clocks, facts, timeline in two zones."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from callbacks.case import case as answer_case
from dashboard.languages import use_language
from dashboard.services import Services
from dashboard.wording import case as words
from data_access.browse.case_file import TIMELINE

AT = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
NOW = AT + timedelta(hours=10)


def a_case(**given: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "case_id": "C-1",
        "source": "desk",
        "created_at": AT,
        "first_response_at": None,
        "first_solved_at": None,
        "fr_target_s": 4 * 3600,
        "fr_withdrawn_at": None,
        "res_target_s": 48 * 3600,
        "res_withdrawn_at": None,
        "status": "open",
    }
    told = known | given
    for clock in ("fr", "res"):
        target = told[f"{clock}_target_s"]
        due = None if target is None else told["created_at"] + timedelta(seconds=target)
        told.setdefault(f"{clock}_due_at", due)
    return told


def entry(at: datetime, kind: str, what: str, **given: Any) -> dict[str, Any]:
    return dict.fromkeys(TIMELINE) | {"at": at, "kind": kind, "what": what, "public": True} | given


def timeline(*entries: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(entries), schema=TIMELINE)


@pytest.mark.parametrize(
    ("hours", "target", "state"),
    [(4, 4 * 3600, "met"), (4.01, 4 * 3600, "missed"), (None, 4 * 3600, "overdue"),
     (None, 11 * 3600, "running"), (11, 11 * 3600, "running"), (1, None, None)],
)  # fmt: skip
def test_the_state_of_a_clock(hours: float | None, target: int | None, state: str | None) -> None:
    done = None if hours is None else AT + timedelta(hours=hours)
    case = a_case(first_response_at=done, fr_target_s=target)
    assert words.state(case, "first_response", NOW) == state


def test_an_entry_stands_on_the_viewers_day_with_the_customers_clock() -> None:
    told = words.moments(
        a_case(fr_target_s=None, res_target_s=None),
        timeline(entry(AT, "message", "in", actor="customer", text="مرحبا", lang="ar")),
        NOW,
        "Asia/Shanghai",
        "America/New_York",
    )
    (message,) = told
    assert (message.day, message.time) == ("21 Nov 2026", "06:30")
    assert message.local == "20 Nov 17:30 New York"
    assert (message.lang, message.dir) == ("ar", "rtl")
    assert (message.kind, message.head) == ("message-in", "Customer wrote")


def test_the_customers_clock_is_not_repeated() -> None:
    told = words.moments(
        a_case(fr_target_s=None, res_target_s=None),
        timeline(entry(AT, "event", "created")),
        NOW,
        "UTC",
        "UTC",
    )
    assert told[0].local == ""


def test_broken_and_coming_deadlines_stand_between_the_entries() -> None:
    told = words.moments(
        a_case(),
        timeline(
            entry(AT, "event", "created"),
            entry(AT + timedelta(hours=5), "event", "note"),
            entry(NOW + timedelta(hours=1), "event", "solved"),
        ),
        NOW,
        "UTC",
        None,
    )
    assert [(part.kind, part.head) for part in told] == [
        ("event", "Case created"),
        ("breach", "First response was due"),
        ("event", "Internal note"),
        ("deadline", "Resolution is due"),
    ]


def test_every_kind_has_its_words() -> None:
    entries = timeline(
        entry(AT, "scan", "customs", actor="Lotus Line", to="P-1", text="Held, PL"),
        entry(AT, "return", "qc", to="R-1"),
        entry(AT, "event", "status", **{"from": "new", "to": "pending"}, actor="agent"),
        entry(AT, "event", "assign", to="DACH"),
        entry(AT, "message", "out", actor="bot", public=False),
        entry(AT, "event", "invented_by_a_source"),
    )
    case = a_case(fr_target_s=None, res_target_s=None)
    told = words.moments(case, entries, NOW, "UTC", None)
    assert [part.head for part in told] == [
        "In customs",
        "Return inspected",
        "Status: New → Waiting",
        "Assigned: DACH",
        "Bot wrote",
        "invented_by_a_source",
    ]
    assert told[0].note == "Lotus Line · P-1"
    assert told[4].note == "internal"
    with use_language("zh_Hans"):
        assert words.moments(case, entries, NOW, "UTC", None)[0].head == "清关中"


@pytest.mark.parametrize(
    ("language", "direction"),
    [("ar", "rtl"), ("he-IL", "rtl"), ("zh-Hans", "ltr"), ("", ""), (None, ""), ("??", "")],
)
def test_direction_follows_the_language(language: str | None, direction: str) -> None:
    assert words.direction(language) == direction


def test_a_long_timeline_keeps_its_newest_entries() -> None:
    entries = timeline(
        *[entry(AT + timedelta(seconds=n), "event", "note") for n in range(words.MOST + 50)]
    )
    case = a_case(fr_target_s=None, res_target_s=None)
    told = words.moments(case, entries, NOW, "UTC", None)
    assert len(told) == words.MOST
    assert told[-1].at == entries["at"].max()
    assert "newest 2,000" in words.timeline_note("UTC", None, entries.height)


def test_the_page_knows_its_case(fake_services: Services) -> None:
    told = answer_case(fake_services, "market=FR", {"case_id": "C-1000", "feed": "desk"})
    facts = json.loads(told[7])["rows"]
    assert told[:2] == ("aw-panel", "aw-panel")
    assert told[2] == "Open · First response: Due in 3 min · Resolution: Due in 1 d 20 h"
    assert told[5] == "/cases?market=FR"
    assert {"label": "Market", "text": "Brazil", "href": "/cases?market=BR"} in facts


def test_a_case_that_is_not_there(fake_services: Services) -> None:
    told = answer_case(fake_services, "", {"case_id": "C-9", "feed": None})
    assert told[0] == "aw-panel is-empty"
    assert set(told[6:]) == {""}
