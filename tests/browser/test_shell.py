"""The frame in a real browser: filters and address, languages, themes, keys, sizes, silence."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from dashboard.ids import Shell
from dashboard.shell import REFRESH_SECONDS
from tests.browser.conftest import Watch
from tests.browser.live import Live

pytestmark = pytest.mark.browser

ANSWER = ".aw-page__answer:not(:empty)"


def opened(page: Page, url: str) -> Page:
    """Open an address and wait until its numbers are there."""
    page.goto(url)
    page.wait_for_selector(ANSWER)
    # Not wait_for_function: it evaluates text, which the security policy of the pages refuses.
    expect(page.locator(".aw-panel.is-loading")).to_have_count(0, timeout=60_000)
    return page


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


class Posts:
    """Callbacks that a page asks for from now on, by their outputs.

    What the clock asks for again after `REFRESH_SECONDS` is left out: a slow machine may take as
    long for a first page.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._polled: float | None = None
        self.all: list[str] = []
        page.on("request", self._note)

    def settled(self, least: int, prefix: str = "") -> list[str]:
        """Wait for `least` of them whose outputs name `prefix`, then a moment for more."""
        for _attempt in range(80):
            if len(self._named(prefix)) >= least:
                break
            self._page.wait_for_timeout(250)
        self._page.wait_for_timeout(750)
        return self._named(prefix)

    def _named(self, prefix: str) -> list[str]:
        return [name for name in self.all if prefix in name]

    def _note(self, request: Request) -> None:
        if "/_dash-update-component" in request.url and request.post_data:
            output = json.loads(request.post_data)["output"]
            if not (f"{Shell.VERSION}.data" in output and self._is_a_later_tick()):
                self.all.append(output)

    def _is_a_later_tick(self) -> bool:
        first = self._polled
        self._polled = time.monotonic()
        return first is not None and self._polled - first > REFRESH_SECONDS - 2


def choose(page: Page, control: str, label: str) -> None:
    """Choose from a dropdown and close it again, as a person does."""
    page.click(f"#{control}")
    page.get_by_role("option", name=label, exact=True).first.click()
    if page.locator("[role=listbox]:visible").count():
        page.keyboard.press("Escape")


def test_a_deep_link_sets_the_bar_and_survives_reload(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/?range=90d&market=DE,FR&page=2")
    expect(page.locator("#shell-range")).to_contain_text("Last 90 days")
    chips = page.locator(".aw-chip")
    expect(chips).to_have_text(["Market: Germany", "Market: France"])
    assert query(page) == {"range": ["90d"], "market": ["DE,FR"], "page": ["2"]}
    page.reload()
    expect(page.locator(".aw-chip")).to_have_count(2)


def test_a_choice_goes_into_the_address_and_asks_once(page: Page, live_server: Live) -> None:
    opened(page, live_server.url)
    posts = Posts(page)
    choose(page, "shell-range", "Last 90 days")
    page.wait_for_url("**/?range=90d")
    assert len(posts.settled(5, "overview-")) == 5, "each panel asks once"
    assert [name for name in posts.all if "shell-query" in name] == []


def test_chips_take_filters_away(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/?market=DE,FR&region=Bavaria")
    page.locator(".aw-chip", has_text="France").click()
    page.wait_for_url("**/?market=DE&region=Bavaria")
    page.locator(".aw-chip", has_text="Bavaria").click()
    page.wait_for_url("**/?market=DE")
    page.get_by_role("button", name="Reset filters").click()
    page.wait_for_url(live_server.url + "/")
    expect(page.locator(".aw-chip")).to_have_count(0)


def test_what_an_address_got_wrong_is_said(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/?market=Atlantis&range=decade")
    expect(page.locator("#shell-notes")).to_contain_text("market = Atlantis")
    assert query(page) == {}


def test_chosen_days_wait_until_both_are_there(page: Page, live_server: Live) -> None:
    opened(page, live_server.url)
    expect(page.locator("#shell-from")).to_be_hidden()
    choose(page, "shell-range", "Chosen days")
    page.fill("#shell-from-field", "2026-01-01")
    page.press("#shell-from-field", "Tab")
    assert query(page) == {}
    page.fill("#shell-to-field", "2026-02-28")
    page.press("#shell-to-field", "Tab")
    page.wait_for_url("**/?range=custom&from=2026-01-01&to=2026-02-28")


def test_the_rail_keeps_the_filter(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/?market=DE")
    links = page.locator(".aw-rail__links a")
    expect(links.first).to_have_attribute("aria-current", "page")
    links.last.click()
    page.wait_for_url("**market=DE*")
    page.go_back()
    page.wait_for_url("**/?market=DE")
    expect(page.locator(".aw-chip")).to_have_text(["Market: Germany"])


def test_chinese_and_back(page: Page, live_server: Live) -> None:
    opened(page, live_server.url)
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator(".aw-rail__links a").first).to_have_text("总览")
    expect(page).to_have_title("总览 · Afterwatch")
    page.wait_for_selector(ANSWER)
    text = page.locator(".aw-shell").inner_text()
    assert "Open alerts" not in text
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_theme_is_kept_and_figures_follow(page: Page, live_server: Live) -> None:
    opened(page, live_server.url)
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert after != before
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_keys(page: Page, live_server: Live) -> None:
    opened(page, live_server.url)
    page.keyboard.press("Tab")
    expect(page.locator(".aw-skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#aw-main")).to_be_focused()
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.closest('.aw-filters') !== null")


def test_unknown_addresses_are_designed(page: Page, live_server: Live, watch: Watch) -> None:
    watch.allow("404")
    response = page.goto(f"{live_server.url}/nowhere")
    assert response is not None
    assert response.status == 404
    expect(page.get_by_text("There is nothing at this address")).to_be_visible()
    page.get_by_role("link", name="Go to the overview").click()
    page.wait_for_selector(ANSWER)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nothing_is_wider_than_the_screen(
    new_page: Callable[..., Page], live_server: Live, width: int, scheme: str
) -> None:
    page = opened(new_page(width=width, scheme=scheme), f"{live_server.url}/?market=DE")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.body.scrollWidth") <= width


def test_filters_open_as_a_drawer_on_a_phone(
    new_page: Callable[..., Page], live_server: Live
) -> None:
    page = opened(new_page(width=390, height=844, touch=True), live_server.url)
    expect(page.locator("#shell-market")).to_be_hidden()
    page.get_by_role("button", name="Filters").click()
    expect(page.locator("#shell-market")).to_be_visible()


def test_a_refresh_without_news_asks_for_nothing_and_keeps_the_page(
    page: Page, live_server: Live
) -> None:
    opened(page, live_server.url)
    page.evaluate("document.querySelector('.aw-tile').dataset.mine = 'kept'")
    posts = Posts(page)
    page.evaluate("dash_clientside.set_props('shell-refresh', {n_intervals: 4711})")
    assert len(posts.settled(1, "shell-version")) >= 1
    assert [name for name in posts.all if "shell-version" not in name] == []
    assert page.locator(".aw-tile").first.get_attribute("data-mine") == "kept"
