"""What must hold of every clock, whatever happened to the case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from data_access.calendars import Hours
from data_access.clocks import CLOCKS, Measured, explained, measure, measuring
from tests.data_access.clocks.stories import (
    HOUR,
    NIGHT,
    OFFICE,
    Story,
    case,
    happened,
    own_rows,
    policy,
    said,
    weekly,
)
from tests.data_access.tables import Rows, at, table

CREATED = at("2026-01-12 08:00")
END = CREATED + timedelta(days=40)
KINDS = (
    "created", "customer_msg", "agent_msg", "bot_msg", "note", "status", "level", "schedule",
    "escalated", "solution_proposed", "solved", "reopened", "closed", "merged", "no_reply_needed",
)  # fmt: skip
VALUES = {
    "status": ("new", "open", "pending", "on_hold", "solved", "closed", "Waiting for parts"),
    "level": ("1", "2", "3", "4"),
    "schedule": ("office", "night", "always", "gone"),
}
CALENDARS = [
    *weekly("office", "UTC", OFFICE),
    *weekly("night", "UTC", NIGHT),
    *weekly("always", "UTC", (0, 1440), days=(1, 2, 3, 4, 5, 6, 7)),
]
PAUSES = ("pending on_hold", "waiting_for_parts")
POLICIES = [
    policy(
        f"{metric}{level}",
        metric,
        (2 + 5 * level) * HOUR,
        severity=level,
        clock="business",
        calendar_id="office" if level != 2 else None,
        pause_states=PAUSES[level % 2],
    )
    for metric in ("first_response", "next_response", "resolution", "full_resolution")
    for level in (1, 2, 3)
]
"""Level 4 has no policy; level 2 has no calendar of its own."""

UNEXACT = [name for name, clock in CLOCKS.items() if clock.until == "last"]
"""Clocks whose end a later reopening takes back."""


@st.composite
def event(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> tuple[Any, ...]:
    """Something that happens within eight days, often at the same instant as something else."""
    hours = draw(st.one_of(st.integers(-2, 12), st.integers(0, 192)))
    kind = draw(st.sampled_from(kinds))
    more: dict[str, Any] = {}
    if kind in VALUES:
        more["to"] = draw(st.sampled_from(VALUES[kind]))
        more["from"] = draw(st.sampled_from([None, *VALUES[kind]]))
    if kind in {"agent_msg", "created", "solved"}:
        more["actor_role"] = draw(st.sampled_from([None, "agent", "bot"]))
    if kind == "agent_msg":
        more["public"] = draw(st.sampled_from([None, True, False]))
    return (CREATED + timedelta(hours=hours), kind, more)


@st.composite
def message(draw: st.DrawFn) -> tuple[Any, ...]:
    hours = draw(st.integers(-2, 24))
    more = {
        "public": draw(st.sampled_from([None, True, False])),
        "author_role": draw(st.sampled_from([None, "agent", "bot"])),
    }
    return (CREATED + timedelta(hours=hours), draw(st.sampled_from(["in", "out"])), more)


def own_case(draw: st.DrawFn, case_id: str) -> dict[str, Any]:
    return {
        **case(CREATED),
        "case_id": case_id,
        "level": draw(st.sampled_from([None, 1, 2, 3, 4])),
        "channel": draw(st.sampled_from([None, "chat", "marketplace"])),
        "vip_tier": draw(st.sampled_from([None, "black"])),
        "calendar_id": draw(st.sampled_from([None, "night", "gone"])),
        "policy_id": draw(st.sampled_from([None, "resolution1", "nobody's"])),
        "status": draw(st.sampled_from([None, "open", "solved"])),
    }


@st.composite
def story(draw: st.DrawFn, case_id: str = "k") -> Story:
    return Story(
        own_case(draw, case_id),
        happened(*draw(st.lists(event(), max_size=14)), case_id=case_id),
        said(*draw(st.lists(message(), max_size=4)), case_id=case_id),
        calendars=CALENDARS,
        policies=POLICIES,
    )


HOURS = Story(case(CREATED), calendars=CALENDARS).hours()


def measured(told: Story, hours: Hours = HOURS, **options: Any) -> Measured:
    return measure(
        own_rows([told.own]),
        table("case_events", told.events).lazy(),
        table("messages", told.messages).lazy(),
        policies=table("sla_policies", told.policies),
        hours=hours,
        **options,
    )


def assert_same(left: Measured, right: Measured) -> None:
    assert_frame_equal(left.instances, right.instances)
    assert_frame_equal(left.segments, right.segments)
    assert_frame_equal(left.findings, right.findings)


RUN = ["source", "case_id", "clock", "instance"]
LOOK = settings(max_examples=30)


@LOOK
@given(story())
def test_no_clock_is_negative_or_longer_than_the_wall_clock(told: Story) -> None:
    runs = measured(told).instances
    for name in ("elapsed_s", "calendar_s", "paused_s", "paused_waiting_s"):
        assert (runs[name].drop_nulls() >= 0).all()
    assert (runs["elapsed_s"] + runs["paused_s"] <= runs["calendar_s"]).drop_nulls().all()
    assert (runs["paused_waiting_s"] <= runs["paused_s"]).drop_nulls().all()
    ends = pl.concat([runs["stopped_at"] - runs["started_at"], runs["due_at"] - runs["started_at"]])
    assert (ends.drop_nulls() >= timedelta()).all()
    assert (runs["stopped_at"].is_null() | runs["withdrawn_at"].is_null()).all()


@LOOK
@given(story(), st.integers(0, 240))
def test_counted_and_uncounted_time_are_the_time_that_passed(told: Story, hours: int) -> None:
    as_of = CREATED + timedelta(hours=hours)
    found = measured(told, as_of=as_of)
    cut = explained(found, HOURS, as_of)
    us = (pl.col("ends_at") - pl.col("starts_at")).dt.total_microseconds()
    per_run = cut.group_by(RUN).agg(
        first=pl.col("starts_at").min(),
        last=pl.col("ends_at").max(),
        whole=us.sum(),
        counted=us.filter(pl.col("counted")).sum(),
        paused=us.filter(pl.col("reason") == "paused").sum(),
    )
    for row in found.instances.join(per_run, on=RUN, how="left", nulls_equal=True).to_dicts():
        end = row["stopped_at"] or row["withdrawn_at"] or as_of
        if end == row["started_at"]:
            assert row["first"] is None
            continue
        assert (row["first"], row["last"]) == (row["started_at"], end)
        assert row["whole"] == (end - row["started_at"]) / timedelta(microseconds=1)
        if row["elapsed_s"] is not None:
            assert row["counted"] == round(row["elapsed_s"] * 1e6)
            assert row["paused"] == round(row["paused_s"] * 1e6)
    gaps = cut.sort(*RUN, "starts_at").filter(
        (pl.col("starts_at") != pl.col("ends_at").shift(1).over(RUN)).fill_null(value=False)
    )
    assert gaps.is_empty()


@LOOK
@given(story())
def test_a_deadline_says_the_same_as_the_time_counted(told: Story) -> None:
    for row in measured(told).instances.drop_nulls(["elapsed_s", "target_s", "due_at"]).to_dicts():
        end = row["stopped_at"] or row["withdrawn_at"]
        if row["due_at"] < end:
            assert row["elapsed_s"] >= row["target_s"]
        else:
            assert row["elapsed_s"] <= row["target_s"]


@LOOK
@given(story(), st.randoms(use_true_random=False))
def test_the_order_of_events_within_an_instant_does_not_matter(told: Story, rng: Any) -> None:
    events, messages = list(told.events), list(told.messages)
    rng.shuffle(events)
    rng.shuffle(messages)
    renamed = [{**row, "event_id": str(number)} for number, row in enumerate(events)]
    assert_same(
        measured(told),
        measured(Story(told.own, renamed, messages, told.calendars, policies=told.policies)),
    )


@LOOK
@given(story())
def test_a_calendar_interval_in_two_pieces_changes_nothing(told: Story) -> None:
    pieces: Rows = []
    for row in CALENDARS:
        middle = (row["start_minute"] + row["end_minute"]) // 2
        pieces.append({**row, "end_minute": middle})
        pieces.append({**row, "start_minute": middle, "interval_id": row["interval_id"] + "b"})
    split = Story(case(CREATED), calendars=pieces).hours()
    assert_same(measured(told), measured(told, split))


@LOOK
@given(story(), st.integers(1, 8))
def test_the_same_a_week_later_is_the_same(told: Story, weeks: int) -> None:
    later = timedelta(days=7 * weeks)

    def moved(rows: Rows) -> Rows:
        return [{**row, "at": row["at"] + later} for row in rows]

    shifted = Story(
        {**told.own, "created_at": CREATED + later},
        moved(told.events),
        moved(told.messages),
        policies=told.policies,
    )
    instants = pl.selectors.datetime() - later
    before, after = measured(told), measured(shifted)
    assert_frame_equal(before.instances, after.instances.with_columns(instants))
    assert_frame_equal(before.segments, after.segments.with_columns(instants))
    assert_frame_equal(before.findings, after.findings.with_columns(instants))


@LOOK
@given(story(), st.integers(-1, 200))
def test_what_happens_later_changes_nothing_read_as_of_then(told: Story, hours: int) -> None:
    as_of = CREATED + timedelta(hours=hours)
    now = pl.lit(as_of)

    def read(found: Measured) -> pl.DataFrame:
        """What the instances say about that instant."""
        by_then = {
            name: pl.when(pl.col(name) <= now).then(name)
            for name in ("stopped_at", "withdrawn_at", "due_at")
        }
        over = pl.col("stopped_at").fill_null(pl.col("withdrawn_at")) <= now
        return (
            found.instances.filter((pl.col("started_at") <= now) & ~pl.col("clock").is_in(UNEXACT))
            .with_columns(elapsed_s=pl.when(over).then("elapsed_s"), **by_then)
            .select(*RUN, "started_at", *by_then, "elapsed_s")
        )

    assert_frame_equal(read(measured(told)), read(measured(told, as_of=as_of)))


PLAIN = tuple(kind for kind in KINDS if kind not in {"level", "schedule", "created"})


@LOOK
@given(st.lists(event(PLAIN), max_size=14), st.integers(0, 200))
# A pause that still lasts must not tell of the customer who will write tomorrow.
@example(
    [
        (CREATED, "agent_msg", {"actor_role": None, "public": None}),
        (CREATED, "status", {"to": "Waiting for parts"}),
        (CREATED + timedelta(days=1), "customer_msg", {}),
    ],
    0,
)
def test_events_after_the_instant_do_not_exist(
    told: list[tuple[datetime, str, dict[str, Any]]], hours: int
) -> None:
    as_of = CREATED + timedelta(hours=hours)
    rows = [(moment, kind, {**more, "from": None}) for moment, kind, more in told]
    events = happened((CREATED, "customer_msg"), *rows)
    known = [row for row in events if row["at"] <= as_of]
    own = {**case(CREATED), "level": 1}
    both = (Story(own, some, policies=POLICIES) for some in (events, known))
    everything, so_far = (measured(one, as_of=as_of) for one in both)
    assert_same(everything, so_far)


@settings(max_examples=10)
@given(st.data())
def test_many_cases_are_measured_as_each_alone(data: st.DataObject) -> None:
    told = [data.draw(story(case_id=name)) for name in ("a", "b", "c", "d")]
    own = own_rows([one.own for one in told])
    events = table("case_events", [row for one in told for row in one.events]).lazy()
    messages = table("messages", [row for one in told for row in one.messages]).lazy()
    promised = table("sla_policies", POLICIES)
    alone = [measured(one) for one in told]
    at_once = measuring.CASES_AT_ONCE
    for lot in (at_once, 3):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(measuring, "CASES_AT_ONCE", lot)
            together = measure(own, events, messages, policies=promised, hours=HOURS)
        for name in ("instances", "segments", "findings"):
            one_by_one = pl.concat([getattr(one, name) for one in alone])
            assert_frame_equal(getattr(together, name), one_by_one)
