"""The SLA screen in a real browser."""

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
    opened(page, f"{live_server.url}/sla?range=12m")
    assert len(posts.settled(BUDGET)) == BUDGET, "\n".join(posts.all)


def test_the_promise_changes_map_and_table_only(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/sla?range=12m")
    posts = Posts(page)
    page.get_by_text("On-time delivery", exact=True).click()
    expect(page.locator("#sla-map-note")).to_contain_text("Delivered on time")
    assert len(posts.settled(1)) == 1
    assert query(page)["kpi"] == ["delivery"]


def test_a_country_leads_to_its_late_cases(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/sla?range=12m")
    drawn = page.locator("#sla-map .choroplethlayer path.choroplethlocation")
    expect(drawn.first).to_be_attached()
    link = page.locator("#sla-ranks tbody tr a").first
    href = link.get_attribute("href") or ""
    assert href.startswith("/cases?view=first_response_late&range=12m&market=")
    link.click()
    expect(page.locator("#cases-answer")).to_contain_text("late first response")


def test_levels_and_hours_are_there(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/sla?range=12m")
    expect(page.locator("#sla-levels tbody tr")).to_have_count(5)
    expect(page.locator("#sla-hours .heatmaplayer image").first).to_be_attached()
    assert page.locator("#sla-hours .heatmaplayer image").count() >= 3
    assert page.locator("#sla-hours-summary").inner_text()


def test_an_empty_home(page: Page, empty_server: Live) -> None:
    page.goto(f"{empty_server.url}/sla")
    expect(page.locator("#sla-map-panel")).to_have_class("aw-panel is-empty")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_in_chinese(new_page: Callable[..., Page], live_server: Live, scheme: str) -> None:
    page = new_page(width=390, height=844, locale="zh-CN", scheme=scheme)
    opened(page, f"{live_server.url}/sla?range=12m")
    expect(page.locator("h1")).to_have_text("时效地图")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
