"""The Service screen: demand beside staff, ages beside a week ago, languages, marketplaces."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import polars as pl
import pytest
from dash import Dash

from callbacks import service as callbacks
from dashboard import downloads
from dashboard import service as shapes
from dashboard.figures.age_bars import age_bars
from dashboard.figures.parity_dots import parity_dots
from dashboard.service_outlook import (
    Outlook,
    by_clock,
    by_group,
    of_clock,
    staffed_by,
    whole,
)
from dashboard.services import Services
from dashboard.wording import service_backlog as backlog_words
from dashboard.wording import service_due as due_words
from dashboard.wording import service_markets as market_words
from dashboard.wording import service_parity as parity_words
from data_access.browse.service_roster import SHIFTS, Pace, Roster
from data_access.metrics import Filter
from data_access.metrics.backlog import AGE_BUCKETS
from data_access.metrics.parity import COLUMNS as PARITY_COLUMNS
from data_access.metrics.parity import parity
from tests.dashboard.fakes import NOW, services

Line = tuple[str, str, str | None, str, int, int]


def running(*rows: Line) -> pl.DataFrame:
    """`case_id`, clock, language, team, level and minutes left."""
    texts = dict.fromkeys(("case_id", "clock", "language", "team"), pl.String)
    names = {**texts, "level": pl.Int64, "minutes_left": pl.Int64}
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(
        source=pl.lit("desk"), due_at=pl.lit(NOW) + pl.duration(minutes="minutes_left")
    )


def roster(*rows: tuple[str, str | None, str, float, float], ends: float | None = 99) -> Roster:
    """Agent, team, languages, and hours from now at which a shift begins and ends."""
    made = [
        {
            "agent_id": agent,
            "source": "desk",
            "team": team,
            "langs": langs.split(),
            "starts_at": NOW + timedelta(hours=start),
            "ends_at": NOW + timedelta(hours=end),
        }
        for agent, team, langs, start, end in rows
    ]
    last = None if ends is None else NOW + timedelta(hours=ends)
    return Roster(pl.DataFrame(made, schema=SHIFTS), last)


DUE = running(
    ("1", "first_response", "de", "DACH", 2, 10),
    ("1", "resolution", "de", "DACH", 2, 50),
    ("2", "first_response", "de", "DACH", 3, 60),
    ("3", "next_response", "pt-BR", "Americas", 2, 59),
    ("4", "resolution", "pt-BR", "Americas", 2, 61),
    ("5", "resolution", None, "Americas", 1, 200),
)
CREW = roster(
    ("a", "DACH", "en de", -1, 7),
    ("b", "Americas", "en pt", 0.5, 4),
    ("c", "Americas", "en", -8, -1),
)


def outlook(
    due: pl.DataFrame = DUE, crew: Roster = CREW, minutes: int = 60, per_hour: float | None = 1.0
) -> Outlook:
    return Outlook(due, crew, NOW, minutes, per_hour)


def test_a_case_that_two_clocks_threaten_is_one_case() -> None:
    found = by_group(outlook(), "language")
    counts = {group: counts for group, *counts in found.select("group", *shapes.COUNTS).rows()}
    assert counts == {"de": [1, 2, 2], "pt-BR": [0, 1, 2], "": [0, 0, 1]}
    every = whole(outlook())
    assert (every["due_15"], every["due_60"], every["due_240"]) == (1, 3, 5)
    clocks = by_clock(DUE, NOW)
    assert clocks.select("clock", "due_60").rows() == [
        ("first_response", 2),
        ("next_response", 1),
        ("resolution", 1),
    ]
    assert clocks["next"][0] == NOW + timedelta(minutes=10)


def test_agents_are_counted_with_the_hours_they_work_in_the_time() -> None:
    found = {row["group"]: row for row in by_group(outlook(), "language").rows(named=True)}
    german, portuguese, unknown = found["de"], found["pt-BR"], found[""]
    # a is there for the whole hour; b, who speaks pt and so pt-BR, comes after half of it.
    assert (german["here"], german["within"], german["capacity"]) == (1, 1, 1.0)
    assert (portuguese["here"], portuguese["within"], portuguese["capacity"]) == (0, 1, 0.5)
    assert (unknown["here"], unknown["capacity"]) == (None, None)
    every = whole(outlook())
    assert (every["here"], every["within"], every["capacity"]) == (1, 2, 1.5)
    teams = {row["group"]: row["within"] for row in by_group(outlook(), "team").rows(named=True)}
    assert teams == {"DACH": 1, "Americas": 1}


def test_nobody_there_comes_before_too_few_and_those_before_enough() -> None:
    due = running(
        *(("d" + str(n), "resolution", "de", "T", 1, 30) for n in range(5)),
        *(("f" + str(n), "resolution", "fr", "T", 1, 30) for n in range(3)),
        ("i1", "resolution", "it", "T", 1, 30),
        ("k1", "resolution", "ko", "T", 1, 200),
    )
    crew = roster(*((f"d{n}", "T", "de", -1, 5) for n in range(9)), ("f", "T", "fr", -1, 5))
    found = by_group(outlook(due, crew), "language")
    # Nobody speaks Korean either, but nothing in Korean is due within the hour.
    assert found["group"].to_list() == ["it", "fr", "de", "ko"]
    asked = found.select("due_60", "within", "capacity").rows()
    told = [due_words.standing(due, within, capacity) for due, within, capacity in asked]
    assert told == [
        ("breach", "Nobody on shift"),
        ("watch", "Above usual pace"),
        ("ok", "Enough"),
        ("", ""),
    ]


def test_levels_are_not_staffed() -> None:
    found = by_group(outlook(), "level")
    assert set(found["group"]) == {"1", "2", "3"}
    assert found["within"].null_count() == 3
    table = json.loads(due_words.demand_table(found, whole(outlook()), "level", 60, "", ""))
    assert [column["label"] for column in table["columns"]] == ["Level", "15 min", "60 min", "4 h"]
    assert table["rows"][0]["cells"][0]["text"] == "L2"


def test_agents_who_do_not_tell_their_languages_are_not_taken_for_absent() -> None:
    silent = roster(("a", "DACH", "", -1, 7))
    assert by_group(outlook(crew=silent), "language")["within"].null_count() == 3
    assert by_group(outlook(crew=silent), "team")["within"].null_count() == 0


def test_a_roster_is_filtered_by_what_agents_have() -> None:
    assert staffed_by(CREW, Filter(team=("Americas",))).shifts["agent_id"].to_list() == ["b", "c"]
    assert staffed_by(CREW, Filter(language=("pt-PT",))).shifts["agent_id"].to_list() == ["b"]
    assert staffed_by(CREW, Filter(market=("FR",))).shifts.height == 3
    assert due_words.unfiltered(Filter(market=("FR",), team=("DACH",))) == ["market"]


def worst(group: str, due: int, within: int | None) -> dict[str, Any]:
    return {"group": group, "due": due, "within": within}


@pytest.mark.parametrize(
    ("due", "group", "by", "here", "text"),
    [
        (37, worst("X", 8, 1), "team", 5,
         "37 cases breach within 60 min; 8 of them for X, where 1 agent is on shift in that time."),
        (1, worst("DACH", 1, 0), "team", 5,
         "1 case breaches within 60 min; 1 of them for DACH, where nobody is on shift."),
        (0, None, "language", 21, "Nothing breaches within 60 min. 21 agents are on shift."),
        (0, None, "language", 0, "Nothing breaches within 60 min. Nobody is on shift."),
        (3, worst("de", 3, None), "language", 1,
         "3 cases breach within 60 min. 1 agent is on shift."),
        (3, None, "language", None,
         "3 cases breach within 60 min. Nobody can say who is on shift: no shifts are imported."),
    ],
)  # fmt: skip
def test_the_answer(
    due: int, group: dict[str, Any] | None, by: str, here: int | None, text: str
) -> None:
    assert due_words.answer(due, 60, group, by, here) == text


def test_a_roster_that_ended_is_not_an_empty_floor() -> None:
    ended = datetime(2026, 11, 20, 22, tzinfo=UTC)
    text = due_words.answer(0, 15, None, "team", None, roster_ends=ended)
    assert text == "Nothing breaches within 15 min. The roster ended on 20 Nov."
    over = outlook(crew=replace(CREW, ends=NOW))
    assert by_group(over, "team")["within"].null_count() == 2
    assert whole(over)["here"] is None
    note = due_words.note(
        NOW, "UTC", None, Pace(9, 9.0), days=28, unfiltered=[], silent=False, roster_ends=ended
    )
    assert note.endswith("the roster ended on 20 Nov, so only the demand is shown")


def test_history_has_no_next_hours() -> None:
    assert due_words.unknown_data(None) == "Nothing has been imported yet."
    assert "17 Oct 2018" in due_words.unknown_data(datetime(2018, 10, 17, tzinfo=UTC).date())


def test_the_estimate_names_what_it_rests_on() -> None:
    given: dict[str, Any] = {"days": 28, "unfiltered": ["market"], "silent": False}
    text = due_words.note(NOW, "UTC", 21, Pace(300, 1500.0), **given)
    assert "0.20 answers per agent and hour over 28 days (n = 300 in 1,500 hours)" in text
    assert text.endswith("agents are not filtered by Market")
    assert "no shifts are imported" in due_words.note(NOW, "UTC", None, Pace(0, 0.0), **given)


def test_rows_lead_to_the_cases_they_count() -> None:
    groups, every = by_group(outlook(), "language"), whole(outlook())
    table = json.loads(due_words.demand_table(groups, every, "language", 60, "market=FR", ""))
    hrefs = {row["cells"][0]["text"]: row["href"] for row in table["rows"]}
    assert hrefs["German"] == "/cases?view=due_60&market=FR&language=de"
    assert hrefs["All"] == "/cases?view=due_60&market=FR"
    assert all(len(row["cells"]) == len(table["columns"]) for row in table["rows"])
    # One clock's rows are the queue of this screen: the case list knows no single clock.
    one = json.loads(due_words.demand_table(groups, every, "team", 15, "", "resolution"))
    assert one["rows"][0]["href"].startswith("/service?within=15&by=team&clock=resolution&team=")
    bare = replace(CREW, ends=None)
    unstaffed = json.loads(
        due_words.demand_table(
            by_group(outlook(crew=bare), "team"), whole(outlook(crew=bare)), "team", 60, "", ""
        )
    )
    assert [column["label"] for column in unstaffed["columns"]] == [
        "Team",
        "15 min",
        "60 min",
        "4 h",
    ]


@pytest.mark.parametrize(
    ("asked", "horizon", "split", "clock"),
    [
        ("15", 15, "team", "solution"), (240, 240, "level", ""), ("61", 60, "colour", "x"),
        (None, 60, "", None),
    ],
)  # fmt: skip
def test_addresses_name_choices(asked: object, horizon: int, split: str, clock: str | None) -> None:
    assert shapes.chosen_horizon(asked) == horizon
    assert shapes.chosen_split(split) == (split if split in shapes.SPLITS else "language")
    assert shapes.chosen_clock(clock) == ("solution" if clock == "solution" else "")
    assert shapes.chosen_parity("csat") == "csat"
    assert shapes.chosen_parity("nps") == "first_response"
    assert of_clock(DUE, "resolution").height == 3
    assert of_clock(DUE, "").height == DUE.height


def backlog(**groups: tuple[float, ...]) -> pl.DataFrame:
    rows = [
        (group or None, bucket, value)
        for group, values in groups.items()
        for bucket, value in zip(AGE_BUCKETS, values, strict=True)
        if value
    ]
    schema = {"team": pl.String, "age_bucket": pl.String, "value": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_every_age_of_every_group_has_a_place() -> None:
    now = backlog(A=(1, 0, 0, 2, 0), B=(9, 9, 9, 9, 9))
    frame = shapes.ages(now, backlog(A=(0, 0, 5, 0, 0), C=(1, 0, 0, 0, 0)), "team", "rest")
    assert frame["group"].unique(maintain_order=True).to_list() == ["B", "A", "C"]
    assert frame["bucket"].to_list() == list(AGE_BUCKETS) * 3
    assert frame.filter(group="A").select("value", "before").rows() == [
        (1, 0), (0, 0), (0, 5), (2, 0), (0, 0),
    ]  # fmt: skip
    assert frame.filter(group="C")["total"].to_list() == [0] * 5
    assert backlog_words.title(frame) == (
        "48 cases are open, 42 more than a week ago; 20 are older than 2 days"
    )


def test_groups_beyond_the_largest_are_one() -> None:
    many = backlog(**{f"G{n:02}": (float(40 - n), 0.0, 0.0, 0.0, 0.0) for n in range(20)})
    frame = shapes.ages(many, many.clear(), "team", backlog_words.OTHERS)
    groups = frame["group"].unique(maintain_order=True).to_list()
    assert len(groups) == shapes.GROUPS_SHOWN
    assert groups[-1] == backlog_words.OTHERS
    assert frame["value"].sum() == many["value"].sum()
    days = (NOW.date(), NOW.date())
    bars = backlog_words.bars(frame, "team", "", days)
    assert bars["name"][-1].startswith("All others · ")
    assert "team" not in parse_qs(urlsplit(bars["href"][-1]).query)


def test_ages_stand_side_by_side_on_one_scale() -> None:
    frame = shapes.ages(
        backlog(A=(1, 0, 0, 20, 0)), backlog(A=(0, 3, 0, 0, 0)), "team", backlog_words.OTHERS
    )
    bars = backlog_words.bars(frame, "team", "market=FR", (NOW.date(), NOW.date()))
    figure = age_bars(bars, backlog_words.bucket_names(), height=380)
    axes = [figure.layout[name] for name in ("xaxis", "xaxis2", "xaxis3", "xaxis4", "xaxis5")]
    assert len({tuple(axis.range) for axis in axes}) == 1
    assert all(left.domain[1] < right.domain[0] for left, right in pairwise(axes))
    widths = {trace.type: trace for trace in figure.data}["bar"]
    assert widths.customdata[0].startswith("/cases?view=open&range=custom")
    ticks = [trace.x for trace in figure.data if getattr(trace, "mode", "") == "markers"]
    assert [len(x) for x in ticks] == [0, 1, 0, 0, 0]
    labels = [trace.text[0] for trace in figure.data if getattr(trace, "mode", "") == "text"]
    # A number where something is or was; nothing where nothing ever was.
    assert labels == ["1", "0", "", "20", ""]


def languages(*cells: tuple[str, int, int]) -> pl.DataFrame:
    names = ["language", "numerator", "denominator"]
    made = pl.DataFrame(list(cells), schema=names, orient="row").with_columns(reason=pl.lit("x"))
    return shapes.surest_first(parity(made, "language", ["reason"], "en"), "en")


SERVED = languages(
    ("en", 900, 1000), ("de", 540, 1000), ("fr", 27, 40), ("es", 888, 1000), ("it", 930, 1000),
    ("nl", 80, 100), ("ja", 1, 9),
)  # fmt: skip


def test_verdicts_say_only_what_is_certain() -> None:
    told = {row["group"]: parity_words.verdict(row, "en") for row in SERVED.rows(named=True)}
    assert told == {
        "en": ("info", "Reference"),
        "de": ("breach", "Below 0.8"),
        "fr": ("watch", "Perhaps below 0.8"),
        "nl": ("watch", "Served worse"),
        "es": ("ok", "No clear difference"),
        "it": ("ok", "Served better"),
        "ja": ("none", "Too few to say"),
    }
    assert SERVED["group"].to_list() == ["en", "de", "fr", "nl", "es", "it", "ja"]
    assert parity_words.title(SERVED, "en") == "German gets 60% of what English gets"
    alike = languages(("en", 900, 1000), ("es", 888, 1000))
    assert parity_words.title(alike, "en") == "No language is certainly served worse than English"
    few = languages(("en", 900, 1000), ("ja", 1, 9))
    assert parity_words.title(few, "en") == "No language has enough cases to compare with English"


def test_dots_are_filled_where_the_difference_is_certain() -> None:
    dots = parity_words.dots(SERVED, "first_response_within_target", "")
    figure = parity_dots(dots, alert=0.8, alike="alike", below="limit")
    whiskers, marks = figure.data
    certain = dict(zip(marks.y, marks.marker.color, strict=True))
    assert certain["German"] != certain["Spanish"]
    assert certain["Japanese"] == certain["Spanish"]
    # The reference has no interval; the others have two ends and a gap each.
    assert len(whiskers.x) == 3 * (SERVED.height - 1)
    assert np.isnan(whiskers.x[2::3]).all()
    low, high = figure.layout.xaxis.range
    assert low < 0.8
    assert high > 1
    assert figure.layout.shapes[1].x0 == 0.8
    nothing = parity_words.dots(pl.DataFrame(schema=PARITY_COLUMNS), "csat", "")
    assert parity_dots(nothing, alert=0.8, alike="", below="").data[1].x.size == 0


def test_the_table_leads_to_what_counts_against_a_language() -> None:
    table = json.loads(parity_words.table(SERVED, "first_response_within_target", "en", "range=7d"))
    german, small = table["rows"][1], table["rows"][-1]
    assert german["href"] == "/cases?view=first_response_late&range=7d&language=de"
    assert "small" not in german
    assert small["small"]
    assert all(len(row["cells"]) == len(table["columns"]) for row in table["rows"])


def market(name: str | None, value: float, n: int, running: int = 0) -> dict[str, Any]:
    row: dict[str, Any] = {"marketplace": name}
    for kind in ("own", "platform"):
        row |= {
            f"{kind}_value": value, f"{kind}_low": value - 0.1, f"{kind}_high": value + 0.1,
            f"{kind}_n": n, f"{kind}_running": running,
            f"{kind}_next": NOW + timedelta(minutes=5) if running else None,
        }  # fmt: skip
    return row


def test_marketplaces_with_few_messages_do_not_lead() -> None:
    frame = pl.DataFrame(
        [market("Tiny", 0.2, 5), market("Bazaar", 0.7, 50, 3), market(None, 0.8, 90)]
    )
    assert market_words.title(frame) == "Bazaar is answered within 2 h least often: 70.0%"
    rows = json.loads(market_words.table(frame, "market=FR"))["rows"]
    assert [row.get("small", False) for row in rows] == [True, False, False]
    assert rows[2]["cells"][0]["text"] == "Not named"
    assert rows[1]["cells"][-1]["at"] == "2026-11-22T04:09:00Z"
    assert rows[1]["href"] == "/service?within=240&clock=marketplace_response&market=FR"
    assert market_words.title(frame.head(1)) == "Marketplace clocks"


def test_the_screen_over_a_desk_without_shifts(fake_services: Services) -> None:
    told = callbacks.due(fake_services, "", "60", "language", "")
    assert told[0] == "aw-panel"
    assert "no shifts are imported" in told[4]
    assert told[8] == "/cases?view=due_60"
    assert told[10].endswith("no shifts are imported.")
    queue = json.loads(told[6])["rows"]
    listed = downloads.shown_due(fake_services, "", within="60", clock="")
    assert len(queue) == listed.height > 0
    assert [row["href"] for row in queue] == [
        f"/cases/{name}?feed=desk" for name in listed["case_id"]
    ]


def test_the_backlog_is_that_of_the_numbers(fake_services: Services) -> None:
    told = callbacks.backlog(fake_services, "", "team")
    assert told[0] == "aw-panel"
    asked = [query for query in fake_services.metrics.asked if query.kpi == "backlog"]  # type: ignore[attr-defined]
    assert [query.as_of for query in asked] == [None, NOW - timedelta(days=7)]
    assert asked[0].where.start is None
    assert len(json.loads(told[7])["rows"]) == 5


def test_the_backlog_of_history_is_that_of_its_last_day(tmp_path: Path) -> None:
    old = services(tmp_path, ended=timedelta(days=900))
    told = callbacks.backlog(old, "", "team")
    assert told[3] == "Open at 6 Jun 2024 00:00; grey mark: at 30 May 2024 00:00"
    answer = callbacks.due(old, "", "60", "team", "")[10]
    assert answer == "The data end on 5 Jun 2024: nothing can fall due any more."
    old.engine.dispose()


def test_languages_are_compared_whatever_language_is_filtered(fake_services: Services) -> None:
    told = callbacks.languages(fake_services, "language=de", "csat", "fr")
    assert told[0] == "aw-panel"
    assert "any language" in told[3]
    assert "weighted as French cases are spread over reason and channel" in told[3]
    [asked] = [query for query in fake_services.metrics.asked if query.kpi == "csat"]  # type: ignore[attr-defined]
    assert asked.where.language == ()
    assert {option["value"] for option in told[6]} == {"", "de", "en", "fr", "zh-CN"}
    # A language that nobody wrote in stays a choice, but cannot be the reference.
    other = callbacks.languages(fake_services, "", "csat", "is")
    assert "Icelandic" in {option["label"] for option in other[6]}
    assert "Icelandic" not in other[3]


def test_nothing_to_show(tmp_path: Path) -> None:
    empty = services(tmp_path, empty=True)
    due = callbacks.due(empty, "", None, None, None)
    assert (due[0], due[5]) == ("aw-panel is-empty", "aw-panel is-empty")
    assert due[10] == "Nothing has been imported yet."
    backlog_told = callbacks.backlog(empty, "", None)
    assert (backlog_told[0], backlog_told[6]) == ("aw-panel is-empty", "aw-panel is-empty")
    assert callbacks.languages(empty, "", None, None)[0] == "aw-panel is-empty"
    assert callbacks.markets(empty, "")[0] == "aw-panel is-empty"
    empty.engine.dispose()


def test_the_file_of_the_queue(app: Dash) -> None:
    answer = app.server.test_client().get("/download/due.csv?within=240&clock=first_response")
    lines = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert answer.status_code == 200
    assert lines[0].startswith("case_id,source,subject,")
    assert len(lines) == 6
    assert all("first_response" in line for line in lines[1:])
