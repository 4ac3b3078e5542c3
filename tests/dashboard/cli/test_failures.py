"""Homes and databases that cannot be used: one message and exit status 1, never a traceback."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from dashboard.cli.failures import message_of

PROGRAM = [sys.executable, "-c", "from dashboard.cli import main; main()"]


def run(*arguments: str, **settings: str) -> tuple[int, str]:
    done = subprocess.run(
        [*PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **settings},
    )
    return done.returncode, done.stderr + done.stdout


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("not a folder")
    status, said = run("kpi", "contacts", "--home", str(home))
    assert status == 1
    assert "Traceback" not in said
    assert str(home) in said


def test_a_state_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("anything but a database " * 10)
    status, said = run("quarantine", "list", "--home", str(tmp_path))
    assert status == 1
    assert "Traceback" not in said
    assert "move it away" in said


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("postgresql://127.0.0.1:1/nowhere", "Start the server"),
        ("mysql://127.0.0.1/x", "use SQLite or PostgreSQL"),
        ("nonsense", "is not a database address"),
    ],
)
def test_a_database_that_is_not_there(tmp_path: Path, url: str, hint: str) -> None:
    status, said = run("kpi", "contacts", "--home", str(tmp_path), AFTERWATCH_STATE_URL=url)
    assert status == 1
    assert "Traceback" not in said
    assert hint in said


def test_an_export_that_cannot_be_written(tmp_path: Path) -> None:
    out = str(tmp_path / "missing" / "rows.txt")
    home = str(tmp_path / "home")
    status, said = run("quarantine", "export", "--home", home, "--format", "table", "--out", out)
    assert status == 1
    assert "Traceback" not in said
    assert out in said


def test_a_locked_database_is_told() -> None:
    locked = OperationalError("INSERT", {}, sqlite3.OperationalError("database is locked"))
    told = message_of(locked)
    assert told is not None
    assert "Another process writes" in told


@pytest.mark.parametrize(
    "error", [ValueError("x"), IntegrityError("INSERT", {}, sqlite3.IntegrityError("NOT NULL"))]
)
def test_faults_of_the_program_are_not_dressed_up(error: Exception) -> None:
    assert message_of(error) is None


def test_a_command_that_finds_something_wrong_ends_with_its_status(tmp_path: Path) -> None:
    """Scripts go by the status of `check`, `rebuild` and `doctor`, not by what they print."""
    plan = tmp_path / "reports.yaml"
    plan.write_text(
        "schema_version: 1\nschedules:\n  page:\n    template: nosuch\n    weekday: mon\n"
        '    at: "07:00"\n    zone: Europe/Berlin\n'
    )
    status, said = run("report", "schedule", "check", str(plan), "--home", str(tmp_path))
    assert "nosuch" in said
    assert status == 1
