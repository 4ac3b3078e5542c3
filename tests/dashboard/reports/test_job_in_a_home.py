"""The job with real numbers: what a worker does, and what doctor says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from alerts.lease import acquire
from dashboard.cli import group
from dashboard.reports import job, requests, slots, store
from dashboard.services import Services
from tests.dashboard.reports import report_home
from tests.dashboard.reports.planned import ALERTING, PLAN


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """A home with a plan, an hour after its page is due."""
    made = report_home.built(tmp_path_factory.mktemp("job-home"))
    folder = made.settings.home
    (folder / "reports.yaml").write_text(PLAN, encoding="utf-8")
    (folder / "alerting.yaml").write_text(ALERTING, encoding="utf-8")
    return replace(made, clock=lambda: report_home.NOW + timedelta(hours=3))


def work(services: Services) -> None:
    """One run of the worker's job."""
    lease = acquire(services.engine, "worker", "me", timedelta(hours=1), datetime.now(UTC))
    assert lease is not None
    job.extra_job(services).work(services.clock(), lease)


def test_a_worker_makes_what_is_planned_and_what_is_asked_for(own: Services) -> None:
    asked = requests.ask(own.engine, "weekly", "2026-W09", actor="Ana", token=None, now=own.clock())
    assert asked.result == "done"
    work(own)
    (planned,) = slots.listed(own.engine)
    assert (planned.schedule, planned.slot.state) == ("board", "sent")
    found = store.listed(own.engine)
    assert {*zip(found["period"], found["created_by"], strict=True)} == {
        (report_home.WEEK, "schedule board"),
        ("2026-W09", "Ana"),
    }
    (request,) = requests.asked_for(own.engine, since=own.clock() - timedelta(days=1))
    assert (request.state, request.facts["new"]) == ("issued", True)
    again = requests.ask_again(
        own.engine, request.report_id or 0, actor="Ana", token=None, now=own.clock()
    )
    assert again.result == "done"
    work(own)
    compared = requests.compared(own.engine, request.report_id or 0)
    assert compared is not None
    assert compared.facts["same"] is True


def doctor(folder: Path) -> str:
    """What doctor says."""
    done = CliRunner().invoke(group, ["doctor", "--home", str(folder)])
    assert isinstance(done.exception, SystemExit | None), done.exception
    return " ".join(done.output.split())


def test_doctor_tells_of_broken_plans_failures_and_receivers(own: Services) -> None:
    folder = own.settings.home
    plan = folder / "reports.yaml"
    work(own)
    told = doctor(folder)
    assert "planned report" not in told
    assert "report board" not in told
    plan.write_text(PLAN.replace("{channel: desk}", "{role: wizard}"), encoding="utf-8")
    assert "nobody holds the role wizard" in doctor(folder)
    plan.write_text(
        PLAN + PLAN.split("schedules:\n")[1].replace("board", "bad").replace("weekly", "nope"),
        encoding="utf-8",
    )
    work(own)
    told = doctor(folder)
    assert "there is no report 'nope'" in told
    assert f"report bad {report_home.WEEK}: failed: There is no report 'nope'" in told
    plan.write_text("schema_version: 1\nschedules: [", encoding="utf-8")
    assert "reports.yaml" in doctor(folder)
    assert "not valid YAML" in doctor(folder)
    plan.write_text(PLAN, encoding="utf-8")
