"""The crisis machine: total, the system proposes, a person declares; up fast, down slowly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from alerts.crisis.machine import TABLE, step
from alerts.crisis.model import (
    Action,
    Circumstances,
    Crisis,
    Do,
    Kind,
    Link,
    Refused,
    Status,
    Trigger,
    Why,
)

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
PERIODS = {1: 24 * HOUR, 2: 8 * HOUR, 3: 4 * HOUR, 4: 2 * HOUR}
GIVEN = Circumstances(
    triggers=(
        Trigger("two-markets", 3, holds=False, clear_since=NOW - 9 * HOUR),
        Trigger("injury", 4, holds=False),
    ),
    checked_at=NOW,
    update_every=PERIODS,
    roles=frozenset({"crisis_lead", "legal"}),
    flags=frozenset({"injury_confirmed"}),
)
LEVEL_3 = Crisis(
    Status.DECLARED,
    level=3,
    declared_at=NOW - 24 * HOUR,
    declared_by="Ana",
    level_at=NOW - 24 * HOUR,
)
PERFECT = {
    Do.DECLARE: {"level": 2},
    Do.RAISE: {"level": 4},
    Do.LOWER: {"level": 2},
    Do.ASSIGN_ROLE: {"role": "legal", "person": "Lena"},
    Do.FLAG: {"flag": "injury_confirmed"},
    Do.UNFLAG: {"flag": "injury_confirmed"},
    Do.START_PLAYBOOK: {"playbooks": ("faulty-lot",)},
    Do.LINK: {"links": (Link("case", "", "1"),)},
    Do.UNLINK: {"links": (Link("case", "", "1"),)},
    Do.PROPOSE: {"level": 4},
    Do.CRITERIA: {"held": ("injury",)},
}
WORKERS = {Do.PROPOSE, Do.LAPSE, Do.CRITERIA}


def standing(status: Status) -> Crisis:
    """A crisis of level 3 in a status."""
    if status in (Status.PROPOSED, Status.DISMISSED):
        return Crisis(status, proposed_level=3, proposed_at=NOW, closed_at=NOW)
    return replace(LEVEL_3, status=status, contained_at=NOW, closed_at=NOW)


def action(do: Do) -> Action:
    """An action with all that it may need, by whom it is for."""
    return Action(do, "worker" if do in WORKERS else "Ana", note="because", **PERFECT.get(do, {}))  # type: ignore[arg-type]


def test_every_status_and_action_has_one_entry() -> None:
    assert set(TABLE) == set(product(Status, Do))


@pytest.mark.parametrize(("status", "do"), sorted(product(Status, Do)))
def test_every_entry_moves_or_refuses_with_a_reason(status: Status, do: Do) -> None:
    before = standing(status)
    try:
        after, events = step(before, action(do), GIVEN, NOW)
    except Refused as refused:
        assert refused.why in Why  # noqa: PT017 - either is right, and both are looked at
        return
    assert vars(after).keys() == vars(before).keys()
    assert after == before or events
    for event in events:
        assert event.at == NOW
        assert event.actor == ("worker" if do in WORKERS else "Ana")


ALLOWED = {
    Status.PROPOSED: "declare dismiss assign_role flag link unlink comment propose lapse criteria",
    Status.DECLARED: "raise lower contain close start_playbook assign_role flag link unlink comment"
    " propose lapse criteria",
    Status.CONTAINED: "raise lower uncontain close start_playbook assign_role flag link unlink"
    " comment propose lapse criteria",
    Status.CLOSED: "reopen comment propose lapse criteria",
    Status.DISMISSED: "reopen comment propose lapse criteria",
}


@pytest.mark.parametrize("status", Status)
def test_what_can_be_done_where(status: Status) -> None:
    done = set()
    for do in Do:
        try:
            step(standing(status), action(do), GIVEN, NOW)
            done.add(str(do))
        except Refused:
            pass
    assert done == set(ALLOWED[status].split())


@pytest.mark.parametrize("do", sorted(set(Do) - WORKERS - {Do.LINK}))
def test_the_worker_decides_nothing(do: Do) -> None:
    for status in Status:
        with pytest.raises(Refused):
            step(standing(status), replace(action(do), actor="worker"), GIVEN, NOW)


@pytest.mark.parametrize("do", sorted(WORKERS))
def test_people_do_not_do_the_workers_part(do: Do) -> None:
    for status in (Status.PROPOSED, Status.DECLARED, Status.CONTAINED):
        try:
            after, events = step(standing(status), replace(action(do), actor="Ana"), GIVEN, NOW)
        except Refused as refused:
            assert refused.why is Why.ONLY_THE_WORKER  # noqa: PT017
        else:
            assert (after, events) == (standing(status), ())


def refusal(crisis: Crisis, what: Action, given: Circumstances = GIVEN) -> Refused:
    with pytest.raises(Refused) as refused:
        step(crisis, what, given, NOW)
    return refused.value


def holding(*triggers: Trigger) -> Circumstances:
    return replace(GIVEN, triggers=triggers)


def test_down_waits_for_two_update_periods_of_the_level_it_leaves() -> None:
    lower = Action(Do.LOWER, "Ana", level=2, note="quiet")
    early = holding(Trigger("two-markets", 3, holds=False, clear_since=NOW - 7 * HOUR))
    refused = refusal(LEVEL_3, lower, early)
    assert (refused.why, refused.at) == (Why.NOT_CLEAR_LONG_ENOUGH, NOW + HOUR)
    after, (event,) = step(LEVEL_3, lower, early, NOW + HOUR)
    assert (after.level, event.kind) == (2, Kind.LEVEL_LOWERED)
    assert event.data["before"] == 3
    assert event.data["note"] == "quiet"


def test_down_is_refused_while_any_trigger_above_the_target_holds() -> None:
    lower = Action(Do.LOWER, "Ana", level=1, note="quiet")
    refused = refusal(LEVEL_3, lower, holding(Trigger("surge", 2, holds=True)))
    assert (refused.why, refused.what) == (Why.STILL_HOLDS, "surge")
    # What asks for the level it goes down to does not stand against it.
    step(LEVEL_3, replace(lower, level=2), holding(Trigger("surge", 2, holds=True)), NOW)


def test_a_level_that_was_just_set_is_not_lowered_at_once() -> None:
    fresh = replace(LEVEL_3, level_at=NOW - HOUR)
    refused = refusal(fresh, Action(Do.LOWER, "Ana", level=2, note="x"), holding())
    assert (refused.why, refused.at) == (Why.NOT_CLEAR_LONG_ENOUGH, NOW + 7 * HOUR)


def test_what_nobody_looked_at_is_not_lowered() -> None:
    stale = replace(GIVEN, checked_at=NOW - 5 * HOUR)
    refused = refusal(LEVEL_3, Action(Do.LOWER, "Ana", level=2, note="x"), stale)
    assert (refused.why, refused.at) == (Why.NOT_CHECKED, NOW - 5 * HOUR)


@pytest.mark.parametrize("do", [Do.LOWER, Do.CLOSE, Do.CONTAIN])
def test_going_down_needs_a_reason(do: Do) -> None:
    assert refusal(LEVEL_3, replace(action(do), note=" ")).why is Why.REASON_NEEDED


def test_up_needs_one_trigger_or_a_reason() -> None:
    up = Action(Do.RAISE, "Ana", level=4)
    assert refusal(LEVEL_3, up).why is Why.REASON_NEEDED
    after, (event,) = step(LEVEL_3, up, holding(Trigger("injury", 4, holds=True)), NOW)
    assert (after.level, event.data["criteria"]) == (4, ["injury"])
    assert after.clear_since is None
    after, _ = step(LEVEL_3, replace(up, note="I was told so"), GIVEN, NOW)
    assert after.level == 4


def test_what_gets_worse_is_not_contained() -> None:
    contained = standing(Status.CONTAINED)
    after, _ = step(contained, Action(Do.RAISE, "Ana", level=4, note="x"), GIVEN, NOW)
    assert (after.status, after.contained_at) == (Status.DECLARED, None)


def test_declaring_below_what_the_figures_ask_for_needs_a_reason() -> None:
    proposed = standing(Status.PROPOSED)
    given = holding(Trigger("two-markets", 3, holds=True))
    below = Action(Do.DECLARE, "Ana", level=2)
    assert refusal(proposed, below, given).why is Why.REASON_NEEDED
    after, _ = step(proposed, replace(below, note="only one market is ours"), given, NOW)
    assert (after.level, after.proposed_level) == (2, 3)
    after, _ = step(proposed, Action(Do.DECLARE, "Ana"), given, NOW)
    assert (after.level, after.proposed_level, after.declared_by) == (3, None, "Ana")


@pytest.mark.parametrize(
    ("before", "may_lead", "after"),
    [(None, True, "Ana"), (None, False, None), ("Sam", True, "Sam"), ("Sam", False, "Sam")],
)
def test_who_declares_it_leads_it_if_they_may_and_nobody_does(
    before: str | None, may_lead: bool, after: str | None
) -> None:
    held = {"crisis_lead": before} if before else {}
    proposed = replace(standing(Status.PROPOSED), lead=before, roles=held)
    declared, (told,) = step(proposed, action(Do.DECLARE), replace(GIVEN, may_lead=may_lead), NOW)
    assert declared.lead == after
    assert dict(declared.roles) == ({"crisis_lead": after} if after else {})
    assert told.data.get("lead") == (None if before or not may_lead else "Ana")


def test_a_proposal_only_goes_up_and_that_of_a_declared_crisis_comes_and_goes() -> None:
    proposed = standing(Status.PROPOSED)
    assert step(proposed, Action(Do.PROPOSE, level=2), GIVEN, NOW) == (proposed, ())
    after, (event,) = step(proposed, Action(Do.PROPOSE, level=4), GIVEN, NOW)
    assert (after.proposed_level, event.kind) == (4, Kind.LEVEL_PROPOSED)
    higher, _ = step(LEVEL_3, Action(Do.PROPOSE, level=4), GIVEN, NOW)
    assert (higher.level, higher.proposed_level) == (3, 4)
    assert step(higher, Action(Do.PROPOSE, level=4), GIVEN, NOW) == (higher, ())
    cleared, (event,) = step(higher, Action(Do.PROPOSE, level=2), GIVEN, NOW)
    assert (cleared.proposed_level, event.kind) == (None, Kind.LEVEL_PROPOSAL_CLEARED)


def test_closing_waits_for_playbooks_or_cancels_them_by_name() -> None:
    given = replace(GIVEN, unfinished=("faulty-lot",))
    close = Action(Do.CLOSE, "Ana", note="over")
    refused = refusal(LEVEL_3, close, given)
    assert (refused.why, refused.what) == (Why.RUNS_UNFINISHED, "faulty-lot")
    after, (event,) = step(LEVEL_3, replace(close, despite_runs=True), given, NOW)
    assert (after.status, after.close_reason) == (Status.CLOSED, "over")
    assert event.data["cancelled_runs"] == ["faulty-lot"]


def test_roles_and_flags_are_known_ones_and_change() -> None:
    give = Action(Do.ASSIGN_ROLE, "Ana", role="crisis_lead", person="Sam")
    after, _ = step(LEVEL_3, give, GIVEN, NOW)
    assert (after.lead, dict(after.roles)) == ("Sam", {"crisis_lead": "Sam"})
    assert refusal(after, give).why is Why.SAME
    assert refusal(LEVEL_3, replace(give, role="king")).what == "crisis_lead, legal"
    taken, _ = step(after, replace(give, person=""), GIVEN, NOW)
    assert (taken.lead, dict(taken.roles)) == (None, {})
    flagged, _ = step(LEVEL_3, action(Do.FLAG), GIVEN, NOW)
    assert flagged.flags["injury_confirmed"]["by"] == "Ana"
    assert refusal(flagged, action(Do.FLAG)).by == "Ana"
    assert refusal(LEVEL_3, Action(Do.FLAG, "Ana", flag="ghosts")).why is Why.FLAG_UNKNOWN
    assert refusal(flagged, replace(action(Do.UNFLAG), note="")).why is Why.REASON_NEEDED
    assert step(flagged, action(Do.UNFLAG), GIVEN, NOW)[0].flags == {}
