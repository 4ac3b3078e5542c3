"""A browser that trusts nothing: a request that leaves the machine or an error fails the test."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)
from waitress.server import create_server
from waitress.wasyncore import close_all

from tests.browser.live import empty_server, live_server  # noqa: F401 - fixtures of every test here
from tests.system import find_chromium

PATIENCE = 20_000
"""Milliseconds until what a page should show counts as missing."""
expect.set_options(timeout=PATIENCE)

OUTPUT = Path(__file__).parent / "output"
LOCAL_SCHEMES = {"about", "blob", "data"}
# Chromium's own calls home are off, and no name but this machine's address can be resolved.
CHROMIUM_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-first-run",
)


class Watch:
    """Everything that went wrong in one page's browser context, checked when the test ends."""

    def __init__(self) -> None:
        self.left_the_machine: list[str] = []
        self.errors: list[str] = []
        self.requests: list[str] = []
        self._allowed: list[re.Pattern[str]] = []

    def allow(self, pattern: str) -> None:
        """Expect console errors that match ``pattern``, such as a page that answers 404."""
        self._allowed.append(re.compile(pattern))

    def attach(self, context: BrowserContext) -> None:
        """Listen to every page of ``context``."""
        context.on("request", lambda request: self._request(request.url))
        context.on("page", lambda page: page.on("websocket", lambda ws: self._request(ws.url)))
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(f"uncaught: {error.error}"))

    def problems(self) -> list[str]:
        """What the test must fail for."""
        unexpected = [
            error for error in self.errors if not any(p.search(error) for p in self._allowed)
        ]
        return [f"left the machine: {url}" for url in self.left_the_machine] + unexpected

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in LOCAL_SCHEMES:
            return
        self.requests.append(url)
        if parts.hostname != "127.0.0.1":
            self.left_the_machine.append(url)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where = message.location.get("url", "")
            self.errors.append(f"console: {message.text} ({where})")


@pytest.fixture(scope="session")
def serve_wsgi() -> Iterator[Callable[[Any], str]]:
    """Serve a WSGI application on a free port of 127.0.0.1 until the session ends.

    ``serve_wsgi(create_app(services).server)`` gives the address of a running Afterwatch.
    """
    stops: list[Callable[[], None]] = []

    def serve(application: Any) -> str:
        sockets: dict[int, Any] = {}
        server = create_server(application, map=sockets, host="127.0.0.1", port=0, threads=4)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()

        def stop() -> None:
            # Waitress has no stop: its loop ends when its own thread closes the last socket.
            server.trigger.pull_trigger(lambda: close_all(sockets))
            thread.join(10)
            server.task_dispatcher.shutdown()

        stops.append(stop)
        return f"http://127.0.0.1:{server.effective_port}"

    yield serve
    for stop in stops:
        stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the session; each test gets a context of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS), chromium_sandbox=False
        )
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Watch:
    """What this test's pages asked for and complained about."""
    return Watch()


@pytest.fixture
def new_page(
    chromium: Browser, watch: Watch, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open pages of a chosen shape; the test fails for anything that ``watch`` saw."""
    contexts: list[BrowserContext] = []

    def open_page(
        *,
        width: int = 1280,
        height: int = 900,
        locale: str = "en-GB",
        scheme: Literal["light", "dark"] = "light",
        zone: str = "Asia/Shanghai",
        touch: bool = False,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            color_scheme=scheme,
            timezone_id=zone,
            reduced_motion="reduce",
            has_touch=touch,
        )
        # A busy machine may take long; only what hangs comes near.
        context.set_default_timeout(60_000)
        watch.attach(context)
        contexts.append(context)
        return context.new_page()

    yield open_page
    report = request.node.stash.get(CALL_FAILED, False)
    for number, page in enumerate([page for context in contexts for page in context.pages]):
        if report:
            OUTPUT.mkdir(exist_ok=True)
            page.screenshot(path=OUTPUT / f"{request.node.name[:80]}-{number}.png")
    for context in contexts:
        context.close()
    problems = watch.problems()
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page 1280 px wide, light, in English."""
    return new_page()


CALL_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Remember that a test failed, so that its pages are photographed before they close."""
    report = yield
    if call.when == "call":
        item.stash[CALL_FAILED] = call.excinfo is not None
    return report
