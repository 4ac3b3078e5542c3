"""What we learned and whether it is done: root causes and actions as the screens list them.

Drills are left out everywhere. A cause that was merged into another one counts as closed when that
one is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from alerts.reviews import cause_rows
from alerts.reviews.cause_machine import Status
from alerts.reviews.cause_rows import StoredAction, StoredCause
from data_access.state import schema

REPEATS_WITHIN = timedelta(days=90)
"""A cause found again so soon after one of its code and market was closed is a repeat."""
FEWEST = 10
"""Closed causes below which no share is said."""
MOST = 5_000


@dataclass(frozen=True)
class ReviewLine:
    """One review in the list."""

    crisis_id: int
    title: str
    level: int | None
    status: str
    due_at: datetime
    owner: str | None
    summary: str


@dataclass(frozen=True)
class Group:
    """Causes that answers to surveys force, by reason and market, of one status.

    `ids` are the newest ones first; `oldest_due` is when the first of them is or was due.
    """

    reason: str
    market: str
    status: str
    ids: tuple[int, ...]
    oldest_due: datetime
    worst: float | None


@dataclass(frozen=True)
class Figures:
    """How well we learn; shares are None below `FEWEST`."""

    all: int
    closed: int
    on_time: int
    settled: int
    """Closed ones, or open ones whose day has passed: those of which *on time* can be said."""
    repeats: int
    pareto: tuple[tuple[str, int], ...]
    """Cause codes by how often, the most frequent first."""


@dataclass(frozen=True)
class Tracker:
    """Everything the screen shows. `actions` with their cause, by what must be done first."""

    reviews: tuple[ReviewLine, ...]
    causes: tuple[StoredCause, ...]
    actions: tuple[tuple[StoredAction, StoredCause], ...]
    groups: tuple[Group, ...]
    figures: Figures


def tracker(engine: Engine, now: datetime) -> Tracker:
    """Read everything that is not of a drill."""
    table, action = schema.root_cause, schema.corrective_action
    with engine.connect() as connection:
        rows = connection.execute(
            select(table).where(~table.c.drill).order_by(table.c.id.desc()).limit(MOST)
        ).all()
        causes = [cause_rows.read(row) for row in rows]
        by_id = {cause.id: cause for cause in causes}
        found = connection.execute(
            select(action)
            .join(table, table.c.id == action.c.root_cause_id)
            .where(~table.c.drill)
            .order_by(action.c.id)
        ).all()
        reviews = _reviews(connection)
    actions = [cause_rows.read_action(row) for row in found]
    pairs = [(one, by_id[one.cause_id]) for one in actions if one.cause_id in by_id]
    return Tracker(
        tuple(reviews),
        tuple(causes),
        tuple(sorted(pairs, key=lambda pair: urgency(pair[0], now.date()))),
        tuple(groups(causes)),
        figures(causes, now),
    )


def urgency(action: StoredAction, today: date) -> tuple[int, date, int]:
    """Order of actions: overdue, to be checked, open, waiting for their check, settled."""
    state = action.state
    if state.status == "open":
        return (0 if state.due_on < today else 2, state.due_on, action.id)
    if state.status == "done":
        return (1 if state.check_on <= today else 3, state.check_on, action.id)
    return (4, state.check_on, action.id)


def groups(causes: Sequence[StoredCause]) -> list[Group]:
    """Forced causes that are not closed, by reason, market and status; the largest first."""
    found: dict[tuple[str, str, str], list[StoredCause]] = {}
    for cause in causes:
        if cause.survey is None or cause.cause.status is Status.CLOSED:
            continue
        labels = cause.facts.get("labels", {})
        key = (labels.get("reason", ""), labels.get("market", ""), str(cause.cause.status))
        found.setdefault(key, []).append(cause)
    made = [
        Group(
            *key,
            tuple(cause.id for cause in members),
            min(cause.due_at for cause in members),
            min((float(c.facts["score"]) for c in members if "score" in c.facts), default=None),
        )
        for key, members in found.items()
    ]
    return sorted(made, key=lambda one: (-len(one.ids), one.reason, one.market, one.status))


def figures(causes: Sequence[StoredCause], now: datetime) -> Figures:
    """Loop closed, on time, repeats and the causes by frequency."""
    by_id = {cause.id: cause for cause in causes}
    closed = [cause for cause in causes if _closed(cause, by_id)]
    settled = [*closed, *(c for c in causes if not _closed(c, by_id) and c.due_at < now)]
    on_time = [c for c in closed if c.cause.closed_at and c.cause.closed_at <= c.due_at]
    counts: dict[str, int] = {}
    for cause in causes:
        if cause.cause.cause_code and cause.cause.same_as is None:
            counts[cause.cause.cause_code] = counts.get(cause.cause.cause_code, 0) + 1
    return Figures(
        len(causes),
        len(closed),
        len(on_time),
        len(settled),
        len(repeats(causes)),
        tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def repeats(causes: Sequence[StoredCause]) -> list[int]:
    """Causes that came back: opened after one of the same code and market was closed."""
    found = []
    for cause in causes:
        if cause.cause.cause_code is None or cause.cause.same_as is not None:
            continue
        earlier = (
            other
            for other in causes
            if other.id != cause.id
            and other.cause.cause_code == cause.cause.cause_code
            and _market(other.facts) == _market(cause.facts)
            and other.cause.same_as is None
            and other.cause.closed_at is not None
            and timedelta(0) <= cause.opened_at - other.cause.closed_at <= REPEATS_WITHIN
        )
        if next(earlier, None) is not None:
            found.append(cause.id)
    return found


def _closed(cause: StoredCause, by_id: Mapping[int, StoredCause]) -> bool:
    if cause.cause.status is not Status.CLOSED:
        return False
    other = by_id.get(cause.cause.same_as) if cause.cause.same_as else None
    return other is None or other.cause.status is Status.CLOSED


def _market(facts: Mapping[str, Any]) -> str:
    found: str = facts.get("labels", {}).get("market", "")
    return found


def _reviews(connection: Any) -> list[ReviewLine]:
    review, crisis = schema.crisis_review, schema.crisis
    rows = connection.execute(
        select(review, crisis.c.title, crisis.c.level)
        .join(crisis, crisis.c.id == review.c.crisis_id)
        .where(crisis.c.drill_id.is_(None))
        .order_by((review.c.status == "published"), review.c.due_at, review.c.crisis_id)
    )
    return [
        ReviewLine(
            row.crisis_id,
            row.title,
            row.level,
            row.status,
            row.due_at,
            row.owner,
            row.public_json.get("state", "none"),
        )
        for row in rows
    ]
