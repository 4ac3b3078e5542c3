"""Filing evidence: kept, told in the log, once, withdrawn with a reason, never deleted."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from alerts import dossier, event_log, evidence_files
from alerts.actions import Outcome
from alerts.dossier import Why
from alerts.notify.config import load
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.dossier.dossier_world import HOUR, NOW, crisis, documents

CONFIG = load(
    """
schema_version: 1
people:
  Ana: {}
  Lex: {roles: [legal]}
  Bo: {roles: [finance]}
"""
)


@pytest.fixture
def number(engine: Engine) -> int:
    return crisis(engine)


def add(engine: Engine, number: int, home: Path, new: dossier.New, **changed: object) -> Outcome:
    given = {"actor": "Ana", "token": None, "wall": NOW, **changed}
    return dossier.add(engine, number, new, home=home, **given)  # type: ignore[arg-type]


def withdraw(engine: Engine, number: int, evidence: int, **changed: object) -> Outcome:
    given = {"config": CONFIG, "actor": "Ana", "token": None, "wall": NOW, **changed}
    reason = str(given.pop("reason", "wrong file"))
    return dossier.withdraw(engine, number, evidence, reason, **given)  # type: ignore[arg-type]


def events(engine: Engine) -> list[tuple[str, str, dict[str, object]]]:
    log = schema.event_log
    with engine.connect() as connection:
        rows = connection.execute(select(log).order_by(log.c.seq))
        return [(row.kind, row.actor, json.loads(row.payload_json)) for row in rows]


def test_what_is_filed_is_kept_and_told(engine: Engine, number: int, tmp_path: Path) -> None:
    new = dossier.file("a.pdf", b"%PDF", "application/pdf", source="the lab", item="test-report")
    outcome = add(engine, number, tmp_path, new)
    assert outcome.result == "done"
    row = dossier.rows_of(engine, number).row(0, named=True)
    assert (row["name"], row["item"], row["added_by"]) == ("a.pdf", "test-report", "Ana")
    assert row["captured_at"] == row["added_at"] == NOW
    assert evidence_files.read(tmp_path, row["sha256"]) == b"%PDF"
    ((kind, actor, payload),) = events(engine)
    assert (kind, actor) == ("evidence_added", "Ana")
    assert payload["sha256"] == row["sha256"]
    assert payload["version"] == 3  # of the crisis, which evidence does not change
    assert event_log.verify(engine) is None


def test_a_double_click_files_once(engine: Engine, number: int, tmp_path: Path) -> None:
    new = dossier.note("Call", "They said no.")
    first = add(engine, number, tmp_path, new, token="t1")
    assert first.result == "done"
    assert add(engine, number, tmp_path, new, token="t1").result == "repeated"
    again = add(engine, number, tmp_path, new, token="t2", actor="Bo")
    assert (again.result, again.why, again.by, again.at) == ("refused", Why.ALREADY, "Ana", NOW)
    assert dossier.rows_of(engine, number).height == 1


@pytest.mark.parametrize(
    ("new", "actor", "why"),
    [
        (dossier.note("T", "x"), " ", Why.NAME_NEEDED),
        (dossier.note("T", "  "), "Ana", Why.EMPTY),
        (dossier.note("", "x"), "Ana", Why.EMPTY),
        (dossier.file("empty.txt", b"", "text/plain", source=""), "Ana", Why.EMPTY),
        (dossier.note("T" * 501, "x"), "Ana", Why.TOO_LONG),
        (dossier.note("T", "x" * 80_001), "Ana", Why.TOO_LONG),
        (dossier.link("L", "javascript:alert(1)", None), "Ana", Why.NO_ADDRESS),
        (dossier.link("L", "https://", None), "Ana", Why.NO_ADDRESS),
        (dossier.link("L", "https://[x", None), "Ana", Why.NO_ADDRESS),
        (dossier.link("L", "https://x.example/1", NOW + HOUR), "Ana", Why.TIME_AHEAD),
    ],
)
def test_what_cannot_be_filed_is_refused_with_its_reason(
    engine: Engine, number: int, tmp_path: Path, new: dossier.New, actor: str, why: Why
) -> None:
    outcome = add(engine, number, tmp_path, new, actor=actor)
    assert (outcome.result, outcome.why) == ("refused", why)
    assert dossier.rows_of(engine, number).is_empty()
    assert events(engine) == []


def test_no_crisis_no_evidence(engine: Engine, number: int, tmp_path: Path) -> None:
    outcome = add(engine, number + 1, tmp_path, dossier.note("T", "x"))
    assert (outcome.result, outcome.why) == ("refused", Why.NOT_FOUND)


def test_what_the_disk_refuses_is_told(engine: Engine, number: int, tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file where the folder should be")
    outcome = add(engine, number, tmp_path, dossier.note("T", "x"))
    assert (outcome.result, outcome.why) == ("refused", Why.NOT_KEPT)
    assert "cannot be written" in (outcome.data or {})["message"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\temp\\x.txt", "/", ""])
def test_only_the_last_part_of_a_files_name_counts(name: str) -> None:
    new = dossier.file(name, b"x", "not a media type", source="")
    assert "/" not in new.name
    assert "\\" not in new.name
    assert new.name
    assert new.media_type == "application/octet-stream"


def test_withdrawn_is_out_of_force_and_stays(engine: Engine, number: int, tmp_path: Path) -> None:
    outcome = add(engine, number, tmp_path, dossier.note("T", "x"))
    evidence = (outcome.data or {})["evidence"]
    assert withdraw(engine, number, evidence).result == "done"
    row = dossier.rows_of(engine, number).row(0, named=True)
    assert (row["withdrawn_at"], row["withdrawn_because"]) == (NOW, "wrong file")
    assert evidence_files.read(tmp_path, row["sha256"]) == b"x"
    assert events(engine)[-1][0] == "evidence_withdrawn"
    again = withdraw(engine, number, evidence)
    assert (again.result, again.at) == ("stale", NOW)
    # The same content may be filed again; it gets another name.
    refiled = add(engine, number, tmp_path, dossier.note("T", "x"), wall=NOW + HOUR)
    assert refiled.result == "done"
    assert dossier.rows_of(engine, number)["name"].to_list() == ["T (2)", "T"]


@pytest.mark.parametrize(
    ("actor", "result"), [("Ana", "done"), ("Lea", "done"), ("Lex", "done"), ("Bo", "refused")]
)
def test_who_may_withdraw(
    engine: Engine, number: int, tmp_path: Path, actor: str, result: str
) -> None:
    outcome = add(engine, number, tmp_path, dossier.note("T", "x"))
    asked = withdraw(engine, number, (outcome.data or {})["evidence"], actor=actor)
    assert asked.result == result
    if result == "refused":
        assert (asked.why, asked.by) == (Why.NOT_IN_ROLE, "Ana, Lea, Lex")


def test_a_reason_and_a_name_are_needed_and_the_crisis_must_be_its_own(
    engine: Engine, number: int, tmp_path: Path
) -> None:
    other = crisis(engine, cause_key="other")
    evidence = (add(engine, number, tmp_path, dossier.note("T", "x")).data or {})["evidence"]
    assert withdraw(engine, number, evidence, reason=" ").why == Why.REASON_NEEDED
    assert withdraw(engine, number, evidence, actor="").why == Why.NAME_NEEDED
    assert withdraw(engine, other, evidence).why == Why.NOT_FOUND
    assert withdraw(engine, number, evidence, token="t").result == "done"
    assert withdraw(engine, number, evidence, token="t").result == "repeated"


def test_in_a_drill_everything_runs_by_its_clock(engine: Engine, tmp_path: Path) -> None:
    documents(engine, tmp_path)
    masked = NOW - timedelta(days=30)
    with writing(engine) as connection:
        version = connection.execute(select(schema.document_version.c.id).limit(1)).scalar_one()
        drill = connection.execute(
            schema.drill.insert()
            .values(
                title="d",
                playbook_version_id=version,
                scenario_json={},
                speed=60,
                real_start=NOW,
                masked_start=masked,
                status="running",
                started_by="Ana",
                version=1,
            )
            .returning(schema.drill.c.id)
        ).scalar_one()
    number = crisis(engine, drill_id=drill)
    add(engine, number, tmp_path, dossier.note("T", "x"), wall=NOW + timedelta(minutes=1))
    row = dossier.rows_of(engine, number).row(0, named=True)
    assert row["added_at"] == masked + HOUR
    assert events(engine)[-1][2]["drill"] == drill


def test_a_checklist_is_chosen_with_its_text(engine: Engine, number: int, tmp_path: Path) -> None:
    documents(engine, tmp_path)
    given = {"home": tmp_path, "actor": "Ana", "token": None, "wall": NOW}
    assert dossier.choose_checklist(engine, number, "court", **given).result == "done"  # type: ignore[arg-type]
    row = dossier.rows_of(engine, number).row(0, named=True)
    assert (row["kind"], row["name"], row["source"]) == (
        "checklist",
        "court",
        "checklists/disputes version 1",
    )
    text = evidence_files.read(tmp_path, row["sha256"]).decode()
    assert "id: court" in text
    unknown = dossier.choose_checklist(engine, number, "nonsense", **given)  # type: ignore[arg-type]
    assert unknown.why == Why.UNKNOWN_LIST


def test_filed_anew_after_a_withdrawal_it_is_still_filed_once(
    engine: Engine, number: int, tmp_path: Path
) -> None:
    def filed() -> Outcome:
        new = dossier.note("Call", "They open on Monday.")
        return dossier.add(engine, number, new, home=tmp_path, actor="Ana", token=None, wall=NOW)

    first = (filed().data or {})["evidence"]
    assert withdraw(engine, number, first).result == "done"
    again = filed()
    assert again.result == "done"
    once_more = filed()
    assert (once_more.why, once_more.data) == (Why.ALREADY, again.data)
    assert dossier.rows_of(engine, number)["name"].sort().to_list() == ["Call", "Call (2)"]
