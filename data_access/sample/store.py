"""A world kept on disk, so that the next start goes on where the clock is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from data_access.sample.plan import Plan
from data_access.sample.view import ahead
from data_access.sample.world import World

VERSION = 5
"""Raise when stored worlds can no longer be read as they are."""
_PLAN = "plan.json"


@dataclass(frozen=True)
class StoredWorld:
    """The plan of a stored world and its tables, to be scanned."""

    plan: Plan
    tables: Mapping[str, pl.LazyFrame]

    def ahead(self, since: datetime) -> dict[str, pl.DataFrame]:
        """The rows that will still be new or change after `since`, in memory."""
        return ahead(self.tables, since)


class UnreadableWorldError(Exception):
    """The folder holds no world that this version can read; the message says what to do."""


def write(world: World, folder: Path) -> None:
    """Store a world; the folder appears whole or not at all."""
    draft = folder.with_name(folder.name + ".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for name, frame in world.tables.items():
        frame.write_parquet(draft / f"{name}.parquet", compression="lz4")
    plan = world.plan
    about = {
        "version": VERSION,
        "seed": plan.seed,
        "now": plan.now.isoformat(),
        "orders": plan.orders,
    }
    (draft / _PLAN).write_text(json.dumps(about, indent=2), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def read(folder: Path) -> StoredWorld:
    """Open a stored world.

    Raises:
        UnreadableWorldError: nothing is there, or it was written by another version.
    """
    try:
        about = json.loads((folder / _PLAN).read_text(encoding="utf-8"))
        if about["version"] != VERSION:
            raise UnreadableWorldError(
                f"{folder} was written by another version of the sample company. Start anew: "
                "remove the home of the demo, or choose another with --home."
            )
        plan = Plan(int(about["seed"]), datetime.fromisoformat(about["now"]), int(about["orders"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnreadableWorldError(
            f"{folder} holds no readable sample company ({error}). Start anew: remove the home "
            "of the demo, or choose another with --home."
        ) from error
    files = sorted(folder.glob("*.parquet"))
    return StoredWorld(plan, {file.stem: pl.scan_parquet(file) for file in files})


def export(frames: Mapping[str, pl.DataFrame], folder: Path) -> None:
    """Write tables as a tool would export them: one Parquet file each, named like our templates."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet", compression="lz4")
