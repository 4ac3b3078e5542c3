"""The screens of reviews: what is to be done first, one page per crisis, every press answered."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from dash import Dash
from sqlalchemy import insert

from alerts import reviews as opening
from alerts.reviews import review_rows
from callbacks import review as review_callbacks
from callbacks import reviews as callbacks
from dashboard import panel_state, reviews
from dashboard.languages import use_language
from dashboard.review_actions import answer
from dashboard.services import Services
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.runs.world import World
from tests.dashboard.fakes import NOW

PEOPLE = """
schema_version: 1
people:
  Lea: {roles: [crisis_lead, pr]}
"""
SECTIONS = {"happened": "Kettles leaked.", "went_well": "Seen early.", "went_badly": "No check."}


@pytest.fixture
def told(fake_services: Services) -> Services:
    """A crisis that was closed ten days ago, its review, and two low scores of Germany."""
    (fake_services.settings.home / "alerting.yaml").write_text(PEOPLE, encoding="utf-8")
    world = World(fake_services.engine)
    closed = NOW - timedelta(days=10)
    world.crisis(
        3,
        status="closed",
        title="Leaking kettles",
        began_at=closed - timedelta(days=3),
        detected_at=closed - timedelta(days=2),
        declared_at=closed - timedelta(days=2),
        closed_at=closed,
    )
    with writing(fake_services.engine) as connection:
        opening.open(connection, world.crisis_id, now=closed, actor="Lea")
        for number in (1, 2):
            connection.execute(
                insert(schema.root_cause).values(
                    origin_key=f"survey:1:s:{number}",
                    survey_source="s",
                    survey_id=str(number),
                    title=f"NPS {number}",
                    status="open",
                    opened_at=NOW - timedelta(days=9),
                    due_at=NOW - timedelta(days=2),
                    facts_json={"labels": {"market": "DE"}, "score": number},
                    drill=False,
                    version=1,
                    updated_at=NOW,
                )
            )
    return fake_services


def press(
    services: Services,
    action: str,
    *,
    subject: object = "tracker",
    actor: str = "Lea",
    **fields: str,
) -> Any:
    data = {
        "action": action,
        "subject": str(subject),
        "version": review_version(services),
        "token": f"{actor}{action}{sorted(fields.items())}"[:64],
        "actor": actor,
        "fields": fields,
    }
    return answer(services, data)


def review_version(services: Services) -> int:
    with services.engine.connect() as connection:
        stored = review_rows.load(connection, 1)
    return stored.version if stored else 0


def rows(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["rows"]
    return found


def labels(text: str) -> list[str]:
    return [row["label"] for row in rows(text)]


def cell(row: dict[str, Any], place: int) -> str:
    return str(row["cells"][place].get("text", ""))


def test_nothing_is_known_yet(fake_services: Services) -> None:
    shown = callbacks.shown(fake_services, "", "")
    assert shown[0] == "Nothing is asked yet: no crisis was closed, and no low score is known."
    assert shown[5] == panel_state.EMPTY
    assert rows(shown[3]) == []


def test_what_is_asked_is_grouped_and_what_is_late_is_said(told: Services) -> None:
    shown = callbacks.shown(told, "", "")
    assert shown[0] == "No action is overdue; 2 low scores still ask why."
    assert shown[7] == "1 review is overdue"
    (review,) = rows(shown[9])
    assert (cell(review, 0), cell(review, 1)) == ("Overdue", "Leaking kettles")
    assert review["cells"][1]["href"] == "/reviews/1"
    assert shown[10] == "2 low scores ask why"
    (group,) = rows(shown[12])
    assert (cell(group, 1), group["cells"][1]["sub"]) == ("2", "lowest score 1")
    assert cell(group, 2) == "Overdue: why is not known"
    assert labels(shown[3]) == ["Answer low scores"]
    with use_language("zh_Hans"):
        assert "2 个低分" in callbacks.shown(told, "", "")[0]


def test_one_answer_goes_for_a_whole_group_and_leads_to_a_checked_action(told: Services) -> None:
    token, text, status = press(
        told, "answer_group", group="2", code="service.staffing", finding="One person at night"
    )
    assert token
    assert text.startswith("One answer for all: 2 questions went into root cause 2.")
    assert status.endswith("--ok")
    shown = callbacks.shown(told, "", token)
    assert shown[13] == "Most often: Too few people for the work"
    today = NOW.date().isoformat()
    added = press(
        told,
        "add_action",
        cause="2:2",
        text="A second person at night",
        owner="Bo",
        due_on=today,
        check_on=today,
    )
    assert added[1] == "Decided."
    press(told, "done", which="1:1", note="Hired")
    shown = callbacks.shown(told, "", "")
    assert shown[0] == "Nothing is overdue; 1 action is to be checked."
    assert cell(rows(shown[6])[0], 0) == "Check it now"
    check = {"which": "1:2", "result": "verify", "note": "NPS 40"}
    own = press(told, "check", **check)
    assert own[1] == "Somebody other than who did it must check it (Bo)."
    assert press(told, "check", actor="Ana", **check)[1] == "Checked."
    figures = {fact["label"]: fact for fact in rows(callbacks.shown(told, "", "")[2])}
    assert figures["Loop closed"]["sub"] == "2 of 2, too few to say"


def test_the_review_is_written_published_and_its_summary_redacted(told: Services) -> None:
    shown = review_callbacks.shown(told, "", "1", "")
    assert shown[2] == "Leaking kettles: the review is overdue."
    assert labels(shown[5]) == ["Write", "Give it to somebody", "Publish the review"]
    assert press(told, "save", subject=1, **SECTIONS)[1] == "Saved."
    refused = press(told, "publish", subject=1)
    assert refused[0] == ""
    assert refused[1].startswith("Ask why it happened")
    press(told, "ask", subject=1, title="Why did it leak?")
    press(told, "analyse", cause="3:1", code="product.material", finding="Thin seal")
    press(told, "close_cause", cause="3:2", note="The seal is thicker already")
    assert press(told, "publish", subject=1)[1].startswith("Published.")
    drafted = press(told, "draft_summary", subject=1, en="Lea stopped it.", zh="Lea 已停售。")
    assert drafted[1].startswith("Drafted")
    shown = review_callbacks.shown(told, "", "1", "")
    quotes = {row["source"]: row["text"] for row in rows(shown[22])}
    assert quotes["English, as published"] == "[name] stopped it."
    assert quotes["English, taken out"] == "− Lea (name)"
    (draft, confirm) = rows(shown[23])
    assert (draft["action"], confirm["action"]) == ("draft_summary", "confirm")
    assert press(told, "confirm", subject=1, **confirm["values"])[1].startswith("Confirmed")
    assert press(told, "publish_summary", subject=1, **confirm["values"])[0]


def test_the_summary_is_a_file_once_it_is_public(told: Services, app: Dash) -> None:
    client = app.server.test_client()
    assert client.get("/reviews/1/summary.txt").status_code == 404
    test_the_review_is_written_published_and_its_summary_redacted(told)
    given = client.get("/reviews/1/summary.html?language=zh")
    assert given.status_code == 200
    assert "〔姓名〕" in given.get_data(as_text=True)
    assert client.get("/reviews/1/summary.txt?language=de").status_code == 404


def test_two_people_do_not_overwrite_each_other(told: Services) -> None:
    stale = {
        "action": "save",
        "subject": "1",
        "version": 1,
        "token": "other",
        "actor": "Bo",
        "fields": {"happened": "Mine"},
    }
    press(told, "save", subject=1, **SECTIONS)
    token, text, status = answer(told, stale)
    assert token == ""
    assert text.startswith("Meanwhile changed by Lea at")
    assert status.endswith("--watch")


@pytest.mark.parametrize("asked", ["", "99", "x", "9" * 30])
def test_a_review_that_is_not_there(told: Services, asked: str) -> None:
    shown = review_callbacks.shown(told, "", asked, "")
    assert shown[3] == panel_state.EMPTY
    assert not reviews.exists(told, asked)


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("nonsense", {}),
        ("check", {"which": "1:1", "result": "drop"}),
        ("analyse", {"cause": "x"}),
        ("answer_group", {"group": "7"}),
        ("add_action", {"cause": "1:1", "due_on": "tomorrow"}),
    ],
)
def test_a_press_that_no_form_offers_is_refused(
    told: Services, action: str, fields: dict[str, str]
) -> None:
    token, text, status = press(told, action, **fields)
    assert (token, text) == ("", "That is not possible now; reload the page.")
    assert status.endswith("--breach")
