"""`kill -9` anywhere in an import: what was there stays readable, importing again ends the same."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Engine

from data_access import quarantine
from data_access.contracts import TABLES
from data_access.importing import BatchReport, import_path
from data_access.sources.registry import get
from data_access.state import batches
from data_access.state.engine import open_state
from data_access.warehouse import Warehouse, open_warehouse
from tests.crash.importing_process import POINTS
from tests.data_access.importing.stub_source import NOW, OPTIONS

ROOT = Path(__file__).parents[2]
WRITTEN = ("orders", "order_lines", "cases")
ROWS = 60
KILLS = 10
ATTEMPTS = 60
LINEAGE = ["batch_id", "ingested_at"]
Content = dict[str, pl.DataFrame]

pytestmark = pytest.mark.crash


@dataclass
class Home:
    """A warehouse with its state database."""

    url: str
    folder: Path
    warehouse: Warehouse
    engine: Engine

    def take_in(self, exports: Path) -> BatchReport:
        return import_path(
            get("template"),
            exports,
            warehouse=self.warehouse,
            engine=self.engine,
            options=OPTIONS,
            now=NOW,
        )

    def content(self) -> Content:
        return {
            name: self.warehouse.scan(name)
            .drop(LINEAGE)
            .sort("source", *TABLES[name].key)
            .collect()
            for name in WRITTEN
        }

    def quarantined(self) -> list[tuple[object, ...]]:
        kept = ["id", "table", "file", "row", "column", "value", "reason", "advice", "raw"]
        return sorted(quarantine.listing(self.engine).select(kept).rows())

    def close(self) -> None:
        self.engine.dispose()
        self.warehouse.close()


def open_home(url: str, folder: Path) -> Home:
    return Home(url, folder, open_warehouse(url, folder), open_state(url))


@pytest.fixture
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """Where imports are killed; parametrized with the kind of its database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    made = open_home(url, tmp_path / "killed")
    yield made
    made.close()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Where the same imports run to their end."""
    folder = tmp_path_factory.mktemp("undisturbed")
    made = open_home(f"sqlite:///{folder}/state.sqlite", folder / "warehouse")
    yield made
    made.close()


@dataclass(frozen=True)
class Versions:
    """Two versions of an export, and what the warehouse holds after each."""

    old: Path
    new: Path
    before: Content
    after: Content


@pytest.fixture(scope="module")
def versions(undisturbed: Home, tmp_path_factory: pytest.TempPathFactory) -> Versions:
    folder = tmp_path_factory.mktemp("exports")
    old, new = (write_exports(folder / str(number), number) for number in (1, 2))
    undisturbed.take_in(old)
    before = undisturbed.content()
    undisturbed.take_in(new)
    return Versions(old, new, before, undisturbed.content())


def write_exports(folder: Path, version: int) -> Path:
    """Exports of a growing shop: each version changes a third of the rows, adds and moves some."""
    folder.mkdir(parents=True, exist_ok=True)
    start = datetime(2024, 1, 1, tzinfo=UTC)
    orders, lines, cases = [], [], []
    for number in range(ROWS + 5 * version):
        seen = version if number % 3 == version % 3 else 0
        at = (start + timedelta(days=number % 90 + (seen if number % 7 == 0 else 0))).isoformat()
        # A currency nobody knows sends a few rows to quarantine.
        currency = "XQQ" if number % 20 == 19 else "EUR"
        orders.append(f"o{number},{at},{100 + seen},{currency}")
        lines.append(f"l{number},o{number},{at},{1 + seen},{100 + seen},EUR")
        cases.append(f"c{number},o{number},{at},version {seen}")
    for name, header, rows in (
        ("orders", "order_id,placed_at,total,currency", orders),
        ("order_lines", "line_id,order_id,placed_at,qty,price,currency", lines),
        ("cases", "case_id,order_id,created_at,subject", cases),
    ):
        (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder


def start(home: Home, exports: Path, point: str) -> subprocess.Popen[str]:
    """The importing process, loaded and waiting for its signal to start."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.crash.importing_process",
            str(home.folder),
            home.url,
            str(exports),
            point,
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def close(process: subprocess.Popen[str]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def check_whole(now: Content, before: Content, after: Content) -> None:
    """Each table is what it was before the import or after it, never something between."""
    for name in WRITTEN:
        assert now[name].equals(before[name]) or now[name].equals(after[name]), name


def check_end(home: Home, undisturbed: Home, report: BatchReport) -> None:
    for name, frame in undisturbed.content().items():
        assert home.content()[name].equals(frame), name
    assert home.quarantined() == undisturbed.quarantined()
    for t in report.tables:
        assert t.read == t.new + t.changed + t.unchanged + t.quarantined
    history = batches.history(home.engine, limit=1000)
    assert history["status"][0] == "done"
    assert "running" not in history["status"].to_list()


# What differs between the databases is the commit; the other points are tried on one of them.
EVERYWHERE = ("before-catalogue-commit", "after-catalogue-commit", "after-quarantine")
CASES = [
    *(pytest.param("sqlite", point) for point in POINTS),
    *(pytest.param("postgres", point, marks=pytest.mark.postgres) for point in EVERYWHERE),
]


@pytest.mark.parametrize(("home", "point"), CASES, indirect=["home"])
def test_killed_at_a_named_point(
    home: Home, undisturbed: Home, versions: Versions, point: str
) -> None:
    home.take_in(versions.old)
    process = start(home, versions.new, point)
    go(process)
    assert process.wait() == -9, "the point was never reached"
    close(process)
    check_whole(home.content(), versions.before, versions.after)
    check_end(home, undisturbed, home.take_in(versions.new))
    status = batches.history(home.engine)["status"].to_list()
    # A batch that had ended before the kill stays what it was.
    ended = point in {"before-batch-begin", "after-batch-end"}
    assert status[1] == ("done" if ended else "interrupted")


def test_killed_at_random_times(sqlite_url: str, tmp_path: Path) -> None:
    rng = random.Random(20180301)
    home = open_home(sqlite_url, tmp_path / "killed")
    undisturbed = open_home(f"sqlite:///{tmp_path}/undisturbed.sqlite", tmp_path / "undisturbed")
    first = write_exports(tmp_path / "exports0", 0)
    began = time.monotonic()
    undisturbed.take_in(first)
    longest = 2 * (time.monotonic() - began)
    home.take_in(first)
    kills = 0
    for version in range(1, ATTEMPTS + 1):
        exports = write_exports(tmp_path / f"exports{version}", version)
        before = undisturbed.content()
        undisturbed.take_in(exports)
        process = start(home, exports, "none")
        go(process)
        time.sleep(rng.uniform(0, longest))
        process.kill()
        killed = process.wait() == -9
        close(process)
        kills += killed
        # One that was done before the kill came needs less time than we thought.
        longest *= 1.0 if killed else 0.8
        check_whole(home.content(), before, undisturbed.content())
        report = home.take_in(exports)
        check_end(home, undisturbed, report)
        if kills == KILLS:
            break
    later = datetime.now(UTC) + timedelta(days=9)
    home.warehouse.housekeep(now=later, keep=timedelta(0), orphan_age=timedelta(0))
    check_end(home, undisturbed, report)
    home.close()
    undisturbed.close()
    assert kills == KILLS
