"""`afterwatch playbook run`: starting, showing, acting on and ending runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from alerts.crisis.levels import KIND
from alerts.library import shipped
from dashboard.cli.playbook import command
from dashboard.settings import load_settings
from data_access.state import schema
from tests.alerts.fakes import opened
from tests.alerts.runs.world import World, line

Run = Callable[..., Result]
CADENCE = """
cadence:
  - {audience: customers, every: PT4H, message: {en: x, zh: x}}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a crisis, number 1, and a run of two steps in it, number 1."""
    made = tmp_path / "home"
    made.mkdir()
    engine = opened(load_settings(home=made).database_url)
    world = World(engine)
    world.crisis(lead=None)
    text, _levels = shipped(KIND)["levels"]
    documents = schema.document_version
    with engine.begin() as connection:
        connection.execute(
            update(documents).where(documents.c.kind == "levels").values(body_yaml=text)
        )
    world.start(line("ask", asks=["injured"]), line("then", needs=["ask"]), tail=CADENCE)
    engine.dispose()
    return made


@pytest.fixture
def run(home: Path) -> Run:
    def invoke(*arguments: str) -> Result:
        acting = () if arguments[0] in ("list", "show") else ("--as", "Ana")
        return CliRunner().invoke(command, ["run", *arguments, *acting, "--home", str(home)])

    return invoke


def test_runs_and_steps_are_shown(run: Run) -> None:
    (row,) = json.loads(run("list", "1", "--format", "json").output)
    assert (row["run"], row["status"], row["steps"], row["open"]) == (1, "running", 2, 2)
    rows = json.loads(run("show", "1", "--format", "json").output)
    assert [(one["step"], one["state"], one["waits_for"]) for one in rows] == [
        ("ask", "ready", "people"),
        ("then", "waiting", "ask"),
    ]
    assert run("show", "1", "--run", "7", "--format", "json").output.strip() == "[]"
    assert "There is no crisis 9" in run("list", "9").output


def test_a_step_is_done_with_values_of_their_type(run: Run) -> None:
    refused = run("act", "1", "ask", "done")
    assert refused.exit_code == 1
    wrong = run("act", "1", "ask", "done", "--set", "injured=perhaps")
    assert "injured is yes or no" in wrong.output
    assert run("act", "1", "ask", "done", "--set", "injured=yes").exit_code == 0
    rows = json.loads(run("show", "1", "--format", "json").output)
    assert [one["state"] for one in rows] == ["done", "ready"]
    assert run("act", "1", "then", "comment", "--note", "Nearly there").exit_code == 0
    assert "There is no run 9" in run("act", "9", "then", "done").output


def test_an_update_is_noted(run: Run) -> None:
    assert run("update-sent", "1", "customers").exit_code == 0
    assert run("update-sent", "1", "nobody").exit_code == 1


def test_a_run_is_cancelled_and_taken_up_again(run: Run) -> None:
    assert run("cancel", "1", "--reason", "Wrong one").exit_code == 0
    assert run("cancel", "1", "--reason", "Wrong one").exit_code == 1
    again = run("continue", "1", "--reason", "It was right")
    assert "Run 2" in again.output
    rows = json.loads(run("list", "1", "--format", "json").output)
    assert [(one["run"], one["status"], one["continues"]) for one in rows] == [
        (1, "cancelled", None),
        (2, "running", 1),
    ]


def test_a_playbook_in_force_is_started(run: Run) -> None:
    assert "There is no playbook 'odd'" in run("start", "1", "odd").output
    assert "There is no crisis 5" in run("start", "5", "odd").output
    assert "Run 1" in run("start", "1", "test-run-1", "--set", "units=4").output
    wrong = run("start", "1", "test-run-1", "--set", "units=four")
    assert "'four' is no integer" in wrong.output
