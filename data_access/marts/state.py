"""What the last refresh saw and wrote: the row `marts` of the state table `mart_state`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select

from data_access.rollups.days import AsOf
from data_access.state.engine import upsert, writing
from data_access.state.schema import import_batch, mart_state

_ROW = "marts"


@dataclass(frozen=True)
class RefreshState:
    """One finished refresh.

    Readers take the snapshots named here and no newer ones, so that they never see half of the
    next refresh.
    """

    batch_id: int
    as_of: datetime
    zone: str
    rules: str
    """Fingerprint of the declarations the numbers were computed by."""
    fresh_at: datetime | None
    """When the newest import was made; None where nothing was ever imported."""
    facts: Mapping[str, int | None] = field(default_factory=dict)
    marts: Mapping[str, int | None] = field(default_factory=dict)
    rollups: Mapping[str, int | None] = field(default_factory=dict)
    rewritten: Mapping[str, tuple[int | None, Sequence[int]]] = field(default_factory=dict)
    """By cohort: the snapshot of its rollup before this refresh, and the months it rewrote."""
    writing: bool = False
    """A refresh began to write and has not finished: nothing it may have touched is trusted."""

    @property
    def known(self) -> AsOf:
        """As of when the rollups hold."""
        return AsOf(self.as_of, self.zone)

    @property
    def version(self) -> str:
        """Changes whenever a mart or rollup changed."""
        text = json.dumps([self.marts, self.rollups, self.zone], sort_keys=True, default=str)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def read_state(engine: Engine) -> RefreshState | None:
    """The last finished refresh; None before the first one."""
    with engine.connect() as connection:
        row = connection.execute(select(mart_state).where(mart_state.c.name == _ROW)).one_or_none()
    if row is None or not row.detail_json.get("rules"):
        return None
    return _of_detail(row.batch_id, row.refreshed_at, row.detail_json)


def as_json(state: RefreshState) -> dict[str, Any]:
    """A refresh as plain JSON, complete enough to read its numbers again."""
    told = {"batch_id": state.batch_id, "as_of": state.as_of.isoformat()}
    detail = {**_detail(replace(state, rewritten={})), **told}
    del detail["rewritten"]
    return detail


def from_json(told: Mapping[str, Any]) -> RefreshState:
    """The refresh that `as_json` gave."""
    return _of_detail(told["batch_id"], datetime.fromisoformat(told["as_of"]), told)


def _of_detail(batch_id: int, as_of: datetime, detail: Mapping[str, Any]) -> RefreshState:
    return RefreshState(
        batch_id=batch_id,
        as_of=as_of,
        zone=detail["zone"],
        rules=detail["rules"],
        fresh_at=datetime.fromisoformat(detail["fresh_at"]) if detail["fresh_at"] else None,
        facts=detail["facts"],
        marts=detail["marts"],
        rollups=detail["rollups"],
        rewritten={
            name: (based, months) for name, (based, months) in detail.get("rewritten", {}).items()
        },
        writing=detail["writing"],
    )


def write_state(engine: Engine, state: RefreshState) -> None:
    """Make `state` the one that readers see."""
    row = {
        "name": _ROW,
        "batch_id": state.batch_id,
        "refreshed_at": state.as_of,
        "detail_json": _detail(state),
    }
    with writing(engine) as connection:
        upsert(connection, mart_state, [row])


def _detail(state: RefreshState) -> dict[str, Any]:
    return {
        "zone": state.zone,
        "rules": state.rules,
        "fresh_at": state.fresh_at.isoformat() if state.fresh_at else None,
        "facts": dict(state.facts),
        "marts": dict(state.marts),
        "rollups": dict(state.rollups),
        "rewritten": {name: list(told) for name, told in state.rewritten.items()},
        "writing": state.writing,
    }


def finished_batches(engine: Engine) -> tuple[int, datetime | None]:
    """The last import before which all are over, and when the last that succeeded ended.

    An import still running may yet write rows under its number; they are looked at again. One that
    failed may have written some, but a feed that fails every night is not fresh.
    """
    batch = import_batch.c
    with engine.connect() as connection:
        running = connection.scalar(select(func.min(batch.id)).where(batch.status == "running"))
        over = batch.status != "running" if running is None else batch.id < running
        last = connection.scalar(select(func.max(batch.id)).where(over))
        done = select(batch.finished_at).where(over, batch.status == "done")
        ended = connection.scalar(done.order_by(batch.id.desc()).limit(1))
    return last or 0, ended
