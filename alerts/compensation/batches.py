"""What people do to batches: once, in turn, and told why not.

The second of two people is told what the first did; a button pressed twice is one action; whoever
made a batch never approves it; and no order is approved twice for one cause, by the database.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError

from alerts import approvals
from alerts.actions import Outcome, take_token
from alerts.approvals import Subject
from alerts.compensation import exporting, rows
from alerts.compensation.candidates import FIRM
from alerts.compensation.machine import Action, Batch, BatchState, Do, Refused, Why, step
from alerts.compensation.policy import Policy
from alerts.compensation.rows import Draft, StoredBatch
from alerts.compensation.signing import Needed, needed, open_roles, signed, weigh
from alerts.crisis.clock import now_of
from alerts.crisis.people import may
from alerts.event_log import lock
from alerts.notify.config import Config
from data_access.state import schema
from data_access.state.engine import writing

_KINDS = frozenset(
    {
        "batch_submitted",
        "batch_signed",
        "batch_approved",
        "batch_rejected",
        "batch_reopened",
        "items_excluded",
        "items_included",
        "batch_exported",
        "batch_cancelled",
    }
)
"""Events that a person who acts must have seen."""
_MOST_TOLD = 20
"""Orders that a refusal names; the count tells of the rest."""


class _Undo(Exception):  # noqa: N818 - carries an answer out of a transaction that must not stay
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.result)
        self.outcome = outcome


@dataclass(frozen=True)
class Standing:
    """A batch with what is needed to judge it."""

    stored: StoredBatch
    policy: Policy
    items: pl.DataFrame
    need: Needed
    signatures: tuple[approvals.Approval, ...]

    @property
    def open_roles(self) -> tuple[str, ...]:
        """Roles that may still sign."""
        return open_roles(self.signatures, self.need)


def propose(
    engine: Engine, draft: Draft, *, actor: str, token: str | None, wall: datetime
) -> Outcome:
    """Make a batch; `data` names it as `batch`.

    Args:
        engine: state database.
        draft: see `alerts.compensation.drafting.prepare`.
        actor: who does it; they will not be able to approve it.
        token: made for each press of a button; None: a command.
        wall: the wall clock.
    """
    name = actor.strip()
    if not name or name == "worker":
        return Outcome("refused", why=Why.NAME_NEEDED)
    if not draft.rows.filter(pl.col("excluded_because").is_null()).height:
        return Outcome("refused", why=Why.EMPTY)
    with writing(engine) as connection:
        lock(connection)
        if token and not take_token(
            connection, token, actor=name, kind="propose", subject=rows.SUBJECT, now=wall
        ):
            return Outcome("repeated", by=name, at=wall)
        now = _now(connection, draft.crisis_id, wall)
        made = rows.add(connection, draft, actor=name, now=now)
        return Outcome("done", 1, data={"batch": made})


def act(
    engine: Engine,
    batch_id: int,
    action: Action,
    *,
    config: Config,
    actor: str,
    version: int | None,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """Do something to a batch.

    Args:
        engine: state database.
        batch_id: the batch.
        action: what to do; its `actor` and `complete` are found here. `seen` is the hash that the
            person looked at, for an approval.
        config: `alerting.yaml` in force: roles and channels.
        actor: who does it; without a name it is refused.
        version: of the batch as the person saw it; None: whatever it is by now.
        token: made for each press of a button; None: a command.
        wall: the wall clock.

    Returns:
        Of a refusal: `why`, who stands against it, and `data`: `who` may, or `elsewhere`: the
        orders that other batches hold, by their numbers.
    """
    name = actor.strip()
    if not name or name == "worker":
        return Outcome("refused", why=Why.NAME_NEEDED)
    try:
        with writing(engine) as connection:
            lock(connection)
            if token and not take_token(
                connection,
                token,
                actor=name,
                kind=f"batch_{action.do}",
                subject=str(batch_id),
                now=wall,
            ):
                return _repeated(connection, batch_id, token)
            stored = _fresh(connection, batch_id, version)
            now = _now(connection, stored.crisis_id, wall)
            done = _do(connection, stored, replace(action, actor=name), config, now, wall)
            return Outcome("done", done.version, data={"batch": done.id, "state": done.batch.state})
    except _Undo as undone:
        return undone.outcome
    except (Refused, approvals.Refused) as refused:
        return Outcome("refused", version, refused.why, refused.by, refused.at, refused.data)
    except IntegrityError:  # another transaction approved one of the orders meanwhile
        with engine.connect() as connection:
            return _held_elsewhere(rows.elsewhere(connection, batch_id), version)


def standing(connection: Connection, stored: StoredBatch) -> Standing:
    """A batch with its items, who must sign it and who has."""
    document = rows.policy_of(connection, stored.policy_id)
    items = rows.items(connection, stored.id)
    kept = items.filter(pl.col("state") != "excluded")
    need = needed(document.model, weigh(kept, stored.rates))
    given = approvals.of(connection, rows.SUBJECT, str(stored.id))
    return Standing(stored, document.model, items, need, signed(given, need, stored.sha256))


def _do(
    connection: Connection,
    stored: StoredBatch,
    action: Action,
    config: Config,
    now: datetime,
    wall: datetime,
) -> StoredBatch:
    found = standing(connection, stored)
    if action.do in {Do.APPROVE, Do.REJECT}:
        action = _sign(connection, found, action, config, now)
    elif action.do in {Do.EXCLUDE, Do.INCLUDE}:
        action = replace(action, items=_changed(found, action))
    elif action.do is Do.EXPORT:
        _may_export(found, action, config)
    batch, events = step(stored.batch, action, now)
    batch = _items_follow(connection, found, batch, action)
    held = {
        **rows.stored_json(connection, stored.id),
        "round": batch.round,
        "proposed": batch.proposed,
        "decided_by": batch.decided_by,
    }
    moved = batch.state is not stored.batch.state or batch.round != stored.batch.round
    items = rows.items(connection, stored.id) if moved else found.items
    sha256 = rows.content_sha256(
        items, stored.cause, stored.policy_id, held, drill=stored.batch.drill
    )
    if action.do is Do.EXPORT:
        file = exporting.rows_of(stored, found.policy, items)
        told = exporting.enqueue(
            connection, config, stored, sha256, file, channel=action.channel, wall=wall
        )
        events = tuple(
            one._replace(data={**one.data, "sha256": exporting.sha256_of(file), **told})
            for one in events
        )
    saved = rows.save(
        connection, stored, batch, events, actor=action.actor, now=now, held=held, sha256=sha256
    )
    if action.do is Do.EXPORT and stored.batch.state is BatchState.APPROVED:
        _finish_step(connection, saved, items, action, now)
    return saved


def _sign(
    connection: Connection, found: Standing, action: Action, config: Config, now: datetime
) -> Action:
    """Write the signature down; say whether it was the last that is needed."""
    stored = found.stored
    step(stored.batch, replace(action, complete=False), now)  # refuses what the state refuses
    role = action.role or _own_role(found, action, config)
    if role not in found.need.roles:
        raise Refused(Why.ROLE_NOT_ASKED, data={"roles": list(found.need.roles), "role": role})
    if action.do is Do.APPROVE and (held := rows.elsewhere(connection, stored.id)):
        raise _Undo(_held_elsewhere(held, stored.version))
    approvals.sign(
        connection,
        config,
        Subject(rows.SUBJECT, str(stored.id), stored.sha256, stored.crisis_id),
        role,
        "approved" if action.do is Do.APPROVE else "rejected",
        by=action.actor,
        assigned=stored.roles,
        now=now,
        note=action.note,
        apart_from=(stored.batch.maker,) if action.do is Do.APPROVE else (),
        seen=action.seen or None,
        data={"batch": stored.id, "version": stored.version + 1},
    )
    given = approvals.of(connection, rows.SUBJECT, str(stored.id))
    counted = signed(given, found.need, stored.sha256)
    return replace(action, role=role, complete=len(counted) >= found.need.people)


def _own_role(found: Standing, action: Action, config: Config) -> str:
    """The lowest role that may still sign and that the person has."""
    asked = found.open_roles or found.need.roles
    for role in asked:
        if may(config, action.actor, role, found.stored.roles):
            return role
    who = approvals.who_may(config, asked, found.stored.roles)
    raise approvals.Refused(approvals.Why.NOT_IN_ROLE, role=asked[0], who=who)


def _may_export(found: Standing, action: Action, config: Config) -> None:
    """Refuse whoever has none of the policy's roles, and a channel that is no webhook."""
    roles = tuple(found.policy.approval.roles)
    if not any(may(config, action.actor, role, found.stored.roles) for role in roles):
        who = approvals.who_may(config, roles, found.stored.roles)
        raise approvals.Refused(approvals.Why.NOT_IN_ROLE, role=roles[0], who=who)
    known = exporting.webhooks(config)
    if action.channel and action.channel not in known:
        raise Refused(Why.NO_CHANNEL, data={"channel": action.channel, "known": list(known)})


def _changed(found: Standing, action: Action) -> tuple[int, ...]:
    """Items that the action changes; those that no person may include are refused by name."""
    chosen = found.items.filter(pl.col("n").is_in(list(action.items)))
    if action.do is Do.EXCLUDE:
        return tuple(chosen.filter(pl.col("state") != "excluded")["n"])
    closed = chosen.filter(
        pl.col("state") == "excluded", pl.col("excluded_because").is_in(sorted(FIRM))
    )
    if closed.height:
        first = closed.row(0, named=True)
        raise Refused(
            Why.FIRM, data={"order": first["order_id"], "reason": first["excluded_because"]}
        )
    return tuple(chosen.filter(pl.col("state") == "excluded")["n"])


def _items_follow(connection: Connection, found: Standing, batch: Batch, action: Action) -> Batch:
    """Move the items as the batch went; gives the batch with how many are left in it."""
    number, before = found.stored.id, found.stored.batch
    if action.do is Do.EXCLUDE:
        rows.set_items(
            connection, number, "excluded", was=("proposed", "approved"), numbers=action.items,
            because=f"person:{action.note.strip()}",
        )  # fmt: skip
    if action.do is Do.INCLUDE:
        rows.set_items(connection, number, "proposed", was=("excluded",), numbers=action.items)
    if batch.state is BatchState.APPROVED and before.state is not BatchState.APPROVED:
        rows.set_items(connection, number, "approved", was=("proposed",))
    if before.state is BatchState.APPROVED and batch.state is not BatchState.APPROVED:
        to = "exported" if batch.state is BatchState.EXPORTED else "proposed"
        rows.set_items(connection, number, to, was=("approved",))
    if action.do in {Do.EXCLUDE, Do.INCLUDE}:
        delta = len(action.items) if action.do is Do.INCLUDE else -len(action.items)
        batch = replace(batch, proposed=batch.proposed + delta)
    return batch


def _finish_step(
    connection: Connection, stored: StoredBatch, items: pl.DataFrame, action: Action, now: datetime
) -> None:
    """Tell the run that waits for this batch."""
    if stored.run_id is None or stored.step_key is None:
        return
    from alerts.runs.rows import finish_step  # noqa: PLC0415 - runs know this package's effects

    result = {
        "batch": stored.id,
        "items": items.filter(pl.col("state") == "exported").height,
        "sha256": stored.sha256,
        "channel": action.channel or "file",
    }
    finish_step(connection, stored.run_id, stored.step_key, result, actor=action.actor, now=now)


def _held_elsewhere(held: dict[int, list[str]], version: int | None) -> Outcome:
    told = {str(number): orders[:_MOST_TOLD] for number, orders in held.items()}
    count = sum(len(orders) for orders in held.values())
    return Outcome("refused", version, Why.ELSEWHERE, data={"elsewhere": told, "count": count})


def _now(connection: Connection, crisis_id: int | None, wall: datetime) -> datetime:
    return wall if crisis_id is None else now_of(connection, crisis_id, wall)


def _repeated(connection: Connection, batch_id: int, token: str) -> Outcome:
    table = schema.action_token
    before = connection.execute(select(table).where(table.c.token == token)).one()
    stored = rows.find(connection, batch_id)
    return Outcome("repeated", stored.version if stored else None, "", before.actor, before.at)


def _fresh(connection: Connection, batch_id: int, version: int | None) -> StoredBatch:
    """The batch, unless it changed in a way that the person must see first."""
    stored = rows.load(connection, batch_id)
    if stored is None:
        raise _Undo(Outcome("refused", why=Why.NOT_FOUND))
    if version is None or version >= stored.version:
        return stored
    between = _between(connection, stored, version, _KINDS)
    if between is None:
        return stored
    payload = json.loads(between.payload_json)
    raise _Undo(Outcome("stale", stored.version, between.kind, between.actor, between.at, payload))


def _between(
    connection: Connection, stored: StoredBatch, version: int, kinds: Collection[str]
) -> Any:
    log = schema.event_log
    of_crisis = stored.crisis_id is not None
    found = connection.execute(
        select(log)
        .where(
            log.c.subject_kind == ("crisis" if of_crisis else rows.SUBJECT),
            log.c.subject_id == str(stored.crisis_id if of_crisis else stored.id),
            log.c.kind.in_(sorted(kinds)),
        )
        .order_by(log.c.seq.desc())
    )
    for row in found:
        payload = json.loads(row.payload_json)
        if payload.get("batch") == stored.id and payload.get("version", 0) > version:
            return row
    return None
