"""The page of one report: its document, what people say of it, its files, its issues."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from dash import Dash, html
from dash.development.base_component import Component

from callbacks import report
from dashboard import panel_state, report_archive, report_keys, report_page
from dashboard.ids import ReportPage
from dashboard.languages import use_language
from dashboard.reports import requests, showing
from dashboard.reports.requests import Made
from dashboard.services import Services
from pages import report as page
from tests.dashboard import report_shelf as shelf
from tests.dashboard.fakes import NOW
from tests.dashboard.reports import sample_document


@pytest.fixture
def shelved(fake_services: Services) -> Services:
    """W46 twice and W47, made before now; Ana and Sam decide."""
    (fake_services.settings.home / "alerting.yaml").write_text(shelf.PEOPLE, encoding="utf-8")
    shelf.put(fake_services, shelf.week("2026-W46"), now=NOW - timedelta(days=6))
    shelf.put(
        fake_services,
        shelf.with_contact_rate(shelf.week("2026-W46"), 222.2),
        by="Ana",
        note="Parcels came late",
        now=NOW - timedelta(days=5),
        targets={"csat": 0.85},
    )
    shelf.put(fake_services, sample_document.document(), now=NOW - timedelta(hours=1))
    return fake_services


def asked(report_id: object) -> dict[str, Any]:
    keys = [key for key, _part, _kpi in report_keys.keys(sample_document.document())]
    return {"report": str(report_id), "keys": keys}


def shown(services: Services, report_id: object = 3) -> dict[tuple[Any, str], Any]:
    found = report.shown(services, "", asked(report_id), "")
    return dict(zip(report.EVERYTHING, found, strict=True))


def rows(data: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(data)["rows"]
    return found


def press(
    services: Services,
    action: str,
    *,
    subject: object = 3,
    actor: str = "Ana",
    version: int = 1,
    **fields: str,
) -> dict[str, Any]:
    data = {
        "action": action,
        "subject": str(subject),
        "version": version,
        "token": f"{action}{subject}{actor}{sorted(fields.items())}"[:64],
        "actor": actor,
        "fields": fields,
    }
    found = report.pressed(services, data)
    told = [text for text in found[1::2] if text]
    return {"done": found[0], "text": told[0] if told else "", "all": found}


def texts(component: Any) -> list[str]:
    """Every text of a tree."""
    if isinstance(component, str):
        return [component]
    if isinstance(component, list | tuple):
        return [text for one in component for text in texts(one)]
    if isinstance(component, Component):
        return texts(getattr(component, "children", None))
    return []


def opened(app: Dash, report_id: object, **query: str) -> Component:
    with app.server.test_request_context("/"):
        layout: Component = page.layout(str(report_id), **query)
    return layout


def find(component: Component, kind: type[Component]) -> list[Any]:
    return [one for one in component._traverse() if isinstance(one, kind)]


def test_the_document_stands_in_the_layout(shelved: Services, app: Dash) -> None:
    told = " ".join(texts(opened(app, 3)))
    document = sample_document.document()
    assert showing.sentence(document.headline, document.zone) in told
    assert "Incomplete: these data were late when it was made" in told
    assert "The feed of the carrier DHL is 2 days late." in told
    for part in document.sections:
        if part.key != "decisions":
            assert showing.section_title(document, part) in told
    assert shelved.metrics.asked == []  # type: ignore[attr-defined]


def test_each_language_has_all_of_it(shelved: Services, app: Dash) -> None:
    document = sample_document.document()
    with app.server.test_request_context("/?lang=zh"):
        told = " ".join(texts(page.layout("3")))
    with use_language("zh_Hans"):
        assert showing.sentence(document.headline, document.zone) in told
    assert "周报 2026-W47" in told
    assert report_archive.exists(shelved, "3")


def test_a_number_leads_to_the_rows_behind_it(app: Dash, shelved: Services) -> None:
    layout = opened(app, 3)
    links = [getattr(one, "href", "") for one in layout._traverse()]
    assert "/numbers/contact_rate?range=12m" in links
    assert "/cases?market=PL" in links
    assert shelved.settings.home.is_dir()


def test_every_figure_can_be_commented_on(app: Dash, shelved: Services) -> None:
    layout = opened(app, 3)
    buttons = [
        one for one in find(layout, html.Button) if "data-comment" in one.to_plotly_json()["props"]
    ]
    named = [one.to_plotly_json()["props"]["data-comment"] for one in buttons]
    document = report_page.opened(shelved, "3")
    assert document is not None
    assert named == [
        key for key, part, _kpi in report_keys.keys(document.document) if part != "never"
    ]
    assert len(named) == len(set(named))


@pytest.mark.parametrize("number", ["99", "0", "abc", "-1", "9" * 40, "", "²"])
def test_an_address_without_a_report_says_so(app: Dash, number: str, shelved: Services) -> None:
    told = " ".join(texts(opened(app, number)))
    assert "There is no report of this number" in told
    found = shown(shelved, number)
    assert found[ReportPage.DECISIONS_PANEL, "className"] == panel_state.EMPTY
    assert found[ReportPage.TICK, "disabled"] is True
    if number:
        assert app.server.test_client().get(f"/reports/{number}").status_code == 404


def test_it_is_there_under_its_address(shelved: Services) -> None:
    from dashboard.app import create_app

    client = create_app(shelved).server.test_client()
    assert client.get("/reports/3").status_code == 200
    assert client.get("/reports/4").status_code == 404


def test_a_decision_is_raised_stands_in_each_week_and_is_settled(shelved: Services) -> None:
    done = press(
        shelved, "raise", text="Stop DHL?", owner="Sam", due_on="2026-11-27",
        figure="kpis/contact_rate",
    )  # fmt: skip
    assert done["text"] == "Raised; it stands in every report until it is settled."
    for number in (1, 3):
        found = shown(shelved, number)
        assert found[ReportPage.DECISIONS_TITLE, "children"] == "1 decision needed"
        (row,) = rows(found[ReportPage.DECISIONS, "data-rows"])
        assert (row["text"], row["word"]) == ("Stop DHL?", "by 27 Nov 2026")
        assert row["href"] == "/reports/3#figure-kpis-contact_rate"
    bar = rows(shown(shelved)[ReportPage.DECISIONS_BAR, "data-rows"])
    which = bar[1]["fields"][0]["options"][0][0]
    moved = press(shelved, "change", which=which, owner="Ana", reason="Sam is away")
    assert moved["text"] == "Changed."
    late = press(shelved, "settle", which=which, result="done", outcome="Stopped", actor="Sam")
    assert late["text"].startswith("Meanwhile changed by Ana")
    which = which.replace(":1", ":2")
    press(shelved, "settle", which=which, result="done", outcome="Stopped", actor="Sam")
    (over,) = rows(shown(shelved)[ReportPage.DECISIONS, "data-rows"])
    assert over["over"] is True
    assert over["note"].startswith("Stopped (Sam, 22 Nov 2026")


def test_who_may_not_decide_is_told_who_may(shelved: Services) -> None:
    found = press(shelved, "raise", text="x", owner="Sam", due_on="2026-11-27", actor="Omar")
    assert (found["done"], found["text"]) == ("", "Only these people may: Sam, Ana.")


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("raise", {"text": "x", "owner": "Sam", "due_on": "soon"}),
        ("settle", {"which": "x", "result": "done"}),
        ("settle", {"which": "1:1", "result": "raise"}),
        ("fly", {}),
    ],
)
def test_a_press_no_form_offers_is_refused(
    shelved: Services, action: str, fields: dict[str, str]
) -> None:
    assert press(shelved, action, **fields)["text"].startswith("That was not understood")


def test_a_comment_stands_beside_its_figure_until_it_is_taken_back(shelved: Services) -> None:
    said = press(shelved, "comment", text="A strike", figure="kpis/contact_rate", actor="Omar")
    assert said["text"] == "Comment added."
    place = report.PLACES.index(ReportPage.COMMENTS_OUTCOME)
    assert said["all"][1 + 2 * place] == "Comment added."
    found = shown(shelved)
    (row,) = rows(found[ReportPage.COMMENTS, "data-rows"])
    assert (row["figure"], row["anchor"]) == ("kpis/contact_rate", "figure-kpis-contact_rate")
    assert (row["by"], row["text"]) == ("Omar", "A strike")
    assert found[ReportPage.COMMENTS_TITLE, "children"] == "1 comment"
    other = press(shelved, "withdraw", subject=row["key"], actor="Ana", version=row["version"])
    assert other["text"] == "Only Omar can take this comment back."
    press(shelved, "withdraw", subject=row["key"], actor="Omar", version=row["version"])
    assert rows(shown(shelved)[ReportPage.COMMENTS, "data-rows"]) == []


def test_issues_say_what_differs_figure_by_figure(shelved: Services, app: Dash) -> None:
    told = texts(opened(app, 2))
    assert "1 figure differs from the issue before" in told
    assert "The numbers · Contacts per 1,000 orders · now" in told
    assert "−39.1" in told
    assert any(text.startswith("Made from: target, ") for text in told)
    assert "This is the first issue of its period" in texts(opened(app, 1))
    issues = rows(shown(shelved, 1)[ReportPage.ISSUES, "data-rows"])
    assert [entry.get("href", "") for entry in issues] == ["/reports/2", ""]
    assert "Parcels came late" in issues[0]["note"]
    newer = shown(shelved, 1)
    assert newer[ReportPage.NEWER, "children"] == "Issue 2 of this period is newer; open it."
    assert newer[ReportPage.NEWER, "href"] == "/reports/2"
    assert shown(shelved, 2)[ReportPage.NEWER, "children"] == ""


def test_two_weeks_stand_side_by_side(shelved: Services, app: Dash) -> None:
    told = texts(opened(app, 3, **{"with": "2"}))
    assert "2026-W47 beside 2026-W46" in told
    assert "+39.1" in told
    for wrong in ("99", "3", "x"):
        told = texts(opened(app, 3, **{"with": wrong}))
        assert any(text.startswith("There is no such report of this kind") for text in told)
    shelf.put(shelved, shelf.triggers())
    told = texts(opened(app, 3, **{"with": "4"}))
    assert any(text.startswith("There is no such report of this kind") for text in told)


def test_neighbours_lead_to_the_newest_issue_of_each_week(shelved: Services) -> None:
    shelf.put(shelved, shelf.week("2026-W44"))
    found = report_page.opened(shelved, "1")
    assert found is not None
    assert found.earlier is not None
    assert found.later is not None
    assert (found.earlier.period, found.later.id, found.newer) == ("2026-W44", 3, 2)


def test_a_rebuild_is_asked_for_and_told(shelved: Services) -> None:
    assert press(shelved, "rebuild")["text"].startswith("Asked for; the worker builds it again")
    waits = shown(shelved)
    assert waits[ReportPage.TICK, "disabled"] is False
    facts = {
        "document_same": False,
        "files": 2,
        "files_same": 1,
        "differences": 3,
        "why": [{"kind": "definition", "about": "csat", "detail": "formula"}],
    }
    requests.run_due(
        shelved.engine,
        lambda *_asked: Made(3, {}),
        lambda number: Made(number, facts),
        lambda: NOW,
    )
    found = shown(shelved)
    assert found[ReportPage.TICK, "disabled"] is True
    told = {row["label"]: row["text"] for row in rows(found[ReportPage.REBUILD, "data-rows"])}
    assert told["What it says"] == "Not the same"
    assert told["Files"] == "1 of 2 the same"
    assert told["Why"] == "The definition of csat was changed since."


@pytest.mark.parametrize(
    ("form", "kind", "begins"),
    [
        ("pdf", "application/pdf", b"%PDF-"),
        ("html", "text/html; charset=utf-8", b"<!"),
        ("csv", "text/csv; charset=utf-8", b""),
        (
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            b"PK",
        ),
    ],
)
def test_files_are_downloads_of_their_kind(
    app: Dash, shelved: Services, form: str, kind: str, begins: bytes
) -> None:
    client = app.server.test_client()
    name = f"weekly-2026-W47-zh.{form}"
    got = client.get(f"/reports/3/{name}")
    assert got.status_code == 200
    assert got.headers["Content-Type"] == kind
    assert got.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.data.startswith(begins)
    assert len(got.data) > 100
    assert client.get(f"/reports/3/{name}").data == got.data
    assert shelved.settings.home.is_dir()


@pytest.mark.parametrize(
    "path",
    [
        "/reports/3/weekly-2026-W46-en.pdf",
        "/reports/3/weekly-2026-W47-fr.pdf",
        "/reports/3/weekly-2026-W47-en.json",
        "/reports/3/..%2fstate.sqlite",
        "/reports/99/weekly-2026-W47-en.pdf",
        f"/reports/{'9' * 30}/weekly-2026-W47-en.pdf",
    ],
)
def test_no_other_name_is_a_file(app: Dash, shelved: Services, path: str) -> None:
    assert app.server.test_client().get(path).status_code == 404
    assert shelved.settings.home.is_dir()


def test_a_foreign_name_gets_no_file(app: Dash, shelved: Services) -> None:
    client = app.server.test_client()
    got = client.get("/reports/3/weekly-2026-W47-en.csv", headers={"Host": "evil.example"})
    assert got.status_code == 421
    assert shelved.settings.home.is_dir()
