"""CSV and workbook read back: every figure, as numbers and days, in both languages alike."""

from __future__ import annotations

import csv
import io
from datetime import date
from zipfile import ZipFile

import polars as pl
import pytest

from dashboard.languages import SUPPORTED, use_language
from dashboard.reports import figures, showing
from dashboard.reports.document import DeckBlock, Document
from dashboard.reports.forms import outline, render
from dashboard.reports.forms.figure_rows import amount, rows
from dashboard.reports.values import Code, Money, Plain
from dashboard.wording import report_tables as words
from tests.dashboard.reports import sample_document as sample
from tests.dashboard.reports.workbook_reading import Cell, sheets

DAY_0 = date(1899, 12, 30)
"""Where spreadsheets begin to count."""


def read_csv(language: str, document: Document | None = None) -> list[dict[str, str]]:
    document = document or sample.document()
    content = render(document, language, "csv", issue=sample.issue())
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(
    language: str, document: Document | None = None
) -> dict[str, dict[tuple[int, int], Cell]]:
    document = document or sample.document()
    return sheets(render(document, language, "xlsx", issue=sample.issue()))


@pytest.mark.parametrize("language", SUPPORTED)
def test_the_csv_has_every_figure_of_the_document(language: str) -> None:
    expected = figures.flatten(sample.document())
    found = read_csv(language)
    assert [row["key"] for row in found] == expected["key"].to_list()
    for row, wanted in zip(found, expected.iter_rows(named=True), strict=True):
        value = wanted["value"]
        if wanted["unit"] == "minor" and value is not None:
            value /= 1 if wanted["currency"] == "JPY" else 100
        assert row["value"] == "" if value is None else float(row["value"]) == value
        assert row["n"] == ("" if wanted["n"] is None else str(wanted["n"]))
        assert row["start"] == ("" if wanted["start"] is None else wanted["start"].isoformat())
        for end in ("low", "high"):
            assert row[end] == "" or float(row[end]) == wanted[end]


def test_both_languages_say_the_same_figures_with_other_names() -> None:
    english, chinese = read_csv("en"), read_csv("zh_Hans")
    kept = ("key", "start", "value", "unit", "currency", "n", "low", "high")
    assert [[row[name] for name in kept] for row in english] == [
        [row[name] for name in kept] for row in chinese
    ]
    assert english[0]["what"] == "Contacts per 1,000 orders"
    assert chinese[0]["what"] == "每千单客诉量"
    segments = {row["segment"] for row in chinese if row["key"].startswith("changes/")}
    assert {"波兰", "德国"} <= segments


def test_programs_read_the_csv_with_types() -> None:
    content = render(sample.document(), "zh_Hans", "csv", issue=sample.issue())
    frame = pl.read_csv(content, infer_schema_length=None, try_parse_dates=True)
    assert frame.columns[0] == "key"
    assert frame.schema["value"] == pl.Float64
    assert frame.schema["start"] == pl.Date
    assert frame.schema["n"] == pl.Int64


@pytest.mark.parametrize("language", SUPPORTED)
def test_the_last_sheet_has_every_figure_as_a_number(language: str) -> None:
    with use_language(language):
        expected, name = rows(sample.document()), words.sheets()["figures"]
    book = read_xlsx(language)
    assert list(book)[-1] == name
    cells = book[name]
    for index, row in enumerate(expected, start=1):
        assert cells[index, 0].value == row.key
        if row.value is None:
            assert (index, 6) not in cells
        else:
            assert cells[index, 6].value == row.value
        if row.start is not None:
            assert cells[index, 5].value == (row.start - DAY_0).days
            assert cells[index, 5].pattern == "yyyy-mm-dd"
    assert (len(expected) + 1, 0) not in cells


@pytest.mark.parametrize("language", SUPPORTED)
def test_weeks_and_months_stand_below_their_days(language: str) -> None:
    book = read_xlsx(language)
    with use_language(language):
        names, first = words.sheets(), showing.kpi_title("contact_rate")
    weeks, panel = book[names["weeks"]], outline.panels(sample.document())[0]
    assert weeks[1, 0].value == first
    heads = {cell.value: column for (row, column), cell in weeks.items() if row == 0}
    for point in panel.weeks:
        assert weeks[1, heads[(point.start - DAY_0).days]].value == point.number.value
    assert len([1 for row, column in weeks if row == 2 and column >= 2]) == 5, "a year before"
    months = book[names["months"]]
    assert len([1 for row, column in months if row == 1 and column >= 2]) == 12


def test_units_have_their_formats() -> None:
    cells = read_xlsx("en")["All figures"]
    patterns = {
        cells[row, 7].value: cells[row, 6].pattern
        for row, column in cells
        if column == 6 and row > 0
    }
    assert patterns["share"] == "0.0%"
    assert patterns["count"] == "#,##0"
    assert patterns["money"] == '#,##0 "JPY"', "the last one of the sample"


def test_sections_with_tables_have_a_sheet_each() -> None:
    book = read_xlsx("en")
    wanted = ["Cost and compensation", "Service by market", "Root causes", "Decisions needed"]
    assert [name for name in wanted if name not in book] == []
    cost = {cell.value: cell.pattern for cell in book["Cost and compensation"].values()}
    assert cost[-12_345.67] == '#,##0.00 "EUR"'
    assert cost[98_765_432_100] == '#,##0 "JPY"'
    assert "Three markets cost most." in cost
    assert "Contacts per 1,000 orders jumped to 261.3" in str(book["Summary"][1, 1].value)


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "http://x.example"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    table = sample.decisions()
    row = table.rows[0].model_copy(update={"cells": {"term": Plain(text=text)}, "key": text})
    numeric = table.rows[0].model_copy(
        update={"cells": {"term": Plain(text=text), "team": sample.number(0.5)}, "key": f"{text}2"}
    )
    document = sample.document().model_copy(
        update={
            "company": text,
            "sections": (
                sample.section("decisions", table.model_copy(update={"rows": (row, numeric)})),
            ),
        }
    )
    shown = showing.clean(text)
    assert shown in {cell.value for cell in read_xlsx("en", document)["Decisions needed"].values()}
    content = render(document, "en", "csv", issue=sample.issue()).decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(content, newline="")) for cell in line]
    risky = [cell for cell in cells if cell[:1] in "=+@\t" and cell]
    assert risky == []
    assert not any(cell.startswith("-") and not _is_number(cell) for cell in cells)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_sheets_of_one_title_get_names_of_their_own() -> None:
    one = sample.section("cost", sample.table())
    long = one.model_copy(update={"title": Code(group="section", value="a/b:c?" + "x" * 40)})
    document = sample.document().model_copy(update={"sections": (one, one, long, long)})
    names = list(read_xlsx("en", document))
    assert len(names) == len({name.casefold() for name in names})
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


def test_a_document_without_kpis_has_neither_weeks_nor_measures() -> None:
    bare = sample.document().model_copy(update={"sections": ()})
    assert list(read_xlsx("en", bare)) == ["Summary", "All figures"]
    empty = bare.model_copy(
        update={"sections": (sample.section("kpis", DeckBlock(panels=sample.panels()[-1:])),)}
    )
    assert "Weeks" in read_xlsx("en", empty)


def test_parts_of_the_workbook_are_stored_and_carry_no_time() -> None:
    content = render(sample.document(), "en", "xlsx", issue=sample.issue())
    with ZipFile(io.BytesIO(content)) as file:
        assert file.testzip() is None
        assert {info.compress_type for info in file.infolist()} == {0}
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    ("money", "expected"),
    [
        (Money(minor=-1_234_567, currency="EUR"), -12_345.67),
        (Money(minor=500, currency="JPY"), 500),
        (Money(minor=1_005, currency="KWD"), 1.005),
        (Money(minor=None, currency="EUR"), None),
    ],
)
def test_money_is_in_whole_units(money: Money, expected: float | None) -> None:
    assert amount(money) == expected
