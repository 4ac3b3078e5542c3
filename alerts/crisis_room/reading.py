"""Everything about one crisis in a handful of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, select

from alerts import runs
from alerts.approvals import read as read_approval
from alerts.compensation import rates as rates_of
from alerts.crisis import rows as crisis_rows
from alerts.crisis import statutory_clocks
from alerts.crisis.clock import of_drill
from alerts.crisis.rows import StoredCrisis
from alerts.crisis_room import documents
from alerts.crisis_room.model import (
    BatchPart,
    Criterion,
    LinkPart,
    Room,
    StatementPart,
)
from alerts.dossier.completeness import completeness
from alerts.notify.config import Config
from alerts.statements.chain import PROOFREADER
from alerts.statements.reading import unread_languages
from data_access.state import schema
from data_access.state.schema import LINK_KIND

NEWEST_LINKS = 3


def room(engine: Engine, crisis_id: int, wall: datetime, config: Config) -> Room | None:
    """One crisis as it stands; None if there is none of this number.

    Args:
        engine: state database.
        crisis_id: the crisis.
        wall: the wall clock; the room tells its own time by the crisis's.
        config: who holds which role.
    """
    with engine.connect() as connection:
        stored = crisis_rows.look(connection, crisis_id)
        if stored is None:
            return None
        own = _own(connection, stored, wall)
    found = runs.board(engine, crisis_id, config, wall)
    terms = tuple(statutory_clocks.of(engine, crisis_id))
    return replace(own, runs=found.runs, steps=found.steps, terms=terms)


def _own(connection: Connection, stored: StoredCrisis, wall: datetime) -> Room:
    """Everything but its runs and terms."""
    drill = _drill(connection, stored)
    clock = of_drill(drill) if drill is not None else None
    ended = drill.ended_at if drill is not None else None
    now = clock.at(min(wall, ended) if ended else wall) if clock else wall
    texts = documents.texts(connection, {stored.levels_version_id})
    return Room(
        crisis=stored,
        now=now,
        wall=wall,
        clock=clock,
        ended_at=ended,
        levels=documents.model(texts, stored.levels_version_id),
        criteria=_criteria(connection, stored, texts),
        statements=_statements(connection, stored.id),
        batches=_batches(connection, stored.id),
        links=_links(connection, stored.id),
        evidence=completeness(connection, stored, now),
        filed=_filed(connection, stored.id),
        pack=_pack(connection, stored.id),
        review=_review(connection, stored.id),
    )


def _drill(connection: Connection, stored: StoredCrisis) -> Any | None:
    if stored.drill_id is None:
        return None
    drill = schema.drill
    return connection.execute(select(drill).where(drill.c.id == stored.drill_id)).first()


def _criteria(
    connection: Connection, stored: StoredCrisis, texts: documents.Texts
) -> tuple[Criterion, ...]:
    table = schema.crisis_criterion
    names = documents.titles(*texts[stored.levels_version_id]) if texts else {}
    found = connection.execute(select(table).where(table.c.crisis_id == stored.id)).all()
    shown = [
        Criterion(
            row.criterion,
            row.level,
            names.get(row.criterion),
            row.holds,
            documents.said(row.value_json.get("evidence")),
            row.held_since,
            row.last_held_at,
            row.checked_at,
        )
        for row in found
    ]
    return tuple(sorted(shown, key=lambda one: (not one.holds, -one.level, one.name)))


def _statements(connection: Connection, crisis_id: int) -> tuple[StatementPart, ...]:
    table, approval = schema.statement, schema.approval
    light = [column for column in table.c if column.name not in ("body", "variables_json")]
    found = connection.execute(
        select(*light).where(table.c.crisis_id == crisis_id).order_by(table.c.id)
    ).all()
    signed: dict[tuple[str, str], list[Any]] = {}
    for row in connection.execute(
        select(approval)
        .where(
            approval.c.subject_kind == "statement",
            approval.c.subject_id.in_([str(one.id) for one in found]),
        )
        .order_by(approval.c.id)
    ):
        signed.setdefault((row.subject_id, row.subject_sha256), []).append(read_approval(row))
    versions = {row.document_version_id for row in found}
    unread = unread_languages(connection, versions)
    titles = documents.own_titles(connection, versions)

    def unchecked(row: Any) -> bool:
        marks = signed.get((str(row.id), row.sha256), ())
        read = any(one.role == PROOFREADER and one.decision == "approved" for one in marks)
        return not read and row.locale in unread.get(row.document_version_id, ())

    return tuple(
        StatementPart(
            row.id,
            row.template,
            row.audience,
            row.channel,
            row.locale,
            row.public,
            row.status,
            row.updated_at,
            row.sent_at,
            row.author,
            tuple(signed.get((str(row.id), row.sha256), ())),
            unchecked(row),
            titles.get(row.document_version_id),
        )
        for row in found
    )


def _batches(connection: Connection, crisis_id: int) -> tuple[BatchPart, ...]:
    batch, item = schema.compensation_batch.c, schema.compensation_item.c
    found = connection.execute(
        select(batch.id, batch.title, batch.state, batch.updated_at, batch.criteria_json)
        .where(batch.crisis_id == crisis_id)
        .order_by(batch.id)
    ).all()
    sums: dict[int, dict[str, int]] = {}
    counts: dict[int, int] = {}
    for row in connection.execute(
        select(
            item.batch_id,
            item.currency,
            func.count().label("n"),
            func.sum(item.amount_minor).label("total"),
        )
        .where(item.batch_id.in_([one.id for one in found]), item.state != "excluded")
        .group_by(item.batch_id, item.currency)
        .order_by(item.batch_id, item.currency)
    ):
        sums.setdefault(row.batch_id, {})[row.currency] = int(row.total)
        counts[row.batch_id] = counts.get(row.batch_id, 0) + row.n
    return tuple(
        BatchPart(
            row.id,
            row.title,
            row.state,
            counts.get(row.id, 0),
            sums.get(row.id, {}),
            row.updated_at,
            _together(sums.get(row.id, {}), row.criteria_json),
        )
        for row in found
    )


def _together(sums: Mapping[str, int], held: Mapping[str, Any]) -> tuple[int, str] | None:
    """What sums in several currencies are worth in one, by the rates of the batch."""
    if not sums or "rates" not in held:
        return None
    rates = rates_of.of_json(held["rates"])
    worth = [rates.convert(minor, code, rates.to) for code, minor in sums.items()]
    known = [one for one in worth if one is not None]
    return (sum(known), rates.to) if len(known) == len(worth) else None


def _links(connection: Connection, crisis_id: int) -> tuple[LinkPart, ...]:
    link = schema.crisis_link.c
    mine = and_(link.crisis_id == crisis_id, link.removed_at.is_(None))
    found = connection.execute(select(link.kind, func.count()).where(mine).group_by(link.kind))
    counts: dict[str, int] = dict(tuple(row) for row in found)
    place = func.row_number().over(
        partition_by=link.kind, order_by=(link.added_at.desc(), link.ref)
    )
    ranked = (
        select(link.kind, link.source, link.ref, link.label, place.label("place"))
        .where(mine)
        .subquery()
    )
    newest: dict[str, list[tuple[str, str, str]]] = {}
    for row in connection.execute(
        select(ranked).where(ranked.c.place <= NEWEST_LINKS).order_by(ranked.c.place)
    ):
        newest.setdefault(row.kind, []).append((row.source, row.ref, row.label or ""))
    return tuple(
        LinkPart(kind, counts[kind], tuple(newest.get(kind, ())))
        for kind in LINK_KIND
        if kind in counts
    )


def _filed(connection: Connection, crisis_id: int) -> int:
    table = schema.evidence.c
    found: int = connection.execute(
        select(func.count()).where(
            table.crisis_id == crisis_id, table.withdrawn_at.is_(None), table.kind != "checklist"
        )
    ).scalar_one()
    return found


def _pack(connection: Connection, crisis_id: int) -> tuple[int, datetime, bool] | None:
    pack = schema.evidence_pack.c
    row = connection.execute(
        select(pack.id, pack.created_at, pack.complete)
        .where(pack.crisis_id == crisis_id)
        .order_by(pack.id.desc())
    ).first()
    return None if row is None else (row.id, row.created_at, row.complete)


def _review(connection: Connection, crisis_id: int) -> tuple[str, datetime, datetime | None] | None:
    review = schema.crisis_review.c
    row = connection.execute(
        select(review.status, review.due_at, review.published_at).where(
            review.crisis_id == crisis_id
        )
    ).first()
    return None if row is None else (row.status, row.due_at, row.published_at)
