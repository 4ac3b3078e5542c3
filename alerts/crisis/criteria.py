"""What each criterion says of a crisis, kept with its figures; and what follows from it.

The worker settles criteria after it measured, a person's flag does so at once with the figures
measured last. A criterion that held and cannot be told any more goes on holding: unclear is higher.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from alerts import library
from alerts.crisis import machine, rows
from alerts.crisis.levels import Hit, Levels, propose
from alerts.crisis.model import Action, Circumstances, Do, Event, Trigger
from alerts.crisis.rows import StoredCrisis
from data_access.state.engine import insert_once
from data_access.state.schema import crisis_criterion as table


def levels_of(connection: Connection, version_id: int) -> Levels:
    """The levels that a crisis is judged by.

    Raises:
        LookupError: there is no such version.
        alerts.library.DocumentError: it cannot be read any more.
    """
    document = library.version(connection, version_id)
    if document is None:
        raise LookupError(f"version {version_id} of the levels is not there")
    levels: Levels = document.model
    return levels


def triggers(connection: Connection, crisis_id: int) -> tuple[tuple[Trigger, ...], datetime | None]:
    """Every criterion of a crisis as last settled, and when that was."""
    found = _rows(connection, crisis_id)
    checked_at = max((row.checked_at for row in found), default=None)
    return tuple(_trigger(row) for row in found), checked_at


def settle(
    connection: Connection,
    stored: StoredCrisis,
    levels: Levels,
    measured: Mapping[str, Mapping[str, Any]],
    now: datetime,
    *,
    found: Mapping[str, int] | None = None,
) -> StoredCrisis:
    """Judge figures and flags, keep what each criterion says, and propose a level.

    Args:
        connection: a writing transaction.
        stored: the crisis, locked.
        levels: those that it is judged by.
        measured: by measure: {value, evidence}.
        now: the clock of the crisis.
        found: how many of each kind of thing its labels select; None: as last counted.

    Returns:
        The crisis with what followed.
    """
    values = {name: found.get("value") for name, found in measured.items()}
    proposal = propose(levels, values, stored.flags)
    before = {row.criterion: row for row in _rows(connection, stored.id)}
    # In a drill figures change by what is sprung on people alone: nobody need look meanwhile.
    drill = stored.drill_id is not None
    late = None if drill else levels.update_every[stored.level or stored.proposed_level or 1]
    settled = [_settled(hit, before.get(hit.criterion), now, late) for hit in proposal.hits]
    for row in settled:
        _keep(connection, stored.id, row, before.get(row["criterion"]))
    if measured != stored.measured or (found is not None and found != stored.found):
        stored = rows.measured(connection, stored, measured, found)
    held = tuple(row["criterion"] for row in settled if row["holds"] and _new(row, before))
    cleared = tuple(
        row["criterion"]
        for row in settled
        if not row["holds"] and row["criterion"] in before and before[row["criterion"]].holds
    )
    level = max((row["level"] for row in settled if row["holds"]), default=0)
    known = tuple(_of(row) for row in settled)
    given = Circumstances(known, now, levels.update_every)
    crisis = stored.crisis
    events: list[Event] = []
    for action in (
        Action(Do.CRITERIA, held=held, cleared=cleared),
        Action(Do.PROPOSE, level=level),
    ):
        crisis, told = machine.step(crisis, action, given, now)
        events += told
    if crisis == stored.crisis and not events:
        return stored
    return rows.save(connection, stored, crisis, events, now)


def _settled(hit: Hit, before: Any, now: datetime, late: timedelta | None) -> dict[str, Any]:
    """What becomes of a criterion's row; `late`: a gap between looks that proves nothing."""
    held_before = before is not None and before.holds
    holds = held_before if hit.holds is None else hit.holds
    clear_since = None if before is None else before.value_json.get("clear_since")
    if holds:
        clear_since = None
    elif held_before or (late and before is not None and before.checked_at + late < now):
        clear_since = now.isoformat()  # of what never held too: nobody saw whether it did
    return {
        "criterion": hit.criterion,
        "level": hit.level,
        "holds": holds,
        "value_json": {
            "known": hit.holds is not None,
            "evidence": dict(hit.evidence),
            "clear_since": clear_since,
        },
        "held_since": (before.held_since if held_before else now) if holds else None,
        "last_held_at": now if holds else (None if before is None else before.last_held_at),
        "checked_at": now,
    }


def _keep(connection: Connection, crisis_id: int, row: Mapping[str, Any], before: Any) -> None:
    if before is None:
        connection.execute(insert_once(connection, table).values(crisis_id=crisis_id, **row))
        return
    connection.execute(
        update(table)
        .where(table.c.crisis_id == crisis_id, table.c.criterion == row["criterion"])
        .values(**{name: value for name, value in row.items() if name != "criterion"})
    )


def _new(row: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return row["criterion"] not in before or not before[row["criterion"]].holds


def _rows(connection: Connection, crisis_id: int) -> Sequence[Any]:
    return connection.execute(
        select(table)
        .where(table.c.crisis_id == crisis_id)
        .order_by(table.c.level, table.c.criterion)
    ).all()


def _trigger(row: Any) -> Trigger:
    since = row.value_json.get("clear_since")
    return Trigger(
        row.criterion, row.level, row.holds, datetime.fromisoformat(since) if since else None
    )


def _of(row: Mapping[str, Any]) -> Trigger:
    since = row["value_json"]["clear_since"]
    return Trigger(
        row["criterion"],
        row["level"],
        row["holds"],
        datetime.fromisoformat(since) if since else None,
    )
