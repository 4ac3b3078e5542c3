"""Messages and duty in a real browser: taking over, sending again, on a phone, in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from alerts import overrides
from dashboard.app import create_app
from tests.browser.live import Live
from tests.dashboard import fakes
from tests.dashboard.messages_home import fill

pytestmark = pytest.mark.browser


@pytest.fixture
def delivery(
    serve_wsgi: Callable[[Any], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """A home with rotas and messages; its clock stands still."""
    home = tmp_path_factory.mktemp("delivery")
    services = replace(fakes.services(home), clock=lambda: fakes.NOW)
    fill(home, services.engine, fakes.NOW)
    yield Live(serve_wsgi(create_app(services).server), services)
    services.engine.dispose()


def test_taking_over_is_checked_first_and_asks_who_acts(page: Page, delivery: Live) -> None:
    page.goto(f"{delivery.url}/delivery")
    expect(page.locator("#delivery-duty")).to_contain_text("Ben Okafor")
    page.get_by_role("button", name="Take over", exact=True).click()
    form = page.locator("#delivery-act-check")
    form.locator("[name=rota]").select_option("china")
    form.locator("[name=person]").select_option("Anna Vogel")
    form.locator("[name=starts]").fill("2026-11-22T20:00")
    form.locator("[name=ends]").fill("2026-11-23T08:00")
    form.get_by_role("button", name="Check").click()
    page.locator("dialog input").fill("Mei Lin")
    page.locator("dialog input").press("Enter")
    outcome = page.locator("#delivery-outcome")
    expect(outcome).to_contain_text("Nothing is saved yet")
    assert "china" not in overrides.active(delivery.services.engine, fakes.NOW)
    page.get_by_role("button", name="Save", exact=True).dblclick()
    expect(page.locator("#delivery-overrides")).to_contain_text("Anna Vogel")
    kept = overrides.active(delivery.services.engine, fakes.NOW)["china"]
    assert [each.person for each in kept] == ["Anna Vogel"]
    page.get_by_role("button", name="Take back: Anna Vogel for china").click()
    expect(outcome).to_contain_text("Taken back")
    expect(page.locator("#delivery-overrides")).not_to_contain_text("Anna Vogel")


def test_a_failed_message_is_sent_again_by_keyboard(page: Page, delivery: Live) -> None:
    page.goto(f"{delivery.url}/delivery")
    page.get_by_text("Not delivered 1", exact=True).click()
    expect(page.locator("#delivery-messages")).to_contain_text("550 no such mailbox")
    button = page.get_by_role("button", name="Send again: Complaints surge in DE to Ben Okafor")
    button.focus()
    page.keyboard.press("Enter")
    page.locator("dialog input").fill("Mei Lin")
    page.locator("dialog input").press("Enter")
    expect(page.locator("#delivery-resent")).to_contain_text("was written")
    expect(page.locator("#delivery-messages-panel")).to_contain_text("Every message was delivered")


def test_on_a_phone_in_chinese_nothing_is_wider_than_the_screen(
    new_page: Callable[..., Page], delivery: Live
) -> None:
    page = new_page(width=390, height=844, locale="zh-CN", scheme="dark", touch=True)
    page.goto(f"{delivery.url}/delivery")
    expect(page.locator("#delivery-answer")).to_contain_text("正在值班：Ben Okafor")
    expect(page.locator("#delivery-messages")).to_contain_text("每小时额度已用完")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_home_without_rotas_says_so(page: Page, empty_server: Live) -> None:
    page.goto(f"{empty_server.url}/delivery")
    expect(page.locator("#delivery-duty-panel")).to_contain_text("There is no rota")
    expect(page.locator("#delivery-messages-panel")).to_contain_text("No message waits")
