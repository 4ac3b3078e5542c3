"""A statement in a real browser: signed by keyboard, typed by two, from right to left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from alerts.statements import Do, Status
from dashboard.app import create_app
from dashboard.shell import REFRESH_SECONDS
from tests.alerts.statements.world import PEOPLE, World
from tests.browser.test_shell import opened
from tests.dashboard.fakes import services

pytestmark = pytest.mark.browser

POLLED = REFRESH_SECONDS * 1000 + 10_000


class Place:
    """An application over statements in three languages."""

    def __init__(self, url: str, world: World) -> None:
        self.url = url
        self.world = world

    def of(self, locale: str) -> str:
        """Address of a text."""
        return f"{self.url}/statements/{self.world.ids[locale]}"


@pytest.fixture
def place(serve_wsgi: Callable[[Any], str], tmp_path: Path) -> Iterator[Place]:
    """English, German and Arabic e-mails of a holding statement."""
    made = services(tmp_path)
    (tmp_path / "alerting.yaml").write_text(PEOPLE, encoding="utf-8")
    world = World(made.engine).begin(locales=("de", "ar"), channels=("email",))
    yield Place(serve_wsgi(create_app(made).server), world)
    made.engine.dispose()


def named(page: Page, name: str) -> None:
    """Say who acts."""
    field = page.locator("#shell-actor-name")
    field.fill(name)
    field.press("Enter")


def test_three_people_sign_and_one_notes_where_it_went(page: Page, place: Place) -> None:
    opened(page, place.of("en"))
    for name, button in (
        ("Pia", "Sign as right"),
        ("Ren", "Sign as proofread"),
        ("Fay", "Sign as final"),
    ):
        named(page, name)
        sign = page.get_by_role("button", name=button)
        sign.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#statement-chain")).to_contain_text(f"{name} · ")
    named(page, "Pia")
    page.get_by_role("button", name="Note where it was published").click()
    page.locator("#statement-actions input[name=where]").fill("Shop window")
    page.get_by_role("button", name="Note it").click()
    expect(page.locator("#statement-answer")).to_contain_text("Sent by Pia")
    expect(page.locator("#statement-sent")).to_contain_text("Please stop using Kettle K2")
    expect(page.locator("#statement-text")).not_to_be_editable()
    assert place.world.one().status is Status.SENT


def test_arabic_runs_from_right_to_left(page: Page, place: Place) -> None:
    opened(page, place.of("ar"))
    text = page.locator("#statement-shown .aw-said__text")
    expect(text).to_have_attribute("dir", "rtl")
    expect(text).to_have_attribute("lang", "ar")
    assert text.evaluate("e => getComputedStyle(e).direction") == "rtl"
    # Text begins at the right edge: the first value stands nearer to it than to the left one.
    box = text.bounding_box()
    first = page.locator("#statement-shown .aw-said__text").evaluate(
        "e => { const r = document.createRange(); r.setStart(e.firstChild, 0);"
        " r.setEnd(e.firstChild, 1); return r.getBoundingClientRect().right; }"
    )
    assert box is not None
    assert box["x"] + box["width"] - first < 40
    editor = page.locator("#statement-text")
    expect(editor).to_have_attribute("dir", "rtl")
    expect(page.locator("#statement-source .aw-said__text")).to_have_attribute("dir", "ltr")
    expect(page.locator("#statement-native")).to_contain_text("native speaker")


def test_two_who_type_see_each_other_and_lose_nothing(page: Page, place: Place) -> None:
    opened(page, place.of("en"))
    named(page, "Pia")
    editor = page.locator("#statement-text")
    expect(editor).not_to_have_value("")
    mine = editor.input_value() + "\nMine."
    editor.fill(mine)
    theirs = place.world.one().body.replace("Please stop", "Stop")
    place.world.act(Do.EDIT, "Lea", text=theirs)
    note = page.locator("#statement-conflict-note")
    expect(note).to_contain_text("Lea changed the text", timeout=POLLED)  # without reloading
    expect(editor).to_have_value(mine)
    expect(page.locator("#statement-conflict ins").last).to_contain_text("Mine.")
    expect(page.locator("#statement-shown")).to_contain_text("Stop using Kettle K2")
    page.get_by_role("button", name="Save the text").click()
    expect(note).to_contain_text("Saving again")
    assert place.world.one().body == theirs
    page.get_by_role("button", name="Save the text").click()
    expect(page.locator("#statement-verdict")).to_contain_text("Saved as a new revision")
    expect(note).to_have_text("")
    assert place.world.one().body == mine
    expect(page.locator(".aw-panel.is-error")).to_have_count(0)


def test_it_fits_a_phone(new_page: Callable[..., Page], place: Place) -> None:
    page = opened(new_page(width=390, height=844), place.of("ar"))
    expect(page.locator("#statement-shown .aw-said__text")).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
