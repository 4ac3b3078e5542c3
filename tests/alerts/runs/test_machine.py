"""Every state × every action has one outcome; what follows from where steps stand."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from alerts.runs import machine
from alerts.runs.changes import at_most_once
from alerts.runs.deciding import possible
from alerts.runs.model import (
    ENDED,
    PEOPLE_DO,
    Action,
    Do,
    Event,
    Kind,
    Refused,
    Run,
    RunStatus,
    StepRun,
    StepState,
    Why,
)
from tests.alerts.runs.world import HOUR, MINUTE, T0, line, playbook, pure_run

ALL_KINDS = (
    line("manual"),
    line("auto", "auto", do="collect_rows"),
    line("once", "auto", do="call_webhook", effect="at_most_once"),
    line("approval", "approval", of="manual", roles=["legal"]),
    line("statement", "statement", template="t-holding", audience="customers", channels=["email"]),
    line("notify", "notify", to=["legal"], message={"en": "Hello", "zh": "你好"}),
    line("wait", "wait", **{"for": "PT2H"}),
    line("check", "check", that="level >= 1"),
)
BOOK = playbook(*ALL_KINDS)
FULL = {
    Do.START: Action(Do.START, "Ana"),
    Do.DONE: Action(Do.DONE, "Ana", note="By phone"),
    Do.SKIP: Action(Do.SKIP, "Ana", note="Not needed"),
    Do.RETRY: Action(Do.RETRY, "Ana"),
    Do.ANSWER: Action(Do.ANSWER, "Ana", happened=True, note="I saw it"),
    Do.ASSIGN: Action(Do.ASSIGN, "Ana", assignee="Bo"),
    Do.COMMENT: Action(Do.COMMENT, "Ana", note="Well"),
    Do.APPROVE: Action(Do.APPROVE, "Ana", role="legal", complete=True),
    Do.REJECT: Action(Do.REJECT, "Ana", role="legal", note="No"),
    Do.CLAIM: Action(Do.CLAIM),
    Do.FINISH: Action(Do.FINISH, result={"rows": 3}),
    Do.ASK_AGAIN: Action(Do.ASK_AGAIN, at=T0 + HOUR),
    Do.FAIL: Action(Do.FAIL, note="No network", at=T0 + HOUR),
    Do.LOSE: Action(Do.LOSE),
    Do.BLOCK: Action(Do.BLOCK, note="Nobody to tell"),
    Do.TIME_OUT: Action(Do.TIME_OUT, timer="skip"),
    Do.SEND_BACK: Action(Do.SEND_BACK, "Ana", note="No"),
}


def begun(*lines: str, level: int = 2, **changed: object) -> tuple[machine.Playbook, Run]:  # type: ignore[name-defined]
    book = playbook(*lines)
    run, _ = machine.begin(book, pure_run(level, **changed), T0)
    return book, run


def at(key: str, state: StepState) -> Run:
    """A run of all kinds of steps with one of them in a state."""
    run, _ = machine.begin(BOOK, pure_run(), T0)
    one = replace(run.steps[key], state=state, started_at=T0, owner="Cy")
    if state in ENDED:
        one = replace(one, done_at=T0, done_by="Bo", next_at=None)
    return machine.with_steps(run, {key: one})


def tried(run: Run, key: str, action: Action) -> tuple[Run, tuple[Event, ...], str]:
    """What becomes of an action, or why it is refused."""
    try:
        return *machine.step(BOOK, run, key, action, T0 + MINUTE), ""
    except Refused as refused:
        return run, (), refused.why


def test_the_table_is_total() -> None:
    assert set(machine.TABLE) == {(state, do) for state in StepState for do in Do}


@pytest.mark.parametrize("key", [one.key for one in BOOK.steps])
@pytest.mark.parametrize("do", list(Do))
@pytest.mark.parametrize("state", list(StepState))
def test_every_action_in_every_state_of_every_kind_has_an_outcome(
    state: StepState, do: Do, key: str
) -> None:
    run = at(key, state)
    after, events, why = tried(run, key, FULL[do])
    if why:
        assert why in set(Why)
        return
    one = after.steps[key]
    assert set(one.__dict__) == {field.name for field in fields(StepRun)}
    assert all(isinstance(event, Event) for event in events)
    if state in ENDED and do is not Do.SEND_BACK:
        assert one == run.steps[key]  # nothing leaves an end
    if one.state in ENDED:
        assert one.done_at is not None
        assert one.next_at is None


@pytest.mark.parametrize("key", [one.key for one in BOOK.steps])
@pytest.mark.parametrize("state", list(StepState))
def test_what_is_offered_can_be_done(state: StepState, key: str) -> None:
    run = at(key, state)
    for do in possible(run.steps[key], run):
        assert do in PEOPLE_DO
        machine.step(BOOK, run, key, FULL[do], T0 + MINUTE)


@pytest.mark.parametrize("key", [one.key for one in BOOK.steps])
@pytest.mark.parametrize("state", list(StepState))
def test_nothing_in_a_run_is_without_a_way_out(state: StepState, key: str) -> None:
    run = at(key, state)
    if state in ENDED:
        return
    ways = {*possible(run.steps[key], run)} - {Do.ASSIGN, Do.COMMENT}
    by_worker = state is StepState.RUNNING and run.steps[key].kind not in ("manual", "approval")
    assert ways or by_worker


@pytest.mark.parametrize("status", [RunStatus.FINISHED, RunStatus.CANCELLED])
@pytest.mark.parametrize("do", list(Do))
def test_nothing_changes_a_run_that_is_over(do: Do, status: RunStatus) -> None:
    run = replace(at("manual", StepState.READY), status=status)
    with pytest.raises(Refused) as refused:
        machine.step(BOOK, run, "manual", FULL[do], T0)
    assert refused.value.why == Why.RUN_OVER
    assert machine.raise_level(BOOK, run, 4, T0) == (run, ())
    assert machine.anchor(BOOK, run, "statement_sent", T0, T0) == (run, ())
    with pytest.raises(Refused):
        machine.cancel(run, "again", "Ana", T0)
    with pytest.raises(Refused):
        machine.set_variables(BOOK, run, {"product": "x"}, T0, actor="Ana")


def test_what_needs_nothing_begins_at_once_and_the_rest_waits() -> None:
    book, run = begun(line("aa"), line("bb", needs=["aa"]), line("cc", needs=["aa", "bb"]))
    assert [str(one.state) for one in run.steps.values()] == ["ready", "waiting", "waiting"]
    run, events = machine.step(book, run, "aa", FULL[Do.DONE], T0 + MINUTE)
    assert [event.kind for event in events] == [Kind.DONE, Kind.READY]
    run, _ = machine.step(book, run, "bb", FULL[Do.SKIP], T0 + MINUTE)
    assert run.steps["cc"].state is StepState.READY  # skipped satisfies
    run, events = machine.step(book, run, "cc", FULL[Do.DONE], T0 + HOUR)
    assert (run.status, run.finished_at) == (RunStatus.FINISHED, T0 + HOUR)
    assert events[-1].kind is Kind.RUN_FINISHED


def test_a_condition_decides_and_where_it_cannot_a_person_does() -> None:
    book, run = begun(
        line("yes", when='labels.market == "DE"'),
        line("no", "auto", do="x", when='labels.market == "FR"'),
        line("who-knows", "auto", do="x", when="injured"),
    )
    assert run.steps["yes"].state is StepState.READY
    assert run.steps["no"].state is StepState.SKIPPED
    open_ = run.steps["who-knows"]
    assert (open_.state, open_.undecided, open_.next_at) == (StepState.READY, ["injured"], None)
    decided, _ = machine.step(book, run, "who-knows", FULL[Do.START], T0 + MINUTE)
    assert (decided.steps["who-knows"].next_at, decided.steps["who-knows"].undecided) == (
        T0 + MINUTE,
        (),
    )
    known, _ = machine.set_variables(book, run, {"injured": False}, T0 + HOUR, actor="Ana")
    assert known.steps["who-knows"].state is StepState.SKIPPED


def test_what_a_step_asks_for_decides_later_ones() -> None:
    book, run = begun(line("ask", asks=["injured"]), line("then", when="injured", needs=["ask"]))
    with pytest.raises(Refused) as refused:
        machine.step(book, run, "ask", FULL[Do.DONE], T0)
    assert (refused.value.why, refused.value.data) == (Why.FIELDS_NEEDED, {"fields": ["injured"]})
    for odd in ("perhaps", 3, [True]):
        with pytest.raises(Refused) as refused:
            machine.step(book, run, "ask", Action(Do.DONE, "Ana", result={"injured": odd}), T0)
        assert refused.value.why == Why.WRONG_VALUE
    done = Action(Do.DONE, "Ana", result={"injured": "yes"})
    run, _ = machine.step(book, run, "ask", done, T0)
    assert run.variables == {"injured": True}
    assert run.steps["then"].state is StepState.READY
    assert not run.steps["then"].undecided


def test_a_value_that_is_none_of_its_type_is_not_known() -> None:
    _, run = begun(line("step", when="units > 3"), labels={"units": "many"})
    assert run.steps["step"].undecided == ["units"]
    _, run = begun(line("step", when="units > 3"), labels={"units": "12"})
    assert run.steps["step"].state is StepState.READY
    assert not run.steps["step"].undecided


def test_due_times_hang_on_what_happened() -> None:
    book, run = begun(
        line("aa", due={"after": "PT1H"}),
        line("bb", due={"after": "PT30M", "anchor": "aa"}),
        line("cc", due={"after": "PT2H", "anchor": "statement_sent"}),
        line("dd", due={"after": {2: "PT4H", 3: "PT1H"}, "anchor": "level_change"}),
    )
    assert {key: one.due_at for key, one in run.steps.items()} == {
        "aa": T0 + HOUR,
        "bb": None,
        "cc": None,
        "dd": T0 + 4 * HOUR,
    }
    run, _ = machine.step(book, run, "aa", FULL[Do.DONE], T0 + MINUTE)
    assert run.steps["bb"].due_at == T0 + 31 * MINUTE
    run, _ = machine.anchor(book, run, "statement_sent", T0 + HOUR, T0 + HOUR)
    assert run.steps["cc"].due_at == T0 + 3 * HOUR
    again, events = machine.anchor(book, run, "statement_sent", T0 + 9 * HOUR, T0 + 9 * HOUR)
    assert (again, events) == (run, ())
    run, _ = machine.raise_level(book, run, 3, T0 + 2 * HOUR)
    assert run.steps["dd"].due_at == T0 + 3 * HOUR


def test_a_higher_level_adds_and_never_restarts() -> None:
    book, run = begun(line("aa"), line("bb", level=3), line("cc", level=4), level=2)
    assert set(run.steps) == {"aa"}
    run, _ = machine.step(book, run, "aa", FULL[Do.START], T0)
    before = run.steps["aa"]
    run, events = machine.raise_level(book, run, 3, T0 + HOUR)
    assert run.steps["aa"] == before
    assert [*run.steps] == ["aa", "bb"]
    assert events[0].data == {"from": 2, "level": 3, "steps": ["bb"]}
    assert run.anchors["level_change"] == T0 + HOUR
    same, events = machine.raise_level(book, run, 2, T0 + 2 * HOUR)
    assert (same, events) == (run, ())


def test_a_step_of_a_higher_level_is_not_waited_for() -> None:
    _, run = begun(line("high", level=4), line("low", needs=["high"]), level=2)
    assert run.steps["low"].state is StepState.READY


def test_a_wait_ends_by_its_time() -> None:
    book, run = begun(line("ww", "wait", **{"for": "PT2H"}))
    assert run.steps["ww"].next_at == T0 + 2 * HOUR
    with pytest.raises(Refused) as refused:
        machine.step(book, run, "ww", Action(Do.CLAIM), T0 + HOUR)
    assert refused.value.why == Why.NOT_YET


def test_what_is_rejected_goes_back_to_whoever_made_it() -> None:
    book, run = begun(
        line("write"), line("sign", "approval", of="write", roles=["legal"], needs=["write"])
    )
    run, _ = machine.step(book, run, "write", FULL[Do.DONE], T0)
    rejected = Action(Do.REJECT, "Liu", role="legal", note="Wrong lot")
    run, events = machine.step(book, run, "sign", rejected, T0 + MINUTE)
    assert (run.steps["write"].state, run.steps["write"].note) == (StepState.READY, "Wrong lot")
    assert (run.steps["sign"].state, run.steps["sign"].note) == (StepState.WAITING, "Wrong lot")
    assert [event.kind for event in events] == [Kind.SENT_BACK]
    run, _ = machine.step(book, run, "write", FULL[Do.DONE], T0 + HOUR)
    assert run.steps["sign"].state is StepState.READY


def test_what_must_not_be_done_twice_is_unknown_after_a_crash_until_a_person_says() -> None:
    run = at("once", StepState.READY)
    run, events = machine.step(BOOK, run, "once", Action(Do.CLAIM), T0)
    assert [event.kind for event in events] == [Kind.STARTED]
    run, _ = machine.step(BOOK, run, "once", Action(Do.LOSE), T0 + MINUTE)
    assert run.steps["once"].state is StepState.UNKNOWN
    for do in (Do.START, Do.DONE, Do.SKIP, Do.RETRY, Do.CLAIM):
        with pytest.raises(Refused) as refused:
            machine.step(BOOK, run, "once", FULL[do], T0 + HOUR)
        assert refused.value.why == Why.ANSWER_FIRST
    with pytest.raises(Refused) as refused:
        machine.step(BOOK, run, "once", Action(Do.ANSWER, "Ana", happened=True), T0 + HOUR)
    assert refused.value.why == Why.PROOF_NEEDED
    yes, _ = machine.step(BOOK, run, "once", FULL[Do.ANSWER], T0 + HOUR)
    assert yes.steps["once"].state is StepState.DONE
    no = Action(Do.ANSWER, "Ana", happened=False, note="Nothing arrived")
    again, _ = machine.step(BOOK, run, "once", no, T0 + HOUR)
    assert (again.steps["once"].state, again.steps["once"].next_at) == (StepState.READY, T0 + HOUR)


def test_a_failure_of_what_must_not_be_done_twice_is_not_tried_again_by_itself() -> None:
    assert at_most_once(BOOK.by_key["once"])
    run, _ = machine.step(BOOK, at("once", StepState.RUNNING), "once", FULL[Do.FAIL], T0)
    assert (run.steps["once"].state, run.steps["once"].next_at) == (StepState.FAILED, None)


def test_attempts_end() -> None:
    run = at("auto", StepState.READY)
    now = T0
    for _ in range(20):
        if run.steps["auto"].state is not StepState.READY:
            break
        now += HOUR
        run, _ = machine.step(BOOK, run, "auto", Action(Do.CLAIM), now)
        run, _ = machine.step(BOOK, run, "auto", Action(Do.FAIL, note="no", at=now), now)
    assert (run.steps["auto"].state, run.steps["auto"].attempts) == (StepState.BLOCKED, 6)
    run, _ = machine.step(BOOK, run, "auto", FULL[Do.RETRY], now)
    assert (run.steps["auto"].state, run.steps["auto"].attempts) == (StepState.READY, 0)


@pytest.mark.parametrize(("timer", "state"), [("skip", "skipped"), ("fail", "failed")])
def test_a_deadline_ends_what_a_person_has_in_hand(timer: str, state: str) -> None:
    action = Action(Do.TIME_OUT, timer=timer)
    run, _ = machine.step(BOOK, at("manual", StepState.RUNNING), "manual", action, T0 + HOUR)
    assert run.steps["manual"].state == state
    with pytest.raises(Refused) as refused:
        machine.step(BOOK, at("auto", StepState.RUNNING), "auto", action, T0 + HOUR)
    assert refused.value.why == Why.WORKER_AT_IT


def test_a_deadline_passes_once() -> None:
    action = Action(Do.TIME_OUT, timer="fail")
    run, _ = machine.step(BOOK, at("manual", StepState.READY), "manual", action, T0 + HOUR)
    run, _ = machine.step(BOOK, run, "manual", FULL[Do.RETRY], T0 + 2 * HOUR)
    same, events = machine.step(BOOK, run, "manual", action, T0 + 3 * HOUR)
    assert (same, events) == (run, ())


def test_a_continued_run_keeps_what_was_done_and_asks_what_may_have_been() -> None:
    run = at("once", StepState.RUNNING)
    run, _ = machine.step(BOOK, run, "manual", FULL[Do.DONE], T0)
    run, events = machine.cancel(run, "Wrong playbook", "Lea", T0 + HOUR)
    assert run.status is RunStatus.CANCELLED
    assert {str(one.state) for one in run.steps.values()} == {"done", "cancelled"}
    assert events[0].data["reason"] == "Wrong playbook"
    carried = machine.carried(BOOK, run, (), 2)
    assert carried["manual"] == run.steps["manual"]
    assert carried["once"].state is StepState.UNKNOWN
    assert carried["auto"].state is StepState.WAITING
    assert machine.carried(BOOK, run, ("manual",), 2)["manual"].state is StepState.WAITING
