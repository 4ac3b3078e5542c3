"""Pictures of every screen for the documentation: `python -m tests.browser.screenshots URL`.

Each screen at 1280 and 390 px, light and dark, English and Chinese (four of the eight ways), as
WebP straight from the browser, into `docs/img`. `URL` is a running application, such as the one
`make demo` starts.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM_FLAGS
from tests.system import find_chromium

FOLDER = Path(__file__).parents[2] / "docs" / "img"
SCREENS = {
    "overview": "/",
    "alerts": "/alerts",
    "alert": "/alerts",
    "complaints": "/complaints",
    "service": "/service?within=240",
    "sla": "/sla",
    "returns": "/returns",
    "reconcile": "/reconcile?range=12m",
    "cases": "/cases",
    "case": "/cases?view=reopened&range=12m",
    "number": "/numbers/first_response_within_target?range=12m",
    "rules": "/rules",
    "quality": "/quality",
    "messages": "/delivery",
}
SIZES = {"1280": (1280, 900), "390": (390, 844)}
WAYS = (
    ("1280", "light", "en-GB"),
    ("1280", "dark", "zh-CN"),
    ("390", "light", "zh-CN"),
    ("390", "dark", "en-GB"),
)
"""Each width, scheme and language twice: all eight ways would weigh more than the code."""
TWICE = {"rules", "quality", "messages"}
"""Screens that are taken two ways only: the first and the last."""
QUALITY = 33


def take(browser: Browser, url: str) -> None:
    """Write all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for width, scheme, locale in WAYS:
        size = SIZES[width]
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            locale=locale,
        )
        page = context.new_page()
        for name, path in SCREENS.items():
            if name in TWICE and (width, scheme, locale) not in {WAYS[0], WAYS[-1]}:
                continue
            page.goto(url.rstrip("/") + path)
            if name == "alert":
                page.locator(".aw-inbox__title a").first.click()
                page.locator("#alert-chart .main-svg").first.wait_for(state="attached")
            if name == "case":
                page.locator("#cases-grid .ag-row a").first.click()
                page.locator("#case-runs .barlayer .point").first.wait_for(state="attached")
            page.wait_for_load_state("networkidle")
            page.locator(".is-loading").first.wait_for(state="detached")
            page.wait_for_timeout(1500)
            suffix = "".join(
                [
                    "" if width == "1280" else f"-{width}",
                    "" if scheme == "light" else "-dark",
                    "" if locale.startswith("en") else "-zh",
                ]
            )
            (FOLDER / f"{name}{suffix}.webp").write_bytes(_webp(page))
        context.close()


def _webp(page: Page) -> bytes:
    session = page.context.new_cdp_session(page)
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    return base64.b64decode(shot["data"])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(
            "Give the address of a running Afterwatch: python -m tests.browser.screenshots URL"
        )
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=str(find_chromium()), args=list(CHROMIUM_FLAGS)
        )
        take(chromium, sys.argv[1])
        chromium.close()
