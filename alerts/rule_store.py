"""Rules in the state database: every version, the stage it is in, and what it asks for.

Files are written down here as versions that ask to live; `alerts.stages` moves them on.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, func, insert, select, update

from alerts.alert_rows import load_alerts, save_alert
from alerts.event_log import Entry, append, lock
from alerts.groups import absorb
from alerts.lease import Lease, fenced
from alerts.lifecycle import Observation, Seen, step
from alerts.lifecycle.model import Why
from alerts.rules import RuleVersion, builtin, parse
from data_access.state import schema
from data_access.state.engine import writing

log = logging.getLogger("afterwatch.worker")

Stage = Literal["draft", "tested", "shadow", "live", "retired"]
STAGES: tuple[Stage, ...] = ("draft", "tested", "shadow", "live", "retired")
Origin = Literal["shipped", "file", "screen"]
Asks = Literal["backtest", "live"]

WORKER = "worker"
"""Who acts where no person does."""
DELETED, SUPERSEDED = "deleted", "superseded"

_rules, _versions = schema.rule, schema.rule_version


@dataclass(frozen=True)
class StoredRule:
    """A version of a rule under its number in the database.

    `n` counts the versions of one rule. `reason` says why it stands in its stage; `asks` what the
    worker is still to do with it, not before `asked_at`. `text` is the YAML a person wrote.
    """

    version_id: int
    version: RuleVersion
    n: int = 1
    stage: Stage = "live"
    reason: str | None = None
    origin: Origin = "file"
    asks: Asks | None = None
    asked_at: datetime | None = None
    staged_at: datetime | None = None
    created_by: str = ""
    created_at: datetime | None = None
    text: str | None = None


def live_rules(engine: Engine) -> list[StoredRule]:
    """The live version of every rule that has one, by rule id."""
    return staged(engine, "live")


def staged(engine: Engine, *stages: Stage) -> list[StoredRule]:
    """Every version in one of `stages`, by rule id, the oldest first."""
    with engine.connect() as connection:
        rows = connection.execute(
            select(_versions)
            .where(_versions.c.stage.in_(stages))
            .order_by(_versions.c.rule_id, _versions.c.n)
        ).all()
    return _readable(rows)


def versions_of(engine: Engine, rule_id: str) -> list[StoredRule]:
    """Every version of one rule, the newest first; empty if there is no such rule."""
    with engine.connect() as connection:
        rows = connection.execute(
            select(_versions).where(_versions.c.rule_id == rule_id).order_by(_versions.c.n.desc())
        ).all()
    return _readable(rows)


def find(engine: Engine, version_id: int) -> StoredRule | None:
    """One version by its number."""
    with engine.connect() as connection:
        row = connection.execute(select(_versions).where(_versions.c.id == version_id)).first()
    return None if row is None else stored_rule(row)


def _readable(rows: Sequence[Any]) -> list[StoredRule]:
    """Versions that can still be read: a body of an older Afterwatch may say what is no more."""
    found = []
    for row in rows:
        try:
            found.append(stored_rule(row))
        except (KeyError, ValidationError):
            log.warning("rule %s version %d cannot be read any more", row.rule_id, row.n)
    return found


def stored_rule(row: Any) -> StoredRule:
    """A row of `rule_version` as a rule."""
    version = RuleVersion(parse(row.body_json), row.created_by or row.rule_id)
    # Its identity is what was hashed then: fields that rules got since would change it.
    vars(version).update(body_json=row.body_json, sha256=row.sha256)
    return StoredRule(
        row.id,
        version,
        row.n,
        row.stage,
        row.stage_reason,
        row.origin,
        row.asks,
        row.asked_at,
        row.staged_at,
        row.created_by or "",
        row.created_at,
        row.body_yaml,
    )


def register(
    engine: Engine,
    lease: Lease,
    versions: Mapping[str, RuleVersion],
    now: datetime,
    *,
    complete: bool = True,
) -> None:
    """Write new and changed files down as versions that ask to live; retire removed ones.

    What is live stays so until its successor may take over. A version made on screen is not undone
    by the file it replaced, only by a file that changed since.

    Args:
        engine: state database.
        lease: proof of leadership.
        versions: rules by id, as loaded.
        now: the wall clock.
        complete: False if a file could not be read: then nothing is taken for removed.
    """
    with engine.connect() as connection:
        stored = _of_files(connection)
    fresh = [name for name, version in versions.items() if _is_new(stored.get(name), version)]
    gone = [
        rule_id
        for rule_id, newest in stored.items()
        if complete and rule_id not in versions and newest.stage_reason != DELETED
    ]
    if not fresh and not gone:
        return
    with fenced(engine, lease) as connection:
        lock(connection)
        for rule_id in fresh:
            _add_file(connection, rule_id, versions[rule_id], now)
        for rule_id in gone:
            _remove_file(connection, rule_id, now)


def _of_files(connection: Connection) -> dict[str, Any]:
    """The newest version of every rule that came from a file."""
    columns = _versions.c
    newest = (
        select(func.max(columns.id)).where(columns.origin != "screen").group_by(columns.rule_id)
    )
    rows = connection.execute(
        select(columns.id, columns.rule_id, columns.sha256, columns.stage, columns.stage_reason)
        .where(columns.id.in_(newest))
        .order_by(columns.rule_id)
    ).all()
    return {row.rule_id: row for row in rows}


def _is_new(newest: Any, version: RuleVersion) -> bool:
    return newest is None or newest.sha256 != version.sha256 or newest.stage_reason == DELETED


def _add_file(connection: Connection, rule_id: str, version: RuleVersion, now: datetime) -> None:
    shipped = builtin().get(rule_id)
    origin: Origin = "shipped" if shipped and shipped.sha256 == version.sha256 else "file"
    set_aside(connection, rule_id, ("draft", "tested", "shadow"), SUPERSEDED, now, files_only=True)
    before = _of_files(connection).get(rule_id)
    if before is not None:
        stop_alerts(connection, rule_id, "shadow", Why.UPDATED, now)
    if before is not None and before.sha256 == version.sha256:
        _restore(connection, rule_id, before.id, now)
        return
    add_version(
        connection, version, origin=origin, asks="live", actor=WORKER, by=version.where, now=now
    )


def _restore(connection: Connection, rule_id: str, version_id: int, now: datetime) -> None:
    """A removed file that is back unchanged is the same version."""
    connection.execute(
        update(_versions)
        .where(_versions.c.id == version_id)
        .values(stage="draft", stage_reason=None, staged_at=now, asks="live", asked_at=now)
    )
    tell(connection, WORKER, rule_id, "rule_file_restored", {}, now)


def _remove_file(connection: Connection, rule_id: str, now: datetime) -> None:
    set_aside(connection, rule_id, STAGES, DELETED, now, files_only=True)
    if _live_n(connection, rule_id) is None:
        stop_alerts(connection, rule_id, "live", Why.DELETED, now)
        stop_alerts(connection, rule_id, "shadow", Why.DELETED, now)
    tell(connection, WORKER, rule_id, "rule_file_removed", {}, now)


def _live_n(connection: Connection, rule_id: str) -> int | None:
    found: int | None = connection.execute(
        select(_versions.c.n).where(_versions.c.rule_id == rule_id, _versions.c.stage == "live")
    ).scalar()
    return found


def set_aside(
    connection: Connection,
    rule_id: str,
    stages: tuple[Stage, ...],
    reason: str,
    now: datetime,
    *,
    files_only: bool = False,
) -> None:
    """Retire the versions of a rule that stand in `stages`; their alerts are the caller's."""
    chosen = (_versions.c.rule_id == rule_id) & _versions.c.stage.in_(stages)
    if files_only:
        chosen &= _versions.c.origin != "screen"
    connection.execute(
        update(_versions)
        .where(chosen)
        .values(stage="retired", stage_reason=reason, staged_at=now, asks=None)
    )


def add_version(
    connection: Connection,
    version: RuleVersion,
    *,
    origin: Origin,
    asks: Asks | None,
    actor: str,
    by: str,
    now: datetime,
    text: str | None = None,
) -> int:
    """Write a version down as draft, with its event; gives its number in the database."""
    rule_id = version.rule.id
    last = connection.execute(
        select(func.max(_versions.c.n)).where(_versions.c.rule_id == rule_id)
    ).scalar()
    described = {"name": version.rule.title.en, "owner": version.rule.owner}
    known = connection.execute(select(_rules.c.id).where(_rules.c.id == rule_id)).first()
    if known is None:
        connection.execute(insert(_rules).values(id=rule_id, **described))
    else:
        connection.execute(update(_rules).where(_rules.c.id == rule_id).values(**described))
    n = (last or 0) + 1
    made: int = connection.execute(
        insert(_versions)
        .values(
            rule_id=rule_id,
            n=n,
            body_json=version.body_json,
            body_yaml=text,
            sha256=version.sha256,
            stage="draft",
            staged_at=now,
            origin=origin,
            asks=asks,
            asked_at=now if asks else None,
            created_by=by,
            created_at=now,
        )
        .returning(_versions.c.id)
    ).scalar_one()
    payload = {"n": n, "sha256": version.sha256, "origin": origin}
    tell(connection, actor, rule_id, "rule_version_added", payload, now)
    return made


def save_draft(
    engine: Engine, version: RuleVersion, text: str, *, actor: str, now: datetime
) -> StoredRule:
    """Keep what a person wrote on screen as the next version of its rule."""
    with writing(engine) as connection:
        lock(connection)
        made = add_version(
            connection,
            version,
            origin="screen",
            asks=None,
            actor=actor,
            by=actor,
            now=now,
            text=text,
        )
    stored = find(engine, made)
    assert stored is not None
    return stored


def stop_alerts(
    connection: Connection, rule_id: str, stage: Stage, why: Why, now: datetime
) -> None:
    """End every open episode of a rule in a stage for a reason that is not the numbers'."""
    body = connection.execute(
        select(_versions.c.body_json)
        .where(_versions.c.rule_id == rule_id)
        .order_by((_versions.c.stage == stage).desc(), _versions.c.n.desc())
        .limit(1)
    ).scalar_one()
    timing = parse(body).timing
    for alert in load_alerts(connection, rule_id, stage).values():
        state, events = step(timing, alert.state, Observation(Seen.STOPPED, why), now)
        saved = save_alert(connection, alert, state, evidence=None, events=events, now=now)
        absorb(connection, saved, events, now)


def tell(
    connection: Connection,
    actor: str,
    rule_id: str,
    kind: str,
    payload: Mapping[str, Any],
    now: datetime,
) -> None:
    """Write one event of a rule."""
    append(connection, [Entry(now, actor, kind, "rule", rule_id, payload)])
