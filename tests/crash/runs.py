"""Rounds in which workers at crisis runs are killed again and again, and the accounts afterwards.

A round is a new state database with some crises, half of them drills, each with a run of every kind
of step. Workers die at named points and at random moments, people act meanwhile; at the end one
worker that lives finishes the rest. Then every step, effect, call and message is accounted for.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select, update

from alerts import event_log, runs
from alerts.notify import config
from alerts.notify.config import Config
from alerts.runs import Action, Do, StepState
from data_access.state import schema
from data_access.state.engine import writing
from tests.alerts import fakes
from tests.alerts.runs import world
from tests.alerts.runs.world import line
from tests.crash import runs_process
from tests.crash.pipeline import AT_RANDOM, gone, kill

AT_REST = "with nothing to do at that moment"
"""Such kills are told of, and do not count."""
CRISES = 8
"""In a round, unless more are asked for."""
POINT_S = 4.0
"""How long a worker is given to reach its crash point, unless it finds nothing to do."""
PATIENCE_S = 120.0

WORK = (
    line("take-up", role="service_manager"),
    line("count-1", "auto", do="count", role="service_manager", due={"after": "PT1M"}),
    line("count-2", "auto", do="count", role="service_manager", needs=["count-1"]),
    line(
        "once-1",
        "auto",
        do="call_once",
        effect="at_most_once",
        role="service_manager",
        needs=["count-1"],
        proof={"en": "Look in the file.", "zh": "查看文件。"},
    ),
    line("tell", "notify", to=["legal", "crisis_lead"], message={"en": "Hello", "zh": "你好"}),
    line("count-3", "auto", do="count", role="service_manager", needs=["once-1", "tell"]),
    line("write", role="service_manager", needs=["count-2"]),
    line("sign", "approval", of="write", roles=["legal"], needs=["write"]),
    line(
        "once-2",
        "auto",
        do="call_once",
        effect="at_most_once",
        role="service_manager",
        needs=["sign", "count-3"],
        proof={"en": "Look in the file.", "zh": "查看文件。"},
    ),
    line("calm", "check", that="level >= 2", needs=["take-up"]),
    line("not-here", "auto", do="count", when='labels.market == "FR"'),
    line("count-4", "auto", do="count", role="service_manager", needs=["once-2", "calm"]),
    line("higher", "auto", do="count", role="service_manager", level=3),
)
PAUSE = line("pause", "wait", needs=["count-1"], **{"for": "PT2M"})
CADENCE = """
cadence:
  - {audience: customers, every: PT1M, role: crisis_lead, message: {en: x, zh: x}}
"""


@dataclass(frozen=True)
class Nursery:
    """A process that forks workers."""

    process: subprocess.Popen[str]
    order: dict[str, object]

    def bear(self, point: str = "", calls: int = 0) -> int:
        """A new worker; its process number."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        line_ = json.dumps({**self.order, "point": point, "calls": calls})
        self.process.stdin.write(line_ + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def nursery(url: str, folder: Path, crises: int) -> Iterator[Nursery]:
    """A loaded nursery, ended with everything it bore."""
    order: dict[str, object] = {
        "url": url,
        "calls_file": str(folder / "calls.txt"),
        "log": str(folder / "worker.log"),
        "idle": str(folder),
        "texts": [_text(n) for n in range(crises)],
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.runs_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Nursery(process, order)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


@dataclass(frozen=True)
class Round:
    """The accounts of one round; `faults` is empty when everything adds up."""

    kills: int
    points: Counter[str]
    steps: int
    effects: int
    calls: int
    unknown: int
    messages: int
    faults: list[str]


def play(url: str, folder: Path, *, kills: int, seed: int, crises: int = CRISES) -> Round:
    """One round with at least so many kills (fewer if the work is done before)."""
    rng = random.Random(seed)
    points: Counter[str] = Counter()
    engine = fakes.opened(url)
    people = _People(engine, folder / "calls.txt", rng, crises)
    _open_crises(engine, crises)
    with nursery(url, folder, crises) as workers:
        named = itertools.cycle(rng.sample([*runs_process.POINTS], len(runs_process.POINTS)))
        while _counted(points) < kills and not _over(engine):
            _disturb(workers, rng, next(named) if rng.random() < 0.8 else "", points)
            _expire(engine)
            people.act(rng.randint(1, 5))
        _finish(workers, engine, people, crises)
    made = _account(engine, folder / "calls.txt", points)
    engine.dispose()
    return made


def _counted(points: Counter[str]) -> int:
    return points.total() - points[AT_REST]


def _open_crises(engine: Engine, crises: int) -> None:
    """Some crises, half of them drills that run 600 times as fast."""
    now = datetime.now(UTC)
    for n in range(crises):
        made = world.World(engine)
        drill = _drill(engine, n, now) if n % 2 else None
        made.crisis(2, cause_key=f"{n:064d}", drill_id=drill, declared_at=now)
        made.start(*_steps(n), level=2, head=_head(n), tail=CADENCE)


def _steps(n: int) -> tuple[str, ...]:
    return (*WORK, PAUSE) if n % 2 else WORK


def _head(n: int) -> str:
    return world.HEAD.replace("test-run", f"crash-{n}")


def _text(n: int) -> str:
    return world.playbook_text(*_steps(n), head=_head(n), tail=CADENCE)


def _drill(engine: Engine, n: int, now: datetime) -> int:
    with writing(engine) as connection:
        version = connection.execute(
            insert(schema.document_version)
            .values(
                kind="levels",
                name=f"drill-{n}",
                n=1,
                body_yaml="{}",
                sha256="0" * 64,
                origin="screen",
                created_by="Lea",
                created_at=now,
            )
            .returning(schema.document_version.c.id)
        ).scalar_one()
        made: int = connection.execute(
            insert(schema.drill)
            .values(
                title="Drill",
                playbook_version_id=version,
                scenario_json={},
                speed=600.0,
                real_start=now,
                masked_start=now,
                status="running",
                started_by="Lea",
                version=1,
            )
            .returning(schema.drill.c.id)
        ).scalar_one()
    return made


def _disturb(workers: Nursery, rng: random.Random, point: str, points: Counter[str]) -> None:
    """One or two workers: one dies at a named point (or after a while), one at a random moment."""
    other = workers.bear() if rng.random() < 0.3 else None
    one = workers.bear(point, rng.randint(1, 2))
    idle = Path(str(workers.order["idle"])) / f"idle-{one}"
    end = time.monotonic() + (POINT_S if point else rng.uniform(0.0, 0.3))
    while time.monotonic() < end and not gone(one) and not idle.exists():
        time.sleep(0.002)
    where = AT_REST if idle.exists() else AT_RANDOM
    idle.unlink(missing_ok=True)
    points[where if kill(one) else point] += 1
    if other is not None:
        time.sleep(rng.uniform(0.0, 0.1))
        points[AT_RANDOM] += kill(other)
        while not gone(other):
            time.sleep(0.002)


def _expire(engine: Engine) -> None:
    """Nobody leads any more: the next worker need not wait for the lease to run out."""
    with writing(engine) as connection:
        connection.execute(
            update(schema.lease).values(expires_at=datetime.now(UTC) - timedelta(days=1))
        )


def _finish(workers: Nursery, engine: Engine, people: _People, crises: int) -> None:
    """One worker does the rest undisturbed, and people do theirs."""
    survivor = workers.bear()
    deadline = time.monotonic() + PATIENCE_S
    while not _over(engine):
        people.act(crises)
        assert not gone(survivor), "the survivor died"
        assert time.monotonic() < deadline, f"it was not finished: {_open(engine)}"
        time.sleep(0.02)
    kill(survivor)


class _People:
    """They do what waits for them, and say of unknown steps what the outside shows."""

    def __init__(self, engine: Engine, calls: Path, rng: random.Random, crises: int) -> None:
        self._engine, self._calls, self._rng = engine, calls, rng
        self._crises = [*range(1, crises + 1)]
        self._config: Config = config.load(runs_process.PEOPLE)

    def act(self, most: int) -> None:
        """Some actions; the workers that could still call are dead, or have not begun."""
        for crisis_id in self._rng.sample(self._crises, min(most, len(self._crises))):
            now = datetime.now(UTC)
            if self._rng.random() < 0.1:
                with writing(self._engine) as connection:
                    event_log.lock(connection)
                    runs.raise_level(connection, crisis_id, 3, now)
            for one in runs.board(self._engine, crisis_id, self._config, now).steps:
                action = self._action(one)
                if action is not None:
                    outcome = runs.act(
                        self._engine,
                        one.run_id,
                        one.key,
                        action,
                        config=self._config,
                        actor="Lea" if one.kind == "approval" else "Sam",
                        version=one.version,
                        token=None,
                        wall=now,
                    )
                    assert outcome.result in ("done", "stale", "refused"), outcome

    def _action(self, one: runs.StepView) -> Action | None:
        if one.state is StepState.UNKNOWN:
            happened = f"{one.run_id}:{one.key}" in calls_in(self._calls)
            return Action(Do.ANSWER, happened=happened, note="I looked in the file")
        if one.state in (StepState.BLOCKED, StepState.FAILED):
            return Action(Do.RETRY)
        if one.state is StepState.READY and one.kind == "manual":
            return Action(Do.DONE, result={"n": 1})
        if one.state is StepState.READY and one.kind == "approval":
            return Action(Do.APPROVE, seen=one.sha256)
        return None


def calls_in(path: Path) -> Counter[str]:
    """How often the outside got each call."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return Counter(text.split())


def _over(engine: Engine) -> bool:
    with engine.connect() as connection:
        found = connection.execute(select(schema.playbook_run.c.status)).scalars().all()
    return set(found) == {"finished"}


def _open(engine: Engine) -> list[str]:
    step = schema.run_step.c
    with engine.connect() as connection:
        found = connection.execute(
            select(step.run_id, step.step_key, step.state, step.next_at).where(
                step.state.not_in(["done", "skipped"])
            )
        ).all()
    return [f"{row.run_id}:{row.step_key} {row.state} {row.next_at}" for row in found]


def _account(engine: Engine, calls: Path, points: Counter[str]) -> Round:
    faults = []
    broken = event_log.verify(engine)
    if broken is not None:
        faults.append(broken)
    step = schema.run_step
    with engine.connect() as connection:
        steps = connection.execute(select(step)).all()
        effects = Counter(connection.execute(select(schema.known_incident.c.title)).scalars())
        log: list[Any] = list(
            connection.execute(select(schema.event_log.c.kind, schema.event_log.c.payload_json))
        )
        messages = connection.execute(select(schema.outbox.c.idem_key)).scalars().all()
        heads = connection.execute(select(schema.playbook_run)).all()
    before = {row.id: row.continues_id for row in heads}
    done = Counter(_key(row) for row in log if row.kind == "step_done")
    wanted = {f"{row.run_id}:{row.step_key}" for row in steps}
    faults += [f"{key} counts as done {n} times" for key, n in done.items() if n != 1]
    faults += [f"the effect of {key} is there {n} times" for key, n in effects.items() if n != 1]
    called = calls_in(calls)
    faults += [f"the outside got {key} {n} times" for key, n in called.items() if n != 1]
    for row in steps:
        # A run that continues another one takes over what that one did.
        keys = [f"{run_id}:{row.step_key}" for run_id in _chain(before, row.run_id)]
        here = keys[0]
        state = "skipped" if row.step_key == "not-here" else "done"
        if row.state != state:
            faults.append(f"{here} ended as {row.state}")
        if row.step_key.startswith("once") and sum(called[key] for key in keys) != 1:
            faults.append(f"{here} arrived {sum(called[key] for key in keys)} times")
        there = sum(effects[key] for key in keys)
        if row.step_key.startswith(("count", "higher")) and there != 1:
            faults.append(f"{here} counts as done and its effect is there {there} times")
        if row.lease_by is not None:
            faults.append(f"{here} is still claimed")
    faults += [f"{key} is of no step" for key in (effects.keys() | called.keys()) - wanted]
    for head in heads:
        expected = len(_steps(head.crisis_id - 1)) - (head.level < 3)
        present = sum(row.run_id == head.id for row in steps)
        if present != expected:
            faults.append(f"run {head.id} has {present} steps instead of {expected}")
    unknown = sum(row.kind == "step_unknown" for row in log)
    return Round(
        _counted(points),
        points,
        len(steps),
        effects.total(),
        called.total(),
        unknown,
        len(messages),
        faults,
    )


def _chain(before: dict[int, int | None], run_id: int) -> list[int]:
    """A run and those that it continues."""
    found = [run_id]
    while (earlier := before[found[-1]]) is not None:
        found.append(earlier)
    return found


def _key(row: Any) -> str:
    payload = json.loads(row.payload_json)
    return f"{payload['run']}:{payload['step']}"
