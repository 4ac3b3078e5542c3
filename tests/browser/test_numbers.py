"""How a number is counted, and why a case's clocks show what they show, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl
import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.overview import TILES
from data_access.marts.schemas import MARTS
from tests.browser.conftest import Watch
from tests.browser.live import Live
from tests.browser.test_shell import Posts, opened

pytestmark = pytest.mark.browser

BUDGET = 5
"""Router, version, view, the number, its weeks."""
SHARE = "/numbers/resolution_within_target"


def figure(cell: Locator) -> int:
    return int(re.sub(r"\D", "", cell.inner_text()) or 0)


def test_the_page_costs_what_it_should(page: Page, live_server: Live) -> None:
    posts = Posts(page)
    opened(page, f"{live_server.url}{SHARE}?range=12m")
    assert len(posts.settled(BUDGET)) == BUDGET, "\n".join(posts.all)


def test_a_tile_leads_to_how_it_is_counted_by_keyboard(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/?range=90d")
    links = page.locator(".aw-tile__counted")
    expect(links).to_have_count(len(TILES))
    expect(page.locator(".aw-tile a")).to_have_count(0)
    tile = page.locator(".aw-tile", has_text="Resolution")
    tile.focus()
    page.keyboard.press("Tab")
    name = page.evaluate("document.activeElement.textContent")
    if "data problems" in name:
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.textContent")
    assert name == "How is this counted? Resolution"
    page.keyboard.press("Enter")
    page.wait_for_url("**/numbers/resolution_within_target?range=90d")
    expect(page.locator("h1")).to_have_text("Resolution within target")


def test_the_account_adds_up_and_leads_to_its_rows(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}{SHARE}?range=12m")
    rows = page.locator("#numbers-account tbody tr")
    expect(rows.first).to_contain_text("Cases in the period")
    figures = [figure(rows.nth(n).locator("td").first) for n in range(rows.count())]
    assert figures[0] == sum(figures[1:])
    expect(rows.last).to_contain_text("= Counted")
    merged = rows.filter(has_text="Merged into another case")
    count = figure(merged.locator("td").first)
    merged.locator("a").click()
    page.wait_for_url("**/rows/cases?view=res_due-merged&range=12m")
    answer = page.locator("#rows-answer")
    expect(answer).to_contain_text("not counted: Merged into another case")
    assert answer.inner_text().startswith(f"{count} row")


def test_numerator_and_denominator_have_as_many_rows(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}{SHARE}?range=12m")
    above = page.locator("#numbers-sides tbody tr").first
    count = figure(above.locator("td").last)
    above.locator("a").click()
    expect(page.locator("#rows-answer")).to_contain_text("resolved in time")
    text = page.locator("#rows-answer").inner_text()
    assert int(text.split(" ")[0].replace(",", "")) == count


def test_the_weeks_have_words_and_a_table(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}{SHARE}?range=12m")
    expect(page.locator("#numbers-weeks .scatterlayer .point").first).to_be_attached()
    assert page.locator("#numbers-weeks-summary").inner_text()
    page.get_by_text("Table behind this chart").click()
    expect(page.locator("#numbers-weeks-table tbody tr")).to_have_count(8)


@pytest.mark.parametrize("kpi", ["contact_rate", "backlog", "lead_time_p90", "return_rate_value"])
def test_numbers_of_every_kind_have_a_page(page: Page, live_server: Live, kpi: str) -> None:
    opened(page, f"{live_server.url}/numbers/{kpi}?range=12m")
    expect(page.locator("#numbers-value-panel")).to_have_class("aw-panel")
    expect(page.locator("#numbers-account tbody tr").last).to_contain_text("= Counted")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)


def test_a_filter_without_effect_is_said(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/numbers/on_time_delivery?range=12m&channel=chat")
    expect(page.locator("#numbers-note")).to_contain_text("The filter on Channel has no effect")


def test_a_number_that_is_not_there(page: Page, live_server: Live, watch: Watch) -> None:
    watch.allow("404")
    response = page.goto(f"{live_server.url}/numbers/joy")
    assert response is not None
    assert response.status == 404
    expect(page.get_by_text("There is no such number")).to_be_visible()
    page.get_by_role("link", name="Net promoter score").click()
    expect(page.locator("h1")).to_have_text("Net promoter score")


def test_an_empty_home(page: Page, empty_server: Live) -> None:
    page.goto(f"{empty_server.url}{SHARE}")
    expect(page.locator(".aw-page__answer")).to_contain_text("nothing to count")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_in_chinese(new_page: Callable[..., Page], live_server: Live, scheme: str) -> None:
    page = new_page(width=390, height=844, locale="zh-CN", scheme=scheme)
    opened(page, f"{live_server.url}{SHARE}?range=12m")
    expect(page.locator("h1")).to_have_text("解决达标率")
    expect(page.locator("#numbers-account tbody tr").last).to_contain_text("= 计入")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def a_case(live: Live, check: str) -> str:
    """Address of a case that failed a check."""
    mart = live.services.warehouse.scan("cases", namespace="marts", schema=MARTS["cases"].columns)
    found = mart.filter(pl.col("dq").str.contains(check)).sort("case_id").head(1).collect()
    return f"/cases/{found['case_id'].item()}?feed={found['source'].item()}"


def test_the_clocks_of_a_case(page: Page, live_server: Live) -> None:
    opened(page, live_server.url + a_case(live_server, "duplicate_event"))
    expect(page.locator("#case-runs .barlayer .point").first).to_be_attached()
    assert page.locator("#case-runs-summary").inner_text().startswith("First response ")
    clocks = page.locator(".aw-clocks__clock")
    assert clocks.count() >= 4
    first = clocks.first
    expect(first.locator("summary")).to_contain_text("target")
    table = first.locator("table")
    expect(table).to_be_hidden()
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(table).to_be_visible()
    expect(table.locator("tbody tr").last).to_contain_text("Sum")
    expect(page.locator("#case-findings")).to_contain_text("The same event twice")
    expect(page.locator("#case-findings")).to_contain_text("It is counted once.")


def test_the_clocks_of_a_case_on_a_phone_in_chinese(
    new_page: Callable[..., Page], live_server: Live
) -> None:
    page = new_page(width=390, height=844, locale="zh-CN", scheme="dark")
    opened(page, live_server.url + a_case(live_server, "duplicate_event"))
    expect(page.locator(".aw-clocks__clock").first).to_contain_text("首次响应")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
