"""The page as one file: whole, escaped, without a request, and the same in both languages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from dashboard.languages import SUPPORTED
from dashboard.reports import forms
from dashboard.reports.document import Document, NothingBlock
from dashboard.reports.forms import FormError, file_name, render
from tests.dashboard.reports import sample_document as sample
from tests.dashboard.reports.test_showing import amount

VOID = {"meta", "link", "br"}


class Tree(HTMLParser):
    """Reads a page and refuses what is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.classes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.classes.append(dict(attrs).get("class") or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.classes.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((tuple(self.open), data))


def read(page: str) -> Tree:
    tree = Tree()
    tree.feed(page)
    tree.close()
    assert tree.open == []
    return tree


def page(language: str = "en", document: Document | None = None) -> str:
    made = render(document or sample.document(), language, "html", issue=sample.issue())
    return made.decode()


@pytest.mark.parametrize("language", SUPPORTED)
def test_the_page_is_one_whole_file(language: str) -> None:
    text = page(language)
    assert text.startswith("<!DOCTYPE html>\n")
    tree = read(text)
    tags = [tag for tag, _attributes in tree.found]
    assert not {"script", "iframe", "img", "object", "form"} & set(tags)
    assert tags.count("h1") == tags.count("main") == 1


@pytest.mark.parametrize("language", SUPPORTED)
def test_no_address_is_asked_for(language: str) -> None:
    text = page(language)
    addresses = set(re.findall(r"https?://[^\s\"'<)]+", text))
    assert addresses == {"http://www.w3.org/2000/svg"}
    tree = read(text)
    links = {a.get("href") for _tag, a in tree.found if "href" in a}
    assert all(link and link.startswith(("#", "data:,")) for link in links)
    assert not any("src" in attributes for _tag, attributes in tree.found)
    assert "@import" not in text
    assert re.findall(r"url\((?!#)", text) == []


def test_the_language_stands_in_the_page() -> None:
    assert '<html lang="en">' in page("en")
    assert '<html lang="zh-CN">' in page("zh_Hans")


@pytest.mark.parametrize("language", SUPPORTED)
def test_headings_come_in_order(language: str) -> None:
    levels = [int(tag[1]) for tag, _a in read(page(language)).found if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(now <= before + 1 for before, now in pairwise(levels))


def test_names_within_the_page_are_used_once_and_point_somewhere() -> None:
    tree = read(page())
    names = [a["id"] for tag, a in tree.found if "id" in a and tag != "pattern"]
    assert len(names) == len(set(names))
    for _tag, attributes in tree.found:
        if "aria-labelledby" in attributes:
            assert attributes["aria-labelledby"] in names
        if (attributes.get("href") or "").startswith("#"):
            assert (attributes["href"] or "")[1:] in names


def test_what_people_wrote_is_text() -> None:
    text = page()
    assert "<script" not in text
    assert "&lt;script&gt;alert('x')&lt;/script&gt;" in text
    assert "\u202e" not in text
    assert "Meridian &amp; &lt;Sons&gt;" in text


def test_exceptions_and_decisions_come_first() -> None:
    headings = [text for path, text in read(page()).texts if path[-1] == "h2"]
    assert headings[:3] == ["Exceptions", "Decisions needed", "The numbers"]


def test_the_headline_is_the_title_and_its_tone_is_a_word() -> None:
    tree = read(page())
    title = next(text for path, text in tree.texts if path[-1] == "h1")
    assert title.startswith("Contacts per 1,000 orders jumped to 261.3")
    assert any(text == "Needs attention" for _path, text in tree.texts)


def test_an_incomplete_page_says_what_was_late() -> None:
    assert "The feed of the carrier DHL is 2 days late." in page()
    whole = sample.document().model_copy(update={"complete": True, "missing": ()})
    assert "Incomplete" not in page(document=whole)


def test_the_footer_says_how_to_make_it_again() -> None:
    text = page()
    assert sample.issue().sha256 in text
    assert "afterwatch report rebuild 12" in text
    assert "24 Nov 2026 00:00 (Europe/Berlin)" in text
    assert "12, issue 2" in text
    assert "<dd>87</dd>" in text


def test_every_drawing_has_its_table() -> None:
    tree = read(page())
    tags = [tag for tag, _attributes in tree.found]
    drawings = [a for tag, a in tree.found if tag == "svg"]
    small = [a for a in drawings if a.get("viewbox") in ("0 0 96 28", "0 0 136 28")]
    folded = text_count(tree, "summary", "All others in full")
    # Small lines stand in the table of their figures; two drawings are the key to the others, wide
    # and narrow; one is a frame that says there is no data.
    assert len(small) >= 2
    assert tags.count("details") - folded == len(drawings) - len(small) - 3


def text_count(tree: Tree, tag: str, text: str) -> int:
    """How often a tag says exactly this."""
    return sum(path[-1] == tag and found == text for path, found in tree.texts)


def test_every_cell_of_a_figure_is_aligned_right() -> None:
    text = page()
    assert '<td class="n">−€12,346</td>' in text
    assert re.search(r'<th class="n" scope="col">', text)


def test_a_report_of_nothing_is_a_page_too() -> None:
    nothing = sample.section("kpis", NothingBlock(say=sample.said("No rows.", "没有数据。")))
    empty = sample.document().model_copy(
        update={"sections": (nothing,), "summary": (), "missing": (), "complete": True}
    )
    assert "No rows." in page(document=empty)


# Both languages, all machines


def figures(text: str) -> Iterator[float]:
    """Every figure of a page that stands for itself: in cells, drawings and beside titles."""
    for path, shown in read(text).texts:
        if path[-1] not in ("td", "text", "b"):
            continue
        whole = shown.replace("，未定型", "").replace(", not final", "").replace("（未定型）", "")
        if re.fullmatch(r"[▲▼ ]*[+−]?[€¥JP]*[\d,.]+ ?[%KMBT万亿]*", whole):
            yield amount(whole.strip("▲▼ "))


def test_both_languages_show_the_same_figures() -> None:
    english, chinese = list(figures(page("en"))), list(figures(page("zh_Hans")))
    assert len(english) > 150
    assert english == pytest.approx(chinese)


@pytest.mark.parametrize("form", ["html", "mail"])
def test_the_bytes_do_not_depend_on_machine_or_order(form: str) -> None:
    program = (
        "import hashlib\n"
        "from dashboard.reports.forms import render\n"
        "from tests.dashboard.reports import sample_document as sample\n"
        "for language in ({order}):\n"
        f"    made = render(sample.document(), language, {form!r}, issue=sample.issue())\n"
        "    print(language, hashlib.sha256(made).hexdigest())\n"
    )
    seen = []
    for order, zone, seed in (
        ("'en', 'zh_Hans'", "Asia/Shanghai", "1"),
        ("'zh_Hans', 'en'", "America/Sao_Paulo", "77"),
    ):
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C"}
        out = subprocess.run(
            [sys.executable, "-c", program.format(order=order)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        seen.append(sorted(out.stdout.split("\n")))
    assert seen[0] == seen[1]


def test_the_reader_of_a_form_sees_no_other_clock() -> None:
    later = sample.document().model_copy(update={"as_of": datetime(2026, 11, 24, 8, tzinfo=UTC)})
    assert page(document=later) != page()


# Asking for forms


def test_an_unknown_form_or_language_is_refused_by_name() -> None:
    with pytest.raises(FormError, match=r"no form 'docx'.*html, pdf, xlsx, csv, mail"):
        render(sample.document(), "en", "docx", issue=sample.issue())
    with pytest.raises(FormError, match=r"no language 'fr'.*en, zh"):
        render(sample.document(), "fr", "html", issue=sample.issue())


def test_files_are_named_by_template_period_and_language() -> None:
    assert file_name(sample.document(), "zh_Hans", "pdf") == "weekly-2026-W47-zh.pdf"
    odd = sample.document().model_copy(update={"template": "a/b c"})
    assert file_name(odd, "en", "html") == "a-b-c-2026-W47-en.html"


def test_what_a_form_is_made_with_is_named() -> None:
    for form in ("html", "mail"):
        assert {"layout", "babel"} <= set(forms.made_with(form))
