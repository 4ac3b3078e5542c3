"""The sample company's plan of reports: it can be used, and begins some weeks ago."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alerts.notify.config import load as load_alerting
from dashboard.demo import duty, reporting
from dashboard.reports import schedule, schedule_checks, schedule_file
from dashboard.reports.template import shipped

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_its_plan_fits_its_people_and_the_reports_that_ship(tmp_path: Path) -> None:
    duty.declare(tmp_path)
    reporting.declare(tmp_path, NOW, "UTC")
    given = schedule_file.load(tmp_path / "reports.yaml")
    config = load_alerting(tmp_path / "alerting.yaml")
    templates = {name: one.body.period for name, one in shipped().items()}
    assert schedule_checks.findings(given, templates, config) == []
    assert {one.template for one in given.body.schedules.values()} == {*templates}


def test_the_first_start_makes_three_weeks_and_the_last_month_and_quarter(tmp_path: Path) -> None:
    reporting.declare(tmp_path, NOW, "UTC")
    found = [
        (decision.period.name, decision.send)
        for one in schedule_file.load(tmp_path / "reports.yaml").body.schedules.values()
        for decision in schedule.due(one, NOW, {})
    ]
    assert found == [
        ("2026-W47", True),
        ("2026-W46", False),
        ("2026-W45", False),
        ("2026-10", True),
        ("2026-Q3", True),
    ]


def test_a_plan_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "reports.yaml").write_text("schema_version: 1\n", encoding="utf-8")
    reporting.declare(tmp_path, NOW, "UTC")
    assert schedule_file.load(tmp_path / "reports.yaml").body.schedules == {}
