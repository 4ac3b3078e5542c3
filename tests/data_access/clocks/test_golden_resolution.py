"""Ways to a solution worked out by hand, in calendar time.

`T(h)` is h hours after the case was created, on Monday 2 March 2026 at 08:00 UTC.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.data_access.clocks.stories import DAY, HOUR, Story, case, happened, policy
from tests.data_access.tables import at

CREATED = at("2026-03-02 08:00")
LATER = 15 * 24


def T(hours: float) -> datetime:  # noqa: N802 - reads as an instant in the stories
    return CREATED + timedelta(hours=hours)


def to(status: str, **more: Any) -> dict[str, Any]:
    return {"to": status, **more}


def story(*told: tuple[Any, ...], policies: Any = (), **own: Any) -> Story:
    return Story(case(CREATED, **own), happened(*told), policies=list(policies))


def test_solved_in_time() -> None:
    # T(0) to T(30): 108000 s of 48 h = 172800.
    found = story((T(0), "created"), (T(30), "solved", {"actor_role": "agent"}))
    run = found.clock("resolution")
    assert (run["elapsed_s"], run["target_s"], run["due_at"]) == (108_000, 172_800, T(48))
    assert (run["stopped_at"], run["stopped_by"]) == (T(30), "agent")


def test_reopened_after_15_days() -> None:
    # Solved T(10), reopened T(10) + 15 d, solved 2 h later.
    # First resolution: 10 h = 36000 s. Full: 10 h + 2 h = 43200 s open, by the wall 15 d 12 h.
    found = story(
        (T(0), "created"), (T(10), "solved"), (T(10 + LATER), "reopened"),
        (T(12 + LATER), "solved"),
    )  # fmt: skip
    assert found.clock("resolution")["elapsed_s"] == 36_000
    full = found.clock("full_resolution")
    assert full["elapsed_s"] == 43_200
    assert full["calendar_s"] == 15 * DAY + 12 * HOUR
    assert full["paused_s"] == 15 * DAY
    assert full["stopped_at"] == T(12 + LATER)
    assert full["target_s"] is None


def test_open_again_the_full_clock_runs_again() -> None:
    found = story((T(0), "created"), (T(10), "solved"), (T(20), "reopened"))
    assert found.clock("resolution")["stopped_at"] == T(10)
    assert found.clock("full_resolution")["stopped_at"] is None
    before = found.clock("full_resolution", as_of=T(15))
    assert (before["stopped_at"], before["elapsed_s"]) == (T(10), 36_000)


def test_closed_without_a_solution_ends_it() -> None:
    found = story((T(0), "created"), (T(8), "closed"))
    assert found.clock("resolution")["stopped_at"] == T(8)


def test_closing_a_solved_case_changes_nothing() -> None:
    found = story((T(0), "created"), (T(8), "solved"), (T(80), "closed"))
    assert found.clock("full_resolution")["stopped_at"] == T(8)


def test_merging_withdraws_it() -> None:
    # At T(5) it became part of another case, which closed it in the same instant: 18000 s.
    found = story((T(0), "customer_msg"), (T(5), "closed"), (T(5), "merged"))
    for clock in ("resolution", "full_resolution", "first_response"):
        run = found.clock(clock)
        assert (run["stopped_at"], run["withdrawn_at"]) == (None, T(5))
        assert (run["withdrawn_by"], run["elapsed_s"]) == ("merged", 18_000)


def test_time_in_each_status() -> None:
    # new T(0)-T(2), open -T(5), pending -T(9), on hold -T(14), open -T(20), solved T(20).
    # Waits on us: 2 + 3 + 5 + 6 = 16 h = 57600 s. With an agent: 2 + 3 + 6 = 11 h = 39600 s.
    # On hold: 5 h = 18000 s. Pending 4 h is none of them.
    found = story(
        (T(0), "created", to("new")), (T(2), "status", to("open")), (T(5), "status", to("pending")),
        (T(9), "status", to("on_hold")), (T(14), "status", to("open")), (T(20), "solved"),
    )  # fmt: skip
    assert found.clock("requester_wait")["elapsed_s"] == 57_600
    assert found.clock("agent_work")["elapsed_s"] == 39_600
    assert found.clock("on_hold")["elapsed_s"] == 18_000
    assert found.clock("full_resolution")["elapsed_s"] == 72_000


def test_time_after_a_reopening_counts_for_the_statuses_too() -> None:
    # new -T(4), solved -T(10), open -T(13): 4 + 3 = 7 h = 25200 s.
    found = story((T(0), "created"), (T(4), "solved"), (T(10), "reopened"), (T(13), "solved"))
    assert found.clock("agent_work")["elapsed_s"] == 25_200


def test_the_first_status_is_the_one_the_first_change_came_from() -> None:
    # On hold from the start until T(3): 10800 s.
    found = story((T(3), "status", {"from": "on_hold", "to": "open"}), (T(5), "solved"))
    assert found.clock("on_hold")["elapsed_s"] == 10_800


@pytest.mark.parametrize(("word", "clock"), [("Awaiting Vendor", "on_hold"), ("Hold", "on_hold")])
def test_words_of_other_tools_are_understood(word: str, clock: str) -> None:
    found = story((T(0), "status", to(word)), (T(3), "status", to("Active")), (T(5), "solved"))
    assert found.clock(clock)["elapsed_s"] == 10_800


def test_escalated_cases_have_48_hours() -> None:
    # Escalated T(10), proposed T(60): 50 h = 180000 s, due T(58), missed.
    found = story((T(0), "created"), (T(10), "escalated"), (T(60), "solution_proposed"))
    run = found.clock("solution")
    assert (run["elapsed_s"], run["due_at"], run["stopped_at"]) == (180_000, T(58), T(60))


def test_solving_is_a_solution_too_and_the_oldest_escalation_counts() -> None:
    # T(10) and T(20) escalated, solved T(30): one clock of 20 h = 72000 s.
    found = story((T(10), "escalated"), (T(20), "escalated"), (T(30), "solved"))
    assert found.runs("solution") == 1
    assert found.clock("solution")["elapsed_s"] == 72_000


def test_escalated_again_after_a_proposal_is_a_second_clock() -> None:
    # T(10)-T(12) and T(20)-T(23): 7200 and 10800 s.
    found = story(
        (T(10), "escalated"), (T(12), "solution_proposed"), (T(20), "escalated"),
        (T(23), "solved"),
    )  # fmt: skip
    assert found.clock("solution", 1)["elapsed_s"] == 7200
    assert found.clock("solution", 2)["elapsed_s"] == 10_800


def test_a_pause_counts_as_waiting_only_while_a_message_is_open() -> None:
    # Pending T(2)-T(12); the customer wrote at T(7), answered at T(13): of 10 h paused, 5 h while
    # a message waited. Counted: 2 + 3 = 5 h = 18000 s until solved at T(15).
    # 8 hours promised: 2 by T(2), 6 more from T(12): due T(18).
    run = story(
        (T(0), "customer_msg"), (T(1), "agent_msg"), (T(2), "status", to("pending")),
        (T(7), "customer_msg"), (T(12), "status", to("open")), (T(13), "agent_msg"),
        (T(15), "solved"),
        policies=[policy("p", "resolution", 8 * HOUR, pause_states="pending")],
    ).clock("resolution")  # fmt: skip
    assert (run["elapsed_s"], run["paused_s"], run["paused_waiting_s"]) == (18_000, 36_000, 18_000)
    assert run["due_at"] == T(18)
    assert run["paused_waiting_at"] == T(7)


def test_pausing_after_the_deadline_saves_nothing() -> None:
    # 4 hours promised, due T(4); pending from T(5) to T(50) comes too late.
    run = story(
        (T(0), "created"), (T(5), "status", to("pending")), (T(50), "solved"),
        policies=[policy("p", "resolution", 4 * HOUR, pause_states="pending")],
    ).clock("resolution")  # fmt: skip
    assert (run["due_at"], run["elapsed_s"]) == (T(4), 5 * HOUR)


def test_solved_while_paused_keeps_the_deadline_it_would_have_had() -> None:
    # 2 of 8 hours by T(2), then pending until solved at T(30): due 6 hours after that, T(36).
    run = story(
        (T(0), "created"), (T(2), "status", to("pending")), (T(30), "solved"),
        policies=[policy("p", "resolution", 8 * HOUR, pause_states="pending")],
    ).clock("resolution")  # fmt: skip
    assert (run["elapsed_s"], run["due_at"]) == (7200, T(36))


def test_solved_as_it_was_created() -> None:
    run = story((T(0), "created"), (T(0), "solved")).clock("resolution")
    assert (run["elapsed_s"], run["calendar_s"], run["due_at"]) == (0, 0, T(48))
