"""Questions and answers worked out by hand, in calendar time.

`T(h)` is h hours after the case was created, on Monday 2 March 2026 at 08:00 UTC.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from data_access.clocks import measure
from tests.data_access.clocks.stories import (
    DAY,
    HOUR,
    Story,
    case,
    happened,
    own_rows,
    policy,
    said,
)
from tests.data_access.tables import at, table

CREATED = at("2026-03-02 08:00")
PUBLIC, HIDDEN = {"public": True}, {"public": False}
BOT, AGENT = {"actor_role": "bot"}, {"actor_role": "agent"}


def T(hours: float) -> datetime:  # noqa: N802 - reads as an instant in the stories
    return CREATED + timedelta(hours=hours)


def story(*told: tuple[Any, ...], messages: Any = (), policies: Any = (), **own: Any) -> Story:
    return Story(
        case(CREATED, **own), happened(*told), messages=list(messages), policies=list(policies)
    )


def test_the_first_answer_in_time() -> None:
    # Asked at T(0), answered at T(3): 3 * 3600 = 10800 s of 4 * 3600 = 14400.
    found = story((T(0), "customer_msg"), (T(3), "agent_msg")).clock("first_response")
    assert (found["started_at"], found["stopped_at"]) == (T(0), T(3))
    assert (found["elapsed_s"], found["target_s"]) == (10_800, 14_400)
    assert found["due_at"] == T(4)
    assert found["stopped_by"] == "agent"
    assert found["withdrawn_at"] is None


def test_the_clock_starts_at_the_first_customer_message_after_creation() -> None:
    # A form at T(0), the first message at T(1), the answer at T(3): 2 * 3600 = 7200 s.
    found = story((T(0), "created"), (T(1), "customer_msg"), (T(3), "agent_msg"))
    assert found.clock("first_response")["elapsed_s"] == 7200


def test_where_no_customer_message_is_recorded_creation_starts_the_clock() -> None:
    # T(0) to T(3): 10800 s.
    found = story((T(0), "created"), (T(3), "agent_msg")).clock("first_response")
    assert (found["started_at"], found["elapsed_s"]) == (T(0), 10_800)


def test_an_agent_started_case_waits_from_the_customers_first_message() -> None:
    # We wrote at T(0), they at T(5), we again at T(6): 3600 s, not 0 and not 6 hours.
    found = story(
        (T(0), "created", AGENT), (T(0), "agent_msg"), (T(5), "customer_msg"), (T(6), "agent_msg")
    ).clock("first_response")
    assert (found["started_at"], found["stopped_at"]) == (T(5), T(6))
    assert found["elapsed_s"] == 3600


def test_an_agent_started_case_that_nobody_answered_has_no_response_clock() -> None:
    found = story((T(0), "created", AGENT), (T(0), "agent_msg"))
    assert found.runs("first_response") == 0
    assert found.runs("resolution") == 1


def test_a_bot_first_is_no_response() -> None:
    # The bot at 8 seconds, a person at T(2): 7200 s.
    found = story(
        (T(0), "customer_msg"), (T(8 / HOUR), "bot_msg", BOT), (T(1), "agent_msg", BOT),
        (T(2), "agent_msg", AGENT),
    )  # fmt: skip
    assert found.clock("first_response")["elapsed_s"] == 7200


def test_a_note_is_no_response() -> None:
    # A note at T(1), an answer at T(2.5): 9000 s.
    found = story((T(0), "customer_msg"), (T(1), "note"), (T(2.5), "agent_msg"))
    assert found.clock("first_response")["elapsed_s"] == 9000


def test_only_a_note_leaves_the_clock_running() -> None:
    found = story((T(0), "customer_msg"), (T(1), "note")).clock("first_response")
    assert (found["stopped_at"], found["elapsed_s"]) == (None, None)
    assert found["due_at"] == T(4)


def test_a_private_reply_is_no_response() -> None:
    # Hidden at T(1), public at T(2): 7200 s; told by messages alone.
    messages = said((T(0), "in"), (T(1), "out", HIDDEN), (T(2), "out", PUBLIC))
    assert story(messages=messages).clock("first_response")["elapsed_s"] == 7200


def test_a_message_says_that_the_event_was_private() -> None:
    # The event does not know whether the customer could see it, its message does: answered at T(2).
    found = story(
        (T(0), "customer_msg"),
        (T(1), "agent_msg"),
        (T(2), "agent_msg"),
        messages=said((T(1), "out", HIDDEN), (T(2), "out", PUBLIC)),
    )
    assert found.clock("first_response")["elapsed_s"] == 7200


def test_events_and_messages_that_tell_the_same_are_one() -> None:
    # Two questions, two answers, told twice: 1 first response, 1 next response.
    found = story(
        (T(0), "customer_msg"), (T(1), "agent_msg"), (T(2), "customer_msg"), (T(4), "agent_msg"),
        messages=said((T(0), "in"), (T(1), "out"), (T(2), "in"), (T(4), "out")),
    )  # fmt: skip
    assert found.runs("next_response") == 1
    assert found.clock("next_response")["elapsed_s"] == 7200
    assert found.checks() == []


def test_two_customer_messages_in_a_row_are_one_turn_from_the_older() -> None:
    # T(1) answered; T(3) and T(5) unanswered until T(6): one turn of 3 h = 10800 s.
    found = story(
        (T(0), "customer_msg"), (T(1), "agent_msg"), (T(3), "customer_msg"),
        (T(5), "customer_msg"), (T(6), "agent_msg"),
    )  # fmt: skip
    assert found.runs("next_response") == 1
    assert found.clock("next_response")["elapsed_s"] == 10_800


def test_two_answers_in_a_row_are_one_answer() -> None:
    # T(0) to T(1) = 3600 s; the second answer at T(2) stops nothing.
    found = story((T(0), "customer_msg"), (T(1), "agent_msg"), (T(2), "agent_msg"))
    assert found.clock("first_response")["elapsed_s"] == 3600
    assert found.runs("next_response") == 0


def test_every_later_turn_has_its_own_clock() -> None:
    # Turns 2 and 3: T(2)-T(5) = 10800 s, T(30)-T(56) = 93600 s, promised 24 h = 86400.
    found = story(
        (T(0), "customer_msg"), (T(1), "agent_msg"), (T(2), "customer_msg"), (T(5), "agent_msg"),
        (T(30), "customer_msg"), (T(56), "agent_msg"),
    )  # fmt: skip
    first, second = found.clock("next_response", 1), found.clock("next_response", 2)
    assert (first["elapsed_s"], second["elapsed_s"]) == (10_800, 93_600)
    assert first["stopped_at"] <= first["due_at"]
    assert second["due_at"] == T(54) < second["stopped_at"]


def test_a_reply_before_the_customer_wrote_answers_nothing() -> None:
    # Ours at T(1), theirs at T(2), ours at T(2.5): 1800 s.
    found = story((T(1), "agent_msg"), (T(2), "customer_msg"), (T(2.5), "agent_msg"))
    assert found.clock("first_response")["elapsed_s"] == 1800


def test_a_question_and_its_answer_in_the_same_instant_took_no_time() -> None:
    found = story((T(1), "agent_msg"), (T(1), "customer_msg")).clock("first_response")
    assert (found["started_at"], found["stopped_at"], found["elapsed_s"]) == (T(1), T(1), 0)
    assert (found["target_s"], found["due_at"]) == (14_400, T(5))


@pytest.mark.parametrize("kind", ["solved", "closed", "merged", "no_reply_needed"])
def test_what_makes_an_answer_unnecessary_withdraws_the_clock(kind: str) -> None:
    # Before the deadline T(4): 3 h = 10800 s passed, nothing was fulfilled or missed.
    found = story((T(0), "customer_msg"), (T(3), kind)).clock("first_response")
    assert (found["stopped_at"], found["withdrawn_at"]) == (None, T(3))
    assert found["withdrawn_by"] == kind
    assert (found["elapsed_s"], found["due_at"]) == (10_800, T(4))


def test_solved_without_a_reply_after_the_deadline_was_missed() -> None:
    # Withdrawn at T(6), due at T(4).
    found = story((T(0), "customer_msg"), (T(6), "solved")).clock("first_response")
    assert found["due_at"] == T(4) < found["withdrawn_at"]


def test_a_status_can_tell_that_it_was_solved() -> None:
    found = story((T(0), "customer_msg"), (T(3), "status", {"to": "Solved"}))
    assert found.clock("first_response")["withdrawn_by"] == "solved"


def test_answered_and_solved_in_one_go_is_answered() -> None:
    found = story((T(0), "customer_msg"), (T(2), "solved"), (T(2), "agent_msg"))
    assert found.clock("first_response")["stopped_at"] == T(2)


def test_solving_ends_a_later_turn_too() -> None:
    # T(2) to T(3), withdrawn; the reopening message T(9) starts a new turn, answered T(10).
    found = story(
        (T(0), "customer_msg"), (T(1), "agent_msg"), (T(2), "customer_msg"), (T(3), "solved"),
        (T(9), "customer_msg"), (T(9), "reopened"), (T(10), "agent_msg"), (T(11), "solved"),
    )  # fmt: skip
    assert found.clock("next_response", 1)["withdrawn_by"] == "solved"
    assert found.clock("next_response", 2)["elapsed_s"] == 3600


def test_solving_a_solved_case_again_ends_a_thank_you() -> None:
    # Nobody told of a reopening: T(5) to T(6), withdrawn.
    run = story(
        (T(0), "customer_msg"), (T(1), "agent_msg"), (T(2), "solved"), (T(5), "customer_msg"),
        (T(6), "solved"),
    ).clock("next_response")  # fmt: skip
    assert (run["withdrawn_by"], run["elapsed_s"]) == ("solved", 3600)


def test_no_reply_needed_ends_a_thank_you() -> None:
    # T(5) to T(5.5): 1800 s, withdrawn.
    found = story(
        (T(0), "customer_msg"), (T(1), "agent_msg"), (T(5), "customer_msg"),
        (T(5.5), "no_reply_needed"), (T(40), "solved"),
    ).clock("next_response")  # fmt: skip
    assert (found["withdrawn_by"], found["elapsed_s"]) == ("no_reply_needed", 1800)


VIP = {"channel": "chat", "vip_tier": "diamond"}


def test_a_vip_on_chat_is_answered_in_15_seconds() -> None:
    # 14 s met, 16 s missed; both turns count.
    found = story(
        (T(0), "customer_msg"), (T(14 / HOUR), "agent_msg"),
        (T(1), "customer_msg"), (T(1 + 16 / HOUR), "agent_msg"), **VIP,
    )  # fmt: skip
    first, second = found.clock("vip_response", 1), found.clock("vip_response", 2)
    assert (first["elapsed_s"], second["elapsed_s"], first["target_s"]) == (14, 16, 15)
    assert first["stopped_at"] <= first["due_at"]
    assert second["stopped_at"] > second["due_at"]


@pytest.mark.parametrize(
    "own", [{**VIP, "channel": "email"}, {**VIP, "vip_tier": "none"}, {**VIP, "vip_tier": None}]
)
def test_mail_and_customers_without_a_tier_have_no_vip_clock(own: dict[str, Any]) -> None:
    assert story((T(0), "customer_msg"), **own).runs("vip_response") == 0


def test_a_tier_is_read_at_the_message() -> None:
    # Diamond from T(1) until T(3): of the turns T(0), T(2) and T(4) only the second counts.
    found = story(
        (T(0), "customer_msg"), (T(0.5), "agent_msg"), (T(2), "customer_msg"),
        (T(2.5), "agent_msg"), (T(4), "customer_msg"), **VIP, vip_from=T(1), vip_to=T(3),
    )  # fmt: skip
    assert found.runs("vip_response") == 1
    run = found.clock("vip_response")
    assert (run["started_at"], run["instance"], run["elapsed_s"]) == (T(2), 1, 1800)


def test_a_marketplace_counts_the_weekend() -> None:
    # Asked Friday 6 March 18:00, answered Monday 9 March 09:00: 63 h = 226800 s.
    # 2 hours promised by us: due Friday 20:00; 24 by the platform: due Saturday 18:00.
    asked, replied = at("2026-03-06 18:00"), at("2026-03-09 09:00")
    found = Story(
        case(asked, channel="marketplace", marketplace="amazon"),
        happened((asked, "customer_msg"), (replied, "agent_msg")),
    )
    ours, theirs = found.clock("marketplace_response"), found.clock("marketplace_platform")
    assert ours["elapsed_s"] == theirs["elapsed_s"] == 226_800
    assert ours["due_at"] == at("2026-03-06 20:00")
    assert theirs["due_at"] == at("2026-03-07 18:00")


def test_a_marketplace_does_not_know_that_we_solved_it() -> None:
    # Solved at T(1) without a word: the platform's clock goes on, our response clock does not.
    found = story((T(0), "customer_msg"), (T(1), "solved"), marketplace="amazon")
    assert found.clock("marketplace_platform")["withdrawn_at"] is None
    assert found.clock("first_response")["withdrawn_at"] == T(1)


def test_no_reply_needed_ends_a_marketplace_turn() -> None:
    found = story((T(0), "customer_msg"), (T(1), "no_reply_needed"), marketplace="amazon")
    assert found.clock("marketplace_response")["withdrawn_by"] == "no_reply_needed"


def test_a_web_shop_has_no_marketplace_clock() -> None:
    assert story((T(0), "customer_msg"), channel="web").runs("marketplace_response") == 0


def test_pausing_while_the_customer_waits_is_noted() -> None:
    # The promise stands still in `pending`. Asked T(0), set to pending T(1), opened T(6), answered
    # T(7): counted 1 + 1 = 2 h = 7200 s, paused 5 h = 18000 s, all of it while a message waited.
    # 4 hours: 1 by T(1), the other 3 from T(6): due T(9).
    found = story(
        (T(0), "customer_msg"), (T(1), "status", {"to": "pending"}),
        (T(6), "status", {"to": "open"}), (T(7), "agent_msg"),
        policies=[policy("p", "first_response", 4 * HOUR, pause_states="pending on_hold")],
    ).clock("first_response")  # fmt: skip
    assert found["elapsed_s"] == 7200
    assert (found["paused_s"], found["paused_waiting_s"]) == (18_000, 18_000)
    assert found["calendar_s"] == 7 * HOUR
    assert found["due_at"] == T(9)
    assert found["paused_waiting_at"] == T(1)


def test_a_clock_paused_for_good_has_no_deadline() -> None:
    told = ((T(0), "customer_msg"), (T(1), "status", {"to": "pending"}))
    promise = [policy("p", "first_response", 4 * HOUR, pause_states="pending")]
    assert story(*told, policies=promise).clock("first_response")["due_at"] is None
    # Answered while paused, at T(9): 3 of 4 hours were left, so it would have been due at T(12).
    found = story(*told, (T(9), "agent_msg"), policies=promise).clock("first_response")
    assert (found["elapsed_s"], found["due_at"]) == (3600, T(12))


def test_the_state_is_read_as_of_then() -> None:
    told = story((T(0), "customer_msg"), (T(3), "agent_msg"), (T(5), "customer_msg"))
    before = told.measured(as_of=T(2), clocks=["first_response", "next_response"]).instances
    assert before["clock"].to_list() == ["first_response"]
    assert before["stopped_at"].to_list() == [None]
    at_answer = told.measured(as_of=T(3), clocks=["first_response"]).instances
    assert at_answer["stopped_at"].to_list() == [T(3)]


def test_days_are_seconds() -> None:
    # A reopening after 15 days answered an hour later: the turn is 3600 s, not 15 days.
    found = story(
        (T(0), "customer_msg"), (T(1), "agent_msg"), (T(2), "solved"),
        (T(2 + 15 * 24), "customer_msg"), (T(2 + 15 * 24), "reopened"),
        (T(3 + 15 * 24), "agent_msg"),
    )  # fmt: skip
    run = found.clock("next_response")
    assert run["started_at"] - CREATED == timedelta(seconds=15 * DAY + 2 * HOUR)
    assert run["elapsed_s"] == 3600


def test_cases_of_two_sources_with_one_number_are_two() -> None:
    rows = [case(CREATED)]
    own = pl.concat([own_rows(rows), own_rows(rows).with_columns(source=pl.lit("desk"))])
    events = pl.concat(
        [
            table("case_events", happened((T(1), "agent_msg"))),
            table("case_events", happened((T(2), "agent_msg")), source="desk"),
        ]
    )
    found = measure(
        own,
        events.lazy(),
        table("messages", []).lazy(),
        policies=table("sla_policies", []),
        hours=story().hours(),
        clocks=["first_response"],
    ).instances
    assert found.select("source", "elapsed_s").rows() == [("desk", 7200.0), ("shop", 3600.0)]


def test_changes_and_cases_come_with_the_clocks() -> None:
    found = story(
        (T(0), "agent_msg"), (T(1), "customer_msg"), (T(2), "level", {"from": "2", "to": "4"}),
        (T(3), "solved"), (T(5), "reopened"), level=4,
    ).measured(clocks=[])  # fmt: skip
    assert found.instances.is_empty()
    assert found.changes.select("at", "status", "ended", "by").rows() == [
        (T(0), "new", False, None), (T(3), "solved", True, "solved"),
        (T(5), "open", False, "reopened"),
    ]  # fmt: skip
    assert found.cases.select("level", "agent_started").rows() == [(2, True)]
