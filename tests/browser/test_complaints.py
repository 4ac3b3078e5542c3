"""The complaints screen in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.live import Live
from tests.browser.test_shell import Posts, opened, query

pytestmark = pytest.mark.browser

BUDGET = 6
"""Router, version, view, and one for each panel."""

CELL = ".heatmaplayer image"


def test_the_page_costs_what_it_should(page: Page, live_server: Live) -> None:
    posts = Posts(page)
    opened(page, f"{live_server.url}/complaints?range=12m")
    assert len(posts.settled(BUDGET)) == BUDGET, "\n".join(posts.all)


def test_the_measure_changes_both_maps_and_the_address(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/complaints?range=12m")
    posts = Posts(page)
    page.locator("#complaints-measure").get_by_text("Contacts").click()
    expect(page.locator("#complaints-places-title")).to_contain_text("Most contacts")
    assert len(posts.settled(2)) == 2
    assert query(page)["measure"] == ["count"]
    page.reload()
    expect(page.locator("#complaints-places-title")).to_contain_text("Most contacts")


def test_a_cell_leads_to_exactly_its_cases(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/complaints?range=12m&measure=count")
    expect(page.locator(f"#complaints-places {CELL}").first).to_be_attached()
    cell = page.evaluate(
        """() => {
          const trace = document.querySelector('#complaints-places .js-plotly-plot').data[0];
          return [trace.customdata[0][0], trace.text[0][0]];
        }"""
    )
    box = page.evaluate(
        """() => {
          const plot = document.querySelector('#complaints-places .js-plotly-plot');
          const at = plot.getBoundingClientRect(), size = plot._fullLayout._size;
          return [at.left + size.l + 8, at.top + size.t + 8];
        }"""
    )
    page.mouse.click(*box)
    page.wait_for_url("**/cases?*")
    assert page.url.endswith(cell[0])
    expect(page.locator("#cases-answer")).to_contain_text(f"{cell[1]} cases")


def test_every_panel_shows_something_and_has_a_table(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/complaints?range=12m")
    expect(page.locator(".aw-panel.is-error, .aw-panel.is-empty")).to_have_count(0)
    for name in ("places", "weeks", "reasons"):
        assert page.locator(f"#complaints-{name}-table tbody tr").count() > 3
        assert page.locator(f"#complaints-{name}-summary").inner_text()


def test_a_refresh_draws_into_the_same_figure(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/complaints?range=12m")
    plot = page.locator("#complaints-places .js-plotly-plot")
    expect(plot).to_have_count(1)
    plot.evaluate("element => { element.dataset.mark = 'kept'; }")
    posts = Posts(page)
    page.evaluate("dash_clientside.set_props('shell-version', {data: 'another'})")
    assert len(posts.settled(3, "complaints-")) == 3
    expect(page.locator("#complaints-places [data-mark=kept]")).to_have_count(1)


def test_an_empty_home(page: Page, empty_server: Live) -> None:
    page.goto(f"{empty_server.url}/complaints")
    expect(page.locator(".aw-panel.is-empty")).to_have_count(3)
    expect(page.locator("#complaints-answer")).to_contain_text("Nobody asked for help")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_in_chinese(new_page: Callable[..., Page], live_server: Live, scheme: str) -> None:
    page = new_page(width=390, height=844, locale="zh-CN", scheme=scheme)
    opened(page, f"{live_server.url}/complaints?range=12m")
    expect(page.locator("h1")).to_have_text("客诉")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
