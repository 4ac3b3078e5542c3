"""Checklists: what applies, what satisfies it by itself, who gets the rest by when."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from alerts import dossier
from alerts.dossier.checklists import KIND
from alerts.dossier.rows import crisis_row
from alerts.library import kind_of, shipped
from alerts.library.model import DocumentError
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.dossier.dossier_world import HOUR, NOW, crisis, documents, whole

SHIPPED = Path("alerts/dossier/shipped")


def of(engine: Engine, number: int, now: object = NOW) -> dossier.Completeness:
    with engine.connect() as connection:
        return dossier.completeness(connection, crisis_row(connection, number), now)  # type: ignore[arg-type]


def states(found: dossier.Completeness) -> dict[str, str]:
    return {one.item: one.state for one in found.items}


def test_what_is_linked_sent_signed_and_filed_is_found_by_itself(
    engine: Engine, tmp_path: Path
) -> None:
    found = of(engine, whole(engine, tmp_path))
    assert [name for name, _title in found.lists] == ["every-crisis", "product-safety"]
    assert {name for name, state in states(found).items() if state == "there"} == {
        "warning",
        "rule-version",
        "statement-sent",
        "approvals",
        "playbook-run",
        "test-report",
        "photos",
        "compensation-batch",
    }
    assert (found.there, found.required, found.complete) == (5, 12, False)
    kinds = {one.item: [proof.kind for proof in one.proofs] for one in found.items}
    assert kinds["warning"] == ["alert_evidence"]
    assert kinds["approvals"] == ["approvals"]
    assert kinds["test-report"] == ["evidence"]


def test_who_gets_what_is_missing_and_by_when(engine: Engine, tmp_path: Path) -> None:
    number = whole(engine, tmp_path)
    lot = next(one for one in of(engine, number).items if one.item == "lot-record")
    declared = NOW - HOUR
    assert (lot.role, lot.person, lot.due_at) == ("supply", "Sun", declared + 8 * HOUR)
    assert not lot.overdue
    late = of(engine, number, declared + 8 * HOUR + HOUR / 60)
    assert next(one for one in late.items if one.item == "lot-record").overdue
    assert not next(one for one in late.items if one.item == "warning").overdue


def test_withdrawn_evidence_proves_nothing(engine: Engine, tmp_path: Path) -> None:
    number = whole(engine, tmp_path)
    with writing(engine) as connection:
        connection.execute(update(schema.evidence).values(withdrawn_at=NOW))
    assert states(of(engine, number))["test-report"] == "missing"


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("product", ["every-crisis", "product-safety"]),
        ("delivery", ["every-crisis", "carrier"]),
        ("service", ["every-crisis"]),
    ],
)
def test_lists_apply_by_topic(
    engine: Engine, tmp_path: Path, topic: str, expected: list[str]
) -> None:
    documents(engine, tmp_path)
    found = of(engine, crisis(engine, topic=topic))
    assert [name for name, _title in found.lists] == expected
    assert "court" in [name for name, _title in found.others]


@pytest.mark.parametrize(
    ("dispute", "expected"),
    [
        ({"forum": "card", "reason_code": "13.1", "is_fraud": False}, "card-not-received"),
        ({"forum": "card", "reason_code": "4853", "is_fraud": None}, "card-not-as-described"),
        ({"forum": "card", "reason_code": "x", "is_fraud": True}, "card-fraud"),
        ({"forum": "card", "reason_code": "13.6", "is_fraud": False}, "card-credit-not-processed"),
        ({"forum": "marketplace", "reason_code": None, "is_fraud": None}, "marketplace-claim"),
        ({"forum": "adr", "reason_code": "any", "is_fraud": None}, "adr"),
        ({"forum": "court", "reason_code": None, "is_fraud": None}, "court"),
    ],
)
def test_lists_apply_by_the_disputes_whose_rows_were_collected(
    engine: Engine, tmp_path: Path, dispute: dict[str, object], expected: str
) -> None:
    documents(engine, tmp_path)
    number = crisis(engine, topic="service")
    detail = {"table": "disputes", "rows": 1, "disputes": [dispute]}
    new = dossier.New("rows", "d.csv", b"csv", "text/csv", "facts", None, None, detail)
    dossier.add(engine, number, new, home=tmp_path, actor="worker", token=None, wall=NOW)
    found = of(engine, number)
    assert [name for name, _title in found.lists] == ["every-crisis", expected]
    if "dispute-notice" in states(found):
        assert states(found)["dispute-notice"] == "there"


def test_a_chosen_list_applies(engine: Engine, tmp_path: Path) -> None:
    documents(engine, tmp_path)
    number = crisis(engine, topic="service")
    given = {"home": tmp_path, "actor": "Ana", "token": None, "wall": NOW}
    dossier.choose_checklist(engine, number, "court", **given)  # type: ignore[arg-type]
    assert [name for name, _title in of(engine, number).lists] == ["every-crisis", "court"]


def test_an_extract_without_rows_proves_nothing(engine: Engine, tmp_path: Path) -> None:
    documents(engine, tmp_path)
    number = crisis(engine)
    for rows, state in ((0, "missing"), (1, "there")):
        detail = {"table": "lots", "rows": rows}
        new = dossier.New("rows", f"{rows}.csv", b"csv", "text/csv", "facts", None, None, detail)
        dossier.add(engine, number, new, home=tmp_path, actor="worker", token=None, wall=NOW)
        assert states(of(engine, number))["lot-record"] == state


@pytest.mark.parametrize("name", ["crisis", "disputes"])
def test_the_lists_that_ship_are_whole(name: str) -> None:
    document = KIND.parse((SHIPPED / f"{name}.yaml").read_text(encoding="utf-8"), name)
    assert document.id == name
    for one in document.checklists:
        assert set(one.optional) < set(one.items)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[warning,", "[warnings,", "there is no item 'warnings'"),
        ("  - id: warning\n", "  - id: complaints\n", "complaints is there twice"),
        ("optional: [rule-version", "optional: [photos", "not among the items"),
        ("role: supply", "rolle: supply", "rolle"),
        ("within: 8h", "within: soon", "write a duration"),
        ("satisfied_by: [rows lots]", "satisfied_by: [magic]", "satisfied_by"),
        ("zh: ", "cn: ", "zh"),
    ],
)
def test_faults_are_told_with_their_line(old: str, new: str, told: str) -> None:
    text = (SHIPPED / "crisis.yaml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(DocumentError, match=told) as caught:
        KIND.parse(text.replace(old, new, 1), "crisis.yaml")
    assert "line " in str(caught.value)


def test_the_audience_of_the_recall_notice_proves_its_item() -> None:
    """A notice that went out need not be filed again: list and playbook name one audience."""
    items = shipped(kind_of("checklists"))["crisis"][1].items
    (notice,) = [one for one in items if one.id == "recall-notice"]
    steps = shipped(kind_of("playbook"))["faulty-lot"][1].steps
    (step,) = [one for one in steps if one.key == "recall-notice"]
    (way,) = notice.satisfied_by
    assert (way.proof, way.of) == ("statement", step.audience)
