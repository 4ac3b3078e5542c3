"""Finds the files of an export and the columns in them, or says what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from data_access.sources.base import SourceError
from data_access.sources.records import Records

ENDINGS = (".csv", ".csv.gz", ".tsv", ".jsonl", ".parquet", ".zip")


def only_file(path: Path, stem: str) -> Path:
    """Give `path` itself, or the file of that folder whose name starts with `stem`."""
    if not path.is_dir():
        return path
    found = [file for file in _files(path) if file.name.startswith(stem)]
    if len(found) != 1:
        seen = ", ".join(file.name for file in found or _files(path)) or "nothing"
        wanted = "only one file" if found else "a file"
        raise SourceError(
            f"{path}: expected {wanted} named {stem}*.csv (or .zip, .parquet) but found {seen}."
            " Give the path of the file itself."
        )
    return found[0]


def files_named(folder: Path, stems: Iterable[str]) -> dict[str, Path]:
    """Give the files of a folder by stem; raise SourceError naming all that are missing."""
    if not folder.is_dir():
        raise SourceError(f"{folder}: not a folder. Give the folder that holds the export's files.")
    present = {stem_of(file): file for file in _files(folder)}
    missing = [stem for stem in stems if stem not in present]
    if missing:
        seen = ", ".join(sorted(file.name for file in _files(folder))) or "nothing"
        raise SourceError(
            f"{folder}: {', '.join(f'{stem}.csv' for stem in missing)} not found. The folder holds"
            f" {seen}. Put all files of the export into one folder."
        )
    return {stem: present[stem] for stem in stems}


def stem_of(file: Path) -> str:
    """Give the name of a file without its endings."""
    return file.name.split(".")[0]


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.name.lower().endswith(ENDINGS))


def need_columns(records: Records, columns: Iterable[str], source: str) -> None:
    """Raise SourceError if the file lacks a column that the source is made of."""
    missing = [column for column in columns if column not in records.columns]
    if not missing:
        return
    near = get_close_matches(missing[0], records.columns, n=1)
    hint = f" Is {near[0]!r} meant for {missing[0]!r}?" if near else ""
    raise SourceError(
        f"{records.file}: no column {', '.join(missing)}.{hint} Found:"
        f" {', '.join(records.columns)}. This does not look like an export that {source!r} reads."
    )
