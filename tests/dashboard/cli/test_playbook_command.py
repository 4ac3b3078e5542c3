"""`afterwatch playbook`: what it prints and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alerts import library
from dashboard.cli.playbook import command
from dashboard.cli.rules import command as rules

TEXT = library.shipped(library.kind_of("playbook"))["customs-hold"][0]


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--home", str(home)])


def own(home: Path, text: str) -> None:
    folder = home / "crisis" / "playbook"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mine.yaml").write_text(text, encoding="utf-8")


def test_list_shows_what_ships(tmp_path: Path) -> None:
    told = run(tmp_path, "list", "--kind", "playbook", "--format", "json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.output)
    assert [row["id"] for row in found][:2] == ["carrier-collapse", "customs-hold"]
    assert {row["errors"] for row in found} == {0}


def test_list_tells_of_files_that_cannot_be_used(tmp_path: Path) -> None:
    own(tmp_path, "id: broken")
    told = run(tmp_path, "list", "--kind", "playbook")
    assert told.exit_code == 1
    assert "mine.yaml, line 1" in told.output


def test_check_of_files(tmp_path: Path) -> None:
    good, bad, broken = (tmp_path / name for name in ("good.yaml", "bad.yaml", "broken.yaml"))
    good.write_text(TEXT, encoding="utf-8")
    bad.write_text(TEXT.replace("role: legal", "role: captain"), encoding="utf-8")
    broken.write_text("id: [", encoding="utf-8")
    fine = run(tmp_path, "check", str(good))
    assert fine.exit_code == 0, fine.output
    told = run(tmp_path, "check", str(bad), str(broken))
    assert told.exit_code == 1
    assert "declares no role captain" in told.output
    assert "broken.yaml, line 1: not valid YAML" in told.output
    listed = run(tmp_path, "check", str(bad), "--format", "json")
    findings = json.loads(listed.stdout)["checked"][0]["findings"]
    assert findings[0]["rule"] == "unknown_role"
    assert findings[0]["what"]["zh"]
    missing = run(tmp_path, "check", str(tmp_path / "none.yaml"))
    assert missing.exit_code == 1
    assert "cannot be read" in missing.output


def test_check_of_everything_in_force(tmp_path: Path) -> None:
    told = run(tmp_path, "check")
    assert told.exit_code == 0, told.output
    assert "statement faulty-lot-holding: good" in told.output


def test_show_history_and_diff(tmp_path: Path) -> None:
    assert run(tmp_path, "show", "customs-hold").output == TEXT
    own(tmp_path, TEXT.replace("owner: customs desk", "owner: us"))
    assert "owner: us" in run(tmp_path, "show", "customs-hold").output
    assert run(tmp_path, "show", "customs-hold", "--version", "1").output == TEXT
    shown = json.loads(run(tmp_path, "show", "customs-hold", "--format", "json").output)
    assert shown["n"] == 2
    past = json.loads(run(tmp_path, "history", "customs-hold", "--format", "json").output)
    assert [(row["n"], row["in_force"], row["origin"]) for row in past] == [
        (2, True, "file"),
        (1, False, "shipped"),
    ]
    changed = run(tmp_path, "diff", "customs-hold", "1", "2")
    assert "+owner: us" in changed.output
    assert run(tmp_path, "diff", "customs-hold", "2", "2").output == "Nothing changed.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "nothing"),
        ("history", "nothing"),
        ("diff", "customs-hold", "1", "7"),
        ("show", "customs-hold", "--version", "7"),
    ],
)
def test_what_is_not_there_is_told(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    told = run(tmp_path, *arguments)
    assert told.exit_code == 1
    assert "Traceback" not in told.output
    assert "customs-hold" in told.output


def test_wrong_usage(tmp_path: Path) -> None:
    assert run(tmp_path, "show", "customs-hold", "--kind", "poem").exit_code == 2


def test_a_rule_that_names_no_playbook_is_told(tmp_path: Path) -> None:
    shipped = (Path(library.__file__).parents[1] / "rules" / "customs-dwell.yaml").read_text(
        encoding="utf-8"
    )
    rule = tmp_path / "rule.yaml"
    rule.write_text(shipped, encoding="utf-8")
    good = CliRunner().invoke(rules, ["check", str(rule), "--home", str(tmp_path)])
    assert good.exit_code == 0, good.output
    rule.write_text(shipped.replace("playbook: customs-hold", "playbook: pray"), encoding="utf-8")
    told = CliRunner().invoke(rules, ["check", str(rule), "--home", str(tmp_path)])
    assert told.exit_code == 1
    assert "playbook = 'pray': there is none" in told.output
