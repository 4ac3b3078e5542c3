"""How long a pack over a long event log takes to build and to check, beside plain hashing.

    python -m benchmarks.evidence [--entries N]

Writes results/evidence.md. Baselines of the same run: SHA-256 over the very bytes of the log at
once, SHA-256 of every line by itself, and the walk over the rows that `afterwatch alerts log
verify` does.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, insert

from alerts import dossier, event_log
from alerts.dossier import pack as packs
from alerts.dossier.verifier import LOG
from benchmarks.machine import cost, described, percentile, write_page
from data_access.state import schema
from data_access.state.engine import migrate, open_state, writing

START = datetime(2026, 1, 1, tzinfo=UTC)
REPEATS = 5
AT_A_TIME = 5_000


@dataclass(frozen=True)
class Figure:
    """Milliseconds by the clock and of the processor, the median of several repetitions."""

    name: str
    wall: float
    processor: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    entries: int = parser.parse_args().entries
    with tempfile.TemporaryDirectory(prefix="afterwatch-bench-") as folder:
        home = Path(folder)
        engine = open_state(f"sqlite:///{home / 'state.db'}")
        migrate(engine)
        crisis_id = fill(engine, entries)
        figures, size, log_bytes = measure(engine, crisis_id, home)
        engine.dispose()
    write_page("evidence", report(figures, entries, size, log_bytes))


def fill(engine: Engine, entries: int) -> int:
    """A crisis, and a log of which every second entry is its own; its number."""
    with writing(engine) as connection:
        version = connection.execute(
            insert(schema.document_version)
            .values(
                kind="levels",
                name="levels",
                n=1,
                body_yaml="id: levels\n",
                sha256="0" * 64,
                origin="shipped",
                created_by="benchmark",
                created_at=START,
            )
            .returning(schema.document_version.c.id)
        ).scalar_one()
        crisis_id: int = connection.execute(
            insert(schema.crisis)
            .values(
                cause_key="c",
                title="A long crisis",
                labels_json={"topic": "product"},
                status="declared",
                level=3,
                began_at=START,
                detected_at=START,
                declared_at=START,
                roles_json={},
                flags_json={},
                levels_version_id=version,
                version=1,
                updated_at=START,
            )
            .returning(schema.crisis.c.id)
        ).scalar_one()
    for first in range(0, entries, AT_A_TIME):
        with writing(engine) as connection:
            numbers = range(first, min(first + AT_A_TIME, entries))
            event_log.append(connection, [entry(number, crisis_id) for number in numbers])
    return crisis_id


def entry(number: int, crisis_id: int) -> event_log.Entry:
    mine = number % 2 == 0
    return event_log.Entry(
        START + timedelta(seconds=number),
        "Ana Weber",
        "step_done",
        "crisis" if mine else "incident",
        str(crisis_id) if mine else "4711",
        {
            "run": 1,
            "step": f"step-{number}",
            "note": "Called the carrier 打电话",
            "version": number,
        },
    )


def measure(engine: Engine, crisis_id: int, home: Path) -> tuple[list[Figure], int, int]:
    """All figures, the size of the pack and of its log."""
    built = packs.prepare(engine, crisis_id, home=home, wall=START)
    assert built is not None
    path = packs.path_of(home, built.sha256)
    with zipfile.ZipFile(path) as pack:
        log = pack.read(LOG)
    head = f"{built.head_seq}:{built.head_hash}"
    figures = [
        measured("build the pack", lambda: packs.prepare(engine, crisis_id, home=home, wall=START)),
        measured("check the pack offline", lambda: dossier.verify(str(path), head)),
        measured("`alerts log verify` over the same log", lambda: event_log.verify(engine)),
        measured("baseline: SHA-256 of the log's bytes at once", lambda: hashlib.sha256(log)),
        measured("baseline: SHA-256 of every line by itself", lambda: lines_hashed(log)),
        measured("baseline: unzip the log", lambda: unzipped(path)),
    ]
    return figures, path.stat().st_size, len(log)


def lines_hashed(log: bytes) -> str:
    last = ""
    for line in log.split(b"\n"):
        last = hashlib.sha256(line).hexdigest()
    return last


def unzipped(path: Path) -> int:
    with zipfile.ZipFile(path) as pack:
        return len(pack.read(LOG))


def measured(name: str, run: Callable[[], object]) -> Figure:
    costs = [cost(run) for _ in range(REPEATS)]
    figure = Figure(
        name,
        percentile([one.wall for one in costs], 0.5),
        percentile([one.processor for one in costs], 0.5),
    )
    print(figure, flush=True)
    return figure


def report(figures: list[Figure], entries: int, size: int, log_bytes: int) -> list[str]:
    return [
        "# Evidence packs",
        "",
        f"A log of {entries:,} entries, every second one of the crisis that is packed; the others",
        f"are links. The log in the pack has {log_bytes / 1e6:,.1f} MB, the pack itself",
        f"{size / 1e6:,.1f} MB. SQLite. Medians of {REPEATS}.",
        "",
        "| what | ms | ms of processor |",
        "|---|---|---|",
        *(f"| {one.name} | {one.wall:,.0f} | {one.processor:,.0f} |" for one in figures),
        "",
        "Where the clock shows much more than the processor, the machine did something else too.",
        "",
        described("sqlalchemy"),
    ]


if __name__ == "__main__":
    main()
