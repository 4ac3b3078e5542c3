"""Crises beside a model: figures, flags, people, passing time and crashes in any order."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Engine, select

from alerts.crisis import criteria, rows
from alerts.crisis.model import Do, Status
from alerts.crisis.rows import LEVEL_KINDS
from alerts.event_log import verify
from data_access.state import schema
from data_access.state.engine import open_state, writing
from tests.alerts import fakes
from tests.alerts.crisis.world import HOUR, NOW, do, look, measured, opened, ready

PERIODS = {1: 24 * HOUR, 2: 8 * HOUR, 3: 4 * HOUR, 4: 2 * HOUR}
FLAGS = {"injury_confirmed": 4, "recall_hint": 3}
ASKS = {0: (), 1: (2,), 2: (2, 3), 3: (2, 3)}
"""Levels that so many markets with a surge ask for, in one channel."""


class CrashError(Exception):
    """The process died before it could commit."""


class Crises(RuleBasedStateMachine):
    """`seen`: every look at the criteria: when, and up to which level something held."""

    @initialize()
    def start(self) -> None:
        self.folder = TemporaryDirectory()
        self.url = f"sqlite:///{Path(self.folder.name) / 'state.db'}"
        self.engine: Engine = fakes.opened(self.url)
        ready(self.engine)
        self.now = NOW
        self.number = opened(self.engine, 3, wall=self.now)
        self.level, self.level_at = 3, self.now
        self.flags: set[str] = set()
        self.markets = 0
        self.open = True
        self.pressed = 0
        # Opening judges what is known: nothing held.
        self.seen: list[tuple[datetime, int]] = [(self.now, 0)]

    def look_noted(self) -> None:
        asked = [*ASKS[self.markets], *(FLAGS[flag] for flag in self.flags)]
        self.seen.append((self.now, max(asked, default=0)))

    # What happens.

    @rule(hours=st.sampled_from([0.5, 1, 2, 4, 9]))
    def time_passes(self, hours: float) -> None:
        self.now += hours * HOUR

    @precondition(lambda self: self.open)
    @rule(markets=st.sampled_from([0, 0, 0, 1, 2, 3, None]))
    def the_worker_looks(self, markets: int | None) -> None:
        known = {"surge_markets": markets, "surge_channels": None if markets is None else 1}
        measured(self.engine, self.number, known, self.now)
        if markets is not None:  # what cannot be told stays as it was
            self.markets = markets
        self.look_noted()

    @precondition(lambda self: self.open)
    @rule(flag=st.sampled_from(sorted(FLAGS)))
    def somebody_flags(self, flag: str) -> None:
        what = Do.UNFLAG if flag in self.flags else Do.FLAG
        outcome = do(self.engine, self.number, what, flag=flag, note="x", at=self.now)
        assert outcome.result == "done"
        self.flags ^= {flag}
        self.look_noted()

    @precondition(lambda self: self.open)
    @rule(to=st.integers(1, 4), twice=st.booleans())
    def somebody_raises(self, to: int, *, twice: bool) -> None:
        self.pressed += 1
        given = {"level": to, "note": "x", "token": f"t{self.pressed}", "at": self.now}
        outcome = do(self.engine, self.number, Do.RAISE, **given)
        assert (outcome.result == "done") == (to > self.level)
        if outcome.result == "done":
            self.level, self.level_at = to, self.now
            if twice:
                assert do(self.engine, self.number, Do.RAISE, **given).result == "repeated"

    @precondition(lambda self: self.open)
    @rule(to=st.integers(1, 3))
    def somebody_lowers(self, to: int) -> None:
        outcome = do(self.engine, self.number, Do.LOWER, level=to, note="x", at=self.now)
        quiet = self.quiet(to)
        assert (outcome.result == "done") == quiet, (outcome, self.seen, self.level, to)
        if quiet:
            self.level, self.level_at = to, self.now

    def quiet(self, to: int) -> bool:
        """Whether nothing above `to` held for two periods, and somebody looked all the time."""
        if to >= self.level:
            return False
        period = PERIODS[self.level]
        since = self.now - 2 * period
        if self.level_at > since or self.now - self.seen[-1][0] > period:
            return False
        return all(level <= to for at, level in self.seen if at > since) and self.clear_at(
            since, to
        )

    def clear_at(self, since: datetime, to: int) -> bool:
        """Whether every trigger above `to` that ever held was seen clear by `since`."""
        with self.engine.connect() as connection:
            known, _ = criteria.triggers(connection, self.number)
        return all(
            not one.holds and (one.clear_since is None or one.clear_since <= since)
            for one in known
            if one.level > to
        )

    @precondition(lambda self: self.open)
    @rule(crash=st.booleans())
    def it_is_closed_and_goes_on(self, *, crash: bool) -> None:
        assert do(self.engine, self.number, Do.CLOSE, note="over", at=self.now).result == "done"
        if crash:
            self.the_process_dies()
        outcome = do(self.engine, self.number, Do.REOPEN, note="again", at=self.now)
        assert outcome.data is not None
        self.number, self.level_at = outcome.data["crisis"], self.now
        self.markets = 0  # what was measured belongs to the old one
        self.seen = []
        self.the_worker_looks(0)

    @rule()
    def the_process_dies(self) -> None:
        with suppress(CrashError), writing(self.engine) as connection:
            stored = rows.load(connection, self.number)
            assert stored is not None
            levels = criteria.levels_of(connection, stored.levels_version_id)
            figures = {"surge_markets": {"value": 3, "evidence": {}}}
            if stored.is_open:
                criteria.settle(connection, stored, levels, figures, self.now)
            raise CrashError
        self.engine.dispose()
        self.engine = open_state(self.url)

    # What always holds.

    @invariant()
    def the_level_is_that_of_the_model_and_its_history_is_whole(self) -> None:
        if not hasattr(self, "number"):
            return
        assert look(self.engine, self.number).level == self.level
        log = schema.event_log.c
        query = (
            select(log.kind, log.payload_json)
            .where(log.subject_kind == "crisis", log.subject_id == str(self.number))
            .where(log.kind.in_([str(kind) for kind in LEVEL_KINDS]))
            .order_by(log.seq)
        )
        level = None
        with self.engine.connect() as connection:
            for row in connection.execute(query):
                told = json.loads(row.payload_json)
                if row.kind == "crisis_declared":
                    level = told["level"]
                elif row.kind in ("level_raised", "level_lowered"):
                    assert told["before"] == level
                    level = told["level"]
        assert level == self.level

    @invariant()
    def one_crisis_of_the_cause_is_open(self) -> None:
        if not hasattr(self, "number"):
            return
        table = schema.crisis
        with self.engine.connect() as connection:
            found = connection.execute(
                select(table.c.id, table.c.status).order_by(table.c.id)
            ).all()
        assert [row.id for row in found if row.status == Status.DECLARED] == [self.number]

    @invariant()
    def the_log_is_whole(self) -> None:
        if hasattr(self, "number"):
            assert verify(self.engine) is None

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()
            self.folder.cleanup()


Crises.TestCase.settings = settings(max_examples=6, stateful_step_count=30, deadline=None)
TestCrises = Crises.TestCase
