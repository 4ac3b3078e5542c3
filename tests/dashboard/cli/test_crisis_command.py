"""`afterwatch crisis`: what is proposed, declared, flagged, linked and settled, with exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from alerts.crisis import proposals
from dashboard.cli.crisis import command
from dashboard.settings import load_settings
from data_access.state.engine import writing
from tests.alerts import fakes
from tests.alerts.crisis.world import CONFIG, PEOPLE, incident, ready
from tests.alerts.facts import Facts

Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one proposed crisis of level 2: number 1."""
    (tmp_path / "alerting.yaml").write_text(PEOPLE, encoding="utf-8")
    engine = fakes.opened(load_settings(home=tmp_path).database_url)
    ready(engine)
    now = datetime.now(UTC)
    with writing(engine) as connection:
        incident(connection, {"market": "PL", "category": "Audio"}, at=now)
    services = SimpleNamespace(engine=engine, warehouse=Facts())
    proposals.run_due(engine, fakes.leading(engine), services, CONFIG, now)
    engine.dispose()
    return tmp_path


@pytest.fixture
def run(home: Path) -> Run:
    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(command, [*arguments, "--home", str(home)])

    return invoke


def shown(run: Run, number: int = 1) -> dict[str, object]:
    found: dict[str, object] = json.loads(run("show", str(number), "--format", "json").output)
    return found


def test_what_is_proposed_is_listed_with_its_criteria(run: Run) -> None:
    (row,) = json.loads(run("list", "--format", "json").output)
    assert (row["status"], row["level"], row["proposed_level"]) == ("proposed", None, 2)
    assert row["criteria"] == "surge-in-one-market"
    assert json.loads(run("list", "--view", "over", "--format", "json").output) == []
    assert "Surge of service" in run("list").output


def test_one_crisis_is_shown_with_figures_and_log(run: Run) -> None:
    told = run("show", "1").output
    assert "Markets with a surge: 1; channels: 1." in told
    assert "crisis_proposed" in told
    record = shown(run)
    assert record["measures"]["surge_markets"]["value"] == 1  # type: ignore[index]
    missing = run("show", "9")
    assert (missing.exit_code, "There is no crisis 9" in missing.output) == (1, True)


def test_from_declaring_to_closing(run: Run) -> None:
    assert run("declare", "1", "--as", "Mei", "--level", "3").exit_code == 1
    declared = run("declare", "1", "--as", "Sam")
    assert declared.exit_code == 0, declared.output
    assert run("flag", "1", "injury_confirmed", "--as", "Mei").exit_code == 0
    record = shown(run)
    assert (record["level"], record["proposed_level"]) == (2, 4)
    assert run("raise", "1", "--level", "4", "--as", "Ana").exit_code == 0
    refused = run("lower", "1", "--level", "2", "--as", "Ana", "--note", "x")
    assert (refused.exit_code, "injury-confirmed" in refused.output) == (1, True)
    assert run("assign", "1", "crisis_lead", "Mei", "--as", "Ana").exit_code == 0
    assert run("contain", "1", "--as", "Mei", "--note", "sold out").exit_code == 0
    assert run("comment", "1", "--as", "Mei", "--note", "look").exit_code == 0
    assert (
        run("flag", "1", "injury_confirmed", "--off", "--as", "Mei", "--note", "no").exit_code == 0
    )
    assert run("uncontain", "1", "--as", "Mei", "--note", "back").exit_code == 0
    closed = run("close", "1", "--as", "Ana", "--note", "over", "--despite-runs")
    assert closed.exit_code == 0, closed.output
    again = run("reopen", "1", "--as", "Ana", "--note", "more")
    assert "Crisis 2" in again.output
    assert shown(run, 2)["status"] == "declared"


def test_links_are_joined_and_taken_away(run: Run) -> None:
    assert run("link", "1", "case:desk:7", "incident:12", "--as", "Mei").exit_code == 0
    assert shown(run)["links"] == {"case": 1, "incident": 2}
    assert run("link", "1", "case:desk:7", "--off", "--as", "Mei").exit_code == 0
    assert shown(run)["links"] == {"incident": 2}
    assert run("link", "1", "cat:7", "--as", "Mei").exit_code == 2


def test_a_crisis_is_opened_by_hand_and_its_terms_are_settled(run: Run) -> None:
    opened = run(
        "open", "Leak", "--level", "4", "--topic", "privacy", "--label", "market=FR",
        "--note", "told by the host", "--as", "Ana", "--link", "case:desk:9",
    )  # fmt: skip
    assert opened.exit_code == 0, opened.output
    assert "Crisis 2" in opened.output
    terms = json.loads(run("clocks", "2", "--format", "json").output)
    assert {"gdpr-72h", "gdpr-persons"} <= {term["rule"] for term in terms}
    assert all("not yet reviewed" in term["reviewed_by"] for term in terms)
    assert run("clocks", "2", "--met", "gdpr-72h", "--as", "Lena").exit_code == 1
    assert run("clocks", "2", "--met", "gdpr-72h", "--as", "Lena", "--note", "sent").exit_code == 0
    assert run("clocks", "2", "--met", "a", "--running", "b").exit_code == 2
    assert "Not legal advice" in run("clocks", "2").output
    assert run("open", "Leak", "--level", "4", "--label", "FR").exit_code == 2


def test_a_proposal_is_dismissed_with_a_reason(run: Run) -> None:
    assert run("dismiss", "1", "--as", "Sam").exit_code == 1
    assert run("dismiss", "1", "--as", "Sam", "--note", "a sale").exit_code == 0
    (row,) = json.loads(run("list", "--view", "over", "--format", "json").output)
    assert row["status"] == "dismissed"


def test_single_complaints_are_listed_on_demand(run: Run) -> None:
    listed = run("singles", "--format", "json")
    assert listed.exit_code == 0, listed.output
    assert json.loads(listed.output) == []


def test_documents_of_the_home_are_checked(run: Run, home: Path) -> None:
    fine = run("check")
    assert fine.exit_code == 0
    assert "20 rules were not reviewed yet" in fine.output
    own = home / "crisis" / "levels"
    own.mkdir(parents=True)
    (own / "levels.yaml").write_text("schema_version: 1\nid: levels\n", encoding="utf-8")
    bad = run("check", "--format", "json")
    assert bad.exit_code == 1
    assert "levels.yaml" in json.loads(bad.output)[0]["document"]


def test_a_home_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    asked = CliRunner().invoke(command, ["list", "--home", str(nowhere)])
    assert (asked.exit_code, nowhere.exists()) == (1, False)
