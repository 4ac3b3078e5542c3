"""The case list and the page of one case in a real browser."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Watch
from tests.browser.live import Live
from tests.browser.test_shell import Posts, opened, query

pytestmark = pytest.mark.browser

BUDGET = 4
"""Router, version, view, one block of rows."""


def rows(page: Page) -> Locator:
    return page.locator("#cases-grid .ag-center-cols-container .ag-row a")


def listed(page: Page, url: str) -> Page:
    opened(page, url)
    expect(rows(page).first).to_be_visible()
    return page


def counted(page: Page) -> int:
    """The number that the answer begins with."""
    text = page.locator("#cases-answer").inner_text()
    return int(re.sub(r"\D", "", text.split(" ")[0]))


def test_the_list_costs_what_it_should(page: Page, live_server: Live) -> None:
    # A server that has answered nothing yet may tell the version after the grid's first question,
    # and the grid then asks once more.
    listed(page, f"{live_server.url}/cases?range=12m")
    page.goto("about:blank")
    posts = Posts(page)
    listed(page, f"{live_server.url}/cases?range=12m")
    assert len(posts.settled(BUDGET)) == BUDGET, "\n".join(posts.all)


def test_a_view_narrows_list_address_and_file(page: Page, live_server: Live) -> None:
    listed(page, f"{live_server.url}/cases?range=12m")
    everything = counted(page)
    page.get_by_text("First response late", exact=True).click()
    expect(page.locator("#cases-answer")).to_contain_text("late first response")
    late = counted(page)
    assert 0 < late < everything
    assert query(page)["view"] == ["first_response_late"]
    href = page.locator("#cases-export").get_attribute("href") or ""
    body = page.request.get(live_server.url + href).body().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(body)))
    assert len(lines) == late
    assert {line["first_response_state"] for line in lines} <= {"missed", "overdue"}
    shown = rows(page).all_inner_texts()[:5]
    assert [line["case_id"] for line in lines[:5]] == shown


def test_sorting_is_the_servers(page: Page, live_server: Live) -> None:
    listed(page, f"{live_server.url}/cases?range=12m")
    posts = Posts(page)
    page.locator(".ag-header-cell[col-id=case_id]").click()
    assert len(posts.settled(1, "cases-grid")) == 1
    shown = rows(page).all_inner_texts()[:8]
    assert shown == sorted(shown)
    assert "sort=case_id" in (page.locator("#cases-export").get_attribute("href") or "")


def test_search_and_back_from_nothing_found(page: Page, live_server: Live) -> None:
    listed(page, f"{live_server.url}/cases?range=12m")
    before = counted(page)
    page.fill("#cases-search", "no such words anywhere")
    expect(page.get_by_text("No case matches")).to_be_visible()
    page.fill("#cases-search", "")
    expect(page.locator("#cases-panel")).to_have_class("aw-panel")
    expect(rows(page).first).to_be_visible()
    assert counted(page) == before
    assert "q" not in query(page)


def test_a_row_opens_its_case_by_mouse_and_by_keyboard(page: Page, live_server: Live) -> None:
    listed(page, f"{live_server.url}/cases?range=12m")
    page.locator("#cases-grid .ag-row[row-index='1'] [col-id=subject]").click()
    page.wait_for_url("**/cases/*feed=*")
    expect(page.locator("#case-timeline .aw-timeline__item").first).to_be_visible()
    page.go_back()
    expect(rows(page).first).to_be_visible()
    cell = page.locator("#cases-grid .ag-row[row-index='0'] [col-id=subject]")
    cell.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*feed=*")
    assert query(page)["range"] == ["12m"]


def test_scrolling_asks_for_the_next_block(page: Page, live_server: Live) -> None:
    listed(page, f"{live_server.url}/cases?range=12m")
    assert counted(page) > 120
    posts = Posts(page)
    page.evaluate("dash_ag_grid.getApi('cases-grid').ensureIndexVisible(115, 'top')")
    posts.settled(1, "cases-grid")
    link = page.locator("#cases-grid .ag-row[row-index='115'] a")
    expect(link).to_be_visible()
    # A new version replaces what changed and leaves the reader where they are.
    scroll = "document.querySelector('#cases-grid .ag-body-viewport').scrollTop"
    place = page.evaluate(scroll)
    link.evaluate("element => { element.dataset.mark = 'kept'; }")
    again = Posts(page)
    page.evaluate("dash_clientside.set_props('shell-version', {data: 'another'})")
    assert again.settled(1, "cases-grid")
    assert page.evaluate(scroll) == place > 0
    expect(page.locator("#cases-grid a[data-mark=kept]")).to_have_count(1)


def test_a_phone_shows_the_few_columns_that_matter(
    new_page: Callable[..., Page], live_server: Live
) -> None:
    page = listed(new_page(width=390, height=844), f"{live_server.url}/cases?range=12m")
    headers = page.locator("#cases-grid .ag-header-cell")
    expect(headers).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_messages_stand_in_their_own_direction(page: Page, live_server: Live) -> None:
    listed(page, f"{live_server.url}/cases?range=12m&language=ar")
    rows(page).first.click()
    text = page.locator(".aw-timeline__item--message-in .aw-timeline__text").first
    expect(text).to_have_attribute("dir", "rtl")
    expect(text).to_have_attribute("lang", "ar")
    expect(page.locator("#case-clocks .aw-status")).to_have_count(2)


def test_a_case_that_is_not_there(page: Page, live_server: Live, watch: Watch) -> None:
    watch.allow("404")
    response = page.goto(f"{live_server.url}/cases/nobody-knows-it")
    assert response is not None
    assert response.status == 404
    expect(page.get_by_text("There is no such case")).to_be_visible()
    page.get_by_role("link", name="Search all cases").click()
    expect(rows(page).first).to_be_visible()


def test_an_empty_home_has_an_empty_list(page: Page, empty_server: Live) -> None:
    page.goto(f"{empty_server.url}/cases")
    expect(page.get_by_text("No case matches")).to_be_visible()
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)
