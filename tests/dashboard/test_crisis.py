"""The crisis room's callbacks and words: one look, what is sent again, what comes of a press."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from dash import Dash, no_update

from alerts.crisis_room import news_of, room, timeline
from alerts.notify.current import Current
from callbacks import crisis
from callbacks.crisis import View
from dashboard import crisis_actions
from dashboard.acting import pressed
from dashboard.languages import use_language
from dashboard.services import Services
from dashboard.wording import crisis as words
from tests.alerts import rooms
from tests.alerts.rooms import LEGAL
from tests.dashboard.fakes import NOW

PARTS = ["shown", *[f"{part}.{prop}" for part, prop in crisis.EVERYTHING]]
ANA = "Ana Weber"


@pytest.fixture
def busy(fake_services: Services) -> Services:
    """Crisis 1: a faulty lot at level 3, an hour and a half old."""
    rooms.busy(fake_services.engine, fake_services.settings.home, NOW)
    return fake_services


def told(
    services: Services,
    asked: str = "1",
    *,
    held: dict[str, str] | None = None,
    known: dict[str, str] | None = None,
    **view: Any,
) -> dict[str, Any]:
    answer = crisis.refreshed(services, View("", asked, **view), held or {}, known or {})
    return dict(zip(PARTS, answer, strict=True))


def cards(shown: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shown["crisis-tasks.data-rows"])["cards"]
    return found


def order(shown: dict[str, Any]) -> list[tuple[str, str]]:
    return [(key, digest) for key, digest in json.loads(shown["crisis-tasks.data-rows"])["order"]]


def press(action: str, subject: str, version: int = 0, actor: str = ANA, **fields: Any) -> Any:
    fields = {name.rstrip("_"): value for name, value in fields.items()}
    token = f"{action}{subject}{version}{actor}{sorted(fields.items())}"
    return {
        "action": action, "subject": subject, "version": version, "token": token[:64],
        "actor": actor, "fields": fields, "at": 1,
    }  # fmt: skip


def act(services: Services, *args: Any, **given: Any) -> crisis_actions.Answer:
    return crisis_actions.answer(services, press(*args, **given))


def version(services: Services) -> int:
    found = room(services.engine, 1, NOW, Current(services.settings.home).config())
    assert found is not None
    return found.crisis.version


def test_the_head_says_what_how_bad_since_when_and_who(busy: Services) -> None:
    shown = told(busy)
    assert shown["crisis-answer.children"] == (
        "Kettles of lot L-2291 leak: level 3 (regional or regulated) since 22 Nov 2026 02:29; "
        "Ana Weber leads."
    )
    head = json.loads(shown["crisis-head.data-rows"])
    assert (head["level"]["level"], head["level"]["proposed"]) == (3, False)
    assert head["next"]["title"] == "Stop the sale of the lot everywhere"
    assert (head["next"]["label"], head["next"]["due"]) == ("Overdue:", "2026-11-22T02:59:00Z")
    assert shown["crisis-banner.data-rows"] == ""
    assert shown["crisis-clock.data-clock"] == ""


def test_tasks_of_mine_come_first_then_what_is_overdue_then_phases(busy: Services) -> None:
    assert [key for key, _digest in order(told(busy, actor="Priya Nair"))][:4] == [
        "mine", "1:choose-compensation", "late", "1:stop-sale",
    ]  # fmt: skip
    keys = [key for key, _digest in order(told(busy))]
    assert keys[:3] == ["late", "1:stop-sale", "phase-contain"]
    assert keys.index("phase-compensate") < keys.index("phase-apologise")
    done = cards(told(busy))["1:call-team"]
    assert (done["brief"], done["fold"], done["side"]) == (
        True,
        "done-contain",
        "22 Nov 2026 02:53",
    )
    waiting = cards(told(busy))["1:quarantine"]
    assert {"text": "after “Stop the sale of the lot everywhere”"} in waiting["notes"]
    assert "acts" not in waiting


def test_who_signed_is_said_and_who_is_missing(busy: Services) -> None:
    card = cards(told(busy, actor=ANA))["1:decide-recall"]
    assert card["results"][0]["text"] == "Approved by Lena Fischer (Legal), 22 Nov 2026 03:00"
    assert {"text": "still to sign: Crisis lead"} in card["notes"]
    assert card["acts"][0]["action"] == "approve"
    again = cards(told(busy, actor=LEGAL))["1:decide-recall"]
    assert "approve" not in [row["action"] for row in again["acts"]]


def test_only_what_differs_is_sent_again(busy: Services) -> None:
    first = told(busy)
    held = dict(order(first))
    second = told(busy, held=held, known=first["shown"])
    assert {name for name, value in second.items() if value is not no_update} == set()
    later = act(busy, "step_comment", "step/1/stop-sale", note="Two shops are left")
    assert later.token
    third = told(busy, held=held, known=first["shown"])
    sent = {name for name, value in third.items() if value is not no_update}
    assert sent == {"shown", "crisis-timeline.data-rows", "crisis-timeline-note.children"}
    act(busy, "done", "step/1/write-customers", 2, actor="Omar Haddad", note="Sent to 412")
    fourth = told(busy, held=held, known=first["shown"])
    assert set(cards(fourth)) <= {
        "1:write-customers", "phase-apologise", "fold-apologise", "phase-contain",
    }  # fmt: skip


def test_a_page_that_missed_an_answer_gets_what_it_lacks(busy: Services) -> None:
    first = told(busy)
    held = dict(order(first))
    del held["1:stop-sale"]
    assert set(cards(told(busy, held=held, known=first["shown"]))) == {"1:stop-sale"}


def test_the_stamp_changes_with_everything_that_happens_and_with_the_minute(busy: Services) -> None:
    before = news_of(busy.engine, 1, NOW)
    assert news_of(busy.engine, 1, NOW + timedelta(seconds=3)) == before
    assert crisis.stamped(busy, "1", before) is no_update
    assert news_of(busy.engine, 1, NOW + timedelta(minutes=1)) != before
    act(busy, "comment", "crisis/1", note="Hello")
    assert crisis.stamped(busy, "1", before) != before


def test_why_the_level_cannot_go_down_yet(busy: Services) -> None:
    shown = told(busy)
    assert shown["crisis-lowering.children"].startswith("It cannot be lowered yet: “")
    rows = json.loads(shown["crisis-level.data-rows"])["rows"]
    assert rows[0]["holds"] is True
    assert rows[0]["level"] == 3
    assert "Markets with a surge: 2;" in " ".join(
        note["text"] for row in rows for note in row["notes"]
    )
    refused = act(busy, "lower", "crisis/1", version(busy), level="2", note="Calmer")
    assert refused.token == ""
    assert refused.style.endswith("breach")


def test_two_who_act_at_once_the_second_is_told(busy: Services) -> None:
    card = cards(told(busy))["1:collect-proof"]
    first = act(busy, "start", card["subject"], card["version"], actor=LEGAL)
    assert first.text == "It is yours."
    second = act(busy, "start", card["subject"], card["version"], actor=ANA)
    assert second.text.startswith(f"Already taken by {LEGAL} at 22 Nov 2026 04:04.")
    assert (second.token, second.style.rsplit("--", 1)[-1]) == ("", "watch")


def test_a_press_is_done_once_and_refusals_name_who_may(busy: Services) -> None:
    once = press("flag", "crisis/1", version(busy), flag="media_pickup", note="On the radio")
    assert crisis_actions.answer(busy, once).text == "Noted; the criteria were judged anew."
    assert crisis_actions.answer(busy, once).text.startswith("That was done already")
    nobody = act(busy, "close", "crisis/1", version(busy), actor="Priya Nair", note="Over")
    assert nobody.text == "This is for Ana Weber, Sam Ortiz."
    unfinished = act(busy, "close", "crisis/1", version(busy), note="Over")
    assert "test-lot" in unfinished.text
    closed = act(busy, "close", "crisis/1", version(busy), note="Over", despite_runs="yes")
    assert closed.text == "Closed; its review is asked for."


def test_a_closed_crisis_is_read_only_and_leads_to_its_review(busy: Services) -> None:
    act(busy, "close", "crisis/1", version(busy), note="Over", despite_runs="yes")
    shown = told(busy, actor=ANA)
    offered = [row["action"] for row in json.loads(shown["crisis-actions.data-rows"])["rows"]]
    assert offered == ["comment", "reopen"]
    acts = [action["action"] for card in cards(shown).values() for action in card.get("acts", ())]
    assert set(acts) <= {"step_comment"}
    head = json.loads(shown["crisis-head.data-rows"])
    assert [note for note in head["notes"] if note.get("href") == "/reviews/1"]
    assert shown["crisis-level-actions.data-rows"] == ""


def test_an_update_is_noted_and_the_next_one_is_due_later(busy: Services) -> None:
    due = json.loads(told(busy)["crisis-due.data-rows"])["rows"]
    item = next(row for row in due if row["key"].startswith("update-1-customers"))
    assert item["due"] == "2026-11-22T06:29:00Z"
    done = act(busy, "update_sent", item["subject"], item["version"], note="By mail")
    assert done.text.startswith("Noted")
    due = json.loads(told(busy)["crisis-due.data-rows"])["rows"]
    item = next(row for row in due if row["key"].startswith("update-1-customers"))
    assert item["due"] == "2026-11-22T08:04:00Z"


def test_the_timeline_is_paged_and_filtered(busy: Services) -> None:
    entries, count = timeline(busy.engine, 1, limit=5)
    assert (len(entries), entries[0].seq > entries[-1].seq) == (5, True)
    assert count > 10
    comments, _count = timeline(busy.engine, 1, of="comments")
    assert [entry.kind for entry in comments] == ["commented"]
    shown = told(busy, of="comments")
    assert json.loads(shown["crisis-timeline.data-rows"])["rows"][0]["head"] == (
        "Lena Fischer wrote"
    )
    people, _count = timeline(busy.engine, 1, of="people")
    assert "worker" not in {entry.actor for entry in people}


def test_in_chinese_too(busy: Services) -> None:
    with use_language("zh_Hans"):
        shown = told(busy)
    assert "3 级" in shown["crisis-answer.children"]
    assert cards(shown)["1:stop-sale"]["title"] == "在所有渠道停售该批次"


def test_an_unknown_number_is_empty_and_answers_404(busy: Services, app: Dash) -> None:
    for asked in ("9", "x", "", "9" * 40, "²"):
        shown = told(busy, asked)
        assert shown["crisis-head-panel.className"].endswith("is-empty")
        assert shown["crisis-actions.data-rows"] == ""
    client = app.server.test_client()
    answers = {path: client.get(path).status_code for path in ("/crises", "/crises/1", "/crises/9")}
    assert answers == {"/crises": 200, "/crises/1": 200, "/crises/9": 404}


def test_presses_that_no_form_offers_change_nothing(busy: Services) -> None:
    before = news_of(busy.engine, 1, NOW)
    for wrong in (
        press("propose", "crisis/1"),
        press("declare", "crisis/x", level="3"),
        press("raise", "crisis/1", level="high"),
        press("wipe", "step/1/stop-sale"),
        press("answer", "step/1/stop-sale", happened="maybe"),
        press("clock_running", "clock/1/gdpr-72h"),
        press("open", "new/", level="9", title="x"),
        press("done", "moon/1"),
    ):
        assert crisis_actions.answer(busy, wrong).text == "This cannot be done now."
    assert crisis_actions.answer(busy, None).text == ""
    assert news_of(busy.engine, 1, NOW) == before


def test_what_a_step_asks_for_arrives_in_its_type() -> None:
    asked = {
        "asks.text.lot": "L", "asks.boolean.injury": "false", "asks.integer.units": "12",
        "asks.datetime.next_update": "2026-11-22T09:30", "asks.date.since": "2026-11-20",
        "asks.text.brand": "", "note": "n",
    }  # fmt: skip
    found = pressed({**press("done", "step/1/x"), "fields": asked})
    assert found is not None
    assert crisis_actions.step_action_of(found, "Europe/Berlin").result == {
        "lot": "L", "injury": False, "units": 12, "since": "2026-11-20",
        "next_update": "2026-11-22T08:30:00+00:00",
    }  # fmt: skip
    wrong = pressed({**press("done", "step/1/x"), "fields": {"asks.date.since": "soon"}})
    assert wrong is not None
    with pytest.raises(crisis_actions.NotUnderstoodError):
        crisis_actions.step_action_of(wrong, "UTC")


def test_the_next_thing_due_is_the_earliest_of_steps_updates_and_terms(busy: Services) -> None:
    found = room(busy.engine, 1, NOW, Current(busy.settings.home).config())
    assert found is not None
    coming = words.upcoming(found)
    assert [one.due_at for one in coming] == sorted(one.due_at for one in coming)
    assert {one.kind for one in coming} >= {"step", "update"}


def test_answers_hold_leaf_properties_only(busy: Services, app: Dash) -> None:
    with app.server.test_request_context("/"):
        shown = told(busy)
    for name, value in shown.items():
        assert isinstance(value, str | bool) or name == "shown", name


def test_a_playbook_that_did_not_begin_yet_is_started_in_the_room(busy: Services) -> None:
    def offered() -> list[str]:
        shown = json.loads(told(busy)["crisis-actions.data-rows"])["rows"]
        (start,) = [one for one in shown if one["action"] == "start_playbook"]
        return [value for value, _title in start["fields"][0]["options"]]

    assert "viral-complaint" in offered()
    found = act(busy, "start_playbook", "crisis/1", version(busy), playbook="viral-complaint")
    assert found.text == "The playbook runs; its tasks are listed."
    assert "viral-complaint" not in offered()
    again = {"playbook": "viral-complaint", "once": "more"}  # another press
    late = act(busy, "start_playbook", "crisis/1", version(busy), **again)
    assert late.text.startswith("Ana Weber started viral-complaint here at 22 Nov 2026")
