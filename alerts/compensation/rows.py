"""Batches and their items in the state database, and their events in the log."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, insert, select, update

from alerts import library
from alerts.compensation import criteria as criteria_of
from alerts.compensation import rates as rates_of
from alerts.compensation.candidates import CANDIDATES, TAKEN
from alerts.compensation.criteria import Criteria
from alerts.compensation.machine import Batch, BatchState, Event
from alerts.compensation.rates import Rates
from alerts.event_log import Entry, append, canonical, lock
from alerts.library import Document, DocumentError
from data_access.state import schema
from data_access.state.schema import compensation_batch as table
from data_access.state.schema import compensation_item as item_table

log = logging.getLogger("afterwatch.worker")

SUBJECT = "compensation_batch"
"""Kind of subject of approvals; of log entries too where a batch belongs to no crisis."""
HELD = ("approved", "exported")
"""States of items that no other batch may hold; the database keeps it so."""
_AT_A_TIME = 5_000

ITEMS: Mapping[str, pl.DataType] = {
    "n": pl.Int64(),
    **{name: dtype for name, dtype in CANDIDATES.items() if name != "value_minor"},
    "state": pl.String(),
}


@dataclass(frozen=True)
class StoredBatch:
    """One batch. `version` grows with every change; `sha256` is of what people sign.

    Attributes:
        policy_id: version of the policy that it was made by, frozen.
        rates: of the day it was made, frozen.
        orders_unknown: entitled rows whose order no source knows.
        roles: who has which role in its crisis.
    """

    id: int
    crisis_id: int | None
    run_id: int | None
    step_key: str | None
    policy_id: int
    title: str
    cause: str
    criteria: Criteria
    snapshots: Mapping[str, int | None]
    rates: Rates
    orders_unknown: int
    batch: Batch
    sha256: str
    version: int
    updated_at: datetime
    roles: Mapping[str, str]


@dataclass(frozen=True)
class Draft:
    """A batch to be made."""

    policy_id: int
    title: str
    criteria: Criteria
    snapshots: Mapping[str, int | None]
    rates: Rates
    rows: pl.DataFrame
    orders_unknown: int = 0
    crisis_id: int | None = None
    run_id: int | None = None
    step_key: str | None = None
    drill: bool = False


def load(connection: Connection, batch_id: int) -> StoredBatch | None:
    """One batch by its number; on PostgreSQL its row is locked until the transaction ends."""
    lock(connection)
    row = connection.execute(select(table).where(table.c.id == batch_id).with_for_update()).first()
    return None if row is None else read(connection, row)


def find(connection: Connection, batch_id: int) -> StoredBatch | None:
    """One batch by its number, to be looked at only."""
    row = connection.execute(select(table).where(table.c.id == batch_id)).first()
    return None if row is None else read(connection, row)


def read(connection: Connection, row: Any) -> StoredBatch:
    """A row of `compensation_batch`."""
    held = row.criteria_json
    batch = Batch(
        state=BatchState(row.state),
        created_by=row.created_by,
        created_at=row.created_at,
        proposed=held["proposed"],
        round=held["round"],
        drill=row.drill,
        submitted_at=row.submitted_at,
        submitted_by=row.submitted_by,
        decided_at=row.decided_at,
        decided_by=held.get("decided_by"),
        exported_at=row.exported_at,
        exported_by=row.exported_by,
    )
    return StoredBatch(
        id=row.id,
        crisis_id=row.crisis_id,
        run_id=row.run_id,
        step_key=row.step_key,
        policy_id=row.document_version_id,
        title=row.title,
        cause=row.cause,
        criteria=criteria_of.of_json(held["criteria"]),
        snapshots=row.snapshots_json,
        rates=rates_of.of_json(held["rates"]),
        orders_unknown=held["orders_unknown"],
        batch=batch,
        sha256=row.sha256,
        version=row.version,
        updated_at=row.updated_at,
        roles=_roles(connection, row.crisis_id),
    )


def add(connection: Connection, draft: Draft, *, actor: str, now: datetime) -> int:
    """Write a batch and its items down; gives its number. The same step of a run has one only."""
    lock(connection)
    if draft.run_id is not None:
        before: int | None = connection.execute(
            select(table.c.id).where(
                table.c.run_id == draft.run_id, table.c.step_key == draft.step_key
            )
        ).scalar()
        if before is not None:
            return before
    rows = draft.rows.with_columns(
        n=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
        state=pl.when(pl.col("excluded_because").is_null())
        .then(pl.lit("proposed"))
        .otherwise(pl.lit("excluded")),
    ).select(pl.col(name).cast(dtype) for name, dtype in ITEMS.items())
    proposed = rows.filter(pl.col("state") == "proposed").height
    held = {
        "criteria": draft.criteria.as_json(),
        "rates": draft.rates.as_json(),
        "orders_unknown": draft.orders_unknown,
        "round": 1,
        "proposed": proposed,
    }
    sha256 = content_sha256(rows, draft.criteria.cause, draft.policy_id, held, drill=draft.drill)
    made: int = connection.execute(
        insert(table)
        .values(
            crisis_id=draft.crisis_id,
            run_id=draft.run_id,
            step_key=draft.step_key,
            document_version_id=draft.policy_id,
            title=draft.title,
            cause=draft.criteria.cause,
            criteria_json=held,
            snapshots_json=dict(draft.snapshots),
            drill=draft.drill,
            state=str(BatchState.DRAFT),
            sha256=sha256,
            created_by=actor,
            created_at=now,
            version=1,
            updated_at=now,
        )
        .returning(table.c.id)
    ).scalar_one()
    _add_items(connection, made, rows, drill=draft.drill)
    data = {"items": proposed, "excluded": rows.height - proposed, "cause": draft.criteria.cause}
    _tell(
        connection, made, draft.crisis_id, 1, [Event("batch_proposed", data)], actor=actor, now=now
    )
    return made


def _add_items(connection: Connection, batch_id: int, rows: pl.DataFrame, *, drill: bool) -> None:
    for start in range(0, rows.height, _AT_A_TIME):
        part = [
            {
                "batch_id": batch_id,
                **{name: row[name] for name in ITEMS if name != "why"},
                "facts_json": json.loads(row["why"] or "{}"),
                "drill": drill,
            }
            for row in rows.slice(start, _AT_A_TIME).iter_rows(named=True)
        ]
        connection.execute(insert(item_table), part)


def save(
    connection: Connection,
    stored: StoredBatch,
    batch: Batch,
    events: Sequence[Event],
    *,
    actor: str,
    now: datetime,
    held: Mapping[str, Any],
    sha256: str,
) -> StoredBatch:
    """Write the next version of a batch, and its events."""
    version = stored.version + 1
    connection.execute(
        update(table)
        .where(table.c.id == stored.id)
        .values(
            state=str(batch.state),
            sha256=sha256,
            criteria_json=dict(held),
            submitted_at=batch.submitted_at,
            submitted_by=batch.submitted_by,
            decided_at=batch.decided_at,
            exported_at=batch.exported_at,
            exported_by=batch.exported_by,
            version=version,
            updated_at=now,
        )
    )
    _tell(connection, stored.id, stored.crisis_id, version, events, actor=actor, now=now)
    return replace(stored, batch=batch, sha256=sha256, version=version, updated_at=now)


def items(connection: Connection, batch_id: int) -> pl.DataFrame:
    """ITEMS of a batch by number, without `why`, which only a reader of single items needs."""
    names = [name for name in ITEMS if name != "why"]
    found = connection.execute(
        select(*[item_table.c[name] for name in names])
        .where(item_table.c.batch_id == batch_id)
        .order_by(item_table.c.n)
    ).all()
    schema_of = {name: ITEMS[name] for name in names}
    return pl.DataFrame([tuple(row) for row in found], schema=schema_of, orient="row")


def some_items(
    connection: Connection, batch_id: int, *, first: int = 0, limit: int = 1
) -> pl.DataFrame:
    """ITEMS whole, some of them by number from the `first` on (0: the very first)."""
    names = [name for name in ITEMS if name != "why"]
    found = connection.execute(
        select(*[item_table.c[name] for name in names], item_table.c.facts_json)
        .where(item_table.c.batch_id == batch_id, item_table.c.n >= first)
        .order_by(item_table.c.n)
        .limit(limit)
    ).all()
    data = [
        {
            **{name: getattr(row, name) for name in names},
            "why": json.dumps(row.facts_json, ensure_ascii=False, sort_keys=True),
        }
        for row in found
    ]
    return pl.DataFrame(data, schema=dict(ITEMS))


def set_items(
    connection: Connection,
    batch_id: int,
    state: str,
    *,
    was: Sequence[str],
    numbers: Iterable[int] | None = None,
    because: str | None = None,
) -> int:
    """Move items from one of the states `was` to another; gives how many."""
    chosen = (item_table.c.batch_id == batch_id) & item_table.c.state.in_(list(was))
    values: dict[str, Any] = {"state": state}
    if state in {"excluded", "proposed"}:
        values["excluded_because"] = because
    if numbers is None:
        moved = connection.execute(update(item_table).where(chosen).values(**values))
        return int(moved.rowcount)
    wanted, done = sorted(set(numbers)), 0
    for start in range(0, len(wanted), _AT_A_TIME):
        some = item_table.c.n.in_(wanted[start : start + _AT_A_TIME])
        done += connection.execute(
            update(item_table).where(chosen & some).values(**values)
        ).rowcount
    return done


def elsewhere(connection: Connection, batch_id: int) -> dict[int, list[str]]:
    """Orders of a batch that others have approved or exported for the same cause, by batch."""
    mine, other = item_table.alias("mine"), item_table.alias("other")
    rows = connection.execute(
        select(other.c.batch_id, other.c.order_id)
        .join(
            mine,
            (mine.c.source == other.c.source)
            & (mine.c.order_id == other.c.order_id)
            & (mine.c.cause == other.c.cause),
        )
        .where(
            mine.c.batch_id == batch_id,
            mine.c.state.in_(["proposed", *HELD]),
            other.c.batch_id != batch_id,
            other.c.state.in_(HELD),
            other.c.drill.is_(False),
        )
        .order_by(other.c.batch_id, other.c.order_id)
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.batch_id, []).append(row.order_id)
    return found


def taken(connection: Connection) -> pl.DataFrame:
    """TAKEN: what batches in earnest have approved or exported."""
    rows = connection.execute(
        select(
            item_table.c.source,
            item_table.c.order_id,
            item_table.c.cause,
            item_table.c.customer_key,
            item_table.c.amount_minor,
            item_table.c.currency,
            table.c.decided_at.label("at"),
            item_table.c.market,
        )
        .join(table, table.c.id == item_table.c.batch_id)
        .where(item_table.c.state.in_(HELD), item_table.c.drill.is_(False))
        .order_by(item_table.c.batch_id, item_table.c.n)
    ).all()
    return pl.DataFrame([tuple(row) for row in rows], schema=dict(TAKEN), orient="row")


def content_sha256(
    items: pl.DataFrame, cause: str, policy_id: int, held: Mapping[str, Any], *, drill: bool
) -> str:
    """Hash of what people sign: who gets what, by which policy and rates, in which round."""
    kept = items.filter(pl.col("state") != "excluded").sort("n")
    names = ("n", "source", "order_id", "customer_key", "market", "level", "amount_minor",
             "currency")  # fmt: skip
    content = {
        "cause": cause,
        "policy": policy_id,
        "drill": drill,
        "round": held["round"],
        "rates": held["rates"],
        "items": [list(row) for row in kept.select(names).iter_rows()],
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def policy_of(connection: Connection, policy_id: int) -> Document:
    """The policy that a batch was made by.

    One written for another Afterwatch may not be readable any more; then the one in force is what
    there is to judge by.

    Raises:
        DocumentError: neither can be read.
    """
    try:
        found = library.version(connection, policy_id)
    except DocumentError:
        log.warning("policy version %d cannot be read any more", policy_id)
        found = library.current(connection, "compensation", "standard")
        if found is None:
            raise
    assert found is not None  # versions are never removed
    return found


def stored_json(connection: Connection, batch_id: int) -> dict[str, Any]:
    """`criteria_json` as it is stored."""
    found = connection.execute(select(table.c.criteria_json).where(table.c.id == batch_id))
    return dict(found.scalar_one())


def _roles(connection: Connection, crisis_id: int | None) -> Mapping[str, str]:
    if crisis_id is None:
        return {}
    crisis = schema.crisis
    found = connection.execute(select(crisis.c.roles_json).where(crisis.c.id == crisis_id)).scalar()
    return dict(found or {})


def _tell(
    connection: Connection,
    batch_id: int,
    crisis_id: int | None,
    version: int,
    events: Sequence[Event],
    *,
    actor: str,
    now: datetime,
) -> None:
    extra: dict[str, Any] = {"batch": batch_id, "version": version}
    kind, subject = SUBJECT, str(batch_id)
    if crisis_id is not None:
        kind, subject = "crisis", str(crisis_id)
        crisis = schema.crisis
        drill = connection.execute(
            select(crisis.c.drill_id).where(crisis.c.id == crisis_id)
        ).scalar()
        if drill is not None:
            extra["drill"] = drill
    append(
        connection,
        [Entry(now, actor, one.kind, kind, subject, {**one.data, **extra}) for one in events],
    )
