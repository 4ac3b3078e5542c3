"""The Quality screen in a real browser: read it, follow a number, declare what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.app import create_app
from dashboard.services import open_services
from dashboard.settings import load_settings
from tests.browser.live import Live
from tests.browser.test_shell import Posts, opened
from tests.quality_story import tell

pytestmark = pytest.mark.browser

BUDGET = 4
"""Router, version with news, view, and one for the whole screen."""


@pytest.fixture(scope="module")
def judged(
    serve_wsgi: Callable[[Any], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """A home whose warnings have verdicts."""
    services = open_services(load_settings(home=tmp_path_factory.mktemp("judged")))
    tell(services.engine, services.clock())
    yield Live(serve_wsgi(create_app(services).server), services)
    services.engine.dispose()


def test_the_page_costs_what_it_should(page: Page, judged: Live) -> None:
    posts = Posts(page)
    opened(page, f"{judged.url}/quality")
    expect(page.locator("#quality-answer")).to_contain_text("of the warnings were right")
    assert len(posts.settled(BUDGET)) == BUDGET, "\n".join(posts.all)


def test_the_doubtful_rule_is_named_with_its_interval_drawn(page: Page, judged: Live) -> None:
    opened(page, f"{judged.url}/quality")
    expect(page.locator("#quality-rules-title")).to_have_text(
        "complaint-surge is wrong more often than right"
    )
    row = page.locator("#quality-rules tbody tr").filter(has_text="complaint-surge")
    expect(row).to_contain_text("1.5–35.4%, 1 of 12")
    expect(row.locator(".aw-meter")).to_be_visible()
    expect(row.get_by_role("link", name="Put it into shadow")).to_have_attribute(
        "href", "/rules/complaint-surge"
    )


def test_a_number_leads_to_its_incidents_and_back(page: Page, judged: Live) -> None:
    opened(page, f"{judged.url}/quality?range=90d")
    page.locator("#quality-rules tbody tr").first.get_by_role("link", name="11").click()
    expect(page.locator("#quality-incidents-answer")).to_have_text(
        "11 incidents · judged wrong · of rule complaint-surge"
    )
    first = page.locator("#quality-incidents-list tbody tr a").first
    assert (first.get_attribute("href") or "").startswith("/alerts/")
    page.locator("#quality-incidents-back").click()
    expect(page.locator("#quality-answer")).to_be_visible()
    assert page.url.endswith("/quality?range=90d")


def test_somebody_declares_what_was_missed(page: Page, judged: Live) -> None:
    opened(page, f"{judged.url}/quality")
    page.fill("#shell-actor-name", "Mei")
    page.press("#shell-actor-name", "Enter")
    page.get_by_role("button", name="Declare an incident").click()
    page.get_by_label("What happened").fill("Recall of a lamp")
    page.locator("#quality-actions").get_by_label("Market").fill("se")
    page.get_by_label("First day").fill(judged.services.clock().date().isoformat())
    page.get_by_role("button", name="Declare", exact=True).click()
    expect(page.locator("#quality-outcome")).to_have_text("Declared.")
    row = page.locator("#quality-known tbody tr").filter(has_text="Recall of a lamp")
    expect(row).to_contain_text("Missed")


def test_nothing_yet_says_what_to_do(page: Page, empty_server: Live) -> None:
    opened(page, f"{empty_server.url}/quality")
    expect(page.locator("#quality-facts-panel")).to_contain_text(
        "No warning was given in these days"
    )
    expect(page.get_by_role("button", name="Declare an incident")).to_be_visible()
