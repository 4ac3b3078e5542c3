"""The lists behind numbers in a real browser."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from data_access.metrics import Filter, Query
from tests.browser.conftest import Watch
from tests.browser.live import Live
from tests.browser.test_shell import Posts, opened, query

pytestmark = pytest.mark.browser

BUDGET = 4
"""Router, version, view, one block of rows."""


def first_row(page: Page) -> None:
    expect(page.locator("#rows-grid .ag-center-cols-container .ag-row a").first).to_be_visible()


def counted(page: Page) -> int:
    return int(page.locator("#rows-answer").inner_text().split(" ")[0].replace(",", ""))


def test_a_tile_leads_to_the_rows_it_counts(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/?range=90d&market=DE")
    tile = page.locator("a.aw-tile[href^='/rows/parcels']")
    expect(tile).to_have_attribute("href", "/rows/parcels?view=late&range=90d&market=DE")
    posts = Posts(page)
    tile.click()
    first_row(page)
    assert len(posts.settled(BUDGET - 2)) <= BUDGET
    expect(page.locator("h1")).to_have_text("Parcels")
    late = counted(page)
    page.get_by_text("Due", exact=True).click()
    expect(page.locator("#rows-answer")).to_contain_text("parcels due")
    assert query(page)["view"] == ["due"]
    due = counted(page)
    newest = live_server.services.metrics.as_of().date()
    from_ninety = Filter(start=newest.fromordinal(newest.toordinal() - 89), market=("DE",))
    kpi = live_server.services.metrics.kpi(Query("on_time_delivery", where=from_ninety))
    assert due == kpi["denominator"].item()
    assert due - late == kpi["numerator"].item()


def test_file_sort_and_search_are_those_of_the_list(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/rows/reviews?view=low&range=12m")
    first_row(page)
    rows = counted(page)
    page.locator(".ag-header-cell[col-id=review_id]").click()
    expect(page.locator("#rows-export")).to_have_attribute(
        "href", "/download/rows/reviews.csv?view=low&sort=review_id&range=12m"
    )
    href = page.locator("#rows-export").get_attribute("href") or ""
    body = page.request.get(live_server.url + href).body().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(body)))
    assert len(lines) == rows
    assert {line["rating"] for line in lines} <= {"1", "2"}
    page.fill("#rows-search", "no such number")
    expect(page.get_by_text("No row matches")).to_be_visible()


def test_a_row_opens_the_cases_of_its_order_by_keyboard(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/rows/surveys?view=csat&range=12m")
    first_row(page)
    page.locator("#rows-grid .ag-row[row-index='0'] [col-id=score]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases?q=*")
    expect(page.locator("#cases-answer")).to_contain_text("with “")
    expect(page.locator("#cases-panel")).to_have_class("aw-panel")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_in_chinese(new_page: Callable[..., Page], live_server: Live, scheme: str) -> None:
    page = new_page(width=390, height=844, locale="zh-CN", scheme=scheme)
    opened(page, f"{live_server.url}/rows/parcels?view=late&range=12m")
    first_row(page)
    expect(page.locator("h1")).to_have_text("包裹")
    expect(page.locator("#rows-grid .ag-header-cell")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_list_that_is_not_there(page: Page, live_server: Live, watch: Watch) -> None:
    watch.allow("404")
    response = page.goto(f"{live_server.url}/rows/secrets")
    assert response is not None
    assert response.status == 404
    expect(page.get_by_text("There is nothing at this address")).to_be_visible()


def test_an_empty_home_has_an_empty_list(page: Page, empty_server: Live) -> None:
    page.goto(f"{empty_server.url}/rows/returns")
    expect(page.get_by_text("No row matches")).to_be_visible()
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)
