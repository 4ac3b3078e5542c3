"""Answers that force the question why: every NPS score below 7 gets a root cause to be found.

The worker asks. It goes back `LOOK_BACK` when it begins, later no further than that either; what a
single run writes is bounded, the rest follows at the next one. Whatever is overdue is told to the
service managers once, in one message a day: a tracker that floods people is closed unread.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

import polars as pl
from sqlalchemy import Connection, Engine, func, select

from alerts.crisis.people import holders
from alerts.event_log import Entry, append, lock
from alerts.lease import Lease, fenced
from alerts.notify import outbox, recipients
from alerts.notify.config import Config
from alerts.notify.message import Message, idem_key
from alerts.notify.recipients import Recipient
from alerts.reviews import cause_rows, workdays
from alerts.reviews.causes import DUE_WORKDAYS
from data_access.marts.schemas import MARTS
from data_access.state import schema
from data_access.warehouse import Warehouse

LOOK_BACK = timedelta(days=30)
MOST_PER_RUN = 500
BELOW = 7
ROLE = "service_manager"
_SUBJECT = ("tracker", "nps")
_DIMS = ("market", "reason", "category", "product", "carrier", "channel", "language")
LABELS = ("market", "reason")
"""What answers are grouped by on the screen."""


class Numbers(Protocol):
    """Where answers are read."""

    @property
    def warehouse(self) -> Warehouse:
        """Marts."""


@dataclass(frozen=True)
class CauseReport:
    """What one run did."""

    opened: int = 0
    told: int = 0


def run_due(
    engine: Engine,
    lease: Lease,
    services: Numbers,
    config: Config,
    wall: datetime,
) -> CauseReport:
    """Ask for the causes of new low scores, and tell what is overdue.

    Raises:
        LeaseLost: another worker leads.
    """
    began = _began(engine)
    if began is None:
        with fenced(engine, lease) as connection:
            began = wall - LOOK_BACK
            _note(connection, "tracker_began", {"since": began.isoformat()}, wall)
    answers = low_scores(services.warehouse, max(began, wall - LOOK_BACK), wall)
    known = _known(engine)
    fresh = [row for row in answers.iter_rows(named=True) if _key(row) not in known][:MOST_PER_RUN]
    opened = 0
    if fresh:
        with fenced(engine, lease) as connection:
            lock(connection)
            opened = sum(_open(connection, row, wall) for row in fresh)
    return CauseReport(opened, _tell_overdue(engine, lease, config, wall))


def low_scores(warehouse: Warehouse, since: datetime, until: datetime) -> pl.DataFrame:
    """Answers to NPS surveys below 7 in a time, the oldest first."""
    columns = MARTS["surveys"].columns
    wanted = ("source", "response_id", "case_id", "order_id", "answered_at", "score", *_DIMS)
    return (
        warehouse.scan("surveys", namespace="marts", schema=columns)
        .filter(
            pl.col("kind") == "nps",
            pl.col("score") < BELOW,
            pl.col("answered_at") > since,
            pl.col("answered_at") <= until,
        )
        .select(wanted)
        .collect()
        .sort("answered_at", "source", "response_id")
    )


def _open(connection: Connection, row: Mapping[str, Any], now: datetime) -> int:
    """One answer becomes one question."""
    labels = {name: row[name] for name in _DIMS if row[name]}
    score = float(row["score"])
    made = cause_rows.add(
        connection,
        {
            "origin_key": _key(row),
            "survey_source": row["source"],
            "survey_id": row["response_id"],
            "title": f"NPS {score:g}",
            "status": "open",
            "opened_at": now,
            "due_at": workdays.after(now, DUE_WORKDAYS),
            "facts_json": {
                "labels": labels,
                "score": score,
                "answered_at": row["answered_at"].isoformat(),
                "case_id": row["case_id"] or "",
                "order_id": row["order_id"] or "",
            },
            "drill": False,
            "updated_at": now,
        },
    )
    if made is None:
        return 0
    facts = {"cause": made, "version": 1, "score": score}
    append(connection, [Entry(now, "worker", "cause_opened", "root_cause", str(made), facts)])
    return 1


def _key(row: Mapping[str, Any]) -> str:
    source, answer = str(row["source"]), str(row["response_id"])
    return f"survey:{len(source)}:{source}:{answer}"[:300]


def _known(engine: Engine) -> set[str]:
    table = schema.root_cause
    with engine.connect() as connection:
        keys = connection.execute(select(table.c.origin_key).where(table.c.survey_id.is_not(None)))
        return set(keys.scalars())


def _began(engine: Engine) -> datetime | None:
    with engine.connect() as connection:
        since = _last(connection, "tracker_began")
    return None if since is None else datetime.fromisoformat(since["since"])


# ---- what is overdue ----


def _tell_overdue(engine: Engine, lease: Lease, config: Config, wall: datetime) -> int:
    """One message a day to whoever is service manager; what was told is not told again."""
    today = wall.astimezone(UTC).date()
    with engine.connect() as connection:
        last = _last(connection, "overdue_told")
        since = date.fromisoformat(last["until"]) if last else date.min
        if since >= today or not any(_overdue(connection, since, today)):
            return 0
    with fenced(engine, lease) as connection:
        lock(connection)
        causes, actions, checks = _overdue(connection, since, today)
        numbers = {"causes": causes, "actions": actions, "checks": checks}
        to = _managers(config)
        messages = [_message(config, one, numbers, today, wall) for one in to]
        outbox.enqueue(connection, messages, wall)
        told = {**numbers, "until": today.isoformat(), "to": [one.recipient for one in to]}
        _note(connection, "overdue_told", told, wall)
    return len(messages)


def _overdue(connection: Connection, since: date, until: date) -> tuple[int, int, int]:
    """Causes, actions and checks whose day passed from `since` (included) to `until` (not)."""
    cause, action = schema.root_cause, schema.corrective_action
    first = datetime.combine(max(since, date(1970, 1, 1)), time(), UTC)
    last = datetime.combine(until, time(), UTC)
    late = select(func.count()).select_from(cause).where(cause.c.status == "open")
    late = late.where(cause.c.due_at >= first, cause.c.due_at < last, ~cause.c.drill)
    found = []
    for status, day in (("open", action.c.due_on), ("done", action.c.check_on)):
        query = (
            select(func.count())
            .select_from(action.join(cause, cause.c.id == action.c.root_cause_id))
            .where(action.c.status == status, day >= first.date(), day < until, ~cause.c.drill)
        )
        found.append(connection.execute(query).scalar_one())
    return connection.execute(late).scalar_one(), found[0], found[1]


def _managers(config: Config) -> list[Recipient]:
    """Over each channel of every service manager; without any, whoever reads the log."""
    found = [one for name in holders(config, ROLE) for one in recipients.of_person(config, name)]
    return found or [recipients.of_room(config, "log")]


_SUBJECTS = {
    "en": "Overdue: {causes} root causes, {actions} actions, {checks} checks",
    "zh": "逾期：{causes} 个根因、{actions} 项措施、{checks} 项复查",
}
_BODIES = {
    "en": "{causes} root causes are not found, {actions} corrective actions are not done and "
    "{checks} were not checked although their day has passed.\n{link}\nEach is told once.\n",
    "zh": "{causes} 个根因尚未查明，{actions} 项纠正措施尚未完成，{checks} 项尚未复查，均已过期。\n"
    "{link}\n每项只提醒一次。\n",
}


def _message(
    config: Config, to: Recipient, numbers: Mapping[str, int], today: date, wall: datetime
) -> Message:
    key = idem_key(
        f"root causes overdue {today.isoformat()}",
        0,
        "overdue",
        step=0,
        round=0,
        recipient=to.recipient,
        channel=to.channel,
    )
    link = config.link("/reviews")
    return Message(
        key,
        None,
        "crisis",
        "overdue",
        "warning",
        to.channel,
        to.recipient,
        to.locale,
        _SUBJECTS[to.locale].format(**numbers),
        _BODIES[to.locale].format(**numbers, link=link),
        wall,
        wall + config.body.deadlines.warning,
        {"data": {**numbers, "link": link}},
    )


def _note(connection: Connection, kind: str, payload: Mapping[str, Any], now: datetime) -> None:
    append(connection, [Entry(now, "worker", kind, *_SUBJECT, payload)])


def _last(connection: Connection, kind: str) -> dict[str, Any] | None:
    log = schema.event_log
    found = connection.execute(
        select(log.c.payload_json)
        .where(log.c.subject_kind == _SUBJECT[0], log.c.subject_id == _SUBJECT[1])
        .where(log.c.kind == kind)
        .order_by(log.c.seq.desc())
        .limit(1)
    ).scalar()
    return None if found is None else json.loads(found)
