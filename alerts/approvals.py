"""Signatures: who approved or rejected what, bound to the hash of the very thing they saw.

A signature on another hash does not count: whoever changes a text, a batch or a result voids what
was signed. Different roles are signed by different people (four eyes, or six).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from sqlalchemy import Connection, insert, select

from alerts.crisis.people import holders, may
from alerts.event_log import Entry, append, lock
from alerts.notify.config import Config
from data_access.state import schema
from data_access.state.schema import approval as table

Decision = Literal["approved", "rejected"]
WORKER = "worker"


class Why(StrEnum):
    """Why something cannot be signed; the screens hold a sentence for each."""

    NAME_NEEDED = "name_needed"
    NOT_IN_ROLE = "not_in_role"
    SAME_PERSON = "same_person"
    ALREADY = "already"
    CHANGED = "changed"


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """A signature that cannot be given.

    Attributes:
        why: the reason.
        by: who did what stands against it; of `same_person` the person, of `already` who signed.
        at: when that was, where it was done before.
        role: the role that stands against it: the one asked for, or the one signed before.
        who: of `not_in_role` the people who may.
    """

    def __init__(
        self,
        why: Why,
        *,
        by: str = "",
        at: datetime | None = None,
        role: str = "",
        who: Sequence[str] = (),
    ) -> None:
        super().__init__(str(why))
        self.why = why
        self.by = by
        self.at = at
        self.role = role
        self.who = tuple(who)

    @property
    def data(self) -> dict[str, Any]:
        """What `alerts.actions.Outcome.data` tells of it."""
        return {"role": self.role, "who": list(self.who)}


@dataclass(frozen=True)
class Subject:
    """What is signed: `kind` and `id` name it, `sha256` is its content as it is now.

    `crisis_id` is None only for what belongs to no crisis (a compensation batch can).
    """

    kind: str
    id: str
    sha256: str
    crisis_id: int | None


@dataclass(frozen=True)
class Approval:
    """One signature as it is stored."""

    subject_sha256: str
    role: str
    decision: str
    by: str
    at: datetime
    note: str


def sign(
    connection: Connection,
    config: Config,
    subject: Subject,
    role: str,
    decision: Decision,
    *,
    by: str,
    assigned: Mapping[str, str] | None = None,
    now: datetime,
    note: str = "",
    apart_from: Collection[str] = (),
    seen: str | None = None,
    also: Sequence[str] = (),
    data: Mapping[str, Any] | None = None,
) -> None:
    """Sign in a role, in the caller's transaction; written to the log of the crisis.

    Args:
        connection: a writing transaction; the log's lock is taken first of all.
        config: `alerting.yaml` in force.
        subject: what is signed, as it is now.
        role: the role that is asked for.
        decision: yes or no. Either way the role has spoken on this hash.
        by: the person.
        assigned: `crisis.roles_json`.
        now: the clock of the crisis.
        note: what the person adds.
        apart_from: people who may not sign, such as the author.
        seen: hash of what the person looked at; another than the subject's is refused.
        also: roles whose holders may sign in this one too.
        data: further facts for the log, such as `run`, `step`, `version`.

    Raises:
        Refused: says why, and who or what stands against it.
    """
    name = by.strip()
    if not name or name == WORKER:
        raise Refused(Why.NAME_NEEDED, role=role)
    lock(connection)
    if seen is not None and seen != subject.sha256:
        raise Refused(Why.CHANGED, role=role)
    fitting = (role, *also)
    if not any(may(config, name, fit, assigned) for fit in fitting):
        raise Refused(Why.NOT_IN_ROLE, role=role, who=who_may(config, fitting, assigned))
    before = of(connection, subject.kind, subject.id)
    _refuse_twice(before, subject.sha256, role, name, apart_from)
    connection.execute(
        insert(table).values(
            subject_kind=subject.kind,
            subject_id=subject.id,
            subject_sha256=subject.sha256,
            role=role,
            decision=decision,
            by=name,
            at=now,
            note=note.strip() or None,
        )
    )
    facts = {"role": role, "sha256": subject.sha256, "of": subject.kind, "id": subject.id}
    _tell(connection, subject, decision, name, now, {**(data or {}), **facts, "note": note.strip()})


def _refuse_twice(
    before: Iterable[Approval], sha256: str, role: str, name: str, apart_from: Collection[str]
) -> None:
    valid = [found for found in before if found.subject_sha256 == sha256]
    for found in valid:
        if found.role == role:
            raise Refused(Why.ALREADY, by=found.by, at=found.at, role=role)
    for found in valid:
        if found.by == name:
            raise Refused(Why.SAME_PERSON, by=name, at=found.at, role=found.role)
    if name in apart_from:
        raise Refused(Why.SAME_PERSON, by=name, role="author")


def _tell(
    connection: Connection,
    subject: Subject,
    decision: str,
    by: str,
    at: datetime,
    facts: Mapping[str, Any],
) -> None:
    if subject.crisis_id is None:
        append(connection, [Entry(at, by, decision, subject.kind, subject.id, facts)])
        return
    crisis = schema.crisis
    drill = connection.execute(
        select(crisis.c.drill_id).where(crisis.c.id == subject.crisis_id)
    ).scalar()
    payload = facts if drill is None else {**facts, "drill": drill}
    append(connection, [Entry(at, by, decision, "crisis", str(subject.crisis_id), payload)])


def who_may(
    config: Config, roles: Sequence[str], assigned: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """People who may sign in one of the roles, whoever is assigned first."""
    found: dict[str, None] = {}
    for role in roles:
        person = (assigned or {}).get(role)
        if person:
            found[person] = None
        found.update(dict.fromkeys(holders(config, role)))
    return tuple(found)


def of(connection: Connection, subject_kind: str, subject_id: str) -> list[Approval]:
    """Every signature on a subject, those on earlier contents too; the oldest first."""
    rows = connection.execute(
        select(table)
        .where(table.c.subject_kind == subject_kind, table.c.subject_id == subject_id)
        .order_by(table.c.id)
    )
    return [read(row) for row in rows]


def read(row: Any) -> Approval:
    """A row of `approval`."""
    return Approval(row.subject_sha256, row.role, row.decision, row.by, row.at, row.note or "")


def complete(approvals: Iterable[Approval], roles: Collection[str], sha256: str) -> bool:
    """Whether every role approved this very content, each by another person, and nobody said no.

    What asks for no role is not complete by that: somebody must have signed.
    """
    valid = [found for found in approvals if found.subject_sha256 == sha256]
    if not roles or any(found.decision == "rejected" for found in valid):
        return False
    signers = {found.role: found.by for found in valid}
    return set(roles) <= set(signers) and len({signers[role] for role in roles}) == len(set(roles))


def missing(approvals: Iterable[Approval], roles: Iterable[str], sha256: str) -> tuple[str, ...]:
    """Roles that have not approved this content yet, in the order asked for."""
    signed = {
        found.role
        for found in approvals
        if found.subject_sha256 == sha256 and found.decision == "approved"
    }
    return tuple(role for role in roles if role not in signed)


def rejection(approvals: Iterable[Approval], sha256: str) -> Approval | None:
    """Who said no to this content."""
    for found in approvals:
        if found.subject_sha256 == sha256 and found.decision == "rejected":
            return found
    return None
