"""The Rules screens in a real browser: from a template to a rule on trial."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from alerts import backtest
from alerts.backtest.stored import save
from alerts.rule_store import live_rules, versions_of
from data_access.state.engine import writing
from tests.browser.live import Live
from tests.browser.test_shell import opened

pytestmark = pytest.mark.browser

RULE = "return-surge"


def backtested(live: Live) -> None:
    """Give one live rule a backtest, as the worker does in its turn."""
    services = live.services
    (stored,) = [one for one in live_rules(services.engine) if one.version.rule.id == RULE]
    last = backtest.last_day(services.metrics, services.clock(), "UTC")
    assert last is not None
    made = backtest.run(
        stored.version,
        services.metrics,
        services.engine,
        first=last - timedelta(days=99),
        last=last,
        zone="UTC",
        tables=services.warehouse,
    )
    with writing(services.engine) as connection:
        save(connection, stored.version_id, made, services.clock())


def test_the_list_leads_to_a_rule_and_its_backtest(page: Page, live_server: Live) -> None:
    backtested(live_server)
    opened(page, f"{live_server.url}/rules")
    expect(page.locator("#rules-answer")).to_contain_text("rules watch")
    count = len(live_rules(live_server.services.engine))
    expect(page.locator("#rules-list tbody tr")).to_have_count(count)
    page.get_by_role("link", name=RULE, exact=True).click()
    expect(page.locator("#rule-answer")).to_contain_text("Version 1 is live.")
    expect(page.locator("#rule-gate")).to_contain_text("The gate")
    expect(page.locator("#rule-words dt").first).to_be_visible()
    expect(page.locator("#rule-told .main-svg").first).to_be_visible()
    expect(page.locator("#rule-cost dt").first).to_have_text("Episodes a week")
    expect(page.locator("#rule-text")).to_have_value(re.compile(f"id: {RULE}"))
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)


def test_a_new_rule_is_written_checked_saved_and_put_on_trial(
    page: Page, live_server: Live
) -> None:
    opened(page, f"{live_server.url}/rules/new?template=surge")
    text = page.locator("#rule-text")
    expect(text).not_to_have_value("")
    good = text.input_value()
    text.fill(good.replace("severity: warning", "severity: loud"))
    page.locator("#rule-check").click()
    expect(page.locator("#rule-verdict")).to_have_text("1 fault; nothing was saved.")
    expect(page.locator("#rule-faults li")).to_contain_text("severity = 'loud'")
    text.fill(good.replace("my-surge-rule", "walked-rule"))
    page.locator("#rule-save").focus()
    page.keyboard.press("Enter")
    # Who acts is asked first.
    question = page.locator("#aw-actor-question")
    expect(question).to_be_visible()
    question.locator("input").fill("Ada")
    page.keyboard.press("Enter")
    expect(page.locator("#rule-verdict")).to_have_text("Saved as version 1, a draft.")
    page.locator("#rule-saved").click()
    expect(page.locator("#rule-answer")).to_have_text("Version 1 is a draft: nothing runs.")
    page.get_by_role("button", name="Run its tests").click()
    expect(page.locator("#rule-answer")).to_contain_text("Version 1 is tested")
    page.get_by_role("button", name="Let it live").first.click()
    form = page.locator("#rule-act-live")
    form.get_by_role("button").click()
    expect(form.locator("[role=alert]")).not_to_be_empty()
    page.get_by_role("button", name="Run in shadow").first.click()
    page.locator("#rule-act-shadow").get_by_role("button").click()
    expect(page.locator("#rule-answer")).to_contain_text("runs in shadow")
    expect(page.locator("#rule-history")).to_contain_text("Ada")
    (stored,) = versions_of(live_server.services.engine, "walked-rule")
    assert (stored.stage, stored.created_by) == ("shadow", "Ada")


def test_an_address_of_no_rule(page: Page, live_server: Live) -> None:
    opened(page, f"{live_server.url}/rules/nobody")
    expect(page.locator("#rule-state-panel")).to_have_class("aw-panel is-empty")
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)


def test_an_empty_home(page: Page, empty_server: Live) -> None:
    page.goto(f"{empty_server.url}/rules")
    expect(page.locator("#rules-panel")).to_have_class("aw-panel is-empty")
    expect(page.locator("#rules-templates li").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/rules", f"/rules/{RULE}"])
def test_a_phone_in_chinese(
    new_page: Callable[..., Page], live_server: Live, scheme: str, path: str
) -> None:
    page = new_page(width=390, height=844, locale="zh-CN", scheme=scheme)
    opened(page, f"{live_server.url}{path}")
    expect(page.locator(".aw-page__answer")).not_to_be_empty()
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)
