"""Bad records: each ends in a finding, never in a wrong number.

`T(h)` is h hours after the case was created, on Monday 2 March 2026 at 08:00 UTC.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.data_access.clocks.stories import (
    HOUR,
    OFFICE,
    Story,
    business,
    case,
    happened,
    policy,
    said,
    weekly,
)
from tests.data_access.tables import at

CREATED = at("2026-03-02 08:00")
SECOND = 1 / HOUR


def T(hours: float) -> datetime:  # noqa: N802 - reads as an instant in the stories
    return CREATED + timedelta(hours=hours)


def to(status: str) -> dict[str, Any]:
    return {"to": status}


def story(*told: tuple[Any, ...], messages: Any = (), **more: Any) -> Story:
    own = {name: more.pop(name) for name in list(more) if name not in Story.__annotations__}
    return Story(case(CREATED, **own), happened(*told), messages=list(messages), **more)


def test_what_happened_before_creation_does_not_count() -> None:
    # An answer an hour before creation is none; the one at T(2) is: 7200 s.
    found = story((T(-1), "agent_msg"), (T(0), "customer_msg"), (T(2), "agent_msg"))
    assert found.clock("first_response")["elapsed_s"] == 7200
    assert found.checks() == ["event_before_creation"]
    row = found.measured().findings.row(0, named=True)
    assert (row["at"], row["detail"]) == (T(-1), "agent_msg")


def test_the_same_event_under_two_ids_counts_once() -> None:
    found = story(
        (T(0), "customer_msg"), (T(1), "agent_msg"), (T(1), "agent_msg"), (T(3), "solved")
    )
    assert found.clock("first_response")["elapsed_s"] == 3600
    assert found.clock("resolution")["elapsed_s"] == 10_800
    assert found.checks() == ["duplicate_event"]


def test_tags_set_in_one_go_are_not_the_same_event() -> None:
    assert story((T(0), "created"), (T(1), "tag", to("a")), (T(1), "tag", to("b"))).checks() == []


def test_status_ping_pong_counts_only_what_came_out_of_it() -> None:
    # Solved, open, solved, open within a second at T(2), really solved at T(5): 18000 s.
    found = story(
        (T(0), "created"), (T(2), "solved"), (T(2 + 0.2 * SECOND), "reopened"),
        (T(2 + 0.4 * SECOND), "solved"), (T(2 + 0.6 * SECOND), "status", to("open")),
        (T(5), "solved"),
    )  # fmt: skip
    assert found.checks() == ["status_ping_pong"]
    assert found.clock("resolution")["elapsed_s"] == 18_000
    assert found.clock("full_resolution")["paused_s"] == 0


def test_ping_pong_that_ends_solved_is_solved_at_its_end() -> None:
    # pending, open, pending, solved within 0.6 s: solved at T(2) + 0.6 s = 7200.6 s.
    found = story(
        (T(0), "created"), (T(2), "status", to("pending")),
        (T(2 + 0.2 * SECOND), "status", to("open")), (T(2 + 0.4 * SECOND), "status", to("pending")),
        (T(2 + 0.6 * SECOND), "solved"),
    )  # fmt: skip
    assert found.checks() == ["status_ping_pong"]
    assert found.clock("resolution")["elapsed_s"] == 7200.6


def test_one_solution_told_four_times_in_a_minute_is_no_ping_pong() -> None:
    # Minutes without seconds: resolved and solved are one thing, closed and closed another.
    found = story(
        (T(0), "created"), (T(2), "status", to("Closed")), (T(2), "status", to("Resolved")),
        (T(2), "closed"), (T(2), "solved"),
    )  # fmt: skip
    assert found.checks() == []
    assert found.clock("resolution")["elapsed_s"] == 7200


def test_three_changes_in_a_second_or_four_in_two_are_no_ping_pong() -> None:
    slow = [
        (T(2 + n * 0.5 * SECOND), "status", to("open" if n % 2 else "pending")) for n in range(4)
    ]
    assert story((T(0), "created"), *slow).checks() == []
    assert story((T(0), "created"), *slow[:3]).checks() == []


def test_solved_but_nobody_knows_when() -> None:
    # The row says solved, no event does: the resolution cannot be judged, an unanswered question
    # neither; one that was answered can: 3600 s.
    found = story(
        (T(0), "customer_msg"), (T(1), "agent_msg"), (T(2), "customer_msg"), status="solved"
    )
    assert found.checks() == ["solve_missing"]
    assert found.runs("resolution") == found.runs("full_resolution") == 0
    assert found.runs("next_response") == 0
    assert found.clock("first_response")["elapsed_s"] == 3600


def test_solved_again_but_nobody_knows_when() -> None:
    # Solved at T(4) and reopened at T(6), by now closed: the first resolution stands, the full one
    # cannot be judged.
    found = story((T(0), "created"), (T(4), "solved"), (T(6), "reopened"), status="closed")
    assert found.checks() == ["solve_missing"]
    assert found.clock("resolution")["elapsed_s"] == 14_400
    assert found.runs("full_resolution") == found.runs("agent_work") == 0


def test_nothing_recorded_is_not_judged() -> None:
    found = story(status="open").measured()
    assert found.instances.is_empty()
    assert found.segments.is_empty()


def test_an_event_later_than_its_import() -> None:
    late = {"ingested_at": T(1)}
    assert story((T(0), "created"), (T(2), "agent_msg", late)).checks() == ["clock_skew"]
    # Five minutes are forgiven.
    soon = (T(1 + 299 * SECOND), "agent_msg", late)
    assert story((T(0), "created"), soon).checks() == []


def test_events_and_messages_that_disagree_about_when() -> None:
    # One answer at T(1) by the one, at T(1) and 3 minutes by the other; 2 minutes are forgiven.
    def told(minutes: float) -> Story:
        return story(
            (T(0), "customer_msg"),
            (T(1), "agent_msg"),
            messages=said((T(0), "in"), (T(1 + minutes / 60), "out")),
        )

    assert told(3).checks() == ["clock_skew"]
    assert told(1.9).checks() == []
    assert told(3).clock("first_response")["elapsed_s"] == 3600


def test_events_and_messages_a_little_apart_are_one() -> None:
    # Events and messages differ by 3 seconds. Read one by one, the customer's message at T(1) + 3 s
    # would be a second turn after the answer at T(1) + 1 s. There is one turn, of 1 s.
    found = story(
        (T(1), "customer_msg"), (T(1 + SECOND), "agent_msg"),
        messages=said((T(1 + 3 * SECOND), "in"), (T(1 + 4 * SECOND), "out")),
    )  # fmt: skip
    assert found.runs("next_response") == 0
    assert found.clock("first_response")["elapsed_s"] == 1
    assert found.checks() == []


def test_two_answers_beside_one_message_are_no_skew() -> None:
    found = story(
        (T(0), "customer_msg"), (T(1), "agent_msg"), (T(2), "agent_msg"),
        messages=said((T(0), "in"), (T(9), "out")),
    )  # fmt: skip
    assert found.checks() == []


def test_business_hours_without_a_calendar_are_not_judged() -> None:
    told = ((T(0), "customer_msg"), (T(1), "agent_msg"))
    unknown = story(*told, policies=[business("first_response", HOUR, calendar="gone")])
    nameless = story(*told, policies=[policy("p", "first_response", HOUR, clock="business")])
    for found in (unknown, nameless):
        run = found.clock("first_response")
        assert (run["target_s"], run["due_at"], run["elapsed_s"]) == (None, None, None)
        assert run["calendar_s"] == 3600
        assert found.checks() == ["calendar_missing"]
        assert found.why("first_response", T(5)) == [("calendar_missing", 3600)]


def test_reopened_though_nobody_solved_it() -> None:
    found = story((T(0), "created"), (T(1), "reopened"), (T(3), "solved"))
    assert found.clock("resolution")["elapsed_s"] == 3 * HOUR
    assert found.checks() == ["reopened_unsolved"]
    assert story((T(0), "created"), (T(1), "reopened")).checks() == ["reopened_unsolved"]
    told = story((T(0), "created"), (T(1), "solved"), (T(2), "reopened"), (T(3), "solved"))
    assert told.checks() == []


def test_a_calendar_that_ended_without_another_version_is_not_judged() -> None:
    # In force until 2025: a reply in 2026 did not take 0 business minutes, nobody knows how many.
    for more in ([], [(T(3), "agent_msg")]):
        found = story(
            (T(0), "customer_msg"), *more,
            calendars=weekly("c", "UTC", OFFICE, valid_to=date(2025, 12, 31)),
            policies=[business("first_response", HOUR)],
        )  # fmt: skip
        run = found.clock("first_response")
        assert (run["target_s"], run["due_at"], run["elapsed_s"]) == (None, None, None)
        assert found.checks() == ["calendar_missing"]
        assert found.why("first_response", T(3)) == [("calendar_missing", 3 * HOUR)]


def test_moved_to_a_calendar_nobody_knows() -> None:
    # Known until T(2), unknown from then on: cannot be counted as a whole.
    found = story(
        (T(0), "customer_msg"), (T(2), "schedule", {"from": "c", "to": "gone"}),
        (T(3), "agent_msg"),
        calendars=weekly("c", "UTC", OFFICE),
        policies=[business("first_response", 8 * HOUR)],
    )  # fmt: skip
    run = found.clock("first_response")
    assert (run["target_s"], run["elapsed_s"]) == (None, None)
    assert found.checks() == ["calendar_missing"]


def test_a_calendar_with_overlapping_hours_taints_the_cases_on_it() -> None:
    # 9-17 and 12-18 are 9-18; answered after an hour: 3600 s, and said to be doubtful.
    found = Story(
        case(at("2026-03-02 10:00")),
        happened((at("2026-03-02 10:00"), "customer_msg"), (at("2026-03-02 11:00"), "agent_msg")),
        calendars=weekly("c", "UTC", OFFICE, (720, 1080)),
        policies=[business("first_response", HOUR)],
    )
    assert found.clock("first_response")["elapsed_s"] == 3600
    assert found.checks() == ["calendar_overlap"]


def test_a_zone_nobody_knows_is_a_calendar_missing() -> None:
    found = story(
        (T(0), "customer_msg"),
        calendars=weekly("c", "Mars/Olympus", OFFICE),
        policies=[business("first_response", HOUR)],
    )
    assert found.clock("first_response")["target_s"] is None
    assert found.checks() == ["calendar_missing"]


def test_policies_that_do_not_exist_do_not_fit_or_contradict() -> None:
    told = (T(0), "customer_msg")
    first = policy("a", "first_response", 60)
    assert story(told, policy_id="gone").checks() == ["policy_unknown"]
    assert story(told, policies=[{**first, "country": "FR"}]).checks() == ["policy_unmatched"]
    second = policy("b", "first_response", 120)
    assert story(told, policies=[first, second]).checks() == ["policy_conflict"]
    assert story(told, policies=[first, second], policy_id="a").checks() == []
    assert story(told, policies=[first, {**first, "policy_id": "b"}]).checks() == []
    assert story(told, policies=[first, {**second, "valid_from": T(-1)}]).checks() == []


def test_findings_are_known_only_once_they_happened() -> None:
    found = story((T(0), "created"), (T(5), "note"), (T(5), "note"))
    assert found.measured(as_of=T(4)).findings.is_empty()
    assert found.measured(as_of=T(5)).findings.height == 1
