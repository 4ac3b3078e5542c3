"""Delivery as a machine with crashes: whatever happens, nothing is lost and nothing is silent."""

from __future__ import annotations

import contextlib
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from alerts.lease import Lease, acquire
from alerts.notify import outbox_rows, resend
from alerts.notify.channels.base import Channel, Delivery, Outgoing
from alerts.notify.outbox import enqueue
from alerts.notify.sender import send_due
from data_access.state.engine import writing
from tests.alerts.fakes import opened
from tests.alerts.notify.examples import HOUR, MINUTE, NOW, config, message
from tests.alerts.notify.fake_channel import Clock


class Killed(BaseException):
    """The process dies; nothing catches that."""


class Server:
    """Takes messages, refuses them, or lets the sender die before or after taking one."""

    def __init__(self) -> None:
        self.mood = "ok"
        self.taken: list[str] = []

    def send(self, given: Outgoing) -> Delivery:
        """Answer by mood."""
        match self.mood:
            case "die_before":
                raise Killed
            case "die_after":
                self.taken.append(given.key)
                raise Killed
            case "unknown":
                self.taken.append(given.key)
                return Delivery("unknown", detail="cut")
            case "ok":
                self.taken.append(given.key)
                return Delivery("ok", 200)
        return Delivery("retry" if self.mood == "retry" else "permanent", 500, detail=self.mood)


class Delivering(RuleBasedStateMachine):
    """Messages in, time passing, servers failing, senders dying."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.engine = opened(f"sqlite:///{Path(self.folder.name) / 'state.sqlite'}")
        self.clock = Clock()
        self.servers = {name: Server() for name in ("hook", "room", "mail", "log")}
        self.setting = config(bundle="{at_least: 3}", throttles="[{messages_per_hour: 4}]")
        self.given: set[str] = set()
        self.workers = 0
        self.seed = 0

    def teardown(self) -> None:
        """Nothing stays."""
        self.engine.dispose()
        self.folder.cleanup()

    def lease(self) -> Lease:
        """A new worker takes over once the old one's lease has run out."""
        self.workers += 1
        at = datetime(2030, 1, 1, tzinfo=NOW.tzinfo) + timedelta(hours=self.workers)
        found = acquire(self.engine, "worker", f"worker {self.workers}", MINUTE, at)
        assert found is not None
        return found

    @initialize(seed=st.integers(0, 999))
    def begin(self, seed: int) -> None:
        """Randomness of the waits."""
        self.seed = seed

    @rule(channel=st.sampled_from(["hook", "room"]), urgent=st.booleans())
    def write(self, channel: str, urgent: bool) -> None:
        """A message is written."""
        number = len(self.given) + 1
        made = message(
            number,
            channel=channel,
            recipient=f"#{channel}",
            not_before=self.clock(),
            severity="critical" if urgent else "warning",
            deadline=self.clock() + (HOUR if urgent else 6 * HOUR),
        )
        with writing(self.engine) as connection:
            enqueue(connection, [made], self.clock())
        self.given.add(made.idem_key)

    @rule(
        channel=st.sampled_from(["hook", "room"]),
        mood=st.sampled_from(["ok", "retry", "permanent", "unknown", "die_before", "die_after"]),
    )
    def change(self, channel: str, mood: str) -> None:
        """A server changes its mood."""
        self.servers[channel].mood = mood

    @rule(minutes=st.integers(1, 200))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.clock.pass_(minutes=minutes)

    @rule()
    def send(self) -> None:
        """A worker sends what is due; it may die over it."""
        ways: dict[str, Channel] = dict(self.servers)
        with contextlib.suppress(Killed):
            send_due(
                self.engine, self.lease(), self.setting, ways, self.clock, rng=Random(self.seed)
            )

    @rule()
    def send_dead_again(self) -> None:
        """Somebody sends the oldest dead letter again."""
        dead = outbox_rows(self.engine).filter(state="dead").sort("id")
        if dead.height:
            resend(self.engine, dead["id"][0], actor="Mei", now=self.clock())

    @invariant()
    def nothing_is_lost(self) -> None:
        """Every message lies there, is with a sender, was taken, or is told to be dead."""
        rows = {row["id"]: row for row in outbox_rows(self.engine).to_dicts()}
        taken = {key for server in self.servers.values() for key in server.taken}
        keys = self.keys()
        for number, row in rows.items():
            if row["state"] == "sent":
                assert keys[number] in taken
            if row["state"] == "dropped":
                carrier = int(row["state_reason"].removeprefix("bundled:"))
                assert rows[carrier]["kind"] == "bundle"
        assert self.given <= set(keys.values())

    def keys(self) -> dict[int, str]:
        """Key of every row."""
        from sqlalchemy import select

        from data_access.state.schema import outbox

        with self.engine.connect() as connection:
            found = connection.execute(select(outbox.c.id, outbox.c.idem_key))
            return {row.id: row.idem_key for row in found}

    def finish(self) -> Any:
        """In the end the servers work; nothing may be left waiting."""
        for server in self.servers.values():
            server.mood = "ok"
        for _ in range(60):
            self.clock.pass_(minutes=30)
            self.send()
        rows = outbox_rows(self.engine)
        assert set(rows["state"]) <= {"sent", "dropped", "dead"}
        dead = rows.filter(state="dead")
        announced = rows.filter(kind="dead_letter")
        assert dead.height == 0 or announced.height > 0


class DeliveringToTheEnd(Delivering):
    """As above, and then everything is brought to an end."""

    def teardown(self) -> None:
        """Bring it to an end first."""
        try:
            self.finish()
        finally:
            super().teardown()


@pytest.mark.slow
class TestDelivery(DeliveringToTheEnd.TestCase):  # type: ignore[name-defined,misc]
    """Run the machine."""

    settings = settings(max_examples=8, stateful_step_count=15, deadline=None)
