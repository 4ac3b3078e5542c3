"""Which playbooks a crisis starts, and their runs as the crisis sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from alerts import library
from alerts.crisis import criteria, links, signals, statutory_clocks
from alerts.crisis.model import Refused, Why
from alerts.crisis.rows import StoredCrisis
from alerts.playbooks.format import Playbook
from alerts.runs import machine as run_machine
from alerts.runs import rows as run_rows
from data_access.state.schema import playbook_run

_KIND = "playbook"


def in_force(connection: Connection) -> dict[str, Playbook]:
    """Every playbook in force by name.

    Parsed once in a process; whoever holds locks calls it before, so that nobody waits meanwhile.
    """
    found = {
        name: library.current(connection, _KIND, name) for name in library.names(connection, _KIND)
    }
    return {name: document.model for name, document in found.items() if document is not None}


def suggested(connection: Connection, stored: StoredCrisis, level: int) -> list[str]:
    """Names of the playbooks in force that fit a crisis at a level, the foremost first.

    The one that the rule of its first alert names comes before those for its topic; with it those
    for its flags and for the criteria that hold.
    """
    known = {name: one for name, one in in_force(connection).items() if level in one.levels}
    told = signals.of(connection, links.incidents(connection, stored.id))
    first = sorted(told, key=lambda signal: (signal.since, signal.rule_id))
    hinted = [signal.playbook for signal in first if signal.playbook in known][:1]
    topics = {*stored.flags, *_topics_held(connection, stored)}
    if not hinted:
        topics.add(stored.labels.get("topic", ""))
    fitting = sorted(name for name, playbook in known.items() if topics & set(playbook.topics))
    return list(dict.fromkeys([*hinted, *fitting]))


def _topics_held(connection: Connection, stored: StoredCrisis) -> set[str]:
    """What a crisis is about too, by the criteria that hold."""
    conditions = criteria.levels_of(connection, stored.levels_version_id).conditions
    known, _checked_at = criteria.triggers(connection, stored.id)
    return {
        topic
        for trigger in known
        if trigger.holds and trigger.id in conditions
        for topic in conditions[trigger.id][1].topics
    }


def start(
    connection: Connection,
    stored: StoredCrisis,
    names: Sequence[str],
    *,
    variables: Mapping[str, Any],
    actor: str,
    now: datetime,
) -> list[int]:
    """Begin runs of playbooks by name with the terms they watch, in the caller's transaction.

    Returns:
        Numbers of the runs.

    Raises:
        Refused: there is no such playbook.
    """
    assert stored.level is not None
    begun = []
    for name in names:
        document = library.current(connection, _KIND, name)
        if document is None:
            raise Refused(Why.PLAYBOOK_UNKNOWN, what=name)
        known = {key: value for key, value in variables.items() if key in document.model.variables}
        statutory_clocks.start(connection, stored, document.model.clocks, now, actor=actor)
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


def begun(connection: Connection, crisis_id: int) -> dict[str, tuple[str, datetime]]:
    """Playbooks that ever began in a crisis: who began the first run of each, and when."""
    found = connection.execute(
        select(playbook_run.c.playbook, playbook_run.c.started_by, playbook_run.c.started_at)
        .where(playbook_run.c.crisis_id == crisis_id)
        .order_by(playbook_run.c.id.desc())
    )
    return {row.playbook: (row.started_by, row.started_at) for row in found}


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
