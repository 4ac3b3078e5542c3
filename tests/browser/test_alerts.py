"""The inbox and one incident in a real browser: acting, names, double clicks, two people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from alerts import inbox
from dashboard.app import create_app
from dashboard.services import open_services
from dashboard.settings import load_settings
from tests.alerts.shown import fire
from tests.browser.conftest import Watch
from tests.browser.live import Live
from tests.browser.test_shell import opened

pytestmark = pytest.mark.browser

POLLED = 25_000
"""Milliseconds until the other browser must know: the poll's 15 s and a slow machine."""


@pytest.fixture
def server(serve_wsgi: Callable[[Any], str], tmp_path_factory: Any) -> Iterator[Live]:
    """A home with two incidents: Poland, critical, and Germany, a warning, an hour older."""
    services = open_services(load_settings(home=tmp_path_factory.mktemp("alerts")))
    now = services.clock()
    fire(services.engine, now - timedelta(hours=1), {"market": "DE"}, severity="warning")
    fire(services.engine, now, {"market": "PL"})
    yield Live(serve_wsgi(create_app(services).server), services)
    services.engine.dispose()


def named(page: Page, name: str = "Maria") -> Page:
    """The same page with a name in the top bar."""
    page.fill("#shell-actor-name", name)
    page.press("#shell-actor-name", "Enter")
    return page


def handling(server: Live, group_id: int) -> str:
    page = inbox.incident(server.services.engine, group_id, server.services.clock())
    assert page is not None
    return str(page.row["handling"])


def test_the_inbox_says_what_needs_somebody_in_order(page: Page, server: Live) -> None:
    opened(page, f"{server.url}/alerts")
    titles = page.locator(".aw-inbox__title a")
    expect(titles).to_have_text(["Complaints surge: Poland", "Complaints surge: Germany"])
    first = page.locator(".aw-inbox__row").first
    expect(first.locator(".aw-status")).to_have_text("Critical")
    expect(first).to_contain_text("126 against 62 expected, +103 %")
    expect(first.locator(".aw-spark__band")).to_be_attached()
    expect(page.locator("#shell-needs")).to_have_text("2")
    expect(page.get_by_text("Needs me 2")).to_be_visible()


def test_without_a_name_the_press_asks_first_and_then_goes_on(page: Page, server: Live) -> None:
    opened(page, f"{server.url}/alerts")
    page.get_by_role("button", name="Acknowledge: Complaints surge: Poland").click()
    question = page.get_by_role("dialog", name="Who is acting?")
    expect(question).to_be_visible()
    assert handling(server, 2) == "open"
    question.get_by_label("Your name").fill("  Maria  ")
    page.keyboard.press("Enter")
    expect(page.locator("#alerts-outcome")).to_contain_text("Acknowledged")
    expect(page.locator(".aw-inbox__row")).to_have_count(1)
    assert handling(server, 2) == "acknowledged"
    page.reload()
    expect(page.locator("#shell-actor-name")).to_have_value("Maria")


def test_leaving_the_question_does_nothing(page: Page, server: Live) -> None:
    opened(page, f"{server.url}/alerts/2")
    button = page.get_by_role("button", name="Acknowledge", exact=True)
    button.click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Who is acting?")).to_be_hidden()
    expect(button).to_be_focused()
    assert handling(server, 2) == "open"


def test_a_double_click_is_one_action(page: Page, server: Live) -> None:
    named(opened(page, f"{server.url}/alerts/2"))
    page.get_by_role("button", name="Comment").click()
    page.locator("#alert-act-comment textarea").fill("Called the broker")
    page.locator("#alert-act-comment button").dblclick()
    expect(page.locator("#alert-timeline")).to_contain_text("Maria commented")
    page.wait_for_timeout(1_000)
    told = inbox.incident(server.services.engine, 2, server.services.clock())
    assert told is not None
    assert told.timeline["kind"].to_list().count("commented") == 1


def test_the_second_of_two_people_learns_who_was_first(
    new_page: Callable[..., Page], server: Live
) -> None:
    maria = named(opened(new_page(), f"{server.url}/alerts/2"), "Maria")
    bo = named(opened(new_page(), f"{server.url}/alerts/2"), "Bo")
    maria.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(maria.locator("#alert-outcome")).to_contain_text("it is yours")
    bo.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(bo.locator("#alert-outcome")).to_contain_text("Already acknowledged by Maria at")
    expect(bo.locator("#alert-answer")).to_contain_text("Maria has it")
    expect(bo.get_by_role("button", name="Acknowledge", exact=True)).to_have_count(0)


def test_another_browser_sees_it_within_the_poll(
    new_page: Callable[..., Page], server: Live
) -> None:
    watching = opened(new_page(), f"{server.url}/alerts")
    watching.evaluate("document.querySelector('.aw-page').dataset.same = 'yes'")
    acting = named(opened(new_page(), f"{server.url}/alerts/2"))
    acting.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(watching.locator(".aw-inbox__row")).to_have_count(1, timeout=POLLED)
    expect(watching.locator("#shell-needs")).to_have_text("1")
    # Nothing was mounted anew.
    expect(watching.locator(".aw-page")).to_have_attribute("data-same", "yes")


def test_what_is_typed_survives_somebody_elses_action(
    new_page: Callable[..., Page], server: Live
) -> None:
    typing = named(opened(new_page(), f"{server.url}/alerts/2"), "Bo")
    typing.get_by_role("button", name="Comment").click()
    box = typing.locator("#alert-act-comment textarea")
    box.fill("The broker says that")
    acting = named(opened(new_page(), f"{server.url}/alerts/2"))
    acting.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(typing.locator("#alert-answer")).to_contain_text("Maria has it", timeout=POLLED)
    expect(box).to_have_value("The broker says that")
    expect(box).to_be_focused()


def test_a_form_says_what_is_missing(page: Page, server: Live) -> None:
    named(opened(page, f"{server.url}/alerts/2"))
    page.get_by_role("button", name="Close with a verdict").first.click()
    form = page.locator("#alert-act-close")
    form.get_by_role("button", name="Close with a verdict").click()
    expect(form.locator(".aw-act__refused")).to_have_text("Fill this in first.")
    expect(form.locator("select")).to_be_focused()
    assert handling(server, 2) == "open"


def test_everything_can_be_done_with_the_keyboard(page: Page, server: Live) -> None:
    named(opened(page, f"{server.url}/alerts"))
    page.locator(".aw-inbox__title a").first.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Acknowledge: Complaints surge: Poland")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#alerts-outcome")).to_contain_text("it is yours")
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.locator("#overview-alerts")).to_contain_text("Complaints surge: Germany")


def test_an_unknown_incident_says_so_once(page: Page, server: Live, watch: Watch) -> None:
    watch.allow("404")
    page.goto(f"{server.url}/alerts/999")
    expect(page.get_by_text("There is no such incident")).to_be_visible()
    expect(page.get_by_text("No message has gone out")).to_be_hidden()


def test_the_phone_has_four_screens_and_more(new_page: Callable[..., Page], server: Live) -> None:
    page = opened(new_page(width=390, height=844), f"{server.url}/alerts")
    bar = page.locator(".aw-rail")
    expect(bar.locator(".aw-rail__links a:visible")).to_have_count(4)
    more = bar.get_by_role("button", name="More")
    expect(more).to_have_attribute("aria-expanded", "false")
    more.click()
    sheet = page.get_by_role("dialog", name="More")
    expect(sheet).to_be_visible()
    expect(more).to_have_attribute("aria-expanded", "true")
    for _step in range(12):  # the focus stays inside
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.closest('body, #aw-more').tagName")
        assert focused in {"BODY", "DIALOG"}
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(more).to_be_focused()
    more.click()
    sheet.get_by_role("link", name="SLA map").click()
    expect(sheet).to_be_hidden()
    expect(page.locator("#sla-answer")).to_be_visible()
    expect(more).to_have_class("aw-rail__link aw-rail__more active")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_both_screens_are_quiet(
    new_page: Callable[..., Page], server: Live, scheme: str, locale: str
) -> None:
    page = opened(new_page(scheme=scheme, locale=locale), f"{server.url}/alerts")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)
    page.locator(".aw-inbox__title a").first.click()
    page.wait_for_url("**/alerts/2")
    expect(page.locator("#alert-quotes, .aw-quotes__text").first).to_have_attribute("lang", "pl")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)
    expect(page.locator("#alert-chart .main-svg").first).to_be_attached()
