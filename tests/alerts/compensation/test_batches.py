"""The life of a batch on both databases: in turn, by the right people, and once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, func, select

from alerts.actions import Outcome
from alerts.compensation import batches, reading, rows
from alerts.compensation.candidates import CANDIDATES
from alerts.compensation.machine import (
    TABLE,
    Action,
    Batch,
    BatchState,
    Do,
    Refused,
    Why,
    step,
)
from alerts.compensation.rows import Draft
from alerts.event_log import verify
from data_access.state import schema
from tests.alerts.compensation.world import NOW, candidate, config, draft, registered

CONFIG = config()


def frame(*made: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(made), schema=dict(CANDIDATES))


@pytest.fixture
def policy_id(engine: Engine, tmp_path: Path) -> int:
    return registered(engine, tmp_path)


def proposed(engine: Engine, policy_id: int, *made: dict[str, Any], **more: Any) -> int:
    done = batches.propose(
        engine, draft(frame(*made), policy_id, **more), actor="Emil", token=None, wall=NOW
    )
    assert done.result == "done"
    assert done.data is not None
    number: int = done.data["batch"]
    return number


def do(
    engine: Engine, batch: int, action: Action | Do, actor: str = "Anna", **more: Any
) -> Outcome:
    asked = action if isinstance(action, Action) else Action(action)
    keys = {"version": None, "token": None, "wall": NOW + timedelta(minutes=1), "config": CONFIG}
    return batches.act(engine, batch, asked, actor=actor, **{**keys, **more})


def states(engine: Engine, batch: int) -> list[str]:
    with engine.connect() as connection:
        return rows.items(connection, batch)["state"].to_list()


def stored(engine: Engine, batch: int) -> rows.StoredBatch:
    with engine.connect() as connection:
        found = rows.find(connection, batch)
    assert found is not None
    return found


def test_a_small_batch_goes_its_way(engine: Engine, policy_id: int) -> None:
    batch = proposed(
        engine, policy_id, candidate("A"), candidate("B", excluded_because="cancelled")
    )
    assert states(engine, batch) == ["proposed", "excluded"]
    assert do(engine, batch, Do.SUBMIT, "Emil").result == "done"
    assert do(engine, batch, Do.APPROVE).data == {"batch": batch, "state": "approved"}
    assert states(engine, batch) == ["approved", "excluded"]
    assert do(engine, batch, Do.EXPORT).result == "done"
    assert states(engine, batch) == ["exported", "excluded"]
    assert do(engine, batch, Do.EXPORT, "Bo").result == "done"
    log = schema.event_log
    with engine.connect() as connection:
        kinds = connection.execute(
            select(log.c.kind).where(log.c.subject_id == str(batch)).order_by(log.c.seq)
        ).scalars().all()  # fmt: skip
    assert list(kinds) == [
        "batch_proposed",
        "batch_submitted",
        "approved",
        "batch_approved",
        "batch_exported",
        "batch_exported",
    ]
    assert verify(engine) is None
    assert stored(engine, batch).batch.exported_by == "Anna"


def test_who_may_approve_depends_on_the_amounts(engine: Engine, policy_id: int) -> None:
    batch = proposed(engine, policy_id, candidate("A", 2_001))  # above a team lead's 20 EUR
    do(engine, batch, Do.SUBMIT, "Emil")
    refused = do(engine, batch, Do.APPROVE)
    assert (refused.result, refused.why) == ("refused", "not_in_role")
    assert refused.data is not None
    assert refused.data["who"] == ["Bo", "Chen", "Dora"]
    asked = do(engine, batch, Action(Do.APPROVE, role="team_lead"))
    assert asked.why == Why.ROLE_NOT_ASKED
    assert do(engine, batch, Do.APPROVE, "Bo").result == "done"


def test_a_dear_batch_needs_two_people_in_two_roles(engine: Engine, policy_id: int) -> None:
    batch = proposed(engine, policy_id, *(candidate(f"A{n}", 15_000) for n in range(7)))  # 1050 EUR
    do(engine, batch, Do.SUBMIT, "Emil")
    assert do(engine, batch, Do.APPROVE, "Bo").data == {"batch": batch, "state": "submitted"}
    again = do(engine, batch, Do.APPROVE, "Bo")
    assert again.result == "refused"
    same = do(engine, batch, Action(Do.APPROVE, role="service_manager"), "Chen")
    assert (same.why, same.by) in {("already", "Bo"), ("not_in_role", "")}
    assert do(engine, batch, Do.APPROVE, "Chen").data == {"batch": batch, "state": "approved"}


def test_whoever_made_it_never_approves_it(engine: Engine, policy_id: int) -> None:
    made = batches.propose(
        engine, draft(frame(candidate("A")), policy_id), actor="Anna", token=None, wall=NOW
    )
    assert made.data is not None
    do(engine, made.data["batch"], Do.SUBMIT)
    refused = do(engine, made.data["batch"], Do.APPROVE)
    assert (refused.why, refused.by) == (Why.OWN_BATCH, "Anna")
    assert do(engine, made.data["batch"], Do.APPROVE, "Bo").result == "done"


def test_a_change_voids_what_was_signed(engine: Engine, policy_id: int) -> None:
    many = [candidate(f"A{n}", 15_000) for n in range(8)]
    batch = proposed(engine, policy_id, *many)
    do(engine, batch, Do.SUBMIT, "Emil")
    do(engine, batch, Do.APPROVE, "Bo")
    before = stored(engine, batch).sha256
    assert do(engine, batch, Action(Do.EXCLUDE, (1,))).why == Why.NOTE_NEEDED
    assert do(engine, batch, Action(Do.EXCLUDE, (1,), "paid by phone")).result == "done"
    assert stored(engine, batch).sha256 != before
    # 1050 EUR still need two, and the signature of before counts no more
    assert do(engine, batch, Do.APPROVE, "Chen").data == {"batch": batch, "state": "submitted"}
    seen = do(engine, batch, Action(Do.APPROVE, seen=before), "Dora")
    assert (seen.result, seen.why) == ("refused", "changed")
    assert do(engine, batch, Do.APPROVE, "Bo").data == {"batch": batch, "state": "approved"}
    do(engine, batch, Action(Do.EXCLUDE, (2,), "twice"))
    assert stored(engine, batch).batch.state is BatchState.SUBMITTED
    assert set(states(engine, batch)) == {"excluded", "proposed"}
    do(engine, batch, Action(Do.INCLUDE, (1, 2), "a mistake"))
    assert states(engine, batch) == ["proposed"] * 8
    assert stored(engine, batch).batch.proposed == 8


def test_a_rejected_batch_can_be_mended_and_signed_by_the_same_role(
    engine: Engine, policy_id: int
) -> None:
    batch = proposed(engine, policy_id, candidate("A"))
    do(engine, batch, Do.SUBMIT, "Emil")
    assert do(engine, batch, Do.REJECT).why == Why.NOTE_NEEDED
    assert do(engine, batch, Action(Do.REJECT, note="wrong market")).result == "done"
    assert do(engine, batch, Do.SUBMIT, "Emil").why == Why.REJECTED
    assert do(engine, batch, Do.REOPEN, "Emil").result == "done"
    do(engine, batch, Do.SUBMIT, "Emil")
    assert do(engine, batch, Do.APPROVE).result == "done"


def test_firm_reasons_are_not_set_aside(engine: Engine, policy_id: int) -> None:
    batch = proposed(
        engine,
        policy_id,
        candidate("A"),
        candidate("B", excluded_because="already_compensated"),
        candidate("C", excluded_because="customer_year"),
    )
    firm = do(engine, batch, Action(Do.INCLUDE, (2,), "please"))
    assert (firm.why, firm.data) == (
        Why.FIRM,
        {"order": "B", "reason": "already_compensated"},
    )
    assert do(engine, batch, Action(Do.INCLUDE, (3,), "a good customer")).result == "done"
    assert states(engine, batch) == ["proposed", "excluded", "proposed"]
    assert do(engine, batch, Action(Do.EXCLUDE, (99,), "x")).why == Why.NO_ITEM


def test_the_second_batch_is_told_which_order_is_where(engine: Engine, policy_id: int) -> None:
    first = proposed(engine, policy_id, candidate("A"), candidate("B"))
    second = proposed(engine, policy_id, candidate("B"), candidate("C"))
    for batch in (first, second):
        do(engine, batch, Do.SUBMIT, "Emil")
    assert do(engine, first, Do.APPROVE).result == "done"
    refused = do(engine, second, Do.APPROVE)
    assert (refused.why, refused.data) == (
        Why.ELSEWHERE,
        {"elsewhere": {str(first): ["B"]}, "count": 1},
    )
    do(engine, second, Action(Do.EXCLUDE, (1,), "in the other one"))
    assert do(engine, second, Do.APPROVE).result == "done"


def test_two_people_approve_two_batches_at_once_and_one_wins(
    engine: Engine, policy_id: int
) -> None:
    numbers = [proposed(engine, policy_id, candidate("A"), candidate(f"{n}")) for n in "BCDE"]
    for batch in numbers:
        do(engine, batch, Do.SUBMIT, "Emil")
    answers: dict[int, Outcome] = {}
    start = threading.Barrier(len(numbers))

    def approve(batch: int) -> None:
        start.wait()
        answers[batch] = do(engine, batch, Do.APPROVE)

    threads = [threading.Thread(target=approve, args=(batch,)) for batch in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results = sorted(answer.result for answer in answers.values())
    assert results == ["done", "refused", "refused", "refused"]
    winner = next(batch for batch, answer in answers.items() if answer.result == "done")
    for batch, answer in answers.items():
        if batch != winner:
            assert answer.why == Why.ELSEWHERE
            assert answer.data == {"elsewhere": {str(winner): ["A"]}, "count": 1}
    item = schema.compensation_item
    with engine.connect() as connection:
        held = connection.execute(
            select(func.count()).where(item.c.order_id == "A", item.c.state == "approved")
        ).scalar()
    assert held == 1
    assert verify(engine) is None


def test_the_database_itself_keeps_an_order_to_one_batch(
    engine: Engine, policy_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (proposed(engine, policy_id, candidate("A")) for _ in range(2))
    for batch in (first, second):
        do(engine, batch, Do.SUBMIT, "Emil")
    do(engine, first, Do.APPROVE)
    honest = rows.elsewhere
    looked: list[int] = []

    def blind(connection: Any, batch: int) -> dict[int, list[str]]:
        looked.append(batch)
        return {} if len(looked) == 1 else honest(connection, batch)

    monkeypatch.setattr(rows, "elsewhere", blind)
    refused = do(engine, second, Do.APPROVE)
    assert (refused.why, refused.data) == (
        Why.ELSEWHERE,
        {"elsewhere": {str(first): ["A"]}, "count": 1},
    )


def test_the_second_of_two_people_is_told_what_the_first_did(
    engine: Engine, policy_id: int
) -> None:
    batch = proposed(engine, policy_id, candidate("A"))
    do(engine, batch, Do.SUBMIT, "Emil", version=1)
    assert do(engine, batch, Do.APPROVE, "Anna", version=2).result == "done"
    late = do(engine, batch, Do.APPROVE, "Bo", version=2)
    assert (late.result, late.why, late.by) == ("stale", "batch_approved", "Anna")


def test_a_double_click_is_one_action(engine: Engine, policy_id: int) -> None:
    made = draft(frame(candidate("A")), policy_id)
    press = {"actor": "Emil", "token": "t", "wall": NOW}
    assert batches.propose(engine, made, **press).result == "done"  # type: ignore[arg-type]
    assert batches.propose(engine, made, **press).result == "repeated"  # type: ignore[arg-type]
    assert do(engine, 1, Do.SUBMIT, "Emil", token="u").result == "done"
    assert do(engine, 1, Do.SUBMIT, "Emil", token="u").result == "repeated"
    with engine.connect() as connection:
        count = connection.execute(select(func.count()).select_from(schema.compensation_batch))
        assert count.scalar() == 1


def test_nobody_and_the_worker_act_not(engine: Engine, policy_id: int) -> None:
    batch = proposed(engine, policy_id, candidate("A"))
    for name in (" ", "worker"):
        assert do(engine, batch, Do.SUBMIT, name).why == Why.NAME_NEEDED
    nothing = draft(frame(candidate("A", excluded_because="test")), policy_id)
    empty = batches.propose(engine, nothing, actor="Emil", token=None, wall=NOW)
    assert empty.why == Why.EMPTY
    assert do(engine, 99, Do.SUBMIT).why == Why.NOT_FOUND


def test_a_drill_takes_no_order_from_anybody_and_goes_to_no_target(
    engine: Engine, policy_id: int
) -> None:
    drill = proposed(engine, policy_id, candidate("A"), drill=True)
    real = proposed(engine, policy_id, candidate("A"))
    for batch in (drill, real):
        do(engine, batch, Do.SUBMIT, "Emil")
        assert do(engine, batch, Do.APPROVE).result == "done"
    assert do(engine, drill, Action(Do.EXPORT, channel="payer")).why == Why.DRILL_TARGET
    assert do(engine, drill, Do.EXPORT).result == "done"
    with engine.connect() as connection:
        assert rows.taken(connection)["order_id"].to_list() == ["A"]
        outbox = connection.execute(select(func.count()).select_from(schema.outbox)).scalar()
    assert outbox == 0


def test_what_nobody_can_add_up_is_the_highest_roles_to_sign(
    engine: Engine, policy_id: int
) -> None:
    batch = proposed(engine, policy_id, candidate("A", 100, currency="GBP"))
    do(engine, batch, Do.SUBMIT, "Emil")
    assert do(engine, batch, Do.APPROVE).why == "not_in_role"
    assert do(engine, batch, Do.APPROVE, "Chen").data == {"batch": batch, "state": "submitted"}
    assert do(engine, batch, Do.APPROVE, "Dora").data == {"batch": batch, "state": "approved"}


def test_a_policy_that_cannot_be_read_any_more_does_not_hide_its_batches(
    engine: Engine, policy_id: int
) -> None:
    batch = proposed(engine, policy_id, candidate("A"))
    version = schema.document_version
    with engine.begin() as connection:
        found = connection.execute(select(version).where(version.c.id == policy_id)).mappings()
        row = dict(found.one())
        connection.execute(version.insert().values({**row, "id": 9_999, "n": 99}))
        connection.execute(
            version.update().where(version.c.id == policy_id).values(body_yaml="id: old")
        )
    assert do(engine, batch, Do.SUBMIT, "Emil").result == "done"
    assert reading.listed(engine, CONFIG, "Anna")["mine"].to_list() == [True]


def test_a_step_of_a_run_has_one_batch(engine: Engine, policy_id: int) -> None:
    made: Draft = draft(frame(candidate("A")), policy_id)
    with engine.begin() as connection:
        first = rows.add(connection, made, actor="worker", now=NOW)
        again = rows.add(connection, replace(made, run_id=None), actor="worker", now=NOW)
    assert again == first + 1


BATCH = Batch(BatchState.DRAFT, "Emil", NOW, 2)


@pytest.mark.parametrize("state", list(BatchState))
@pytest.mark.parametrize("doing", list(Do))
def test_the_table_is_total(state: BatchState, doing: Do) -> None:
    action = Action(doing, (1,), "because", complete=True, actor="Anna")
    try:
        after, events = TABLE[state, doing](replace(BATCH, state=state), action, NOW)
    except Refused as refused:
        assert refused.why in set(Why)  # noqa: PT017 - either answer is right
    else:
        assert len(events) == 1
        if state in {BatchState.EXPORTED, BatchState.CANCELLED}:
            assert after.state is state


def test_an_empty_batch_is_neither_submitted_nor_approved() -> None:
    for state, doing in ((BatchState.DRAFT, Do.SUBMIT), (BatchState.SUBMITTED, Do.APPROVE)):
        with pytest.raises(Refused) as caught:
            step(replace(BATCH, state=state, proposed=0), Action(doing, actor="Anna"), NOW)
        assert caught.value.why == Why.EMPTY
