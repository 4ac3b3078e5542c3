"""The list of crises: which are open, how bad each is, who leads, and what is due next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Engine, and_, or_, select

from alerts.crisis.clock import DrillClock, of_drill
from alerts.crisis.model import Status
from alerts.crisis.rows import OPEN, StoredCrisis, read
from alerts.crisis_room import documents
from alerts.crisis_room.documents import named, said
from alerts.library.model import Words
from alerts.runs.model import ENDED
from data_access.state import schema

CLOSED_FOR = timedelta(days=365)
"""How long crises that are over are listed."""
LISTED_OVER = 100


@dataclass(frozen=True)
class Next:
    """What is due next: a step of a playbook, an update to an audience, or a term of the law.

    `name` is the step's key, the audience or the rule; `title` is what its document calls it.
    """

    kind: Literal["step", "update", "term"]
    name: str
    due_at: datetime
    title: Words | None = None


@dataclass(frozen=True)
class Held:
    """A criterion that holds, with the figures that it says so by."""

    name: str
    level: int
    title: Words | None
    evidence: Words | None


@dataclass(frozen=True)
class Listed:
    """One crisis of the list.

    Attributes:
        crisis: its row.
        now: what its own clock shows.
        levels: the document it is judged by; None: it cannot be read.
        clock, ended_at: of a drill.
        next: what is due first; `overdue`: how much is overdue.
        held: of a proposed one: criteria that hold.
        review: status of its review.
    """

    crisis: StoredCrisis
    now: datetime
    levels: Any | None = None
    clock: DrillClock | None = None
    ended_at: datetime | None = None
    next: Next | None = None
    overdue: int = 0
    held: tuple[Held, ...] = ()
    review: str | None = None

    @property
    def level(self) -> int:
        """The declared level; before that the proposed one."""
        return self.crisis.level or self.crisis.proposed_level or 1


@dataclass(frozen=True)
class Listing:
    """Crises in earnest by where they stand, and drills apart from them."""

    open: tuple[Listed, ...]
    proposed: tuple[Listed, ...]
    over: tuple[Listed, ...]
    drills: tuple[Listed, ...]


def listing(engine: Engine, wall: datetime) -> Listing:
    """Every crisis that is open, and those that ended within a year.

    Args:
        engine: state database.
        wall: the wall clock.

    Returns:
        `open` and `proposed` have the highest level and then the next deadline first, `over` the
        newest first, `drills` those that run before those that ended.
    """
    with engine.connect() as connection:
        found = _load(connection, wall, over=True)
    earnest = [one for one in found if one.crisis.drill_id is None]
    return Listing(
        open=_urgent(one for one in earnest if one.crisis.status in _DECLARED),
        proposed=_urgent(one for one in earnest if one.crisis.status is Status.PROPOSED),
        over=_newest([one for one in earnest if not one.crisis.is_open]),
        drills=tuple(
            sorted(
                (one for one in found if one.crisis.drill_id is not None),
                key=lambda one: (one.ended_at is not None, -one.crisis.id),
            )
        ),
    )


def running(engine: Engine, wall: datetime) -> tuple[Listed, ...]:
    """Crises in earnest that are declared and not over, the most urgent first."""
    with engine.connect() as connection:
        found = _load(connection, wall, over=False)
    return _urgent(
        one for one in found if one.crisis.drill_id is None and one.crisis.status in _DECLARED
    )


_DECLARED = (Status.DECLARED, Status.CONTAINED)
_FAR = timedelta(days=36_500)


def _urgent(found: Iterable[Listed]) -> tuple[Listed, ...]:
    def key(one: Listed) -> tuple[int, datetime, int]:
        due = one.next.due_at if one.next else one.now + _FAR
        return -one.level, due, one.crisis.id

    return tuple(sorted(found, key=key))


def _newest(found: Sequence[Listed]) -> tuple[Listed, ...]:
    return tuple(
        sorted(found, key=lambda one: one.crisis.closed_at or one.crisis.updated_at, reverse=True)
    )[:LISTED_OVER]


def _load(connection: Connection, wall: datetime, *, over: bool) -> list[Listed]:
    crisis, drill = schema.crisis, schema.drill
    is_open = crisis.c.status.in_([str(status) for status in OPEN])
    wanted = or_(is_open, crisis.c.closed_at >= wall - CLOSED_FOR) if over else is_open
    rows = connection.execute(select(crisis).where(wanted)).all()
    stored = [read(row) for row in rows]
    drills = {
        row.id: row
        for row in connection.execute(
            select(drill).where(drill.c.id.in_([one.drill_id for one in stored if one.drill_id]))
        )
    }
    ids = [one.id for one in stored if one.is_open]
    due = next_due(connection, ids)
    texts = documents.texts(connection, {one.levels_version_id for one in stored})
    held = _held(connection, stored)
    reviews = dict(
        connection.execute(
            select(schema.crisis_review.c.crisis_id, schema.crisis_review.c.status)
        ).all()
    ) if over else {}  # fmt: skip
    listed = []
    for one in stored:
        row = drills.get(one.drill_id or 0)
        clock = of_drill(row) if row is not None else None
        ended = row.ended_at if row is not None else None
        now = clock.at(min(wall, ended) if ended else wall) if clock else wall
        coming = due.get(one.id, [])
        listed.append(
            Listed(
                one,
                now,
                documents.model(texts, one.levels_version_id),
                clock,
                ended,
                coming[0] if coming else None,
                sum(part.due_at < now for part in coming),
                held.get(one.id, ()),
                reviews.get(one.id),
            )
        )
    return listed


def next_due(connection: Connection, ids: Sequence[int]) -> dict[int, list[Next]]:
    """What is due of each crisis, the earliest first."""
    run, step = schema.playbook_run.c, schema.run_step.c
    cadence, clock = schema.run_cadence.c, schema.statutory_clock.c
    found: dict[int, list[Next]] = {crisis_id: [] for crisis_id in ids}
    running_run = and_(run.crisis_id.in_(ids), run.status == "running")
    steps = connection.execute(
        select(run.crisis_id, run.document_version_id, step.step_key, step.due_at)
        .join(schema.playbook_run, run.id == step.run_id)
        .where(running_run, step.due_at.is_not(None))
        .where(step.state.not_in([str(state) for state in ENDED]))
    )
    titles: dict[int, Mapping[str, Words]] = {}
    for row in steps:
        if row.document_version_id not in titles:
            titles[row.document_version_id] = named(connection, row.document_version_id)
        title = titles[row.document_version_id].get(row.step_key)
        found[row.crisis_id].append(Next("step", row.step_key, row.due_at, title))
    updates = connection.execute(
        select(run.crisis_id, cadence.audience, cadence.next_at)
        .join(schema.playbook_run, run.id == cadence.run_id)
        .where(running_run, cadence.next_at.is_not(None))
    )
    for beat in updates:
        found[beat.crisis_id].append(Next("update", beat.audience, beat.next_at))
    terms = connection.execute(
        select(clock.crisis_id, clock.rule, clock.due_at, clock.document_version_id).where(
            clock.crisis_id.in_(ids), clock.status == "running", clock.due_at.is_not(None)
        )
    )
    for term in terms:
        if term.document_version_id not in titles:
            titles[term.document_version_id] = named(connection, term.document_version_id)
        title = titles[term.document_version_id].get(term.rule)
        found[term.crisis_id].append(Next("term", term.rule, term.due_at, title))
    for coming in found.values():
        coming.sort(key=lambda part: part.due_at)
    return found


def _held(connection: Connection, stored: Sequence[StoredCrisis]) -> dict[int, tuple[Held, ...]]:
    """Criteria that hold of crises nobody has declared yet."""
    proposed = {one.id: one for one in stored if one.status is Status.PROPOSED}
    table = schema.crisis_criterion.c
    rows = connection.execute(
        select(table.crisis_id, table.criterion, table.level, table.value_json)
        .where(table.crisis_id.in_(list(proposed)), table.holds)
        .order_by(table.level.desc(), table.criterion)
    )
    found: dict[int, list[Held]] = {}
    titles: dict[int, Mapping[str, Words]] = {}
    for row in rows:
        version = proposed[row.crisis_id].levels_version_id
        if version not in titles:
            titles[version] = named(connection, version)
        found.setdefault(row.crisis_id, []).append(
            Held(
                row.criterion,
                row.level,
                titles[version].get(row.criterion),
                said(row.value_json.get("evidence")),
            )
        )
    return {crisis_id: tuple(held) for crisis_id, held in found.items()}


def crisis_of_incident(engine: Engine, group_id: int) -> tuple[int, str] | None:
    """Number and title of the newest crisis in earnest that an incident of the inbox belongs to."""
    crisis, joined = schema.crisis, schema.crisis_link
    query = (
        select(crisis.c.id, crisis.c.title)
        .join(joined, joined.c.crisis_id == crisis.c.id)
        .where(
            joined.c.kind == "incident",
            joined.c.source == "",
            joined.c.ref == str(group_id),
            joined.c.removed_at.is_(None),
            crisis.c.drill_id.is_(None),
        )
        .order_by(crisis.c.id.desc())
    )
    with engine.connect() as connection:
        row = connection.execute(query).first()
    return None if row is None else (row.id, row.title)
