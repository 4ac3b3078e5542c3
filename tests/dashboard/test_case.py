"""The page of one case: clocks, facts, timeline in two zones."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from callbacks.case import case as answer_case
from callbacks.case import clocks as answer_clocks
from dashboard.figures.clock_timeline import clock_timeline
from dashboard.languages import use_language
from dashboard.services import Services
from dashboard.wording import case as words
from dashboard.wording import case_clock_charts as charts
from dashboard.wording import case_clocks
from dashboard.wording.clock_names import CLOCK_ORDER
from data_access.browse.case_clocks import VENDOR_FIGURES, CaseClocks
from data_access.browse.case_file import TIMELINE
from data_access.clocks import FINDINGS, INTERVALS
from data_access.clocks import TIMELINE as CLOCK_EVENTS
from data_access.contracts import TABLES
from tests.dashboard.fakes import NOW as FAKE_NOW
from tests.dashboard.fakes import FakeWarehouse

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


EVERY = len(CLOCK_ORDER)


def a_run(clock: str, **given: Any) -> dict[str, Any]:
    known = {
        "clock": clock, "instance": 1, "started_at": AT, "stopped_at": None, "withdrawn_at": None,
        "withdrawn_by": None, "due_at": AT + timedelta(hours=4), "target_s": 4 * 3600,
        "on_business": True, "counted_s": 3600.0, "over_s": -3 * 3600.0, "standing": "running",
    }  # fmt: skip
    return known | given


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"standing": "missed", "counted_s": 15_120.0, "over_s": 720.0, "stopped_at": NOW},
            "First response 4 h 12 min on business hours, target 4 h: missed by 12 min",
        ),
        (
            {"standing": "met", "counted_s": 600.0, "over_s": -13_800.0, "stopped_at": NOW},
            "First response 10 min on business hours, target 4 h: met with 3 h 50 min to spare",
        ),
        (
            {"standing": "overdue", "counted_s": 18_000.0, "over_s": 3600.0, "on_business": False},
            "First response 5 h around the clock, target 4 h: overdue by 1 h and still running",
        ),
        (
            {},
            "First response 1 h on business hours, target 4 h: 3 h left, due 21 Nov 2026 02:30",
        ),
        (
            {"due_at": None},
            (
                "First response 1 h on business hours, target 4 h: "
                "3 h left, standing still without a deadline"
            ),
        ),
        (
            {"standing": "withdrawn", "withdrawn_at": NOW, "withdrawn_by": "merged"},
            (
                "First response 1 h on business hours, target 4 h: "
                "withdrawn before the deadline (Merged into another case), not judged"
            ),
        ),
        (
            {"standing": "missed", "withdrawn_at": NOW, "over_s": 60.0},
            (
                "First response 1 h on business hours, target 4 h: missed by 1 min when it was "
                "withdrawn"
            ),
        ),
        ({"standing": "measured", "target_s": None}, "First response 1 h on business hours"),
    ],
)
def test_a_verdict_in_words(given: dict[str, Any], said: str) -> None:
    assert case_clocks.verdict(a_run("first_response", **given), "UTC") == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(15, "15 s"), (60, "1 min"), (3600, "1 h"), (100 * 3600, "100 h"), (250 * 3600, "10 d 10 h")],
)
def test_spans_are_as_exact_as_they_are_judged(seconds: int, said: str) -> None:
    assert case_clocks.span(seconds) == said
    assert case_clocks.span(250 * 3600, business=True) == "250 h"
    assert case_clocks.exact(3 * 3600 + 62) == "3:01:02"


def some_clocks(*rows: tuple[str, int, int, bool, str, str | None]) -> CaseClocks:
    """Clock, hours from the start, hours to the end, whether counted, reason, detail."""
    shared = {"source": "desk", "case_id": "C-1", "instance": 1, "version": date(2026, 1, 1)}
    intervals = [
        shared
        | {"clock": clock, "starts_at": AT + timedelta(hours=first), "counted": counted,
           "ends_at": AT + timedelta(hours=last), "reason": reason, "detail": detail,
           "calendar": "desk/office", "policy": "desk/gold", "target_s": 4 * 3600}
        for clock, first, last, counted, reason, detail in rows
    ]  # fmt: skip
    runs = [a_run(clock) for clock in dict.fromkeys(row[0] for row in rows)]
    return CaseClocks(
        {"vendor_sla_met": None},
        pl.DataFrame(runs or [a_run("first_response")]).head(len(runs)),
        pl.DataFrame(intervals, schema=INTERVALS),
        pl.DataFrame(
            [{"at": AT, "kind": "customer_msg"}, {"at": AT, "kind": "tag"}], schema=CLOCK_EVENTS
        ),
        pl.DataFrame(schema=FINDINGS),
        pl.DataFrame(schema=VENDOR_FIGURES),
        NOW,
    )


PAUSED = some_clocks(
    ("first_response", 0, 1, True, "running", None),
    ("first_response", 1, 3, False, "out_of_hours", None),
    ("first_response", 3, 4, False, "holiday", "New Year"),
    ("first_response", 4, 5, True, "running", None),
    ("first_response", 5, 6, True, "running", None),
    ("resolution", 0, 6, False, "paused", "pending"),
)


def test_stretches_add_up_and_like_neighbours_are_one() -> None:
    lines = case_clocks.lines(PAUSED, "first_response")
    assert [line.seconds for line in lines] == [3600, 7200, 3600, 7200]
    assert [line.why for line in lines] == [
        "Counted", "Outside business hours", "Day off: New Year", "Counted",
    ]  # fmt: skip
    counted, left_out, whole = case_clocks.sums(lines)
    assert counted + sum(left_out.values()) == whole == 6 * 3600
    assert case_clocks.accounted(lines) == (
        "6 h passed, 3 h of it counted. Not counted: 2 h outside business hours, 1 h on days off."
    )
    run = a_run("first_response")
    assert case_clocks.in_force(lines, run) == "Policy: gold · Calendar: office, since 1 Jan 2026"


def test_the_figure_tells_kinds_of_time_apart_by_more_than_colour() -> None:
    lanes = [charts.lane(PAUSED, clock) for clock in charts.shown(PAUSED)]
    figure = clock_timeline(
        charts.pieces(PAUSED, "UTC"), charts.deadlines(PAUSED, "UTC"),
        charts.events(PAUSED, "UTC"), rows=lanes, happened=charts.happened(),
    )  # fmt: skip
    bars = {trace.name: trace for trace in figure.data if trace.type == "bar"}
    assert set(bars) == {"counted", "out_of_hours", "holiday", "paused"}
    shapes = [bars[name].marker.pattern.shape for name in bars if name != "counted"]
    assert len(set(shapes)) == len(shapes) == 3
    assert list(figure.layout.yaxis.categoryarray) == ["What happened", *lanes]
    assert list(bars["out_of_hours"].text) == ["Outside business hours"]
    marks = {trace.name: trace for trace in figure.data if trace.type == "scatter"}
    assert len(marks["events"].x) == 1, "a tag would crowd the axis"
    assert list(marks["deadlines"].text) == ["due", "due"]


def test_an_empty_figure_is_a_figure() -> None:
    nothing = some_clocks()
    figure = clock_timeline(
        charts.pieces(nothing, "UTC"), pl.DataFrame(schema=charts.DEADLINES),
        pl.DataFrame(schema=charts.EVENTS), rows=[], happened="x",
    )  # fmt: skip
    assert len(figure.data) == 0


def test_the_page_shows_the_clocks_of_its_case(fake_services: Services) -> None:
    warehouse = Desk()
    told = answer_clocks(
        replace(fake_services, warehouse=warehouse),  # type: ignore[arg-type]
        "zone=Asia/Shanghai", {"case_id": "C-1000", "feed": "desk"},
    )  # fmt: skip
    assert told[0] == "aw-panel"
    boxes, verdicts = told[5], told[6]
    assert len(boxes) == EVERY
    shown = [clock for clock, box in zip(CLOCK_ORDER, boxes, strict=True) if box != "aw-none"]
    assert shown[0] == "first_response"
    assert verdicts[0].startswith("First response ")
    columns, table = (json.loads(told[9][0])[name] for name in ("columns", "rows"))
    assert {len(row["cells"]) for row in table} == {len(columns)}
    assert table[-1]["cells"][0]["text"] == "Sum"
    assert told[10:] == ("aw-none", "", "", "aw-none", "")


def test_a_case_that_nobody_knows_has_no_clocks(fake_services: Services) -> None:
    told = answer_clocks(fake_services, "", {"case_id": "C-9", "feed": None})
    assert told[0] == "aw-panel is-empty"
    assert told[5] == ["aw-none"] * EVERY
    assert len(told) == 15


@dataclass(eq=False)
class Desk(FakeWarehouse):
    """Facts of the first made-up case as well: it was created and its customer wrote."""

    def scan(
        self, table: str, *, namespace: str = "facts", schema: dict[str, pl.DataType] | None = None
    ) -> pl.LazyFrame:
        if namespace != "facts" or table not in {"cases", "case_events"}:
            return super().scan(table, namespace=namespace, schema=schema)
        columns = TABLES[table].stored_dtypes()
        shared = {"source": "desk", "case_id": "C-1000", "part": 202611}
        row = {"created_at": FAKE_NOW - timedelta(hours=3), "status": "open"}
        if table == "case_events":
            row = {"event_id": "1", "type": "customer_msg", "at": FAKE_NOW - timedelta(hours=3)}
        return pl.LazyFrame([{name: (shared | row).get(name) for name in columns}], columns)
