"""One writer at a time, across processes; the system releases the lock of a killed process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_PRIVATE = 0o600


@contextmanager
def exclusive(path: Path, *, busy: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the lock file `path` for the length of the block, waiting for it when needed.

    Not reentrant: a second `exclusive` on the same path in one thread waits for ever.

    Args:
        path: the lock file; it stays, only the lock goes.
        busy: called once with what the holder wrote of itself when the lock is taken; it may
            raise instead of letting the caller wait.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if busy is not None:
                busy(os.pread(handle, 200, 0).decode("utf-8", "replace"))
            fcntl.flock(handle, fcntl.LOCK_EX)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"process {os.getpid()}".encode(), 0)
        yield
    finally:
        os.close(handle)
