"""A drill in a real browser: started from its form, led, ended, its report read; and a review."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.app import create_app
from dashboard.services import open_services
from dashboard.settings import load_settings
from tests.alerts.drills.exercise import PEOPLE, Exercise
from tests.alerts.runs import world
from tests.browser.live import Live
from tests.browser.test_shell import opened
from tests.dashboard.test_drills import SCENARIO

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def practising(
    serve_wsgi: Callable[[Any], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """A home with one playbook that has a scenario."""
    home = tmp_path_factory.mktemp("practising")
    services = open_services(load_settings(home=home))
    (home / "alerting.yaml").write_text(PEOPLE, encoding="utf-8")
    made = Exercise(services.engine, wall=services.clock())
    made.prepare(world.line("call-carrier", role="logistics", due={"after": "PT1H"}), tail=SCENARIO)
    yield Live(serve_wsgi(create_app(services).server), services)
    services.engine.dispose()


def test_a_drill_from_its_form_to_its_report(page: Page, practising: Live) -> None:
    opened(page, f"{practising.url}/drills")
    expect(page.locator("#drills-answer")).to_have_text("Nobody has practised yet.")
    page.get_by_label("Acting as").fill("Lea")
    page.get_by_label("Acting as").press("Enter")
    page.get_by_role("button", name="Start a drill").click()
    page.get_by_label("How fast its clock runs").select_option("600")
    page.get_by_role("button", name="Start it now").click()
    expect(page.locator("#drills-outcome")).to_contain_text("Drill 1 is running")
    page.locator("#drills-running tbody tr").first.get_by_role(
        "link", name="Chargers that burn"
    ).click()
    expect(page.locator("#drill-answer")).to_contain_text("DRILL, running")
    page.get_by_role("button", name="Let something happen").click()
    page.get_by_label("What happens now").fill("The radio calls")
    page.locator("#drill-act-inject").get_by_role("button").click()
    expect(page.locator("#drill-events")).to_contain_text("The radio calls")
    page.get_by_role("button", name="End the drill").click()
    expect(page.locator("#drill-answer")).to_contain_text("DRILL, ended")
    expect(page.locator("#drill-bar button")).to_have_count(0)


def test_reviews_fit_a_phone(page: Page, practising: Live) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, f"{practising.url}/reviews")
    expect(page.locator("#reviews-answer")).to_contain_text("Nothing is asked yet")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
