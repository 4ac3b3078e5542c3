"""A process that imports and dies where it is told to; arguments: HOME URL EXPORTS POINT.

It says "ready" when everything is loaded, starts when it reads a line, and says "done" at the end.
The points live here, not in the program: each wraps one function of it.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from inspect import getattr_static
from pathlib import Path
from typing import Any

from pyiceberg.catalog.sql import SqlCatalog

from data_access import importing, quarantine
from data_access.sources.registry import get
from data_access.state import batches
from data_access.state.engine import open_state
from data_access.warehouse import open_warehouse
from tests.data_access.importing.stub_source import NOW, OPTIONS

WRAPPED: dict[str, tuple[Any, str]] = {
    "catalogue-commit": (SqlCatalog, "commit_table"),
    "table-metadata": (SqlCatalog, "_write_metadata"),
    "quarantine": (quarantine, "record"),
    "counts": (batches, "count"),
    "batch-begin": (batches, "begin"),
    "batch-end": (batches, "end"),
}
POINTS = [f"{when}-{name}" for name in WRAPPED for when in ("before", "after")]


def die() -> None:
    """As `kill -9` does: no handler, no clean-up."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: str) -> None:
    """Make the process die before or after the second call of a function (or the only one)."""
    when, name = point.split("-", 1)
    owner, attribute = WRAPPED[name]
    original: Callable[..., Any] = getattr(owner, attribute)
    is_static = isinstance(getattr_static(owner, attribute), staticmethod)
    calls = 0
    # A batch begins and ends once; of the others the second call lies between two tables.
    wanted = 1 if name.startswith("batch") else 2

    def wrapped(*args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == wanted and when == "before":
            die()
        result = original(*args, **named)
        if calls == wanted and when == "after":
            die()
        return result

    setattr(owner, attribute, staticmethod(wrapped) if is_static else wrapped)


def main(home: Path, url: str, exports: Path, point: str) -> None:
    """Import `exports` in the template format into `home`."""
    warehouse, engine = open_warehouse(url, home), open_state(url)
    if point != "none":
        arm(point)
    print("ready", flush=True)
    sys.stdin.readline()
    importing.import_path(
        get("template"), exports, warehouse=warehouse, engine=engine, options=OPTIONS, now=NOW
    )
    print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4])
