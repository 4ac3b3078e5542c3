"""The page as a mail: short, escaped, and readable without its HTML part."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.languages import SUPPORTED, use_language
from dashboard.reports.charts.text_width import columns
from dashboard.reports.document import DeckBlock, Document
from dashboard.reports.forms import render
from dashboard.reports.forms.brief import MOST, bars
from dashboard.reports.forms.mail import Letter, letter_of
from dashboard.reports.forms.mail_text import COLUMNS, wrap
from tests.dashboard.reports import sample_document as sample
from tests.dashboard.reports.test_html_form import read


def letter(language: str = "en", document: Document | None = None) -> Letter:
    with use_language(language):
        return letter_of(document or sample.document(), sample.issue())


@pytest.mark.parametrize("language", SUPPORTED)
def test_the_form_holds_subject_text_and_html(language: str) -> None:
    made = render(sample.document(), language, "mail", issue=sample.issue())
    assert json.loads(made) == letter(language)
    assert len(made) < 60_000


def test_the_subject_tells_what_happened() -> None:
    assert letter()["subject"].startswith("Weekly page 2026-W47: Contacts per 1,000 orders jumped")
    assert letter("zh_Hans")["subject"].startswith("周报 2026-W47：每千单联系量骤升至 261.3")


@pytest.mark.parametrize("language", SUPPORTED)
def test_plain_text_has_short_lines_and_everything_that_counts(language: str) -> None:
    text = letter(language)["text"]
    for line in text.splitlines():
        # A fingerprint has no place to be broken.
        assert columns(line) <= COLUMNS or sample.issue().sha256 in line
    for part in ("261.3", "−2.6", "180.0", "€123,457", "DHL", "Mara Lindqvist"):
        assert part in re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("language", SUPPORTED)
def test_html_is_plain_enough_for_mail_programs(language: str) -> None:
    text = letter(language)["html"]
    tree = read(text)
    tags = {tag for tag, _attributes in tree.found}
    assert not {"script", "style", "img", "svg", "link", "a", "form"} & tags
    assert "http" not in text.replace("http-equiv", "")
    assert "class=" not in text
    assert not re.search(r"flex|grid|var\(|position:", text)
    assert text.count("<body") == 1


def test_what_people_wrote_is_text() -> None:
    text = letter()["html"]
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "\u202e" not in text + letter()["text"]


@pytest.mark.parametrize("language", SUPPORTED)
def test_both_parts_say_the_same(language: str) -> None:
    both = letter(language)
    words = " ".join(text for path, text in read(both["html"]).texts if path[-1] != "title")
    flat = re.sub(r"\s+", "", both["text"])
    for said in re.findall(r"\d[\d,.]*%?", words):
        assert said in flat


def test_a_long_report_stays_short() -> None:
    rows = sample.decisions().rows * 400
    many = sample.decisions().model_copy(update={"rows": rows})
    panels = (sample.contact_rate(),) * 40
    document = sample.document().model_copy(
        update={
            "sections": (
                sample.section("kpis", DeckBlock(panels=panels)),
                sample.section("decisions", many),
            )
        }
    )
    made = letter(document=document)
    assert len(json.dumps(made, ensure_ascii=False).encode()) < 60_000
    assert f"{400 - MOST} more are not shown." in made["text"]


def test_bars_show_gaps_and_equal_weeks() -> None:
    assert bars(sample.weeks([1.0, None, 2.0], [None] * 3, "score")) == "▁·█"
    assert bars(sample.weeks([5.0, 5.0], [None] * 2, "score")) == "▄▄"
    assert bars(()) == ""


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6))
def test_bars_stand_any_figures(values: list[float]) -> None:
    points = sample.weeks(list(values), [None] * len(values), "score")
    assert len(bars(points)) == len(values)


@given(st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=300))
def test_wrapping_loses_nothing(text: str) -> None:
    lines = wrap(text, "- ")
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", f"- {text}")
    assert all(columns(line) <= COLUMNS or " " not in line.strip() for line in lines if line[2:])


def test_a_line_of_chinese_is_broken_between_signs_but_not_before_a_stop() -> None:
    lines = wrap("一" * 35 + "，" + "二" * 10)
    assert all(columns(line) <= COLUMNS for line in lines)
    assert not any(line.startswith("，") for line in lines)
