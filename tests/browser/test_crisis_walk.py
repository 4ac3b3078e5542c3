"""A crisis lead's night: the faulty lot from the alert to statements drafted in every language.

Nothing is put into the database by hand: the sample company is imported, the worker judges the
shipped rules and criteria, the shipped playbook leads, and what people do they do in the browser,
with a colleague's browser watching. The worker's turns are taken in between, as its jobs would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from alerts.event_log import verify
from alerts.worker import run_once
from data_access.state import schema
from tests.browser import live
from tests.browser.live import Live
from tests.browser.test_shell import opened

pytestmark = pytest.mark.browser

ORDERS = 40_000
"""As many as the walk through the inbox has: enough for the lot to stand out."""
CHANGED = 30_000
"""Milliseconds within which another browser sees a change without reloading."""
LEAD, SUPPLY, LEGAL, PR = "Ana Weber", "Mei Chen", "Lena Fischer", "Omar Haddad"


@pytest.fixture(scope="module")
def company(
    serve_wsgi: Callable[[Any], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """The sample company as `afterwatch demo` shows it, every rule and criterion judged."""
    expect.set_options(timeout=CHANGED)
    with live.company(serve_wsgi, tmp_path_factory.mktemp("crisis"), ORDERS) as made:
        yield made
    expect.set_options(timeout=5_000)


def test_the_faulty_lot_from_alert_to_statements(
    new_page: Callable[..., Page], company: Live
) -> None:
    page = opened(new_page(), f"{company.url}/alerts")
    number = _found(page)
    colleague = opened(
        new_page(width=390, height=844, touch=True), f"{company.url}/crises/{number}"
    )
    expect(colleague.locator("#crisis-answer")).to_contain_text("nobody has declared it")

    _declared(page)
    expect(colleague.locator("#crisis-answer")).to_contain_text("level 3", timeout=CHANGED)
    expect(_task(colleague, "confirm-facts")).to_be_visible(timeout=CHANGED)
    _contained_first(page, colleague, company)
    _drafted(page)

    assert verify(company.services.engine) is None
    kinds = _told(company, number)
    assert kinds.index("crisis_proposed") < kinds.index("crisis_declared")


def _found(page: Page) -> int:
    """The lot's incident leads to the crisis that its criteria ask for."""
    page.locator(".aw-inbox__title a", has_text="lot").first.click()
    expect(page.locator("#alert-answer")).to_contain_text("VAN-201-X7", timeout=CHANGED)
    page.locator("#alert-crisis").click()
    expect(page.locator("#crisis-answer")).to_contain_text("proposed as level 3", timeout=CHANGED)
    held = page.locator("#crisis-level .is-held")
    expect(held.first).to_contain_text("One lot fails far too often")
    return int(page.url.rsplit("/", 1)[-1].split("?")[0])


def _declared(page: Page) -> None:
    """A person declares it; the playbook of its topic begins."""
    _named(page, LEAD)
    actions = page.locator("#crisis-actions")
    actions.get_by_role("button", name="Declare", exact=True).click()
    form = page.locator("#crisis-act-declare")
    expect(form.locator("select").first).to_have_value("3")
    form.get_by_role("button", name="Declare the crisis").click()
    expect(page.locator("#crisis-outcome")).to_contain_text("its playbook runs")
    expect(page.locator("#crisis-head")).to_contain_text("Level 3: Regional or regulated")


def _contained_first(page: Page, colleague: Page, company: Live) -> None:
    """Facts, stop of sale, what is said; each by whose task it is, seen by the colleague."""
    page.locator("#crisis-people-actions").get_by_role("button", name="Give a role").click()
    form = page.locator("#crisis-people-act-assign_role")
    form.locator("select").select_option("crisis_lead")
    form.get_by_label("To whom").fill(LEAD)
    form.get_by_role("button", name="Give a role").click()
    expect(page.locator("#crisis-answer")).to_contain_text(f"{LEAD} leads")
    _done(page, "confirm-facts", {"Somebody was hurt": "false"}, "Ten complaints read")
    expect(_task(colleague, "confirm-facts")).to_have_class(
        "aw-task aw-task--done aw-task--brief", timeout=CHANGED
    )
    _named(page, SUPPLY)
    expect(page.locator(".aw-tasks__group").first).to_contain_text("Yours")
    task = _task(page, "stop-sale")
    task.get_by_role("button", name="Take it").click()
    expect(page.locator("#crisis-outcome")).to_contain_text("It is yours")
    expect(_task(colleague, "stop-sale")).to_contain_text(f"{SUPPLY} has it", timeout=CHANGED)
    _done(page, "stop-sale", {}, "Blocked in every shop; screenshots are filed")
    _named(page, PR)
    said = {
        "Name under which customers know us": "Northlight",
        "Product as customers know it": "Vanity mirror 201",
        "Production lot": "VAN-201-X7",
        "When we speak again": "2026-11-24T09:00",
        "Page with the current facts": "https://northlight.example/lot",
        "How customers reach us": "help@northlight.example",
    }
    _done(page, "agree-message", said, "Three sentences, nothing about the cause")
    for name, role in ((LEGAL, "legal"), (LEAD, "crisis_lead")):
        _named(page, name)
        task = _task(page, "sign-message")
        task.locator("[data-opens=approve]").click()
        form = task.locator("form[data-action=approve]")
        form.locator("select").select_option(role)
        form.get_by_role("button", name="I approve it").click()
        expect(task).to_contain_text(f"Approved by {name}")
    run_once(company.services)


def _drafted(page: Page) -> None:
    """The holding statement waits for its signatures, in English and in Chinese among others."""
    statements = page.locator("#crisis-statements")
    expect(statements).to_contain_text("Faulty lot holding")
    expect(statements.locator("tr", has_text="English")).to_have_count(1)
    expect(statements.locator("tr", has_text="Chinese")).to_have_count(1)


def _named(page: Page, name: str) -> None:
    """Somebody else sits down at the same browser."""
    page.fill("#shell-actor-name", name)
    page.press("#shell-actor-name", "Enter")


def _task(page: Page, key: str) -> Locator:
    return page.locator(f"#step-{key}")


def _done(page: Page, key: str, asked: dict[str, str], note: str) -> None:
    """Fill in what a step asks for and say that it is done."""
    task = _task(page, key)
    task.locator("[data-opens=done]").click()
    form = task.locator("form[data-action=done]")
    for label, value in asked.items():
        field = form.get_by_label(label)
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.get_by_label("What came of it").fill(note)
    form.get_by_role("button", name="Done").click()
    expect(page.locator("#crisis-outcome")).to_contain_text("Done.")


def _told(company: Live, number: int) -> list[str]:
    log = schema.event_log.c
    with company.services.engine.connect() as connection:
        return list(
            connection.execute(
                select(log.kind)
                .where(log.subject_kind == "crisis", log.subject_id == str(number))
                .order_by(log.seq)
            ).scalars()
        )
