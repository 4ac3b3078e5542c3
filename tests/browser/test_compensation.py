"""Compensation in a real browser: looked at, made, approved by another person, and its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.app import create_app
from tests.browser.conftest import Watch
from tests.browser.live import Live
from tests.dashboard import compensation_home

pytestmark = pytest.mark.browser


@pytest.fixture
def compensation(
    serve_wsgi: Callable[[Any], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """A home with six late parcels; its clock stands still."""
    services = compensation_home.services(tmp_path_factory.mktemp("compensation"))
    yield Live(serve_wsgi(create_app(services).server), services)
    services.engine.dispose()


def acting(page: Page, name: str) -> None:
    """Say at the top who acts."""
    field = page.get_by_label("Acting as")
    field.fill(name)
    field.press("Enter")


def test_a_batch_from_the_first_look_to_its_file(page: Page, compensation: Live) -> None:
    page.goto(f"{compensation.url}/compensation")
    expect(page.locator("#compensation-answer")).to_contain_text("5 orders are entitled")
    acting(page, "Emil")
    page.get_by_role("button", name="New batch", exact=True).click()
    form = page.locator("#compensation-act-preview")
    form.locator("[name=cause]").select_option("late_72h")
    form.get_by_role("button", name="Look first").click()
    expect(page.locator("#compensation-preview")).to_contain_text("5 orders")
    page.get_by_role("button", name="Make this batch of 5 orders (€25.00)").dblclick()
    expect(page.locator("#compensation-outcome")).to_contain_text("The batch is made")
    expect(page.locator("#compensation-batches tbody tr")).to_have_count(1)
    page.goto(f"{compensation.url}/compensation/1")
    outcome = page.locator("#compensation-batch-outcome")
    page.get_by_role("button", name="Submit for approval").click()
    expect(outcome).to_contain_text("Submitted")
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(outcome).to_contain_text("Emil made it; somebody else has to approve it.")
    acting(page, "Anna")
    page.get_by_role("button", name="Approve", exact=True).focus()
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text("Approved")
    page.get_by_role("button", name="Export", exact=True).click()
    page.locator("#compensation-batch-act-export").get_by_role("button", name="Export").click()
    expect(outcome).to_contain_text("Exported")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the file of batch 1 (CSV)").click()
    assert download.value.suggested_filename == "compensation-1.csv"
    expect(page.locator("#compensation-batch-timeline")).to_contain_text("Signed as team lead")


def test_an_item_opens_by_keyboard_and_is_left_out_with_a_reason(
    page: Page, compensation: Live
) -> None:
    page.goto(f"{compensation.url}/compensation")
    acting(page, "Emil")
    page.get_by_role("button", name="New batch", exact=True).click()
    form = page.locator("#compensation-act-preview")
    form.get_by_role("button", name="Look first").click()
    page.get_by_role("button", name="Make this batch of 5 orders (€25.00)").click()
    page.locator("#compensation-batches tbody tr").first.click()
    page.wait_for_url("**/compensation/1*")
    cell = page.locator("#compensation-batch-items .ag-cell").first
    cell.click()
    page.wait_for_url("**item=1*")
    expect(page.locator("#compensation-batch-item")).to_contain_text("A-1")
    page.get_by_role("button", name="Leave items out").click()
    left_out = page.locator("#compensation-batch-act-exclude")
    expect(left_out.locator("[name=items]")).to_have_value("1")
    left_out.locator("[name=note]").fill("Answered by phone")
    left_out.get_by_role("button", name="Leave items out").click()
    expect(page.locator("#compensation-batch-outcome")).to_contain_text("Left out")
    expect(page.locator("#compensation-batch-item")).to_contain_text("Answered by phone")


def test_on_a_phone_in_chinese_nothing_is_wider_than_the_screen(
    new_page: Callable[..., Page], compensation: Live
) -> None:
    page = new_page(width=390, height=844, locale="zh-CN", scheme="dark", touch=True)
    page.goto(f"{compensation.url}/compensation?leak=omission")
    expect(page.locator("#compensation-answer")).to_contain_text("5 个订单应补偿")
    expect(page.locator("#compensation-rows")).to_contain_text("A-1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_home_without_a_policy_says_so(page: Page, empty_server: Live, watch: Watch) -> None:
    watch.allow("404")
    page.goto(f"{empty_server.url}/compensation")
    expect(page.locator("#compensation-answer")).to_contain_text("No policy is in force yet")
    page.goto(f"{empty_server.url}/compensation/9")
    expect(page.locator("#compensation-batch-state-panel")).to_contain_text(
        "There is no such batch"
    )
