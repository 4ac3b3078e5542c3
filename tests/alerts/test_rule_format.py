"""Rule files: what they mean, and what is said about a wrong one."""

from __future__ import annotations

import os
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


def test_a_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(RuleError, match="is no file"):
        load(tmp_path / "pipe.yaml")


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


TEXTS = "title: {en: a, zh: a}\nsummary: {en: a, zh: a}\naction: {en: a, zh: a}\n"
HEAD = "schema_version: 1\nid: smallest\nseverity: info\n" + TEXTS
KIND_FILES = {
    "surge": "kind: surge\nsignal: {kpi: contacts, by: [market]}\nwindow_days: 1\n",
    "proportion": "kind: proportion\nsignal: {kpi: csat, by: [market]}\nwindow_days: 7\n",
    "threshold": (
        "kind: threshold\nsignal: {kpi: on_time_delivery, by: [market]}\nwindow_days: 7\n"
        "target: true\n"
    ),
    "deadline": "kind: deadline\nsignal: {state: in_customs, by: [market]}\nolder_than: 3d\n",
    "novelty": "kind: novelty\nsignal: {of: reason, by: [market]}\n",
    "feed": "kind: feed\n",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_smallest_file_and_is_the_same_again(kind: str) -> None:
    version = load(HEAD + KIND_FILES[kind])
    evaluation.check(version)
    assert parse(version.body_json) == version.rule
    assert version.rule.kind == kind
    assert set(version.rule.group_by) <= set(version.rule.by)


@pytest.mark.parametrize(
    ("kind", "lines", "told"),
    [
        ("surge", "gap_weeks: 20\n", "gap_weeks 20 is longer than baseline_weeks 8"),
        ("surge", "hierarchy: true\n", "hierarchy needs at least two dimensions"),
        ("surge", "for: 90d\n", "for is longer than 60d"),
        ("surge", "group: {by: [carrier]}\n", "group.by names carrier, which the rule does not"),
        ("surge", "events: [holidays, holidays]\n", "events names holidays twice"),
        ("surge", "min_excess: .nan\n", "min_excess"),
        ("surge", "min_n: 4\n", "there is no such field"),
        ("surge", "topic: weather\n", "topic"),
        ("proportion", "clear_points: 0.02\n", "clear_points 0.02 must be below min_points 0.02"),
        ("proportion", "delay: 36h\n", "delay is in whole days"),
        ("threshold", "above: 3\n", "exactly one of below, above and target"),
        ("deadline", "clear_rows: 5\n", "clear_rows 5 must be below min_rows 5"),
        ("deadline", "forget_after: 3d\n", "forget_after must be longer than older_than"),
        ("novelty", "min_customers: 9\n", "min_customers 9 is above min_rows 5"),
        ("novelty", "window_days: 28\nbaseline_weeks: 8\nmin_rows: 1\n", "min_rows"),
        ("feed", "retire_after: 20h\n", "retire_after must be longer than min_silence"),
        ("feed", "factor: 1\n", "factor"),
    ],
)
def test_what_contradicts_itself_is_refused_by_name(kind: str, lines: str, told: str) -> None:
    assert told in fault(HEAD + KIND_FILES[kind] + lines)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ("below: 0.5\nclear: 0.4", "clear 0.4 must not be under below 0.5"),
        ("above: 0.5\nclear: 0.6", "clear 0.6 must not be over above 0.5"),
    ],
)
def test_a_limit_must_not_clear_on_the_wrong_side(limits: str, told: str) -> None:
    assert told in fault(HEAD + KIND_FILES["threshold"].replace("target: true", limits))


@pytest.mark.parametrize(
    ("kind", "old", "new", "told"),
    [
        ("proportion", "csat", "contact_rate", "is no share of its own rows"),
        ("proportion", "csat", "nothing", "there is no such KPI"),
        ("threshold", "on_time_delivery", "late_parcels", "late_parcels has no target"),
        ("threshold", "on_time_delivery", "lead_time_p90", "is a quantile"),
        ("threshold", "on_time_delivery", "return_rate_value", "is money"),
        ("threshold", "by: [market]", "by: [market], of: high", ""),
        ("deadline", "in_customs", "in_space", "there is no such state. Known: in_customs"),
        ("deadline", "by: [market]", "by: [team]", "in_customs cannot be split by it"),
        ("deadline", "older_than: 3d", "older_than: 0h", "has no deadline of its own"),
        ("novelty", "of: reason", "of: colour", "contacts cannot be split by it"),
        ("novelty", "of: reason", "of: term", ""),
    ],
)
def test_what_the_catalogue_does_not_know_is_refused_for_every_kind(
    kind: str, old: str, new: str, told: str
) -> None:
    version = load(HEAD + KIND_FILES[kind].replace(old, new))
    if not told:
        evaluation.check(version)
        return
    with pytest.raises(RuleError, match=told):
        evaluation.check(version)


def test_an_unknown_kind_is_told_with_those_there_are() -> None:
    told = fault(HEAD + "kind: guess\n")
    assert "kind = 'guess': there is no such kind of rule; use one of surge, proportion" in told


def test_a_small_file_that_would_be_large_is_refused() -> None:
    doubled = [f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]" for n in range(24)]
    told = fault('a: &a ["x", "x"]\n' + "\n".join(doubled) + "\n")
    assert told == "r.yaml, line 2: *a repeats another part of the file; write it out."


def test_a_file_nested_without_end_is_refused_with_its_line() -> None:
    told = fault("id: " + "[" * 3000 + "]" * 3000 + "\n")
    assert told.startswith("r.yaml, line 1: more than 30 levels")
