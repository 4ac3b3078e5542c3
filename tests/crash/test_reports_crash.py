"""`kill -9` while reports are planned, issued, handed over and corrected: once each, none lost."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from alerts import event_log
from tests.crash.reports_process import PLAN
from tests.dashboard.reports import planned

ROOT = Path(__file__).parents[2]
KILLS = 10

pytestmark = pytest.mark.crash


def killed(url: str, folder: Path, rng: random.Random, after: int) -> None:
    """Run until killed at a random moment after `after` whole weeks."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.reports_process", url, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    for _ in range(after):
        process.stdout.readline()
    time.sleep(rng.uniform(0.0, 0.4))
    process.kill()
    process.communicate()
    assert process.returncode == -9


def test_every_report_once_after_any_kill(state_url: str, tmp_path: Path) -> None:
    rng = random.Random(11)
    for kill in range(KILLS):
        # Every fourth kill waits for a whole week first: a slow machine gets none done in time.
        killed(state_url, tmp_path, rng, after=int(kill % 4 == 3))
    own = planned.home(state_url, tmp_path, PLAN)
    weeks = len(own.slots())
    for hours in (1, 2):
        own.run(planned.NOW + timedelta(weeks=weeks - 1, hours=hours))
    assert weeks > KILLS // 4
    found = own.slots()
    assert {*found.values()} == {"sent"}
    # One issue of each week, and one more where its feed came later.
    issues = Counter((row.period, row.status) for row in own.reports())
    assert {*issues.values()} == {1}
    assert {period for period, _ in issues} == {*found}
    for name, slot in planned.slots.of(own.services.engine, "board").items():
        corrected = "incomplete" in {status for period, status in issues if period == name}
        assert corrected == ("corrected" in slot.reason)
        assert ((name, "ready") in issues) is True
    # Everybody was told once of each, and nobody of what was not issued.
    told = Counter(
        (row.recipient, row.reason, own.payload(row)["data"]["period"]) for row in own.outbox()
    )
    assert {*told.values()} == {1}
    readers = {"Sam", "Mei", "#desk"}
    expected = {(who, "report", period) for who in readers for period in found}
    corrections = {period for period, status in issues if status == "incomplete"}
    expected |= {(who, "correction", period) for who in readers for period in corrections}
    assert {*told} == expected
    assert event_log.verify(own.services.engine) is None
    own.close()
