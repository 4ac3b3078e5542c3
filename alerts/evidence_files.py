"""Files that prove something, kept in the home under the hash of their content.

A file lies at `evidence/ab/<sha256>` and never changes: it is written beside and renamed, and what
is there already is not written again. A file that no row names is harmless. Reading checks the
hash, so that what somebody changed on the disk is told instead of shown.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

FOLDER = "evidence"
PACKS = "packs"
MOST_BYTES = 25 * 1024 * 1024
"""What one file may hold; larger things (recordings) are better named by a link and their hash."""
MOST_EXTRACT = 256 * 1024 * 1024
"""What one extract of rows may hold."""

_PARTIAL = ".partial-"
_STALE_SECONDS = 24 * 3600
_HASH_LENGTH = 64
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class EvidenceFileError(Exception):
    """A file that cannot be kept or given; the message says why and what to do."""


def path_of(home: Path, sha256: str) -> Path:
    """Where the content of a hash lies, or would lie.

    Raises:
        EvidenceFileError: it is no SHA-256 in hexadecimal.
    """
    if len(sha256) != _HASH_LENGTH or not set(sha256) <= set("0123456789abcdef"):
        raise EvidenceFileError(f"{sha256!r} is no SHA-256 in hexadecimal.")
    return home / FOLDER / sha256[:2] / sha256


def put(home: Path, content: bytes | Path, *, most: int = MOST_BYTES) -> tuple[str, int]:
    """Keep a content; gives its SHA-256 and size. The same content twice is one file.

    Args:
        home: the home.
        content: the bytes, or a file to copy.
        most: refuse more bytes than this.

    Raises:
        EvidenceFileError: too large, unreadable, or no space; nothing half-written stays.
    """
    if isinstance(content, bytes):
        return _put_bytes(home, content, most)
    try:
        with content.open("rb") as source:
            return _put_stream(home, source, content.name, most)
    except OSError as error:
        raise EvidenceFileError(f"{content} cannot be read: {error.strerror}.") from error


def read(home: Path, sha256: str) -> bytes:
    """The content of a hash.

    Raises:
        EvidenceFileError: the file is gone, or holds something else by now.
    """
    path = path_of(home, sha256)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EvidenceFileError(
            f"The evidence {sha256[:12]} is not at {path}: {error.strerror}. Restore the home's "
            f"{FOLDER} folder from a backup."
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise EvidenceFileError(
            f"The evidence {sha256[:12]} at {path} was changed after it was kept. Restore it from "
            "a backup."
        )
    return content


def check(home: Path, sha256: str) -> str | None:
    """None if the content of a hash is there unchanged; else a sentence that says what is wrong."""
    try:
        read(home, sha256)
    except EvidenceFileError as error:
        return str(error)
    return None


@contextmanager
def written_beside(folder: Path, name: Callable[[BinaryIO], str]) -> Iterator[BinaryIO]:
    """A file to write; at the end of the block it gets its name, on an error it is gone.

    A process that is killed leaves a partial file that nothing reads; old ones are removed here.

    Args:
        folder: where it will lie; made when missing.
        name: its name, once it is whole; called with the file.

    Raises:
        EvidenceFileError: no space, or the folder cannot be written.
    """
    partial = folder / f"{_PARTIAL}{os.getpid()}-{secrets.token_hex(4)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        with partial.open("w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            target = folder / name(file)
        partial.replace(target)
        _sync_folder(folder)
    except OSError as error:
        raise EvidenceFileError(_reason(error, folder)) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _put_bytes(home: Path, content: bytes, most: int) -> tuple[str, int]:
    if len(content) > most:
        raise EvidenceFileError(_too_large(most))
    sha256 = hashlib.sha256(content).hexdigest()
    target = path_of(home, sha256)
    if check(home, sha256) is not None:
        with written_beside(target.parent, lambda _file: sha256) as file:
            file.write(content)
    return sha256, len(content)


def _put_stream(home: Path, source: BinaryIO, name: str, most: int) -> tuple[str, int]:
    content = source.read(most + 1)
    if len(content) > most:
        raise EvidenceFileError(f"{name}: {_too_large(most)}")
    return _put_bytes(home, content, most)


def _too_large(most: int) -> str:
    return (
        f"The file is larger than {most / 1024 / 1024:,.0f} MB. Keep it where it lies and add a "
        "link with its SHA-256 instead."
    )


def _sweep(folder: Path) -> None:
    """Remove what killed processes left."""
    before = time.time() - _STALE_SECONDS
    for left in folder.glob(f"{_PARTIAL}*"):
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < before:
                left.unlink()


def _sync_folder(folder: Path) -> None:
    """A rename is kept over a power cut only once its folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _reason(error: OSError, folder: Path) -> str:
    if error.errno in _NO_SPACE:
        return (
            f"There is no space left for {folder}. Nothing was kept; free some space and try again."
        )
    return (
        f"{folder} cannot be written: {error.strerror}. Nothing was kept; make it writable for "
        "this user."
    )
