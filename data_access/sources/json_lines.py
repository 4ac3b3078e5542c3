"""JSON lines: one object a line, nested objects under dotted names, everything as text."""

from __future__ import annotations

from typing import Any

import orjson
import polars as pl

from data_access.sources.base import Problem, SourceError
from data_access.sources.encodings import check_utf8
from data_access.sources.records import Records, raw_json


def read_json_lines(data: bytes, file: str, null: tuple[str, ...] = ()) -> Records:
    """Read UTF-8 JSON lines into a frame of text columns and `_row`.

    Keys that a line lacks are null. Lists stay JSON text. Lines that are no object are problems.
    """
    found: list[dict[str, str | None]] = []
    rows: list[int] = []
    problems: list[Problem] = []
    for row, line in enumerate(check_utf8(data, file).replace("\r\n", "\n").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            problems.append(_not_an_object(file, row, line))
            continue
        if isinstance(value, dict):
            flat = _flat(value)
            found.append({name: None if text in null else text for name, text in flat.items()})
            rows.append(row)
        else:
            problems.append(_not_an_object(file, row, line))
    names = list(dict.fromkeys(name for item in found for name in item))
    if "_row" in names:
        raise SourceError(f"{file}: a key is named _row, which is reserved. Rename it.")
    columns = {name: [item.get(name) for item in found] for name in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String()))
    return Records(
        file, frame.with_columns(pl.Series("_row", rows, dtype=pl.Int64)), tuple(problems)
    )


def _flat(value: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    out: dict[str, str | None] = {}
    for key, item in value.items():
        name = prefix + key
        if isinstance(item, dict):
            out |= _flat(item, f"{name}.")
        elif isinstance(item, str):
            out[name] = item or None
        else:
            out[name] = None if item is None else orjson.dumps(item).decode()
    return out


def _not_an_object(file: str, row: int, line: str) -> Problem:
    return Problem(
        table="",
        file=file,
        row=row,
        column=None,
        value=f"{len(line.rstrip())} characters",
        reason="the line is not a JSON object",
        advice="Export one JSON object per line; on the last line it means that the file is cut"
        " off.",
        raw=raw_json(line),
    )
