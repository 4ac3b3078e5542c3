"""How a drill went: steps against their targets, the first statement, signatures, who was missing.

Times are those of the drill's clock, so that a drill at ×60 is judged by the same targets as the
real thing. Steps that the worker does by itself count for no person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import Connection, select

from alerts.drills import rows
from alerts.drills.rows import Drill
from alerts.reviews.record import Record, StepFact, gather, plain
from alerts.runs import rows as run_rows
from data_access.state import schema

WORKER = "worker"
STANDINGS = ("on_time", "late", "skipped", "unknown", "not_done", "not_reached", "no_target")


def made(connection: Connection, drill: Drill, now: datetime) -> dict[str, Any]:
    """The report of a drill as JSON.

    Args:
        connection: state database.
        drill: the drill.
        now: its clock.
    """
    record = gather(connection, drill.crisis_id, now)
    assert record is not None, "a drill has a crisis"
    told = summary(record)
    last = _last(connection, drill)
    return {
        **told,
        "real_seconds": (now - drill.clock.masked_start).total_seconds() / drill.clock.speed,
        "masked_seconds": (now - drill.clock.masked_start).total_seconds(),
        "missing": missing(connection, drill, record),
        "last": None if last is None else compared(told, last),
    }


def summary(record: Record) -> dict[str, Any]:
    """What is told of any record: steps and what they come to."""
    by_people = [step for step in record.steps if step.who != WORKER or step.standing != "on_time"]
    standings = {name: sum(step.standing == name for step in record.steps) for name in STANDINGS}
    took = [step.took_s for step in by_people if step.took_s is not None and step.who != WORKER]
    late = [step.late_s for step in record.steps if step.standing == "late" and step.late_s]
    return {
        "steps": [_stored(step) for step in record.steps],
        "standings": standings,
        "median_took_s": median(took) if took else None,
        "timed": len(took),
        "median_late_s": median(late) if late else None,
        "first_statement_s": record.durations.get("to_first_statement"),
        "statements": [
            {
                "id": one.id,
                "template": one.template,
                "locale": one.locale,
                "status": one.status,
                "chain_s": _chain(one.created_at, [at for _role, _by, at in one.signed]),
                "signed": [[role, by, plain(at)] for role, by, at in one.signed],
                "sent_s": None
                if one.sent_at is None
                else (one.sent_at - one.created_at).total_seconds(),
            }
            for one in record.statements
        ],
    }


def _stored(step: StepFact) -> dict[str, Any]:
    found: dict[str, Any] = plain(asdict(step))
    return found


def _chain(began: datetime, signed: Sequence[datetime]) -> float | None:
    """From the draft to the last signature."""
    return (max(signed) - began).total_seconds() if signed else None


def missing(connection: Connection, drill: Drill, record: Record) -> list[dict[str, Any]]:
    """Roles that nobody played, and those whose steps nobody did in time."""
    found = []
    for stored in run_rows.all_of(connection, drill.crisis_id):
        asked = {step.role for step in record.steps if step.role and step.run == stored.run.id}
        for role in sorted(asked):
            steps = [
                step
                for step in record.steps
                if step.role == role and step.run == stored.run.id and step.who != WORKER
            ]
            left = [step.key for step in steps if step.standing in ("not_done", "unknown")]
            who = stored.roles.get(role, "")
            acted = sorted({step.who for step in steps if step.who and step.done_at})
            if left or (steps and not acted and not who):
                found.append({"role": role, "who": who, "acted": acted, "steps": left})
    return found


def compared(now: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """This drill beside the last one of the same playbook; steps that both had, by key."""
    old = {step["key"]: step for step in before["steps"]}
    steps = [
        {
            "key": step["key"],
            "took_s": step["took_s"],
            "before_s": old[step["key"]]["took_s"],
        }
        for step in now["steps"]
        if step["key"] in old
        and step["took_s"] is not None
        and old[step["key"]]["took_s"] is not None
    ]
    return {
        "drill": before["drill"],
        "ended_at": before["ended_at"],
        "steps": steps,
        "standings": before["standings"],
        "first_statement_s": before["first_statement_s"],
        "median_took_s": before["median_took_s"],
    }


def _last(connection: Connection, drill: Drill) -> dict[str, Any] | None:
    """The report of the last drill of the same playbook that was ended."""
    table, document = rows.table, schema.document_version
    row = connection.execute(
        select(table.c.id, table.c.ended_at, table.c.report_json)
        .join(document, document.c.id == table.c.playbook_version_id)
        .where(document.c.name == drill.playbook, document.c.kind == "playbook")
        .where(table.c.status == "ended", table.c.id != drill.id)
        .where(table.c.report_json.is_not(None))
        .order_by(table.c.ended_at.desc(), table.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return {**row.report_json, "drill": row.id, "ended_at": row.ended_at.isoformat()}
