"""The playbooks that ship: complete, in both languages, without a finding."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from alerts.library import names_in_files, shipped_library
from alerts.playbooks.format import Playbook
from alerts.playbooks.lint import lint
from alerts.rules import builtin

IDS = (
    "carrier-collapse",
    "customs-hold",
    "data-breach",
    "faulty-lot",
    "marketplace-suspension",
    "refund-backlog",
    "translation-error",
    "viral-complaint",
)
LIBRARY = shipped_library(today=date(2026, 11, 22))


def playbook(name: str) -> Playbook:
    found = LIBRARY.get("playbook", name)
    assert isinstance(found, Playbook)
    return found


def test_eight_ship() -> None:
    assert LIBRARY.names("playbook") == list(IDS)


@pytest.mark.parametrize("name", IDS)
def test_the_linter_finds_nothing(name: str) -> None:
    assert [str(one) for one in lint(playbook(name), LIBRARY)] == []


@pytest.mark.parametrize("name", IDS)
def test_each_can_lead_somebody(name: str) -> None:
    found = playbook(name)
    assert 12 <= len(found.steps) <= 25
    assert {"contain", "remedy", "prove", "review"} <= {step.phase for step in found.steps}
    assert all(step.text for step in found.steps if step.kind == "manual")
    assert {step.do for step in found.steps} >= {"build_pack", "open_review"}
    assert found.cadence
    assert found.metrics
    assert found.drill is not None
    assert found.drill.injects
    assert any(step.template == f"{name}-holding" and step.level == 3 for step in found.steps)


@pytest.mark.parametrize("name", IDS)
def test_higher_levels_leave_less_time(name: str) -> None:
    for step in playbook(name).steps:
        levels = [level for level in playbook(name).levels if level >= step.level]
        times = [step.due_after(level) for level in levels]
        known = [after for after in times if after is not None]
        assert all(lower >= higher for lower, higher in pairwise(known)), step.key


@pytest.mark.parametrize("name", [one for one in IDS if one != "marketplace-suspension"])
def test_customers_are_compensated_apologised_to_and_told_of_the_remedy(name: str) -> None:
    found = playbook(name)
    assert {step.template for step in found.steps} >= {f"{name}-apology", f"{name}-remedy"}
    assert found.compensation == "standard"
    assert any("*" in one.markets for one in found.recovery)
    assert all(one.source for one in found.recovery)


def test_a_translation_error_is_answered_in_48_and_reported_in_72_hours() -> None:
    found = playbook("translation-error")
    for key, hours in (("answer-objection", 48), ("revision-report", 72)):
        after = found.by_key[key].due_after(3)
        assert after is not None
        assert after.total_seconds() == hours * 3600


def test_a_breach_is_notified_within_72_hours() -> None:
    found = playbook("data-breach")
    assert "gdpr-72h" in found.clocks
    for level in found.levels:
        after = found.by_key["notify-authority"].due_after(level)
        assert after is not None
        assert after.total_seconds() < 72 * 3600


def test_rules_name_playbooks_that_there_are() -> None:
    named = {version.rule.playbook for version in builtin().values()} - {None}
    assert named
    assert named <= names_in_files("playbook", None)
