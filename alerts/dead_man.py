"""A sign of life to somebody outside, who raises the alarm when it stays away.

The address is one that a monitoring service gives out for this purpose. It is called once after
each healthy tick, from a thread of its own: whatever the service does, the worker does not wait.
"""

from __future__ import annotations

import logging
import threading
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

log = logging.getLogger("afterwatch.worker")

TIMEOUT_SECONDS = 5.0


def call(url: str) -> None:
    """One GET; what it answers does not matter.

    Raises:
        OSError: nobody answered in time, or with an error.
    """
    request = urllib.request.Request(url, headers={"User-Agent": "afterwatch"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
        pass


class DeadMan:
    """Calls `url`, one call at a time; without an address it does nothing."""

    def __init__(self, url: str, *, call: Callable[[str], None] = call) -> None:
        if url and urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"dead_man_url must begin with http:// or https://, not {url!r}")
        self._url, self._call = url, call
        self._thread: threading.Thread | None = None
        self.failing = False
        """Whether the last call that ended was answered by an error or not at all."""

    def ping(self) -> None:
        """Begin a call, unless the one before is still under way."""
        if not self._url or (self._thread is not None and self._thread.is_alive()):
            return
        self._thread = threading.Thread(target=self._run, name="dead-man", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Let a call that is under way end."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self._call(self._url)
            self.failing = False
        except (OSError, ValueError) as error:
            self.failing = True
            log.warning("the dead-man address does not answer: %s", error)
