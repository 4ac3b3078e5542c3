"""Exports of helpdesks all the way in: accounts, a second import, persons, numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Engine

from data_access import quarantine
from data_access.calendars import compile_hours
from data_access.importing import BatchReport, import_path
from data_access.marts import refresh
from data_access.metrics import Metrics, Query
from data_access.presets import compare_recorded, preset, preset_times
from data_access.sources.registry import get
from data_access.warehouse import Warehouse
from tests.data_access.importing.stub_source import OPTIONS
from tests.data_access.sources import test_freshdesk as fresh
from tests.data_access.sources import test_gorgias as gorg
from tests.data_access.sources import test_zendesk as zend
from tests.data_access.sources.helpdesk_aid import at, page

NOW = datetime(2026, 6, 1, tzinfo=UTC)
Take = Callable[..., BatchReport]
EXPORTS = {"zendesk": zend.whole, "gorgias": gorg.whole, "freshdesk": fresh.whole}


@pytest.fixture
def take(warehouse: Warehouse, engine: Engine) -> Take:
    """Import what was saved at a path."""

    def run(product: str, path: Path) -> BatchReport:
        return import_path(
            get(product),
            path,
            warehouse=warehouse,
            engine=engine,
            options=replace(OPTIONS, now=NOW),
            now=NOW,
        )

    return run


def counts(report: BatchReport) -> dict[str, tuple[int, int, int, int]]:
    for table in report.tables:
        assert table.read == table.new + table.changed + table.unchanged + table.quarantined
    return {t.table: (t.new, t.changed, t.unchanged, t.quarantined) for t in report.tables}


@pytest.mark.parametrize("product", EXPORTS)
def test_a_second_import_changes_nothing(take: Take, tmp_path: Path, product: str) -> None:
    folder = EXPORTS[product](tmp_path / "export")
    first = counts(take(product, folder))
    assert first["cases"] == (1, 0, 0, 0)
    assert first["case_events"][0] > 10
    second = counts(take(product, folder))
    assert second == {name: (0, 0, new, 0) for name, (new, *_) in first.items()}


def test_a_repeated_ticket_counts_as_unchanged(take: Take, tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        page(tmp_path, name, {"tickets": [zend.ticket(1), zend.ticket(2)]})
    newer = zend.ticket(1, status="closed", updated_at="2026-03-10T00:00:00Z")
    page(tmp_path, "c.json", {"tickets": [newer, zend.ticket(3, created_at="?")]})
    assert counts(take("zendesk", tmp_path))["cases"] == (2, 0, 3, 1)


def test_a_later_export_changes_what_changed(take: Take, tmp_path: Path) -> None:
    take("zendesk", page(tmp_path, "a.json", {"tickets": [zend.ticket(1), zend.ticket(2)]}))
    newer = zend.ticket(1, status="deleted", updated_at="2026-03-10T00:00:00Z")
    report = take("zendesk", page(tmp_path, "b.json", {"tickets": [newer, zend.ticket(2)]}))
    assert counts(report)["cases"] == (0, 1, 1, 0)


SECRETS = ("Ida Bloom", "ida@example.com", "+49 30 1234567", "Bloom")


@pytest.mark.parametrize("product", EXPORTS)
def test_no_person_is_stored(
    take: Take, tmp_path: Path, warehouse: Warehouse, engine: Engine, product: str
) -> None:
    """Neither in tables nor in quarantine; customers are keyed hashes wherever they act."""
    folder = EXPORTS[product](tmp_path / "export")
    for file in folder.glob("*.json*"):
        text = file.read_text(encoding="utf-8")
        said = text.replace("Where is it?", "Call +49 30 1234567 or ida@example.com")
        file.write_text(said, encoding="utf-8")
    bad = {
        "zendesk": [zend.ticket(9, created_at="?", subject="Ida Bloom")],
        "gorgias": [gorg.ticket(9, created_datetime="?", subject="Ida Bloom"),
                    gorg.message(99, "2 09:00", agent=False, created_datetime="?",
                                 body_text="I am Ida Bloom")],
        "freshdesk": [fresh.ticket(9, created_at="?", subject="Ida Bloom")],
    }  # fmt: skip
    page(folder, "bad.json", [*bad[product], None])
    (folder / "cut.jsonl").write_text(
        json.dumps(bad[product][0]) + '\n{"name": "Ida Bloom", "id', encoding="utf-8"
    )
    report = take(product, folder)
    assert sum(table.quarantined for table in report.tables) >= 3
    names = ("cases", "case_events", "messages", "surveys", "agents")
    stored = [warehouse.scan(name).collect().write_csv() for name in names]
    stored.append(quarantine.listing(engine).write_csv())
    for secret in SECRETS:
        assert not any(secret in text for text in stored)
    assert "[phone] or [email]" in stored[0]
    customers = warehouse.scan("cases").collect()["customer_key"].unique().to_list()
    acting = warehouse.scan("case_events").filter(pl.col("actor_role") == "customer").collect()
    assert [len(customer) for customer in customers] == [32]
    assert set(acting["actor_id"].drop_nulls()) == set(customers)


@pytest.mark.parametrize("product", EXPORTS)
def test_numbers_come_out_of_it(
    take: Take, tmp_path: Path, warehouse: Warehouse, engine: Engine, product: str
) -> None:
    """The first answer of a person, not of the bot; solved, reopened and solved again."""
    take(product, EXPORTS[product](tmp_path / "export"))
    refresh(warehouse, engine, NOW)
    answered = {"gorgias": at("2 10:05")}.get(product, at("2 10:00"))
    case = warehouse.scan("cases", namespace="marts").collect().to_dicts()
    assert len(case) == 1
    assert case[0]["first_response_at"] == answered
    assert case[0]["first_solved_at"] == at("4 09:00")
    assert case[0]["last_solved_at"] == at("6 09:00")
    assert case[0]["first_reopened_at"] == at("5 09:00")
    assert case[0]["reopen_count"] == 1
    assert case[0]["agent_started"] is False
    assert (case[0]["language"], case[0]["team"]) == (
        {"freshdesk": None}.get(product, "de"),
        "Germany",
    )
    metrics = Metrics(warehouse, engine)
    for kpi, value in (("contacts", 1), ("backlog", 0)):
        assert metrics.kpi(Query(kpi))["value"].to_list() == [value]


FIGURES = {
    "reply_time_in_minutes": 60,
    "first_resolution_time_in_minutes": 2 * 1440,
    "full_resolution_time_in_minutes": 4 * 1440,
    # New for an hour, on hold until the 4th 9:00, open again from the 5th to the 6th.
    "requester_wait_time_in_minutes": 60 + 47 * 60 + 1440,
    "on_hold_time_in_minutes": 47 * 60,
}
METRICS = ("first_response", "first_resolution", "full_resolution", "requester_wait",
           "agent_work", "on_hold")  # fmt: skip


@pytest.mark.parametrize("metric", METRICS)
def test_zendesks_own_figures_follow_from_its_audits(
    take: Take, tmp_path: Path, warehouse: Warehouse, metric: str
) -> None:
    folder = zend.whole(tmp_path / "export")
    own = {name: {"calendar": minutes, "business": None} for name, minutes in FIGURES.items()}
    page(folder, "page.json", {"tickets": [zend.FIRST], "metric_sets": [zend.metric_set(1, **own)],
                               "users": zend.USERS, "groups": zend.GROUPS})  # fmt: skip
    take("zendesk", folder)
    cases = warehouse.scan("cases").with_columns(
        level="severity", language="lang", market="country",
        **dict.fromkeys(("vip_tier", "vip_from", "vip_to"), pl.lit(None)),
    )  # fmt: skip
    times = preset_times(
        cases,
        warehouse.scan("case_events"),
        warehouse.scan("messages"),
        metric=metric,
        preset=preset("zendesk:calendar"),
        hours=compile_hours(
            warehouse.scan("calendars").collect(),
            warehouse.scan("holidays").collect(),
            first=date(2026, 3, 1),
            last=date(2026, 4, 1),
        ),
        as_of=NOW,
    )
    found = compare_recorded(cases, times, metric=metric, hours="calendar")
    assert (found.recorded, found.both, found.agree) == (1, 1, 1), found.differences
