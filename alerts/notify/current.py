"""The configuration in force: the newest `alerting.yaml` that could be used."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from alerts.last_good import LastGood
from alerts.notify import texts
from alerts.notify.config import FILE_NAME, Config, ConfigError, default, load

KEPT_NAME = ".alerting.last-good.yaml"


class Current:
    """Reads the home's configuration anew each time it is asked; threads may share one."""

    def __init__(self, home: Path, *, public_url: str = "") -> None:
        self._home = home
        self._public_url = public_url
        self._file = LastGood(
            home / FILE_NAME,
            home / KEPT_NAME,
            load,
            default,
            fault=ConfigError,
            instead="have everything go to the log",
        )
        self._guard = threading.Lock()
        self.faults: tuple[str, ...] = ()
        """What is wrong with the file and the templates, for the worker's heartbeat and the CLI."""

    def config(self) -> Config:
        """What is in force now; `faults` says what could not be used."""
        own = texts.load_own(self._home / texts.OWN_FOLDER)
        with self._guard:
            found, told = self._file.now()
            self.faults = (*told, *own.faults)
        return replace(found, public_url=self._public_url, texts=own, home=self._home)
