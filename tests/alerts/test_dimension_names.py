"""Rules may split by any dimension, whatever the columns of a judgement are called."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from alerts.rule_tests import run_test_file
from alerts.rules import RuleVersion, load

START = date(2026, 1, 5)
LAST = START + timedelta(days=119)
TEXTS = "title: {en: a, zh: b}\nsummary: {en: a, zh: b}\naction: {en: a, zh: b}\n"
SURGE = "kind: surge\nsignal: {kpi: contacts, by: [%s]}\nwindow_days: 1\nkeep: 9d\n"
LATE = "kind: deadline\nsignal: {state: open_case, by: [%s]}\nolder_than: 24h\n"
LEVEL = "kind: threshold\nsignal: {kpi: contacts, by: [%s]}\nwindow_days: 1\nabove: 20\n"


def split(kind: str, dimension: str) -> RuleVersion:
    head = "schema_version: 1\nid: some-rule\nseverity: warning\n"
    return load(head + kind % dimension + TEXTS, where="r.yaml")


@pytest.mark.parametrize("dimension", ["reason", "level", "team"])
@pytest.mark.parametrize("kind", [SURGE, LATE, LEVEL], ids=["surge", "deadline", "threshold"])
def test_the_slice_is_named_by_its_own_value(kind: str, dimension: str, tmp_path: Path) -> None:
    rule = split(kind, dimension)
    test = tmp_path / "r-test.yaml"
    test.write_text(
        f"rule: some-rule\nstart: {START}\n"
        f"series:\n  - {{labels: {{{dimension}: one}}, values: 3x119 90}}\n"
        f"  - {{labels: {{{dimension}: two}}, values: 3x120}}\n"
        f"expect:\n  - {{day: {LAST}, alerts: [{{{dimension}: one}}]}}\n"
    )
    assert run_test_file(test, rule) == []
