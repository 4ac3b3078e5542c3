"""The Returns screen in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.live import Live
from tests.browser.test_shell import Posts, opened, query

pytestmark = pytest.mark.browser

BUDGET = 6
"""Router, version, view, and one for each panel."""


def test_the_page_costs_what_it_should(page: Page, live_server: Live) -> None:
    posts = Posts(page)
    opened(page, f"{live_server.url}/returns?range=12m")
    assert len(posts.settled(BUDGET)) == BUDGET, "\n".join(posts.all)


def test_young_weeks_are_hatched_and_the_answer_names_the_nowcast(
    page: Page, live_server: Live
) -> None:
    opened(page, f"{live_server.url}/returns?range=12m")
    expect(page.locator("#returns-answer")).to_contain_text("will come back")
    bars = page.locator("#returns-cohorts .barlayer .point path")
    expect(bars.first).to_be_attached()
    hatched = page.locator("#returns-cohorts .barlayer .point path[style*='url(']")
    assert 0 < hatched.count() < bars.count()
    expect(page.locator("#returns-cohorts .errorbar").first).to_be_attached()


def test_the_split_is_kept_in_the_address_and_leads_to_the_rows(
    page: Page, live_server: Live
) -> None:
    opened(page, f"{live_server.url}/returns?range=12m")
    expect(page.locator("#returns-split-table tbody tr").first).to_be_attached()
    posts = Posts(page)
    page.locator("#returns-split").get_by_text("Market", exact=True).click()
    expect(page.locator("#returns-split-table thead")).to_contain_text("Market")
    assert len(posts.settled(1)) == 1
    assert query(page)["split"] == ["market"]
    link = page.locator("#returns-split-table tbody tr a").first
    href = link.get_attribute("href") or ""
    assert href.startswith("/rows/returns?range=12m&market=")
    link.click()
    expect(page.locator("#rows-answer")).to_be_visible()


def test_the_filter_bar_is_respected(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/returns?range=12m")
    expect(page.locator("#returns-answer")).to_contain_text("will come back")
    whole = page.locator("#returns-answer").inner_text()
    opened(page, f"{live_server.url}/returns?range=12m&market=DE&channel=chat")
    expect(page.locator("#returns-cohorts-note")).to_contain_text("any channel")
    expect(page.locator("#returns-answer")).not_to_have_text(whole)


def test_an_empty_home(page: Page, empty_server: Live) -> None:
    page.goto(f"{empty_server.url}/returns")
    expect(page.locator("#returns-cohorts-panel")).to_have_class("aw-panel is-empty")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_in_chinese(new_page: Callable[..., Page], live_server: Live, scheme: str) -> None:
    page = new_page(width=390, height=844, scheme=scheme, locale="zh-CN")
    opened(page, f"{live_server.url}/returns?range=12m")
    expect(page.locator("h1")).to_have_text("退货")
    expect(page.locator("#returns-answer")).to_contain_text("预计退回")
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide
