"""The list of crises: what is open, proposed, a drill or over; opening one by hand; the strip."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from alerts.crisis import links
from alerts.crisis.beginning import begin
from alerts.crisis.singles import COLUMNS, Singles
from alerts.crisis_room import crisis_of_incident, levels_now, listing
from callbacks import crises, overview
from dashboard import crisis_actions
from dashboard.app import SCREENS
from dashboard.navigation import ON_PHONE, groups
from dashboard.services import Services
from dashboard.wording import crises as words
from data_access.state.engine import writing
from tests.alerts import rooms
from tests.alerts.shown import fire
from tests.dashboard.fakes import NOW
from tests.dashboard.test_crisis import act, press, version

NAMES = (
    "panel", "answer", "note", "open", "no_proposed", "proposed", "no_drills", "drills",
    "closed_panel", "closed_title", "closed", "actions",
)  # fmt: skip


@pytest.fixture
def busy(fake_services: Services) -> Services:
    rooms.busy(fake_services.engine, fake_services.settings.home, NOW)
    return fake_services


def told(services: Services) -> dict[str, Any]:
    return dict(zip(NAMES, crises.listed(services, "", ""), strict=True))


def test_nothing_is_on_fire(fake_services: Services) -> None:
    shown = told(fake_services)
    assert shown["answer"] == "Nothing is on fire."
    assert shown["panel"].endswith("is-empty")
    assert (shown["no_proposed"], shown["no_drills"]) == (True, True)
    assert overview.on_fire(fake_services, "") == ""


def test_what_is_open_how_bad_and_who_leads(busy: Services) -> None:
    shown = told(busy)
    assert shown["answer"] == (
        "1 crisis is open; the worst is level 3: Kettles of lot L-2291 leak; Ana Weber leads."
    )
    (row,) = json.loads(shown["open"])["rows"]
    assert (row["level"]["level"], row["href"]) == (3, "/crises/1")
    assert row["next"]["title"] == "Stop the sale of the lot everywhere"
    assert shown["note"] == "1 deadline has passed"
    strip = json.loads(overview.on_fire(busy, ""))
    assert strip["rows"][0]["title"] == "Kettles of lot L-2291 leak"


def test_a_proposal_is_declared_or_dismissed_with_its_figures(busy: Services) -> None:
    with writing(busy.engine) as connection:
        stored = begin(
            connection, title="Lot X", labels={"topic": "x", "lot": "X"}, began_at=NOW, now=NOW
        )
    rooms.measured(busy.engine, stored.id, NOW)
    shown = told(busy)
    (row,) = json.loads(shown["proposed"])["rows"]
    assert row["level"]["proposed"] is True
    assert [line for line in row["evidence"] if "34" in line], row["evidence"]
    assert [one["action"] for one in row["acts"]] == ["declare", "dismiss"]
    (field,) = [one for one in row["acts"][0]["fields"] if one["name"] == "playbook"]
    values = [value for value, _title in field["options"]]
    assert (values[0], values[-1], "faulty-lot" in values) == ("", "-", True)
    assert field["options"][0][1].startswith("Those that fit: ")
    done = act(busy, "dismiss", row["subject"], row["version"], note="A count twice")
    assert done.text == "Dismissed; the reason is on record."
    assert told(busy)["no_proposed"] is True
    (over,) = json.loads(told(busy)["closed"])["rows"]
    assert any(note["text"] == "A count twice" for note in over["notes"])


def test_a_crisis_is_opened_by_hand_once(busy: Services) -> None:
    pressed = press("open", "new/", title="Parcels burn", level="2", note="A driver called",
                    playbook="-", market="DE")  # fmt: skip
    found = crisis_actions.answer(busy, pressed)
    assert (found.text, found.href) == (
        "Opened. No playbook leads this topic; write down what you do.", "/crises/2",
    )  # fmt: skip
    assert crisis_actions.answer(busy, pressed).text.startswith("That was done already")
    assert [one.crisis.title for one in listing(busy.engine, NOW).open] == [
        "Kettles of lot L-2291 leak", "Parcels burn",
    ]  # fmt: skip


def test_a_single_complaint_is_declared_with_its_case(busy: Services) -> None:
    row = {
        "source": "desk", "case_id": "C-7", "at": NOW, "market": "FR", "category": None,
        "reason": None, "status": "open", "vip_tier": "black", "anger": 90.0, "nps": None,
        "again": False, "criteria": ["black-card"],
    }  # fmt: skip
    found = Singles(pl.DataFrame([row], schema=COLUMNS), 1)
    (shown,) = json.loads(words.singles(found, levels_now(busy.engine), "UTC", ""))["rows"]
    assert (shown["subject"], shown["href"]) == ("single/desk/C-7", "/cases/C-7?feed=desk")
    (declare,) = shown["acts"]
    asked = {field["name"]: field for field in declare["fields"]}
    assert asked["note"]["required"]
    title = asked["title"]["value"]
    assert title.startswith("Case C-7: ")
    unsaid = act(busy, declare["action"], shown["subject"], title=title, note="")
    assert unsaid.text == "Say why; it is kept on record."
    done = act(busy, declare["action"], shown["subject"], title=title, note="A regular customer")
    assert done.href == "/crises/2"
    (one,) = [one for one in listing(busy.engine, NOW).open if one.crisis.id == 2]
    assert (one.level, one.crisis.title) == (1, title)
    (joined,) = links.of(busy.engine, 2).iter_rows(named=True)
    assert (joined["kind"], joined["source"], joined["ref"]) == ("case", "desk", "C-7")
    again = act(busy, declare["action"], shown["subject"], title=title, note="Once more")
    assert again.text == "A crisis of the same cause is open; go on there."


def test_a_crisis_opened_from_an_incident_belongs_to_it(busy: Services) -> None:
    fire(busy.engine, NOW, {"market": "PL"})
    assert crisis_of_incident(busy.engine, 1) is None
    found = act(busy, "open", "new/1", title="Poland", level="2", note="Angry", playbook="-")
    assert found.href == "/crises/2"
    assert crisis_of_incident(busy.engine, 1) == (2, "Poland")


def test_a_closed_crisis_leads_to_its_review(busy: Services) -> None:
    act(busy, "close", "crisis/1", version(busy), note="Over", despite_runs="yes")
    shown = told(busy)
    assert shown["answer"] == "Nothing is on fire."
    (row,) = json.loads(shown["closed"])["rows"]
    assert {"text": "review not published", "href": "/reviews/1"} in row["notes"]


def test_crises_have_their_group_and_their_place_on_the_phone() -> None:
    names = {screen.PATH: name for name, found in groups(SCREENS) for screen in found}
    assert names["/crises"] == "In a crisis"
    assert "/crises" in ON_PHONE
    assert len(ON_PHONE) == 4
