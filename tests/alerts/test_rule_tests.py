"""Rule test files: compact series in, expected alerts out."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from alerts.rule_tests import expand, run_test_file, shipped_tests
from alerts.rules import RuleError, builtin
from dashboard.cli.rules import command
from tests.alerts.fakes import RULE

GOOD = """
rule: complaint-surge
start: 2026-01-05
series:
  - labels: {market: DE, category: toys}
    values: 20x70 45x3 20x6
  - labels: {market: DE, category: books}
    values: 20x79
  - labels: {market: FR, category: toys}
    values: 20x79
expect:
  - {day: 2026-03-15, alerts: []}
  - {day: 2026-03-16, alerts: [{market: DE, category: toys}]}
  - {day: 2026-03-20, alerts: [{market: DE, category: toys}]}
  - {day: 2026-03-21, alerts: []}
"""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "surge.test.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        ("3", [3]),
        ("3x4", [3, 3, 3, 3]),
        ("20+2x5", [20, 22, 24, 26, 28]),
        ("5-1x3 0x2", [5, 4, 3, 0, 0]),
        ("1.5x2", [1.5, 1.5]),
    ],
)
def test_compact_series(values: str, numbers: list[float]) -> None:
    assert expand(values) == numbers


def test_a_series_that_is_not_understood() -> None:
    with pytest.raises(ValueError, match="'3y4' is not understood"):
        expand("1 3y4")


def test_a_file_whose_expectations_hold(good: Path) -> None:
    assert run_test_file(good) == []


def test_what_went_otherwise_is_told_by_day(good: Path) -> None:
    text = GOOD.replace(
        "2026-03-15, alerts: []", "2026-03-15, alerts: [{market: FR, category: toys}]"
    )
    good.write_text(text.replace("day: 2026-03-21", "day: 2026-03-17"), encoding="utf-8")
    told = run_test_file(good)
    assert any(
        "2026-03-15: expected an open alert for FR · toys, there is none." in t for t in told
    )
    assert any("2026-03-17: an alert for DE · toys is open, none was expected." in t for t in told)


@pytest.mark.parametrize("path", shipped_tests(), ids=lambda path: path.stem)
def test_what_ships_does_what_its_test_says(path: Path) -> None:
    assert run_test_file(path) == []


def test_every_rule_that_ships_has_a_test() -> None:
    assert {path.stem for path in shipped_tests()} == set(builtin())


def test_a_rule_with_exposure(tmp_path: Path) -> None:
    path = tmp_path / "late.test.yaml"
    path.write_text(
        """
rule: late-parcel-surge
start: 2025-09-01
series:
  - labels: {market: BR}
    values: 2x160 8x7
    exposure: 20x167
expect:
  - {day: 2026-02-07, alerts: []}
  - {day: 2026-02-14, alerts: [{market: BR}]}
""",
        encoding="utf-8",
    )
    assert run_test_file(path) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("complaint-surge", "nothing", "neither a rule that ships"),
        (
            "{market: FR, category: toys}\n    values",
            "{market: FR}\n    values",
            "differ from what",
        ),
        ("20x79", "20x79\n    exposure: 1x79", "complaint-surge has no exposure"),
        ("20x79", "20y79", "'20y79' is not understood"),
        ("start: 2026-01-05", "start: soon", "start"),
        ("expect:", "expct:", "line"),
    ],
)
def test_a_file_that_cannot_be_used(good: Path, old: str, new: str, told: str) -> None:
    good.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError, match=told):
        run_test_file(good)


def test_the_commands(good: Path, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(RULE, encoding="utf-8")
    run = CliRunner().invoke
    assert "as expected" in run(command, ["test", str(good)]).output
    checked = run(command, ["check", str(tmp_path / "own.yaml")])
    assert (checked.exit_code, "good (test-surge" in checked.output) == (0, True)
    wrong = run(command, ["check", str(good)])
    assert wrong.exit_code == 1
    assert "kind is missing; use one of surge" in wrong.output
    good.write_text(GOOD.replace("45x3", "20x3"), encoding="utf-8")
    failed = run(command, ["test", str(good)])
    assert (failed.exit_code, "expected an open alert" in failed.output) == (1, True)


def test_listing_shows_own_rules_and_tells_broken_files(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "own.yaml").write_text(RULE, encoding="utf-8")
    listed = CliRunner().invoke(command, ["list", "--home", str(tmp_path)])
    assert (listed.exit_code, "test-surge" in listed.output) == (0, True)
    (folder / "broken.yaml").write_text("id: 3", encoding="utf-8")
    listed = CliRunner().invoke(command, ["list", "--home", str(tmp_path)])
    assert (listed.exit_code, "broken.yaml" in listed.output) == (1, True)
