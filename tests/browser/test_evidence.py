"""The Evidence screen in a real browser: file, withdraw, build, take along and check a pack."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from alerts import dossier
from alerts.dossier.verifier import LOG
from dashboard.app import create_app
from dashboard.services import open_services
from dashboard.settings import load_settings
from tests.alerts.dossier import dossier_world
from tests.browser.live import Live
from tests.browser.test_shell import opened

pytestmark = pytest.mark.browser


@pytest.fixture
def live(
    serve_wsgi: Callable[[Any], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Live]:
    """A home with crisis 1."""
    services = open_services(load_settings(home=tmp_path / "home"))
    monkeypatch.setattr(dossier_world, "NOW", datetime.now(UTC))
    dossier_world.whole(services.engine, services.settings.home)
    yield Live(serve_wsgi(create_app(services).server), services)
    services.engine.dispose()


def acting(page: Page, name: str) -> None:
    page.fill("#shell-actor-name", name)
    page.press("#shell-actor-name", "Enter")


def test_somebody_files_builds_and_checks(page: Page, live: Live, tmp_path: Path) -> None:
    opened(page, f"{live.url}/evidence/1")
    expect(page.locator("#evidence-answer")).to_have_text(
        "Not yet: 5 of 12 required items are there."
    )
    acting(page, "Mei Chen")
    page.get_by_role("button", name="Write a note").click()
    form = page.locator("#evidence-act-note")
    form.get_by_label("Title").fill("Sale stopped")
    form.get_by_label("It proves").select_option("stop-sale")
    form.get_by_label("What you know, and from whom").fill("All listings off since 9:40, says Sun.")
    form.get_by_role("button", name="Keep the note").click()
    expect(page.locator("#evidence-outcome")).to_contain_text("Filed as evidence 4")
    expect(page.locator("#evidence-answer")).to_contain_text("6 of 12")

    report = tmp_path / "report.pdf"
    report.write_bytes(b"%PDF-1.7 the lab's report")
    box = page.locator("#evidence-upload")
    box.get_by_label("It proves").select_option("lot-record")
    box.locator("input[type=file]").set_input_files(report)
    expect(box.locator(".aw-upload__outcome")).to_contain_text("Filed as evidence 5")
    row = page.locator("#evidence-filed tbody tr").filter(has_text="report.pdf")
    expect(row).to_contain_text("Mei Chen")
    expect(page.locator("#evidence-answer")).to_contain_text("7 of 12")

    page.get_by_role("button", name="Build a pack of now").click()
    expect(page.locator("#evidence-built")).to_contain_text("The pack is built and holds")
    with page.expect_download() as waiting:
        page.locator("#evidence-packs tbody tr a").first.click()
    pack = tmp_path / "pack.zip"
    waiting.value.save_as(pack)
    result = dossier.verify(str(pack))
    assert result.title == "Kettles that smoke"

    check = page.locator("#evidence-check")
    check.locator("input[type=file]").set_input_files(pack)
    expect(check.locator(".aw-upload__outcome")).to_contain_text("The pack holds: crisis 1")
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(pack) as old, zipfile.ZipFile(forged, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == LOG:
                lines = content.split(b"\n")
                content = b"\n".join([*lines[:3], *lines[4:]])
            new.writestr(info, content)
    check.locator("input[type=file]").set_input_files(forged)
    expect(check.locator(".aw-upload__outcome")).to_have_text(
        "Not intact. First broken link: log/events.jsonl, line 4, entry 5 was dropped."
    )


def test_a_name_is_asked_for_before_a_file_goes(page: Page, live: Live, tmp_path: Path) -> None:
    opened(page, f"{live.url}/evidence/1")
    note = tmp_path / "note.txt"
    note.write_text("something")
    box = page.locator("#evidence-upload")
    box.locator("input[type=file]").set_input_files(note)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Your name").fill("Bo")
    dialog.get_by_role("button", name="Go on").click()
    expect(box.locator(".aw-upload__outcome")).to_contain_text("Filed as evidence 4")
    assert dossier.rows_of(live.services.engine, 1)["added_by"][0] == "Bo"


def test_a_file_is_dropped_and_the_keyboard_reaches_the_field(page: Page, live: Live) -> None:
    opened(page, f"{live.url}/evidence/1")
    acting(page, "Mei")
    box = page.locator("#evidence-upload")
    box.get_by_label("Where it comes from").focus()
    page.keyboard.press("Tab")
    expect(box.locator("input[type=file]")).to_be_focused()
    transfer = page.evaluate_handle(
        "() => { const data = new DataTransfer();"
        " data.items.add(new File(['dropped'], 'dropped.txt', { type: 'text/plain' }));"
        " return data; }"
    )
    box.locator(".aw-upload__drop").dispatch_event("drop", {"dataTransfer": transfer})
    expect(box.locator(".aw-upload__outcome")).to_contain_text("Filed as evidence 4")
    expect(page.locator("#evidence-filed")).to_contain_text("dropped.txt")


def test_evidence_is_withdrawn_with_a_reason(page: Page, live: Live) -> None:
    opened(page, f"{live.url}/evidence/1")
    acting(page, "Ana")
    page.get_by_role("button", name="Withdraw", exact=True).first.click()
    form = page.locator("#evidence-act-withdraw")
    form.get_by_label("Which").select_option("1")
    form.get_by_role("button", name="Withdraw").click()
    expect(form.get_by_role("alert")).to_have_text("Fill this in first.")
    form.get_by_label("Why; it stays in the log").fill("another crisis")
    form.get_by_role("button", name="Withdraw").click()
    expect(page.locator("#evidence-outcome")).to_contain_text("Withdrawn")
    row = page.locator("#evidence-filed tbody tr").filter(has_text="Call with the lab")
    expect(row).to_contain_text("another crisis")


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(page: Page, live: Live, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    opened(page, f"{live.url}/evidence/1")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_an_unknown_crisis_says_so(page: Page, live: Live, watch: Any) -> None:
    watch.allow("404")
    page.goto(f"{live.url}/evidence/77")
    expect(page.locator("#evidence-checklist-panel")).to_contain_text("There is no such crisis")
