"""What belongs to a crisis: incidents, cases, orders, parcels, returns, lots, reviews and more.

A link taken away stays on record; added again it is the same link.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import polars as pl
from sqlalchemy import ColumnElement, Connection, Engine, func, select, update

from alerts.crisis import buyers as sold_in
from alerts.crisis.model import Link
from data_access.state import schema
from data_access.state.engine import insert_once
from data_access.state.schema import crisis_link as table

INCIDENT = "incident"
KINDS: tuple[str, ...] = schema.LINK_KIND
COLUMNS = {
    "kind": pl.String(),
    "source": pl.String(),
    "ref": pl.String(),
    "label": pl.String(),
    "added_by": pl.String(),
    "added_at": pl.Datetime("us", "UTC"),
}


def join(
    connection: Connection, crisis_id: int, links: Iterable[Link], actor: str, now: datetime
) -> list[Link]:
    """Add what is not there yet, in the caller's transaction.

    The worker does not add again what a person took away.

    Returns:
        What was added.
    """
    wanted = list(dict.fromkeys(links))
    there = _there(connection, crisis_id)
    again = [link for link in wanted if there.get(_key(link)) is False and actor != "worker"]
    new = [link for link in wanted if _key(link) not in there]
    for link in new:
        connection.execute(
            insert_once(connection, table).values(
                crisis_id=crisis_id,
                kind=link.kind,
                source=link.source,
                ref=link.ref,
                label=link.label or None,
                added_by=actor,
                added_at=now,
            )
        )
    for link in again:
        connection.execute(
            update(table)
            .where(_is(crisis_id, link))
            .values(removed_at=None, added_by=actor, added_at=now)
        )
    return [link for link in wanted if link in new or link in again]


def _there(connection: Connection, crisis_id: int) -> dict[tuple[str, str, str], bool]:
    """Every link of a crisis, and whether it holds; False: a person took it away."""
    found = connection.execute(
        select(table.c.kind, table.c.source, table.c.ref, table.c.removed_at).where(
            table.c.crisis_id == crisis_id
        )
    )
    return {(row.kind, row.source, row.ref): row.removed_at is None for row in found}


def _key(link: Link) -> tuple[str, str, str]:
    return link.kind, link.source, link.ref


def part(
    connection: Connection, crisis_id: int, links: Iterable[Link], now: datetime
) -> list[Link]:
    """Take links away, in the caller's transaction; gives those that were there."""
    return [
        link
        for link in links
        if connection.execute(
            update(table)
            .where(_is(crisis_id, link), table.c.removed_at.is_(None))
            .values(removed_at=now)
            .returning(table.c.ref)
        ).first()
        is not None
    ]


def of(engine: Engine, crisis_id: int, *, kind: str | None = None) -> pl.DataFrame:
    """What belongs to a crisis: `COLUMNS`, sorted by kind and the newest first."""
    query = select(*(table.c[name] for name in COLUMNS)).where(
        table.c.crisis_id == crisis_id, table.c.removed_at.is_(None)
    )
    if kind is not None:
        query = query.where(table.c.kind == kind)
    query = query.order_by(table.c.kind, table.c.added_at.desc(), table.c.source, table.c.ref)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(found, schema=COLUMNS, orient="row")


def refs(connection: Connection, crisis_id: int, kind: str) -> list[tuple[str, str]]:
    """Source and number of everything of one kind that belongs to a crisis, sorted."""
    found = connection.execute(
        select(table.c.source, table.c.ref)
        .where(table.c.crisis_id == crisis_id, table.c.kind == kind, table.c.removed_at.is_(None))
        .order_by(table.c.source, table.c.ref)
    )
    return [(row.source, row.ref) for row in found]


def count(connection: Connection, crisis_id: int) -> dict[str, int]:
    """How many of each kind belong to a crisis."""
    found = connection.execute(
        select(table.c.kind, func.count())
        .where(table.c.crisis_id == crisis_id, table.c.removed_at.is_(None))
        .group_by(table.c.kind)
        .order_by(table.c.kind)
    )
    return dict(tuple(row) for row in found)


def incidents(connection: Connection, crisis_id: int) -> list[int]:
    """Numbers of the incidents of the inbox that belong to a crisis, sorted."""
    return sorted(int(ref) for _source, ref in refs(connection, crisis_id, INCIDENT))


def markets(connection: Connection, crisis_id: int) -> list[str]:
    """Markets of a crisis: of its labels (`market`, or several in `markets`) and its incidents.

    Empty: not known, so it may be any.
    """
    labels = connection.execute(
        select(schema.crisis.c.labels_json).where(schema.crisis.c.id == crisis_id)
    ).scalar_one()
    told = [labels.get("market", ""), *labels.get("markets", "").split(",")]
    groups = incidents(connection, crisis_id)
    found = connection.execute(
        select(schema.alert_group.c.labels_json).where(schema.alert_group.c.id.in_(groups))
    ).scalars()
    return sorted(
        {market for market in (*told, *(one.get("market", "") for one in found)) if market}
    )


def buyers(connection: Connection, crisis_id: int) -> list[str]:
    """Markets in which its goods were sold, most orders first, as last counted by the worker.

    Empty: it is not about goods, or they were not counted yet.
    """
    state = connection.execute(
        select(schema.crisis.c.state_json).where(schema.crisis.c.id == crisis_id)
    ).scalar_one()
    return sold_in.markets((state or {}).get("found", {}))


def _is(crisis_id: int, link: Link) -> ColumnElement[bool]:
    return (
        (table.c.crisis_id == crisis_id)
        & (table.c.kind == link.kind)
        & (table.c.source == link.source)
        & (table.c.ref == link.ref)
    )
