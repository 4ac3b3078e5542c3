"""Crises that people begin: by hand, in a drill, or as the continuation of one that is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from alerts import library
from alerts.crisis import causes, links, rows
from alerts.crisis.levels import NAME
from alerts.crisis.model import Action, Crisis, Event, Kind, Link, Refused, Status, Why
from alerts.crisis.rows import StoredCrisis
from data_access.state import schema


def begin(
    connection: Connection,
    *,
    title: str,
    labels: Mapping[str, str],
    began_at: datetime,
    now: datetime,
    drill_id: int | None = None,
) -> StoredCrisis:
    """Write a crisis that a person opens, still as a proposal; of a drill too.

    Raises:
        sqlalchemy.exc.IntegrityError: one of the same cause is open.
        Refused: there is no document of levels; is the worker running?
    """
    document = library.current(connection, "levels", NAME)
    if document is None:
        raise Refused(Why.NOT_CHECKED)
    more = "" if causes.narrowed(labels) else title
    new = rows.New(
        cause_key=causes.key(labels.get("topic", ""), labels, more),
        title=title,
        labels={name: value for name, value in labels.items() if value},
        began_at=began_at,
        detected_at=now,
        levels_version_id=document.id,
        crisis=Crisis(Status.PROPOSED, proposed_at=now),
        drill_id=drill_id,
    )
    return rows.add(connection, new, (), now)


def continued(connection: Connection, stored: StoredCrisis, action: Action, now: datetime) -> int:
    """The new crisis that goes on with a closed one; its people, flags and links come along."""
    before = stored.crisis
    declared = before.level is not None
    crisis = Crisis(
        Status.DECLARED if declared else Status.PROPOSED,
        level=before.level,
        proposed_level=None if declared else before.proposed_level,
        proposed_at=None if declared else now,
        declared_at=now if declared else None,
        declared_by=action.actor if declared else None,
        level_at=now if declared else None,
        clear_since=now,
        lead=before.lead,
        roles=before.roles,
        flags=before.flags,
    )
    kind = Kind.DECLARED if declared else Kind.PROPOSED
    data = {"level": before.level or before.proposed_level, "continues": stored.id}
    event = Event(kind, now, action.actor, "", {**data, "note": action.note.strip()})
    document = library.current(connection, "levels", NAME)
    new = rows.New(
        cause_key=stored.cause_key,
        title=stored.title,
        labels=stored.labels,
        began_at=stored.began_at,
        detected_at=now,
        levels_version_id=stored.levels_version_id if document is None else document.id,
        crisis=crisis,
        continues_id=stored.id,
        drill_id=stored.drill_id,
    )
    made = rows.add(connection, new, (event,), now)
    _copy_links(connection, stored.id, made.id, action.actor, now)
    return made.id


def _copy_links(connection: Connection, old: int, new: int, actor: str, now: datetime) -> None:
    table = schema.crisis_link
    found = connection.execute(
        select(table).where(table.c.crisis_id == old, table.c.removed_at.is_(None))
    ).all()
    joined = [Link(row.kind, row.source, row.ref, row.label or "") for row in found]
    links.join(connection, new, joined, actor, now)
