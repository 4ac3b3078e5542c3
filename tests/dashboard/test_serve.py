"""`afterwatch serve` starts, answers, and says why when it cannot."""

from __future__ import annotations

import errno
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from dashboard.cli.serve import _why

ROOT = Path(__file__).resolve().parents[2]


PROGRAM = [sys.executable, "-c", "from dashboard.cli import main; main()", "serve"]


@pytest.mark.slow
def test_it_serves_until_interrupted(tmp_path: Path) -> None:
    run = [*PROGRAM, "--home", str(tmp_path), "--port", "0"]
    with subprocess.Popen(
        run, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        try:
            assert child.stdout is not None
            line = child.stdout.readline()
            assert line.startswith("Afterwatch is at http://127.0.0.1:")
            with urllib.request.urlopen(line.split()[3], timeout=30) as page:
                assert page.status == 200
                assert b"Afterwatch" in page.read()
        finally:
            child.send_signal(signal.SIGINT)
            child.wait(30)


@pytest.mark.slow
def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = [*PROGRAM, "--home", str(tmp_path), "--port", str(port)]
        ended = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert f"Port {port} is taken" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EACCES, "rights of an administrator"), (errno.EADDRNOTAVAIL, "Cannot listen on")],
)
def test_other_reasons(number: int, words: str) -> None:
    assert words in _why(OSError(number, "no"), "10.0.0.1", 80)
