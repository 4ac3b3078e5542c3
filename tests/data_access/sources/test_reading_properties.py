"""Whatever table is written in whatever way, it comes back cell by cell and line by line."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data_access.sources import delimited, quoting
from data_access.sources.delimited import DELIMITERS, Layout
from data_access.sources.reading import Form, read_records

LETTERS = st.text(st.sampled_from(list('ab ,;|\t"中é\n')), max_size=6)
WORDS = LETTERS.filter(lambda word: word == word.strip("\n"))


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(2, 4))
    row = st.lists(WORDS, min_size=width, max_size=width)
    header = [f"c{i}" for i in range(width)]
    return [header, *draw(st.lists(row.filter(any), max_size=8))]


def quoted(cell: str, always: bool) -> str:
    if always or any(sign in cell for sign in [*DELIMITERS, '"', "\n"]):
        return '"' + cell.replace('"', '""') + '"'
    return cell


@settings(max_examples=200)
@given(
    table=tables(),
    delimiter=st.sampled_from(DELIMITERS),
    eol=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    always=st.booleans(),
    ending=st.booleans(),
)
def test_tables_come_back(
    table: list[list[str]],
    delimiter: str,
    eol: str,
    encoding: str,
    always: bool,
    ending: bool,
) -> None:
    lines = [delimiter.join(quoted(cell, always) for cell in row) for row in table]
    starts, line = [], 1
    for text in lines:
        starts.append(line)
        line += 1 + text.count("\n")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes((eol.join(lines) + (eol if ending else "")).encode(encoding))
        form = Form(encoding=encoding, layout=Layout(delimiter=delimiter))
        records = read_records(path, form)
    # A row of blanks alone looks like a blank line where nothing is quoted.
    assert records.problems == ()
    kept = [(start, row) for start, row in zip(starts, table, strict=True)][1:]
    assert records.frame["_row"].to_list() == [start for start, _ in kept]
    got = [list(row) for row in records.frame.drop("_row").iter_rows()]
    assert got == [[cell or None for cell in row] for _, row in kept]


@settings(max_examples=200)
@given(text=st.text(st.sampled_from(list('ab,"\n\r')), max_size=40))
def test_every_line_is_read_refused_or_blank(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(b"x,y\n" + text.encode())
        records = read_records(path, Form(layout=Layout(delimiter=",")))
    good = records.frame["_row"].to_list()
    bad = [problem.row for problem in records.problems]
    assert len({*good, *bad}) == len(good) + len(bad) == records.read
    assert sorted(good) == good
    # Signs are neither lost nor made up: what is not in rows or problems is quotes and line ends.
    inside = sum(
        str(cell or "").count("a") for row in records.frame.drop("_row").rows() for cell in row
    )
    assert inside + sum(p.raw.count("a") for p in records.problems) == text.count("a")


@settings(max_examples=500)
@given(
    text=st.text(st.sampled_from(list('aé,"\n ')), max_size=30),
    crlf=st.booleans(),
    null=st.sampled_from([(), ("a",), (" ", "aa")]),
)
@example(text=",\na\n,\n,\n,,", crlf=False, null=())  # one too few and one too many
def test_the_fast_reader_never_disagrees_with_the_exact_one(
    text: str, crlf: bool, null: tuple[str, ...]
) -> None:
    """Where the counts let the fast result pass, it is the exact one, line by line."""
    data = f"x,y\n{text}".replace("\n", "\r\n" if crlf else "\n").encode()
    opened = delimited._Opened("t.csv", ["x", "y"], 1, ",", '"', b"\n", null, 0)
    exact = delimited._exact(data.decode(), opened)
    fast = delimited._fast(delimited._without_blank_end(data), opened)
    if fast is not None:
        assert exact.problems == ()
        assert fast.equals(exact.frame)


@given(
    text=st.text(st.sampled_from(list('a,"\n')), min_size=1, max_size=40),
    size=st.integers(1, 9),
)
def test_counts_do_not_depend_on_where_the_pieces_are_cut(text: str, size: int) -> None:
    data, signs = text.encode(), {"delimiter": b",", "quote": b'"', "eol": b"\n"}
    whole = quoting.census(data, **signs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quoting, "_CHUNK", size)
        cut = quoting.census(data, **signs)
    assert replace(cut, starts=None) == replace(whole, starts=None)
    assert (cut.starts is None) == (whole.starts is None)
    if whole.starts is not None and cut.starts is not None:
        assert cut.starts.tolist() == whole.starts.tolist()


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["a", "b,c", 'd"e', "f\ng", ""]), st.sampled_from(["1", ""])),
        min_size=1,
        max_size=30,
    )
)
def test_well_written_files_take_the_fast_way(rows: list[tuple[str, str]]) -> None:
    text = "x,y\n" + "".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in rows
    )
    opened = delimited._Opened("t.csv", ["x", "y"], 1, ",", '"', b"\n", (), 0)
    fast = delimited._fast(text.encode(), opened)
    assert fast is not None
    assert fast.select("x", "y").rows() == [tuple(cell or None for cell in row) for row in rows]
