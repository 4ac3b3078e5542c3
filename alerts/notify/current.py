"""The configuration in force: the newest `alerting.yaml` that could be used.

A file that cannot be used changes nothing: what was in force stays, also over a restart, for the
last good file is kept beside it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from dataclasses import replace
from pathlib import Path

from alerts.notify import texts
from alerts.notify.config import FILE_NAME, Config, ConfigError, default, load

KEPT_NAME = ".alerting.last-good.yaml"


class Current:
    """Reads the home's configuration anew each time it is asked; threads may share one."""

    def __init__(self, home: Path, *, public_url: str = "") -> None:
        self._home = home
        self._public_url = public_url
        self._good: Config | None = None
        self._read: bytes | None = None
        self._guard = threading.Lock()
        self.faults: tuple[str, ...] = ()
        """What is wrong with the file and the templates, for the worker's heartbeat and the CLI."""

    def config(self) -> Config:
        """What is in force now; `faults` says what could not be used."""
        own = texts.load_own(self._home / texts.OWN_FOLDER)
        with self._guard:
            found, told = self._config()
            self.faults = (*told, *own.faults)
        return replace(found, public_url=self._public_url, texts=own, home=self._home)

    def _config(self) -> tuple[Config, list[str]]:
        path = self._home / FILE_NAME
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return self._without_file()
        except OSError as error:
            return self._fallback(), [f"{path}: cannot be read ({error.strerror})."]
        if self._good is not None and raw == self._read:
            return self._good, []
        try:
            good = load(path)
        except ConfigError as error:
            return self._fallback(), [str(error)]
        self._good, self._read = good, raw
        return good, self._keep(raw)

    def _without_file(self) -> tuple[Config, list[str]]:
        """A file that was never there is no fault; one that is gone may be half way being saved."""
        kept = self._home / KEPT_NAME
        if not kept.exists():
            self._good, self._read = None, None
            return default(), []
        told = (
            f"{self._home / FILE_NAME}: the file is gone; what it said last stays in force. Put it "
            f"back, or remove {kept} too to have everything go to the log."
        )
        return self._fallback(), [told]

    def _fallback(self) -> Config:
        """The last good one: of this process, else of one before it, else what holds without."""
        if self._good is None:
            kept = self._home / KEPT_NAME
            with contextlib.suppress(ConfigError):
                self._good = load(kept)
        return self._good or default()

    def _keep(self, raw: bytes) -> list[str]:
        kept = self._home / KEPT_NAME
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
