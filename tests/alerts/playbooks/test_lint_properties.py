"""What holds of every playbook, however it was made."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.library.model import DocumentError, Library
from alerts.playbooks.format import Playbook
from alerts.playbooks.kind import KIND
from alerts.playbooks.lint import lint
from tests.alerts.playbooks.clean import CLEAN, body
from tests.alerts.playbooks.strategies import LIBRARY, bodies, playbooks, written

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 9),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(["look", "say", "PT1H", "level", "approval", "auto", "{product}", "*"]),
)
THINGS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


@given(playbooks())
def test_drawn_playbooks_are_clean(playbook: Playbook) -> None:
    assert lint(playbook, LIBRARY) == []


@settings(max_examples=20)
@given(bodies())
def test_what_is_read_can_be_written_and_read_again(drawn: dict[str, Any]) -> None:
    read = KIND.parse(written(drawn), "drawn.yaml")
    again = KIND.parse(written(read.model_dump(mode="json", by_alias=True)), "again.yaml")
    assert again == read
    assert [step.key for step in read.steps] == [step["key"] for step in drawn["steps"]]


def places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a body."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [place, *(found for key, one in inner for found in places(one, (*place, key)))]


def parsed(text: str) -> tuple[Playbook | None, list[str]]:
    """The playbook of a text, or its faults."""
    try:
        return KIND.parse(text, "any.yaml"), []
    except DocumentError as error:
        return None, error.faults


PLACES = [place for place in places(yaml.safe_load(CLEAN)) if place]


@given(st.lists(st.tuples(st.sampled_from(PLACES), THINGS), min_size=1, max_size=3), st.data())
def test_no_change_of_a_playbook_breaks_reader_or_linter(
    changes: list[tuple[tuple[Any, ...], Any]], data: st.DataObject
) -> None:
    clean = body()
    for place, thing in changes:
        holder: Any = clean
        try:
            for part in place[:-1]:
                holder = holder[part]
            holder[place[-1]]
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
        if data.draw(st.booleans()):
            holder[place[-1]] = thing
        else:
            del holder[place[-1]]
    try:
        playbook = Playbook.model_validate(clean)
    except ValidationError:
        return
    for library in (LIBRARY, Library()):
        for finding in lint(playbook, library):
            assert finding.where
            assert finding.what.en
            assert finding.advice.zh


@settings(max_examples=50)
@given(st.text(max_size=300) | THINGS.map(yaml.safe_dump))
def test_no_text_breaks_the_reader(text: str) -> None:
    playbook, faults = parsed(text)
    assert playbook is None
    assert faults
