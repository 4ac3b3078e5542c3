"""Signatures: bound to a hash, by the right and by different people, once."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select

from alerts import approvals
from alerts.approvals import Refused, Subject, Why, complete, missing, of, rejection, sign
from alerts.event_log import verify
from alerts.notify import config as configuration
from data_access.state import schema
from data_access.state.engine import writing

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
TEXT, OTHER = "a" * 64, "b" * 64
STATEMENT = Subject("statement", "7", TEXT, None)
ROLES = ("translator", "proofreader", "final_reviewer")
CONFIG = configuration.load("""
schema_version: 1
people:
  Anna: {roles: [translator, proofreader]}
  Bo: {roles: [proofreader]}
  Cleo: {roles: [final_reviewer]}
  Lex: {roles: [legal]}
""")


def signed(engine: Engine, role: str, by: str, **more: object) -> None:
    keys: dict[str, object] = {"subject": STATEMENT, "decision": "approved", "now": NOW, **more}
    with writing(engine) as connection:
        subject, decision = keys.pop("subject"), keys.pop("decision")
        sign(connection, CONFIG, subject, role, decision, by=by, **keys)  # type: ignore[arg-type]


def refusal(engine: Engine, role: str, by: str, **more: object) -> Refused:
    with pytest.raises(Refused) as caught:
        signed(engine, role, by, **more)
    return caught.value


def stored(engine: Engine) -> list[approvals.Approval]:
    with engine.connect() as connection:
        return of(connection, "statement", "7")


def test_three_people_make_it_complete(engine: Engine) -> None:
    for role, by in zip(ROLES, ("Anna", "Bo", "Cleo"), strict=True):
        assert not complete(stored(engine), ROLES, TEXT)
        assert missing(stored(engine), ROLES, TEXT)[0] == role
        signed(engine, role, by)
    assert complete(stored(engine), ROLES, TEXT)
    assert missing(stored(engine), ROLES, TEXT) == ()
    assert verify(engine) is None


def test_what_asks_for_nobody_is_not_approved() -> None:
    assert not complete([], (), TEXT)


def test_a_signature_on_another_text_does_not_count(engine: Engine) -> None:
    for role, by in zip(ROLES, ("Anna", "Bo", "Cleo"), strict=True):
        signed(engine, role, by)
    assert not complete(stored(engine), ROLES, OTHER)
    assert missing(stored(engine), ROLES, OTHER) == ROLES


def test_only_who_holds_the_role_signs_and_the_refusal_names_who_may(engine: Engine) -> None:
    no = refusal(engine, "proofreader", "Cleo")
    assert (no.why, no.role, no.who) == (Why.NOT_IN_ROLE, "proofreader", ("Anna", "Bo"))
    assert no.data == {"role": "proofreader", "who": ["Anna", "Bo"]}
    assert stored(engine) == []


def test_a_role_given_in_the_crisis_counts(engine: Engine) -> None:
    signed(engine, "proofreader", "Cleo", assigned={"proofreader": "Cleo"})
    assert stored(engine)[0].by == "Cleo"
    no = refusal(engine, "final_reviewer", "Zoe", assigned={"final_reviewer": "Lex"})
    assert no.who == ("Lex", "Cleo")


def test_holders_of_another_fitting_role_may_sign(engine: Engine) -> None:
    signed(engine, "final_reviewer", "Lex", also=("legal",))
    assert stored(engine)[0].role == "final_reviewer"


def test_one_person_signs_one_role(engine: Engine) -> None:
    signed(engine, "translator", "Anna")
    no = refusal(engine, "proofreader", "Anna")
    assert (no.why, no.by, no.at, no.role) == (Why.SAME_PERSON, "Anna", NOW, "translator")


def test_the_author_does_not_sign(engine: Engine) -> None:
    no = refusal(engine, "proofreader", "Bo", apart_from=("Bo",))
    assert (no.why, no.by, no.role) == (Why.SAME_PERSON, "Bo", "author")


def test_the_same_person_may_sign_another_text_in_another_role(engine: Engine) -> None:
    signed(engine, "translator", "Anna")
    signed(engine, "proofreader", "Anna", subject=Subject("statement", "7", OTHER, None))
    assert [found.role for found in stored(engine)] == ["translator", "proofreader"]


def test_the_second_is_told_who_was_first(engine: Engine) -> None:
    signed(engine, "proofreader", "Bo")
    no = refusal(engine, "proofreader", "Anna")
    assert (no.why, no.by, no.at) == (Why.ALREADY, "Bo", NOW)


def test_a_rejection_stands_until_the_text_changes(engine: Engine) -> None:
    signed(engine, "translator", "Anna")
    signed(engine, "proofreader", "Bo", decision="rejected", note="Wrong date")
    signed(engine, "final_reviewer", "Cleo")
    assert not complete(stored(engine), ROLES, TEXT)
    assert refusal(engine, "proofreader", "Anna").why in (Why.ALREADY, Why.SAME_PERSON)
    no = rejection(stored(engine), TEXT)
    assert no is not None
    assert (no.by, no.note) == ("Bo", "Wrong date")
    assert rejection(stored(engine), OTHER) is None


def test_who_saw_another_text_signs_nothing(engine: Engine) -> None:
    assert refusal(engine, "translator", "Anna", seen=OTHER).why == Why.CHANGED
    signed(engine, "translator", "Anna", seen=TEXT)


@pytest.mark.parametrize("by", ["", "  ", "worker"])
def test_nobody_signs_without_a_name(engine: Engine, by: str) -> None:
    assert refusal(engine, "translator", by).why == Why.NAME_NEEDED


def test_the_log_tells_of_it(engine: Engine) -> None:
    signed(engine, "translator", " Anna ", data={"run": 3, "step": "holding"}, note="Fine ")
    log = schema.event_log
    with engine.connect() as connection:
        row = connection.execute(select(log)).one()
    assert (row.kind, row.actor, row.subject_kind, row.subject_id) == (
        "approved",
        "Anna",
        "statement",
        "7",
    )
    assert json.loads(row.payload_json) == {
        "run": 3,
        "step": "holding",
        "role": "translator",
        "sha256": TEXT,
        "of": "statement",
        "id": "7",
        "note": "Fine",
    }


def test_of_two_at_once_one_signs(engine: Engine) -> None:
    answers: list[str] = []
    ready = threading.Barrier(2)

    def press(name: str) -> None:
        ready.wait()
        try:
            signed(engine, "proofreader", name)
        except Refused as no:
            answers.append(f"{no.why} by {no.by}")
        else:
            answers.append("signed")

    presses = [threading.Thread(target=press, args=(name,)) for name in ("Anna", "Bo")]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()
    (signature,) = stored(engine)
    assert sorted(answers) == [f"already by {signature.by}", "signed"]
    assert verify(engine) is None
