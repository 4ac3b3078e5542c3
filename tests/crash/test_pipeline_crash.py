"""Killed workers: no slot, event or message twice, none lost; `make crash` does it at length."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts import store, worker
from tests.crash import pipeline, worker_process

pytestmark = pytest.mark.crash

KILLS = 20


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[str, str, str]]]:
    """The events of one worker that nobody kills."""
    folder = tmp_path_factory.mktemp("undisturbed")
    home = pipeline.home_in(folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        worker_process.bare(monkeypatch.setattr)
        made = worker_process.services(f"sqlite:///{folder / 'state.db'}", home, time.time())
        while store.last_slot(made.engine, pipeline.RULE_ID) != pipeline.LAST:
            assert worker.run_once(made) is not None
        found = pipeline.story(made.engine)
        made.engine.dispose()
        yield found


def test_killed_workers_neither_lose_nor_repeat_anything(
    state_url: str, tmp_path: Path, undisturbed: list[tuple[str, str, str]]
) -> None:
    played = pipeline.play(state_url, tmp_path, kills=KILLS, seed=20260301)
    assert played.faults == []
    assert played.kills >= KILLS, "the work was done before anything disturbed it"
    assert played.episodes >= 10
    assert played.story == undisturbed
