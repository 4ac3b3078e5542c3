"""`afterwatch kpi --preset` and `afterwatch reconcile`: what they print and what they refuse."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import group
from data_access.marts import refresh
from tests.data_access.metrics.home import Home
from tests.data_access.tables import at

NOW = at("2026-03-10")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    made = Home(folder)
    case = {"status": "open", "calendar_id": "office", "channel": "email"}
    cases = [
        # Asked Monday 20:00, answered Tuesday 10:00: one hour in office hours, 14 by the clock.
        {
            **case,
            "case_id": "night",
            "created_at": at("2026-03-02 20:00"),
            "vendor_frt_business_min": 60.0,
            "vendor_sla_met": True,
        },
        # Asked Monday 10:00, answered 13:00: three hours on either.
        {
            **case,
            "case_id": "day",
            "created_at": at("2026-03-02 10:00"),
            "channel": "chat",
            "vendor_frt_business_min": 100.0,
            "vendor_sla_met": True,
        },
        # Nobody has answered.
        {**case, "case_id": "open", "created_at": at("2026-03-09 10:00")},
    ]
    told = [
        ("night", "2026-03-02 20:00", "customer_msg"),
        ("night", "2026-03-03 10:00", "agent_msg"),
        ("night", "2026-03-03 12:00", "solved"),
        ("night", "2026-03-04 12:00", "closed"),
        ("day", "2026-03-02 10:00", "customer_msg"),
        ("day", "2026-03-02 13:00", "agent_msg"),
        ("day", "2026-03-05 13:00", "solved"),
        ("day", "2026-03-06 13:00", "closed"),
        ("open", "2026-03-09 10:00", "customer_msg"),
    ]
    events = [
        {"event_id": str(number), "case_id": name, "at": at(when), "type": kind}
        for number, (name, when, kind) in enumerate(told)
    ]
    week = [
        {
            "interval_id": str(day),
            "calendar_id": "office",
            "tz": "UTC",
            "weekday": day,
            "start_minute": 540,
            "end_minute": 1020,
        }
        for day in range(1, 6)
    ]
    made.take_in({"cases": cases, "case_events": events, "calendars": week}, NOW)
    refresh(made.warehouse, made.engine, NOW)
    made.close()
    return folder


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(group, [*words, "--home", str(home)])


def told(home: Path, *words: str) -> object:
    done = run(home, *words, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_time_by_two_definitions(home: Path) -> None:
    asked = ("kpi", "first_response", "--preset")
    assert told(home, *asked, "zendesk") == [
        {
            "n": 2,
            "median_min": 120.0,
            "p90_min": 180.0,
            "mean_min": 120.0,
            "running": 0,
            "left_out": 1,
        }
    ]
    (gorgias,) = told(home, *asked, "gorgias")  # type: ignore[misc]
    assert (gorgias["median_min"], gorgias["mean_min"]) == (510.0, 510.0)
    (ours,) = told(home, *asked, "afterwatch")  # type: ignore[misc]
    # 3 h, 14 h, and 14 h that still run: half have an answer within 14 h.
    assert (ours["n"], ours["running"], ours["median_min"]) == (3, 1, 840.0)


def test_splits_filters_and_days(home: Path) -> None:
    asked = ("kpi", "first_response", "--preset", "gorgias")
    by_channel = told(home, *asked, "--by", "channel,week", "--to", "2026-03-08")
    assert [(r["channel"], r["week"], r["n"]) for r in by_channel] == [  # type: ignore[attr-defined]
        ("chat", "2026-03-02", 1),
        ("email", "2026-03-02", 1),
    ]
    (chat,) = told(home, *asked, "--where", "channel=chat")  # type: ignore[misc]
    assert chat["median_min"] == 180.0
    (early,) = told(home, *asked, "--as-of", "2026-03-02T21:00")  # type: ignore[misc]
    assert (early["n"], early["left_out"]) == (1, 1)


def test_the_table_says_what_the_definition_is(home: Path) -> None:
    shown = run(home, "kpi", "first_response", "--preset", "zendesk").stdout
    assert "Zendesk: first_response (minutes)" in shown
    assert "first public comment of an agent" in shown
    assert "https://support.zendesk.com/hc/en-us/articles/4408834848154" in shown
    assert "Not stated there, assumed: merged, statistic." in shown
    listed = run(home, "kpi", "--preset", "gorgias").stdout
    assert "none. Its statistics time the first answer only." in " ".join(listed.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("kpi", "on_hold", "--preset", "gorgias"), "Gorgias has no metric on_hold."),
        (("kpi", "nps", "--preset", "zendesk"), "There is no time metric 'nps'."),
        (("kpi", "first_response", "--preset", "x"), "There is no preset 'x'."),
        (
            ("kpi", "first_response", "--preset", "zendesk", "--currency", "EUR"),
            "--currency has no meaning for times.",
        ),
        (
            ("kpi", "first_response", "--preset", "zendesk", "--by", "colour"),
            "Cases have no dimension 'colour'. Known: market",
        ),
        (("reconcile", "nps"), "There is no time metric 'nps'."),
        (("reconcile", "on_hold"), "Gorgias has no metric on_hold."),
        (("reconcile", "first_response", "--left", "x"), "There is no preset 'x'."),
        (
            ("reconcile", "first_response", "--left", "recorded", "--right", "recorded"),
            "not with itself",
        ),
        (
            ("reconcile", "next_response", "--right", "recorded"),
            "No source records next_response per case.",
        ),
        (("reconcile", "first_response", "--flag"), "--flag goes with first_resolution"),
        (("reconcile", "first_response", "--from", "March"), "--from 'March' is no day"),
    ],
)
def test_what_cannot_be_asked(home: Path, words: tuple[str, ...], said: str) -> None:
    done = run(home, *words)
    assert done.exit_code == 2
    assert said in done.output


def test_the_gap_by_cause(home: Path) -> None:
    found = told(home, "reconcile", "first_response", "--statistic", "mean")
    assert isinstance(found, dict)
    # Zendesk (1 + 3) / 2 = 2 h, Gorgias (14 + 3) / 2 = 8.5 h: hours alone.
    assert (found["left"]["value_s"], found["right"]["value_s"]) == (7200.0, 30_600.0)
    assert found["left"]["left_out"] == {"open": 1}
    effects = {row["cause"]: row["effect_s"] for row in found["causes"]}
    assert effects["out_of_hours"] == pytest.approx(23_400.0)
    assert sum(effects.values()) == pytest.approx(found["gap_s"])
    assert found["top"][0]["case_id"] == "night"
    assert found["right"]["sources"][0]["url"].startswith("https://docs.gorgias.com")
    text = run(home, "reconcile", "first_response", "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0]["cause"] == "out_of_hours"


def test_the_table_of_causes(home: Path) -> None:
    shown = run(home, "reconcile", "first_response", "--statistic", "mean").stdout
    assert "Zendesk says 2 h, Gorgias 8 h 30 min." in shown
    assert "Out of hours" in shown
    assert "3 cases" in shown


def test_recorded_minutes(home: Path) -> None:
    found = told(home, "reconcile", "first_response", "--vendor")
    assert isinstance(found, dict)
    assert (found["recorded"], found["both"], found["agree"]) == (2, 2, 1)
    assert found["differences"][0]["case_id"] == "day"
    shown = run(home, "reconcile", "first_response", "--vendor").stdout
    assert "1 of 2 cases with both figures agree within a minute (50.0%)" in shown
    none = run(home, "reconcile", "full_resolution", "--vendor").stdout
    assert "None of these cases has a recorded full_resolution" in none
    calendar = run(home, "reconcile", "on_hold", "--vendor").stdout
    assert "--left zendesk:calendar" in calendar
    gap = told(home, "reconcile", "first_response", "--left", "recorded", "--right", "zendesk")
    assert isinstance(gap, dict)
    assert {row["cause"] for row in gap["causes"]} == {"not_reproduced"}


def test_the_flag_of_the_source(home: Path) -> None:
    found = told(home, "reconcile", "first_resolution", "--flag")
    assert isinstance(found, dict)
    # "day" took 75 h and is flagged as kept all the same.
    assert (found["judged"], found["disagreements"], found["unexplained"]) == (2, 1, 0)
    shown = run(home, "reconcile", "first_resolution", "--flag", "--target-hours", "80").stdout
    assert "They disagree on 0 of 2 cases" in shown
    nothing = run(home, "reconcile", "first_resolution", "--flag", "--from", "2026-03-09").stdout
    assert "None of these cases has both" in nothing
