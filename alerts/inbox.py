"""Read models of the screens on which alerts are understood and acted on: the list of incidents.

`incident`, everything about one of them, stands in `alerts.incident_page`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

import polars as pl
from sqlalchemy import Engine, and_, false, func, or_, select, true

from alerts.handling.model import RANK
from alerts.incident_page import IncidentPage, incident
from alerts.incident_rows import (
    INBOX,
    lead_of,
    members_of,
    mute_of,
    next_steps,
    passes,
    record,
)
from alerts.silences import load_active
from data_access.metrics import Filter
from data_access.state import schema

__all__ = [
    "VIEWS",
    "IncidentPage",
    "View",
    "Watch",
    "exists",
    "inbox",
    "incident",
    "labels_of",
    "listed",
    "needing",
    "news",
    "watch",
]

View = Literal["needs_me", "mine", "acknowledged", "awaiting_verdict", "muted", "closed"]
VIEWS: tuple[View, ...] = get_args(View)
_LARGEST = 2**63 - 1
CLOSED_FOR = timedelta(days=90)
"""How long closed incidents are listed."""


def news(engine: Engine) -> str:
    """A text that changes when an incident, a message, a rule or a crisis may have changed.

    What happens in a crisis is in the log; only its figures and its batches change beside it.
    """
    log, group, message = schema.event_log.c, schema.alert_group.c, schema.outbox.c
    attempt, criterion = schema.delivery_attempt.c, schema.crisis_criterion.c
    crisis, run = schema.crisis.c, schema.playbook_run.c
    statement, batch = schema.statement.c, schema.compensation_batch.c
    with engine.connect() as connection:
        row = connection.execute(
            select(
                select(func.max(log.seq)).scalar_subquery(),
                select(func.max(group.updated_at)).scalar_subquery(),
                select(func.max(message.finished_at)).scalar_subquery(),
                select(func.max(attempt.started_at)).scalar_subquery(),
                select(func.max(crisis.updated_at)).scalar_subquery(),
                select(func.max(run.updated_at)).scalar_subquery(),
                select(func.max(statement.updated_at)).scalar_subquery(),
                select(func.max(batch.updated_at)).scalar_subquery(),
                select(func.max(criterion.checked_at)).scalar_subquery(),
            )
        ).one()
    return " ".join(str(part or 0) for part in row)


def needing(engine: Engine, now: datetime) -> int:
    """How many incidents wait for somebody, of all markets: the view `needs_me`."""
    group = schema.alert_group
    with engine.connect() as connection:
        rows = connection.execute(select(group).where(group.c.handling == "open")).all()
        silences = load_active(connection, now)
    return sum(mute_of(row, silences, now) is None for row in rows)


@dataclass(frozen=True)
class Watch:
    """That somebody looks: the newest slot judged, and how many live rules there are."""

    judged: datetime | None
    rules: int


def watch(engine: Engine) -> Watch:
    """When rules were judged last and how many are live."""
    slot, version = schema.eval_slot.c, schema.rule_version.c
    with engine.connect() as connection:
        judged = connection.execute(
            select(func.max(slot.slot_utc, type_=schema.UtcDateTime)).where(slot.status == "done")
        ).scalar()
        rules = connection.execute(select(func.count()).where(version.stage == "live")).scalar_one()
    return Watch(judged, rules)


def inbox(
    engine: Engine, where: Filter | None, view: View, now: datetime, *, actor: str = ""
) -> pl.DataFrame:
    """The incidents of one view, in the order in which they need somebody.

    Args:
        engine: state database.
        where: dimension values that pass; an incident without that dimension passes.
        view: `needs_me` (open, unacknowledged, not muted), `mine` (assigned to or acknowledged by
            `actor`, not closed), `acknowledged`, `awaiting_verdict`, `muted` (not closed, and
            nobody is told), `closed` (in the last 90 days).
        now: for what ends by itself: snoozes and silences.
        actor: whose incidents `mine` are.

    Returns:
        Columns of `INBOX`. `needs_me` has the most severe and then the longest waiting first,
        `closed` the newest first.
    """
    return listed(engine, where, now, actor=actor)[view]


def listed(
    engine: Engine, where: Filter | None, now: datetime, *, actor: str = "", closed: bool = True
) -> dict[View, pl.DataFrame]:
    """Every view at once; see `inbox`. Without `closed` that view stays empty, unread."""
    group = schema.alert_group
    with engine.connect() as connection:
        groups = connection.execute(
            select(group).where(
                or_(
                    group.c.closed_at.is_(None),
                    and_(true() if closed else false(), group.c.closed_at >= now - CLOSED_FOR),
                )
            )
        ).all()
        members = members_of(connection, [row.id for row in groups])
        steps = next_steps(connection)
        silences = load_active(connection, now)
    records = [record(row, members.get(row.id, []), steps, silences, now) for row in groups]
    passing = [(labels, found) for labels, found in records if passes(labels, where)]
    return {
        view: _frame([found for _labels, found in passing if _is_in(view, found, actor)], view)
        for view in VIEWS
    }


def exists(engine: Engine, group_id: int) -> bool:
    """Whether there is an incident of this number; one beyond what a database counts is none."""
    group = schema.alert_group.c
    with engine.connect() as connection:
        found = connection.execute(select(group.id).where(group.id == min(group_id, _LARGEST)))
        return found.first() is not None


def labels_of(engine: Engine, group_id: int) -> Mapping[str, str]:
    """The slice of an incident; empty if there is no such incident."""
    group = schema.alert_group.c
    with engine.connect() as connection:
        lead = lead_of(members_of(connection, [group_id]).get(group_id, []))
        own = connection.execute(select(group.labels_json).where(group.id == group_id)).scalar()
    return lead.labels if lead else own or {}


def _is_in(view: View, row: Mapping[str, Any], actor: str) -> bool:
    handling, muted = row["handling"], row["mute_kind"] is not None
    if view == "mine":
        mine = actor != "" and actor in {row["assignee"], row["acknowledged_by"]}
        return mine and handling != "closed"
    if view == "muted":
        return muted and handling != "closed"
    if view == "needs_me":
        return bool(handling == "open") and not muted
    return bool(handling == view)


def _frame(records: Sequence[Mapping[str, Any]], view: View) -> pl.DataFrame:
    frame = pl.DataFrame(records, schema=INBOX, orient="row")
    rank = pl.col("severity").replace_strict(RANK, return_dtype=pl.Int8)
    if view == "closed":
        return frame.sort("closed_at", "group_id", descending=True)
    return frame.sort(rank, "opened_at", "group_id", descending=[True, False, False])
