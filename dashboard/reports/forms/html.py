"""The page as one HTML file: styles and drawings inside, no script, no request. Pure.

What stands out comes first: headline, exceptions, what is to be decided; then the sections in the
order of the template. Colours follow the reader's device; on paper they are the light ones.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from dashboard.languages import _, html_lang
from dashboard.reports.charts.palette import TOKENS
from dashboard.reports.document import Document, Tone
from dashboard.reports.forms import Issue, outline
from dashboard.reports.forms.html_blocks import block_html, deck, panel_html
from dashboard.reports.forms.html_numbers import numbers
from dashboard.reports.forms.markup import Html, el, join, void
from dashboard.reports.forms.paper import grain
from dashboard.reports.showing import section_title, sentence, word
from dashboard.reports.values import Code
from dashboard.wording.report_paper import heads

LAYOUT = "2"
"""Changes whenever the same document gives other bytes."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_SIGNS = {"good": "●", "bad": "▲", "unknown": "◌"}


def made_with(home: Path | None = None) -> dict[str, str]:  # noqa: ARG001
    """What decides the bytes beside document and language."""
    return {"layout": LAYOUT, "babel": version("babel")}


def render_html(document: Document, *, issue: Issue, home: Path | None = None) -> bytes:  # noqa: ARG001
    """The whole file, UTF-8."""
    text = join(
        Html("<!DOCTYPE html>\n"),
        el("html", _head(document), Html("\n"), _body(document, issue), lang=html_lang()),
        Html("\n"),
    )
    return text.encode()


def _head(document: Document) -> Html:
    parts = (outline.title(document), document.period, outline.company(document))
    return el(
        "head",
        void("meta", charset="utf-8"),
        void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        void("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        void("meta", name="referrer", content="no-referrer"),
        void("meta", name="color-scheme", content="light dark"),
        void("link", rel="icon", href="data:,"),
        el("title", " · ".join(part for part in parts if part)),
        el("style", Html(styles())),
    )


@cache
def styles() -> str:
    """The style sheet: colours from the tokens, light and dark, then the rules."""
    light, dark = (
        "".join(f"--aw-{name}:{pair[i]};" for name, pair in TOKENS.items()) for i in (0, 1)
    )
    rules = (files("dashboard.reports.forms") / "html.css").read_text(encoding="utf-8")
    return (
        f":root{{color-scheme:light dark;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{rules}"
    )


def _body(document: Document, issue: Issue) -> Html:
    return el(
        "body",
        el("a", _("Skip to the page"), class_="skip", href="#page"),
        _opening(document),
        el(
            "main",
            _numbers(document),
            _exceptions(document),
            *(_section(document, index) for index in range(len(document.sections))),
            id="page",
        ),
        _footer(document, issue),
    )


def _opening(document: Document) -> Html:
    zone = document.zone
    over = (outline.company(document), outline.title(document), outline.period(document))
    lines = [el("li", sentence(say, zone)) for say in document.summary]
    return el(
        "header",
        el("p", " · ".join(part for part in over if part), class_="over"),
        _tone(document.headline_tone),
        el("h1", sentence(document.headline, zone)),
        el("ul", *lines, class_="summary") if lines else None,
        _late(document),
    )


def _tone(tone: Tone) -> Html | None:
    if tone == "plain":
        return None
    sign = el("span", _SIGNS[tone], aria_hidden="true")
    return el("p", sign, word(Code(group="tone", value=tone)), class_=f"tone tone--{tone}")


def _late(document: Document) -> Html | None:
    if document.complete and not document.missing:
        return None
    return el(
        "div",
        el("p", el("strong", _("Incomplete: something was late when this was made."))),
        *(el("p", sentence(say, document.zone)) for say in document.missing),
        class_="late",
        role="note",
    )


def _numbers(document: Document) -> Html | None:
    """Every KPI in one line."""
    panels = outline.panels(document)
    if not panels:
        return None
    shown = numbers(panels, heads(grain(document)))
    return el("section", shown, aria_label=heads(grain(document))["measure"], class_="all")


def _exceptions(document: Document) -> Html | None:
    found = outline.exceptions(document)
    if not found:
        return None
    return el(
        "section",
        el("h2", _("Exceptions"), id="s-exceptions"),
        el("div", *(panel_html(panel, document.zone) for panel in found), class_="deck"),
        aria_labelledby="s-exceptions",
    )


def _section(document: Document, index: int) -> Html:
    section = outline.sections(document)[index]
    name = f"s-{index + 1}"
    blocks = []
    for block in section.blocks:
        if block.block == "deck":
            is_all = not any(panel.exception for panel in block.panels)
            blocks.append(deck(outline.in_order(section), document.zone, is_all=is_all))
        else:
            blocks.append(block_html(block, document.zone))
    return el(
        "section",
        el("h2", section_title(document, section), id=name),
        *(el("div", block, class_="block") for block in blocks),
        aria_labelledby=name,
    )


def _footer(document: Document, issue: Issue) -> Html:
    rows: list[Html] = []
    for name, value in outline.colophon(document, issue):
        is_code = value == issue.sha256 or value.startswith("afterwatch ")
        rows += (el("dt", name), el("dd", el("code", value) if is_code else value))
    return el("footer", el("dl", *rows))
