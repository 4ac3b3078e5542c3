"""How things stood at an earlier moment: due times of steps, batches, statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from alerts.hindsight.batches import batches, statements_sent
from alerts.hindsight.steps import tasks, unsettled
from alerts.hindsight.told import Told
from alerts.library import store
from alerts.runs import machine
from alerts.runs.model import Event, Run, RunStatus
from alerts.runs.rows import StoredRun
from tests.alerts.runs.world import line, playbook_text

T0 = datetime(2026, 3, 10, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
TWO_LEVELS = {2: "PT8H", 3: "PT2H"}


def told(events: Sequence[Event]) -> list[Told]:
    """Events of a run as its crisis's log has them."""
    return [
        Told(one.at, one.actor, str(one.kind), {**one.data, "run": 1, **_step(one)})
        for one in events
    ]


def _step(one: Event) -> dict[str, str]:
    return {"step": one.step} if one.step else {}


def test_what_changes_due_times_later_does_not_change_what_was_due() -> None:
    """Due 8 h after the start at level 2; after a raise 2 h after it, and more steps belong."""
    text = playbook_text(
        line("first", due={"after": TWO_LEVELS, "anchor": "start"}),
        line("told", due={"after": "PT1H", "anchor": "statement_sent"}),
        line("afterwards", due={"after": "PT1H", "anchor": "first"}),
        line("graver", level=3, due={"after": "PT1H", "anchor": "level_change"}),
    )
    playbook = store.parsed("playbook", text)
    run = Run(1, 1, 2, RunStatus.RUNNING, {}, {}, {}, {})
    run, begun = machine.begin(playbook, run, T0)
    run, raised = machine.raise_level(playbook, run, 3, T0 + 3 * HOUR)
    run, sent = machine.anchor(playbook, run, "statement_sent", T0 + 4 * HOUR, T0 + 4 * HOUR)
    log = told([*begun, *raised, *sent])
    stored = StoredRun(run, playbook, 1, T0, "Ana", None, 1, {}, {}, "Lot", {}, None, 3)

    def due(at: datetime) -> dict[str, datetime]:
        return {task.key: task.due_at for task in tasks(stored, log, at)}

    assert due(T0 - HOUR) == {}
    assert due(T0 + 2 * HOUR) == {"first": T0 + 8 * HOUR}
    assert due(T0 + 3 * HOUR) == {"first": T0 + 2 * HOUR, "graver": T0 + 4 * HOUR}
    assert due(T0 + 5 * HOUR) == {**due(T0 + 3 * HOUR), "told": T0 + 5 * HOUR}


def test_a_batch_whose_items_change_is_approved_no_more() -> None:
    log = [
        Told(T0, "worker", "batch_proposed", {"batch": 7}),
        Told(T0, "Ana", "batch_submitted", {"batch": 7}),
        Told(T0, "Bo", "batch_approved", {"batch": 7}),
        Told(T0, "worker", "batch_proposed", {"batch": 8}),
        Told(T0, "Ana", "batch_cancelled", {"batch": 8}),
    ]
    assert batches(log) == {7: "approved", 8: "cancelled"}
    changed = [*log, Told(T0, "Ana", "items_excluded", {"batch": 7})]
    assert batches(changed)[7] == "submitted"
    assert batches([*log, Told(T0, "Ana", "batch_exported", {"batch": 7})])[7] == "exported"


def test_a_statement_sent_in_two_places_is_one() -> None:
    log = [Told(T0, "Ana", "statement_sent", {"statement": n}) for n in (1, 2, 2)]
    assert statements_sent(log) == 2


def test_variables_said_later_are_not_known_yet() -> None:
    log = [
        Told(T0, "Ana", "run_variables", {"variables": {"lot": "L-1"}}),
        Told(T0 + HOUR, "Ana", "step_done", {"step": "a", "result": {"units": 4}}),
    ]
    assert unsettled(log, T0) == {"units"}
    assert unsettled(log, T0 + HOUR) == set()
