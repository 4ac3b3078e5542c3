"""Files of an export: what is told from their content, and what is said of the others."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from data_access.sources.base import SourceError
from data_access.sources.pages import Answers, read_answers
from data_access.sources.zendesk import SOURCE
from tests.data_access.sources.helpdesk_aid import content, lines, page
from tests.data_access.sources.reading_aid import notes, problems, read
from tests.data_access.sources.test_zendesk import ticket, whole


def message(path: Path) -> str:
    with pytest.raises(SourceError) as error:
        read(SOURCE, path)
    return error.value.message


@pytest.mark.parametrize("cut", [1, 20, 400, 900])
def test_a_page_that_breaks_off_names_file_and_place(tmp_path: Path, cut: int) -> None:
    text = json.dumps({"tickets": [ticket(n) for n in range(1, 6)]})
    (tmp_path / "good.json").write_text(text, encoding="utf-8")
    (tmp_path / "p2.json").write_text(text[:-cut], encoding="utf-8")
    said = message(tmp_path)
    assert said.startswith("p2.json: the JSON breaks off at line 1, column ")
    assert "fetch this page again" in said


def test_a_page_that_is_damaged_in_the_middle(tmp_path: Path) -> None:
    text = json.dumps({"tickets": [ticket(1)]}, indent=1).replace('"status":', '"status"')
    (tmp_path / "p.json").write_text(text, encoding="utf-8")
    assert message(tmp_path).startswith("p.json: no valid JSON at line 7, column")


def test_one_page_line_by_line(tmp_path: Path) -> None:
    """Pages appended to one file are lines of JSON, and rows are numbered by their line."""
    lines(tmp_path, "all.jsonl", [{"tickets": [ticket(1), ticket(2)]}, {"tickets": [ticket(3)]}])
    cases = read(SOURCE, tmp_path)["cases"].frame
    assert cases.select("case_id", "_row").rows() == [("1", 1), ("2", 1), ("3", 2)]


def test_a_line_that_is_cut_off(tmp_path: Path) -> None:
    path = lines(tmp_path, "t.jsonl", [ticket(1), ticket(2)])
    text = path.read_text(encoding="utf-8")
    path.write_text(text[:-30], encoding="utf-8")
    cases = read(SOURCE, path)["cases"]
    assert cases.frame["case_id"].to_list() == ["1"]
    assert cases.read == 2
    assert problems(cases)[0][0] == 2


def test_formats_say_the_same(tmp_path: Path) -> None:
    """A page, JSON lines, gzipped and zipped files, one with a byte order mark, folders in it."""
    whole(tmp_path / "plain")
    wanted = content(SOURCE, tmp_path / "plain")
    for name in ("page.json", "fields.json", "audits.jsonl"):
        data = (tmp_path / "plain" / name).read_bytes()
        (tmp_path / "packed" / "deeper").mkdir(parents=True, exist_ok=True)
        (tmp_path / "packed" / "deeper" / f"{name}.gz").write_bytes(gzip.compress(data))
        (tmp_path / "marked").mkdir(exist_ok=True)
        (tmp_path / "marked" / name).write_bytes(b"\xef\xbb\xbf" + data)
        (tmp_path / "zipped").mkdir(exist_ok=True)
        with zipfile.ZipFile(tmp_path / "zipped" / f"{name}.zip", "w") as archive:
            archive.writestr(name, data)
    for folder in ("packed", "marked", "zipped"):
        assert content(SOURCE, tmp_path / folder) == wanted


def test_empty_pages(tmp_path: Path) -> None:
    page(tmp_path, "p.json", {"tickets": [], "end_of_stream": True})
    tables = read(SOURCE, tmp_path)
    assert {name: table.read for name, table in tables.items()} == {
        "cases": 0,
        "messages": 0,
        "case_events": 0,
        "surveys": 0,
    }
    assert notes(tables["cases"]) == []


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    page(tmp_path, "a.json", {"tickets": [ticket(1)], "end_of_stream": True})
    page(tmp_path, "b.json", {"error": "TooManyRequests", "description": "Slow down"})
    page(tmp_path, "c.json", {"macros": [{"id": 1}], "count": 1})
    page(tmp_path, "d.json", [{"id": 1, "title": "A view"}])
    (tmp_path / "e.csv").write_text("name,age\nx,1\n", encoding="utf-8")
    (tmp_path / "f.pdf").write_bytes(b"%PDF")
    (tmp_path / ".hidden.json").write_text("{", encoding="utf-8")
    page(tmp_path, "g.json", {"tickets": [ticket(2)], "users": [{"id": 1}, {"weather": "fine"}],
                              "results": [{"weather": "fine"}]})  # fmt: skip
    cases = read(SOURCE, tmp_path)["cases"]
    assert sorted(cases.frame["case_id"]) == ["1", "2"]
    table = cases.problems.filter(cases.problems["_row"].is_null())
    told = {row["_file"]: row["reason"] for row in table.iter_rows(named=True)}
    assert sorted(told) == ["b.json", "c.json", "d.json", "e.csv", "g.json"]
    assert "429" in told["b.json"]
    assert told["c.json"] == "not read: macros, count is nothing that 'zendesk' reads"
    assert told["g.json"] == "1 entries are none of the records that are read"


@pytest.mark.parametrize("end", [True, False])
def test_an_export_that_does_not_end(tmp_path: Path, end: bool) -> None:
    page(tmp_path, "a.json", {"tickets": [ticket(1)], "end_of_stream": False})
    page(tmp_path, "b.json", {"tickets": [ticket(2)], "end_of_stream": end})
    assert len(notes(read(SOURCE, tmp_path)["cases"])) == (0 if end else 1)


def test_nothing_there(tmp_path: Path) -> None:
    assert "there is no such file or folder" in message(tmp_path / "gone")
    assert "the folder holds no JSON, JSON-lines or CSV file" in message(tmp_path)


def test_text_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_bytes('{"tickets": [{"subject": "Grüße"}]}'.encode("cp1252"))
    assert "p.json, line 1: byte 0xFC is not utf-8" in message(tmp_path)


def test_a_page_on_one_line_is_a_page(tmp_path: Path) -> None:
    found = read_answers("p.json", page(tmp_path, "p.json", {"tickets": []}))
    assert isinstance(found, Answers)
    assert found.lines is None
