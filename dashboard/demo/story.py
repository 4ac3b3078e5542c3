"""The demo's folder in its home: the stored world, its truth, and how far it has been imported."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data_access.sample import store
from data_access.sample.plan import Plan
from data_access.sample.store import StoredWorld, UnreadableWorldError
from data_access.sample.view import view
from data_access.sample.world import generate

SEED = 20
FOLDER = "demo"


class DemoError(Exception):
    """The demo cannot run here; the message says why and what to do."""


@dataclass(frozen=True)
class Story:
    """Where the demo keeps its things in a home."""

    folder: Path

    @property
    def world(self) -> Path:
        """Folder of the stored world."""
        return self.folder / "world"

    @property
    def inbox(self) -> Path:
        """Folder of the export to be imported next."""
        return self.folder / "inbox"

    @property
    def _mark(self) -> Path:
        return self.folder / "imported.json"

    def shown_until(self) -> datetime | None:
        """Up to when the world has been imported; None before the first import is complete."""
        try:
            mark = json.loads(self._mark.read_text(encoding="utf-8"))
            return datetime.fromisoformat(mark["until"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def mark(self, until: datetime) -> None:
        """Remember that everything up to `until` has been imported."""
        draft = self._mark.with_suffix(".draft")
        draft.write_text(json.dumps({"until": until.astimezone(UTC).isoformat()}), "utf-8")
        draft.replace(self._mark)


def story_of(home: Path) -> Story:
    """The demo's folder of a home, made if need be.

    Raises:
        DemoError: the home holds something else, which the demo must not mix with.
    """
    folder = home / FOLDER
    if not folder.exists() and (home / "state.db").exists():
        raise DemoError(
            f"{home} is a home of Afterwatch with data of its own. The sample company would be "
            "mixed into them: choose another folder with --home."
        )
    folder.mkdir(parents=True, exist_ok=True)
    return Story(folder)


def build(story: Story, now: datetime, orders: int) -> StoredWorld:
    """Generate the sample company up to `now` and beyond, and put its past into the inbox."""
    world = generate(Plan(SEED, now.replace(microsecond=0), orders))
    store.write(world, story.world)
    told = json.dumps(world.truth, indent=2, ensure_ascii=False)
    (story.folder / "truth.json").write_text(told + "\n", encoding="utf-8")
    store.export(view(world.tables, world.plan.now), story.inbox)
    return store.read(story.world)


def resume(story: Story) -> StoredWorld | None:
    """The stored world of an earlier start; None if there is none yet.

    Raises:
        DemoError: it is of another version or damaged.
    """
    if not story.world.exists():
        return None
    try:
        return store.read(story.world)
    except UnreadableWorldError as error:
        raise DemoError(str(error)) from error
