"""Putting the sample company's exports through the import path, at the start and while it lives."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from dashboard.demo.story import DemoError, Story
from dashboard.services import Services
from data_access.importing import BatchReport, import_path
from data_access.sample import store
from data_access.sample.store import StoredWorld
from data_access.sample.view import news
from data_access.sources.base import SourceOptions
from data_access.sources.registry import get

SOURCE_NAME = "sample"
FEED_SECONDS = 20.0


def import_inbox(services: Services, story: Story) -> BatchReport:
    """Import what lies in the inbox through the source `template`, and empty it.

    Raises:
        DemoError: rows were refused, which is a fault of the generator and not of the reader.
    """
    settings, now = services.settings, services.clock()
    report = import_path(
        get("template"),
        story.inbox,
        warehouse=services.warehouse,
        engine=services.engine,
        options=SourceOptions(
            zone="UTC",
            mapping=None,
            source_name=SOURCE_NAME,
            hash_key=settings.hash_key(),
            now=now,
        ),
        now=now,
    )
    refused = [(t.table, t.quarantined, t.reasons) for t in report.tables if t.quarantined]
    if refused:
        raise DemoError(f"Rows of the sample company were refused: {refused}")
    shutil.rmtree(story.inbox)
    return report


@dataclass
class Feed:
    """What is still to come of a world, imported piece by piece as the clock passes it."""

    services: Services
    story: Story
    ends_at: datetime
    shown_until: datetime
    rest: Mapping[str, pl.DataFrame]

    @property
    def exhausted(self) -> bool:
        """Whether the story is told to its end."""
        return self.shown_until >= self.ends_at

    def step(self) -> int:
        """Import what happened since the last step; the number of rows."""
        until = min(self.services.clock().replace(microsecond=0), self.ends_at)
        if until <= self.shown_until:
            return 0
        frames = news(self.rest, self.shown_until, until)
        if frames:
            store.export(frames, self.story.inbox)
            import_inbox(self.services, self.story)
        self.story.mark(until)
        self.shown_until = until
        return sum(frame.height for frame in frames.values())

    def run(self, stop: threading.Event) -> None:
        """Step until stopped or until the story is told."""
        while not self.exhausted and not stop.wait(FEED_SECONDS):
            self.step()


def open_feed(services: Services, story: Story, world: StoredWorld) -> Feed:
    """The feed of a world whose past has been imported up to its mark."""
    shown = story.shown_until() or world.plan.now
    ends_at = world.plan.now + timedelta(seconds=world.plan.end_s - world.plan.now_s)
    return Feed(services, story, ends_at, shown, world.ahead(shown))
