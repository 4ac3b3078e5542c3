"""Reports in a real browser: read, followed to rows, decided, commented, compared, taken along."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from alerts import heartbeat
from dashboard.app import create_app
from dashboard.reports import rebuild, requests, store
from dashboard.reports.requests import Made
from dashboard.services import Services
from dashboard.shell import REFRESH_SECONDS
from tests.browser.test_shell import opened
from tests.dashboard import report_shelf as shelf
from tests.dashboard.fakes import NOW, services
from tests.dashboard.reports import sample_document

pytestmark = pytest.mark.browser

POLLED = REFRESH_SECONDS * 1000 + 10_000


@dataclass(frozen=True)
class Place:
    """An application over a few reports."""

    url: str
    services: Services


@pytest.fixture
def place(serve_wsgi: Callable[[Any], str], tmp_path: Path) -> Iterator[Place]:
    """Three weeks, one of them issued twice; the newest is incomplete."""
    made = services(tmp_path)
    (tmp_path / "alerting.yaml").write_text(shelf.PEOPLE, encoding="utf-8")
    heartbeat.beat(made.engine, NOW, NOW, {})
    csat = ("CSAT fell to 71%, driven by returns.", "客户满意度降至 71%，主要因退货。")
    shelf.put(made, shelf.week("2026-W45", csat, headline_tone="bad"))
    shelf.put(made, shelf.week("2026-W46"))
    shelf.put(made, shelf.with_contact_rate(shelf.week("2026-W46"), 222.2), by="Ana")
    shelf.put(made, sample_document.document(), now=NOW - timedelta(hours=1))
    yield Place(serve_wsgi(create_app(made).server), made)
    made.engine.dispose()


def named(page: Page, name: str) -> None:
    """Say who acts."""
    field = page.locator("#shell-actor-name")
    field.fill(name)
    field.press("Enter")


def form(page: Page, bar: str, button: str) -> Any:
    """Open a form of a bar."""
    page.locator(bar).get_by_role("button", name=button, exact=True).click()
    return page.locator(f"{bar} form:not([hidden])")


def fits(page: Page) -> bool:
    """Whether nothing must be scrolled sideways."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return wide <= 0


def test_a_manager_reads_decides_and_takes_the_page_along(
    page: Page, new_page: Callable[..., Page], place: Place
) -> None:
    opened(page, f"{place.url}/reports")
    newest = page.locator("#reports-newest")
    expect(newest).to_contain_text("Incomplete: data were late")
    newest.get_by_role("link", name="Contacts per 1,000 orders jumped").click()
    expect(page.locator(".aw-page__answer")).to_contain_text("Poland alone explains it")
    expect(page.locator(".aw-report__incomplete")).to_contain_text("DHL")

    # A number leads to the rows behind it, and back.
    page.locator("#figure-cost-awkward").get_by_role("link", name="Poland").click()
    page.wait_for_url("**/cases?market=PL")
    page.go_back()
    expect(page.locator(".aw-page__answer")).to_contain_text("Poland alone explains it")

    phone = opened(new_page(width=390, height=844), f"{place.url}/reports/4")
    expect(phone.locator("#report-decisions-title")).to_have_text("No decision is open")

    named(page, "Ana")
    raising = form(page, "#report-decisions-bar", "Raise a decision")
    raising.locator("textarea").fill("Stop DHL for Poland?")
    raising.locator("[name=owner]").fill("Sam")
    raising.locator("[name=due_on]").fill("2026-11-27")
    raising.locator("[name=figure]").select_option("kpis/contact_rate")
    raising.get_by_role("button", name="Raise it").click()
    expect(page.locator("#report-outcome")).to_contain_text("stands in every report until")
    expect(page.locator("#report-decisions")).to_contain_text("Decides: Sam")

    # A comment is begun at its figure and stands beside it.
    page.get_by_role("button", name="Comment on Contacts per 1,000 orders").first.click()
    about = page.locator("#report-comments-bar form")
    expect(about.locator("[name=figure]")).to_have_value("kpis/contact_rate")
    expect(about.locator("textarea")).to_be_focused()
    about.locator("textarea").fill("A strike; it ended on Friday.")
    about.get_by_role("button", name="Add it").click()
    beside = page.locator('[data-figure="kpis/contact_rate"]')
    expect(beside).to_contain_text("A strike; it ended on Friday.")

    # The other browser sees both without loading anything anew.
    expect(phone.locator("#report-decisions")).to_contain_text(
        "Stop DHL for Poland?", timeout=POLLED
    )
    expect(phone.locator("#report-comments")).to_contain_text("A strike", timeout=POLLED)
    expect(phone.locator("#report-comments").get_by_role("button")).to_have_count(0)
    assert fits(phone)

    # Ana takes her comment back; it is gone beside the figure too.
    page.locator("#report-comments").get_by_role("button", name="Take back").click()
    expect(page.locator("#report-comments-outcome")).to_have_text("Comment taken back.")
    expect(beside).to_be_empty()

    with page.expect_download() as taken:
        page.get_by_role("link", name="Download as PDF, English").click()
    assert taken.value.suggested_filename == "weekly-2026-W47-en.pdf"
    assert Path(taken.value.path()).read_bytes().startswith(b"%PDF-")


def test_search_kind_and_two_weeks_side_by_side(page: Page, place: Place) -> None:
    opened(page, f"{place.url}/reports")
    listed = page.locator("#reports-list")
    expect(listed.get_by_role("link")).to_have_count(3)
    page.locator("#reports-search").fill("退货")
    expect(listed.get_by_role("link")).to_have_count(1)
    expect(listed).to_contain_text("CSAT fell to 71%")
    page.locator("#reports-search").fill("nobody said that")
    expect(page.locator("#reports-list-panel")).to_contain_text("No report says that")
    page.locator("#reports-search").fill("")
    expect(listed.get_by_role("link")).to_have_count(3)

    opened(page, f"{place.url}/reports/4")
    page.locator(".aw-report__others").get_by_role("link", name="2026-W46").click()
    page.wait_for_url("**/reports/4?with=3")
    expect(page.locator("#report-beside-title")).to_have_text("2026-W47 beside 2026-W46")
    pair = page.locator(".aw-report__pair")
    expect(pair).to_contain_text("Nothing unusual in 2026-W46.")
    expect(page.locator("section:has(> header > #report-beside-title)")).to_contain_text("+39.1")
    page.get_by_role("link", name="Close").click()
    expect(page.locator("#report-beside-title")).to_have_count(0)


def test_a_report_is_asked_for_and_appears_by_itself(page: Page, place: Place) -> None:
    opened(page, f"{place.url}/reports")
    named(page, "Ana")
    asking = form(page, "#reports-actions", "Make a report now")
    expect(asking.locator("[name=template]")).to_have_value("weekly")
    asking.locator("[name=period]").fill("2026-W44")
    asking.get_by_role("button", name="Make it").click()
    jobs = page.locator("#reports-jobs")
    expect(jobs).to_contain_text("Being made")

    def make(_template: str, period: str, by: str) -> Made:
        made = shelf.put(place.services, shelf.week(period), by=by)
        return Made(made.report_id, {"n": 1, "new": True})

    def again(number: int) -> Made:
        found = rebuild.rebuild(place.services, number)
        return Made(number, {"document_same": found.document_same})

    worker = threading.Thread(
        target=requests.run_due, args=(place.services.engine, make, again, lambda: NOW)
    )
    worker.start()
    worker.join()
    expect(jobs).to_contain_text("Made")
    expect(page.locator("#reports-list")).to_contain_text("Nothing unusual in 2026-W44.")
    assert store.newest(place.services.engine, "weekly", "2026-W44") is not None


def test_a_decision_by_keyboard_only(page: Page, place: Place) -> None:
    opened(page, f"{place.url}/reports/4")
    named(page, "Sam")
    raising = page.locator("#report-decisions-bar").get_by_role("button", name="Raise a decision")
    raising.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Hire two agents?")
    page.keyboard.press("Tab")
    page.keyboard.type("Ana")
    page.keyboard.press("Tab")
    day = page.locator("#report-decisions-bar [name=due_on]")
    expect(day).to_be_focused()
    day.fill(date(2026, 11, 30).isoformat())
    submit = page.locator("#report-decisions-bar form:not([hidden]) [type=submit]")
    submit.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#report-decisions")).to_contain_text("Hire two agents?")
    settle = page.locator("#report-decisions-bar").get_by_role("button", name="Settle one")
    settle.focus()
    page.keyboard.press("Enter")
    settling = page.locator("#report-decisions-bar form:not([hidden])")
    settling.locator("textarea").focus()
    page.keyboard.type("Two for December")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#report-decisions")).to_contain_text("Two for December (Sam")
    expect(page.locator("#report-decisions-title")).to_have_text("No decision is open")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_it_fits_a_phone_in_each_language_and_light(
    new_page: Callable[..., Page], place: Place, scheme: Any, locale: str
) -> None:
    page = new_page(width=390, height=844, scheme=scheme, locale=locale, touch=True)
    for path in ("/reports", "/reports/4", "/reports/4?with=3", "/reports/3"):
        opened(page, place.url + path)
        expect(page.locator(".aw-panel.is-loading:visible")).to_have_count(0)
        expect(page.locator(".aw-panel.is-error")).to_have_count(0)
        assert fits(page), path
    expect(page.locator(".aw-report__panel svg").first).to_be_visible()


def test_unknown_reports_say_so(page: Page, place: Place, watch: Any) -> None:
    watch.allow("404")
    answer = page.goto(f"{place.url}/reports/99")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("main")).to_contain_text("There is no report of this number")
    expect(page.locator("#report-decisions-bar")).to_be_hidden()


def test_paper_shows_the_page_without_its_frame(page: Page, place: Place) -> None:
    opened(page, f"{place.url}/reports/4")
    expect(page.locator("#report-decisions-bar button").first).to_be_visible()
    page.emulate_media(media="print")
    for hidden in (".aw-rail", ".aw-report__downloads", ".aw-report__comment", ".aw-act"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".aw-report__headline").first).to_be_visible()
