"""Killed workers in crisis runs: no step twice, none lost; `make crash` does it at length."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash import runs

pytestmark = pytest.mark.crash

KILLS = 12


def test_killed_workers_neither_lose_nor_repeat_a_step(state_url: str, tmp_path: Path) -> None:
    played = runs.play(state_url, tmp_path, kills=KILLS, seed=20260310)
    assert played.faults == []
    assert played.kills >= KILLS, "the work was done before anything disturbed it"
    assert played.calls == 2 * runs.CRISES
    assert played.effects >= 4 * runs.CRISES
