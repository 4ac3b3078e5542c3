"""What the screens and commands show: batches that wait, one batch in full, budget and leaks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, func, select

from alerts import approvals
from alerts.compensation import batches, budget, drafting, facts, leakage, ledger, rates, rows
from alerts.compensation.leakage import Leakage
from alerts.compensation.machine import BatchState
from alerts.compensation.policy import Policy
from alerts.compensation.signing import Needed, needed, open_roles, signed, weigh
from alerts.crisis.people import may
from alerts.library import Document
from alerts.notify.config import Config
from data_access.state import schema
from data_access.warehouse import Warehouse

_LARGEST = 2**63 - 1
_batch, _item, _log = schema.compensation_batch, schema.compensation_item, schema.event_log

BATCHES: Mapping[str, pl.DataType] = {
    "batch": pl.Int64(),
    "title": pl.String(),
    "cause": pl.String(),
    "state": pl.String(),
    "drill": pl.Boolean(),
    "crisis_id": pl.Int64(),
    "items": pl.Int64(),
    "worth": pl.Int64(),
    "currency": pl.String(),
    "created_by": pl.String(),
    "created_at": pl.Datetime("us", "UTC"),
    "signed": pl.Int64(),
    "people": pl.Int64(),
    "roles": pl.List(pl.String()),
    "mine": pl.Boolean(),
    "version": pl.Int64(),
}
"""`worth`: null where a rate is missing; `signed` of `people` needed; `roles` may still sign;
`mine`: the person asked about is one who can take it on now."""


@dataclass(frozen=True)
class Signature:
    """One role that a batch is for, and who signed in it."""

    role: str
    by: str
    at: datetime
    decision: str
    counts: bool
    note: str


@dataclass(frozen=True)
class BatchPage:
    """One batch with everything around it.

    `timeline`: at, actor, kind, payload; `criteria` and `snapshots` stand in `standing.stored`.
    """

    standing: batches.Standing
    document: Document
    signatures: tuple[Signature, ...]
    timeline: tuple[Mapping[str, Any], ...]

    @property
    def proposed(self) -> pl.DataFrame:
        """Items that are not excluded."""
        return self.standing.items.filter(pl.col("state") != "excluded")


@dataclass(frozen=True)
class Money:
    """Budget and leaks of one moment."""

    document: Document
    pace: pl.DataFrame
    leakage: Leakage


def listed(
    engine: Engine, config: Config, actor: str = "", *, crisis_id: int | None = None
) -> pl.DataFrame:
    """BATCHES, the newest first; of one crisis where it is given."""
    with engine.connect() as connection:
        query = select(_batch).order_by(_batch.c.id.desc())
        if crisis_id is not None:
            query = query.where(_batch.c.crisis_id == crisis_id)
        sums = _sums(connection)
        found = [
            _listed(connection, rows.read(connection, row), sums, config, actor)
            for row in connection.execute(query).all()
        ]
    return pl.DataFrame(found, schema=dict(BATCHES), orient="row")


def _sums(connection: Connection) -> pl.DataFrame:
    """batch, currency, n, total and dearest of what is not excluded."""
    found = connection.execute(
        select(
            _item.c.batch_id,
            _item.c.currency,
            func.count(),
            func.sum(_item.c.amount_minor),
            func.max(_item.c.amount_minor),
        )
        .where(_item.c.state != "excluded")
        .group_by(_item.c.batch_id, _item.c.currency)
    ).all()
    schema_of = {
        "batch": pl.Int64,
        "currency": pl.String,
        "n": pl.Int64,
        "total": pl.Int64,
        "dearest": pl.Int64,
    }
    plain = [(batch, code, n, int(total), int(most)) for batch, code, n, total, most in found]
    return pl.DataFrame(plain, schema=schema_of, orient="row")


def _listed(
    connection: Connection,
    stored: rows.StoredBatch,
    sums: pl.DataFrame,
    config: Config,
    actor: str,
) -> tuple[Any, ...]:
    document = rows.policy_of(connection, stored.policy_id)
    own = sums.filter(pl.col("batch") == stored.id)
    weight = weigh(own, stored.rates)
    need = needed(document.model, weight)
    given = approvals.of(connection, rows.SUBJECT, str(stored.id))
    done = signed(given, need, stored.sha256)
    roles = open_roles(done, need) if stored.batch.state is BatchState.SUBMITTED else ()
    return (
        stored.id,
        stored.title,
        stored.cause,
        str(stored.batch.state),
        stored.batch.drill,
        stored.crisis_id,
        weight.items,
        weight.total_minor,
        weight.currency,
        stored.batch.created_by,
        stored.batch.created_at,
        len(done),
        need.people,
        list(roles),
        waits_for(stored, need, done, document.model, config, actor),
        stored.version,
    )


def waits_for(
    stored: rows.StoredBatch,
    need: Needed,
    done: tuple[approvals.Approval, ...],
    policy: Policy,
    config: Config,
    actor: str,
) -> bool:
    """Whether a person can take the next step of a batch: submit, mend, sign or export it."""
    if not actor:
        return False
    state, batch = stored.batch.state, stored.batch
    if state in {BatchState.DRAFT, BatchState.REJECTED}:
        return batch.created_by in {actor, "worker"}
    if state is BatchState.SUBMITTED:
        apart = actor != batch.maker and actor not in {one.by for one in done}
        return apart and any(
            may(config, actor, role, stored.roles) for role in open_roles(done, need)
        )
    if state is BatchState.APPROVED:
        return any(may(config, actor, role, stored.roles) for role in policy.approval.roles)
    return False


def page(engine: Engine, batch_id: int) -> BatchPage | None:
    """One batch in full; None if there is none of that number."""
    with engine.connect() as connection:
        stored = rows.find(connection, batch_id)
        if stored is None:
            return None
        standing = batches.standing(connection, stored)
        document = rows.policy_of(connection, stored.policy_id)
        given = approvals.of(connection, rows.SUBJECT, str(batch_id))
        timeline = _timeline(connection, stored)
    counted = set(standing.signatures)
    told = tuple(
        Signature(one.role, one.by, one.at, one.decision, one in counted, one.note) for one in given
    )
    return BatchPage(standing, document, told, timeline)


def items(engine: Engine, batch_id: int, *, start: int, limit: int) -> tuple[pl.DataFrame, int]:
    """Some items of a batch from place `start` on, and how many it has."""
    with engine.connect() as connection:
        count = connection.execute(
            select(func.count()).select_from(_item).where(_item.c.batch_id == batch_id)
        ).scalar_one()
        shown = rows.some_items(connection, batch_id, first=start + 1, limit=limit)
    return shown, int(count)


def item(engine: Engine, batch_id: int, number: int) -> Mapping[str, Any] | None:
    """One item with what speaks for it; None if the batch has none of that number."""
    with engine.connect() as connection:
        found = rows.some_items(connection, batch_id, first=number)
    row = found.row(0, named=True) if found.height else None
    return row if row is not None and row["n"] == number else None


def policy_of(engine: Engine, batch_id: int) -> Policy | None:
    """The policy that a batch was made by; None if there is no such batch."""
    with engine.connect() as connection:
        stored = rows.find(connection, batch_id)
        document = rows.policy_of(connection, stored.policy_id) if stored else None
    return None if document is None else document.model


def _timeline(connection: Connection, stored: rows.StoredBatch) -> tuple[Mapping[str, Any], ...]:
    """What happened to a batch, the newest first."""
    of_crisis = stored.crisis_id is not None
    found = connection.execute(
        select(_log.c.at, _log.c.actor, _log.c.kind, _log.c.payload_json)
        .where(
            _log.c.subject_kind == ("crisis" if of_crisis else rows.SUBJECT),
            _log.c.subject_id == str(stored.crisis_id if of_crisis else stored.id),
        )
        .order_by(_log.c.seq.desc())
    )
    entries = (
        {"at": row.at, "actor": row.actor, "kind": row.kind, **json.loads(row.payload_json)}
        for row in found
    )
    return tuple(entry for entry in entries if entry.get("batch") == stored.id)


def money(
    engine: Engine, warehouse: Warehouse, *, as_of: datetime, zone: str, days: int = 90
) -> Money:
    """Budget pace and leaks as of a moment.

    Raises:
        alerts.compensation.machine.Refused: there is no policy in force.
    """
    document = drafting.policy_in_force(engine)
    policy: Policy = document.model
    load = facts.pinned(warehouse, engine)
    fx_rates = load("fx_rates").collect()
    day = rates.on(fx_rates, policy.currency, as_of.date())
    with engine.connect() as connection:
        taken = rows.taken(connection)
    spent = budget.pace(policy, ledger.given(load, as_of), taken, fx_rates, as_of=as_of, zone=zone)
    leaks = leakage.report(policy, load, day, taken, as_of=as_of, days=days)
    return Money(document, spent, leaks)


def stamp(engine: Engine) -> tuple[int, int]:
    """Two numbers of which one changes whenever a batch does."""
    with engine.connect() as connection:
        row = connection.execute(
            select(func.count(), func.coalesce(func.sum(_batch.c.version), 0))
        ).one()
    return int(row[0]), int(row[1])


def exists(engine: Engine, batch_id: int) -> bool:
    """Whether there is a batch of that number."""
    if batch_id > _LARGEST:
        return False
    with engine.connect() as connection:
        found = connection.execute(select(_batch.c.id).where(_batch.c.id == batch_id)).scalar()
    return found is not None
