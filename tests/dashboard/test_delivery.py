"""Messages and duty: who is on call by three clocks, taking over, messages and sending again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from alerts import overrides
from alerts.notify.current import Current
from callbacks import delivery
from dashboard.delivery import VIEWS, View
from dashboard.duty_actions import answer
from dashboard.services import Services
from data_access.state import schema
from tests.dashboard import fakes
from tests.dashboard.messages_home import fill


@pytest.fixture
def services(tmp_path: Path) -> Services:
    made = fakes.services(tmp_path)
    fill(tmp_path, made.engine, fakes.NOW)
    return made


@pytest.fixture
def current(services: Services) -> Current:
    return Current(services.settings.home)


def press(action: str, token: str = "t1", **fields: str) -> dict[str, Any]:
    return {
        "action": action,
        "subject": "override",
        "version": 1,
        "token": token,
        "actor": "Anna Vogel",
        "fields": fields,
    }


WANTED = {
    "rota": "china",
    "person": "Ben Okafor",
    "starts": "2026-11-22T20:00",
    "ends": "2026-11-23T09:00",
}


def table(text: str) -> list[list[str]]:
    return [[cell.get("text", "") for cell in row["cells"]] for row in json.loads(text)["rows"]]


def test_who_is_on_call_by_three_clocks(services: Services, current: Current) -> None:
    shown = delivery.duty(services, current, "zone=America%2FNew_York", None, None)
    europe, china = table(shown[1])
    assert europe[:2] == ["europe", "Ben Okafor"]
    assert china[:2] == ["china", "nobody"]
    assert china[3:] == [
        "23 Nov 2026 01:00",
        "23 Nov 2026 09:00",
        "22 Nov 2026 20:00",
        "李娜",
    ]
    assert "stretches have nobody on call" in shown[6]
    assert table(shown[7])[0][1].startswith("no official holiday list")


def test_a_home_without_rotas_says_where_they_are_declared(tmp_path: Path) -> None:
    made = fakes.services(tmp_path)
    shown = delivery.duty(made, Current(tmp_path), "", None, None)
    assert [shown[index] for index in (0, 2, 5)] == ["aw-panel is-empty"] * 3
    assert json.loads(shown[3])["rows"] == []


def test_taking_over_is_checked_then_saved_once(services: Services, current: Current) -> None:
    token, checked, text, _class, *_ = answer(services, current, press("check", **WANTED))
    assert (token, checked) == ("t1", WANTED)
    assert "instead of nobody: it fills a gap" in text
    assert "Nothing is saved yet" in text
    assert len(overrides.active(services.engine, fakes.NOW)) == 1
    offered = json.loads(delivery.duty(services, current, "", "t1", checked)[3])["rows"]
    assert [act["action"] for act in offered] == ["save", "discard", "check", "withdraw"]
    assert offered[0]["values"] == WANTED
    done = answer(services, current, press("save", "t2", **WANTED))
    assert (done[1], done[2].split(":")[0]) == (None, "Saved")
    again = answer(services, current, press("save", "t2", **WANTED))
    assert again[2].startswith("That was saved already")
    kept = overrides.active(services.engine, fakes.NOW)["china"]
    assert [(each.person, each.starts_at.isoformat()) for each in kept] == [
        ("Ben Okafor", "2026-11-22T12:00:00+00:00")
    ]


def test_an_override_is_taken_back(services: Services, current: Current) -> None:
    taken = answer(services, current, press("withdraw", override="1"))
    assert taken[2] == "Taken back: the rota counts again."
    assert overrides.active(services.engine, fakes.NOW) == {}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ends": "2026-11-22T19:00"}, "It ends before it begins"),
        ({"starts": "2026-11-01T00:00", "ends": "2026-11-02T00:00"}, "It is over already"),
        ({"person": "nobody"}, "There is no such person"),
        ({"rota": "mars"}, "Choose a rota"),
        ({"starts": "soon"}, "Choose a rota"),
        ({"starts": ""}, "Choose a rota"),
    ],
)
def test_what_cannot_be_is_said_and_not_saved(
    services: Services,
    current: Current,
    changed: dict[str, str],
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    shown = answer(services, current, press("save", **{**WANTED, **changed}))
    assert shown[:2] == ("", None)
    assert shown[2].startswith(said)
    assert "breach" in shown[3]


@pytest.mark.parametrize(
    ("view", "texts"),
    [
        ("waiting", ["next attempt 22 Nov 2026 04:09", "its time: 22 Nov 2026 04:09"]),
        ("dead", ["refused: 550 no such mailbox"]),
        ("sent", ["22 Nov 2026 03:05"]),
        ("dropped", ["a newer message says more: 5"]),
    ],
)
def test_what_became_of_messages(
    services: Services, current: Current, view: View, texts: list[str]
) -> None:
    shown = delivery.messages(services, current, "", view, "")
    assert [row[4] for row in table(shown[1])] == texts
    assert shown[3] == (
        "On call: Ben Okafor (europe). Nobody is on call for china. 1 message was not delivered."
    )
    labels = [option["label"] for option in shown[5]]
    assert labels == ["Waiting 2", "Not delivered 1", "Sent", "Left out", "Muted"]


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_view_says_what_that_means(tmp_path: Path, view: View) -> None:
    made = fakes.services(tmp_path)
    shown = delivery.messages(made, Current(tmp_path), "", view, "")
    assert shown[0] == "aw-panel is-empty"
    assert shown[6]
    assert shown[7]
    assert shown[3] == "No message waits, none failed."


def test_a_failed_message_is_sent_again(services: Services, current: Current) -> None:
    shown = delivery.messages(services, current, "", "dead", "")
    [button] = json.loads(shown[2])["rows"]
    done = answer(services, current, press("resend", **button["values"]))
    assert done[4].startswith("Message 6 was written")
    table_ = schema.outbox.c
    with services.engine.connect() as connection:
        row = connection.execute(select(table_.state, table_.resend_of).where(table_.id == 6)).one()
    assert tuple(row) == ("pending", 4)
    after = delivery.messages(services, current, "", "dead", done[0])
    assert after[0] == "aw-panel is-empty"
    refused = answer(services, current, press("resend", message="1"))
    assert refused[4].startswith("It was not sent again")


def test_a_file_that_cannot_be_read_is_told(services: Services, current: Current) -> None:
    current.config()
    (services.settings.home / "alerting.yaml").write_text("people: 3", encoding="utf-8")
    shown = delivery.messages(services, current, "", "sent", "")
    assert "alerting.yaml" in shown[4]
    assert shown[3].startswith("On call: Ben Okafor")  # the last good file counts
