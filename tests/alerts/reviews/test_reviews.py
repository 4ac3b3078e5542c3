"""Reviews on both databases: asked for once, written in turn, published, redacted, counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from alerts import quality, reviews
from alerts.actions import Outcome
from alerts.event_log import verify
from alerts.reviews import actions, causes, review_rows, reviewing
from alerts.reviews import cause_machine as cm
from alerts.reviews.action_machine import Action as Correct
from alerts.reviews.action_machine import Do as DoAction
from alerts.reviews.opening import SECTIONS
from alerts.reviews.record import gather, troubled
from alerts.reviews.review_machine import Action, Do, Why
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.runs import world
from tests.alerts.runs.world import HOUR, T0, World

CLOSED = T0 + 30 * HOUR
WRITTEN = {name: f"{name} text" for name in SECTIONS}


@pytest.fixture
def made(engine: Engine) -> World:
    """A crisis that was closed, with two steps of which one is late, and its review."""
    found = World(engine)
    found.crisis(
        3,
        status="closed",
        contained_at=T0 + 20 * HOUR,
        closed_at=CLOSED,
        labels_json={"market": "DE", "topic": "product", "lot": "L2401-7"},
    )
    with writing(engine) as connection:
        connection.execute(
            insert(schema.crisis_link).values(
                crisis_id=found.crisis_id,
                kind="order",
                source="shop",
                ref="O-77",
                added_by="worker",
                added_at=T0,
            )
        )
        reviews.open(connection, found.crisis_id, now=CLOSED, actor="Lea")
    return found


def do(found: World, action: Action, actor: str = "Lea", **more: Any) -> Outcome:
    given = {"version": None, "token": None, "wall": CLOSED + HOUR, **more}
    return reviewing.act(
        found.engine, found.crisis_id, action, config=found.config, actor=actor, **given
    )


def stored(found: World) -> review_rows.StoredReview:
    with found.engine.connect() as connection:
        review = review_rows.load(connection, found.crisis_id)
    assert review is not None
    return review


def cause_of(found: World, *, drill: bool = False) -> int:
    with writing(found.engine) as connection:
        return causes.add_to_crisis(
            connection,
            found.crisis_id,
            "Why did kettles leak?",
            labels={},
            drill=drill,
            actor="Lea",
            now=CLOSED,
        )


def analysed(found: World) -> int:
    number = cause_of(found)
    said = cm.Action(cm.Do.ANALYSE, cause_code="supply.inspection", finding="Nobody looked")
    done = causes.act(found.engine, number, said, actor="Lea", version=1, token=None, wall=CLOSED)
    assert done.result == "done"
    return number


def told(found: World) -> list[str]:
    log = schema.event_log.c
    with found.engine.connect() as connection:
        kinds = connection.execute(
            select(log.kind).where(log.subject_kind == "crisis").order_by(log.seq)
        ).scalars()
        return list(kinds)


def test_a_review_is_asked_for_once_and_due_in_five_working_days(made: World) -> None:
    with writing(made.engine) as connection:
        reviews.open(connection, made.crisis_id, now=CLOSED + HOUR, actor="worker")
    # Wednesday 11 March + 5 working days: Wednesday 18 March.
    assert stored(made).due_at == CLOSED + timedelta(days=7)
    assert told(made) == ["review_opened"]
    assert stored(made).review.owner == "Lea"


def test_two_people_who_write_at_once_are_told(made: World) -> None:
    first = do(made, Action(Do.SAVE, sections=WRITTEN), "Ana", version=1, token="a")
    assert first == Outcome("done", 2)
    second = do(made, Action(Do.SAVE, sections={"happened": "x"}), "Bo", version=1, token="b")
    assert (second.result, second.why, second.by) == ("stale", "review_saved", "Ana")
    assert stored(made).review.sections["happened"] == "happened text"
    again = do(made, Action(Do.SAVE, sections=WRITTEN), "Ana", version=1, token="a")
    assert (again.result, again.by) == ("repeated", "Ana")


def test_publishing_takes_causes_a_role_and_counts_for_recall(made: World) -> None:
    do(made, Action(Do.SAVE, sections=WRITTEN))
    assert do(made, Action(Do.PUBLISH)).why == Why.CAUSE_NEEDED
    number = analysed(made)
    assert do(made, Action(Do.PUBLISH)).why == Why.ACTION_NEEDED
    actions.add(
        made.engine,
        number,
        "Inspect every lot",
        owner="Liu",
        due_on=date(2026, 4, 1),
        check_on=date(2026, 5, 1),
        actor="Lea",
        token=None,
        wall=CLOSED,
    )
    refused = do(made, Action(Do.PUBLISH), "Pia")
    assert (refused.why, refused.by) == (Why.NOT_IN_ROLE, "Lea, Sam")
    assert do(made, Action(Do.PUBLISH), "Sam").result == "done"
    review = stored(made)
    assert review.facts is not None
    assert review.facts["durations"]["to_contain"] == 20 * 3600
    (known,) = quality.known_incidents(made.engine, date(2026, 1, 1), date(2026, 12, 31))
    assert (known.id, known.title, known.author) == (review.known_id, "Kettles that leak", "Sam")
    assert (known.began_on, known.ended_on) == (date(2026, 3, 10), date(2026, 3, 10))
    assert verify(made.engine) is None


def test_the_summary_is_redacted_confirmed_and_frozen(made: World) -> None:
    do(made, Action(Do.SAVE, sections=WRITTEN))
    number = analysed(made)
    closing = cm.Action(cm.Do.CLOSE, note="A one-off")
    causes.act(made.engine, number, closing, actor="Lea", version=None, token=None, wall=CLOSED)
    do(made, Action(Do.PUBLISH))
    texts = {
        "en": "Lea recalled lot L2401-7 after order O-77; write to help@shop.example.",
        "zh": "Lea 召回了批次 L2401-7，电话 138 0000 0000。",
    }
    assert do(made, Action(Do.DRAFT_SUMMARY, texts=texts)).result == "done"
    review = stored(made)
    assert review.redacted == {
        "en": "[name] recalled lot L2401-7 after order [reference]; write to [e-mail].",
        "zh": "〔姓名〕 召回了批次 L2401-7，电话 〔电话〕。",
    }
    seen = review.review.sha256
    assert do(made, Action(Do.CONFIRM, sha256=seen), "Sam").why == Why.NOT_IN_ROLE
    assert do(made, Action(Do.CONFIRM, sha256="0" * 64), "Pia").why == Why.CHANGED
    assert do(made, Action(Do.CONFIRM, sha256=seen), "Pia").result == "done"
    assert do(made, Action(Do.PUBLISH_SUMMARY, sha256=seen), "Pia").result == "done"
    assert stored(made).public_by == "Pia"
    for again in (Do.DRAFT_SUMMARY, Do.CONFIRM, Do.PUBLISH_SUMMARY):
        assert do(made, Action(again, texts=texts, sha256=seen), "Pia").why == Why.PUBLIC
    assert reviews.summary.sha256_of(stored(made).redacted) == seen


def test_a_review_nobody_asked_for(engine: Engine) -> None:
    assert do(World(engine), Action(Do.SAVE, sections=WRITTEN)).why == Why.NOT_FOUND


def test_nobody_acts_without_a_name(made: World) -> None:
    for nobody in ("", " ", "worker"):
        assert do(made, Action(Do.SAVE, sections=WRITTEN), nobody).why == Why.NAME_NEEDED


def test_the_record_tells_what_was_late_and_what_was_said(engine: Engine) -> None:
    found = World(engine)
    due = {"after": "PT1H"}
    found.start(
        world.line("call-carrier", role="logistics", due=due),
        world.line("tell-shops", role="logistics", due=due),
        world.line("count", role="logistics"),
    )
    from alerts.runs.model import Action as StepAction
    from alerts.runs.model import Do as StepDo

    found.act("call-carrier", StepAction(StepDo.DONE), actor="Liu", wall=T0 + 2 * HOUR)
    found.act("count", StepAction(StepDo.SKIP, note="Known already"), actor="Liu")
    with engine.connect() as connection:
        record = gather(connection, found.crisis_id, T0 + 3 * HOUR)
    assert record is not None
    assert {step.key: step.standing for step in record.steps} == {
        "call-carrier": "late",
        "tell-shops": "not_done",
        "count": "skipped",
    }
    late, left, skipped = record.steps
    assert (late.took_s, late.target_s, late.late_s) == (7200, 3600, 3600)
    assert left.late_s == 7200
    assert (skipped.note, skipped.who) == ("Known already", "Liu")
    assert [step.key for step in troubled(record.steps)] == ["call-carrier", "tell-shops", "count"]
    assert record.durations == {"to_detect": 0, "to_declare": 3600}


NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


def test_a_cause_is_looked_for_acted_on_and_checked(made: World) -> None:
    number = cause_of(made)
    early = actions.add(
        made.engine,
        number,
        "x",
        owner="Liu",
        due_on=date(2026, 4, 1),
        check_on=date(2026, 5, 1),
        actor="Lea",
        token=None,
        wall=CLOSED,
    )
    assert early.why == "not_analysed"
    said = cm.Action(cm.Do.ANALYSE, cause_code="supply.inspection", finding="Nobody looked")
    causes.act(made.engine, number, said, actor="Lea", version=1, token="t", wall=CLOSED)
    made_action = actions.add(
        made.engine,
        number,
        "Inspect",
        owner="Liu",
        due_on=CLOSED.date(),
        check_on=CLOSED.date(),
        actor="Lea",
        token="u",
        wall=CLOSED,
    )
    assert made_action.data is not None
    action = made_action.data["action"]

    def act(do: DoAction, actor: str, **more: Any) -> Outcome:
        return actions.act(
            made.engine,
            action,
            Correct(do, note="Seen"),
            actor=actor,
            **{"version": None, "token": None, "wall": CLOSED, **more},
        )

    assert status(made, number) == "acting"
    assert act(DoAction.DONE, "Liu", version=1).result == "done"
    assert status(made, number) == "verifying"
    stale = act(DoAction.VERIFY, "Ana", version=1)
    assert (stale.result, stale.why, stale.by) == ("stale", "action_done", "Liu")
    assert act(DoAction.VERIFY, "Liu").why == "same_person"
    assert act(DoAction.VERIFY, "Ana").result == "done"
    assert status(made, number) == "closed"
    assert act(DoAction.DROP, "Ana").why == "cause_closed"
    assert verify(made.engine) is None


def status(found: World, number: int) -> str:
    with found.engine.connect() as connection:
        table = schema.root_cause
        return str(
            connection.execute(select(table.c.status).where(table.c.id == number)).scalar_one()
        )


def test_many_are_analysed_at_once_and_merged_into_one(made: World) -> None:
    numbers = [cause_of(made) for _ in range(3)]
    answered = causes.answer_group(
        made.engine,
        numbers,
        "supply.inspection",
        "Nobody looked",
        actor="Lea",
        token="t",
        wall=CLOSED,
    )
    assert answered.data == {"cause": numbers[2], "merged": 2}
    assert [status(made, number) for number in numbers] == ["closed", "closed", "analysed"]
    wrong = cm.Action(cm.Do.MERGE, same_as=numbers[1])
    refused = causes.act(
        made.engine, numbers[2], wrong, actor="Lea", version=None, token=None, wall=CLOSED
    )
    assert refused.why == "same_cause"


def test_the_machine_cannot_be_asked_to_reckon(made: World) -> None:
    number = analysed(made)
    asked = cm.Action(cm.Do.RECKON, counts=cm.Counts(verified=1))
    refused = causes.act(
        made.engine, number, asked, actor="Lea", version=None, token=None, wall=CLOSED
    )
    assert refused.result == "refused"
