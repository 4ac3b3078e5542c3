"""`afterwatch serve` over a home, as a process of its own, asked over HTTP."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

LONGEST_START = 120
_PROGRAM = "from dashboard.cli import main; main()"


@dataclass(frozen=True)
class WebProcess:
    """A running server."""

    address: str
    pid: int

    def fetch(self, path: str, body: Any) -> bytes:
        """GET, or POST of JSON where there is a body; the answer's body."""
        data = None if body is None else json.dumps(body).encode()
        asked = Request(self.address + path, data, {"Content-Type": "application/json"})
        with urlopen(asked, timeout=300) as answer:
            return bytes(answer.read())

    def memory(self) -> tuple[float, float]:
        """Resident memory now, and the most there ever was, in MB (10⁶ bytes)."""
        status = Path(f"/proc/{self.pid}/status")
        if not status.exists():
            shown = subprocess.run(
                ["ps", "-o", "rss=", "-p", str(self.pid)], check=True, capture_output=True
            )
            now = int(shown.stdout) * 1024 / 1e6
            return now, now
        found = dict(re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB$", status.read_text(), re.MULTILINE))
        return int(found["VmRSS"]) * 1024 / 1e6, int(found["VmHWM"]) * 1024 / 1e6


@contextmanager
def serving(home: Path) -> Iterator[WebProcess]:
    """Start the server on a free port of this machine, and stop it afterwards."""
    command = [sys.executable, "-c", _PROGRAM, "serve", "--home", str(home), "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        try:
            yield WebProcess(_address(process), process.pid)
        finally:
            process.terminate()
            process.wait(30)


def _address(process: subprocess.Popen[str]) -> str:
    """What the server says when it listens."""
    end = time.monotonic() + LONGEST_START
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"http://[\w.]+:\d+", line)
        if found:
            return found.group()
        if time.monotonic() > end:
            break
    raise SystemExit("The server did not start.")
