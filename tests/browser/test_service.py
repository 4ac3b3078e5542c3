"""The Service screen in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.live import Live
from tests.browser.test_shell import Posts, opened, query

pytestmark = pytest.mark.browser

BUDGET = 7
"""Router, view, version, and one for each question."""


def test_the_page_costs_what_it_should(page: Page, live_server: Live) -> None:
    posts = Posts(page)
    opened(page, f"{live_server.url}/service?range=12m")
    assert len(posts.settled(BUDGET)) == BUDGET, "\n".join(posts.all)


def test_every_question_is_answered(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/service?range=12m&within=240")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)
    expect(page.locator(".aw-page__answer")).to_contain_text("within 4 h")
    expect(page.locator("#service-due-note")).to_contain_text("answers per agent and hour")
    expect(page.locator("#service-ages .bars path").first).to_be_attached()
    expect(page.locator("#service-oldest li").first).to_be_visible()
    rows = page.locator("#service-parity-table tbody tr")
    expect(rows.first).to_contain_text("Reference")
    assert rows.count() == 12
    expect(page.locator("#service-parity .scatterlayer path.point")).to_have_count(12)
    assert page.locator("#service-ages-summary").inner_text()
    assert page.locator("#service-parity-summary").inner_text()


def test_a_choice_changes_its_panel_and_the_address(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/service?range=12m")
    posts = Posts(page)
    page.locator("#service-kpi").get_by_text("Resolution").click()
    expect(page.locator("#service-parity-note")).to_contain_text("Resolution")
    page.locator("#service-age").get_by_text("Level").click()
    expect(page.locator("#service-ages-table th").first).to_have_text("Level")
    assert len(posts.settled(2)) == 2, "\n".join(posts.all)
    assert query(page)["kpi"] == ["resolution"]
    assert query(page)["age"] == ["level"]


def test_choices_answer_to_the_keyboard(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/service?range=12m&within=15")
    page.locator("#service-within input:checked").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#service-due-title")).to_contain_text("within 60 min")
    page.keyboard.press("Tab")
    expect(page.locator("#service-by input:focus")).to_have_count(1)


def test_choices_stand_in_the_address(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/service?within=15&by=team&age=level&kpi=csat&range=12m")
    expect(page.locator("#service-within input:checked")).to_have_attribute("value", "15")
    expect(page.locator("#service-by input:checked")).to_have_attribute("value", "team")
    expect(page.locator("#service-age input:checked")).to_have_attribute("value", "level")
    expect(page.locator("#service-parity-note")).to_contain_text("CSAT")


def test_it_ends_in_the_cases(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/service?within=240&range=12m")
    page.locator("#service-all").click()
    expect(page.locator("#cases-answer")).to_contain_text("due within 4 h")
    page.go_back()
    opened(page, f"{live_server.url}/service?range=12m")
    page.locator("#service-oldest li a").first.click()
    expect(page.locator("#case-facts-panel")).to_have_class("aw-panel")


def test_the_overview_leads_here_with_its_filter(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/?market=DE")
    link = page.locator("#overview-due-staff")
    expect(link).to_contain_text("on shift")
    link.click()
    expect(page.locator("h1")).to_have_text("Service")
    assert query(page) == {"within": ["60"], "market": ["DE"]}


def test_the_queue_can_be_taken_along(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/service?within=240&range=12m")
    with page.expect_download() as taken:
        page.locator("#service-export").click()
    assert taken.value.suggested_filename.startswith("due-")


def test_open_cases_of_a_group_are_one_list(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/service?range=12m")
    page.locator("#service-ages-panel summary").click()
    first = page.locator("#service-ages-table tbody tr").first
    count = first.locator("td").first.inner_text().split()[0]
    first.locator("a").click()
    expect(page.locator("#cases-answer")).to_contain_text(f"{count} open case")


def test_an_empty_home(page: Page, empty_server: Live) -> None:
    page.goto(f"{empty_server.url}/service")
    expect(page.locator(".aw-page__answer")).to_have_text("Nothing has been imported yet.")
    for panel in ("due", "queue", "ages", "oldest", "parity", "markets"):
        expect(page.locator(f"#service-{panel}-panel")).to_have_class("aw-panel is-empty")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_in_chinese(new_page: Callable[..., Page], live_server: Live, scheme: str) -> None:
    page = new_page(width=390, height=844, locale="zh-CN", scheme=scheme)
    opened(page, f"{live_server.url}/service?range=12m")
    expect(page.locator("h1")).to_have_text("服务")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
