"""Which playbooks a crisis starts, and their runs as the crisis sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from alerts import library
from alerts.crisis.model import Refused, Why
from alerts.crisis.rows import StoredCrisis
from alerts.runs import machine as run_machine
from alerts.runs import rows as run_rows
from data_access.state.schema import playbook_run


def suggested(connection: Connection, stored: StoredCrisis, level: int) -> list[str]:
    """Names of the playbooks in force that are for the topic and level of a crisis, sorted."""
    topics = {stored.labels.get("topic", ""), *stored.flags}
    return sorted(
        name
        for name, playbook in library.snapshot(connection).models.get("playbook", {}).items()
        if level in playbook.levels and topics & set(playbook.topics)
    )


def start(
    connection: Connection,
    stored: StoredCrisis,
    names: Sequence[str],
    *,
    variables: Mapping[str, Any],
    actor: str,
    now: datetime,
) -> list[int]:
    """Begin runs of playbooks by name, in the caller's transaction; gives their numbers.

    Raises:
        Refused: there is no such playbook.
    """
    assert stored.level is not None
    begun = []
    for name in names:
        document = library.current(connection, "playbook", name)
        if document is None:
            raise Refused(Why.PLAYBOOK_UNKNOWN, what=name)
        known = {key: value for key, value in variables.items() if key in document.model.variables}
        begun.append(
            run_rows.start(
                connection,
                stored.id,
                document.id,
                level=stored.level,
                variables=known,
                actor=actor,
                now=now,
            )
        )
    return begun


def unfinished(connection: Connection, crisis_id: int) -> dict[int, str]:
    """Runs under way: the playbook by the number of the run."""
    found = connection.execute(
        select(playbook_run.c.id, playbook_run.c.playbook)
        .where(playbook_run.c.crisis_id == crisis_id, playbook_run.c.status == "running")
        .order_by(playbook_run.c.id)
    )
    return {row.id: row.playbook for row in found}


def cancel_all(
    connection: Connection, crisis_id: int, reason: str, actor: str, now: datetime
) -> None:
    """End every run under way, for the reason for which the crisis is closed."""
    for run_id in unfinished(connection, crisis_id):
        stored = run_rows.load(connection, run_id)
        assert stored is not None
        run, events = run_machine.cancel(stored.run, reason, actor, now)
        run_rows.save(connection, stored, run, events, now)


def roles(connection: Connection, crisis_id: int) -> set[str]:
    """Roles that the playbooks at work in a crisis name."""
    found = connection.execute(
        select(playbook_run.c.document_version_id)
        .where(playbook_run.c.crisis_id == crisis_id)
        .distinct()
    ).scalars()
    documents = [library.version(connection, number) for number in found.all()]
    return {role for document in documents if document for role in document.model.roles}
