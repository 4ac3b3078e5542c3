"""Opens any file of rows: delimited text, JSON lines or Parquet, as it is, gzipped or in a zip."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import polars as pl

from data_access.sources.base import SourceError
from data_access.sources.delimited import Layout, read_delimited
from data_access.sources.encodings import to_utf8
from data_access.sources.json_lines import read_json_lines
from data_access.sources.records import Records
from data_access.sources.unpacking import Content, unpack

Kind = Literal["delimited", "jsonl", "parquet"]


@dataclass(frozen=True)
class Form:
    """How a file is written; None means: find out."""

    kind: Kind | None = None
    encoding: str | None = None
    layout: Layout = field(default_factory=Layout)
    member: str | None = None


AS_FOUND = Form()


def read_records(path: Path, form: Form = AS_FOUND) -> Records:
    """Read the rows of a file; raise SourceError if it cannot be used at all."""
    content = unpack(path, form.member)
    kind = form.kind or _kind(content)
    if kind == "parquet":
        return _read_parquet(content)
    data = to_utf8(content.data, content.file, form.encoding)
    if kind == "jsonl":
        return read_json_lines(data, content.file, form.layout.null)
    return read_delimited(data, content.file, form.layout)


def _kind(content: Content) -> Kind:
    if content.data.startswith(b"PAR1"):
        return "parquet"
    head = content.data[:64].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if head.startswith("{") or content.file.lower().endswith((".jsonl", ".ndjson")):
        return "jsonl"
    return "delimited"


def _read_parquet(content: Content) -> Records:
    try:
        frame = pl.read_parquet(io.BytesIO(content.data))
    except (pl.exceptions.PolarsError, OSError):
        raise SourceError(
            f"{content.file}: not a readable Parquet file; it may be cut off. Copy it again."
        ) from None
    if "_row" in frame.columns:
        raise SourceError(f"{content.file}: a column is named _row, which is reserved. Rename it.")
    rows = frame.with_row_index("_row", 1).cast({"_row": pl.Int64})
    return Records(content.file, rows, typed=True)
