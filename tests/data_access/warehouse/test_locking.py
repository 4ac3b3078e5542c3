"""One holder at a time, whatever becomes of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from data_access.warehouse.locking import exclusive

HOLDER = """
import sys, time
from pathlib import Path
from data_access.warehouse.locking import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


class BusyError(Exception):
    pass


def refuse(holder: str) -> None:
    raise BusyError(holder)


def test_a_held_lock_names_its_holder_and_is_free_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "here" / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match=f"process {process.pid}"), exclusive(path, busy=refuse):
            pass
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with exclusive(path, busy=refuse):
        assert path.read_text() == f"process {os.getpid()}"


def test_a_lock_can_be_taken_again_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "lock"

    def fail() -> None:
        with exclusive(path):
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        fail()
    with exclusive(path, busy=refuse):
        pass
