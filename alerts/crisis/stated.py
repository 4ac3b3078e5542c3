"""Facts that a step of a playbook found out, noted as flags of the crisis in its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from alerts.crisis import criteria, machine, rows, statutory_clocks
from alerts.crisis.levels import Levels
from alerts.crisis.model import Action, Circumstances, Do, Status
from alerts.crisis.rows import StoredCrisis


def note(
    connection: Connection,
    crisis_id: int,
    flags: Iterable[str],
    *,
    actor: str,
    data: Mapping[str, Any],
    now: datetime,
) -> None:
    """Set flags that are not set yet, judge the level anew and begin the law's terms.

    Args:
        connection: a transaction that holds the lock of the event log.
        crisis_id: the crisis.
        flags: names; one that the levels of the crisis do not know any more is left out.
        actor: who gave the answer.
        data: for the event log: which run and step it was given in.
        now: the crisis's own time.
    """
    for flag in flags:
        stored = rows.load(connection, crisis_id)
        if stored is None or not stored.is_open:
            return
        levels = criteria.levels_of(connection, stored.levels_version_id)
        if flag in stored.flags or flag not in levels.flags:
            continue
        action = Action(Do.FLAG, actor=actor, flag=flag, data=data)
        given = Circumstances(flags=frozenset(levels.flags))
        crisis, events = machine.step(stored.crisis, action, given, now)
        saved = rows.save(connection, stored, crisis, events, now)
        follow(connection, saved, levels, actor=actor, now=now)


def follow(
    connection: Connection, stored: StoredCrisis, levels: Levels, *, actor: str, now: datetime
) -> tuple[str, ...]:
    """What comes of a flag: its criteria are judged at once, by the figures there are.

    Returns:
        Keys of the statutory rules whose terms began.
    """
    stored = criteria.settle(connection, stored, levels, stored.measured, now)
    if stored.status is Status.PROPOSED:
        return ()
    return tuple(statutory_clocks.start(connection, stored, None, now, actor=actor))
