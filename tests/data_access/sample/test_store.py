"""A stored world opens as it was written; what is no world says what to do."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from data_access.sample import store
from data_access.sample.view import news
from data_access.sample.world import World


def test_a_stored_world_goes_on_where_it_was(world: World, tmp_path: Path) -> None:
    store.write(world, tmp_path / "world")
    read = store.read(tmp_path / "world")
    assert read.plan == world.plan
    late = world.plan.now + timedelta(hours=6)
    told = news(read.ahead(world.plan.now), world.plan.now, late)
    for name, frame in news(world.tables, world.plan.now, late).items():
        assert told[name].equals(frame), name


def test_writing_again_replaces_the_world(world: World, tmp_path: Path) -> None:
    (tmp_path / "world").mkdir()
    (tmp_path / "world" / "stranger.parquet").write_bytes(b"no parquet")
    store.write(world, tmp_path / "world")
    assert set(store.read(tmp_path / "world").tables) == set(world.tables)
    assert not (tmp_path / "world.draft").exists()


@pytest.mark.parametrize("plan", [None, "{", "{}", json.dumps({"version": 0})])
def test_what_is_no_world_says_to_start_anew(tmp_path: Path, plan: str | None) -> None:
    if plan is not None:
        (tmp_path / "plan.json").write_text(plan, encoding="utf-8")
    with pytest.raises(store.UnreadableWorldError, match="Start anew"):
        store.read(tmp_path)


def test_an_export_replaces_the_one_before(world: World, tmp_path: Path) -> None:
    few = {"agents": world.tables["agents"]}
    store.export({**few, "calendars": world.tables["calendars"]}, tmp_path / "inbox")
    store.export(few, tmp_path / "inbox")
    assert [file.name for file in (tmp_path / "inbox").iterdir()] == ["agents.parquet"]
