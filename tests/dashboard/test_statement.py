"""The page of a statement: what it says, who may do what, and an editor that nobody overwrites."""

from __future__ import annotations

import json
from typing import Any

import pytest
from dash import no_update

from alerts.actions import Outcome
from alerts.approvals import Why as SigningWhy
from alerts.statements import Do, Status, Why
from callbacks import statement as page_callbacks
from dashboard import panel_state, statement_actions
from dashboard.app import create_app
from dashboard.ids import Statement
from dashboard.languages import use_language
from dashboard.services import Services
from dashboard.statements import marked, number, values_of
from dashboard.wording import statement as words
from dashboard.wording import statement_outcomes as outcomes
from tests.alerts.statements.world import PEOPLE, T0, World

PLACE = [name for name, _prop in page_callbacks.LOOK]


@pytest.fixture
def world(fake_services: Services) -> World:
    """English, German and Arabic e-mails of a holding statement, in a home with people."""
    (fake_services.settings.home / "alerting.yaml").write_text(PEOPLE, encoding="utf-8")
    return World(fake_services.engine).begin(locales=("de", "ar"), channels=("email",))


def shown(services: Services, asked: object, actor: str = "", done: str = "") -> dict[str, Any]:
    parts = page_callbacks.shown(services, "", str(asked), done, actor)
    return {
        f"{part}.{prop}": value
        for (part, prop), value in zip(page_callbacks.LOOK, parts, strict=True)
    }


def offered(services: Services, asked: object, actor: str) -> list[str]:
    data = json.loads(shown(services, asked, actor)[f"{Statement.ACTIONS}.data-rows"])
    return [row["action"] for row in data["rows"]]


def answer(services: Services, data: dict[str, Any]) -> tuple[Any, ...]:
    return statement_actions.answer(services, data, "UTC")


def press(
    world: World, action: str, actor: str, locale: str = "en", **fields: str
) -> dict[str, Any]:
    one = world.one(locale)
    return {
        "action": action,
        "subject": str(one.id),
        "version": one.version,
        "token": f"{action}-{actor}-{one.version}-{len(fields)}",
        "actor": actor,
        "fields": fields,
    }


def test_a_statement_that_is_not_there(fake_services: Services) -> None:
    for asked in ("77", "abc", "", "9" * 40, "٣"):
        parts = shown(fake_services, asked)
        assert parts[f"{Statement.STATE_PANEL}.className"] == panel_state.EMPTY
        assert parts[f"{Statement.ANSWER}.children"] == words.unknown()
        assert parts[f"{Statement.SAVE}.disabled"] is True
    assert page_callbacks.edited(fake_services, "77", None, None, None, None)[0] == ""


def test_unknown_statements_answer_404(fake_services: Services, world: World) -> None:
    client = create_app(fake_services).server.test_client()
    assert client.get(f"/statements/{world.ids['en']}").status_code == 200
    assert client.get("/statements/999").status_code == 404
    assert client.get("/statements/x").status_code == 404


def test_the_arabic_text_runs_from_right_to_left(fake_services: Services, world: World) -> None:
    parts = shown(fake_services, world.ids["ar"])
    text = json.loads(parts[f"{Statement.SHOWN}.data-rows"])["rows"][0]
    assert (text["lang"], text["dir"]) == ("ar", "rtl")
    assert ["value", "\u2068Kettle K2\u2069"] in text["parts"]
    assert "".join(part for _mark, part in text["parts"]) == world.one("ar").body
    source = json.loads(parts[f"{Statement.SOURCE}.data-rows"])["rows"][0]
    assert (source["lang"], source["dir"]) == ("en", "ltr")
    assert "native speaker" in parts[f"{Statement.NATIVE}.children"]
    editor = page_callbacks.edited(fake_services, str(world.ids["ar"]), None, None, None, None)
    assert editor[:3] == (world.one("ar").body, "rtl", "ar")


def test_what_each_person_may_do_now(fake_services: Services, world: World) -> None:
    english = world.ids["en"]
    assert offered(fake_services, english, "Pia") == ["fill", "translated", "withdraw"]
    assert offered(fake_services, english, "Ren") == ["fill"]
    assert offered(fake_services, english, "Zoe") == []
    assert "translated" in offered(fake_services, english, "")
    world.act(Do.TRANSLATED, "Pia")
    assert offered(fake_services, english, "Ren") == ["fill", "proofread", "reject"]
    world.sign("de")
    assert "send" in offered(fake_services, world.ids["de"], "Pia")


def test_the_chain_says_who_signed_and_who_is_waited_for(
    fake_services: Services, world: World
) -> None:
    world.act(Do.TRANSLATED, "Pia")
    facts = json.loads(shown(fake_services, world.ids["en"])[f"{Statement.CHAIN}.data-rows"])
    first, second, third = facts["rows"]
    assert first["text"].startswith("Pia · ")
    assert second["text"] == "Waits for Ren, Lex"
    assert third["text"] == "Not yet; may sign: Fay, Lex"
    world.act(Do.EDIT, "Pia", text=world.one().body.replace("Please stop", "Stop"))
    facts = json.loads(shown(fake_services, world.ids["en"])[f"{Statement.CHAIN}.data-rows"])
    assert facts["rows"][0]["sub"].startswith("Pia signed an earlier text")


def test_presses_sign_and_send(fake_services: Services, world: World) -> None:
    for action, actor in (("translated", "Pia"), ("proofread", "Ren"), ("final", "Fay")):
        token, _text, style = answer(fake_services, press(world, action, actor))
        assert token
        assert style.endswith("--ok")
    refused = answer(fake_services, press(world, "send", "Tom", target="site"))
    assert refused[0] == ""
    assert "Pia" in refused[1]
    sent = press(world, "record_sent", "Pia", where="Shop", at="2026-11-22T03:00")
    assert answer(fake_services, sent)[2].endswith("--ok")
    assert world.one().status is Status.SENT
    assert world.one().sent_at == T0
    parts = shown(fake_services, world.ids["en"])
    record = json.loads(parts[f"{Statement.SENT}.data-rows"])["rows"][0]
    assert record["parts"] == [["same", world.one().body]]
    assert record["copy"] == "Copy"
    assert parts[f"{Statement.TEXT}.readOnly"] is True


def test_presses_that_no_form_sends(fake_services: Services, world: World) -> None:
    for made in (press(world, "edit", "Pia"), press(world, "fly", "Pia")):
        token, text, style = answer(fake_services, made)
        assert (token, style.endswith("--breach")) == ("", True)
        assert text == outcomes.not_understood()
    assert statement_actions.answer(fake_services, None, "UTC")[0] is no_update
    late = press(world, "record_sent", "Pia", where="x", at="soon")
    assert answer(fake_services, late)[1] == outcomes.not_understood()


def test_values_of_a_form(fake_services: Services, world: World) -> None:
    made = press(world, "fill", "Lea", value_lot="L9", value_brand="")
    assert answer(fake_services, made)[2].endswith("--ok")
    assert "L9" in world.one("de").body
    assert values_of({"value_a": "1", "value_b": " ", "note": "x"}) == {"a": "1"}


def saved(services: Services, world: World, text: str, base: dict[str, Any], actor: str) -> Any:
    return statement_actions.save(services, text, base, actor)


def base_of(world: World) -> dict[str, Any]:
    one = world.one()
    return {"id": one.id, "version": one.version, "text": one.body}


def edited(
    services: Services, world: World, text: str, base: dict[str, Any], saved: Any, trigger: Any
) -> tuple[Any, ...]:
    return page_callbacks.edited(services, str(world.ids["en"]), text, base, saved, trigger)


def test_saving_makes_a_revision(fake_services: Services, world: World) -> None:
    base = base_of(world)
    mine = base["text"].replace("Please stop", "Stop")
    kept, text, style = saved(fake_services, world, mine, base, "Pia")
    assert (kept["done"], style.endswith("--ok")) == (True, True)
    assert text == outcomes.done("edit")
    fresh = edited(fake_services, world, mine, base, kept, Statement.SAVED)
    assert (fresh[0], fresh[3]["version"]) == (mine, world.one().version)
    assert saved(fake_services, world, mine, base, "Pia")[0]["done"]  # a double click


def test_nobody_overwrites_what_is_being_typed(fake_services: Services, world: World) -> None:
    base = base_of(world)
    mine = base["text"] + "\nMine."
    theirs = base["text"].replace("Please stop", "Stop")
    world.act(Do.EDIT, "Lea", text=theirs)
    # The news comes: my text stays, both are shown, and saving is still held back.
    text, _dir, _lang, after, both, note = edited(
        fake_services, world, mine, base, None, "shell-news"
    )
    assert text is no_update
    assert after == base
    assert "Lea" in note
    assert len(json.loads(both)["rows"]) == 2
    kept, told, _style = saved(fake_services, world, mine, base, "Pia")
    assert kept["stale"]
    assert "Lea" in told
    assert world.one().body == theirs
    # Whoever was told may press again.
    *_kept, after, _both, note = edited(fake_services, world, mine, base, kept, Statement.SAVED)
    assert "Saving again" in note
    assert after["version"] == world.one().version
    assert saved(fake_services, world, mine, after, "Pia")[0]["done"]
    assert world.one().body == mine.strip()


def test_who_types_nothing_sees_the_new_text(fake_services: Services, world: World) -> None:
    base = base_of(world)
    theirs = base["text"].replace("Please stop", "Stop")
    world.act(Do.EDIT, "Lea", text=theirs)
    fresh = edited(fake_services, world, base["text"], base, None, "shell-news")
    assert fresh[0] == theirs
    taken = edited(fake_services, world, "Mine", base, None, Statement.TAKE)
    assert taken[0] == theirs


def test_a_signature_meanwhile_leaves_the_typing_alone(
    fake_services: Services, world: World
) -> None:
    base = base_of(world)
    world.act(Do.TRANSLATED, "Pia")
    text, _dir, _lang, after, both, note = edited(
        fake_services, world, base["text"] + " More", base, None, "shell-news"
    )
    assert text is no_update
    assert (after["version"], both, note) == (world.one().version, "", "")


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
@pytest.mark.parametrize("why", [*Why, *SigningWhy])
def test_every_refusal_has_a_sentence(why: Any, language: str) -> None:
    data = {"who": ["Pia"], "role": "legal", "findings": [{"en": "Bad.", "zh": "不好。"}]}
    for given in (data, {"role": "author", "who": []}, {}):
        outcome = Outcome("refused", 1, str(why), "Lea", T0, given)
        with use_language(language):
            told = outcomes.told(outcome, "edit", "UTC")
        assert told.text
        assert "{" not in told.text
        assert told.status == "breach"


def test_every_overtaking_has_a_sentence() -> None:
    from alerts.statements.acting import CONTESTED

    for kind in (*CONTESTED, "something_new"):
        outcome = Outcome("stale", 2, kind, "Lea", T0, {"role": "proofreader"})
        assert "Lea" in outcomes.told(outcome, "edit", "UTC").text


def test_marks_keep_the_text() -> None:
    parts = marked("Lot L2407, 48 hours, {{ open }}", ["L2407", "L24"])
    assert parts == (
        ("same", "Lot "),
        ("value", "L2407"),
        ("same", ", "),
        ("figure", "48"),
        ("same", " hours, "),
        ("open", "{{ open }}"),
    )
    assert number("12") == 12


def test_the_page_in_chinese(fake_services: Services, world: World) -> None:
    with use_language("zh_Hans"):
        parts = shown(fake_services, world.ids["de"], "Tom")
    assert parts[f"{Statement.ANSWER}.children"].startswith("批次缺陷：首份声明 · 德语")
