"""The same observations in another order, with restarts or noise between: the same events."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from alerts.lifecycle import Seen, Timing
from data_access.state import schema
from tests.alerts import fakes
from tests.alerts.by_hand import DAY, START, World

MARKETS = ("DE", "FR", "JP")
DAYS = st.lists(
    st.dictionaries(
        st.sampled_from(MARKETS),
        st.sampled_from([s for s in Seen if s is not Seen.STOPPED]),
        max_size=3,
    ),
    max_size=12,
)
Seen_by_market = Mapping[str, Seen]


def log_of(
    days: Sequence[Seen_by_market],
    *,
    restart_after: int | None = None,
    shuffle: random.Random | None = None,
    later: timedelta = timedelta(0),
    beside: bool = False,
) -> list[tuple[object, ...]]:
    """Every event of alerts and incidents after these days: when, kind, whose, payload."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'state.db'}"
        engine = fakes.opened(url)
        body = {"topic": "late", "group": {"by": []}}
        world = World(engine, timing=Timing(keep=DAY, missing_after=2), **body)
        for number, day in enumerate(days):
            if number == restart_after:
                engine.dispose()
                engine = fakes.opened(url)
                world.engine, world.lease = engine, fakes.leading(engine)
            seen = dict(day)
            if beside:
                seen["zz"] = Seen.CLEAR
            if shuffle is not None:
                order = list(seen.items())
                shuffle.shuffle(order)
                seen = dict(order)
            world.slot(START + later + number * DAY, seen)
        found = _events(engine, later)
        engine.dispose()
        return found


def _events(engine: Engine, later: timedelta) -> list[tuple[object, ...]]:
    log = schema.event_log.c
    with engine.connect() as connection:
        rows = connection.execute(
            select(log.at, log.kind, log.subject_kind, log.subject_id, log.payload_json).order_by(
                log.seq
            )
        ).all()
    told = []
    for row in rows:
        payload = json.loads(row.payload_json)
        payload.pop("slot", None)
        told.append((row.at - later, row.kind, row.subject_kind, row.subject_id, payload))
    return told


@settings(max_examples=6, deadline=None)
@given(DAYS, st.integers(0, 12), st.randoms(use_true_random=False))
def test_neither_order_nor_restarts_nor_a_calm_neighbour_change_what_is_told(
    days: list[Seen_by_market], cut: int, randomness: random.Random
) -> None:
    plain = log_of(days)
    assert log_of(days, restart_after=cut) == plain
    assert log_of(days, shuffle=randomness) == plain
    assert log_of(days, beside=True) == plain
    week = timedelta(days=7)
    assert log_of(days, later=week) == plain
