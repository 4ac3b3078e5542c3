"""The clocks of one case: cut into stretches that add up, judged, beside the vendor's figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl
import pytest

from data_access.browse import case_clocks
from data_access.browse.case_clocks import CaseClocks, sources_of
from data_access.marts import refresh
from data_access.marts.schemas import MARTS
from tests.data_access.metrics.home import Home
from tests.data_access.tables import at

NOW = at("2026-03-20 12:00")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """An office in Berlin (9 to 17 on weekdays), answers within 4 business hours."""
    made = Home(tmp_path_factory.mktemp("home"))
    calendars = [
        {"interval_id": f"o{day}", "calendar_id": "office", "tz": "Europe/Berlin",
         "weekday": day, "start_minute": 540, "end_minute": 1020}
        for day in range(1, 6)
    ]  # fmt: skip
    policies = [
        {"policy_id": "gold", "metric": "first_response", "target_s": 4 * 3600,
         "clock": "business", "calendar_id": "office"},
        {"policy_id": "gold", "metric": "resolution", "target_s": 16 * 3600,
         "clock": "business", "calendar_id": "office", "pause_states": "pending"},
    ]  # fmt: skip
    # Friday 15:48 in Berlin; Monday is a day off of this calendar.
    off = [{"holiday_id": "h", "calendar_id": "office", "starts_on": at("2026-03-09").date(),
            "ends_on": at("2026-03-09").date(), "name": "Works outing"}]  # fmt: skip
    created = at("2026-03-06 14:48")
    cases = [
        {"case_id": "a", "created_at": created, "status": "solved", "policy_id": "gold",
         "vendor_frt_min": 5532.0, "vendor_frt_business_min": 240.0, "vendor_sla_met": True},
        {"case_id": "open", "created_at": at("2026-03-20 08:00"), "status": "open"},
        {"case_id": "twice", "created_at": created, "status": "open"},
    ]  # fmt: skip
    events = [
        # Tuesday 12:00 in Berlin: 1 h 12 min on Friday + 3 h on Tuesday = 4 h 12 min.
        {"event_id": "1", "case_id": "a", "at": at("2026-03-10 11:00"), "type": "agent_msg"},
        {"event_id": "2", "case_id": "a", "at": at("2026-03-10 12:00"), "type": "status",
         "from": "open", "to": "pending"},
        {"event_id": "3", "case_id": "a", "at": at("2026-03-11 12:00"), "type": "status",
         "from": "pending", "to": "open"},
        {"event_id": "4", "case_id": "a", "at": at("2026-03-11 14:00"), "type": "solved"},
        {"event_id": "5", "case_id": "a", "at": at("2026-03-01 10:00"), "type": "note"},
        {"event_id": "6", "case_id": "open", "at": at("2026-03-20 08:00"), "type": "created"},
    ]  # fmt: skip
    made.take_in(
        {"cases": cases, "case_events": events, "calendars": calendars, "holidays": off,
         "sla_policies": policies},
        NOW,
    )  # fmt: skip
    made.take_in({"cases": [{**cases[2], "status": "closed"}]}, NOW, source="other")
    refresh(made.warehouse, made.engine, NOW)
    yield made
    made.close()


def explained(home: Home, case_id: str = "a", **more: object) -> CaseClocks:
    told = case_clocks(home.warehouse, case_id, **{"as_of": NOW, **more})  # type: ignore[arg-type]
    assert told is not None
    return told


def run_of(told: CaseClocks, clock: str) -> dict[str, object]:
    (row,) = told.instances.filter(pl.col("clock") == clock).to_dicts()
    return row


def test_a_response_missed_by_twelve_minutes_on_business_hours(home: Home) -> None:
    told = explained(home)
    run = run_of(told, "first_response")
    assert run["counted_s"] == (4 * 60 + 12) * 60
    assert run["over_s"] == 12 * 60
    assert (run["standing"], run["on_business"]) == ("missed", True)
    assert (run["policy"], run["calendar"]) == ("shop/gold", "shop/office")


def test_the_stretches_name_the_evening_the_weekend_and_the_day_off(home: Home) -> None:
    told = explained(home)
    rows = told.intervals.filter(pl.col("clock") == "first_response").sort("starts_at")
    assert rows["reason"].to_list() == [
        "running",
        "out_of_hours",
        "holiday",
        "out_of_hours",
        "running",
    ]
    assert rows["detail"][2] == "Works outing"
    assert rows["starts_at"][0] == at("2026-03-06 14:48")
    assert rows["ends_at"][-1] == at("2026-03-10 11:00")
    assert (rows["starts_at"][1:] == rows["ends_at"][:-1]).all()


def test_counted_and_not_counted_make_up_the_whole(home: Home) -> None:
    told = explained(home)
    span = (pl.col("ends_at") - pl.col("starts_at")).dt.total_seconds()
    sums = told.intervals.group_by("clock", "instance").agg(
        whole=span.sum(), counted=span.filter("counted").sum()
    )
    both = told.instances.join(sums, on=["clock", "instance"], how="inner")
    assert both.height > 3
    stopped = both.filter(pl.col("stopped_at").is_not_null())
    assert (stopped["whole"] == stopped["calendar_s"]).all()
    assert (stopped["counted"] == stopped["elapsed_s"]).all()
    assert (both["counted"] == both["counted_s"]).all()


def test_a_pause_stands_in_the_resolution(home: Home) -> None:
    rows = explained(home).intervals.filter(
        (pl.col("clock") == "resolution") & (pl.col("reason") == "paused")
    )
    assert rows["starts_at"].min() == at("2026-03-10 12:00")
    assert rows["ends_at"].max() == at("2026-03-11 12:00")
    assert rows["detail"].unique().to_list() == ["pending"]


def test_vendor_figures_stand_beside_ours(home: Home) -> None:
    told = explained(home)
    rows = {(row["clock"], row["basis"]): row for row in told.vendor.to_dicts()}
    wall = rows["first_response", "calendar"]
    assert wall["ours_s"] == wall["vendor_s"] == 5532 * 60
    assert wall["difference_s"] == 0
    assert rows["first_response", "business"]["difference_s"] == -12 * 60


def test_what_was_wrong_with_the_record_is_told(home: Home) -> None:
    assert "event_before_creation" in explained(home).findings["check"].to_list()


def test_an_earlier_instant_knows_less(home: Home) -> None:
    told = explained(home, as_of=at("2026-03-10 10:30"))
    run = run_of(told, "first_response")
    assert (run["standing"], run["stopped_at"]) == ("running", None)
    assert run["counted_s"] == (3 * 60 + 42) * 60
    assert told.intervals["ends_at"].max() == at("2026-03-10 10:30")
    assert told.events.is_empty()
    assert explained(home).events.height > 3
    late = run_of(explained(home, as_of=at("2026-03-10 10:50")), "first_response")
    assert late["standing"] == "overdue"
    assert case_clocks(home.warehouse, "a", as_of=at("2026-03-06 10:00")) is None


def test_a_clock_without_a_promise_runs_around_the_clock(home: Home) -> None:
    run = run_of(explained(home, "open"), "full_resolution")
    assert (run["standing"], run["on_business"], run["calendar"]) == ("measured", False, None)
    assert run["counted_s"] == timedelta(hours=4).total_seconds()


def test_numbers_repeat_across_sources(home: Home) -> None:
    assert sources_of(home.warehouse, "twice") == ["other", "shop"]
    assert sources_of(home.warehouse, "nobody") == []
    assert explained(home, "twice").case["source"] == "other"
    assert explained(home, "twice", source="shop").case["status"] == "open"
    assert case_clocks(home.warehouse, "nobody", as_of=NOW) is None


def test_the_marts_hold_the_same_deadlines_and_findings(home: Home) -> None:
    mart = home.warehouse.scan("cases", namespace="marts", schema=MARTS["cases"].columns).collect()
    assert mart.height == 4
    for row in mart.to_dicts():
        told = explained(home, row["case_id"], source=row["source"])
        for clock, prefix in (("first_response", "fr"), ("resolution", "res")):
            runs = told.instances.filter(pl.col("clock") == clock)
            assert (runs["due_at"].to_list() or [None]) == [row[f"{prefix}_due_at"]]
            assert (runs["target_s"].to_list() or [None]) == [row[f"{prefix}_target_s"]]
        checks = sorted(set(told.findings["check"]))
        assert (" ".join(checks) or None) == row["dq"]
