"""Cases are handled as people handle them, and the clocks have something to measure."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from data_access.calendars import Hours, compile_hours
from data_access.clocks import CLOCKS, Measured, measure
from data_access.contracts import TABLES
from data_access.sample.plan import Plan
from data_access.sample.view import view
from data_access.sample.world import World

SOURCE = "sample"


def stored(tables: dict[str, pl.DataFrame], name: str) -> pl.DataFrame:
    """A table as the import would store it, without the lineage but its source."""
    dtypes = TABLES[name].dtypes()
    frame = tables[name]
    missing = [pl.lit(None).alias(column) for column in dtypes if column not in frame.columns]
    return frame.with_columns(missing).cast(dtypes).with_columns(source=pl.lit(SOURCE))


@pytest.fixture(scope="module")
def shown(world: World, plan: Plan) -> dict[str, pl.DataFrame]:
    return view(world.tables, plan.now)


@pytest.fixture(scope="module")
def hours(shown: dict[str, pl.DataFrame], plan: Plan) -> Hours:
    calendars, holidays = (stored(shown, name) for name in ("calendars", "holidays"))
    return compile_hours(calendars, holidays, first=plan.first_day, last=plan.last_day)


@pytest.fixture(scope="module")
def measured(shown: dict[str, pl.DataFrame], hours: Hours, plan: Plan) -> Measured:
    tiers = shown["customers"].select("customer_key", "vip_tier", "vip_from", "vip_to")
    own = stored(shown, "cases").join(tiers, on="customer_key", how="left")
    own = own.with_columns(level="severity", language="lang", market="country")
    events, messages = (stored(shown, name).lazy() for name in ("case_events", "messages"))
    return measure(
        own.lazy(),
        events,
        messages,
        policies=stored(shown, "sla_policies"),
        hours=hours,
        as_of=plan.now,
    )


def moments(world: World, kind: str, name: str) -> pl.DataFrame:
    events = world.tables["case_events"].filter(pl.col("type") == kind)
    return events.group_by("case_id").agg(pl.col("at").min().alias(name))


def test_a_solution_is_proposed_between_escalation_and_solution(world: World) -> None:
    steps = moments(world, "escalated", "escalated").join(
        moments(world, "solution_proposed", "proposed"), on="case_id"
    )
    both = steps.join(moments(world, "solved", "solved"), on="case_id")
    assert both.height > 0
    assert both.filter(pl.col("proposed") <= pl.col("escalated")).is_empty()
    assert both.filter(pl.col("proposed") >= pl.col("solved")).is_empty()


def test_some_cases_are_begun_by_an_agent_and_their_first_message_is_ours(world: World) -> None:
    created = world.tables["case_events"].filter(pl.col("type") == "created")
    ours = created.filter(pl.col("actor_role") == "agent")
    assert 0 < ours.height < created.height * 0.05
    first = world.tables["messages"].filter(pl.col("message_id").str.ends_with("-m0"))
    begun = first.join(ours, on="case_id", how="semi")
    assert begun["direction"].unique().to_list() == ["out"]
    assert first.join(ours, on="case_id", how="anti")["direction"].unique().to_list() == ["in"]


def test_cases_wait_for_others_and_some_for_customers_who_have_written(world: World) -> None:
    events = world.tables["case_events"]
    held = events.filter(pl.col("to") == "on_hold")
    assert held.height > 0
    parked = moments(world, "status", "_").join(
        events.filter(pl.col("from") == "pending", pl.col("type") == "status"), on="case_id"
    )
    wrote = events.filter(pl.col("type") == "customer_msg").group_by("case_id")
    late = parked.join(wrote.agg(pl.col("at").min().alias("wrote")), on="case_id").filter(
        pl.col("at") > pl.col("wrote") + timedelta(minutes=10)
    )
    assert 0 < late["case_id"].n_unique() < parked["case_id"].n_unique() * 0.3


def test_level_and_calendar_change_when_their_events_say_so(world: World) -> None:
    cases = world.tables["cases"]
    for kind, instant, column in (
        ("level", "_regraded_at", "severity"),
        ("schedule", "_escalated_at", "calendar_id"),
    ):
        told = world.tables["case_events"].filter(pl.col("type") == kind)
        row = told.sort("at").row(0, named=True)
        one = {"cases": cases.filter(pl.col("case_id") == row["case_id"])}
        assert one["cases"][instant].item() == row["at"]
        before, after = (
            view(one, row["at"] + late)["cases"][column].item()
            for late in (-timedelta(seconds=1), timedelta(0))
        )
        assert (str(before), str(after)) == (row["from"], row["to"])


def test_calendars_are_sound_and_close_when_they_should(hours: Hours, plan: Plan) -> None:
    assert hours.findings.is_empty()
    versions = hours.intervals.filter(calendar=f"{SOURCE}/europe-office")["version"]
    assert versions.n_unique() == 2
    assert hours.intervals.filter(calendar=f"{SOURCE}/relay").height == 1
    closed = hours.closures.filter(calendar=f"{SOURCE}/europe-office")["name"].to_list()
    assert "Christmas Day" in closed
    assert not any("Independence" in name for name in closed)
    days = hours.closures.filter(pl.col("name") == "Stocktaking").select(
        (pl.col("ends_at") - pl.col("starts_at")).dt.total_days()
    )
    assert days.to_series().to_list() == [2] * days.height
    assert days.height >= 2


def test_promises_are_for_clocks_that_exist_and_each_case_finds_its_own(
    shown: dict[str, pl.DataFrame],
) -> None:
    policies = shown["sla_policies"]
    assert set(policies["metric"]) <= set(CLOCKS)
    assert set(shown["cases"]["policy_id"]) <= set(policies["policy_id"])
    assert set(shown["cases"]["calendar_id"]) <= set(shown["calendars"]["calendar_id"])


def test_every_clock_has_something_to_measure(measured: Measured) -> None:
    assert set(measured.instances["clock"]) == set(CLOCKS)
    kinds = measured.instances.group_by("clock").agg(
        pl.col("policy").drop_nulls().n_unique().alias("policies")
    )
    promised = dict(kinds.iter_rows())
    assert promised["resolution"] == 2
    assert promised["vip_response"] >= 2
    assert measured.instances.filter(pl.col("paused_waiting_s") > 0).height > 0
    live = measured.instances.filter(clock="vip_response")
    assert live.filter(pl.col("stopped_at") <= pl.col("due_at")).height > live.height / 2


def test_a_few_records_are_spoilt(measured: Measured, shown: dict[str, pl.DataFrame]) -> None:
    known = {"duplicate_event", "event_before_creation", "status_ping_pong"}
    assert set(measured.findings["check"]) == known
    tainted = measured.findings["case_id"].n_unique()
    assert 0 < tainted < shown["cases"].height * 0.005
