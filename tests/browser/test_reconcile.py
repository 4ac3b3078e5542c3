"""The Reconcile screen in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.live import Live
from tests.browser.test_shell import Posts, opened, query

pytestmark = pytest.mark.browser

BUDGET = 5
"""Router, version, view, the bridge with its cases, the definitions."""

ASKED = "/reconcile?metric=full_resolution&right=freshdesk&range=12m"


def test_the_page_costs_what_it_should(page: Page, live_server: Live) -> None:
    posts = Posts(page)
    opened(page, f"{live_server.url}{ASKED}")
    assert len(posts.settled(BUDGET)) == BUDGET, "\n".join(posts.all)


def test_two_numbers_a_bridge_and_the_biggest_cause(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}{ASKED}")
    expect(page.locator("#reconcile-answer")).to_contain_text("Zendesk says")
    expect(page.locator("#reconcile-answer")).to_contain_text("The biggest cause is")
    expect(page.locator("#reconcile-numbers dt")).to_have_text(["Zendesk", "Freshdesk", "Gap"])
    bars = page.locator("#reconcile-bridge .barlayer .point")
    expect(bars.first).to_be_attached()
    assert bars.count() >= 3
    assert page.locator("#reconcile-bridge-summary").inner_text()
    expect(page.locator("#reconcile-definitions tbody tr").first).to_be_visible()
    expect(page.locator("#reconcile-sources")).to_contain_text("support.zendesk.com")


def test_a_choice_is_kept_in_the_address(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}{ASKED}")
    before = page.locator("#reconcile-answer").inner_text()
    chosen = page.locator("#reconcile-right")
    chosen.focus()
    page.keyboard.press("Enter")
    page.get_by_role("option", name="Gorgias", exact=True).click()
    expect(page.locator("#reconcile-numbers dt")).to_have_text(["Zendesk", "Gorgias", "Gap"])
    assert query(page)["right"] == ["gorgias"]
    assert query(page)["range"] == ["12m"]
    assert page.locator("#reconcile-answer").inner_text() != before


def test_a_case_leads_to_its_page(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}{ASKED}")
    link = page.locator("#reconcile-cases tbody tr a").first
    name = link.inner_text()
    link.click()
    expect(page.locator("#case-answer")).to_be_visible()
    assert f"/cases/{name}" in page.url


def test_a_metric_that_a_product_does_not_have(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/reconcile?metric=on_hold")
    expect(page.locator("#reconcile-answer")).to_have_text(
        "Gorgias has no such metric: Time on hold."
    )
    expect(page.locator("#reconcile-bridge-panel")).to_have_class("aw-panel is-empty")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)


def test_an_empty_home(page: Page, empty_server: Live) -> None:
    page.goto(f"{empty_server.url}/reconcile")
    expect(page.locator("#reconcile-bridge-panel")).to_have_class("aw-panel is-empty")
    expect(page.locator("#reconcile-definitions tbody tr").first).to_be_visible()
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_in_chinese(new_page: Callable[..., Page], live_server: Live, scheme: str) -> None:
    page = new_page(width=390, height=844, locale="zh-CN", scheme=scheme)
    opened(page, f"{live_server.url}{ASKED}")
    expect(page.locator("h1")).to_have_text("数字对账")
    expect(page.locator("#reconcile-answer")).to_contain_text("最大的原因")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
