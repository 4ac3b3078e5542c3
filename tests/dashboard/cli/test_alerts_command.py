"""`afterwatch alerts`: the same actions as on the screens, in words, with exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from dashboard.cli.alerts import command
from dashboard.services import utc_now
from dashboard.settings import load_settings
from data_access.state.engine import migrate, open_state
from tests.alerts.shown import fire

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command over a home in which contacts from Poland surge: incident 1."""
    engine = open_state(load_settings(home=tmp_path).database_url)
    migrate(engine)
    fire(engine, utc_now(), {"market": "PL"})
    engine.dispose()

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(command, [*arguments, "--home", str(tmp_path)])

    return invoke


def test_what_is_open_is_listed(run: Run) -> None:
    (row,) = json.loads(run("list", "--format", "json").output)
    assert (row["group_id"], row["handling"], row["y"]) == (1, "open", 126.0)
    assert json.loads(run("list", "--view", "closed", "--format", "json").output) == []


def test_one_incident_is_shown(run: Run) -> None:
    shown = run("show", "1").output
    assert "Complaints surge: Poland. Nobody has it yet." in shown
    assert "Number: 126 against 62 expected, +103 %" in shown
    assert "customs_hold" in shown
    record = json.loads(run("show", "1", "--format", "json").output)
    assert record["evidence"]["numbers"]["mu"] == 62.0
    missing = run("show", "9")
    assert missing.exit_code == 1
    assert "There is no incident 9" in missing.output


def test_an_incident_goes_through_its_life(run: Run) -> None:
    assert "it is yours" in run("ack", "1", "--as", "Maria").output
    second = run("ack", "1", "--as", "Bo")
    assert second.exit_code == 1
    assert "Already acknowledged by Maria" in second.output
    assert run("assign", "1", "Bo", "--as", "Maria").exit_code == 0
    assert run("comment", "1", "Called the broker", "--as", "Bo").exit_code == 0
    unsaid = run("close", "1", "--verdict", "true", "--as", "Bo")
    assert unsaid.exit_code == 1
    assert "Say why" in unsaid.output
    closed = run(
        "close", "1", "--verdict", "true", "--note", "Papers", "--true-start", "2026-11-10",
        "--as", "Bo",
    )  # fmt: skip
    assert closed.exit_code == 0, closed.output
    assert "Bo closed it: True" in run("show", "1").output
    assert run("reopen", "1", "--as", "Maria").exit_code == 0


def test_a_snooze_and_a_silence_end_by_command(run: Run) -> None:
    assert run("snooze", "1", "--for", "4h", "--as", "Maria").exit_code == 0
    (row,) = json.loads(run("list", "--view", "muted", "--format", "json").output)
    assert row["mute_kind"] == "snoozed"
    assert run("snooze", "1", "--for", "soon").exit_code == 2
    made = run("silence", "add", "market=PL", "--for", "2d", "--reason", "known", "--as", "Bo")
    assert "Silence 1 until" in made.output
    (silence,) = json.loads(run("silence", "list", "--format", "json").output)
    assert (silence["matchers"], silence["author"]) == ("market=PL", "Bo")
    assert run("silence", "expire", "1", "--as", "Bo").exit_code == 0
    again = run("silence", "expire", "1", "--as", "Bo")
    assert again.exit_code == 1
    assert "over already" in again.output


def test_a_silence_needs_something_it_is_about(run: Run) -> None:
    assert run("silence", "add", "--reason", "x").exit_code == 2
    wrong = run("silence", "add", "market", "--reason", "x")
    assert wrong.exit_code == 1
    assert "is not a matcher" in wrong.output
    all_of_it = run("silence", "add", "market!=XX", "--reason", "x", "--as", "Bo")
    assert all_of_it.exit_code == 1
    assert "silence everything" in all_of_it.output
    whole = run("silence", "add", "--incident", "1", "--reason", "known", "--as", "Bo")
    assert whole.exit_code == 0
    assert "Nobody is told at present" in run("show", "1").output


def test_a_log_that_was_changed_is_named(run: Run, tmp_path: Path) -> None:
    assert run("log", "verify").output.startswith("The log holds: ")
    engine = open_state(load_settings(home=tmp_path).database_url)
    with engine.begin() as connection:
        for trigger in connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).scalars():
            connection.execute(text(f'DROP TRIGGER "{trigger}"'))
        connection.execute(text("UPDATE event_log SET actor = 'nobody' WHERE seq = 2"))
    engine.dispose()
    broken = run("log", "verify")
    assert broken.exit_code == 1
    assert "Row 2 of the event log" in broken.output


def test_a_log_cut_off_at_its_end_is_found_by_a_head_noted_before(run: Run, tmp_path: Path) -> None:
    head = run("log", "verify").output.split("head ")[1].split(".")[0]
    assert run("log", "verify", "--head", head).exit_code == 0
    engine = open_state(load_settings(home=tmp_path).database_url)
    with engine.begin() as connection:
        for trigger in connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).scalars():
            connection.execute(text(f'DROP TRIGGER "{trigger}"'))
        seq = head.split(":")[0]
        connection.execute(text("DELETE FROM event_log WHERE seq = :seq"), {"seq": seq})
    engine.dispose()
    assert run("log", "verify").exit_code == 0
    cut = run("log", "verify", "--head", head)
    assert cut.exit_code == 1
    assert "rows were cut off its end" in cut.output


def test_a_mistyped_home_is_refused_and_not_made(tmp_path: Path) -> None:
    mistyped = tmp_path / "hoem"
    answer = CliRunner().invoke(command, ["log", "verify", "--home", str(mistyped)])
    assert answer.exit_code == 1
    assert "There is no home" in answer.output
    assert not mistyped.exists()
