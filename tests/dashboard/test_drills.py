"""The screens of drills: one is started, led and ended there, and its report is read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alerts.runs import rows as run_rows
from alerts.runs.acting import act
from alerts.runs.model import Action, Do
from callbacks import drill as drill_callbacks
from callbacks import drills as callbacks
from dashboard import panel_state
from dashboard.drill_actions import answer
from dashboard.languages import use_language
from dashboard.reviews import config_of
from dashboard.services import Services
from tests.alerts.drills.exercise import PEOPLE, Exercise
from tests.alerts.runs import world

SCENARIO = """
drill:
  title: {en: Chargers that burn, zh: 充电器起火}
  story: {en: One burnt, zh: 一个起火}
  labels: {market: DE}
  level: 2
  speed: 60
  injects: [{after: PT20M, text: {en: A journalist calls, zh: 记者来电}}]
"""


@pytest.fixture
def ready(fake_services: Services) -> Services:
    """One playbook with a scenario."""
    (fake_services.settings.home / "alerting.yaml").write_text(PEOPLE, encoding="utf-8")
    made = Exercise(fake_services.engine, wall=fake_services.clock())
    made.prepare(world.line("call-carrier", role="logistics", due={"after": "PT1H"}), tail=SCENARIO)
    return fake_services


def press(services: Services, action: str, subject: str = "new", **fields: str) -> Any:
    data = {
        "action": action,
        "subject": subject,
        "version": 0,
        "token": f"{action}{sorted(fields.items())}"[:64],
        "actor": "Lea",
        "fields": fields,
    }
    return answer(services, data)


def rows(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["rows"]
    return found


def begin(services: Services) -> None:
    said = press(services, "start", playbook="test-run", scenario="playbook", speed="", level="")
    assert said[1] == "Drill 1 is running. Go to its room below."


def test_without_a_playbook_nothing_can_be_started(fake_services: Services) -> None:
    shown = callbacks.shown(fake_services, "", "")
    assert shown[0] == "Nobody has practised yet."
    assert rows(shown[1]) == []


def test_a_drill_is_started_from_its_form(ready: Services) -> None:
    (form,) = rows(callbacks.shown(ready, "", "")[1])
    assert [field["name"] for field in form["fields"]] == [
        "playbook",
        "scenario",
        "title",
        "speed",
        "level",
    ]
    begin(ready)
    shown = callbacks.shown(ready, "", "")
    assert shown[0] == "1 drill is running. Nothing of it reaches anybody real."
    (row,) = rows(shown[3])
    assert (row["cells"][0]["text"], row["href"]) == ("Chargers that burn", "/drills/1")
    assert row["cells"][2]["text"] == "×60"
    with use_language("zh_Hans"):
        assert "演练" in drill_callbacks.shown(ready, "", "1", "")[2]


def test_it_is_led_and_ended_and_its_report_read(ready: Services) -> None:
    begin(ready)
    page = drill_callbacks.shown(ready, "", "1", "")
    assert page[2].startswith("DRILL, running: its clock shows")
    assert [act["action"] for act in rows(page[5])] == ["inject", "end", "cancel"]
    assert page[7] == panel_state.EMPTY
    assert press(ready, "inject", "1", text="The radio calls")[1].startswith("It has happened")
    with ready.engine.connect() as connection:
        (run,) = run_rows.all_of(connection, 1)
    done = act(
        ready.engine,
        run.run.id,
        "call-carrier",
        Action(Do.DONE),
        config=config_of(ready),
        actor="Liu",
        version=None,
        token=None,
        wall=ready.clock(),
    )
    assert done.result == "done"
    assert press(ready, "end", "1")[1] == "The drill has ended; its report stands below."
    page = drill_callbacks.shown(ready, "", "1", "")
    assert page[2] == "DRILL, ended: 1 of 1 steps that were due were done in time."
    assert rows(page[5]) == []
    assert page[7] == panel_state.READY
    (step,) = rows(page[10])
    assert step["cells"][1]["text"] == "In time"
    (event,) = rows(page[20])
    assert event["cells"][1]["text"] == "The radio calls"
    assert press(ready, "end", "1", reason="again")[1].startswith("The drill ended at")
    assert callbacks.shown(ready, "", "")[4] == "1 drill with a report"


@pytest.mark.parametrize("asked", ["", "7", "x"])
def test_a_drill_that_is_not_there(ready: Services, asked: str) -> None:
    assert drill_callbacks.shown(ready, "", asked, "")[3] == panel_state.EMPTY


@pytest.mark.parametrize(
    ("action", "fields", "told"),
    [
        ("start", {"playbook": "none", "scenario": "playbook"}, "There is no such playbook"),
        ("start", {"playbook": "test-run", "scenario": "crisis:9"}, "What should be replayed"),
        ("start", {"playbook": "test-run", "scenario": "x"}, "That is not possible now"),
        ("start", {"playbook": "test-run", "scenario": "playbook", "speed": "900"}, "The clock"),
        ("nonsense", {}, "That is not possible now"),
    ],
)
def test_what_cannot_be_done_says_why(
    ready: Services, action: str, fields: dict[str, str], told: str
) -> None:
    token, text, status = press(ready, action, **fields)
    assert token == ""
    assert text.startswith(told)
    assert status.endswith("--breach")
