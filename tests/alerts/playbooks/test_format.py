"""What a playbook file may say, and how faults in it are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
import yaml

from alerts.library.model import DocumentError
from alerts.playbooks.fields import at_level, written
from alerts.playbooks.format import Playbook
from alerts.playbooks.kind import KIND
from alerts.playbooks.names import Names, braced, filled
from tests.alerts.playbooks.clean import CLEAN, Body, body, step

HOUR = timedelta(hours=1)


def refused(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        KIND.parse(text, "mine.yaml")
    return str(caught.value)


def clean() -> Playbook:
    found: Playbook = KIND.parse(CLEAN, "clean.yaml")
    return found


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("owner: tests", "boss: tests", "boss = 'tests': there is no such field"),
        ("owner: tests", "", "owner: is missing; add it."),
        ("levels: [2, 3, 4]", "levels: [2, 5]", "levels.1 = 5: input should be 1, 2, 3 or 4."),
        ("for: PT6H", "for: 6h", "write a duration by ISO 8601, such as PT30M, PT4H or P3D"),
        ("for: PT6H", "for: P", "write a duration by ISO 8601"),
        ("key: calm", "key: Calm", "= 'Calm': string should match pattern"),
        ("key: calm", "key: look", "two steps have the key look"),
        ("key: calm", "key: declared", "is the name of an anchor"),
        ("kind: check", "kind: hope", "= 'hope': input should be 'manual'"),
        ("zh: 启动时限", "de: Beginn", "is missing; add it."),
        ("{en: Start the clocks, zh: 启动时限}", '{en: " ", zh: 启}', "is blank; write the text"),
        ("review_by: 2027-06-30", "review_by: soon", "review_by = 'soon': input should be a valid"),
        ("id: clean", "id: clean\nid: clean", "'id' was already given in line"),
        ("target: 4", "target: .nan", "finite"),
        ("{2: PT2H, 3: PT1H, 4: PT30M}", "{}", "names no level"),
    ],
)
def test_every_fault_is_told_with_line_and_remedy(old: str, new: str, told: str) -> None:
    assert old in CLEAN
    message = refused(CLEAN.replace(old, new, 1))
    assert told in message
    assert message.startswith("mine.yaml, line ")


def test_several_faults_are_told_at_once() -> None:
    text = CLEAN.replace("owner: tests", "boss: tests").replace("for: PT6H", "for: 6h")
    assert len(refused(text).splitlines()) == 3


def test_a_level_takes_what_the_one_below_it_has() -> None:
    times = {2: 3 * HOUR, 4: HOUR}
    assert [at_level(times, level) for level in (1, 2, 3, 4)] == [
        3 * HOUR,
        3 * HOUR,
        3 * HOUR,
        HOUR,
    ]
    look = clean().by_key["look"]
    assert look.due_after(3) == HOUR
    assert clean().by_key["clocks"].due_after(3) is None


@pytest.mark.parametrize("text", ["PT30M", "PT1H30M", "P3D", "P1DT2H", "PT59M"])
def test_durations_are_written_as_they_are_read(text: str) -> None:
    changed: Body = body()
    step(changed, "rest")["for"] = text
    found = Playbook.model_validate(changed).by_key["rest"].for_
    assert found is not None
    assert written(found) == text


def test_weeks_are_days() -> None:
    changed = body()
    step(changed, "rest")["for"] = "P2W"
    assert Playbook.model_validate(changed).by_key["rest"].for_ == timedelta(days=14)


def test_steps_by_level_and_phase() -> None:
    playbook = clean()
    assert "clocks" not in [one.key for one in playbook.steps_at(2)]
    assert "clocks" in [one.key for one in playbook.steps_at(3)]
    assert [one.key for one in playbook.in_phase("compensate")] == ["pay", "hook"]
    assert (playbook.lowest, playbook.highest) == (2, 4)


def test_days_of_variables_are_texts() -> None:
    changed = yaml.safe_load(CLEAN)
    changed["variables"]["since"] = {
        "type": "date",
        "title": {"en": "Since", "zh": "自"},
        "default": yaml.safe_load("2026-11-20"),
    }
    assert Playbook.model_validate(changed).variables["since"].default == "2026-11-20"


def test_names_that_conditions_know() -> None:
    names = Names(clean())
    assert names["level"] is int
    assert names["labels.market"] is str
    assert names["results.look.note"] is str
    assert names["orders"] is tuple
    for unknown in ("labels.mood", "results.nowhere", "weather", "results"):
        with pytest.raises(KeyError):
            names[unknown]


def test_braces_are_filled_with_what_is_known() -> None:
    text = "{product} {orders} {weather} {Not} {{x}}"
    assert braced(text) == {"product", "orders", "weather", "x"}
    told = filled(text, {"product": "Lamp", "orders": ["A", "B"]})
    assert told == "Lamp A, B {weather} {Not} {{x}}"
