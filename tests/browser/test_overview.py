"""The Overview in a real browser: what it shows, where it leads, what it costs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dashboard.overview import TILES
from tests.browser.live import Live
from tests.browser.test_shell import Posts, opened

pytestmark = pytest.mark.browser

BUDGET = 8
"""Router, view, version, and one for each of the five panels."""


def test_the_page_costs_what_it_should(page: Page, live_server: Live) -> None:
    posts = Posts(page)
    opened(page, f"{live_server.url}/?market=DE")
    assert len(posts.settled(BUDGET)) == BUDGET, "\n".join(posts.all)


def test_every_panel_shows_something(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/?range=12m")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)
    tiles = page.locator("#overview-tiles-panel .aw-tile")
    expect(tiles).to_have_count(len(TILES))
    values = page.locator(".aw-tile__value").all_inner_texts()
    assert "–" not in values
    expect(page.locator(".aw-tile .aw-spark__line")).to_have_count(len(TILES))
    expect(page.locator("#overview-movers tbody tr").first).to_be_visible()
    drawn = page.locator("#overview-map .choroplethlayer path.choroplethlocation")
    expect(drawn.first).to_be_attached()
    assert drawn.count() > 5


def test_the_map_has_words_and_a_table(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/?range=12m")
    summary = page.locator("#overview-map-summary")
    expect(summary).to_contain_text("countries with enough cases")
    page.get_by_text("Table behind this chart").click()
    rows = page.locator("#overview-map-table tbody tr")
    assert rows.count() > 5
    link = rows.first.locator("a")
    assert "/cases?view=first_response_late" in (link.get_attribute("href") or "")


def test_a_mover_leads_to_its_cases(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/?range=90d")
    href = page.locator("#overview-movers tbody tr a").first.get_attribute("href")
    assert href is not None
    assert href.startswith("/cases?range=90d&category=")


def test_tiles_lead_somewhere_with_the_filter(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/?market=DE")
    tile = page.locator(".aw-tile", has_text="Backlog")
    assert (tile.get_attribute("href") or "").endswith("/service?market=DE")


def test_controls_change_one_panel(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/?range=90d")
    posts = Posts(page)
    page.get_by_text("4 hours").click()
    assert len(posts.settled(1, "overview-due")) == 1
    assert [name for name in posts.all if "overview-" in name and "overview-due" not in name] == []


def test_an_empty_home_names_the_two_commands(page: Page, empty_server: Live) -> None:
    page.goto(empty_server.url)
    expect(page.locator(".aw-page__answer")).to_have_text("Nothing has been imported yet.")
    expect(page.get_by_text("afterwatch import SOURCE PATH")).to_be_visible()
    expect(page.get_by_text("afterwatch demo")).to_be_visible()
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_both_themes_and_languages_are_quiet(
    new_page: Callable[..., Page], live_server: Live, scheme: str, locale: str
) -> None:
    page = opened(new_page(scheme=scheme, locale=locale), live_server.url)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)
