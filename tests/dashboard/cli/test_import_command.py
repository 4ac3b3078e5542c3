"""`afterwatch import` and `afterwatch quarantine` as a person uses them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import group

ORDERS = """order_id,placed_at,total,currency,country
a-1,2024-01-01T10:00:00Z,1999,EUR,DE
a-2,2024-01-02T10:00:00Z,500,XQQ,DE
a-3,2024-01-03T10:00:00Z,700,EUR,Germany
a-3,2024-01-03T10:00:00Z,700,EUR,FR
a-4,yesterday,700,EUR,FR
"""


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "orders.csv").write_text(ORDERS, encoding="utf-8")
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(group, [str(argument) for argument in arguments])


def take_in(home: Path, exports: Path, *options: str) -> Result:
    return run("import", "template", exports, "--home", home, *options)


def test_the_table_accounts_for_every_row(tmp_path: Path, exports: Path) -> None:
    result = take_in(tmp_path / "home", exports)
    assert result.exit_code == 0, result.output
    row = next(line for line in result.output.splitlines() if "orders" in line and "│" in line)
    assert [part.strip() for part in row.split("│")[1:7]] == ["orders", "5", "2", "0", "0", "3"]
    assert "1 × a later row has the same order_id and says something else" in result.output
    assert "afterwatch quarantine list" in result.output


def test_json_is_all_there_is_on_standard_output(tmp_path: Path, exports: Path) -> None:
    home = tmp_path / "home"
    first, again = (json.loads(take_in(home, exports, "--format", "json").stdout) for _ in range(2))
    counts = ["read", "new", "changed", "unchanged", "quarantined"]
    assert [first["tables"][0][name] for name in counts] == [5, 2, 0, 0, 3]
    assert [again["tables"][0][name] for name in counts] == [5, 0, 0, 2, 3]
    assert (first["batch_id"], again["batch_id"]) == (1, 2)
    assert first["source"] == "template"


def test_a_dry_run_says_so_and_leaves_nothing(tmp_path: Path, exports: Path) -> None:
    home = tmp_path / "home"
    dry = take_in(home, exports, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "Dry run, nothing written" in dry.output
    after = json.loads(take_in(home, exports, "--format", "json").stdout)
    assert after["batch_id"] == 1
    assert after["tables"][0]["new"] == 2


def quarantined(home: Path) -> list[dict[str, Any]]:
    result = run("quarantine", "list", "--home", home, "--format", "json")
    assert result.exit_code == 0, result.output
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return sorted(rows, key=lambda row: row["row"])


def test_quarantine_names_file_row_column_value_and_what_to_do(
    tmp_path: Path, exports: Path
) -> None:
    home = tmp_path / "home"
    take_in(home, exports)
    rows = quarantined(home)
    assert [(r["file"], r["row"], r["column"], r["value"]) for r in rows] == [
        ("orders.csv", 3, "currency", "XQQ"),
        ("orders.csv", 4, "order_id", "a-3"),
        ("orders.csv", 6, "placed_at", "yesterday"),
    ]
    assert all(r["reason"] and r["advice"] and r["raw"] for r in rows)
    shown = run("quarantine", "list", "--home", home, "--limit", "1").output
    assert "orders.csv" in shown


def test_export_writes_csv_that_can_be_read_back(tmp_path: Path, exports: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "bad.csv"
    take_in(home, exports)
    result = run("quarantine", "export", "--home", home, "--table", "orders", "--out", out)
    assert result.exit_code == 0, result.output
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    assert {row["table"] for row in rows} == {"orders"}
    empty = run("quarantine", "export", "--home", home, "--batch", "99")
    assert len(empty.stdout.splitlines()) == 1


def test_an_export_that_cannot_be_written_says_why(tmp_path: Path, exports: Path) -> None:
    take_in(tmp_path / "home", exports)
    out = tmp_path / "no" / "such" / "folder.csv"
    result = run("quarantine", "export", "--home", tmp_path / "home", "--out", out)
    assert result.exit_code == 1
    assert "Cannot write" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "tempalte", "."], "Did you mean 'template'?"),
        (["import", "template", ".", "--zone", "Mars/Olympus"], "no IANA time zone"),
        (["quarantine", "list", "--table", "oders"], "There is no table 'oders'"),
    ],
)
def test_wrong_usage_is_status_2(arguments: list[str], said: str, tmp_path: Path) -> None:
    result = run(*arguments, "--home", tmp_path / "home")
    assert result.exit_code == 2
    assert said in result.output


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The installed command, so that its exit status and messages are what a shell sees."""
    program = "from dashboard.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )


def test_a_file_that_does_not_exist_is_one_message(tmp_path: Path) -> None:
    done = command("import", "template", tmp_path / "nowhere", "--home", tmp_path / "home")
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_row_accepted_is_status_1(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("order_id,placed_at,total,currency\na,never,1,EUR\n", encoding="utf-8")
    done = command("import", "template", path, "--home", tmp_path / "home")
    assert done.returncode == 1
    assert "No row could go in" in done.stderr
    assert "│ orders" in done.stdout
