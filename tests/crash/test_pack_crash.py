"""`kill -9` while evidence is filed and packs are built: nothing half, nothing lost."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from alerts import dossier, event_log, evidence_files
from alerts.dossier import pack as packs
from data_access.state import schema
from tests.alerts.dossier.dossier_world import NOW, whole
from tests.alerts.fakes import opened

ROOT = Path(__file__).parents[2]
KILLS = 8

pytestmark = pytest.mark.crash


def killed(url: str, home: Path, name: str, rng: random.Random, after: int) -> set[str]:
    """Run until killed at a random moment after `after` packs; gives those it told were built."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.packing_process", url, str(home), name],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    heard = [process.stdout.readline() for _ in range(after)]
    time.sleep(rng.uniform(0.0, 0.6))
    process.kill()
    rest, _errors = process.communicate()
    assert process.returncode == -9
    # The last line may be cut.
    told = [*heard, *rest.splitlines(keepends=True)]
    return {line.strip() for line in told if line.endswith("\n")}


def test_nothing_is_half_after_any_kill(state_url: str, tmp_path: Path) -> None:
    engine = opened(state_url)
    assert whole(engine, tmp_path) == 1
    rng, told = random.Random(7), set[str]()
    folder = tmp_path / "evidence" / "packs"
    for kill in range(KILLS):
        # Every other kill waits for a pack first: a slow machine builds none within the time.
        told |= killed(state_url, tmp_path, f"p{kill}", rng, after=kill % 2)
        rows = dossier.packs_of(engine, 1)
        assert told <= {row.sha256 for row in rows}
        for row in rows:
            assert packs.path_of(tmp_path, row.sha256).stat().st_size == row.size
    # Whatever has a name is whole, whether a row names it or not.
    found = sorted(folder.glob("*.zip"))
    assert found
    for path in found:
        dossier.verify(str(path))
    table = schema.evidence
    with engine.connect() as connection:
        for sha256 in connection.execute(select(table.c.sha256)).scalars():
            assert evidence_files.check(tmp_path, sha256) is None
    assert event_log.verify(engine) is None
    last = dossier.build(engine, 1, home=tmp_path, actor="Ana", token=None, wall=NOW)
    assert last.result == "done"
    engine.dispose()
