"""A nursery of real workers for `pipeline`: loads everything once, forks a worker per line read.

Each worker evaluates made-up numbers, plans messages and posts them to the address of the home's
`alerting.yaml`, until it is killed from outside or kills itself at the crash point of its line.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from alerts import leadership, store
from alerts.notify import backoff, notifier, outbox, sender
from tests.crash import worker_process

POINTS: dict[str, tuple[Any, str, bool]] = {
    "before the slot commits": (store, "commit_slot", False),
    "after the slot committed": (store, "commit_slot", True),
    "before an incident is planned": (notifier, "notify", False),
    "planned, before the commit": (notifier, "notify", True),
    "before a message is claimed": (sender, "_claim", False),
    "claimed, before it is sent": (sender, "_call", False),
    "sent, before that is noted": (sender, "_call", True),
    "noted, before the commit": (outbox, "finish", True),
    "before the lease is renewed": (leadership, "renew", False),
    "after the lease was renewed": (leadership, "renew", True),
    "after the lease was won": (leadership, "acquire", True),
}
"""Name of a crash point → module, function, and whether the kill comes after it."""


def die_at(point: str, calls: int) -> None:
    """Let this process kill itself, for real, at the given call of the point's function."""
    module, name, after = POINTS[point]
    function: Callable[..., Any] = getattr(module, name)
    left = calls

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal left
        left -= 1
        if left <= 0 and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args, **kwargs)
        # A lease that was not won, a queue that was empty, is no place to die at.
        if left <= 0 and after and result is not None:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(module, name, deadly)


def hurry() -> None:
    """Shorten what only makes a test wait."""
    sender._LEASE_MARGIN = timedelta(seconds=1)
    sender._CALLS_IN_A_MESSAGE = 0
    backoff.FIRST_S, backoff.LONGEST_S = 0.05, 0.5


def work(order: dict[str, Any]) -> None:
    """Be a worker until killed or told to stop."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    made = worker_process.services(order["url"], Path(order["home"]), order["began"])
    if order["point"]:
        die_at(order["point"], order["calls"])
    os._exit(worker_process.worker.run(made))


def main() -> None:
    """Fork a worker for every order on standard input; its process number is the answer."""
    worker_process.bare()
    hurry()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps what was killed
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            log = os.open(json.loads(line)["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(log, 2)
            work(json.loads(line))
        print(child, flush=True)


if __name__ == "__main__":
    main()
