"""The marts of cases: when a case was answered and open, what its clocks say, what is doubtful."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.calendars import compile_hours
from data_access.clocks import CLOCKS
from data_access.marts.cases import case_marts
from data_access.marts.schemas import MARTS
from data_access.rollups.cohorts.deadlines import CLOCKS_OF_TURNS
from tests.data_access.tables import Rows, at, facts

CREATED = at("2026-03-02 08:00")  # a Monday


def hour(n: float) -> datetime:
    return CREATED + timedelta(hours=n)


def event(n: float, kind: str, **more: Any) -> dict[str, Any]:
    told = {"event_id": f"{n} {kind} {more}", "case_id": "k", "at": hour(n), "type": kind}
    return {**told, "ingested_at": at("2026-04-01"), **more}


def asked(n: float) -> dict[str, Any]:
    return event(n, "customer_msg", actor_role="customer")


def case(**more: Any) -> dict[str, Any]:
    return {"case_id": "k", "created_at": CREATED, "status": "open", **more}


def built(own: dict[str, Any], **tables: Rows) -> dict[str, pl.DataFrame]:
    told = facts(cases=[own], **tables)
    hours = compile_hours(
        told["calendars"].collect(),
        told["holidays"].collect(),
        first=date(2026, 1, 1),
        last=date(2027, 3, 1),
    )
    return case_marts(told["cases"], told, MARTS["orders"].empty(), hours)


def row(own: dict[str, Any], *events: dict[str, Any], **tables: Rows) -> dict[str, Any]:
    made = built(own, case_events=list(events), **tables)
    return made["cases"].row(0, named=True)


def open_times(events: Rows) -> list[tuple[datetime, datetime | None]]:
    found = built(case(), case_events=events)["open_spells"].sort("open_from")
    return list(found.select("open_from", "open_to").iter_rows())


def outcome(events: Rows) -> dict[str, Any]:
    return row(case(), *events)


def test_every_clock_has_its_place_in_a_mart() -> None:
    spans = {name.removesuffix("_s") for name in MARTS["cases"].own}
    held = {"first_response", "resolution"} | set(CLOCKS_OF_TURNS)
    assert held | {name for name in CLOCKS if name in spans} == set(CLOCKS)


def test_the_first_public_word_of_a_person_is_the_response() -> None:
    events = [
        event(1, "agent_msg", actor_role="bot", public=True),
        event(2, "agent_msg", actor_role="agent", public=False),
        event(2.5, "bot_msg", actor_role="bot"),
        event(3, "agent_msg", actor_role="agent"),
        event(4, "agent_msg", actor_role="agent", public=True),
    ]
    assert row(case(), *events)["first_response_at"] == hour(3)


def test_a_message_counts_like_an_event() -> None:
    message = {"message_id": "m", "case_id": "k", "at": hour(2), "direction": "out"}
    told = event(3, "agent_msg")
    assert row(case(), told, messages=[message])["first_response_at"] == hour(2)
    automatic = {**message, "author_role": "bot"}
    assert row(case(), told, messages=[automatic])["first_response_at"] == hour(3)


def test_what_happened_before_creation_does_not_count_and_is_doubtful() -> None:
    made = built(case(), case_events=[event(-1, "agent_msg"), event(1, "note")])
    found = made["cases"].row(0, named=True)
    assert found["first_response_at"] is None
    assert found["dq"] == "event_before_creation"
    assert made["findings"].select("case_id", "check", "at", "part").rows() == [
        ("k", "event_before_creation", hour(-1), 202603)
    ]
    assert open_times([event(-1, "solved")]) == [(CREATED, None)]


def test_a_case_opens_ends_and_opens_again() -> None:
    events = [event(5, "solved"), event(9, "reopened"), event(12, "closed")]
    assert open_times(events) == [(CREATED, hour(5)), (hour(9), hour(12))]
    found = outcome(events)
    assert {name: found[name] for name in OUTCOME} == {
        "first_solved_at": hour(5),
        "last_solved_at": hour(12),
        "first_reopened_at": hour(9),
        "reopen_count": 1,
        "closed_at": hour(12),
    }
    # 5 h until solved and 3 h after it was reopened; nobody worked in between.
    assert found["full_resolution_s"] == 8 * 3600


OUTCOME = ("first_solved_at", "last_solved_at", "first_reopened_at", "reopen_count", "closed_at")


def test_told_twice_counts_once_and_closing_a_solved_case_changes_nothing() -> None:
    events = [event(0, "created"), event(5, "solved"), event(6, "solved"), event(7, "closed")]
    assert open_times(events) == [(CREATED, hour(5))]
    found = outcome(events)
    assert (found["first_solved_at"], found["last_solved_at"]) == (hour(5), hour(5))
    assert found["reopen_count"] == 0
    assert found["closed_at"] == hour(7)


def test_a_closed_case_that_nobody_solved_ends_at_closing() -> None:
    assert open_times([event(8, "closed")]) == [(CREATED, hour(8))]
    assert outcome([event(8, "closed")])["first_solved_at"] == hour(8)


def test_status_changes_say_the_same_as_events() -> None:
    events = [
        event(2, "status", to="pending"),
        event(5, "status", to="solved"),
        event(9, "status", to="open"),
        event(12, "status", to="closed"),
    ]
    assert open_times(events) == [(CREATED, hour(5)), (hour(9), hour(12))]


def test_a_case_open_again_is_not_closed() -> None:
    found = outcome([event(8, "closed"), event(9, "reopened")])
    assert found["closed_at"] is None
    assert open_times([event(8, "closed"), event(9, "reopened")])[-1] == (hour(9), None)


def test_a_case_nobody_wrote_anything_about_is_not_judged() -> None:
    silent = row(case())
    assert silent["fr_target_s"] is None
    assert silent["res_target_s"] is None
    told = row(case(), event(0, "created"))
    assert told["fr_target_s"] == 4 * 3600
    assert told["fr_due_at"] == hour(4)
    assert told["res_due_at"] == hour(48)


def test_a_case_solved_nobody_knows_when_is_neither_open_nor_late() -> None:
    made = built(case(status="solved"), case_events=[event(0, "created")])
    found = made["cases"].row(0, named=True)
    assert (found["res_due_at"], found["fr_due_at"]) == (None, None)
    assert found["dq"] == "solve_missing"
    assert made["open_spells"].is_empty()


@pytest.mark.parametrize("mark", [{"spam": True}, {"merged_into": "other"}, {"deleted": True}])
def test_spam_merged_and_deleted_cases_were_never_open_work(mark: dict[str, Any]) -> None:
    made = built(case(**mark), case_events=[event(0, "created")])
    assert made["open_spells"].is_empty()
    assert made["cases"].height == 1


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.sampled_from(["created", "solved", "closed", "reopened", "note", "agent_msg"]),
        ),
        max_size=12,
    )
)
def test_spells_never_overlap_and_tell_the_same_as_the_outcome(
    happened: list[tuple[int, str]],
) -> None:
    events = [
        {**event(n, kind), "event_id": str(number)} for number, (n, kind) in enumerate(happened)
    ]
    found = open_times(events)
    for (start, end), (following, _) in pairwise(found):
        assert end is not None
        assert start < end < following or start < end == following
    told = outcome(events)
    assert all(end is not None and start < end for start, end in found[:-1])
    ends = [end for _, end in found if end is not None]
    if ends and told["first_solved_at"] != CREATED:
        assert told["first_solved_at"] <= ends[0]
        assert told["last_solved_at"] >= ends[-1]


def test_policies_are_chosen_by_how_much_they_ask() -> None:
    def policy(name: str, target: int, **more: Any) -> dict[str, Any]:
        base = {"policy_id": name, "metric": "first_response", "clock": "calendar"}
        return {**base, "target_s": target, **more}

    def target(policies: Rows, **more: Any) -> int:
        own = case(country="DE", channel="email", severity=2, **more)
        return int(row(own, event(0, "created"), sla_policies=policies)["fr_target_s"])

    every, german = policy("all", 100), policy("de", 200, country="DE")
    assert target([]) == 4 * 3600
    assert target([every]) == 100
    assert target([german, every]) == 200
    assert target([every, german, policy("de mail", 300, country="DE", channel="email")]) == 300
    assert target([german, policy("fr", 400, country="FR")]) == 200
    assert target([german, every], policy_id="all") == 100
    assert target([policy("other", 60, metric="resolution")]) == 4 * 3600


def office(calendar: str = "office", until: int = 1080) -> Rows:
    """08:00 to 18:00 (or `until`) from Monday to Friday, in UTC."""
    return [
        {
            "interval_id": f"{calendar} {day}", "calendar_id": calendar, "tz": "UTC",
            "weekday": day, "start_minute": 480, "end_minute": until,
        }
        for day in range(1, 6)
    ]  # fmt: skip


OFFICE_POLICY = {
    "policy_id": "office", "metric": "first_response", "clock": "business", "target_s": 14_400,
    "calendar_id": "office",
}  # fmt: skip


def test_a_promise_in_business_hours_is_due_in_business_hours() -> None:
    # Created on Friday the 6th at 16:00: two hours on Friday, two on Monday the 9th from 8:00.
    friday = {"created_at": at("2026-03-06 16:00"), "case_id": "k", "status": "open"}
    told = {"event_id": "e", "case_id": "k", "at": friday["created_at"], "type": "created"}
    found = row(friday, told, sla_policies=[OFFICE_POLICY], calendars=office())
    assert found["fr_due_at"] == at("2026-03-09 10:00")


def test_business_hours_nobody_knows_leave_the_case_unjudged_and_doubtful() -> None:
    found = row(case(), event(0, "created"), sla_policies=[OFFICE_POLICY])
    assert found["fr_due_at"] is None
    assert found["dq"] == "calendar_missing"


def test_level_three_is_answered_in_two_hours() -> None:
    assert row(case(severity=3), event(0, "created"))["fr_target_s"] == 2 * 3600


def test_the_level_is_that_of_the_beginning() -> None:
    raised = event(1, "level", **{"from": "1", "to": "3"})
    assert row(case(severity=3), event(0, "created"), raised)["level"] == 1


def test_a_tier_counts_only_while_the_customer_had_it() -> None:
    vip = {
        "policy_id": "vip", "metric": "resolution", "clock": "calendar", "target_s": 60,
        "vip_tier": "black",
    }  # fmt: skip
    for since, target, tier in ((hour(-1), 60, "black"), (hour(1), 48 * 3600, None)):
        customer = {"customer_key": "c", "vip_tier": "black", "vip_from": since}
        found = row(
            case(customer_key="c"),
            event(0, "created"),
            sla_policies=[vip],
            customers=[customer],
        )
        assert (found["res_target_s"], found["vip_tier"]) == (target, tier)


def test_solved_without_a_reply_withdraws_the_first_response() -> None:
    found = row(case(status="solved"), event(0, "created"), event(2, "solved"))
    assert found["first_response_at"] is None
    assert (found["fr_withdrawn_at"], found["fr_due_at"]) == (hour(2), hour(4))
    assert found["first_solved_at"] == hour(2)


def test_a_case_that_we_began_counts_from_the_first_question() -> None:
    found = row(case(), event(0, "agent_msg"), asked(5), event(6, "agent_msg"))
    assert found["agent_started"]
    assert (found["fr_started_at"], found["first_response_at"]) == (hour(5), hour(6))
    assert not row(case(), asked(0), event(1, "agent_msg"))["agent_started"]


def test_every_turn_has_its_own_clock() -> None:
    events = [asked(0), event(1, "agent_msg"), asked(3), asked(4), event(5, "agent_msg")]
    made = built(
        case(channel="chat", customer_key="c", marketplace="bazaar"),
        case_events=events,
        customers=[{"customer_key": "c", "vip_tier": "black"}],
    )
    clocks = made["clocks"].select("clock", "instance", "started_at", "stopped_at", "due_at")
    second = timedelta(seconds=15)
    assert sorted(clocks.rows()) == [
        ("marketplace_platform", 1, hour(0), hour(1), hour(24)),
        ("marketplace_platform", 2, hour(3), hour(5), hour(27)),
        ("marketplace_response", 1, hour(0), hour(1), hour(2)),
        ("marketplace_response", 2, hour(3), hour(5), hour(5)),
        ("next_response", 1, hour(3), hour(5), hour(27)),
        ("vip_response", 1, hour(0), hour(1), hour(0) + second),
        ("vip_response", 2, hour(3), hour(5), hour(3) + second),
    ]
    shared = made["clocks"].select("vip_tier", "marketplace", "channel", "part").unique()
    assert shared.rows() == [("black", "bazaar", "chat", 202603)]


def test_an_escalation_waits_for_a_solution() -> None:
    events = [event(0, "created"), event(1, "escalated"), event(9, "solution_proposed")]
    clocks = built(case(), case_events=events)["clocks"]
    assert clocks.select("clock", "started_at", "stopped_at", "due_at").rows() == [
        ("solution", hour(1), hour(9), hour(49))
    ]


def test_a_pause_while_the_customer_waits_is_found() -> None:
    policy = {
        "policy_id": "p", "metric": "resolution", "clock": "calendar", "target_s": 172_800,
        "pause_states": "pending",
    }  # fmt: skip
    events = [asked(0), event(1, "status", to="pending"), event(4, "agent_msg")]
    ended = [event(6, "status", to="open"), event(7, "solved")]
    found = row(case(status="solved"), *events, *ended, sla_policies=[policy])
    # Paused from 1 to 6, but from 4 on nobody waited; without the pause it was due at 48 h.
    assert (found["paused_waiting_at"], found["paused_waiting_s"]) == (hour(1), 3 * 3600)
    assert found["res_due_at"] == hour(53)
    assert row(case(), *events)["paused_waiting_at"] is None


def test_dimensions_of_a_case_come_from_the_nearest_row_that_knows() -> None:
    told = facts(
        cases=[case(order_id="o", shipment_id="p", sku="s1", customer_key="c", channel="chat")],
        products=[{"sku": "s1", "category": "toys"}],
        customers=[{"customer_key": "c", "country": "FR", "lang": "fr"}],
        shipments=[
            {
                "shipment_id": "p", "direction": "fwd", "carrier": "post", "origin": "CN",
                "dest": "PL", "created_at": CREATED,
            }
        ],
    )  # fmt: skip
    order = MARTS["orders"].empty().collect()
    order = pl.DataFrame(
        [
            {
                "order_id": "o", "placed_at": CREATED, "market": "PL", "region": "MZ",
                "carrier": "x", "lane": "A>B", "category": "phones", "product": "s9",
                "marketplace": "bazaar", "source": "shop", "part": 202603,
            }
        ],
        schema=order.schema,
    )  # fmt: skip
    hours = compile_hours(
        told["calendars"].collect(),
        told["holidays"].collect(),
        first=date(2026, 1, 1),
        last=date(2027, 1, 1),
    )
    found = case_marts(told["cases"], told, order.lazy(), hours)["cases"].row(0, named=True)
    wanted = {
        "market": "PL", "continent": "Europe", "region": "MZ", "carrier": "post", "lane": "CN>PL",
        "category": "toys", "product": "s1", "language": "fr", "channel": "chat",
        "marketplace": "bazaar",
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted
