"""The same three conversations as Zendesk and as Gorgias export them, each by its own figure.

1. Asked Monday 9:00, a rule answers at 9:01, a person at 10:00.
2. Asked Monday 20:00, a person answers on Tuesday at 10:00: one hour in office hours.
3. We write first, Monday 10:00; the customer at 11:00, we again at 12:30.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_access.contracts import TABLES
from data_access.presets import compare_recorded, preset, preset_times
from data_access.sources.base import Source, Table
from data_access.sources.gorgias import SOURCE as GORGIAS
from data_access.sources.zendesk import SOURCE as ZENDESK
from tests.data_access.presets.cases import AS_OF, OFFICE
from tests.data_access.sources import test_gorgias as gorgias
from tests.data_access.sources import test_zendesk as zendesk
from tests.data_access.sources.helpdesk_aid import iso, lines, page
from tests.data_access.sources.reading_aid import read

OPEN = zendesk.change("status", None, "new", "Create")
ON_OFFICE = {
    "type": "ScheduleAssignment",
    "previous_schedule_id": None,
    "new_schedule_id": "office",
}


def reply_time(number: int, calendar: int, business: int) -> dict[str, Any]:
    minutes = {"calendar": calendar, "business": business}
    return zendesk.metric_set(number, reply_time_in_minutes=minutes)


@pytest.fixture
def zendesk_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("zendesk")
    tickets = [
        zendesk.ticket(1, created_at=iso("2 09:00")),
        zendesk.ticket(2, created_at=iso("2 20:00")),
        zendesk.ticket(3, created_at=iso("2 10:00"), submitter_id=7),
    ]
    sets = [reply_time(1, 60, 60), reply_time(2, 840, 60), reply_time(3, 150, 150)]
    zendesk.save(tmp_path, tickets=tickets, metric_sets=sets, users=zendesk.USERS)
    comment, audit = zendesk.comment, zendesk.audit
    by_rule = {"via": {"channel": "rule", "source": {"rel": "trigger"}}}
    history = [
        audit(100, 1, "2 09:00", 50, comment(50, "Where?"), OPEN, ON_OFFICE),
        audit(110, 1, "2 09:01", -1, comment(-1, "We have your request."), **by_rule),
        audit(120, 1, "2 10:00", 7, comment(7, "Here.")),
        audit(200, 2, "2 20:00", 50, comment(50, "Where?"), OPEN, ON_OFFICE),
        audit(210, 2, "3 10:00", 7, comment(7, "Here.")),
        audit(300, 3, "2 10:00", 7, comment(7, "Your order is late."), OPEN, ON_OFFICE),
        audit(310, 3, "2 11:00", 50, comment(50, "Oh no.")),
        audit(320, 3, "2 12:30", 7, comment(7, "It leaves today.")),
    ]
    lines(tmp_path, "audits.jsonl", history)
    return tmp_path


@pytest.fixture
def gorgias_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("gorgias")
    naive, message = gorgias.naive, gorgias.message
    tickets = [
        gorgias.ticket(1, created_datetime=naive("2 09:00")),
        gorgias.ticket(2, created_datetime=naive("2 20:00")),
        gorgias.ticket(3, created_datetime=naive("2 10:00"), from_agent=True),
    ]
    messages = [
        message(10, "2 09:00", agent=False, about=1),
        message(11, "2 09:01", agent=True, about=1, rule_id=4),
        message(12, "2 10:00", agent=True, about=1),
        message(20, "2 20:00", agent=False, about=2),
        message(21, "3 10:00", agent=True, about=2),
        message(30, "2 10:00", agent=True, about=3),
        message(31, "2 11:00", agent=False, about=3),
        message(32, "2 12:30", agent=True, about=3),
    ]
    page(tmp_path, "t.json", gorgias.listed(*tickets))
    page(tmp_path, "m.json", gorgias.listed(*messages))
    return tmp_path


def frames(source: Source, folder: Path) -> tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]:
    found = read(source, folder)

    def frame(name: str) -> pl.LazyFrame:
        tables: Mapping[str, Table] = found
        empty = pl.DataFrame(schema=TABLES[name].dtypes())
        held = tables[name].frame if name in tables else empty
        return held.lazy().with_columns(source=pl.lit("desk"))

    return frame("cases"), frame("case_events"), frame("messages")


def minutes(given: tuple[pl.LazyFrame, ...], name: str) -> dict[str, object]:
    made = preset_times(
        given[0],
        given[1],
        given[2],
        metric="first_response",
        preset=preset(name),
        hours=OFFICE,
        as_of=AS_OF,
    )
    return {row["case_id"]: row["why"] or row["value_s"] / 60 for row in made.iter_rows(named=True)}


def test_zendesks_own_minutes_are_reproduced(zendesk_export: Path) -> None:
    given = frames(ZENDESK, zendesk_export)
    assert minutes(given, "zendesk") == {"1": 60.0, "2": 60.0, "3": 150.0}
    assert minutes(given, "zendesk:calendar") == {"1": 60.0, "2": 840.0, "3": 150.0}
    for name, hours in (("zendesk", "business"), ("zendesk:calendar", "calendar")):
        times = preset_times(
            *given, metric="first_response", preset=preset(name), hours=OFFICE, as_of=AS_OF
        )
        found = compare_recorded(given[0], times, metric="first_response", hours=hours)  # type: ignore[arg-type]
        assert (found.recorded, found.both, found.agree) == (3, 3, 3)
        assert found.differences.is_empty()


def test_gorgias_on_the_same_conversations(gorgias_export: Path, zendesk_export: Path) -> None:
    expected = {"1": 60.0, "2": 840.0, "3": "agent_started"}
    assert minutes(frames(GORGIAS, gorgias_export), "gorgias") == expected
    assert minutes(frames(ZENDESK, zendesk_export), "gorgias") == expected


def test_zendesks_definition_on_gorgias_tickets(gorgias_export: Path) -> None:
    # The one schedule is not in Gorgias's export, so the wall clock counts.
    given = frames(GORGIAS, gorgias_export)
    assert minutes(given, "zendesk") == {"1": 60.0, "2": 840.0, "3": 150.0}
