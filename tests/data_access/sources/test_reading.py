"""What people really hand in: damaged, empty, mislabelled and oddly written files."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import polars as pl
import pytest

from data_access.sources.base import SourceError
from data_access.sources.delimited import Layout
from data_access.sources.reading import Form, read_records
from data_access.sources.records import Records


@pytest.fixture
def write(tmp_path: Path):  # type: ignore[no-untyped-def]
    def write_(data: bytes | str, name: str = "cases.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write_


def rows(records: Records) -> list[tuple[object, ...]]:
    return records.frame.select("_row", pl.exclude("_row")).rows()


def test_plain_file(write) -> None:  # type: ignore[no-untyped-def]
    records = read_records(write("a,b\n1,x\n2,\n"))
    assert records.columns == ["a", "b"]
    assert rows(records) == [(2, "1", "x"), (3, "2", None)]
    assert records.problems == ()


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
def test_row_is_the_line_where_the_record_starts(write, eol: str) -> None:  # type: ignore[no-untyped-def]
    text = eol.join(["a,b", '1,"one', 'two"', "2,x", '"3","q ""q"" q"', ""])
    records = read_records(write(text))
    assert rows(records) == [(2, "1", f"one{eol}two"), (4, "2", "x"), (5, "3", 'q "q" q')]


def test_mixed_line_ends(write) -> None:  # type: ignore[no-untyped-def]
    records = read_records(write("a,b\r\n1,x\n2,y\r3,z\n"))
    assert rows(records) == [(2, "1", "x"), (3, "2", "y"), (4, "3", "z")]


def test_ragged_rows_are_problems_with_their_line(write) -> None:  # type: ignore[no-untyped-def]
    records = read_records(write("a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6\n"))
    assert rows(records) == [(2, "1", "2", "3"), (5, "4", "5", "6")]
    assert [(p.row, p.reason, p.value) for p in records.problems] == [
        (3, "too few fields for the 3 columns", "2 fields"),
        (4, "too many fields for the 3 columns", "4 fields"),
    ]
    assert records.problems[0].raw == '["1","2"]'
    assert records.read == 4


def test_short_and_long_rows_do_not_cancel_out(write) -> None:  # type: ignore[no-untyped-def]
    records = read_records(write("a,b,c\n1,2\n3,4,5,6\n"))
    assert [p.row for p in records.problems] == [2, 3]


def test_file_cut_off_in_the_last_line(write) -> None:  # type: ignore[no-untyped-def]
    records = read_records(write("a,b,c\n1,2,3\n4,5"))
    assert rows(records) == [(2, "1", "2", "3")]
    (problem,) = records.problems
    assert problem.row == 3
    assert "cut off" in problem.advice


def test_one_stray_quote_costs_one_line(write) -> None:  # type: ignore[no-untyped-def]
    records = read_records(write('a,b\n1,x\n2,"open\n3,y\n4,"z"\n'))
    assert [row[0] for row in rows(records)] == [2, 4, 5]
    assert [problem.row for problem in records.problems] == [3]
    assert "not closed" in records.problems[0].reason


def test_quote_inside_an_unquoted_field_is_a_sign_like_any_other(write) -> None:  # type: ignore[no-untyped-def]
    assert rows(read_records(write('a,b\n1,5" pipe\n2,"x"\n'))) == [
        (2, "1", '5" pipe'),
        (3, "2", "x"),
    ]


def test_blank_lines_are_no_rows_but_count_as_lines(write) -> None:  # type: ignore[no-untyped-def]
    records = read_records(write("\na,b\n1,x\n\n2,y\n\n\n"))
    assert rows(records) == [(3, "1", "x"), (5, "2", "y")]
    assert records.read == 2


@pytest.mark.parametrize(
    ("text", "delimiter"), [("a;b\n1,5;2\n", ";"), ("a\tb\n1\t2\n", "\t"), ("a|b\n1|2\n", "|")]
)
def test_delimiter_is_found(write, text: str, delimiter: str) -> None:  # type: ignore[no-untyped-def]
    records = read_records(write(text))
    assert records.columns == ["a", "b"]
    assert records.read == 1


def test_declared_delimiter_beats_the_guess(write) -> None:  # type: ignore[no-untyped-def]
    form = Form(layout=Layout(delimiter="^"))
    assert rows(read_records(write("a^b\n1,2^3,4\n"), form)) == [(2, "1,2", "3,4")]


def test_null_tokens(write) -> None:  # type: ignore[no-untyped-def]
    form = Form(layout=Layout(null=("?", "N/A")))
    assert rows(read_records(write('a,b\n?,N/A\n"?",""\nx,??\n'), form)) == [
        (2, None, None),
        (3, None, None),
        (4, "x", "??"),
    ]


def test_lines_before_the_header(write) -> None:  # type: ignore[no-untyped-def]
    form = Form(layout=Layout(skip_lines=2))
    text = "Report of\n2026, a, b, c\na,b\n1,2\n3\n"
    records = read_records(write(text), form)
    assert rows(records) == [(4, "1", "2")]
    assert [problem.row for problem in records.problems] == [5]


def test_repeated_and_nameless_columns_get_names(write) -> None:  # type: ignore[no-untyped-def]
    records = read_records(write("category,category, id ,\n1,2,3,\n"))
    assert records.columns == ["category", "category_duplicated_0", "id", "column_4"]


def test_header_alone(write) -> None:  # type: ignore[no-untyped-def]
    records = read_records(write("a,b\n"))
    assert (records.columns, records.read) == (["a", "b"], 0)
    assert read_records(write("a,b")).columns == ["a", "b"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks(write, encoding: str) -> None:  # type: ignore[no-untyped-def]
    assert rows(read_records(write("á,b\nü,中文\n".encode(encoding)))) == [(2, "ü", "中文")]


@pytest.mark.parametrize(
    ("encoding", "word"),
    [
        ("cp1252", "Größe €"),
        ("latin-1", "Größe"),
        ("gb18030", "退货申请"),
        ("shift_jis", "返品表"),
        ("utf-16-le", "退"),
    ],
)
def test_declared_encodings(write, encoding: str, word: str) -> None:  # type: ignore[no-untyped-def]
    path = write(f"a,b\r\n{word},2\r\n".encode(encoding))
    assert rows(read_records(path, Form(encoding=encoding))) == [(2, word, "2")]


def test_wrong_encoding_names_line_byte_and_what_to_do(write) -> None:  # type: ignore[no-untyped-def]
    path = write("a,b\n1,x\n2,Größe\n".encode("cp1252"))
    with pytest.raises(SourceError) as error:
        read_records(path)
    message = error.value.message
    assert "cases.csv, line 3: byte 0xF6 is not utf-8" in message
    assert "cp1252" in message
    assert "`encoding`" in message


def test_bad_byte_after_skipped_lines(write) -> None:  # type: ignore[no-untyped-def]
    path = write(b"title\n\na,b\n1,2\n3,\xff\n")
    with pytest.raises(SourceError, match="line 5: byte 0xFF"):
        read_records(path, Form(layout=Layout(skip_lines=2)))


def test_a_header_longer_than_what_is_looked_at_first(write) -> None:  # type: ignore[no-untyped-def]
    names = [f"column {i:05d}" for i in range(6000)]
    records = read_records(write(",".join(names) + "\n" + "1," * 5999 + "1\n"))
    assert records.columns == names
    assert records.read == 1


def test_unknown_encoding(write) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SourceError, match="no encoding of text"):
        read_records(write("a\n1\n"), Form(encoding="rot13"))
    with pytest.raises(SourceError, match="no encoding 'utf-99'"):
        read_records(write("a\n1\n"), Form(encoding="utf-99"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"  \n\n \n", "the file is empty"),
        (b"a,b\n1,\x00\x01\x02\n", "not a text file"),
        ("a,b\n1,2\n".encode("utf-16-le"), "UTF-16 without a byte order mark"),
        (gzip.compress(b"a,b\n1,2\n" * 100, mtime=0)[:30], "cut off or damaged"),
        (b"PK\x03\x04 not really", "zip archive cannot be opened"),
        (b"PAR1 not really", "not a readable Parquet file"),
    ],
)
def test_unusable_files(write, data: bytes, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SourceError) as error:
        read_records(write(data))
    assert said in error.value.message
    assert "cases.csv" in error.value.message


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        read_records(tmp_path / "nothing.csv")
    with pytest.raises(SourceError, match="is a folder"):
        read_records(tmp_path)


def test_gzip_and_zip_members(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    expected = [(2, "1", "x")]
    assert rows(read_records(write(gzip.compress(b"a,b\n1,x\n", mtime=0), "c.csv.gz"))) == expected
    path = tmp_path / "c.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("docs/readme.pdf", b"x")
        archive.writestr("docs/cases.csv", "a,b\n1,x\n")
    records = read_records(path)
    assert rows(records) == expected
    assert records.file == "c.zip:docs/cases.csv"
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("other.csv", "a,b\n1,y\n")
    with pytest.raises(SourceError, match="several tables"):
        read_records(path)
    assert rows(read_records(path, Form(member="cases.csv"))) == expected
    with pytest.raises(SourceError, match=r"but not a file named missing\.csv"):
        read_records(path, Form(member="missing.csv"))


def test_json_lines(write) -> None:  # type: ignore[no-untyped-def]
    text = (
        '{"id":1,"via":{"channel":"email"},"tags":["a"],"ok":true}\n\n'
        '{"id":2,"n":null}\n[1]\n{"id":'
    )
    records = read_records(write(text, "c.jsonl"))
    assert records.columns == ["id", "via.channel", "tags", "ok", "n"]
    assert rows(records) == [
        (1, "1", "email", '["a"]', "true", None),
        (3, "2", None, None, None, None),
    ]
    assert [problem.row for problem in records.problems] == [4, 5]


def test_parquet_rows_are_numbered_from_one(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1.5, 2.0]}).write_parquet(tmp_path / "c.parquet")
    assert rows(read_records(tmp_path / "c.parquet")) == [(1, 1.5), (2, 2.0)]
