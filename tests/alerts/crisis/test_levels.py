"""Levels: criteria counted by hand, evidence in words, documents that cannot be used."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.crisis.levels import KIND, propose
from alerts.crisis.measure_names import MEASURES
from alerts.library import DocumentError, shipped, shipped_library

TEXT, LEVELS = shipped(KIND)["levels"]
QUIET: dict[str, Any] = {
    "surge_markets": 0,
    "surge_channels": 0,
    "cases": 3,
    "lot_cases": 0,
    "lot_rate": 0.0,
    "safety_injury": 0,
    "mention_reach_max": 0,
    "media_reach_max": 0,
    "anger_max": 20.0,
    "nps_min": 9,
    "repeat_complaints": 0,
    "vip_black": 0,
    "disputes": 0,
    "marketplace_disputes": 0,
    "marketplace_dispute_rate": 0.0,
}


@pytest.mark.parametrize(
    ("measures", "flags", "level", "criteria"),
    [
        ({}, (), 0, set()),
        # Level 1: single complaints.
        ({"anger_max": 80.0}, (), 0, set()),
        ({"anger_max": 80.1}, (), 1, {"very-angry"}),
        ({"nps_min": 7}, (), 0, set()),
        ({"nps_min": 6}, (), 1, {"detractor"}),
        ({"repeat_complaints": 1}, (), 1, {"repeat-complaint"}),
        ({"vip_black": 1}, (), 1, {"black-card"}),
        # Level 2: clusters.
        ({"surge_markets": 1}, (), 2, {"surge-in-one-market"}),
        ({"lot_cases": 4}, (), 0, set()),
        ({"lot_cases": 5}, (), 2, {"cases-of-one-lot"}),
        ({"mention_reach_max": 100_000}, (), 2, {"wide-mention"}),
        # Level 3: regional or regulated.
        ({"surge_markets": 2}, (), 3, {"surge-in-one-market", "surge-in-two-markets"}),
        ({"surge_channels": 2}, (), 3, {"surge-in-two-channels"}),
        ({"safety_injury": 1}, (), 3, {"danger-and-injury"}),
        ({"lot_cases": 5, "lot_rate": 0.05}, (), 3, {"cases-of-one-lot", "lot-in-trouble"}),
        ({"lot_cases": 20, "lot_rate": 0.01}, (), 3, {"cases-of-one-lot", "lot-in-trouble"}),
        ({"marketplace_disputes": 4, "marketplace_dispute_rate": 0.5}, (), 0, set()),
        (
            {"marketplace_disputes": 5, "marketplace_dispute_rate": 0.009},
            (),
            3,
            {"marketplace-headroom"},
        ),
        ({}, ("regulator_letter",), 3, {"regulator-letter"}),
        ({}, ("recall_hint",), 3, {"recall-hint"}),
        ({}, ("media_pickup",), 3, {"media"}),
        # Level 4: mass events.
        ({}, ("injury_confirmed",), 4, {"injury-confirmed"}),
        ({}, ("personal_data_breach",), 4, {"personal-data-breach"}),
        ({"media_reach_max": 1_000_000}, (), 4, {"wide-media"}),
        (
            {"surge_markets": 3, "surge_channels": 2},
            (),
            4,
            {
                "surge-in-one-market",
                "surge-in-two-markets",
                "surge-in-two-channels",
                "surge-in-three-markets",
            },
        ),
        ({"surge_markets": 3}, (), 3, {"surge-in-one-market", "surge-in-two-markets"}),
    ],
)
def test_levels_by_hand(
    measures: dict[str, Any], flags: tuple[str, ...], level: int, criteria: set[str]
) -> None:
    found = propose(LEVELS, {**QUIET, **measures}, flags)
    assert found.level == level
    assert {hit.criterion for hit in found.hits if hit.holds} == criteria
    assert all(hit.holds is not None for hit in found.hits)


def test_what_is_not_measured_is_neither_yes_nor_no() -> None:
    found = {hit.criterion: hit for hit in propose(LEVELS, {}, ()).hits}
    assert found["surge-in-one-market"].holds is None
    assert found["recall-hint"].holds is False
    assert found["surge-in-one-market"].evidence["en"] == "Markets with a surge: –; channels: –."
    # One part that is known may be enough.
    half = propose(LEVELS, {"lot_cases": 25}, ())
    assert half.level == 3


def test_evidence_tells_the_figures_in_both_languages() -> None:
    found = {
        hit.criterion: hit.evidence
        for hit in propose(LEVELS, {**QUIET, "lot_cases": 11, "lot_rate": 0.2432}, ()).hits
    }
    told = found["lot-in-trouble"]
    assert told["en"] == (
        "Cases and returned lines of one lot: 11; 24.3% of its orders have trouble."
    )
    assert told["zh"] == "同一批次工单与退货行 11 件，占其订单 24.3%。"


def test_what_ships_has_no_finding_and_uses_known_measures() -> None:
    assert KIND.lint(LEVELS, shipped_library()) == []
    asked = {name for _, _, condition in LEVELS.conditions.values() for name in condition.names}
    known = {*MEASURES, *LEVELS.flags, *LEVELS.thresholds}
    assert asked <= known
    assert set(LEVELS.thresholds) <= asked, "every threshold decides something"


def test_the_higher_the_level_the_shorter_the_clocks() -> None:
    clocks = [LEVELS.at(level).clocks for level in (2, 3, 4)]
    for one, other in ((clocks[0], clocks[1]), (clocks[1], clocks[2])):
        assert other.acknowledge < one.acknowledge
        assert other.update < one.update
    assert clocks[1].statement is not None
    assert clocks[2].statement is not None
    assert clocks[2].statement < clocks[1].statement


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("when: surge_markets >= 2\n", "when: surge_market >= 2\n", "'surge_market' is not known"),
        ("when: surge_markets >= 2\n", "when: surge_markets\n", "not yes or no"),
        ("when: recall_hint\n", "when: recall_hint > 1\n", "is not compared with"),
        ("acknowledge: PT15M, plan: PT4H", "acknowledge: 15 min, plan: PT4H", "such as PT30M"),
        ("acknowledge: PT15M, plan: PT4H", "acknowledge: P, plan: PT4H", "such as PT30M"),
        ("  - level: 2\n", "  - level: 3\n", "levels 1 to 4 in this order"),
        ("- id: media\n", "- id: recall-hint\n", "used twice"),
        ("surge: {surge_markets}.", "surge: {surge}.", "{surge} is not known"),
        ("surge: {surge_markets}.", "surge: {surge_markets:>9}.", "write no format"),
        ("surge: {surge_markets}.", "surge: {surge_markets.", "not closed"),
        ("decides: [crisis_lead, executive", "decides: [king, executive", "not among the roles"),
        ("  angry: 80", "  injury_confirmed: 80", "name of something else"),
        ("thresholds:\n", "treshold: 1\nthresholds:\n", "there is no such field"),
        ("title: {en: Cluster, zh: 群集事件}", "title: {en: Cluster}", "is missing; add it"),
    ],
)
def test_faults_name_line_and_remedy(old: str, new: str, told: str) -> None:
    assert old in TEXT
    with pytest.raises(DocumentError, match=r"levels\.yaml, line \d+") as refused:
        KIND.parse(TEXT.replace(old, new, 1), "levels.yaml")
    assert told in str(refused.value)


def test_what_the_linter_tells() -> None:
    slow = KIND.parse(TEXT.replace("update: PT2H", "update: PT6H", 1), "levels.yaml")
    assert [one.rule for one in KIND.lint(slow, shipped_library())] == ["slower_when_higher"]
    nobody = KIND.lint(LEVELS, shipped_library(holders={"crisis_lead": ("Ana",)}))
    assert nobody == []
    assert {one.where for one in KIND.lint(LEVELS, shipped_library(holders={}))} == {
        f"levels.{level}.decides" for level in (1, 2, 3, 4)
    }
