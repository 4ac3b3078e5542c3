"""Whatever people do to batches that share orders: none is held twice, and sums are right."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select

from alerts.actions import Outcome
from alerts.compensation import batches, exporting, reading, rows
from alerts.compensation.candidates import CANDIDATES
from alerts.compensation.machine import Action, BatchState, Do
from alerts.event_log import verify
from data_access.state import schema
from tests.alerts.compensation.world import NOW, POLICY, candidate, config, draft, registered
from tests.alerts.fakes import opened

CONFIG = config()
PEOPLE = ("Anna", "Bo", "Chen", "Dora", "Emil")
ORDERS = "ABCDEF"
_ANY = st.integers(0, 10)


class Batches(RuleBasedStateMachine):
    """Five people press whatever they like on batches over six orders."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.engine = opened(f"sqlite:///{self.home / 'state.db'}")
        self.policy_id = registered(self.engine, self.home)
        self.made: list[int] = []
        self.files: dict[int, str] = {}

    def teardown(self) -> None:
        assert verify(self.engine) is None
        self.engine.dispose()
        shutil.rmtree(self.home)

    @rule(
        orders=st.sets(st.sampled_from(ORDERS), min_size=1),
        amount=st.sampled_from([100, 2_500, 20_000]),
        actor=st.sampled_from(PEOPLE),
        drill=st.booleans(),
    )
    def propose(self, orders: set[str], amount: int, actor: str, drill: bool) -> None:
        frame = pl.DataFrame(
            [candidate(order, amount) for order in sorted(orders)], schema=dict(CANDIDATES)
        )
        made = draft(frame, self.policy_id, drill=drill)
        done = batches.propose(self.engine, made, actor=actor, token=None, wall=NOW)
        assert done.data is not None
        self.made.append(done.data["batch"])

    @precondition(lambda self: self.made)
    @rule(
        which=_ANY,
        doing=st.sampled_from([*Do, Do.SUBMIT, Do.APPROVE, Do.APPROVE, Do.EXPORT]),
        actor=st.sampled_from(PEOPLE),
        item=st.integers(1, 6),
    )
    def press(self, which: int, doing: Do, actor: str, item: int) -> None:
        batch = self.made[which % len(self.made)]
        before = self.page(batch)
        outcome = self.act(batch, Action(doing, (item,), "because"), actor)
        after = self.page(batch)
        if outcome.result == "refused":
            assert after.standing.stored.version == before.standing.stored.version
            return
        if doing is Do.APPROVE:
            assert actor != after.standing.stored.batch.created_by
        if doing in {Do.EXCLUDE, Do.INCLUDE}:
            assert after.standing.stored.sha256 != before.standing.stored.sha256
            assert not after.standing.signatures

    def act(self, batch: int, action: Action, actor: str) -> Outcome:
        return batches.act(
            self.engine,
            batch,
            action,
            config=CONFIG,
            actor=actor,
            version=None,
            token=None,
            wall=NOW,
        )

    def page(self, batch: int) -> reading.BatchPage:
        found = reading.page(self.engine, batch)
        assert found is not None
        return found

    @invariant()
    def no_order_is_held_twice(self) -> None:
        with self.engine.connect() as connection:
            held = Counter(rows.taken(connection)["order_id"].to_list())
        assert max(held.values(), default=0) <= 1

    @invariant()
    def totals_are_the_sums_of_items(self) -> None:
        listed = reading.listed(self.engine, CONFIG)
        item = schema.compensation_item
        with self.engine.connect() as connection:
            found = connection.execute(select(item.c.batch_id, item.c.state, item.c.amount_minor))
            sums: Counter[int] = Counter()
            for batch, state, amount in found:
                sums[batch] += amount if state != "excluded" else 0
        assert {row["batch"]: row["worth"] for row in listed.iter_rows(named=True)} == {
            batch: sums[batch] for batch in self.made
        }
        for batch in self.made:
            page = self.page(batch)
            assert page.standing.stored.batch.proposed == page.proposed.height

    @invariant()
    def a_file_never_changes_and_holds_nobody_left_out(self) -> None:
        for batch in self.made:
            page = self.page(batch)
            stored = page.standing.stored
            if stored.batch.state is not BatchState.EXPORTED:
                continue
            made = exporting.rows_of(stored, POLICY, page.standing.items)
            text = exporting.csv_text(made, mark=False)
            assert self.files.setdefault(batch, text) == text
            read: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(text, newline="")))
            assert [int(row["item"]) for row in read] == page.proposed["n"].to_list()


Batches.TestCase.settings = settings(max_examples=8, stateful_step_count=25, deadline=None)
TestBatches = Batches.TestCase
