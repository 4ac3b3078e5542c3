"""Comments on a report or on one of its figures: anybody may say something, by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine, insert, select, update

from alerts.actions import Outcome
from alerts.event_log import Entry, append
from alerts.reviews.pressing import fresh, press, refuse
from data_access.state.schema import report, report_comment

SUBJECT = "report"
"""`subject_kind` of the event log; its id is the number of the report."""
LONGEST = 2_000
LONGEST_KEY = 300


class Do(StrEnum):
    """What is done to comments."""

    ADD = "add"
    WITHDRAW = "withdraw"


class Why(StrEnum):
    """Why it cannot be done."""

    NOT_FOUND = "not_found"
    TEXT_NEEDED = "text_needed"
    TOO_LONG = "too_long"
    NOT_YOURS = "not_yours"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Action:
    """`text` and `figure` (key of a figure; None: the whole report) belong to ADD."""

    do: Do
    text: str = ""
    figure: str | None = None


@dataclass(frozen=True)
class Comment:
    """One comment as it stands."""

    id: int
    report_id: int
    figure: str | None
    text: str
    by: str
    at: datetime
    version: int


def act(
    engine: Engine,
    subject_id: int,
    action: Action,
    *,
    actor: str,
    version: int | None,
    token: str | None,
    now: datetime,
) -> Outcome:
    """Comment on a report, or take one's own comment back.

    Args:
        engine: state database.
        subject_id: of ADD the report, else the comment.
        action: what to do.
        actor: who does it.
        version: of the comment as the person saw it; of no meaning to ADD.
        token: made for each press of a button.
        now: the wall clock.

    Returns:
        `data["comment"]` is its number.
    """

    def work(connection: Connection, name: str) -> Outcome:
        if action.do is Do.ADD:
            return _add(connection, subject_id, action, name, now)
        return _withdraw(connection, subject_id, name, version, now)

    kind = f"report_comment_{action.do}"
    subject = str(subject_id)
    return press(engine, work, actor=actor, token=token, kind=kind, subject=subject, wall=now)


def of(connection: Connection, report_id: int) -> list[Comment]:
    """Comments of a report, the oldest first; withdrawn ones are left out."""
    rows = connection.execute(
        select(report_comment)
        .where(report_comment.c.report_id == report_id, report_comment.c.withdrawn_at.is_(None))
        .order_by(report_comment.c.id)
    )
    return [
        Comment(row.id, row.report_id, row.figure, row.text, row.by, row.at, row.version)
        for row in rows
    ]


def _add(
    connection: Connection, report_id: int, action: Action, name: str, now: datetime
) -> Outcome:
    known = connection.execute(select(report.c.id).where(report.c.id == report_id)).first()
    text, figure = action.text.strip(), (action.figure or "").strip() or None
    if known is None:
        raise refuse(Why.NOT_FOUND)
    if not text:
        raise refuse(Why.TEXT_NEEDED)
    if len(text) > LONGEST or len(figure or "") > LONGEST_KEY:
        raise refuse(Why.TOO_LONG)
    made = connection.execute(
        insert(report_comment)
        .values(report_id=report_id, figure=figure, text=text, by=name, at=now, version=1)
        .returning(report_comment.c.id)
    ).scalar_one()
    payload = {"comment": made, "figure": figure, "version": 1}
    append(connection, [Entry(now, name, "commented", SUBJECT, str(report_id), payload)])
    return Outcome("done", 1, data={"comment": made})


def _withdraw(
    connection: Connection, comment_id: int, name: str, seen: int | None, now: datetime
) -> Outcome:
    row = connection.execute(
        select(report_comment).where(report_comment.c.id == comment_id).with_for_update()
    ).first()
    if row is None:
        raise refuse(Why.NOT_FOUND)
    subject = (SUBJECT, str(row.report_id))
    fresh(connection, subject, seen=seen, version=row.version, about=("comment", comment_id))
    if row.by != name:
        raise refuse(Why.NOT_YOURS, by=row.by)
    if row.withdrawn_at is not None:
        raise refuse(Why.WITHDRAWN, by=row.by, at=row.withdrawn_at)
    version = row.version + 1
    connection.execute(
        update(report_comment)
        .where(report_comment.c.id == comment_id)
        .values(withdrawn_at=now, version=version)
    )
    payload = {"comment": comment_id, "version": version}
    append(connection, [Entry(now, name, "comment_withdrawn", *subject, payload)])
    return Outcome("done", version, data={"comment": comment_id})
