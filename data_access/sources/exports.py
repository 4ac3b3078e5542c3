"""Reads what somebody exported from a helpdesk: every file told by its content, nothing skipped.

A product says which records it knows; here its files are opened, its records handed over, and what
could not be used is noted.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_access.sources.base import Problem, SourceError, note
from data_access.sources.gathering import Gathering
from data_access.sources.pages import (
    Answers,
    Json,
    exported_files,
    is_error,
    no_object,
    read_answers,
)
from data_access.sources.records import Records

_SHOWN = 8


@dataclass(frozen=True)
class Product:
    """What a helpdesk's exports look like.

    `lists` names the kind of the records under each key of a page, empty where each record tells
    by itself; `kind_of` tells a record by its keys. `take` and `take_csv` add what is read.
    `more_follows` says whether a page is not the last one, None where pages do not say.
    """

    name: str
    kinds: Mapping[str, Sequence[str]]
    lists: Mapping[str, str]
    kind_of: Callable[[Json], str | None]
    take: Callable[[Gathering, str, Json, str, int], None]
    take_csv: Callable[[Gathering, Records], bool]
    more_follows: Callable[[Json], bool | None]
    reads: str
    """What can be read, for messages."""


@dataclass
class Export:
    """Everything that was read: rows by kind, notes, and lines that are no records."""

    gathering: Gathering
    notes: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass
class _File:
    """One file while it is read."""

    name: str
    known: int = 0
    strange: int = 0
    pages: int = 0
    keys: list[str] = field(default_factory=list)
    refusals: int = 0
    more: list[tuple[str, bool]] = field(default_factory=list)


def read_export(product: Product, path: Path) -> Export:
    """Read every file at `path`; raise SourceError if none of them is of the product."""
    export = Export(Gathering(product.kinds))
    read: list[_File] = []
    for name, file in exported_files(path):
        with _no_search_for_cycles():
            answers = read_answers(name, file)
            if isinstance(answers, Records):
                read.append(_rows(product, export, answers))
            else:
                read.append(_values(product, export, answers))
            del answers
    if not any(file.pages or file.known for file in read):
        told = "; ".join(f"{file.name}: {_why(file)}" for file in read[:_SHOWN])
        raise SourceError(
            f"{path}: nothing here is an export that {product.name!r} reads. {product.reads}"
            f" Found: {told}."
        )
    export.notes += [_note(product, file) for file in read if not (file.pages or file.known)]
    export.notes += [
        note("cases", file.name, f"{file.strange} entries are none of the records that are read")
        for file in read
        if file.strange and file.known
    ]
    export.notes += _unfinished(path.name, [told for file in read for told in file.more])
    return export


def _unfinished(name: str, more: list[tuple[str, bool]]) -> list[Problem]:
    """Notes of kinds of which no page is the last one; a page without records may be any kind's."""
    ended = {kind for kind, follows in more if not follows}
    open_ended = [] if "" in ended else sorted({kind for kind, _ in more} - ended)
    return [
        note(
            "cases",
            name,
            f"every page of {kind or 'the export'} says that more follow: the export is not"
            " complete",
            "Fetch the pages that are missing.",
        )
        for kind in open_ended
    ]


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Keep the collector from going through a page again and again while it grows.

    JSON holds no cycles, and looking for them takes as long as reading.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _rows(product: Product, export: Export, records: Records) -> _File:
    file = _File(records.file, keys=records.columns)
    if product.take_csv(export.gathering, records):
        file.pages = 1
        export.problems += records.problems
    return file


def _values(product: Product, export: Export, answers: Answers) -> _File:
    file = _File(answers.file)
    ordinal = 0
    for place, value in enumerate(answers.values):
        for told, record in _records(product, value, file):
            ordinal += 1
            row = ordinal if answers.lines is None else answers.lines[place]
            if not isinstance(record, dict):
                export.problems.append(no_object(file.name, row, record))
                continue
            kind = told or product.kind_of(record)
            if kind is None:
                file.strange += 1
                file.keys = file.keys or list(record)
                continue
            file.known += 1
            product.take(export.gathering, kind, record, file.name, row)
    if file.known:
        export.problems += answers.problems
    return file


def _records(product: Product, value: Any, file: _File) -> list[tuple[str, Any]]:
    """The records of one answer, each with its kind if the page says it."""
    if isinstance(value, list):
        file.pages += not value
        return [("", record) for record in value]
    if not isinstance(value, dict):
        return [("", value)]
    found: list[tuple[str, Any]] = []
    lists = [name for name in product.lists if isinstance(value.get(name), list | dict)]
    if not lists or product.kind_of(value):
        if product.kind_of(value) is None and is_error(value):
            file.refusals += 1
            return []
        return [("", value)]
    file.pages += 1
    more = product.more_follows(value)
    for name in lists:
        held = value[name]
        records = held if isinstance(held, list) else [held]
        for record in records:
            # Comments of one ticket do not name it; whoever saves them may put it beside them.
            if isinstance(record, dict) and "ticket_id" in value:
                record.setdefault("ticket_id", value["ticket_id"])
            found.append((product.lists[name], record))
    if more is not None:
        kinds = (
            kind or product.kind_of(record) for kind, record in found if isinstance(record, dict)
        )
        file.more.append((next(kinds, None) or "", more))
    return found


def _why(file: _File) -> str:
    if file.refusals:
        return "an error that the API answered instead of a page"
    return ", ".join(file.keys[:_SHOWN]) or "nothing that is known"


def _note(product: Product, file: _File) -> Problem:
    if file.refusals:
        return note(
            "cases",
            file.name,
            "not read: this is an error that the API answered instead of a page, such as too many"
            " requests (429)",
            "Fetch this page again.",
        )
    return note(
        "cases",
        file.name,
        f"not read: {_why(file)} is nothing that {product.name!r} reads",
        product.reads,
    )
