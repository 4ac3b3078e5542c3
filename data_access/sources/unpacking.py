"""Bytes of a file as they are on disk, inside a gzip, or as one member of a zip archive."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from data_access.sources.base import SourceError

_TABLES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".gz")


@dataclass(frozen=True)
class Content:
    """The bytes of one file and the name to call it by in messages."""

    file: str
    data: bytes


def unpack(path: Path, member: str | None = None) -> Content:
    """Read `path`, opening gzip and zip by content and not by the file's name.

    `member` (a name or a pattern such as `*.csv`) picks a file of the archive; without it the
    archive must hold exactly one table. Raises SourceError for anything that cannot be read.
    """
    if path.is_dir():
        raise SourceError(f"{path}: this is a folder; give a file of it.")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"{path}: there is no such file. Check the path.") from None
    except OSError as error:
        raise SourceError(
            f"{path}: cannot be read ({error.strerror}). Check the permissions."
        ) from None
    return _opened(Content(path.name, data), member)


def _opened(content: Content, member: str | None) -> Content:
    if not (content.data[:4096].strip() or content.data.strip()):
        raise SourceError(f"{content.file}: the file is empty. Export it again.")
    if content.data.startswith(b"\x1f\x8b"):
        return _opened(_gunzip(content), member)
    if content.data.startswith(b"PK\x03\x04"):
        return _opened(_member(content, member), None)
    return content


def _gunzip(content: Content) -> Content:
    try:
        return Content(content.file.removesuffix(".gz"), gzip.decompress(content.data))
    except (EOFError, OSError, zlib.error):
        raise SourceError(
            f"{content.file}: the gzip file is cut off or damaged. Copy or export it again."
        ) from None


def _member(content: Content, member: str | None) -> Content:
    try:
        with zipfile.ZipFile(io.BytesIO(content.data)) as archive:
            name = _choose(archive.namelist(), content.file, member)
            return Content(f"{content.file}:{name}", archive.read(name))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise SourceError(
            f"{content.file}: the zip archive cannot be opened ({error}). It may be cut off or"
            " protected by a password; copy or export it again."
        ) from None


def _choose(names: list[str], file: str, member: str | None) -> str:
    tables = [name for name in names if name.lower().endswith(_TABLES)]
    fitting = [name for name in tables if member is None or fnmatch(name, f"*{member}")]
    if len(fitting) == 1:
        return fitting[0]
    found = ", ".join(names[:10]) or "nothing"
    if not fitting:
        wanted = f"a file named {member}" if member else "a CSV, TSV, JSON-lines or Parquet file"
        raise SourceError(f"{file}: the archive holds {found}, but not {wanted}.")
    raise SourceError(
        f"{file}: the archive holds several tables ({found}). Name one with `member` in the"
        " mapping file, or unpack it."
    )
