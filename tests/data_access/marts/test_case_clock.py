"""When a case was answered and when it was open, from its events alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from data_access.marts import cases
from data_access.marts.case_clock import first_responses, outcomes, spells
from data_access.marts.schemas import MARTS
from tests.data_access.tables import Rows, at, facts, table

CREATED = at("2026-03-02 08:00")


def hour(n: float) -> datetime:
    return CREATED + timedelta(hours=n)


def event(n: float, kind: str, **more: Any) -> dict[str, Any]:
    return {"event_id": f"{n} {kind} {more}", "case_id": "k", "at": hour(n), "type": kind, **more}


def case(**more: Any) -> dict[str, Any]:
    return {"case_id": "k", "created_at": CREATED, **more}


def answered(events: Rows, messages: Rows = ()) -> list[datetime | None]:  # type: ignore[assignment]
    own = table("cases", [case()]).lazy()
    told, written = table("case_events", events).lazy(), table("messages", list(messages)).lazy()
    return first_responses(own, told, written).collect()["first_response_at"].to_list()


def open_times(events: Rows) -> list[tuple[datetime, datetime | None]]:
    own = table("cases", [case()]).lazy()
    found = spells(own, table("case_events", events).lazy()).sort("open_from").collect()
    return list(found.select("open_from", "open_to").iter_rows())


def outcome(events: Rows) -> dict[str, Any]:
    own = table("cases", [case()]).lazy()
    return outcomes(own, table("case_events", events).lazy()).collect().row(0, named=True)


def test_the_first_public_word_of_a_person_is_the_response() -> None:
    events = [
        event(1, "agent_msg", actor_role="bot", public=True),
        event(2, "agent_msg", actor_role="agent", public=False),
        event(2.5, "bot_msg", actor_role="bot"),
        event(3, "agent_msg", actor_role="agent"),
        event(4, "agent_msg", actor_role="agent", public=True),
    ]
    assert answered(events) == [hour(3)]


def test_a_message_counts_like_an_event() -> None:
    message = {"message_id": "m", "case_id": "k", "at": hour(2), "direction": "out"}
    assert answered([event(3, "agent_msg")], [message]) == [hour(2)]
    assert answered([event(3, "agent_msg")], [{**message, "author_role": "bot"}]) == [hour(3)]


def test_nobody_answered_is_not_nothing_known() -> None:
    assert answered([event(1, "customer_msg")]) == [None]
    assert answered([]) == []


def test_what_happened_before_creation_does_not_count() -> None:
    assert answered([event(-1, "agent_msg"), event(1, "note")]) == [None]
    assert open_times([event(-1, "solved")]) == [(CREATED, None)]


def test_a_case_opens_ends_and_opens_again() -> None:
    events = [event(5, "solved"), event(9, "reopened"), event(12, "closed")]
    assert open_times(events) == [(CREATED, hour(5)), (hour(9), hour(12))]
    assert outcome(events) == {
        "source": "shop",
        "case_id": "k",
        "first_solved_at": hour(5),
        "last_solved_at": hour(12),
        "first_reopened_at": hour(9),
        "reopen_count": 1,
        "closed_at": hour(12),
    }


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


def built(own: dict[str, Any], **tables: Rows) -> dict[str, Any]:
    told = facts(cases=[own], **tables)
    return cases.cases(told["cases"], told, MARTS["orders"].empty()).collect().row(0, named=True)


def test_a_case_nobody_wrote_anything_about_is_not_judged() -> None:
    silent = built(case(status="open"))
    assert silent["fr_target_s"] is None
    assert silent["res_target_s"] is None
    told = built(case(status="open"), case_events=[event(0, "created")])
    assert told["fr_target_s"] == 4 * 3600
    assert told["res_target_s"] == 48 * 3600


def test_a_case_solved_nobody_knows_when_is_neither_open_nor_late() -> None:
    own = case(status="solved")
    told = facts(cases=[own], case_events=[event(0, "created")])
    mart = cases.cases(told["cases"], told, MARTS["orders"].empty()).collect()
    assert mart["res_target_s"].to_list() == [None]
    assert mart["fr_target_s"].to_list() == [4 * 3600]
    assert cases.open_spells(told["cases"], told, mart.lazy()).collect().is_empty()


def test_spam_and_merged_cases_were_never_open_work() -> None:
    for mark in ({"spam": True}, {"merged_into": "other"}):
        own = case(status="open", **mark)
        told = facts(cases=[own], case_events=[event(0, "created")])
        mart = cases.cases(told["cases"], told, MARTS["orders"].empty()).collect().lazy()
        assert cases.open_spells(told["cases"], told, mart).collect().is_empty()


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
        own = case(status="open", country="DE", channel="email", severity=2, **more)
        found = built(own, case_events=[event(0, "created")], sla_policies=policies)
        return int(found["fr_target_s"])

    every, german = policy("all", 100), policy("de", 200, country="DE")
    assert target([]) == 4 * 3600
    assert target([every]) == 100
    assert target([german, every]) == 200
    assert target([every, german, policy("de mail", 300, country="DE", channel="email")]) == 300
    assert target([german, policy("fr", 400, country="FR")]) == 200
    assert target([german, every], policy_id="all") == 100
    assert target([german, policy("late", 500, country="DE", valid_from=hour(1))]) == 200
    assert (
        target([german, policy("over", 500, country="DE", channel="email", valid_to=CREATED)])
        == 200
    )
    assert target([policy("office", 60, clock="business")]) == 4 * 3600
    assert target([policy("other", 60, metric="resolution")]) == 4 * 3600


def test_level_three_is_answered_in_two_hours() -> None:
    own = case(status="open", severity=3)
    assert built(own, case_events=[event(0, "created")])["fr_target_s"] == 2 * 3600


def test_a_tier_counts_only_while_the_customer_had_it() -> None:
    vip = {
        "policy_id": "vip", "metric": "resolution", "clock": "calendar", "target_s": 60,
        "vip_tier": "black",
    }  # fmt: skip
    for since, target in ((hour(-1), 60), (hour(1), 48 * 3600)):
        customer = {"customer_key": "c", "vip_tier": "black", "vip_from": since}
        found = built(
            case(status="open", customer_key="c"),
            case_events=[event(0, "created")],
            sla_policies=[vip],
            customers=[customer],
        )
        assert found["res_target_s"] == target


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
                "source": "shop", "part": 202603,
            }
        ],
        schema=order.schema,
    )  # fmt: skip
    row = cases.cases(told["cases"], told, order.lazy()).collect().row(0, named=True)
    wanted = {
        "market": "PL", "continent": "Europe", "region": "MZ", "carrier": "post", "lane": "CN>PL",
        "category": "toys", "product": "s1", "language": "fr", "channel": "chat",
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted
