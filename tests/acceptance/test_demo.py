"""`afterwatch demo` as a person runs it: one command, a page, news, a clean end, a second start."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import polars as pl
import pytest
from sqlalchemy import create_engine, text

from dashboard.settings import load_settings
from data_access.sample.view import LENSES, view
from data_access.warehouse import open_warehouse

pytestmark = pytest.mark.slow

PATIENCE = 300.0
"""Seconds that nothing here takes; only a hang comes near."""


@dataclass(frozen=True)
class Demo:
    process: subprocess.Popen[str]
    url: str
    said: list[str]


@contextmanager
def demo(home: Path) -> Iterator[Demo]:
    """The demo running with its page up; ended at the end if the test did not."""
    command = Path(sys.executable).with_name("afterwatch")
    process = subprocess.Popen(
        [command, "demo", "--home", home, "--port", "0", "--orders", "1500"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        said: list[str] = []
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.rstrip())
            if found := re.search(r"is at (http://\S+)", line):
                yield Demo(process, found[1], said)
                return
        pytest.fail("the demo ended: " + "\n".join(said))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        if process.stdout is not None:
            process.stdout.close()


def imports(home: Path) -> list[int]:
    """Batches done so far."""
    engine = create_engine(f"sqlite:///{home / 'state.db'}")
    try:
        with engine.connect() as connection:
            rows = connection.execute(
                text("select id from import_batch where status = 'done' order by 1")
            )
            return [row[0] for row in rows]
    finally:
        engine.dispose()


def until(condition: object) -> None:
    """Wait until the condition (a function) holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.5)


def marked(home: Path) -> datetime:
    return datetime.fromisoformat(
        json.loads((home / "demo" / "imported.json").read_text())["until"]
    )


def test_the_demo_fills_an_empty_home_lives_and_goes_on(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with demo(home) as running:
        with urlopen(running.url, timeout=PATIENCE) as answer:
            assert answer.status == 200
        first = marked(home)
        until(lambda: marked(home) > first)
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(PATIENCE) == 0
    told = json.loads((home / "demo" / "truth.json").read_text(encoding="utf-8"))
    assert len(told) == 5
    until(lambda: not _answers(running.url))

    settings = load_settings(home=home)
    warehouse = open_warehouse(settings.database_url, settings.warehouse_root)
    stored = {name: pl.read_parquet(home / "demo" / "world" / f"{name}.parquet") for name in LENSES}
    shown = view(stored, marked(home))
    for name, frame in shown.items():
        there = warehouse.scan(name).select(pl.len()).collect().item()
        assert there == frame.height, name

    before = imports(home)
    with demo(home) as again:
        assert not any("Inventing" in line for line in again.said)
        again.process.send_signal(signal.SIGTERM)
        assert again.process.wait(PATIENCE) == 0
    assert imports(home)[: len(before)] == before
    assert marked(home) <= datetime.now(UTC)


def test_a_home_with_other_data_is_left_alone(tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("afterwatch")
    subprocess.run([command, "init", "--home", tmp_path], check=True, capture_output=True)
    said = subprocess.run(
        [command, "demo", "--home", tmp_path, "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert "choose another folder with --home" in said.stderr
    assert "Traceback" not in said.stderr
    assert not (tmp_path / "demo").exists()


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5):
            return True
    except OSError:
        return False
