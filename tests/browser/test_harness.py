"""The browser fixtures notice what they promise to notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Error, Page

from tests.browser.conftest import Watch

pytestmark = pytest.mark.browser


def application(environ: dict[str, str], start_response: Callable[..., None]) -> Iterator[bytes]:
    """Three small pages: a good one, one that calls abroad, one that throws."""
    bodies = {
        "/": "<title>t</title><link rel=icon href='data:,'><h1>平静 calm</h1>",
        "/abroad": "<link rel=icon href='data:,'><img src='https://example.org/x.png'>",
        "/throws": "<link rel=icon href='data:,'><script>throw new Error('broken')</script>",
    }
    body = bodies.get(environ["PATH_INFO"])
    status = "200 OK" if body else "404 Not Found"
    start_response(status, [("Content-Type", "text/html; charset=utf-8")])
    yield (body or "missing").encode()


@pytest.fixture(scope="module")
def address(serve_wsgi: Callable[..., str]) -> str:
    return serve_wsgi(application)


def test_a_good_page_is_quiet_and_counted(page: Page, address: str, watch: Watch) -> None:
    page.goto(address)
    assert page.inner_text("h1") == "平静 calm"
    assert watch.requests == [f"{address}/"]
    assert watch.problems() == []


def test_a_request_that_leaves_is_noticed_and_never_arrives(
    page: Page, address: str, watch: Watch
) -> None:
    page.goto(f"{address}/abroad")
    assert watch.left_the_machine == ["https://example.org/x.png"]
    assert any("example.org" in problem for problem in watch.problems())
    assert page.evaluate("document.images[0].naturalWidth") == 0
    watch.left_the_machine.clear()
    watch.allow("ERR_NAME_NOT_RESOLVED")


def test_no_other_name_resolves(page: Page, watch: Watch) -> None:
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://other.example/")
    watch.left_the_machine.clear()


def test_uncaught_and_console_errors_are_noticed(page: Page, address: str, watch: Watch) -> None:
    page.goto(f"{address}/throws")
    page.goto(f"{address}/nothing-here")
    assert any("broken" in problem for problem in watch.problems())
    assert any("404" in problem for problem in watch.problems())
    watch.allow("broken")
    watch.allow("404")
    assert watch.problems() == []


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_pages_have_the_asked_for_shape(
    new_page: Callable[..., Page], address: str, width: int, scheme: str
) -> None:
    page = new_page(width=width, scheme=scheme, locale="zh-CN")
    page.goto(address)
    shape = page.evaluate(
        "[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, navigator.language]"
    )
    assert shape == [width, scheme == "dark", "zh-CN"]
