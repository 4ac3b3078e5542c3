"""Rule files: what they mean, and what is said about a wrong one."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import evaluation
from alerts.rules import RuleError, builtin, load, load_folder, parse
from alerts.rules.format import KINDS, fingerprint
from alerts.rules.texts import texts
from tests.alerts.fakes import RULE, rule

LABELS = st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=3)


def fault(text: str) -> str:
    with pytest.raises(RuleError) as caught:
        load(text, where="r.yaml")
    return str(caught.value)


def test_the_rules_that_ship_are_good() -> None:
    shipped = builtin()
    assert {"complaint-surge", "late-parcel-surge", "customs-dwell", "feed-late"} <= set(shipped)
    assert {version.rule.kind for version in shipped.values()} == set(KINDS)
    assert all(version.rule.owner and version.rule.group for version in shipped.values())
    for version in shipped.values():
        evaluation.check(version)


def test_layout_and_written_out_defaults_do_not_change_identity() -> None:
    same = "# a comment\n" + RULE.replace(
        "{kpi: contacts, by: [market]}", "\n  by: [market]\n  kpi: contacts"
    )
    assert load(same).sha256 == load(RULE).sha256
    assert rule(min_increase="0.5").sha256 == load(RULE).sha256
    assert rule(min_increase="0.6").sha256 != load(RULE).sha256


def test_a_stored_body_is_the_rule_again() -> None:
    version = rule(**{"for": "36h"})
    again = parse(version.body_json)
    assert again == version.rule
    assert again.for_ == timedelta(hours=36)


def test_an_unknown_field_is_named_with_its_line() -> None:
    told = fault(RULE + "treshold: 3\n")
    assert "r.yaml, line 13: treshold = 3: there is no such field" in told
    assert "min_increase" in told


def test_a_missing_field_is_named() -> None:
    assert "severity: is missing; add it." in fault(RULE.replace("severity: warning\n", ""))


def test_a_wrong_value_is_shown_with_what_to_do() -> None:
    told = fault(RULE.replace("keep: 2d", "keep: two days"))
    assert "line 8: keep = 'two days': write a duration as a whole number and d or h" in told


def test_a_key_written_twice_is_refused() -> None:
    told = fault(RULE + "severity: info\n")
    assert "line 13: 'severity' was already given in line 5; keep one of the two." in told


def test_a_nested_key_written_twice_is_refused() -> None:
    told = fault(RULE.replace("{kpi: contacts, by", "{kpi: contacts, kpi: backlog, by"))
    assert "'kpi' was already given" in told


@pytest.mark.parametrize(
    "text", ["{market.__class__}", "{market[0]}", "{market!r}", "{market:>9}", "{}", "{market"]
)
def test_texts_hold_plain_fields_only(text: str) -> None:
    with pytest.raises(RuleError, match=r"title|braces"):
        load(RULE.replace("Surge in {market}", text))


def test_a_field_that_nobody_fills_is_refused() -> None:
    assert "title.en names {carrier}, which is not known" in fault(
        RULE.replace("Surge in {market}", "Surge at {carrier}")
    )


def test_opening_and_clearing_must_differ() -> None:
    assert "clear_increase 0.6 must be below min_increase 0.5" in fault(
        RULE + "clear_increase: 0.6\n"
    )


@pytest.mark.parametrize("text", ["", "- a\n- b", "just words"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    assert "a rule is a mapping of fields" in fault(text)


def test_broken_yaml_is_named_with_its_line() -> None:
    assert "r.yaml, line 2: not valid YAML" in fault("a: 1\nb: c: d\n")


def test_binary_and_absent_files_are_named(tmp_path: Path) -> None:
    binary = tmp_path / "b.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RuleError, match="not UTF-8"):
        load(binary)
    with pytest.raises(RuleError, match="cannot be read"):
        load(tmp_path / "absent.yaml")


@pytest.mark.parametrize(
    ("signal", "told"),
    [
        ("{kpi: contcts, by: [market]}", "there is no such KPI. Known: contacts"),
        ("{kpi: late_parcels, by: [market, team]}", "late_parcels cannot be split by it"),
        ("{kpi: contact_rate, by: [market]}", "is not a count"),
        ("{kpi: contacts, by: [market], exposure: {denominator_of: backlog}}", "no denominator"),
        (
            "{kpi: contacts, by: [market, category], exposure: {denominator_of: contact_rate}}",
            "",
        ),
    ],
)
def test_what_the_catalogue_does_not_know_is_refused(signal: str, told: str) -> None:
    version = rule(signal=signal)
    if not told:
        evaluation.check(version)
        return
    with pytest.raises(RuleError, match=told):
        evaluation.check(version)


def test_a_folder_tells_bad_files_and_keeps_the_good_ones(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "c.yml").write_text("id: 3", encoding="utf-8")
    found, faults = load_folder(tmp_path)
    assert list(found) == ["test-surge"]
    assert any("b.yaml: id 'test-surge' is taken by" in fault for fault in faults)
    assert any("c.yml" in fault for fault in faults)


def test_texts_in_both_languages() -> None:
    numbers = {"y": 31.0, "mu": 12.345, "increase": 1.511, "excess": 18.7, "exposure": None}
    told = texts(rule().rule, {"market": ""}, numbers, date(2026, 3, 1))
    assert told["title"] == {"en": "Surge in unknown", "zh": "未知 激增"}
    assert told["summary"]["en"] == "31 of 12, +151%"
    many = texts(rule().rule, {"market": "DE"}, {**numbers, "increase": 69.1}, date(2026, 3, 1))
    assert many["summary"]["en"] == "31 of 12, ×70"


@given(LABELS, LABELS)
def test_different_labels_have_different_fingerprints(
    one: dict[str, str], other: dict[str, str]
) -> None:
    marks = [fingerprint("r", tuple(labels), tuple(labels.values())) for labels in (one, other)]
    assert (marks[0] == marks[1]) == (one == other)


def test_the_order_of_labels_does_not_matter_and_borders_do() -> None:
    assert fingerprint("r", ("a", "b"), ("1", "2")) == fingerprint("r", ("b", "a"), ("2", "1"))
    assert fingerprint("r", ("a",), ("bc",)) != fingerprint("r", ("ab",), ("c",))
    assert fingerprint("r1", (), ()) != fingerprint("r", (), ())
