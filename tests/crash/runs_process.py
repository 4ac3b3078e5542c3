"""A nursery of workers at crisis runs: loads everything once, forks a worker per line read.

Each worker wants to lead and does what is due of the runs, until it is killed from outside or kills
itself at the crash point of its line.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import secrets
import signal
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Engine, insert
from sqlalchemy.exc import OperationalError

from alerts import lease
from alerts.library.store import parsed
from alerts.notify import backoff, config, outbox
from alerts.records import altered
from alerts.runs import cadences, executor, job, machine, rows, tasks, worries
from alerts.runs.effects import Effect, EffectError, StepContext
from alerts.runs.model import Event, Kind
from data_access.state import schema
from data_access.state.engine import open_state, writing

PEOPLE = """
schema_version: 1
people:
  Lea: {addresses: {log: lea}, roles: [crisis_lead, legal]}
  Sam: {addresses: {log: sam}, roles: [service_manager]}
"""
TTL = timedelta(seconds=0.5)
SERVICES: Any = SimpleNamespace(warehouse=None, metrics=None, settings=SimpleNamespace(home=None))
PATH = {"calls": ""}
"""File that stands for the outside: one line per call that must not come twice."""


def count(context: StepContext) -> str:
    """Work that may be repeated, and sometimes fails."""
    if random.random() < 0.05:
        raise EffectError("The other side is busy.")
    return f"{context.run_id}:{context.step_key}"


def counted(connection: Connection, context: StepContext, prepared: Any) -> Mapping[str, Any]:
    """A row in the finishing transaction: two of them are an effect done twice."""
    connection.execute(
        insert(schema.known_incident).values(
            title=prepared,
            labels_json={},
            began_on=context.wall.date(),
            author="worker",
            created_at=context.wall,
        )
    )
    return {"counted": prepared}


def reach(context: StepContext) -> None:
    """On the way out; nothing has happened yet."""
    time.sleep(0.002)


def arrive(context: StepContext) -> str:
    """The outside has it: a line, written in one piece."""
    key = f"{context.run_id}:{context.step_key}"
    file = os.open(PATH["calls"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        os.write(file, f"{key}\n".encode())
    finally:
        os.close(file)
    return key


def call_once(context: StepContext) -> str:
    """What must not be done twice."""
    reach(context)
    return arrive(context)


def called(connection: Connection, context: StepContext, prepared: Any) -> Mapping[str, Any]:
    """Its result."""
    return counted(connection, context, prepared)


EFFECTS = {
    "count": Effect("count", {}, count, counted),
    "call_once": Effect("call_once", {}, call_once, called),
}
_E = executor._Executor
POINTS: dict[str, tuple[Any, str, bool]] = {
    "before a step is claimed": (executor, "claim", False),
    "claimed, before the commit": (rows, "save", True),
    "after a step was claimed": (executor, "claim", True),
    "before the work": (executor, "call", False),
    "on the way to what must not come twice": (sys.modules[__name__], "reach", True),
    "what must not come twice has arrived": (sys.modules[__name__], "arrive", True),
    "after the work": (executor, "call", True),
    "before the result is written": (_E, "_settle", False),
    "messages written, before the commit": (outbox, "enqueue", True),
    "result written, before the commit": (_E, "_settle", True),
    "after the result was committed": (_E, "do", True),
    "before a dead worker's step is settled": (_E, "_lose", False),
    "after a dead worker's step was settled": (_E, "_lose", True),
    "before what is overdue is looked for": (worries, "run_due", False),
    "an overdue step found, before the commit": (worries, "messages", True),
    "after the lease was won": (lease, "acquire", True),
}
"""Name of a crash point → where, function, and whether the kill comes after it."""


def die_at(point: str, calls: int) -> None:
    """Let this process kill itself, for real, at the given call of the point's function."""
    where, name, after = POINTS[point]
    function: Callable[..., Any] = getattr(where, name)
    left = calls

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        left -= 1
        if left <= 0 and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args, **kwargs)
        if left <= 0 and after:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(where, name, deadly)


def hurry() -> None:
    """Shorten what only makes a test wait."""
    backoff.FIRST_S, backoff.LONGEST_S = 0.02, 0.1


def warmed(url: str) -> Engine:
    """The database with its queries prepared: else every worker would prepare them anew."""
    engine = open_state(url)
    now = datetime.now(UTC)
    nobody = lease.Lease("worker", "nobody", -1, TTL)
    given = executor._With(
        engine, nobody, SERVICES, config.load(PEOPLE), now, dict, random.Random()
    )
    executor._Executor(given).due()
    worries._overdue_steps(engine, now)
    worries._overdue_updates(engine, now)
    with contextlib.suppress(_TakenBack), writing(engine) as connection:
        _tried(connection, now)
    engine.dispose()  # a connection must not be shared with a child
    return engine


class _TakenBack(Exception):  # noqa: N818 - rolls back on purpose
    pass


def _tried(connection: Connection, now: datetime) -> None:
    """Everything that a step writes, taken back."""
    stored = rows.load(connection, 1)
    if stored is not None:
        key, one = next(iter(stored.run.steps.items()))
        run = machine.with_steps(stored.run, {key: altered(one, owner="x", attempts=9)})
        event = Event(Kind.BLOCKED, now, "worker", key, {"note": "x"})
        claim = rows.Claim("x", now)
        saved = rows.save(connection, stored, run, [event], now, claims={key: claim})
        outbox.enqueue(connection, worries.messages(config.load(PEOPLE), saved, [event], now), now)
        cadences.end(connection, run.id)
    raise _TakenBack


def work(order: dict[str, Any], engine: Engine) -> None:
    """Be a worker until killed."""
    random.seed(os.getpid())
    PATH["calls"] = order["calls_file"]
    tasks.EFFECTS = {**tasks.EFFECTS, **EFFECTS}
    conf = config.load(PEOPLE)
    holder = f"worker:{os.getpid()}:{secrets.token_hex(2)}"
    if order["point"]:
        die_at(order["point"], order["calls"])

    idle = Path(order["idle"]) / f"idle-{os.getpid()}"

    def clock() -> datetime:
        return datetime.now(UTC)

    while True:
        held = lease.acquire(engine, "worker", holder, TTL, clock())
        while held is not None:
            # A lock that another process holds, or leadership lost: what a job survives too.
            with contextlib.suppress(OperationalError):
                try:
                    report = job.work(engine, held, SERVICES, conf, clock)
                    if not (report.steps or report.lost or report.told):
                        idle.touch()
                    if not lease.renew(engine, held, clock()):
                        held = None
                except lease.LeaseLost:
                    held = None
            time.sleep(0.01)
        time.sleep(0.02)


def main() -> None:
    """Fork a worker for every order on standard input; its process number is the answer."""
    hurry()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps what was killed
    print("ready", flush=True)
    engines: dict[str, Engine] = {}
    for line in sys.stdin:
        url = json.loads(line)["url"]
        if url not in engines:
            engines[url] = warmed(url)
        for text in json.loads(line)["texts"]:
            parsed("playbook", text)  # remembered: else every worker would read them anew
        child = os.fork()
        if child == 0:
            log = os.open(json.loads(line)["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(log, 2)
            try:
                work(json.loads(line), engines[url])
            finally:
                os._exit(1)
        print(child, flush=True)


if __name__ == "__main__":
    main()
