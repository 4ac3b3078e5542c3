"""`afterwatch rules`: what it prints, refuses and moves."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from alerts.rule_store import save_draft, versions_of
from alerts.rules import load
from dashboard.cli import group
from data_access.state.engine import migrate, open_state
from tests.alerts import fakes

NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with two versions of one rule, both drafts."""
    engine = open_state(f"sqlite:///{tmp_path / 'state.db'}")
    migrate(engine)
    louder = fakes.RULE.replace("severity: warning", "severity: critical")
    for text in (fakes.RULE, louder):
        save_draft(engine, load(text), text, actor="Ada", now=NOW)
    engine.dispose()
    return tmp_path


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["rules", *words, "--home", str(home)])


def stages(home: Path) -> list[tuple[int, str, str | None]]:
    engine = open_state(f"sqlite:///{home / 'state.db'}")
    found = [(one.n, one.stage, one.reason) for one in versions_of(engine, "test-surge")]
    engine.dispose()
    return found


def test_every_rule_is_listed(home: Path) -> None:
    (home / "rules").mkdir()
    own = fakes.RULE.replace("id: test-surge", "id: my-own")
    (home / "rules" / "own.yaml").write_text(own, encoding="utf-8")
    listed = run(home, "list", "--format", "json")
    assert listed.exit_code == 0
    stands = {row["rule_id"]: (row["stage"], row["n"]) for row in json.loads(listed.output)}
    assert stands["test-surge"] == ("draft", 2)
    assert stands["my-own"] == ("new", None)
    assert stands["complaint-surge"] == ("new", None)
    assert "test-surge" in run(home, "list").output
    (home / "rules" / "own.yaml").write_text("id: 3", encoding="utf-8")
    broken = run(home, "list")
    assert (broken.exit_code, "own.yaml" in broken.output) == (1, True)


def test_the_gate_is_told_and_a_reason_opens_it(home: Path) -> None:
    refused = run(home, "enable", "test-surge", "--as", "Ada")
    assert refused.exit_code == 1
    assert "test-surge version 2 may not go live. It was never backtested." in refused.output
    assert "giving a reason" in refused.output
    enabled = run(home, "enable", "test-surge", "--as", "Ada", "--reason", "a trial")
    assert enabled.output == "test-surge version 2 is live (forced).\n"
    assert stages(home) == [(2, "live", "forced"), (1, "draft", None)]


def test_a_version_can_be_chosen_and_moved_on(home: Path) -> None:
    assert run(home, "shadow", "test-surge", "--version", "1", "--as", "Bo").exit_code == 0
    assert stages(home)[1] == (1, "shadow", "person")
    assert run(home, "retire", "test-surge", "--version", "1", "--as", "Bo").exit_code == 0
    assert stages(home)[1] == (1, "retired", "person")
    again = run(home, "retire", "test-surge", "--version", "1", "--as", "Bo")
    assert (again.exit_code, "is retired already" in again.output) == (1, True)
    assert "Give a name" in run(home, "shadow", "test-surge", "--as", " ").output


def test_what_happened_is_listed(home: Path) -> None:
    run(home, "shadow", "test-surge", "--as", "Ada", "--reason", "to see")
    shown = run(home, "history", "test-surge").output
    for word in ("Versions of test-surge", "rule_version_added", "rule_staged", "to see", "Ada"):
        assert word in shown
    versions = json.loads(run(home, "history", "test-surge", "--format", "json").output)
    assert [(one["n"], one["stage"]) for one in versions] == [(2, "shadow"), (1, "draft")]


def test_two_versions_are_compared(home: Path) -> None:
    shown = run(home, "diff", "test-surge", "1", "2").output
    assert "-severity: warning" in shown
    assert "+severity: critical" in shown
    assert run(home, "diff", "test-surge", "1", "1").output == "Versions 1 and 1 say the same.\n"
    missing = run(home, "diff", "test-surge", "1", "7")
    assert (missing.exit_code, "it has: 2, 1" in missing.output) == (1, True)


@pytest.mark.parametrize("words", [("history",), ("retire",), ("backtest",), ("diff", "1", "2")])
def test_a_rule_nobody_knows(home: Path, words: tuple[str, ...]) -> None:
    refused = run(home, words[0], "nobody", *words[1:])
    assert (refused.exit_code, "knows no rule 'nobody'" in refused.output) == (1, True)


def test_a_backtest_needs_numbers_and_a_good_file(home: Path) -> None:
    empty = run(home, "backtest", "test-surge")
    assert (empty.exit_code, "There are no numbers yet" in empty.output) == (1, True)
    (home / "bad.yaml").write_text("id: 3", encoding="utf-8")
    bad = run(home, "backtest", str(home / "bad.yaml"))
    assert (bad.exit_code, "bad.yaml, line 1" in bad.output) == (1, True)
    assert run(home, "backtest", "test-surge", "--days", "0").exit_code == 2


def test_a_backtest_is_printed_and_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alerts.backtest.stored import run_at

    counts = [float((18, 22, 20, 19, 21, 20, 23)[n % 7]) for n in range(120)]
    counts[100:103] = [80.0, 88.0, 80.0]
    metrics = fakes.FakeMetrics({"DE": counts}, datetime(2026, 5, 5, 2, tzinfo=UTC))
    made_up_numbers(monkeypatch, metrics)
    shown = run(home, "backtest", "test-surge", "--days", "40")
    assert shown.exit_code == 0, shown.output
    assert "40 of 40 days could be judged" in shown.output
    assert "1 episodes" in shown.output
    assert "Not kept" not in shown.output
    engine = open_state(f"sqlite:///{home / 'state.db'}")
    assert list(run_at(engine)) == [2]
    engine.dispose()
    record = json.loads(run(home, "backtest", "test-surge", "--format", "json").output)
    assert record["episodes"][0]["labels"] == {"market": "DE"}
    file = home / "other.yaml"
    file.write_text(fakes.RULE.replace("id: test-surge", "id: other"), encoding="utf-8")
    assert "Not kept" in run(home, "backtest", str(file)).output
    nothing = run(home, "backtest", "test-surge", "--against", "live")
    assert (nothing.exit_code, "no live version" in nothing.output) == (1, True)
    run(home, "enable", "test-surge", "--version", "1", "--reason", "x", "--as", "Ada")
    against = run(home, "backtest", "test-surge", "--version", "2", "--against", "live")
    assert "1 in both, 0 only in the live one, 0 only in this one" in against.output


def made_up_numbers(monkeypatch: pytest.MonkeyPatch, metrics: fakes.FakeMetrics) -> None:
    """Let commands see made-up numbers in the place of the home's."""
    import dashboard.services

    real = dashboard.services.open_services

    def with_numbers(*given: object, **named: object) -> object:
        from dataclasses import replace

        return replace(real(*given, **named), metrics=metrics)  # type: ignore[arg-type]

    monkeypatch.setattr(dashboard.services, "open_services", with_numbers)
