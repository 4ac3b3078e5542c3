"""CSV and its relatives: every line of the file becomes a row or a problem with its line number."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from data_access.sources.base import Problem, SourceError
from data_access.sources.encodings import check_utf8
from data_access.sources.quoting import Outline, Positions, census, outline
from data_access.sources.records import Records, raw_json, unique_names

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

DELIMITERS = (",", ";", "\t", "|")
_SNIFFED = 1 << 16


@dataclass(frozen=True)
class Layout:
    """How a delimited file is written; `delimiter` None means: find out among `DELIMITERS`."""

    delimiter: str | None = None
    quote: str = '"'
    skip_lines: int = 0
    null: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Opened:
    """A file whose header has been read: what both readers need to know."""

    file: str
    names: list[str]
    header_lines: int
    delimiter: str
    quote: str
    eol: bytes
    null: tuple[str, ...]
    skipped: int


def read_delimited(data: bytes, file: str, layout: Layout) -> Records:
    """Read UTF-8 text into a frame of text columns and `_row`.

    Empty fields and the tokens of `layout.null` are null. Rows with too many or too few fields
    and rows whose quotes do not close become problems. Raises SourceError for a file without a
    header or with bytes that are not UTF-8.
    """
    eol = _line_end(data)
    data = _after(data, layout.skip_lines, eol or b"\n")
    delimiter = layout.delimiter or sniff(data, layout.quote)
    header, lines = _header(data, file, delimiter, layout)
    names = unique_names(header)
    if "_row" in names:
        raise SourceError(f"{file}: a column is named _row, which is reserved. Rename it.")
    opened = _Opened(
        file, names, lines, delimiter, layout.quote, eol, layout.null, layout.skip_lines
    )
    body = _without_blank_end(data)
    if eol and len(delimiter.encode()) == 1:
        frame = _fast(body, opened)
        if frame is not None:
            return Records(file, frame)
    return _exact(check_utf8(data, file, layout.skip_lines), opened)


def sniff(data: bytes, quote: str = '"') -> str:
    """Give the delimiter that splits the first lines most evenly into the most fields."""
    text = data[:_SNIFFED].decode("utf-8", "replace")
    rows = [line for line in _lines(text) if line.strip()]
    if len(rows) > 1 and len(data) > _SNIFFED:
        rows.pop()
    best, score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            found = list(_reader(rows[:200], delimiter, quote, strict=False))
        except csv.Error:
            continue
        width = len(found[0]) if found else 0
        if width < 2:
            continue
        even = Counter(map(len, found))[width] / len(found)
        if (even, width) > score:
            best, score = delimiter, (even, width)
    return best


def _reader(lines: Iterable[str], delimiter: str, quote: str, *, strict: bool) -> CsvReader:
    if not quote:
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=strict)
    return csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=strict)


def _lines(text: str) -> list[str]:
    """Split at LF, CR and CRLF alone: `splitlines` would also cut at signs inside texts."""
    return list(io.StringIO(text, newline=""))


def _line_end(data: bytes) -> bytes:
    """Give the byte that ends every line, or nothing if the file mixes its line ends."""
    if b"\r" not in data or data.count(b"\r") == data.count(b"\r\n"):
        return b"\n"
    return b"" if b"\n" in data else b"\r"


def _without_blank_end(data: bytes) -> bytes:
    end = len(data)
    while end and data[end - 1] in b"\r\n":
        end -= 1
    # One line end is no blank line, and leaving it saves copying the file.
    return data if len(data) - end <= 1 or data[end:] == b"\r\n" else data[:end]


def _after(data: bytes, lines: int, eol: bytes) -> bytes:
    at = 0
    for _ in range(lines):
        at = data.find(eol, at) + 1
        if not at:
            return b""
    return data[at:] if at else data


def _header(data: bytes, file: str, delimiter: str, layout: Layout) -> tuple[list[str], int]:
    """Give the fields of the header record and the number of lines up to its end."""
    text = data[:_SNIFFED]
    if len(data) > _SNIFFED:
        text = text[: max(text.rfind(b"\n"), text.rfind(b"\r")) + 1] or data
    lines = _lines(check_utf8(text, file, layout.skip_lines))
    for start, line in enumerate(lines):
        if line.strip():
            reader = _reader(lines[start:], delimiter, layout.quote, strict=False)
            return next(reader), start + reader.line_num
    raise SourceError(f"{file}: there is no header line. Export it again with column names.")


def _fast(data: bytes, opened: _Opened) -> pl.DataFrame | None:
    """Read a file that adds up; None if it does not and must be read exactly."""
    signs = {
        "delimiter": opened.delimiter.encode(),
        "quote": opened.quote.encode(),
        "eol": opened.eol,
    }
    # Both release the interpreter's lock, so proving costs little more than reading.
    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(outline, data, **signs)
        frame = _guess(data, opened)
        seen = looking.result()
    if not seen.placed:
        return None
    if frame is not None and _one_line_each(frame, seen, opened):
        return _numbered(frame, None, opened, pairs=seen.pairs)
    counted = census(data, **signs)
    fields = len(opened.names)
    if not counted.regular or not counted.fewest == counted.most == fields - 1:
        return None
    if counted.records == 1:
        return _frame(opened.names, [], [])
    if frame is None or frame.height != counted.records - 1:
        return None
    return _numbered(frame, counted.starts, opened, pairs=counted.pairs)


def _one_line_each(frame: pl.DataFrame, seen: Outline, opened: _Opened) -> bool:
    """Whether every row is whole and on a line of its own.

    The fast reader stumbles over a row with too many fields; one with too few, or a blank line,
    has nothing in the last column; a line end inside quotes is a line more than there are rows.
    """
    whole = frame.to_series(len(opened.names) - 1).null_count() == 0
    return whole and seen.lines == opened.header_lines + frame.height


def _numbered(
    frame: pl.DataFrame, starts: Positions | None, opened: _Opened, *, pairs: bool
) -> pl.DataFrame:
    """The rows with the lines they start on; `starts` None if every row is one line."""
    if pairs:
        frame = frame.with_columns(pl.when(pl.all() != "").then(pl.all()))
    if starts is None:
        first = opened.skipped + opened.header_lines + 1
        rows = pl.int_range(first, first + frame.height, dtype=pl.Int64)
        return frame.with_columns(rows.alias("_row"))
    return frame.with_columns(pl.Series("_row", starts[1:] + opened.skipped))


def _guess(data: bytes, opened: _Opened) -> pl.DataFrame | None:
    """Read quickly, trusting the file; None if the reader stumbles (over bad UTF-8 most of all)."""
    try:
        return pl.read_csv(
            data,
            has_header=False,
            skip_lines=opened.header_lines,
            separator=opened.delimiter,
            quote_char=opened.quote or None,
            eol_char=opened.eol.decode(),
            schema={name: pl.String() for name in opened.names},
            null_values=list(opened.null) or None,
            infer_schema=False,
        )
    except pl.exceptions.PolarsError:
        return None


def _exact(text: str, opened: _Opened) -> Records:
    """Read record by record, refusing the ones that are broken and going on after them."""
    good: list[list[str]] = []
    rows: list[int] = []
    problems: list[Problem] = []
    lines = _lines(text)
    empty = {"", *opened.null}
    for line, fields in _records(lines, opened):
        row = line + opened.skipped
        if fields is None:
            problems.append(_unclosed(opened, row, lines[line - 1]))
        elif len(fields) == len(opened.names):
            good.append(fields)
            rows.append(row)
        elif fields and not (len(fields) == 1 and not fields[0].strip()):
            problems.append(_ragged(opened, row, fields, last=line == len(lines)))
    columns = [[None if v in empty else v for v in column] for column in zip(*good, strict=True)]
    return Records(opened.file, _frame(opened.names, columns, rows), tuple(problems))


def _frame(names: list[str], columns: list[list[str | None]], rows: list[int]) -> pl.DataFrame:
    values = columns or [[] for _ in names]
    return pl.DataFrame(
        {
            **{
                name: pl.Series(name, column, dtype=pl.String)
                for name, column in zip(names, values, strict=True)
            },
            "_row": pl.Series("_row", rows, dtype=pl.Int64),
        }
    )


def _records(lines: list[str], opened: _Opened) -> Iterator[tuple[int, list[str] | None]]:
    """Give each record's first line (from 1) and its fields, None where a quote is broken.

    After a broken record reading goes on with the very next line, so that one stray quote costs
    one line and not the rest of the file.
    """
    at = opened.header_lines
    while at < len(lines):
        base, used = at, 0
        rest = (lines[i] for i in range(base, len(lines)))
        reader = _reader(rest, opened.delimiter, opened.quote, strict=True)
        while True:
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield base + used + 1, None
                at = base + used + 1
                break
            yield base + used + 1, fields
            used = reader.line_num


def _unclosed(opened: _Opened, row: int, line: str) -> Problem:
    return Problem(
        table="",
        file=opened.file,
        row=row,
        column=None,
        value=f"{len(line.rstrip())} characters",
        reason="a quoted field is not closed, or goes on after its closing quote",
        advice="Double the quotes inside quoted fields, or set `quote` in the mapping file;"
        " on the last line it means that the file is cut off.",
        raw=raw_json(line.strip("\r\n")),
    )


def _ragged(opened: _Opened, row: int, fields: list[str], *, last: bool) -> Problem:
    names = opened.names
    short = len(fields) < len(names)
    advice = (
        "The file seems to be cut off here: export it again."
        if short and last
        else "Put quotes round fields that hold the delimiter or a line break."
    )
    return Problem(
        table="",
        file=opened.file,
        row=row,
        column=None,
        value=f"{len(fields)} fields",
        reason=f"{'too few' if short else 'too many'} fields for the {len(names)} columns",
        advice=advice,
        raw=raw_json(fields),
    )
