"""The life of a statement: drafted, signed by three, sent once; changed texts void signatures."""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select

from alerts import approvals, statements
from alerts.crisis_room import room
from alerts.event_log import verify
from alerts.statements import Action, Do, Status, Why
from alerts.statements.drafting import DraftError, languages_of, order
from data_access.state import schema
from tests.alerts.statements.world import MINUTE, T0, VALUES, World, config, template

GERMAN = "Bitte Kettle K2, Charge L2407, nicht weiter benutzen."


@pytest.fixture
def world(engine: Engine) -> World:
    """Source and German text of one banner."""
    return World(engine).begin()


def test_it_is_drafted_in_each_language_from_the_template(world: World) -> None:
    english, german = world.one("en"), world.one("de")
    assert english.body.startswith("Nordhaus: Please stop using Kettle K2, lot L2407.")
    assert "22. November 2026, 18:00 (UTC+1)" in german.body
    assert (german.source_id, german.source_sha256) == (english.id, english.sha256)
    assert english.status == german.status == Status.DRAFT
    assert world.told() == ["statement_drafted"] * 2


def test_three_people_sign_and_it_goes_out_once(world: World) -> None:
    world.sign("en")
    assert world.one().status is Status.FINAL
    outcome = world.act(Do.SEND, "Pia", targets=("site",), token="t1")
    assert outcome.result == "done"
    one = world.one()
    assert (one.status, one.sent_by) == (Status.SENT, "Pia")
    assert one.sent is not None
    assert one.sent["text"] == one.body
    assert one.sent["text_sha256"] == hashlib.sha256(one.body.encode()).hexdigest()
    assert [each["role"] for each in one.sent["signatures"]] == [
        "author",
        "proofreader",
        "final_reviewer",
    ]
    (message,) = world.messages()
    assert (message.channel, message.body, message.crisis_id) == ("site", one.body, world.crisis_id)
    assert world.act(Do.SEND, "Pia", targets=("site",), token="t1").result == "repeated"
    assert world.act(Do.SEND, "Pia", targets=("site",), token="t2").why == Why.SENT
    assert len(world.messages()) == 1
    assert world.told()[-1] == "statement_sent"
    assert verify(world.engine) is None


def test_order_and_people_of_the_signatures(world: World) -> None:
    assert world.act(Do.PROOFREAD, "Ren").why == Why.NOT_TRANSLATED
    assert world.act(Do.FINAL, "Fay").why == Why.NOT_TRANSLATED
    refused = world.act(Do.TRANSLATED, "Fay")
    assert (refused.why, refused.data) == ("not_in_role", {"role": "author", "who": ["Pia", "Lea"]})
    world.act(Do.TRANSLATED, "Pia")
    again = world.act(Do.TRANSLATED, "Pia")
    assert again.why == Why.ALREADY
    assert world.act(Do.FINAL, "Fay").why == Why.NOT_PROOFREAD
    assert world.act(Do.SEND, "Pia", targets=("site",)).why == Why.NOT_FINAL
    assert world.act(Do.RECORD_SENT, "Pia", where="x").why == Why.NOT_FINAL
    world.act(Do.PROOFREAD, "Lex")
    same = world.act(Do.FINAL, "Lex")
    assert (same.why, same.by, same.data) == (
        "same_person",
        "Lex",
        {"role": "proofreader", "who": []},
    )
    assert world.act(Do.FINAL, "Fay").result == "done"


def test_only_who_reads_the_language_proofreads(world: World) -> None:
    world.sign("en", until=Do.TRANSLATED)
    world.act(Do.TRANSLATED, "Tom", "de")
    refused = world.act(Do.PROOFREAD, "Uma", "de")
    assert (refused.why, refused.data) == (
        Why.NOT_A_SPEAKER,
        {"role": "proofreader", "who": ["Tom", "Ren", "Lex"]},
    )
    assert world.act(Do.PROOFREAD, "Ren", "de").result == "done"


def test_a_native_proofreader_clears_the_mark(world: World) -> None:
    assert world.page("de").native_review
    assert not world.page("en").native_review
    listed = statements.of_crisis(world.engine, world.crisis_id)
    assert listed.sort("id")["needs_native_review"].to_list() == [False, True]
    world.act(Do.TRANSLATED, "Tom", "de")
    assert world.page("de").native_review
    world.act(Do.PROOFREAD, "Ren", "de")
    assert not world.page("de").native_review


def test_whoever_changes_the_text_voids_what_was_signed(world: World) -> None:
    world.sign("en")
    before = world.one()
    text = before.body.replace("Please stop using", "Stop using")
    assert world.act(Do.EDIT, "Pia", text=text).result == "done"
    after = world.one()
    assert (after.status, after.author) == (Status.DRAFT, "Pia")
    assert after.sha256 != before.sha256
    assert world.act(Do.SEND, "Pia", targets=("site",)).why == Why.NOT_FINAL
    page = world.page()
    assert [each.given for each in page.signatures] == [None, None, None]
    assert all(each.void is not None for each in page.signatures)
    assert page.before is not None
    assert page.before.body == before.body
    assert [part.op for part in page.parts][:1] == ["same"]


def test_the_author_signs_first_but_neither_proofreads_nor_decides(world: World) -> None:
    text = world.one().body.replace("Please stop using", "Stop using")
    world.act(Do.EDIT, "Ren", text=text)
    assert world.act(Do.TRANSLATED, "Pia").result == "done"
    refused = world.act(Do.PROOFREAD, "Ren")
    assert (refused.why, refused.by) == ("same_person", "Ren")
    assert world.act(Do.PROOFREAD, "Lex").result == "done"


def test_going_back_to_a_signed_text_brings_its_signatures_back(world: World) -> None:
    world.sign("en", until=Do.PROOFREAD)
    signed = world.one().body
    world.act(Do.EDIT, "Pia", text=signed.replace("Please stop", "Stop"))
    world.act(Do.EDIT, "Lea", text=signed)
    assert world.one().status is Status.PROOFREAD
    assert world.act(Do.FINAL, "Fay").result == "done"


def test_a_changed_source_puts_its_translations_back(world: World) -> None:
    world.sign("en")
    world.sign("de")
    assert world.one("de").status is Status.FINAL
    source = world.one("en").body.replace("Please stop using", "Stop using")
    world.act(Do.EDIT, "Pia", text=source)
    page = world.page("de")
    assert (page.one.status, page.source_changed) == (Status.DRAFT, True)
    assert ("removed", "Please stop") in [
        (part.op, part.text.strip()) for part in page.source_parts
    ]
    assert world.act(Do.PROOFREAD, "Ren", "de").why == Why.NOT_TRANSLATED
    assert statements.of_crisis(world.engine, world.crisis_id)["source_changed"].sum() == 1
    world.sign("en")
    # The translator finds that the same words still say it, and signs them for the new source.
    world.sign("de")
    again = world.one("de")
    assert again.status is Status.FINAL
    assert again.source_sha256 == world.one("en").sha256
    assert again.body == page.one.body
    assert world.act(Do.SEND, "Pia", "de", targets=("site",)).result == "done"


def test_a_source_that_comes_back_leaves_its_translations_signed(world: World) -> None:
    world.sign("en")
    world.sign("de")
    signed = world.one("en").body
    world.act(Do.EDIT, "Pia", text=signed.replace("Please stop using", "Stop using"))
    world.act(Do.EDIT, "Lea", text=signed)
    assert world.one("de").status is Status.FINAL


def test_a_translation_waits_for_its_source(world: World) -> None:
    world.sign("de")
    assert world.act(Do.SEND, "Pia", "de", targets=("site",)).why == Why.SOURCE_OPEN
    world.sign("en")
    assert world.act(Do.SEND, "Pia", "de", targets=("site",)).result == "done"


def test_a_rejected_text_needs_other_words(world: World) -> None:
    world.sign("en", until=Do.TRANSLATED)
    assert world.act(Do.REJECT, "Ren").why == Why.REASON_NEEDED
    assert world.act(Do.REJECT, "Ren", note="Too harsh").result == "done"
    assert world.one().status is Status.DRAFT
    refused = world.act(Do.TRANSLATED, "Lea")
    assert (refused.why, refused.by, refused.data) == (Why.REJECTED, "Ren", {"note": "Too harsh"})
    rejected = world.page().rejected
    assert rejected is not None
    assert rejected.note == "Too harsh"
    world.act(Do.EDIT, "Pia", text=world.one().body.replace("Please stop", "Stop"))
    assert world.act(Do.TRANSLATED, "Pia").result == "done"


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("It was our fault.", "admission-of-fault"),
        ("Complain at https://ec.europa.eu/consumers/odr", "closed"),
        ("m" * 400, "360"),
        ("{{ lot_number }}", "lot_number"),
    ],
)
def test_a_faulty_text_is_not_signed(world: World, words: str, rule: str) -> None:
    world.act(Do.EDIT, "Pia", text=f"Please stop using Kettle K2, lot L2407. {words}")
    refused = world.act(Do.TRANSLATED, "Pia")
    assert refused.why == Why.FINDINGS
    found = [finding for finding in world.page().findings if finding.severity == "error"]
    assert any(rule in finding.rule or rule in finding.what.en for finding in found), found


def test_other_numbers_than_in_the_source_are_not_signed(world: World) -> None:
    world.act(Do.EDIT, "Tom", "de", text=world.one("de").body + " Ruf 110.")
    refused = world.act(Do.TRANSLATED, "Tom", "de")
    assert refused.why == Why.FINDINGS
    assert refused.data is not None
    assert "+110" in refused.data["findings"][0]["en"]


def test_a_missing_value_waits_for_somebody_to_fill_it(engine: Engine) -> None:
    given = {name: value for name, value in VALUES.items() if name != "lot"}
    world = World(engine).begin(values=given)
    assert "{{ lot }}" in world.one("en").body
    assert "{{ lot }}" in world.one("de").body
    assert world.payloads("statement_drafted")[0]["missing"] == ["lot"]
    assert world.act(Do.TRANSLATED, "Pia").why == Why.FINDINGS
    wrong = world.act(Do.FILL, "Pia", values={"next_update": "soon"})
    assert (wrong.why, (wrong.data or {})["variable"]) == (Why.WRONG_VALUE, "next_update")
    assert world.act(Do.FILL, "Lea", values={"lot": "L9"}).result == "done"
    assert "lot L9" in world.one("en").body
    assert "Charge L9" in world.one("de").body
    assert not world.page("de").source_changed
    world.sign("en")


def test_a_value_can_be_corrected_everywhere(world: World) -> None:
    world.sign("en")
    world.act(Do.FILL, "Lea", values={"lot": "L2408"})
    assert "L2408" in world.one("de").body
    assert world.one("en").status is Status.DRAFT
    assert world.act(Do.FILL, "Lea", values={"lot": "L2408"}).why == Why.SAME_TEXT


def test_of_two_who_edit_the_second_sees_the_text_of_the_first(world: World) -> None:
    seen = world.one().version
    first = world.one().body.replace("Please stop using", "Stop using")
    assert world.act(Do.EDIT, "Pia", text=first, version=seen).result == "done"
    stale = world.act(Do.EDIT, "Lea", text="Mine", version=seen)
    assert (stale.result, stale.why, stale.by) == ("stale", "statement_edited", "Pia")
    assert (stale.data or {})["body"] == first
    assert world.one().body == first


def test_the_second_to_sign_is_told_who_signed(world: World) -> None:
    seen = world.one().version
    world.act(Do.TRANSLATED, "Pia", version=seen)
    stale = world.act(Do.TRANSLATED, "Lea", version=seen)
    assert (stale.result, stale.why, stale.by) == ("stale", "approved", "Pia")
    assert (stale.data or {})["role"] == "author"


def test_a_posting_is_noted_with_place_and_time(world: World) -> None:
    world.sign("en")
    posted = datetime(2026, 11, 22, 3, 1, tzinfo=UTC)
    assert world.act(Do.RECORD_SENT, "Pia", where=" ").why == Why.WHERE_NEEDED
    late = world.at + 60 * MINUTE
    assert world.act(Do.RECORD_SENT, "Pia", where="site", at=late).why == Why.IN_THE_FUTURE
    world.act(Do.RECORD_SENT, "Pia", where="https://shop.example/n", at=posted)
    one = world.one()
    assert (one.status, one.sent_at) == (Status.SENT, posted)
    assert world.messages() == []
    assert world.act(Do.RECORD_SENT, "Pia", where="https://shop.example/n").why == Why.ALREADY
    world.act(Do.RECORD_SENT, "Lea", where="Shop window")
    sent = world.one().sent
    assert sent is not None
    assert [noted["where"] for noted in sent["records"]] == [
        "https://shop.example/n",
        "Shop window",
    ]
    assert sent["text"] == one.body


def test_sending_needs_a_channel_that_is_there(world: World) -> None:
    world.sign("en")
    for targets in ((), ("nowhere",), ("site", "nowhere")):
        refused = world.act(Do.SEND, "Pia", targets=targets)
        assert refused.why == Why.TARGET_UNKNOWN
    assert world.messages() == []
    assert world.act(Do.SEND, "Tom", targets=("site",)).why == Why.NOT_IN_ROLE
    world.act(Do.SEND, "Lea", targets=("site", "shop"))
    assert [message.channel for message in world.messages()] == ["site", "shop"]


def test_a_withdrawn_statement_can_be_taken_up_again(world: World) -> None:
    world.sign("en")
    assert world.act(Do.WITHDRAW, "Pia").why == Why.REASON_NEEDED
    world.act(Do.WITHDRAW, "Lex", note="Not needed")
    assert world.act(Do.SEND, "Pia", targets=("site",)).why == Why.WITHDRAWN
    assert world.act(Do.RESTORE, "Pia").result == "done"
    assert world.one().status is Status.FINAL


def test_a_sent_statement_changes_no_more(world: World) -> None:
    world.sign("en")
    world.act(Do.SEND, "Pia", targets=("site",))
    for do in (Do.EDIT, Do.FILL, Do.TRANSLATED, Do.REJECT, Do.WITHDRAW):
        assert world.act(do, "Pia", text="x", note="x", values={"lot": "x"}).why == Why.SENT


def test_in_a_drill_everything_says_so(engine: Engine) -> None:
    world = World(engine).begin(drill=True)
    world.sign("en")
    world.act(Do.SEND, "Pia", targets=("site",))
    (message,) = world.messages()
    assert '"drill": ' in message.payload_json
    assert all("drill" in payload for payload in world.payloads("approved"))
    sent = world.one().sent
    assert sent is not None
    assert sent["drill"] is not None
    # The drill's clock runs sixty times as fast: two minutes after the last step are two hours.
    assert world.one().sent_at == T0 + 60 * (world.at - T0)


def test_the_same_words_in_another_channel_are_signed_along(engine: Engine) -> None:
    world = World(engine).begin(channels=("social", "banner"), locales=("en",))
    world.sign("en")
    listed = statements.of_crisis(engine, world.crisis_id)
    assert listed["status"].to_list() == ["final", "final"]
    with engine.connect() as connection:
        signed = connection.execute(select(schema.approval)).all()
    assert len(signed) == 6


def test_two_who_send_at_once_send_once(world: World) -> None:
    world.sign("en")
    version, ready = world.one().version, threading.Barrier(2)
    results: list[str] = []

    def press(name: str) -> None:
        ready.wait()
        outcome = statements.act(
            world.engine,
            world.ids["en"],
            Action(Do.SEND, targets=("site",)),
            config=config(),
            actor=name,
            version=version,
            token=name,
            wall=world.at + MINUTE,
        )
        results.append(outcome.result)

    presses = [threading.Thread(target=press, args=(name,)) for name in ("Pia", "Lea")]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()
    assert sorted(results) == ["done", "stale"]
    assert len(world.messages()) == 1


def test_a_crash_before_the_end_of_sending_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.sign("en")

    def dies(*_args: object, **_keys: object) -> None:
        raise SystemExit

    monkeypatch.setattr("alerts.statements.writing_texts.finish", dies)
    with pytest.raises(SystemExit):
        world.act(Do.SEND, "Pia", targets=("site",), token="t1")
    assert world.messages() == []
    assert world.one().status is Status.FINAL
    monkeypatch.undo()
    assert world.act(Do.SEND, "Pia", targets=("site",), token="t1").result == "done"
    assert len(world.messages()) == 1


def test_no_language_is_ever_another_one(engine: Engine) -> None:
    world = World(engine).begin()
    with engine.connect() as connection:
        with pytest.raises(DraftError, match="no text in sv"):
            order(connection, world.crisis_id, "faulty-lot-holding", locales=("sv",))
        with pytest.raises(DraftError, match="no text for sms"):
            order(connection, world.crisis_id, "faulty-lot-holding", channels=("sms",))
        with pytest.raises(DraftError, match="no statement template"):
            order(connection, world.crisis_id, "no-such")


def test_languages_follow_the_markets() -> None:
    holding = template("faulty-lot-holding")
    assert languages_of("DE, AT, CN, BR, AE, US", holding) == (
        "de",
        "zh-Hans",
        "pt-BR",
        "ar",
        "en",
    )
    assert languages_of("SE", holding) == ()
    assert languages_of("", holding) == ()


def test_labels_of_the_crisis_fill_variables(engine: Engine) -> None:
    world = World(engine).begin()
    with engine.connect() as connection:
        labels = {"lot": "L1", "market": "DE"}
        wanted = order(connection, world.crisis_id, "faulty-lot-holding", labels=labels)
    assert wanted.values == {"lot": "L1"}
    assert wanted.locales == ("en", "de")


def test_a_statement_can_be_drafted_by_hand(world: World) -> None:
    given: dict[str, Any] = {"channels": ("email",), "locales": ("fr",), "values": {"lot": "L7"}}
    keys: dict[str, Any] = {"config": config(), "token": "h1", "wall": T0}
    refused = statements.draft_by_hand(
        world.engine, world.crisis_id, "faulty-lot-holding", actor="Zoe", **given, **keys
    )
    assert refused.why == Why.NOT_IN_ROLE
    made = statements.draft_by_hand(
        world.engine, world.crisis_id, "faulty-lot-holding", actor="Pia", **given, **keys
    )
    assert made.result == "done"
    assert made.data is not None
    assert len(made.data["statements"]) == 2
    again = statements.draft_by_hand(
        world.engine, world.crisis_id, "faulty-lot-holding", actor="Pia", **given, **keys
    )
    assert again.result == "repeated"
    unknown = statements.draft_by_hand(
        world.engine, world.crisis_id, "nothing", actor="Pia", **{**keys, "token": "h2"}
    )
    assert "no statement template" in (unknown.data or {})["what"]


def test_nobody_acts_without_a_name_and_unknown_numbers_are_refused(world: World) -> None:
    assert world.act(Do.TRANSLATED, " ").why == Why.NAME_NEEDED
    assert world.act(Do.TRANSLATED, "worker").why == Why.NAME_NEEDED
    assert world.act(Do.SOURCE_CHANGED, "Pia").result == "refused"
    world.ids["en"] = 999
    assert world.act(Do.TRANSLATED, "Pia").why == Why.NOT_FOUND


def test_every_signature_is_of_the_text_that_was_sent(world: World) -> None:
    world.sign("en")
    world.act(Do.SEND, "Pia", targets=("site",))
    one = world.one()
    with world.engine.connect() as connection:
        signed = approvals.of(connection, "statement", str(one.id))
    assert {each.subject_sha256 for each in signed} == {one.sha256}


def test_the_room_says_which_texts_no_native_speaker_has_checked(world: World) -> None:
    def unchecked() -> dict[str, bool]:
        found = room(world.engine, world.crisis_id, world.at, config())
        assert found is not None
        return {one.locale: one.native_review for one in found.statements}

    assert unchecked() == {"en": False, "de": True}
    world.act(Do.TRANSLATED, "Tom", "de")
    world.act(Do.PROOFREAD, "Ren", "de")
    assert unchecked() == {"en": False, "de": False}
