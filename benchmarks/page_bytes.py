"""What a browser fetches to show each screen: requests and bytes, cold and warm.

    python -m benchmarks.page_bytes --home DIR

Opens every screen of `afterwatch serve` in Chromium: cold with an empty cache, warm a second time
in the same browser. Bytes are those that travelled, compressed and with headers, as the browser's
own protocol counts them (1 MB = 10⁶ bytes). Homes are made by `benchmarks.synthetic`; writes
`benchmarks/results/page_bytes.md`.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.browser_requests import addresses
from benchmarks.heatmap import cases_in
from benchmarks.machine import described, write_page
from benchmarks.pages import VARIABLES
from benchmarks.web_process import serving
from dashboard.app import SCREENS
from tests.browser.conftest import CHROMIUM_FLAGS
from tests.system import find_chromium

GOAL_BYTES = 1_600_000
QUIET_S = 2.0
LONGEST_S = 90.0
KINDS = {"Script": "JavaScript", "Stylesheet": "CSS", "Font": "fonts", "Document": "page"}


@dataclass
class Traffic:
    """What one visit fetched."""

    requests: int = 0
    cached: int = 0
    sizes: Counter[str] = field(default_factory=Counter)
    largest: Counter[str] = field(default_factory=Counter)
    foreign: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Bytes that travelled."""
        return sum(self.sizes.values())


class Listener:
    """Counts what a page fetches, and knows when it has become quiet."""

    def __init__(self, session: Any) -> None:
        self.traffic = Traffic()
        self._open: dict[str, tuple[str, str]] = {}
        self._kept: set[str] = set()
        self._last = time.monotonic()
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.requestServedFromCache", lambda e: self._kept.add(e["requestId"]))
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.loadingFailed", lambda e: self._open.pop(e["requestId"], None))
        session.send("Network.enable")

    @property
    def quiet_for(self) -> float:
        """Seconds since the last request ended; 0 while one is under way."""
        return 0.0 if self._open else time.monotonic() - self._last

    def _sent(self, event: Any) -> None:
        address = urlsplit(event["request"]["url"])
        if address.scheme in {"data", "blob"}:
            return
        if address.hostname != "127.0.0.1":
            self.traffic.foreign.append(event["request"]["url"])
        self._open[event["requestId"]] = (KINDS.get(event["type"], "data"), address.path)

    def _received(self, event: Any) -> None:
        answer = event["response"]
        if answer.get("fromDiskCache") or answer.get("fromPrefetchCache"):
            self._kept.add(event["requestId"])

    def _finished(self, event: Any) -> None:
        known = self._open.pop(event["requestId"], None)
        self._last = time.monotonic()
        if known is None:
            return
        kind, path = known
        if event["requestId"] in self._kept:
            self.traffic.cached += 1
            return
        self.traffic.requests += 1
        self.traffic.sizes[kind] += int(event["encodedDataLength"])
        self.traffic.largest[path.rsplit("/", 1)[-1] or "/"] += int(event["encodedDataLength"])


def visit(context: BrowserContext, address: str) -> Traffic:
    """Open a page and wait until it fetches nothing any more."""
    page = context.new_page()
    listener = Listener(context.new_cdp_session(page))
    page.goto(address, wait_until="load")
    end = time.monotonic() + LONGEST_S
    while listener.quiet_for < QUIET_S and time.monotonic() < end:
        page.wait_for_timeout(200)
    page.close()
    return listener.traffic


def both(browser: Browser, address: str) -> tuple[Traffic, Traffic]:
    """A cold and a warm visit."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    try:
        return visit(context, address), visit(context, address)
    finally:
        context.close()


def measure(home: Path) -> dict[str, tuple[Traffic, Traffic]]:
    """Screen to its cold and its warm visit."""
    titles = {screen.PATH: screen.TITLE for screen in SCREENS}
    with serving(home) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS), chromium_sandbox=False
        )
        found = {
            titles[template]: both(browser, server.address + address)
            for template, address in addresses(titles, VARIABLES).items()
        }
        version = browser.version
        browser.close()
    print(f"Chromium {version}")
    return found


def page(found: dict[str, tuple[Traffic, Traffic]], cases: int) -> list[str]:
    """The page of results."""
    kinds = [*KINDS.values(), "data"]
    lines = [
        "# Bytes and requests of each screen",
        "",
        "Chromium, 1280 × 900, English, cold: empty cache; warm: opened again in the same browser.",
        f"Compressed bytes that travelled, with headers, in kB (10³ bytes); {cases:,} cases.",
        "",
        described("dash", "plotly", "playwright"),
        "",
        f"| screen | visit | requests | from the cache | {' | '.join(kinds)} | all |",
        f"|---|---|---:|---:|{'---:|' * len(kinds)}---:|",
    ]
    for title, visits in found.items():
        for name, one in zip(("cold", "warm"), visits, strict=True):
            sizes = " | ".join(f"{one.sizes[kind] / 1000:.1f}" for kind in kinds)
            lines.append(
                f"| {title} | {name} | {one.requests} | {one.cached} | {sizes}"
                f" | {one.total / 1000:.1f} |"
            )
    title, most = max(
        ((title, cold.total) for title, (cold, _warm) in found.items()), key=lambda item: item[1]
    )
    over = [title for title, (cold, _warm) in found.items() if cold.total > GOAL_BYTES]
    verdict = "met by every screen" if not over else f"missed by {', '.join(over)}"
    foreign = sum(len(one.foreign) for visits in found.values() for one in visits)
    largest = "; ".join(
        f"`{name}` {size / 1000:.0f}" for name, size in found[title][0].largest.most_common(8)
    )
    return [
        *lines,
        "",
        f"Goal: a cold page within {GOAL_BYTES / 1e6} MB: {verdict}.",
        f"Most: {title}, {most / 1e6:.2f} MB.",
        f"Requests that left the machine: {foreign}.",
        "",
        f"The largest of {title}, in kB: {largest}.",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, action="append", required=True)
    home = parser.parse_args().home[0]
    write_page("page_bytes", page(measure(home), cases_in(home)))


if __name__ == "__main__":
    main()
