"""A file of the home that people edit: the newest text that could be used is in force.

A file that cannot be used changes nothing: what was in force stays, also over a restart, for the
last good file is kept beside it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")


class LastGood(Generic[T]):
    """Reads a file anew each time it is asked; threads may share one."""

    def __init__(
        self,
        path: Path,
        kept: Path,
        load: Callable[[Path], T],
        default: Callable[[], T],
        *,
        fault: type[Exception],
        instead: str,
    ) -> None:
        """Name the file and how it is read.

        Args:
            path: the file.
            kept: where the last good one is kept.
            load: reads it; raises `fault`, whose text is for people.
            default: what holds without a file.
            fault: what `load` raises.
            instead: what removing the kept file leads to, for people.
        """
        self._path, self._kept = path, kept
        self._load, self._default = load, default
        self._fault, self._instead = fault, instead
        self._good: T | None = None
        self._read: bytes | None = None
        self._guard = threading.Lock()

    def now(self) -> tuple[T, list[str]]:
        """What is in force, and what is wrong with the file, for people."""
        with self._guard:
            return self._now()

    def _now(self) -> tuple[T, list[str]]:
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return self._without_file()
        except OSError as error:
            return self._fallback(), [f"{self._path}: cannot be read ({error.strerror})."]
        if self._good is not None and raw == self._read:
            return self._good, []
        try:
            good = self._load(self._path)
        except self._fault as error:
            return self._fallback(), [str(error)]
        self._good, self._read = good, raw
        return good, self._keep(raw)

    def _without_file(self) -> tuple[T, list[str]]:
        """A file that was never there is no fault; one that is gone may be half way being saved."""
        if not self._kept.exists():
            self._good, self._read = None, None
            return self._default(), []
        told = (
            f"{self._path}: the file is gone; what it said last stays in force. Put it back, or "
            f"remove {self._kept} too to {self._instead}."
        )
        return self._fallback(), [told]

    def _fallback(self) -> T:
        """The last good one: of this process, else of one before it, else what holds without."""
        if self._good is None:
            with contextlib.suppress(self._fault):
                self._good = self._load(self._kept)
        return self._default() if self._good is None else self._good

    def _keep(self, raw: bytes) -> list[str]:
        kept = self._kept
        draft = kept.with_name(f"{kept.name}.{secrets.token_hex(4)}")
        try:
            if kept.is_file() and kept.read_bytes() == raw:
                return []
            draft.write_bytes(raw)
            os.replace(draft, kept)  # noqa: PTH105 - readers see the old file or the new one
        except OSError as error:
            draft.unlink(missing_ok=True)
            told = (
                f"{kept}: the last good configuration cannot be kept ({error.strerror}); make the "
                "home writable."
            )
            return [told]
        return []
