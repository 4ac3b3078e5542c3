"""What holds of every playbook, however it was made."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from alerts.playbooks.format import Playbook
from alerts.playbooks.kind import KIND
from alerts.playbooks.lint import lint
from tests.alerts.playbooks.strategies import LIBRARY, bodies, playbooks, written


@given(playbooks())
def test_drawn_playbooks_are_clean(playbook: Playbook) -> None:
    assert lint(playbook, LIBRARY) == []


@given(bodies())
def test_what_is_read_can_be_written_and_read_again(body: dict[str, Any]) -> None:
    read = KIND.parse(written(body), "drawn.yaml")
    again = KIND.parse(written(read.model_dump(mode="json", by_alias=True)), "again.yaml")
    assert again == read
    assert [step.key for step in read.steps] == [step["key"] for step in body["steps"]]
