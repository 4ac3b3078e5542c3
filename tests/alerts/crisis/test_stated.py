"""What somebody answers in a step of a playbook is a fact of the crisis at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, select

from alerts import runs
from alerts.actions import Outcome
from alerts.crisis.model import Do, Status
from alerts.runs.model import Action as StepAction
from alerts.runs.model import Do as StepDo
from data_access.state import schema
from tests.alerts.crisis.world import CONFIG, HOUR, NOW, do, kinds, look, opened


def declared(room: Engine) -> tuple[int, int]:
    """A crisis of level 3 with the playbook of faulty lots: its number and that of the run."""
    number = opened(room, chosen=("faulty-lot",))
    run = schema.playbook_run
    with room.connect() as connection:
        query = select(run.c.id).where(run.c.crisis_id == number)
        return number, connection.execute(query).scalar_one()


def answer(room: Engine, run_id: int, **result: Any) -> Outcome:
    action = StepAction(StepDo.DONE, result=result)
    return runs.act(
        room,
        run_id,
        "confirm-facts",
        action,
        config=CONFIG,
        actor="Sam",
        version=None,
        token=None,
        wall=NOW + HOUR,
    )


def test_an_injury_proposes_level_4_and_is_told_with_the_step(room: Engine) -> None:
    number, run_id = declared(room)
    assert look(room, number).proposed_level != 4
    outcome = answer(room, run_id, injury=True)
    assert outcome.result == "done", outcome
    stored = look(room, number)
    assert stored.flags["injury_confirmed"]["by"] == "Sam"
    assert (stored.status, stored.level, stored.proposed_level) == (Status.DECLARED, 3, 4)
    assert "flag_set" in kinds(room, number)
    log = schema.event_log
    with room.connect() as connection:
        row = connection.execute(select(log).where(log.c.kind == "flag_set")).one()
    assert f'"run":{run_id}' in row.payload_json.replace(" ", "")
    assert '"step":"confirm-facts"' in row.payload_json.replace(" ", "")


def test_no_injury_notes_nothing(room: Engine) -> None:
    number, run_id = declared(room)
    assert answer(room, run_id, injury=False).result == "done"
    assert look(room, number).flags == {}
    assert "flag_set" not in kinds(room, number)


def test_what_was_noted_already_stays_who_noted_it(room: Engine) -> None:
    number, run_id = declared(room)
    assert do(room, number, Do.FLAG, flag="injury_confirmed").result == "done"
    assert answer(room, run_id, injury=True).result == "done"
    assert look(room, number).flags["injury_confirmed"]["by"] == "Ana"
    assert kinds(room, number).count("flag_set") == 1


def test_a_variable_set_afterwards_counts_as_well(room: Engine) -> None:
    number, run_id = declared(room)
    assert answer(room, run_id, injury=False).result == "done"
    outcome = runs.set_variables(
        room,
        run_id,
        {"injury": True},
        config=CONFIG,
        actor="Ana",
        version=None,
        token=None,
        wall=NOW + 2 * HOUR,
    )
    assert outcome.result == "done", outcome
    assert "injury_confirmed" in look(room, number).flags
