"""Files under the hash of their content: never overwritten, checked on reading, never half."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import evidence_files
from alerts.evidence_files import EvidenceFileError, check, path_of, put, read, written_beside


@given(content=st.binary(max_size=5_000))
def test_what_is_put_is_read_again_under_its_hash(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        sha256, size = put(home, content)
        assert (sha256, size) == (hashlib.sha256(content).hexdigest(), len(content))
        assert read(home, sha256) == content
        assert path_of(home, sha256).parent.name == sha256[:2]


def test_a_file_is_copied_and_the_same_content_is_one_file(tmp_path: Path) -> None:
    source = tmp_path / "photo.jpg"
    source.write_bytes(b"jpeg")
    first = put(tmp_path, source)
    before = path_of(tmp_path, first[0]).stat()
    assert put(tmp_path, b"jpeg") == first
    after = path_of(tmp_path, first[0]).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_was_changed_on_the_disk_is_told_and_mended_by_putting_it_again(
    tmp_path: Path,
) -> None:
    sha256, _size = put(tmp_path, b"true")
    path_of(tmp_path, sha256).write_bytes(b"false")
    assert "was changed after it was kept" in (check(tmp_path, sha256) or "")
    with pytest.raises(EvidenceFileError, match="changed"):
        read(tmp_path, sha256)
    put(tmp_path, b"true")
    assert check(tmp_path, sha256) is None
    path_of(tmp_path, sha256).unlink()
    assert "Restore" in (check(tmp_path, sha256) or "")


@pytest.mark.parametrize("name", ["", "ab", "../../etc/passwd", "A" * 64, "g" * 64])
def test_only_hashes_are_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(EvidenceFileError, match="no SHA-256"):
        path_of(tmp_path, name)


def test_what_is_too_large_or_unreadable_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(EvidenceFileError, match="larger than"):
        put(tmp_path, b"12345", most=4)
    large = tmp_path / "large"
    large.write_bytes(b"12345")
    with pytest.raises(EvidenceFileError, match="larger than"):
        put(tmp_path, large, most=4)
    with pytest.raises(EvidenceFileError, match="cannot be read"):
        put(tmp_path, tmp_path / "none")
    assert not (tmp_path / "evidence").exists()


@pytest.mark.parametrize(("code", "told"), [(errno.ENOSPC, "no space"), (errno.EACCES, "rights")])
def test_a_full_disk_leaves_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, told: str
) -> None:
    def fail(_handle: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(evidence_files.os, "fsync", fail)
    with pytest.raises(EvidenceFileError) as caught:
        put(tmp_path, b"content")
    assert told in str(caught.value) or code == errno.EACCES
    assert "Nothing was kept" in str(caught.value)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_an_error_while_writing_leaves_nothing(tmp_path: Path) -> None:
    def half() -> None:
        with written_beside(tmp_path / "made", lambda _file: "name") as file:
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert list((tmp_path / "made").iterdir()) == []


def test_what_a_killed_process_left_is_swept_after_a_day(tmp_path: Path) -> None:
    sha256, _size = put(tmp_path, b"content")
    folder = path_of(tmp_path, sha256).parent
    old, young = folder / ".partial-1-aa", folder / ".partial-2-bb"
    for left in (old, young):
        left.write_bytes(b"half")
    long_ago = time.time() - 2 * 24 * 3600
    os.utime(old, (long_ago, long_ago))
    with written_beside(folder, lambda _file: "other"):
        pass
    assert not old.exists()
    assert young.exists()
