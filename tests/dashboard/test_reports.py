"""The archive of reports: the newest first, found by words, asked for without waiting."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from dash import Dash
from sqlalchemy import insert

from alerts import heartbeat
from callbacks import overview, reports
from dashboard import panel_state
from dashboard.languages import use_language
from dashboard.report_actions import ask
from dashboard.reports import requests
from dashboard.reports.requests import Made
from dashboard.services import Services
from data_access.state import schema
from data_access.state.engine import writing
from tests.dashboard import report_shelf as shelf
from tests.dashboard.fakes import NOW
from tests.dashboard.reports import sample_document

OUTPUTS = (
    "answer", "newest_panel", "newest", "actions", "planned_panel", "planned_note", "planned",
    "kinds", "title", "note", "panel", "list",
)  # fmt: skip


@pytest.fixture
def shelved(fake_services: Services) -> Services:
    """Three weeks, the last one incomplete and one of them issued twice, and a month."""
    (fake_services.settings.home / "alerting.yaml").write_text(shelf.PEOPLE, encoding="utf-8")
    shelf.put(fake_services, shelf.week("2026-W45", ("CSAT fell to 71%.", "客户满意度降至 71%。")))
    shelf.put(fake_services, shelf.week("2026-W46"))
    shelf.put(fake_services, shelf.with_contact_rate(shelf.week("2026-W46"), 222.2), by="Ana")
    shelf.put(fake_services, shelf.triggers())
    shelf.put(fake_services, sample_document.document())
    return fake_services


def shown(services: Services, search: str = "", kind: str = "") -> dict[str, Any]:
    return dict(zip(OUTPUTS, reports.shown(services, "", "", search, kind), strict=True))


def rows(data: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(data)["rows"]
    return found


def press(services: Services, actor: str = "Kim", **fields: str) -> tuple[str, str, str]:
    data = {
        "action": "make",
        "subject": "archive",
        "version": 1,
        "token": f"t{sorted(fields.items())}{actor}"[:60],
        "actor": actor,
        "fields": fields,
    }
    return ask(services, data)


def beat(services: Services) -> None:
    """A worker is there."""
    heartbeat.beat(services.engine, NOW, NOW, {})


def work(services: Services, report_id: int) -> int:
    """What the worker does of it."""
    return requests.run_due(
        services.engine,
        lambda *_asked: Made(report_id, {"n": 1, "new": True}),
        lambda number: Made(number, {}),
        lambda: NOW,
    )


def test_an_empty_archive_says_how_to_begin(fake_services: Services) -> None:
    found = shown(fake_services)
    assert found["answer"] == "No report was made yet."
    assert found["newest_panel"] == found["panel"] == panel_state.EMPTY
    assert found["planned_panel"] == panel_state.EMPTY
    assert found["newest"] == ""


def test_the_newest_weekly_page_comes_first_with_its_mark(shelved: Services) -> None:
    found = shown(shelved)
    (newest,) = rows(found["newest"])
    assert newest["title"].startswith("Contacts per 1,000 orders jumped to 261.3")
    assert (newest["kind"], newest["word"]) == ("breach", "Needs attention")
    assert "Incomplete: data were late" in newest["evidence"]
    assert newest["href"] == "/reports/5"
    listed = rows(found["list"])
    assert [entry["href"] for entry in listed] == [
        "/reports/5", "/reports/3", "/reports/1", "/reports/4",
    ]  # fmt: skip
    assert listed[0]["side"] == "Incomplete"
    assert "Issue 2" in listed[1]["note"]
    assert found["title"] == "4 reports"


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("csat FELL", ["/reports/1"]),
        ("客户满意度降至", ["/reports/1"]),
        ("2026-w46", ["/reports/3"]),
        ("strike", []),
        ("100%_", []),
    ],
)
def test_search_looks_through_both_languages(
    shelved: Services, language: str, search: str, found: list[str]
) -> None:
    with use_language(language):
        listed = shown(shelved, search)
    assert [entry["href"] for entry in rows(listed["list"])] == found
    assert listed["panel"] == panel_state.of(len(found))
    assert listed["newest_panel"] == panel_state.READY


def test_one_kind_alone(shelved: Services) -> None:
    found = shown(shelved, kind="monthly-triggers")
    assert [entry["href"] for entry in rows(found["list"])] == ["/reports/4"]
    assert found["kinds"][0] == {"label": "All", "value": ""}
    assert "weekly" in [option["value"] for option in found["kinds"]]


def test_a_broken_template_of_the_home_hides_no_report(shelved: Services) -> None:
    own = shelved.settings.home / "reports" / "templates"
    own.mkdir(parents=True)
    (own / "bad.yaml").write_text("schema_version: 7\n", encoding="utf-8")
    assert len(rows(shown(shelved)["list"])) == 4


def test_what_waits_says_why(shelved: Services) -> None:
    reason = {
        "code": "late",
        "feeds": [{"feed": "dhl", "why": "no_import", "last_at": None}],
        "until": (NOW + timedelta(hours=6)).isoformat(),
    }
    with writing(shelved.engine) as connection:
        connection.execute(
            insert(schema.report_slot).values(
                schedule="weekly page",
                template="weekly",
                period="2026-W47",
                due_at=NOW,
                state="late",
                reason_json=reason,
                attempts=0,
                updated_at=NOW,
            )
        )
    (slot,) = rows(shown(shelved)["planned"])
    assert slot["side"] == "Waits for data"
    assert "These feeds are late: dhl. It waits until 22 Nov 2026 10:04." in slot["note"]


def test_the_schedule_says_what_comes_next(shelved: Services) -> None:
    path = shelved.settings.home / "reports.yaml"
    path.write_text(
        "schema_version: 1\nschedules:\n  monday:\n    template: weekly\n    weekday: mon\n"
        "    at: '08:00'\n    zone: Europe/Berlin\n",
        encoding="utf-8",
    )
    (coming,) = rows(shown(shelved)["planned"])
    assert (coming["title"], coming["side"]) == ("Weekly page 2026-W47", "23 Nov 2026 07:00")
    path.write_text("schema_version: 1\nschedules: [1]\n", encoding="utf-8")
    found = shown(shelved)
    assert found["planned_note"].startswith("The schedule cannot be used:")
    assert len(rows(found["list"])) == 4


def test_a_report_is_asked_for_and_the_page_looks_on(shelved: Services) -> None:
    beat(shelved)
    _rows, still, _finished = reports.progress(shelved, "", None)
    assert still is True  # nothing waits: nobody looks every two seconds
    token, text, name = press(shelved, template="weekly", period="")
    assert token
    assert text == "Asked for; the worker makes it."
    assert "aw-status--ok" in name
    shown_rows, still, before = reports.progress(shelved, "", None)
    assert still is False
    (job,) = rows(shown_rows)
    assert (job["title"], job["side"]) == ("Weekly page 2026-W46", "Being made")
    assert press(shelved, "Mei", template="weekly", period="2026-W46")[1] == (
        "Kim has asked for it already; it is being made."
    )
    work(shelved, 3)
    shown_rows, still, finished = reports.progress(shelved, "", before)
    assert still is True
    assert finished != before
    (job,) = rows(shown_rows)
    assert (job["href"], job["side"]) == ("/reports/3", "Made")


def test_without_a_worker_it_says_so(shelved: Services) -> None:
    press(shelved, template="weekly", period="2026-W45")
    (job,) = rows(reports.progress(shelved, "", None)[0])
    assert job["side"] == "Waits for the worker"
    assert "afterwatch worker" in job["note"]


def test_a_report_that_failed_says_why(shelved: Services) -> None:
    def fails(*_asked: str) -> Made:
        raise ValueError("Nothing was imported yet.")

    press(shelved, template="weekly", period="2026-W45")
    requests.run_due(shelved.engine, fails, lambda number: Made(number, {}), lambda: NOW)
    (job,) = rows(reports.progress(shelved, "", None)[0])
    assert (job["side"], job["status"]) == ("Failed", "breach")
    assert job["note"].startswith("Nothing was imported yet.")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            {"template": "weekly", "period": "2026-W99"},
            "There is no period 2026-W99 for this report; write it like 2026-W47.",
        ),
        (
            {"template": "quarterly-language", "period": "2026-W10"},
            "There is no period 2026-W10 for this report; write it like 2026-Q3.",
        ),
        (
            {"template": "weekly", "period": "2026-W47"},
            "2026-W47 is not over yet; a report is made when it is.",
        ),
        ({"template": "nothing"}, "That was not understood; reload the page and try again."),
    ],
)
def test_what_cannot_be_made_is_said(shelved: Services, fields: dict[str, str], told: str) -> None:
    token, text, name = press(shelved, **fields)
    assert (token, text) == ("", told)
    assert "aw-status--breach" in name


def test_the_overview_has_one_quiet_line(fake_services: Services, app: Dash) -> None:
    assert overview.newest_report(fake_services, "") == ("", "/reports")
    shelf.put(fake_services, sample_document.document())
    line, href = overview.newest_report(fake_services, "market=DE")
    assert line.startswith("Weekly page 2026-W47: Contacts per 1,000 orders jumped")
    assert href == "/reports/1?market=DE"
    assert app.server.test_client().get("/reports").status_code == 200
