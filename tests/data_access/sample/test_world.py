"""The generated company is whole, orderly, reproducible and believable."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from data_access.contracts import TABLES
from data_access.contracts.validation import validate
from data_access.sample import company
from data_access.sample.plan import Plan
from data_access.sample.view import LENSES, view
from data_access.sample.world import World, generate

LINKS = [
    ("order_lines", "order_id", "orders"),
    ("order_lines", "sku", "products"),
    ("orders", "customer_key", "customers"),
    ("shipments", "order_id", "orders"),
    ("shipments", "return_id", "returns"),
    ("tracking_events", "shipment_id", "shipments"),
    ("cases", "order_id", "orders"),
    ("cases", "shipment_id", "shipments"),
    ("cases", "return_id", "returns"),
    ("cases", "sku", "products"),
    ("cases", "customer_key", "customers"),
    ("case_events", "case_id", "cases"),
    ("messages", "case_id", "cases"),
    ("returns", "order_id", "orders"),
    ("return_lines", "return_id", "returns"),
    ("return_lines", "line_id", "order_lines"),
    ("refunds", "order_id", "orders"),
    ("refunds", "return_id", "returns"),
    ("reviews", "order_id", "orders"),
    ("surveys", "case_id", "cases"),
    ("shifts", "agent_id", "agents"),
]


def test_every_table_of_the_contracts_is_there(world: World) -> None:
    assert set(world.tables) == set(TABLES)
    assert all(frame.height for frame in world.tables.values())


@pytest.mark.parametrize("table", sorted(TABLES))
def test_no_row_is_refused(world: World, plan: Plan, table: str) -> None:
    frame = view(world.tables, plan.now, [table])[table]
    rows = frame.with_columns(_file=pl.lit("x"), _row=pl.int_range(pl.len()))
    verdict = validate(TABLES[table], rows, plan.now)
    assert verdict.refused.height == 0, verdict.refused


@pytest.mark.parametrize("table", sorted(TABLES))
def test_keys_are_unique(world: World, table: str) -> None:
    key = list(TABLES[table].key)
    assert world.tables[table].select(pl.struct(key).is_duplicated().any()).item() is False


@pytest.mark.parametrize(("table", "column", "target"), LINKS)
def test_references_resolve_at_any_instant(
    world: World, plan: Plan, table: str, column: str, target: str
) -> None:
    for days in (-400, -3, 0, 20):
        shown = view(world.tables, plan.now + timedelta(days=days), [table, target])
        key = TABLES[target].key[0]
        rows = shown[table].filter(pl.col(column).is_not_null())
        lost = rows.join(shown[target], left_on=column, right_on=key, how="anti")
        assert lost.height == 0, lost.head(3)


@pytest.mark.parametrize(
    ("table", "stages"),
    [
        ("shipments", ("created_at", "shipped_at", "first_attempt_at", "delivered_at")),
        ("shipments", ("shipped_at", "_customs_in_at", "_customs_out_at", "delivered_at")),
        ("cases", ("created_at", "_answered_at", "_pending_at", "_resumed_at", "_solved_at")),
        ("cases", ("_solved_at", "_reopened_at", "_solved_again_at", "_closed_at")),
        ("returns", ("requested_at", "approved_at", "label_at", "first_scan_at", "received_at")),
        ("returns", ("received_at", "qc_at", "closed_at")),
        ("refunds", ("requested_at", "issued_at", "settled_at")),
        ("surveys", ("sent_at", "answered_at")),
        ("reviews", ("at", "answered_at")),
        ("orders", ("placed_at", "_shipped_at", "_completed_at")),
    ],
)
def test_what_follows_comes_later(world: World, table: str, stages: tuple[str, ...]) -> None:
    frame = world.tables[table]
    for earlier, later in itertools.pairwise(stages):
        wrong = frame.filter(pl.col(later) < pl.col(earlier))
        assert wrong.height == 0, (earlier, later, wrong.select(stages).head(3))


def test_every_message_but_the_automatic_ones_is_an_event(world: World) -> None:
    says = {"customer": "customer_msg", "agent": "agent_msg", "bot": "bot_msg"}
    spoken = world.tables["messages"].with_columns(type=pl.col("author_role").replace_strict(says))
    first = spoken.filter(pl.col("message_id").str.ends_with("-m0"))
    rest = spoken.filter(~pl.col("message_id").str.ends_with("-m0"))
    events = world.tables["case_events"].select("case_id", "at", "type")
    assert rest.join(events, on=["case_id", "at", "type"], how="anti").height == 0
    opened = events.filter(pl.col("type") == "created")
    assert first.join(opened, on=["case_id", "at"], how="anti").height == 0


def test_status_events_agree_with_the_status_of_the_case(world: World, plan: Plan) -> None:
    shown = view(world.tables, plan.now)
    kinds = ["created", "status", "solved", "reopened", "closed"]
    last = (
        shown["case_events"]
        .filter(pl.col("type").is_in(kinds))
        .sort("at", "event_id")
        .group_by("case_id")
        .agg(pl.col("to").last())
    )
    both = shown["cases"].join(last, on="case_id", validate="1:1")
    assert both.height == shown["cases"].height
    assert both.filter(pl.col("status") != pl.col("to")).height == 0


def test_the_same_plan_gives_the_same_world(world: World, plan: Plan) -> None:
    again = generate(plan)
    for name, frame in world.tables.items():
        assert frame.equals(again.tables[name]), name
    assert again.truth == world.truth


def test_another_seed_gives_another_world(world: World, plan: Plan) -> None:
    other = generate(replace(plan, seed=6))
    assert not other.tables["orders"].equals(world.tables["orders"])


def test_size_markets_and_languages_are_as_promised(world: World, plan: Plan) -> None:
    shown = view(world.tables, plan.now)
    assert shown["orders"].height >= plan.orders * 0.96  # the draw scatters by its root
    assert len(company.MARKETS) >= 30
    assert set(shown["messages"]["lang"].unique()) == set(company.LANGUAGES)
    assert shown["products"]["category"].n_unique() == 8
    assert set(shown["shipments"].filter(direction="fwd")["carrier"].unique()) == {
        carrier.name for carrier in company.CARRIERS
    }
    span = plan.now - shown["orders"]["placed_at"].min()
    assert timedelta(days=720) < span <= timedelta(days=731)


def test_incidents_are_told_and_visible(world: World, plan: Plan) -> None:
    told = {row["name"]: row for row in world.truth}
    assert set(told) == set(plan.incidents)
    viral = plan.incidents["viral_complaint"]
    wave = world.tables["cases"].filter(
        (pl.col("country") == viral.country)
        & (pl.col("category") == viral.category)
        & (pl.col("created_at") <= plan.now)
    )
    recent = wave.filter(pl.col("created_at") >= viral.starts_at)
    assert recent.height >= 10
    assert recent.height > wave.height / 2
    marks = world.tables["annotations"]["annotation_id"].to_list()
    for name, incident in plan.incidents.items():
        assert (f"incident-{name}" in marks) is incident.known


def test_the_customs_hold_still_holds(world: World, plan: Plan) -> None:
    hold = plan.incidents["customs_hold"]
    held = world.tables["tracking_events"].filter(
        pl.col("substate") == "customs_info_required", pl.col("event_at") <= plan.now
    )
    assert set(held["country"]) == {hold.country}
    shown = view(world.tables, plan.now, ["shipments"])["shipments"]
    waiting = shown.join(held, on="shipment_id", how="semi")
    assert set(waiting["state"]) == {"customs"}
    assert waiting["delivered_at"].null_count() == waiting.height


def test_service_is_ordinary_apart_from_the_incidents(world: World, plan: Plan) -> None:
    """Wide bands: 6,000 orders scatter; docs/sample_company.md names the full company's."""
    shown = view(world.tables, plan.now)
    due = shown["shipments"].filter(pl.col("direction") == "fwd", pl.col("promised_at") < plan.now)
    on_time = due.select(
        (pl.col("delivered_on") <= pl.col("promised_on")).fill_null(value=False).mean()
    ).item()
    assert 0.88 < on_time < 0.98
    cases = world.tables["cases"].filter(pl.col("_answered_at") <= plan.now)
    quick = cases.select(
        ((pl.col("_answered_at") - pl.col("created_at")) <= timedelta(hours=4)).mean()
    ).item()
    assert 0.85 < quick < 0.99
    assert 0.02 < cases.select(pl.col("_reopened_at").is_not_null().mean()).item() < 0.12
    answered = shown["surveys"].filter(pl.col("answered_at").is_not_null(), kind="csat")
    assert 0.65 < answered.select((pl.col("score") >= 4).mean()).item() < 0.95


def test_no_lens_names_a_column_that_is_not_there(world: World) -> None:
    for name, lens in LENSES.items():
        named = set(lens.instants()) | {c for hidden in lens.masks.values() for c in hidden}
        assert named <= set(world.tables[name].columns), name
