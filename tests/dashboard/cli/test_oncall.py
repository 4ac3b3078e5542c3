"""`afterwatch oncall`: who, what is left open, who takes over."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dashboard.cli.oncall import command
from tests.dashboard.messages_home import ALERTING

Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "alerting.yaml").write_text(ALERTING, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(home: Path) -> Run:
    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(command, [*arguments, "--home", str(home)])

    return invoke


def rows(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.output)
    return found


def test_who_is_on_call_at_a_moment(run: Run) -> None:
    told = rows(run("who", "--at", "2026-01-07T12:00", "--format", "json"))
    assert [(row["rota"], row["person"], row["next"]) for row in told] == [
        ("europe", "Anna Vogel", "Ben Okafor"),
        ("china", None, "李娜"),
    ]
    assert told[0]["from_utc"].startswith("2026-01-12T08:00:00")
    assert told[0]["from_there"] == "2026-01-12 09:00"
    only = rows(run("who", "--at", "2026-01-07T12:00", "--rota", "china", "--format", "json"))
    assert [row["rota"] for row in only] == ["china"]
    assert "Anna Vogel" in run("who", "--at", "2026-01-07T12:00").output
    assert "There is no rota 'mars'. Known: europe, china." in run("who", "--rota", "mars").output
    assert run("who", "--at", "noon").exit_code == 2


def test_gaps_are_a_failure_and_coverage_is_not(run: Run, home: Path) -> None:
    gaps = run("check", "--days", "30", "--format", "json")
    assert gaps.exit_code == 1
    assert {row["finding"] for row in json.loads(gaps.output)} >= {"gap"}
    text = ALERTING[: ALERTING.index("  china:")] + ALERTING[ALERTING.index("escalations:") :]
    (home / "alerting.yaml").write_text(text, encoding="utf-8")
    whole = run("check")
    assert (whole.exit_code, whole.output) == (0, "1 rotas, 400 days: nothing is left open.\n")


def test_an_override_from_trial_to_withdrawal(run: Run) -> None:
    wanted = (
        "override", "add", "europe", "李娜",
        "--from", "2099-01-05T10:00", "--to", "2099-01-05T12:00", "--by", "Mei",
    )  # fmt: skip
    tried = run(*wanted, "--dry-run")
    assert "instead of" in tried.output
    assert "Nothing was changed." in tried.output
    assert rows(run("override", "list", "--format", "json")) == []
    assert "Override 1 is in force." in run(*wanted).output
    [kept] = rows(run("override", "list", "--format", "json"))
    assert (kept["person"], kept["from_utc"]) == ("李娜", "2099-01-05T09:00:00Z")
    assert "Taken back" in run("override", "withdraw", "1", "--by", "Mei").output
    assert rows(run("override", "list", "--format", "json")) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("europe", "Zoe", "2099-01-05T10:00", "2099-01-05T12:00"), "There is no person 'Zoe'"),
        (("europe", "李娜", "2099-01-05T12:00", "2099-01-05T10:00"), "ends before it begins"),
        (("europe", "李娜", "2019-01-05T10:00", "2019-01-05T12:00"), "over already"),
        (("mars", "李娜", "2099-01-05T10:00", "2099-01-05T12:00"), "no rota 'mars'"),
    ],
)
def test_what_cannot_be_is_said(run: Run, arguments: tuple[str, ...], said: str) -> None:
    rota, person, starts, ends = arguments
    done = run("override", "add", rota, person, "--from", starts, "--to", ends, "--by", "Mei")
    assert done.exit_code == 1
    assert said in done.output
    assert said not in run("override", "list").output


def test_a_file_that_cannot_be_used_is_told_with_its_line(run: Run, home: Path) -> None:
    (home / "alerting.yaml").write_text("schema_version: 1\nrotas: 3\n", encoding="utf-8")
    done = run("who")
    assert done.exit_code == 1
    assert "line 2" in done.output
