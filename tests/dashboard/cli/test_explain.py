"""`afterwatch explain`: why the clocks of one case show what they show."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import group
from dashboard.cli.explain import CLOCK_OF_KPI
from data_access.clocks import CLOCKS
from data_access.marts import refresh
from data_access.metrics import CATALOGUE
from tests.data_access.metrics.home import Home
from tests.data_access.tables import at

NOW = at("2026-03-20 12:00")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    made = Home(folder)
    calendars = [
        {"interval_id": f"o{day}", "calendar_id": "office", "tz": "Europe/Berlin", "weekday": day,
         "start_minute": 540, "end_minute": 1020, "valid_from": at("2026-01-01").date()}
        for day in range(1, 6)
    ]  # fmt: skip
    policies = [
        {"policy_id": "gold", "metric": "first_response", "target_s": 4 * 3600,
         "clock": "business", "calendar_id": "office"},
    ]  # fmt: skip
    cases = [
        {"case_id": "a", "created_at": at("2026-03-06 14:48"), "status": "open",
         "vendor_frt_min": 5000.0, "vendor_sla_met": True},
        {"case_id": "b", "created_at": at("2026-03-06 14:48"), "status": "open"},
    ]  # fmt: skip
    events = [
        {"event_id": "1", "case_id": "a", "at": at("2026-03-09 11:00"), "type": "agent_msg"},
        {"event_id": "2", "case_id": "a", "at": at("2026-03-01 11:00"), "type": "note"},
    ]
    tables = {"calendars": calendars, "sla_policies": policies, "case_events": events}
    made.take_in({"cases": cases, **tables}, NOW)
    made.take_in({"cases": cases[1:]}, NOW, source="other")
    refresh(made.warehouse, made.engine, NOW)
    made.close()
    return folder


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["explain", *words, "--home", str(home)])


def document(home: Path, *words: str) -> dict[str, Any]:
    done = run(home, *words, "--format", "json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_verdict_the_stretches_and_the_reasons(home: Path) -> None:
    told = run(home, "a", "--clock", "first_response", "--zone", "Europe/Berlin").stdout
    assert "First response 4 h 12 min on business hours, target 4 h: missed by 12 min" in told
    assert "Policy: gold · Calendar: office, since 1 Jan 2026" in told
    assert "2026-03-06 15:48:00" in told
    assert "2026-03-09 12:00:00" in told
    assert "Outside business hours" in told
    assert "Nobody was to be on duty by the calendar." in told
    assert "Resolution" not in told


def test_the_column_of_lengths_adds_up(home: Path) -> None:
    told = run(home, "a", "--clock", "first_response").stdout
    rows = [line for line in told.splitlines() if re.match(r"│ 2026", line)]
    (total,) = [line for line in told.splitlines() if re.match(r"│ sum", line)]

    def seconds(text: str) -> int:
        hours, minutes, rest = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + int(rest)

    def lengths(line: str) -> list[str]:
        return re.findall(r"\b\d+:\d\d:\d\d\b", re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "", line))

    whole, counted, rest = (seconds(text) for text in lengths(total))
    assert counted == (4 * 60 + 12) * 60
    assert whole == counted + rest
    assert sum(seconds(text) for line in rows for text in lengths(line)) == whole


def test_vendor_figures_and_data_quality(home: Path) -> None:
    told = run(home, "a").stdout
    assert "The source's own figures" in told
    assert "The source calls its SLA met. By the events 2 of 2 clocks missed their target." in told
    assert "Something happened before the case was created" in told
    assert "Check the time zone of the export." in told


def test_json_has_the_intervals_and_their_sums(home: Path) -> None:
    told = document(home, "a")
    clocks = {run["clock"]: run for run in told["clocks"]}
    first = clocks["first_response"]
    assert (told["case_id"], told["source"], told["zone"]) == ("a", "shop", "UTC")
    assert first["standing"] == "missed"
    assert first["verdict"].endswith("missed by 12 min")
    sums = first["sums"]
    assert sums["counted_s"] == (4 * 60 + 12) * 60
    assert sums["whole_s"] == sums["counted_s"] + sum(sums["not_counted_s"].values())
    assert [part["reason"] for part in first["intervals"]] == ["running", "out_of_hours", "running"]
    assert first["intervals"][0]["version"] == "2026-01-01"
    assert told["vendor"][0]["vendor_s"] == 300_000
    assert told["vendor_sla_met"] is True
    assert told["findings"][0]["check"] == "event_before_creation"


def test_a_kpi_chooses_its_clock(home: Path) -> None:
    told = document(home, "a", "--kpi", "resolution_within_target")
    assert {run["clock"] for run in told["clocks"]} == {"resolution"}
    assert set(CLOCK_OF_KPI) <= set(CATALOGUE)
    assert set(CLOCK_OF_KPI.values()) <= set(CLOCKS)


def test_as_of_an_earlier_instant(home: Path) -> None:
    told = document(home, "a", "--clock", "first_response", "--as-of", "2026-03-09T10:30")
    assert told["clocks"][0]["standing"] == "running"
    done = run(home, "a", "--as-of", "2026-03-01")
    assert done.exit_code == 1
    assert "did not exist yet at 2026-03-02 00:00 UTC" in done.stderr


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["nobody"], 1, "There is no case 'nobody'. Check the number"),
        (["b"], 2, "2 sources know a case 'b': other, shop. Say which one: --source other"),
        (["a", "--source", "other"], 1, "has no case 'a'; known from: shop"),
        (["a", "--clock", "joy"], 2, "There is no clock 'joy'. Known: first_response"),
        (["a", "--kpi", "nps"], 2, "no clock of a case decides it"),
        (["a", "--kpi", "solution_within_target", "--clock", "resolution"], 2, "decided by"),
        (["a", "--zone", "Mars/Base"], 2, "no IANA time zone"),
        (["a", "--as-of", "noon"], 2, "--as-of 'noon' is no time"),
    ],
)
def test_what_cannot_be_answered(home: Path, words: list[str], status: int, said: str) -> None:
    done = run(home, *words)
    assert done.exit_code == status
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_one_of_several_sources(home: Path) -> None:
    assert document(home, "b", "--source", "other")["source"] == "other"


def test_a_clock_that_never_ran_is_said(home: Path) -> None:
    done = run(home, "a", "--clock", "vip_response")
    assert done.exit_code == 0
    assert "vip_response never ran in it." in done.stdout
