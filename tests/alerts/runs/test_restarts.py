"""A restart between any two actions changes nothing: the same events, the same messages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from alerts import runs
from alerts.lease import acquire
from alerts.runs import Action, Do, StepState, registry, rows, tasks
from alerts.runs.effects import Effect
from alerts.runs.executor import run_due
from data_access.state import schema
from data_access.state.engine import open_state, writing
from tests.alerts.fakes import opened
from tests.alerts.runs.world import MINUTE, T0, World, line

SERVICES: Any = SimpleNamespace(warehouse=None, metrics=None, settings=SimpleNamespace(home=None))
STEPS = (
    line("first", role="service_manager", due={"after": "PT20M"}),
    line("auto", "auto", do="count", role="service_manager"),
    line("write", needs=["auto"]),
    line("sign", "approval", of="write", roles=["legal", "pr"], needs=["write"]),
    line("tell", "notify", to=["legal"], message={"en": "x", "zh": "x"}, needs=["first"]),
    line("pause", "wait", **{"for": "PT30M"}),
    line("calm", "check", that="level >= 3"),
    line("more", "auto", do="count", role="service_manager", level=3, needs=["pause"]),
    line("maybe", when="injured"),
)
HAPPENS = ("worker", "worker", "people", "people", "clock", "level", "variables", "cancel")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a run that has just begun, to be copied."""
    path = tmp_path_factory.mktemp("restarts") / "state.sqlite"
    engine = opened(f"sqlite:///{path}")
    World(engine).start(*STEPS)
    engine.dispose()
    return path


class Life:
    """One history; with `restarts` everything is opened anew before each thing that happens."""

    def __init__(self, template: Path, folder: Path, *, restarts: bool) -> None:
        self._path = folder / f"{'restarted' if restarts else 'kept'}.sqlite"
        shutil.copy(template, self._path)
        self._restarts = restarts
        self.world = World(open_state(f"sqlite:///{self._path}"), crisis_id=1, run_id=1)
        self._now = T0
        self._lease = self._lead()

    def _lead(self) -> Any:
        with writing(self.world.engine) as connection:
            connection.execute(schema.lease.update().values(expires_at=T0))
        lease = acquire(self.world.engine, "worker", "me", timedelta(minutes=5), datetime.now(UTC))
        assert lease is not None
        return lease

    def happen(self, what: str, n: int) -> None:
        """One thing, after a restart where this life has some."""
        if self._restarts:
            self.world.engine.dispose()
            self.world.engine = open_state(f"sqlite:///{self._path}")
            self._lease = self._lead()
        getattr(self, f"_{what}")(n)

    def _worker(self, n: int) -> None:
        world = self.world
        run_due(world.engine, self._lease, SERVICES, world.config, self._now, rng=Random(n))

    def _people(self, n: int) -> None:
        steps = runs.board(self.world.engine, 1, self.world.config, self._now).steps
        one = steps[n % len(steps)]
        do = (one.possible or (Do.COMMENT,))[n % max(1, len(one.possible))]
        actor = (one.missing and {"legal": "Liu", "pr": "Pia"}[one.missing[0]]) or "Lea"
        given = Action(do, note="so", assignee=f"P{n}", happened=True, role="")
        self.world.act(one.key, given, actor=actor, version=one.version, wall=self._now)

    def _clock(self, n: int) -> None:
        self._now += (1 + n % 40) * MINUTE

    def _level(self, n: int) -> None:
        with writing(self.world.engine) as connection:
            rows.raise_level(connection, 1, 1 + n % 4, self._now)

    def _variables(self, n: int) -> None:
        runs.set_variables(
            self.world.engine,
            1,
            {"injured": n % 2 == 0},
            config=self.world.config,
            actor="Lea",
            version=None,
            token=None,
            wall=self._now,
        )

    def _cancel(self, n: int) -> None:
        if n > 35:
            runs.cancel(
                self.world.engine,
                1,
                "Over",
                config=self.world.config,
                actor="Lea",
                version=None,
                token=None,
                wall=self._now,
            )

    def story(self) -> list[tuple[Any, ...]]:
        """Every event and every message, with everything that is told of it."""
        log, outbox = schema.event_log.c, schema.outbox.c
        with self.world.engine.connect() as connection:
            events = connection.execute(
                select(log.at, log.actor, log.kind, log.payload_json, log.hash).order_by(log.seq)
            ).all()
            messages = connection.execute(
                select(outbox.idem_key, outbox.recipient, outbox.body).order_by(outbox.id)
            ).all()
        self.world.engine.dispose()
        return [tuple(row) for row in (*events, *messages)]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    script=st.lists(st.tuples(st.sampled_from(HAPPENS), st.integers(0, 40)), max_size=14),
)
def test_a_restart_between_any_two_actions_changes_nothing(
    template: Path, tmp_path_factory: pytest.TempPathFactory, script: Sequence[tuple[str, int]]
) -> None:
    effect = Effect("count", {}, lambda _: None, lambda *_: {"n": 1})
    folder = tmp_path_factory.mktemp("life")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(tasks, "EFFECTS", {**registry.EFFECTS, "count": effect})
        stories = []
        for restarts in (False, True):
            life = Life(template, folder, restarts=restarts)
            for what, n in script:
                life.happen(what, n)
            stories.append(life.story())
    assert stories[0] == stories[1]


def test_a_life_goes_somewhere(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The script's parts do what they say; else the comparison above would be of nothing."""
    effect = Effect("count", {}, lambda _: None, lambda *_: {"n": 1})
    monkeypatch.setattr(tasks, "EFFECTS", {**registry.EFFECTS, "count": effect})
    life = Life(template, tmp_path, restarts=True)
    for what, n in (("worker", 1), ("people", 2), ("clock", 30), ("level", 2), ("worker", 3)):
        life.happen(what, n)
    steps = life.world.stored().run.steps
    assert steps["auto"].state is StepState.DONE
    assert steps["pause"].state is StepState.DONE
    kinds = {json.loads(row[3]).get("step") for row in life.story() if len(row) == 5}
    assert {"auto", "write", "pause", "more"} <= kinds
