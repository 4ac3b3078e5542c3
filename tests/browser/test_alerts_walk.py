"""A manager's walk: the customs hold fires, is understood, acknowledged, silenced, closed.

Nothing is put into the database by hand: the sample company is imported, the worker judges the
shipped rules, and what the manager sees is what they found.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from alerts import inbox
from alerts.event_log import verify
from tests.browser import live
from tests.browser.live import Live
from tests.browser.test_alerts import POLLED, named
from tests.browser.test_shell import opened

pytestmark = pytest.mark.browser

ORDERS = 40_000
"""Enough that the hold stops more parcels than its rule needs."""


@pytest.fixture(scope="module")
def company(
    serve_wsgi: Callable[[Any], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """The sample company as `afterwatch demo` shows it, every rule judged."""
    with live.company(serve_wsgi, tmp_path_factory.mktemp("walk"), ORDERS) as made:
        yield made


def test_the_customs_hold_from_alarm_to_verdict(
    new_page: Callable[..., Page], company: Live
) -> None:
    colleague = opened(new_page(), f"{company.url}/alerts")
    customs = colleague.locator(".aw-inbox__row", has_text="Parcels stand in customs")
    page = opened(new_page(zone="Europe/Warsaw"), company.url)

    number = _found(page)
    _understood(page)
    _acknowledged(page)
    expect(customs).to_have_count(0, timeout=POLLED)  # without reloading
    colleague.get_by_text("Acknowledged", exact=False).first.click()
    expect(customs).to_contain_text("acknowledged by Maria")
    _silenced(page)
    _closed(page)

    engine, now = company.services.engine, company.services.clock()
    shown = inbox.incident(engine, number, now)
    assert shown is not None
    assert (shown.row["verdict"], shown.row["handling"]) == ("true", "closed")
    assert shown.true_start is not None
    assert shown.true_start.isoformat() == "2026-11-09T23:00:00+00:00"
    assert json.loads(shown.row["labels"]) == {"market": "PL"}
    assert verify(engine) is None
    named(colleague, "Bo")
    colleague.get_by_text("Closed", exact=False).first.click()
    expect(customs).to_contain_text("True: there was a problem", timeout=POLLED)


def _found(page: Page) -> int:
    """It is what the Overview begins with, and it leads to the incident."""
    expect(page.locator("#overview-answer")).to_contain_text("Parcels stand in customs: Poland")
    page.locator("#overview-alerts a", has_text="customs").click()
    expect(page.locator("#alert-answer")).to_contain_text("Nobody has it yet")
    return int(page.url.rsplit("/", 1)[-1].split("?")[0])


def _understood(page: Page) -> None:
    """The number, since when, the slice, what customers write, what to do."""
    facts = page.locator("#alert-facts")
    expect(facts).to_contain_text("Market Poland")
    expect(facts).to_contain_text("parcels over their time, the oldest for")
    expect(page.locator("#alert-chart .main-svg").first).to_be_attached()
    expect(page.locator("#alert-chart-summary")).to_contain_text("days lie outside")
    quotes = page.locator(".aw-quotes__text[lang=pl]")
    expect(quotes.first).to_be_visible()
    leads_to = page.locator(".aw-quotes__source a").first.get_attribute("href") or ""
    assert leads_to.startswith("/cases/C")
    expect(page.locator("#alert-first-steps")).to_contain_text("broker")
    expect(page.locator("#alert-next")).to_contain_text("The next message goes out")
    behind = page.locator("#alert-behind").get_attribute("href") or ""
    assert behind.startswith("/cases?range=custom&from=")
    assert behind.endswith("market=PL")


def _acknowledged(page: Page) -> None:
    """Whoever acts for the first time says who they are."""
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    page.get_by_role("dialog", name="Who is acting?").get_by_label("Your name").fill("Maria")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#alert-outcome")).to_contain_text("it is yours")


def _silenced(page: Page) -> None:
    """With everything inside it, until tomorrow morning in Poland."""
    page.get_by_role("button", name="Silence", exact=True).click()
    form = page.locator("#alert-act-silence")
    form.locator("select").select_option("tomorrow")
    expect(form).to_contain_text("until tomorrow 08:00 (Warsaw time)")
    form.get_by_label("Why").fill("The broker has the papers")
    form.get_by_role("button", name="Silence").click()
    expect(page.locator("#alert-outcome")).to_contain_text("Silenced")
    told = "Silenced by Maria: The broker has the papers"
    expect(page.locator("#alert-next")).to_contain_text(told)


def _closed(page: Page) -> None:
    """With a verdict, when it really began, and the whole story on the timeline."""
    page.get_by_role("button", name="Close with a verdict").first.click()
    form = page.locator("#alert-act-close")
    form.locator("select").select_option("true")
    form.locator("input[type=date]").fill("2026-11-10")
    form.locator("textarea").fill("Product papers were missing; sent for all parcels")
    form.get_by_role("button", name="Close with a verdict").click()
    expect(page.locator("#alert-answer")).to_contain_text("Closed.")
    timeline = page.locator("#alert-timeline")
    for told in ("It began", "Maria acknowledged it", "Maria silenced it", "Maria closed it: True"):
        expect(timeline).to_contain_text(told)
