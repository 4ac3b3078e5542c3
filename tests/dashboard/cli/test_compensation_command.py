"""`afterwatch compensation`: from the first look to the file, and what leaks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import compensation as module
from dashboard.cli.compensation import command
from tests.dashboard import compensation_home

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands over a home with six late parcels."""
    services = compensation_home.services(tmp_path)
    monkeypatch.setattr(module, "_services", lambda _home: services)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(command, [*arguments])

    return invoke


def test_from_the_first_look_to_the_file(run: Run, tmp_path: Path) -> None:
    looked = run("candidates", "--cause", "late_72h", "--format", "json")
    assert looked.exit_code == 0, looked.output
    assert "5 orders, together €25.00 (€25.00)" in looked.output
    assert [row["order_id"] for row in json.loads(looked.stdout)] == [f"A-{n}" for n in range(1, 6)]
    everybody = run("candidates", "--cause", "late_72h", "--all", "--format", "csv")
    assert "already_compensated" in everybody.stdout
    made = run("propose", "--cause", "late_72h", "--market", "FR", "--by", "Emil")
    assert made.stdout.endswith("Batch 1\n")
    assert run("submit", "1", "--by", "Emil").exit_code == 0
    own = run("approve", "1", "--by", "Emil")
    assert (own.exit_code, "somebody else has to approve it" in own.output) == (1, True)
    listed = run("list", "--for", "Anna", "--format", "json")
    assert (json.loads(listed.stdout)[0]["mine"], json.loads(listed.stdout)[0]["items"]) == (
        True,
        2,
    )
    assert run("approve", "1", "--by", "Anna").exit_code == 0
    files = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for file in files:
        done = run("export", "1", "--by", "Anna", "--out", str(file))
        assert "2 rows in" in done.output
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].read_bytes().startswith(b"\xef\xbb\xbfkey,")
    bare = tmp_path / "bare.csv"
    run("export", "1", "--by", "Anna", "--no-mark", "--out", str(bare))
    assert b"\xef\xbb\xbf" + bare.read_bytes() == files[0].read_bytes()
    shown = run("show", "1")
    assert "approved as team lead by Anna" in shown.output
    assert "Exported" in shown.output


def test_rejected_with_a_reason(run: Run) -> None:
    run("propose", "--cause", "late_72h", "--by", "Emil")
    run("submit", "1", "--by", "Emil")
    assert run("reject", "1", "--by", "Anna", "--note", "wrong market").exit_code == 0
    assert "Rejected by Anna." in run("show", "1").output
    assert run("export", "1", "--by", "Anna").exit_code == 1


def test_leaks_and_budgets(run: Run) -> None:
    summary = json.loads(run("leakage", "--format", "json").stdout)
    assert {row["kind"]: row["n"] for row in summary} == {
        "duplicate": 1, "omission": 5, "over": 0, "under": 0, "without_cause": 0,
    }  # fmt: skip
    rows = json.loads(run("leakage", "--kind", "duplicate", "--format", "json").stdout)
    assert [row["order_id"] for row in rows] == ["A-6"]
    budgets = json.loads(run("leakage", "--budget", "--format", "json").stdout)
    assert {row["market"]: row["spent_minor"] for row in budgets}["DE"] == 1000
    assert "against policy standard version 1" in run("leakage").output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("candidates", "--cause", "bad_mood"), "known: late_72h"),
        (("candidates", "--cause", "late_72h", "--since", "yesterday"), "is no moment"),
        (("show", "77"), "There is no batch 77"),
        (("leakage", "--kind", "x"), "no such kind"),
        (("approve", "77", "--by", "Anna"), "There is no such batch."),
    ],
)
def test_what_is_wrong_is_told(run: Run, arguments: tuple[str, ...], told: str) -> None:
    result = run(*arguments)
    assert result.exit_code != 0
    assert told in result.output


def test_a_home_that_is_not_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["list", "--home", str(tmp_path / "none")])
    assert result.exit_code == 1
    assert "There is no home" in result.output
