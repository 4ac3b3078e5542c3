"""The PDF read back: what it says, what it is made of, and that it is always the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.languages import SUPPORTED, use_language
from dashboard.reports import showing
from dashboard.reports.document import (
    DeckBlock,
    Document,
    NothingBlock,
    SayBlock,
    TableBlock,
    fingerprint,
)
from dashboard.reports.forms import FormError, outline, pdf, render
from dashboard.reports.forms.paper import kinds, paper
from dashboard.reports.forms.uncovered import MARK
from dashboard.reports.values import Code, Plain, Words
from tests.dashboard.reports import sample_document as sample
from tests.dashboard.reports.pdf_reading import Pdf, read, squeezed

ROOT = Path(__file__).resolve().parents[3]
NASTY = (
    '#panic("x") $1 + 1$ \\ *bold* _it_ @label <label> `code` = head // note /* note */ '
    "#let a = 1 [ ] { } ~ -- --- ... 'q' \"q\" %s {name} &amp; \u202etxt.exe\u202c "
)


def made(document: Document, language: str = "en") -> Pdf:
    return read(render(document, language, "pdf", issue=sample.issue()))


def only(*blocks: SayBlock | TableBlock | NothingBlock | DeckBlock, **more: object) -> Document:
    """The sample with one section."""
    sections = (sample.section("incidents", *blocks),)
    return sample.document().model_copy(update={"sections": sections, **more})


def text_block(text: str) -> SayBlock:
    return SayBlock(says=(sample.said(text, text),))


@pytest.fixture(scope="module")
def pages() -> dict[str, Pdf]:
    return {language: made(sample.document(), language) for language in SUPPORTED}


@pytest.mark.parametrize("language", SUPPORTED)
def test_headline_and_every_kpis_value_can_be_read_back(
    pages: dict[str, Pdf], language: str
) -> None:
    document, found = sample.document(), pages[language].letters
    with use_language(language):
        wanted = [showing.sentence(document.headline, document.zone)]
        wanted += [showing.sentence(say, document.zone) for say in document.summary]
        for panel in outline.panels(document):
            wanted += [showing.kpi_title(panel.kpi), showing.number_text(panel.now)]
            wanted += [showing.sentence(say, document.zone) for say in panel.says]
    assert [text for text in wanted if squeezed(text) not in found] == []


@pytest.mark.parametrize("language", SUPPORTED)
def test_every_cell_of_every_table_can_be_read_back(pages: dict[str, Pdf], language: str) -> None:
    document, found = sample.document(), pages[language].letters
    with use_language(language):
        cells = [
            showing.text_of(value, document.zone)
            for section in document.sections
            for block in section.blocks
            if isinstance(block, TableBlock)
            for row in block.rows
            for value in row.cells.values()
            if value is not None and value != Plain(text=sample.BIDI)
        ]
    assert cells
    assert [cell for cell in cells if squeezed(cell) not in found] == []


def test_both_languages_say_the_same_figures_on_as_many_pages(pages: dict[str, Pdf]) -> None:
    numbers = [
        {word for word in found.text.split() if word[:1].isdigit() and word[-1:] in "%0123456789"}
        for found in pages.values()
    ]
    values = {"261.3", "243.0–280.4", "90.4%", "100.0%", "214.6", "412.0"}
    assert all(values <= found for found in numbers)
    assert len({len(found.pages) for found in pages.values()}) == 1


def test_all_fonts_are_embedded_and_ours(pages: dict[str, Pdf]) -> None:
    for found in pages.values():
        assert found.fonts
        assert all(found.fonts.values())
        families = {name.split("+")[-1].split("-")[0] for name in found.fonts}
        assert families <= {"Inter", "NotoSansSC"}


@pytest.mark.parametrize(("language", "tag"), [("en", b"(en-GB)"), ("zh_Hans", b"(zh-CN)")])
def test_it_is_tagged_names_its_language_and_no_time_of_making(language: str, tag: bytes) -> None:
    content = render(sample.document(), language, "pdf", issue=sample.issue())
    assert content.startswith(b"%PDF-")
    assert b"/Lang" in content
    assert tag in content
    assert b"/StructTreeRoot" in content
    assert b"pdfuaid:part" in content.replace(b" ", b"")
    assert b"CreationDate" not in content
    assert b"CreateDate" not in content
    title = read(content).metadata["Title"]
    assert title.startswith({"en": "Weekly page", "zh_Hans": "周报"}[language])


def test_the_outline_names_headline_and_sections(pages: dict[str, Pdf]) -> None:
    with use_language("en"):
        titles = [
            showing.section_title(sample.document(), section)
            for section in sample.document().sections
        ]
    found = pages["en"].outline
    assert found[0].startswith("Contacts per 1,000 orders jumped")
    assert [title for title in titles if title not in found] == []


def test_every_page_says_which_document_it_is_of(pages: dict[str, Pdf]) -> None:
    found = pages["en"]
    short = fingerprint(sample.document())[:12]
    assert short == sample.issue().sha256[:12]
    for number, page in enumerate(found.pages, start=1):
        assert f"Page {number} of {len(found.pages)}" in page
        assert short in page
        assert "issue 2" in page


def test_the_weekly_page_is_small(pages: dict[str, Pdf]) -> None:
    for language in SUPPORTED:
        content = render(sample.document(), language, "pdf", issue=sample.issue())
        assert len(content) <= 400_000


def crowded() -> Document:
    """More of everything than one page can hold."""
    says = tuple(
        sample.said(
            f"Sentence {i}: cases in Poland waited longer than the two days that were promised.",
            f"第 {i} 句：波兰的工单等待时间超过承诺的两天，且本周没有任何改善的迹象。",
        )
        for i in range(9)
    )
    panels = DeckBlock(panels=tuple(sample.contact_rate() for _ in range(12)))
    rest = [sample.section(key, SayBlock(says=says), sample.table()) for key in KEYS]
    return sample.document().model_copy(
        update={
            "sections": (sample.section("kpis", panels), *rest),
            "headline": says[0],
            "summary": says[:3],
        }
    )


MARGIN = 16 / 25.4 * 72
"""Of the page, in points."""
KEYS = ("changes", "cost", "incidents", "causes", "promises", "decisions", "not_yet_known")


@pytest.mark.parametrize("language", SUPPORTED)
def test_the_headline_page_is_one_page_however_much_there_is(language: str) -> None:
    found = made(crowded(), language)
    with use_language(language):
        numbers = showing.word(Code(group="section", value="kpis"))
        first = [showing.word(Code(group="section", value=key)) for key in KEYS]
    assert found.pages[1].startswith(numbers)
    must = [first[KEYS.index(key)] for key in ("changes", "cost", "decisions", "not_yet_known")]
    assert [title for title in must if title not in found.pages[0]] == []


def test_what_is_left_out_of_the_headline_page_names_its_page() -> None:
    found = made(crowded())
    place = found.pages[0].index("Why it changed page ")
    named = int(found.pages[0][place:].split()[4])
    assert "Why it changed" in found.pages[named - 1]


def test_a_report_without_kpis_starts_right_away() -> None:
    found = made(only(text_block("All is said here.")))
    assert len(found.pages) == 1
    assert "All is said here." in found.text


def test_a_long_table_repeats_its_head_on_every_page() -> None:
    table = sample.table()
    rows = [table.rows[0].model_copy(update={"key": str(i)}) for i in range(120)]
    long = table.model_copy(update={"rows": tuple(rows), "more": 0})
    found = made(only(long))
    assert len(found.pages) >= 3
    assert [i for i, page in enumerate(found.pages[:-1]) if "Carrier" not in page] == []


@pytest.mark.parametrize("text", [NASTY, "x" * 400, "W" * 60 + " " + "中" * 300, "a@b.c/" * 40])
@pytest.mark.parametrize("language", SUPPORTED)
def test_text_is_never_a_command_and_never_runs_off_the_page(text: str, language: str) -> None:
    table = sample.decisions()
    cells = {"term": Plain(text=text), "team": Plain(text=text), "region": Plain(text=text)}
    rows = (table.rows[0].model_copy(update={"cells": cells}),)
    document = only(
        text_block(text),
        table.model_copy(update={"rows": rows}),
        NothingBlock(say=sample.said(text, text)),
        company=text,
        headline=sample.said(text, text),
        title=Words(en=text, zh=text),
    )
    found = made(document, language)
    with use_language(language):
        shown = squeezed(showing.clean(text))
    assert found.letters.count(shown) >= 5
    assert found.left >= MARGIN - 1
    assert found.right <= 595.3 - MARGIN + 1


def test_nothing_a_font_lacks_is_shown_as_a_box() -> None:
    found = made(only(text_block("삼성 charger ที่ชาร์จ 😀 堃 ok")))
    assert f"{MARK}{MARK} charger" in found.text
    assert "堃 ok" in found.text
    assert f"{MARK} stands for" in found.text
    for name in ("Korean", "Thai", "emoji"):
        assert name in found.text
    whole = made(only(text_block("charger 堃")))
    assert MARK not in whole.text


def test_a_font_of_the_home_sets_what_the_shipped_ones_lack(tmp_path: Path) -> None:
    own = tmp_path / "reports" / "fonts"
    own.mkdir(parents=True)
    shipped = pdf.LAYOUT.parent / "fonts" / "Inter-Regular.ttf"
    (own / "Own.ttf").write_bytes(shipped.read_bytes())
    with_own, without = pdf.made_with(tmp_path), pdf.made_with()
    assert with_own.keys() - without.keys() == {"font Own.ttf (own)"}
    content = render(sample.document(), "en", "pdf", issue=sample.issue(), home=tmp_path)
    assert read(content).letters == made(sample.document()).letters
    (own / "broken.ttf").write_bytes(b"not a font")
    with pytest.raises(FormError, match=r"broken\.ttf is no font file"):
        render(sample.document(), "en", "pdf", issue=sample.issue(), home=tmp_path)


def test_a_missing_font_is_said_and_no_pdf_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "typefaces", lambda home, real=pdf.typefaces: real(home, tmp_path))
    with pytest.raises(FormError, match=r"Inter-Regular\.ttf is missing.*Reinstall Afterwatch"):
        render(sample.document(), "en", "pdf", issue=sample.issue())
    with pytest.raises(FormError, match="is missing"):
        pdf.made_with()


def test_every_kind_of_block_can_be_put_on_paper() -> None:
    from typing import get_args

    from dashboard.reports.document import Block

    union = get_args(Block)[0]
    assert kinds() == set(get_args(union))


def test_content_reaches_the_layout_as_data_only() -> None:
    with use_language("en"):
        content = paper(sample.document(), sample.issue())
    assert json.loads(json.dumps(content)) == content
    sources = [path.read_text(encoding="utf-8") for path in pdf.LAYOUT.glob("*.typ")]
    assert sources
    assert not any("@preview" in source or "eval(" in source for source in sources)


MAKE = """\
import hashlib, json, sys
from dashboard.languages import SUPPORTED
from dashboard.reports.forms import render
from tests.dashboard.reports import sample_document as sample
print(json.dumps({
    f"{language} {form}": hashlib.sha256(
        render(sample.document(), language, form, issue=sample.issue())
    ).hexdigest()
    for language in SUPPORTED for form in ("pdf", "xlsx", "csv")
}))
"""


def in_a_process(**environment: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", MAKE],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    hashes: dict[str, str] = json.loads(done.stdout)
    return hashes


def test_another_zone_locale_hash_seed_and_thread_count_give_the_same_bytes() -> None:
    one = in_a_process(TZ="UTC", LANG="C", PYTHONHASHSEED="1", RAYON_NUM_THREADS="1")
    other = in_a_process(
        TZ="Asia/Kathmandu",
        LANG="tr_TR.UTF-8",
        LC_ALL="C.UTF-8",
        PYTHONHASHSEED="2",
        RAYON_NUM_THREADS="4",
        SOURCE_DATE_EPOCH="1",
    )
    assert one == other
    assert len(one) == 6
