"""Reports as files in a real browser: no request, no overflow, no words over words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from dashboard.assets_folder import assets_folder
from dashboard.languages import use_language
from dashboard.reports import charts, forms
from dashboard.reports.charts.text_width import width
from dashboard.reports.forms.mail import letter_of
from tests.browser.conftest import Watch
from tests.dashboard.reports import sample_document as sample

SCRIPT = (assets_folder() / "js" / "70-inline-svg.js").read_text(encoding="utf-8")
CHART = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>Nine</title>{}</svg>'

OVERLAPS = """
() => [...document.querySelectorAll("svg")].flatMap((svg) => {
  const boxes = [...svg.querySelectorAll("text")].map((text) => [text, text.getBBox()]);
  return boxes.flatMap(([one, a], i) => boxes.slice(i + 1)
    .filter(([, b]) => a.width && b.width && a.x + 1 < b.x + b.width && b.x + 1 < a.x + a.width
      && a.y + 3 < b.y + b.height && b.y + 3 < a.y + a.height)
    .map(([other]) => `${one.textContent} / ${other.textContent}`));
})
"""


def made(language: str, form: str = "html") -> str:
    """The sample as the text of a file."""
    if form == "html":
        return forms.render(sample.document(), language, form, issue=sample.issue()).decode()
    with use_language(language):
        return letter_of(sample.document(), sample.issue())["html"]


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
@pytest.mark.parametrize(("size", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_fits_and_asks_for_nothing(
    new_page: Callable[..., Page],
    watch: Watch,
    language: str,
    size: int,
    scheme: Literal["light", "dark"],
) -> None:
    page = new_page(width=size, scheme=scheme)
    page.set_content(made(language))
    assert page.evaluate("document.documentElement.scrollWidth") <= size
    assert page.evaluate(OVERLAPS) == []
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(15, 17, 21)")
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= size
    assert watch.requests == []


def test_the_skip_link_is_the_first_stop_and_leads_to_the_page(page: Page) -> None:
    page.set_content(made("en"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.keyboard.press("Enter")
    assert page.url.endswith("#page")


def test_paper_is_light_and_shows_no_folded_table(new_page: Callable[..., Page]) -> None:
    page = new_page(scheme="dark")
    page.set_content(made("zh_Hans"))
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("details").first.is_visible()
    assert page.locator(".key--wide").first.is_visible()


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_the_mail_fits_a_phone(new_page: Callable[..., Page], language: str) -> None:
    page = new_page(width=390)
    page.set_content(made(language, "mail"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_words_are_not_wider_than_they_are_taken_for(page: Page) -> None:
    words = [
        "Contacts per 1,000 orders",
        "目标 180.0",
        "WWW mmm",
        "−1,310,003",
        "Target 90.0%",
        "ill.",
    ]
    page.set_content("<svg xmlns='http://www.w3.org/2000/svg'></svg>")
    for one in words:
        found = page.evaluate(
            """(words) => {
              const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
              text.textContent = words;
              text.setAttribute("font-size", "10");
              text.setAttribute("font-family", "Inter, Arial, Noto Sans CJK SC, sans-serif");
              document.querySelector("svg").append(text);
              return text.getBBox().width;
            }""",
            one,
        )
        assert found <= width(one, 10) * 1.06


# Charts inside the application


@pytest.fixture
def filled(page: Page) -> Callable[[str], Any]:
    """A page whose box shows a drawing; gives what is in the box."""
    page.set_content("<div id='box' class='report-chart'></div>")
    page.evaluate("window.afterwatch = {}")
    page.add_script_tag(content=SCRIPT)

    def fill(svg: str) -> Any:
        page.evaluate("(svg) => document.getElementById('box').setAttribute('data-svg', svg)", svg)
        page.wait_for_timeout(50)
        return page.evaluate("document.getElementById('box').innerHTML")

    return fill


def test_a_drawing_is_shown_and_changes_with_its_text(filled: Callable[[str], Any]) -> None:
    assert "<title>Nine</title>" in filled(CHART.format(""))
    assert "<circle" in filled(CHART.format('<circle cx="1" cy="1" r="1"/>'))
    assert filled("") == ""


def test_an_unchanged_drawing_is_left_alone(page: Page, filled: Callable[[str], Any]) -> None:
    filled(CHART.format(""))
    page.evaluate("document.querySelector('svg').kept = true")
    filled(CHART.format(""))
    assert page.evaluate("document.querySelector('svg').kept") is True


def test_a_box_that_comes_later_is_filled_too(page: Page, filled: Callable[[str], Any]) -> None:
    filled("")
    page.evaluate(
        """(svg) => {
          const outer = document.createElement("section");
          const box = document.createElement("div");
          box.setAttribute("data-svg", svg);
          outer.append(box);
          document.body.append(outer);
        }""",
        CHART.format(""),
    )
    page.wait_for_selector("section svg", state="attached")


@pytest.mark.parametrize(
    "inside",
    [
        "<script>window.bad = 1</script>",
        '<g onclick="window.bad = 1"/>',
        '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">bad</p></foreignObject>',
        '<image href="http://127.0.0.1:9/bad"/>',
        '<rect fill="url(http://127.0.0.1:9/bad)"/>',
        '<rect style="fill:url(http://127.0.0.1:9/bad)"/>',
        '<a href="javascript:bad"><text>x</text></a>',
        '<use href="#bad"/>',
    ],
)
def test_only_what_draws_is_taken_over(
    page: Page, filled: Callable[[str], Any], inside: str
) -> None:
    shown = filled(CHART.format(inside))
    assert shown.startswith("<svg")
    assert "bad" not in shown
    assert page.evaluate("window.bad") is None


def test_what_is_no_drawing_shows_nothing(filled: Callable[[str], Any]) -> None:
    assert filled("<svg") == ""
    assert filled("<p>text</p>") == ""
    assert filled('<html xmlns="http://www.w3.org/1999/xhtml"><body>x</body></html>') == ""


def test_every_mark_of_our_charts_passes(page: Page, filled: Callable[[str], Any]) -> None:
    for svg in (
        charts.panel(sample.contact_rate(), charts.SCREEN, "UTC"),
        charts.change(sample.change(), charts.SCREEN),
        charts.sla_map(sample.sla_map(), charts.SCREEN),
        charts.heat(sample.heat(), charts.SCREEN),
        charts.legend(charts.SCREEN),
    ):
        filled(svg)
        count = page.evaluate("document.querySelectorAll('#box svg *').length")
        whole = page.evaluate(
            """(svg) => new DOMParser().parseFromString(svg, "image/svg+xml")
              .documentElement.querySelectorAll("*").length""",
            svg,
        )
        assert count == whole
        assert page.evaluate(
            """(svg) => {
              const parsed = new DOMParser().parseFromString(svg, "image/svg+xml");
              return new XMLSerializer().serializeToString(parsed.documentElement)
                === new XMLSerializer().serializeToString(document.querySelector("#box svg"));
            }""",
            svg,
        )
