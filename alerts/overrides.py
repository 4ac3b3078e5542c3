"""Somebody takes over for somebody else: overrides of rotas, checked before they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, Engine, func, insert, select, update

from alerts.actions import take_token
from alerts.event_log import Entry, append
from alerts.oncall.format import Rota
from alerts.oncall.localtime import local_day
from alerts.oncall.rota import Duty, Override, shifts
from data_access.state.engine import writing
from data_access.state.schema import oncall_override as table

SUBJECT = "rota"
"""`subject_kind` of a rota's entries in the event log; `subject_id` is its name."""
LONGEST = timedelta(days=92)


Why = Literal[
    "no_rota",
    "no_person",
    "backwards",
    "over",
    "too_long",
    "on_call_anyway",
    "no_name",
    "not_found",
]


class OverrideError(Exception):
    """An override that cannot be kept; the message says what is wrong and what to do.

    `why` names the reason, for screens that say it in their own words.
    """

    def __init__(self, why: Why, message: str) -> None:
        super().__init__(message)
        self.why = why


@dataclass(frozen=True)
class Wanted:
    """An override before it is kept."""

    rota: str
    person: str
    starts_at: datetime
    ends_at: datetime


def active(
    engine: Engine, since: datetime, until: datetime | None = None
) -> dict[str, list[Override]]:
    """Overrides in force at any time from `since` to before `until`, by rota."""
    with engine.connect() as connection:
        return active_in(connection, since, until)


def active_in(
    connection: Connection, since: datetime, until: datetime | None = None
) -> dict[str, list[Override]]:
    """As `active`, inside the caller's transaction."""
    query = (
        select(table)
        .where(table.c.withdrawn_at.is_(None), table.c.ends_at > since)
        .order_by(table.c.id)
    )
    if until is not None:
        query = query.where(table.c.starts_at < until)
    found: dict[str, list[Override]] = {}
    for row in connection.execute(query):
        made = Override(row.id, row.rota, row.person, row.starts_at, row.ends_at)
        found.setdefault(row.rota, []).append(made)
    return found


def relieved(
    rotas: Mapping[str, Rota],
    people: Sequence[str],
    overrides: Sequence[Override],
    wanted: Wanted,
    now: datetime,
) -> list[Duty]:
    """Check an override, and say whose duties it would take; empty where nobody was planned.

    Raises:
        OverrideError: it cannot be kept.
    """
    _refuse(rotas, people, wanted, now)
    rota = rotas[wanted.rota]
    first, last = (local_day(at, rota.zone) for at in (wanted.starts_at, wanted.ends_at))
    planned = [
        replace(
            duty,
            starts_at=max(duty.starts_at, wanted.starts_at),
            ends_at=min(duty.ends_at, wanted.ends_at),
        )
        for duty in shifts(rota, first, last, overrides)
        if duty.ends_at > wanted.starts_at and duty.starts_at < wanted.ends_at
    ]
    own = [duty.ends_at - duty.starts_at for duty in planned if duty.person == wanted.person]
    if sum(own, timedelta()) == wanted.ends_at - wanted.starts_at:
        raise OverrideError(
            "on_call_anyway",
            f"{wanted.person} is on call for {wanted.rota} all that time anyway; "
            "nothing needs to change.",
        )
    return planned


def add(
    engine: Engine,
    rotas: Mapping[str, Rota],
    people: Sequence[str],
    wanted: Wanted,
    *,
    actor: str,
    now: datetime,
    token: str | None = None,
) -> int | None:
    """Keep an override, with its entry in the log.

    Args:
        engine: state database.
        rotas: rotas by name.
        people: names that are known.
        wanted: the override.
        actor: who decides it.
        now: the wall clock.
        token: made by the browser for each press of the button.

    Returns:
        Its number; None if this press of the button was done before.

    Raises:
        OverrideError: it cannot be kept.
    """
    _need_name(actor)
    with writing(engine) as connection:
        if token is not None and not take_token(
            connection, token, actor=actor, kind="override_added", subject=wanted.rota, now=now
        ):
            return None
        kept = active_in(connection, wanted.starts_at, wanted.ends_at).get(wanted.rota, [])
        relieved(rotas, people, kept, wanted, now)
        made: int = connection.execute(
            insert(table)
            .values(
                rota=wanted.rota,
                person=wanted.person,
                starts_at=wanted.starts_at,
                ends_at=wanted.ends_at,
                author=actor,
                created_at=now,
            )
            .returning(table.c.id)
        ).scalar_one()
        _tell(connection, "override_added", actor, made, wanted, now)
    return made


def newest(engine: Engine) -> int:
    """Number of the newest override ever kept; 0 before the first."""
    with engine.connect() as connection:
        return connection.execute(select(func.max(table.c.id))).scalar() or 0


def withdraw(engine: Engine, override_id: int, *, actor: str, now: datetime) -> bool:
    """Take an override back; False if that was done before or it is over.

    Raises:
        OverrideError: there is no such override.
    """
    _need_name(actor)
    with writing(engine) as connection:
        row = connection.execute(select(table).where(table.c.id == override_id)).first()
        if row is None:
            raise OverrideError("not_found", f"There is no override {override_id}.")
        if row.withdrawn_at is not None or row.ends_at <= now:
            return False
        connection.execute(update(table).where(table.c.id == override_id).values(withdrawn_at=now))
        wanted = Wanted(row.rota, row.person, row.starts_at, row.ends_at)
        _tell(connection, "override_withdrawn", actor, override_id, wanted, now)
    return True


def _refuse(
    rotas: Mapping[str, Rota], people: Sequence[str], wanted: Wanted, now: datetime
) -> None:
    if wanted.rota not in rotas:
        raise OverrideError(
            "no_rota",
            f"There is no rota {wanted.rota!r}. Known: {', '.join(sorted(rotas)) or 'none'}.",
        )
    if wanted.person not in people:
        raise OverrideError(
            "no_person",
            f"There is no person {wanted.person!r} in alerting.yaml. "
            f"Known: {', '.join(sorted(people)) or 'none'}.",
        )
    if wanted.ends_at <= wanted.starts_at:
        raise OverrideError("backwards", "It ends before it begins; choose a later end.")
    if wanted.ends_at <= now:
        raise OverrideError(
            "over", "It is over already; who was on call is not changed afterwards."
        )
    if wanted.ends_at - wanted.starts_at > LONGEST:
        raise OverrideError(
            "too_long",
            f"It is longer than {LONGEST.days} days; change the rota in alerting.yaml instead.",
        )


def _need_name(actor: str) -> None:
    if not actor.strip():
        raise OverrideError(
            "no_name", "Say who you are first: the log names whoever changes a rota."
        )


def _tell(
    connection: Connection, kind: str, actor: str, number: int, wanted: Wanted, now: datetime
) -> None:
    payload = {
        "override": number,
        "person": wanted.person,
        "from": wanted.starts_at.isoformat(),
        "to": wanted.ends_at.isoformat(),
    }
    append(connection, [Entry(now, actor, kind, SUBJECT, wanted.rota, payload)])
