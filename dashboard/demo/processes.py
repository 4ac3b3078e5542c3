"""The worker and the web application as processes beside the demo, ended by it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

PATIENCE_SECONDS = 60.0
END_SECONDS = 15.0
_START = "import sys; from dashboard.cli import main; sys.argv[0] = 'afterwatch'; main()"


@dataclass(frozen=True)
class Child:
    """One `afterwatch` command running beside us, what it says going to a log file."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def ask_to_end(self) -> None:
        """Send SIGTERM."""
        if self.running:
            self.process.terminate()

    def end(self) -> None:
        """Ask it to end, wait, and make it end if it does not."""
        self.ask_to_end()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def last_words(self) -> str:
        """The end of its log, for an error message."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-12:])


def start(name: str, arguments: list[str], folder: Path) -> Child:
    """Start `afterwatch NAME …` with the Python that runs us.

    It gets a session of its own: Ctrl-C reaches us alone, and we end it in order.
    """
    log = folder / f"{name}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
            [sys.executable, "-c", _START, name, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Child(name, process, log)


def free_port(host: str, wanted: int) -> int:
    """The wanted port if it can be listened on; for 0 a free one.

    Raises:
        OSError: the port is taken.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, wanted))
        return int(probe.getsockname()[1])


def wait_for_page(
    url: str, web: Child, *, pause: Callable[[float], object], patience: float = PATIENCE_SECONDS
) -> bool:
    """Whether the web application answers before our patience ends."""
    deadline = time.monotonic() + patience
    while web.running and time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except HTTPError:
            return False
        except (URLError, OSError):
            pause(0.15)
    return False
