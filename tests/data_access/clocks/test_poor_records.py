"""Frames with nothing in them, and with less in them than there should be."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
from polars.testing import assert_frame_equal

from data_access.clocks import (
    FINDINGS,
    INSTANCES,
    INTERVALS,
    SEGMENTS,
    TIMELINE,
    Measured,
    agent_started,
    explained,
    measure,
    timeline,
)
from tests.data_access.clocks.stories import Story, case, happened, own_rows, said
from tests.data_access.tables import at, table

CREATED = at("2026-03-02 08:00")
HOURS = Story(case(CREATED)).hours()
NO_POLICIES = table("sla_policies", [])


def measured(own: pl.LazyFrame, events: pl.DataFrame, messages: pl.DataFrame) -> Measured:
    return measure(own, events.lazy(), messages.lazy(), policies=NO_POLICIES, hours=HOURS)


def test_nothing_gives_frames_of_the_right_columns() -> None:
    found = measured(own_rows([]), table("case_events", []), table("messages", []))
    assert found.instances.schema == pl.Schema(INSTANCES)
    assert found.segments.schema == pl.Schema(SEGMENTS)
    assert found.findings.schema == pl.Schema(FINDINGS)
    assert explained(found, HOURS, CREATED).schema == pl.Schema(INTERVALS)


def test_something_gives_the_same_columns() -> None:
    story = Story(case(CREATED), happened((CREATED, "customer_msg"), (CREATED, "note")))
    found = story.measured()
    assert found.instances.schema == pl.Schema(INSTANCES)
    assert found.segments.schema == pl.Schema(SEGMENTS)
    assert found.findings.schema == pl.Schema(FINDINGS)
    why = explained(found, HOURS, CREATED + timedelta(hours=1))
    assert why.schema == pl.Schema(INTERVALS)
    assert why.height > 0


def test_a_case_needs_no_more_than_its_key_and_its_creation() -> None:
    own = own_rows([case(CREATED)]).select("source", "case_id", "created_at")
    events = table("case_events", happened((CREATED, "customer_msg")))
    found = measured(own, events.drop("ingested_at"), table("messages", []).drop("ingested_at"))
    assert found.instances["clock"].to_list() == [
        "first_response", "resolution", "full_resolution", "requester_wait", "agent_work",
        "on_hold",
    ]  # fmt: skip
    assert found.findings.is_empty()


def test_rows_without_a_key_an_instant_or_a_kind_are_passed_over() -> None:
    good = happened((CREATED, "customer_msg"), (CREATED + timedelta(hours=1), "agent_msg"))
    events = table("case_events", good)
    nothing = pl.concat(
        [
            events.with_columns(pl.lit(None, dtype=events.schema[name]).alias(name))
            for name in ("at", "case_id", "source", "type")
        ]
    )
    words = table("messages", said((CREATED, "in")))
    blank = words.with_columns(at=pl.lit(None, dtype=words.schema["at"]))
    own = own_rows([case(CREATED)])
    uncreated = own.with_columns(
        case_id=pl.lit("u"), created_at=pl.lit(None, dtype=pl.Datetime("us", "UTC"))
    )
    whole = measured(own, events, words)
    poor = measured(
        pl.concat([own, uncreated]), pl.concat([nothing, events]), pl.concat([words, blank])
    )
    assert_frame_equal(whole.instances, poor.instances)
    assert_frame_equal(whole.findings, poor.findings)


def test_events_of_other_cases_are_passed_over() -> None:
    events = table("case_events", happened((CREATED, "agent_msg"), case_id="other"))
    assert measured(own_rows([case(CREATED)]), events, table("messages", [])).instances.is_empty()


def test_a_case_listed_twice_is_one() -> None:
    own = own_rows([case(CREATED)])
    events = table("case_events", happened((CREATED, "customer_msg")))
    once, twice = (
        measured(rows, events, table("messages", [])) for rows in (own, pl.concat([own, own]))
    )
    assert_frame_equal(once.instances, twice.instances)


def test_the_timeline_tells_each_thing_once_and_in_order() -> None:
    later = CREATED + timedelta(hours=1)
    events = table(
        "case_events",
        happened(
            (later, "solved"), (later, "agent_msg"), (later, "agent_msg"),
            (CREATED - timedelta(hours=1), "note"), (CREATED, "customer_msg"), (CREATED, "created"),
        ),
    )  # fmt: skip
    words = table("messages", said((CREATED, "in"), (later, "out", {"public": True})))
    own = own_rows([case(CREATED)])
    told = timeline(own, events.lazy(), words.lazy()).collect()
    assert told.schema == pl.Schema(TIMELINE)
    assert told["kind"].cast(pl.String).to_list() == [
        "created", "customer_msg", "agent_msg", "solved",
    ]  # fmt: skip
    assert told.filter(pl.col("kind") == "agent_msg")["public"].to_list() == [True]
    assert timeline(own.clear(), events.lazy(), words.lazy()).collect().is_empty()


def test_who_began_is_told_by_who_wrote_first() -> None:
    later = CREATED + timedelta(hours=1)
    rows = [
        *happened((CREATED, "agent_msg"), (later, "customer_msg"), case_id="ours"),
        *happened((CREATED, "customer_msg"), (later, "agent_msg"), case_id="theirs"),
        *happened((CREATED, "created", {"actor_role": "agent"}), case_id="outbound"),
        *happened((CREATED, "created"), (later, "agent_msg"), case_id="silent"),
    ]
    own = own_rows([{**case(CREATED), "case_id": row["case_id"]} for row in rows])
    told = timeline(own, table("case_events", rows).lazy(), table("messages", []).lazy())
    found = agent_started(told).collect()
    assert found["case_id"].sort().to_list() == ["ours", "outbound"]
