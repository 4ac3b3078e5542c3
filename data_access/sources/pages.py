"""Files that hold answers of a helpdesk's API: pages of JSON, JSON lines, or the product's CSV.

What a file is told from its content. Pages and lines may be mixed in one folder, in folders below
it, gzipped or not. A page that breaks off stops the import: what is missing from it would be
missing from every number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from data_access.sources.base import Problem, SourceError
from data_access.sources.delimited import Layout, read_delimited
from data_access.sources.encodings import check_utf8, to_utf8
from data_access.sources.records import Records, raw_json
from data_access.sources.unpacking import unpack

ENDINGS = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".gz", ".zip")

Json = dict[str, Any]


@dataclass(frozen=True)
class Answers:
    """What one file holds: a page (one value) or a value a line.

    `lines` are the physical lines of the values, None for a page. `problems` are lines that are no
    JSON, under no table yet.
    """

    file: str
    values: list[Any]
    lines: list[int] | None
    problems: tuple[Problem, ...] = ()


def exported_files(path: Path) -> list[tuple[str, Path]]:
    """Give the files of an export by the name to call them by, in the order of those names.

    Raises SourceError if there is no file that could be one.
    """
    if not path.exists():
        raise SourceError(f"{path}: there is no such file or folder. Check the path.")
    if path.is_file():
        return [(path.name, path)]
    every = sorted(file for file in path.rglob("*") if file.is_file())
    named = [(file.relative_to(path).as_posix(), file) for file in every]
    found = [
        (name, file)
        for name, file in named
        if name.lower().endswith(ENDINGS)
        and not any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
    ]
    if not found:
        seen = ", ".join(name for name, _ in named[:10]) or "nothing"
        raise SourceError(
            f"{path}: the folder holds no JSON, JSON-lines or CSV file. Found: {seen}. Give the"
            " folder that the export was saved to."
        )
    return found


def read_answers(name: str, path: Path) -> Answers | Records:
    """Read one file; raise SourceError if it is damaged."""
    content = unpack(path)
    data = to_utf8(content.data, name)
    head = data[:64].lstrip()
    if not head.startswith((b"{", b"[")):
        return replace(read_delimited(data, name, Layout()), file=name)
    try:
        return Answers(name, [orjson.loads(data)], None)
    except orjson.JSONDecodeError as error:
        text = check_utf8(data, name)
        lines = text.replace("\r\n", "\n").split("\n")
        if not _is_json_lines(lines):
            raise SourceError(_damaged(name, data, error)) from None
    return _by_line(name, lines)


def _is_json_lines(lines: list[str]) -> bool:
    """Say whether the first line is a whole value and more follows."""
    first = next(place for place, line in enumerate(lines) if line.strip())
    try:
        orjson.loads(lines[first])
    except orjson.JSONDecodeError:
        return False
    return any(line.strip() for line in lines[first + 1 :])


def _damaged(name: str, data: bytes, error: orjson.JSONDecodeError) -> str:
    where = f"line {error.lineno}, column {error.colno}"
    if error.pos >= len(data.decode().rstrip()) - 1:
        return (
            f"{name}: the JSON breaks off at {where}, the end of the file. It was cut off while it"
            " was saved; fetch this page again."
        )
    return (
        f"{name}: no valid JSON at {where}. Fetch this page again, and save each answer of the API"
        " to a file of its own."
    )


def _by_line(name: str, lines: list[str]) -> Answers:
    values, numbers, problems = [], [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            problems.append(_not_json(name, number, line))
            continue
        values.append(value)
        numbers.append(number)
    return Answers(name, values, numbers, tuple(problems))


def _not_json(name: str, row: int, line: str) -> Problem:
    return Problem(
        table="",
        file=name,
        row=row,
        column=None,
        value=f"{len(line.rstrip())} characters",
        reason="the line is no JSON",
        advice="Export one JSON object per line; on the last line it means that the file is cut"
        " off.",
        raw=raw_json(line),
    )


def no_object(name: str, row: int, value: object) -> Problem:
    """Refuse an entry of a page that is no object."""
    return Problem(
        table="",
        file=name,
        row=row,
        column=None,
        value=type(value).__name__,
        reason="the entry is not a JSON object",
        advice="Save the answers of the API as they come.",
        raw=raw_json(None),
    )


def is_error(value: object) -> bool:
    """Say whether an answer is what the API says when it refuses, such as 429."""
    return (
        isinstance(value, dict)
        and bool({"error", "errors", "message", "msg"} & set(value))
        and not any(isinstance(item, list) and name != "errors" for name, item in value.items())
    )


def inner(record: Json, name: str) -> Json:
    """Give a nested object; an empty one if it is null, missing or something else."""
    value = record.get(name)
    return value if isinstance(value, dict) else {}


def items(record: Json, name: str) -> Iterator[Json]:
    """Give the objects of a nested list; nothing if there is none."""
    value = record.get(name)
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def word(record: Json, name: str) -> str:
    """Give a text that is compared with known ones; empty if it is null, missing or no text."""
    value = record.get(name)
    return value if isinstance(value, str) else ""
