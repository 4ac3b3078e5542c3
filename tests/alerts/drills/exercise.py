"""A drill made for tests: documents, people with real channels, a worker by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Engine, select

from alerts import drills
from alerts.drills import Inject, Scenario, Started
from alerts.lease import Lease, release
from alerts.library import store
from alerts.notify.channels.base import Channel
from alerts.notify.config import Config, load
from alerts.notify.sender import send_due
from alerts.runs.executor import RunReport, run_due
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts.fakes import leading
from tests.alerts.notify.fake_channel import FakeChannel
from tests.alerts.runs import world
from tests.alerts.runs.world import T0

LEVELS = Path(__file__).parents[3] / "alerts" / "crisis" / "shipped" / "levels" / "levels.yaml"
PEOPLE = """
schema_version: 1
people:
  Lea: {addresses: {hook: lea}, roles: [crisis_lead]}
  Sam: {addresses: {hook: sam}, roles: [service_manager]}
  Liu: {addresses: {hook: liu}, roles: [logistics, legal], locale: zh}
channels:
  hook: {kind: webhook, url: "https://hooks.shop.example/x"}
"""
STEPS = (
    world.line("call-carrier", role="logistics", due={"after": "PT1H"}),
    world.line("tell", "notify", to=["service_manager"], message={"en": "Begin", "zh": "开始"}),
    world.line("wait", "wait", **{"for": "PT30M"}),
    world.line("look", role="service_manager", needs=["wait"], due={"after": "PT2H"}),
)
SCENARIO = Scenario(
    "injected",
    "form",
    {"market": "DE", "topic": "product"},
    3,
    injects=(
        Inject(timedelta(minutes=20), "A journalist calls", "记者来电"),
        Inject(timedelta(minutes=40), "Somebody is injured", "有人受伤", 4, "injury"),
    ),
    people={"logistics": "Liu"},
)


@dataclass
class Exercise:
    """A state database with a playbook, and a wall clock that is moved by hand."""

    engine: Engine
    config: Config = field(default_factory=lambda: load(PEOPLE))
    wall: datetime = T0
    channels: dict[str, FakeChannel] = field(
        default_factory=lambda: {"hook": FakeChannel(), "log": FakeChannel()}
    )
    playbook_id: int = 0
    services: Any = field(
        default_factory=lambda: SimpleNamespace(
            warehouse=None, metrics=None, settings=SimpleNamespace(home=Path(), time_zone="UTC")
        )
    )

    def prepare(self, *steps: str, tail: str = "") -> None:
        """Write the documents down."""
        with writing(self.engine) as connection:
            levels = LEVELS.read_text(encoding="utf-8")
            store.add(
                connection, "levels", "levels", levels, origin="shipped", by="x", now=self.wall
            )
            text = world.playbook_text(*(steps or STEPS), tail=tail)
            self.playbook_id = store.add(
                connection, "playbook", "test-run", text, origin="shipped", by="x", now=self.wall
            ).id

    def start(self, scenario: Scenario = SCENARIO, **given: Any) -> Started:
        """Start a drill."""
        keys = {
            "title": "Autumn drill",
            "speed": 60.0,
            "masked_start": None,
            "actor": "Lea",
            "token": None,
            "wall": self.wall,
        }
        return drills.start(self.engine, self.playbook_id, scenario, **{**keys, **given})

    def work(self) -> RunReport:
        """What the worker does each time it wakes: injects, steps, messages."""
        lease = leading(self.engine)
        drills.run_due(self.engine, lease, self.wall)
        report = run_due(
            self.engine,
            lease,
            self.services,
            self.config,
            self.wall,
            measure=lambda *_: {},
            rng=Random(1),
        )
        self._send(lease)
        release(self.engine, lease)
        return report

    def _send(self, lease: Lease) -> None:
        ways: dict[str, Channel] = dict(self.channels)
        send_due(self.engine, lease, self.config, ways, lambda: self.wall, rng=Random(1))

    def end(self, drill_id: int = 1, **given: Any) -> Any:
        """End a drill."""
        keys = {"actor": "Lea", "version": None, "token": None, "wall": self.wall}
        return drills.end(self.engine, drill_id, config=self.config, **{**keys, **given})

    def drill(self, drill_id: int = 1) -> drills.Drill:
        """A drill as it is."""
        with self.engine.connect() as connection:
            found = drills.load(connection, drill_id)
        assert found is not None
        return found

    def log(self, kind: str) -> list[Any]:
        """Entries of a kind."""
        table = schema.event_log
        with self.engine.connect() as connection:
            return list(
                connection.execute(select(table).where(table.c.kind == kind).order_by(table.c.seq))
            )
