"""A process that adds evidence to a crisis and builds packs of it until it is killed."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from alerts import dossier
from data_access.state.engine import open_state
from tests.alerts.dossier.dossier_world import NOW


def main(url: str, home: Path, name: str) -> None:
    engine = open_state(url)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for number in range(100_000):
        wall = NOW + timedelta(seconds=number)
        note = dossier.note(f"{name} {number}", f"written by {name}: {number}" * 200)
        dossier.add(engine, 1, note, home=home, actor=name, token=None, wall=wall)
        outcome = dossier.build(engine, 1, home=home, actor=name, token=None, wall=wall)
        sys.stdout.write(f"{(outcome.data or {})['sha256']}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
