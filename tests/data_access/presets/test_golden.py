"""Cases worked out by hand under each product's definition."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from data_access.presets import preset
from tests.data_access.presets.cases import HOUR, Book, at, calendar, hours_of

FIRST = "first_response"
MINUTE = 60.0


def first(book: Book, name: str) -> object:
    return book.times(FIRST, name)["A"]


def preset_rows(book: Book, name: str) -> pl.DataFrame:
    made = preset(name).definition(FIRST)
    return book.measuring(FIRST).times(made)


def test_asked_at_ten_answered_at_half_past_eleven() -> None:
    book = Book()
    book.case("A", at("10:00")).customer(at("10:00")).agent(at("11:30"))
    for name in ("afterwatch", "zendesk", "gorgias", "freshdesk", "intercom", "chatwoot"):
        assert first(book, name) == 1.5 * HOUR, name


def test_a_bot_and_a_rule_answer_before_the_person() -> None:
    book = Book()
    (
        book.case("A", at("10:00"))
        .customer(at("10:00"))
        .rule(at("10:00:30"))
        .bot(at("10:01"))
        .agent(at("12:00"))
    )
    for name in ("afterwatch", "zendesk", "gorgias", "freshdesk", "intercom", "chatwoot"):
        assert first(book, name) == 2 * HOUR, name


def test_an_agent_opens_the_ticket() -> None:
    # Our message at 10:00, theirs at 10:30, ours again at 11:00.
    book = Book()
    book.case("A", at("10:00")).agent(at("10:00")).customer(at("10:30")).agent(at("11:00"))
    assert first(book, "zendesk") == 1 * HOUR  # creation to the agent's next public comment
    assert first(book, "freshdesk") == 1 * HOUR
    assert first(book, "gorgias") == "agent_started"
    assert first(book, "intercom") == "agent_started"
    assert first(book, "afterwatch") == 30 * MINUTE  # from the customer's first message
    assert first(book, "chatwoot") == 0.0  # the opening message is the first reply


def test_a_ticket_created_privately() -> None:
    # An internal note at 10:00, a public message at 10:20, the customer at 11:00, ours at 11:45.
    book = Book()
    (
        book.case("A", at("10:00"))
        .note(at("10:00"))
        .agent(at("10:20"))
        .customer(at("11:00"))
        .agent(at("11:45"))
    )
    assert first(book, "zendesk") == 20 * MINUTE  # creation to the first public comment
    assert first(book, "gorgias") == "agent_started"
    assert first(book, "chatwoot") == 20 * MINUTE


def test_who_created_it_is_recorded() -> None:
    book = Book()
    (
        book.case("A", at("10:00"))
        .event("created", at("10:00"), actor_role="agent")
        .customer(at("10:05"))
        .agent(at("10:15"))
    )
    (
        book.case("B", at("10:00"))
        .event("created", at("10:00"), actor_role="customer")
        .agent(at("10:00:20"))
    )
    assert book.times(FIRST, "gorgias") == {"A": "agent_started", "B": 20.0}


def test_answered_out_of_hours() -> None:
    # Asked Monday 20:00, answered Tuesday 07:00: no minute of 9–17 lies between, so 0 and not null.
    book = Book()
    book.case("A", at("20:00")).customer(at("20:00")).agent(at("7:00", day=1))
    assert first(book, "zendesk") == 0.0
    assert first(book, "zendesk:calendar") == 11 * HOUR
    assert first(book, "freshdesk") == 0.0
    assert first(book, "gorgias") == 11 * HOUR
    assert first(book, "intercom") == 11 * HOUR
    assert first(book, "intercom:business") == 0.0


def test_over_the_weekend() -> None:
    # Friday 16:00 to Monday 10:00: an hour on each side in hours, 66 by the wall clock.
    book = Book()
    book.case("A", at("16:00", day=4)).customer(at("16:00", day=4)).agent(at("10:00", day=7))
    assert first(book, "zendesk") == 2 * HOUR
    assert first(book, "gorgias") == 66 * HOUR


def test_reopened_fifteen_days_later() -> None:
    book = Book()
    (
        book.case("A", at("10:00"))
        .customer(at("10:00"))
        .agent(at("10:30"))
        .solved(at("12:00"))
        .reopened(at("12:00", day=15))
        .solved(at("13:00", day=15))
    )
    assert book.times("first_resolution", "zendesk") == {"A": 2 * HOUR}
    assert book.times("first_resolution", "intercom") == {"A": 2 * HOUR}
    # Monday 7 h, Tuesday to Friday 32, the week after 40, Monday 8, Tuesday 9–13 4: 91 h.
    assert book.times("full_resolution", "zendesk") == {"A": 91 * HOUR}
    # 15 days and 3 hours.
    assert book.times("full_resolution", "gorgias") == {"A": 363 * HOUR}
    assert book.times("full_resolution", "intercom") == {"A": 363 * HOUR}
    # Without the 15 days in which it was solved: 10–12 and 12–13.
    assert book.times("full_resolution", "afterwatch") == {"A": 3 * HOUR}
    assert book.times("full_resolution", "freshdesk") == {"A": 3 * HOUR}
    # Two resolutions, the second with the first one in it.
    assert book.times("full_resolution", "chatwoot") == {"A": 2 * HOUR, "A#2": 363 * HOUR}


def test_reopened_and_still_open() -> None:
    book = Book()
    book.case("A", at("10:00")).customer(at("10:00")).solved(at("12:00")).reopened(at("14:00"))
    assert book.times("first_resolution", "zendesk") == {"A": 2 * HOUR}
    assert book.times("full_resolution", "zendesk") == {"A": "open"}
    # Running: two hours until the solve and those from 14:00 to 1 April, 29 days and 10 hours.
    assert book.times("full_resolution", "afterwatch") == {"A": (2 + 29 * 24 + 10) * HOUR}
    assert book.times("full_resolution", "chatwoot") == {"A": 2 * HOUR, "A#2": "open"}


def test_merged_spam_and_deleted() -> None:
    book = Book()
    merged = book.case("M", at("10:00"), merged_into="X").customer(at("10:00"))
    merged.agent(at("10:10")).event("merged", at("11:00"), to="X")
    book.case("S", at("10:00"), spam=True).customer(at("10:00")).agent(at("10:20"))
    book.case("D", at("10:00"), deleted=True).customer(at("10:00")).agent(at("10:30"))
    left_out = {"D": "deleted", "M": "merged", "S": "spam"}
    assert book.times(FIRST, "gorgias") == left_out
    assert book.times(FIRST, "freshdesk") == left_out
    assert book.times(FIRST, "afterwatch") == left_out
    assert book.times(FIRST, "zendesk") == left_out | {"M": 10 * MINUTE}
    assert book.times(FIRST, "chatwoot") == left_out | {"M": 10 * MINUTE, "S": 20 * MINUTE}
    # A merge closes the secondary ticket: creation 10:00, merged 11:00.
    assert book.times("full_resolution", "zendesk")["M"] == 1 * HOUR


def moved() -> Book:
    """The ticket of dbt_zendesk's decision log: on Chicago's hours, the last 21 s on San
    Francisco's; created 17:01:38 UTC on Tuesday 29 September 2020, answered 19:01:46 a day later.
    """
    book = Book()
    created = datetime(2020, 9, 29, 17, 1, 38, tzinfo=UTC)
    (
        book.case("A", created, calendar_id="sf")
        .customer(created)
        .event(
            "schedule", datetime(2020, 9, 30, 19, 1, 25, tzinfo=UTC), to="sf", **{"from": "chicago"}
        )
        .agent(datetime(2020, 9, 30, 19, 1, 46, tzinfo=UTC))
    )
    return book


TWO_SITES = hours_of(
    # In UTC: Chicago daily 12:00 to 02:00, San Francisco Monday to Friday 15:00 to 00:30.
    calendar("chicago", range(1, 8), 12 * 60, 26 * 60),
    calendar("sf", range(1, 6), 15 * 60, 24 * 60 + 30),
    first=date(2020, 9, 1),
    last=date(2020, 10, 31),
)


def test_a_ticket_moved_between_schedules() -> None:
    as_of = datetime(2020, 10, 15, tzinfo=UTC)
    # Each moment on the schedule in force then. Chicago: 17:01:38 to 02:00 is 8:58:22, 12:00 to
    # 19:01:25 is 7:01:25; San Francisco: 21 s. 32,302 + 25,285 + 21 s (960.1 min).
    found = moved().times(FIRST, "freshdesk", TWO_SITES, as_of)
    assert found == {"A": 57_608.0}
    # The last schedule for all: 17:01:38 to 00:30 is 7:28:22, 15:00 to 19:01:46 is 4:01:46.
    # 26,902 + 14,506 s (690.1 min).
    assert moved().times(FIRST, "zendesk", TWO_SITES, as_of) == {"A": 41_408.0}
    # The wall clock: one day, 2 h and 8 s.
    assert moved().times(FIRST, "gorgias", TWO_SITES, as_of) == {"A": 93_608.0}


def test_a_schedule_that_is_not_known() -> None:
    book = Book()
    book.case("A", at("10:00"), calendar_id="moon").customer(at("10:00")).agent(at("11:00"))
    assert first(book, "zendesk") == "calendar_missing"
    assert first(book, "gorgias") == 1 * HOUR


def test_no_schedule_never_stops() -> None:
    book = Book()
    book.case("A", at("20:00"), calendar_id=None).customer(at("20:00")).agent(at("21:00"))
    assert first(book, "zendesk") == 1 * HOUR


def test_solved_without_a_reply() -> None:
    book = Book()
    book.case("A", at("10:00")).customer(at("10:00")).solved(at("11:00"))
    for name in ("zendesk", "gorgias", "freshdesk", "intercom", "chatwoot"):
        assert first(book, name) == "solved_without_reply", name
    # Ours: waited for an hour, and nobody knows for how long it would have.
    assert first(book, "afterwatch") == 1 * HOUR
    assert preset_rows(book, "afterwatch")["ended"].to_list() == [False]
    assert book.times("first_resolution", "zendesk") == {"A": 1 * HOUR}


def test_solved_without_a_reply_then_reopened_and_answered() -> None:
    # A phone call logged and solved at 11:00; the customer is back at 12:00, answered at 12:30.
    book = Book()
    (
        book.case("A", at("10:00"))
        .customer(at("10:00"))
        .solved(at("11:00"))
        .reopened(at("12:00"))
        .customer(at("12:00"))
        .agent(at("12:30"))
    )
    assert first(book, "zendesk") == 2.5 * HOUR  # ends when that comment is posted
    assert first(book, "gorgias") == 2.5 * HOUR
    assert first(book, "afterwatch") == 1 * HOUR  # waited until the solve
    assert preset_rows(book, "afterwatch")["ended"].to_list() == [False]
    assert first(book, "intercom") == "solved_without_reply"


def test_no_reply_needed() -> None:
    book = Book()
    book.case("A", at("10:00")).customer(at("10:00")).event("no_reply_needed", at("10:20"))
    # Ours waited for 20 minutes; the products know no such mark and go on waiting.
    assert first(book, "afterwatch") == 20 * MINUTE
    assert preset_rows(book, "afterwatch")["ended"].to_list() == [False]
    assert first(book, "zendesk") == "open"


def test_nobody_has_answered_yet() -> None:
    book = Book()
    book.case("A", at("10:00")).customer(at("10:00"))
    as_of = at("10:00", day=2)
    assert book.times(FIRST, "zendesk", as_of=as_of) == {"A": "open"}
    assert book.times(FIRST, "gorgias", as_of=as_of) == {"A": "open"}
    # Ours counts it as waiting for 48 hours by now.
    assert book.times(FIRST, "afterwatch", as_of=as_of) == {"A": 48 * HOUR}


def test_what_happens_after_as_of_has_not_happened() -> None:
    book = Book()
    book.case("A", at("10:00")).customer(at("10:00")).agent(at("12:00"))
    book.case("B", at("13:00")).customer(at("13:00")).agent(at("14:00"))
    assert book.times(FIRST, "gorgias", as_of=at("11:00")) == {"A": "open"}


def test_closed_and_never_solved() -> None:
    book = Book()
    book.case("A", at("10:00")).customer(at("10:00")).event("closed", at("16:00"))
    assert book.times("first_resolution", "zendesk") == {"A": 6 * HOUR}
    assert book.times("full_resolution", "gorgias") == {"A": 6 * HOUR}


def test_the_clock_starts_at_creation_or_at_the_first_message() -> None:
    # A ticket made by a form at 10:00, whose text arrives at 10:15; a second message at 10:45.
    book = Book()
    book.case("A", at("10:00")).customer(at("10:15")).customer(at("10:45")).agent(at("11:00"))
    assert first(book, "zendesk") == 60 * MINUTE
    assert first(book, "gorgias") == 45 * MINUTE


def test_time_in_statuses() -> None:
    book = Book()
    (
        book.case("A", at("10:00"))
        .customer(at("10:00"))
        .status("open", at("10:30"), "new")
        .status("pending", at("11:00"), "open")
        .status("on_hold", at("13:00"), "pending")
        .status("open", at("15:00"), "on_hold")
        .solved(at("16:00"))
    )
    # New 30 min, open 30 min, on hold 2 h, open 1 h.
    assert book.times("requester_wait", "zendesk") == {"A": 4 * HOUR}
    assert book.times("agent_work", "zendesk") == {"A": 2 * HOUR}
    assert book.times("on_hold", "zendesk") == {"A": 2 * HOUR}
    # The timer stands still while pending and on hold.
    assert book.times("full_resolution", "freshdesk") == {"A": 2 * HOUR}
    assert book.times("full_resolution", "zendesk") == {"A": 6 * HOUR}


def test_time_in_statuses_on_the_schedule_at_each_change() -> None:
    # On hold Monday 16:00 to Tuesday 10:00; the schedule moved to the late one at 09:30.
    sites = hours_of(
        calendar("office", range(1, 6), 9 * 60, 17 * 60),
        calendar("late", range(1, 6), 13 * 60, 21 * 60),
        first=date(2026, 2, 1),
        last=date(2026, 4, 30),
    )
    book = Book()
    (
        book.case("A", at("16:00"), calendar_id="late")
        .status("on_hold", at("16:00"), "new")
        .event("schedule", at("9:30", day=1), to="late", **{"from": "office"})
        .status("open", at("10:00", day=1), "on_hold")
        .solved(at("14:00", day=1))
    )
    # Late hours hold for the whole stay: 16–21 on Monday.
    assert book.times("on_hold", "zendesk", sites) == {"A": 5 * HOUR}
    # Each moment on its own: 16–17 and 9:00–9:30 in office hours, nothing on the late ones.
    assert book.times("on_hold", "afterwatch:business", sites) == {"A": 1.5 * HOUR}


def test_turns() -> None:
    book = Book()
    (
        book.case("A", at("10:00"))
        .customer(at("10:00"))
        .agent(at("10:10"))
        .customer(at("11:00"))
        .customer(at("11:30"))
        .agent(at("12:00"))
        .agent(at("12:10"))
        .customer(at("13:00"))
        .solved(at("13:30"))
    )
    # The oldest unanswered message (11:00) starts the turn; the thanks at 13:00 is ended by the
    # solve.
    zendesk = {"A": 60 * MINUTE, "A#2": "solved_without_reply"}
    assert book.times("next_response", "zendesk") == zendesk
    assert book.times("next_response", "afterwatch") == {"A": 60 * MINUTE, "A#2": 30 * MINUTE}
    # All turns, the first one included.
    found = book.times("next_response", "intercom")
    assert [found["A"], found["A#2"]] == [10 * MINUTE, 60 * MINUTE]


def test_a_reply_that_the_customer_cannot_see_is_none() -> None:
    book = Book()
    (
        book.case("A", at("10:00"))
        .customer(at("10:00"))
        .agent(at("10:05"), public=False)
        .agent(at("10:40"))
    )
    for name in ("afterwatch", "zendesk", "gorgias", "freshdesk", "intercom", "chatwoot"):
        assert first(book, name) == 40 * MINUTE, name
