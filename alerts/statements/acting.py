"""What a person does to a statement, in the state database: once, in turn, and told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from alerts import approvals, event_log
from alerts.actions import Outcome, take_token
from alerts.approvals import WORKER
from alerts.crisis.clock import now_of
from alerts.notify.config import Config
from alerts.statements import chain, rows, writing_texts
from alerts.statements.case import Case, need
from alerts.statements.drafting import DraftError, draft, order
from alerts.statements.machine import Action, Do, Refused, Status, Why, step
from alerts.statements.rows import Statement
from alerts.statements.sending import record, send
from alerts.statements.signing import ready, reject, sign
from data_access.state import schema
from data_access.state.engine import writing

CONTESTED = (
    "statement_edited",
    "statement_filled",
    "statement_source_changed",
    "statement_sent",
    "statement_recorded",
    "statement_withdrawn",
    "statement_restored",
    "approved",
    "rejected",
)
"""Events that a person who acts must have seen."""


def act(
    engine: Engine,
    statement_id: int,
    action: Action,
    *,
    config: Config,
    actor: str,
    version: int | None,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """Do something to a statement.

    Args:
        engine: state database.
        statement_id: the statement.
        action: what to do.
        config: who holds which role and speaks which language; channels to send by.
        actor: who does it; without a name it is refused.
        version: of the statement as the person saw it; None: whatever it is by now.
        token: made for each press of a button; None: a command, which nobody presses twice.
        wall: the wall clock.

    Returns:
        What became of it. `data` of a refusal: `who` may, `role`, `findings`; of a stale edit the
        `body` as it is now.
    """
    name = actor.strip()
    if not name or name == WORKER:
        return Outcome("refused", version, Why.NAME_NEEDED)
    try:
        with writing(engine) as connection:
            event_log.lock(connection)
            one = rows.load(connection, statement_id)
            if one is None:
                return Outcome("refused", None, Why.NOT_FOUND)
            now = now_of(connection, one.crisis_id, wall)
            if token and not take_token(
                connection,
                token,
                actor=name,
                kind=f"statement_{action.do}",
                subject=str(statement_id),
                now=now,
            ):
                return _repeated(connection, one, token)
            _refuse_stale(connection, one, version)
            around = rows.surroundings(connection, one.crisis_id)
            after = step(one.status, action.do)
            template = rows.template_of(connection, one)
            case = Case(connection, config, one, template, around, name, action, after, now, wall)
            return Outcome("done", _HOW[action.do](case))
    except _Undo as undone:
        return undone.outcome
    except (Refused, approvals.Refused) as refused:
        return Outcome(
            "refused", version, str(refused.why), refused.by, refused.at, dict(refused.data) or None
        )


def draft_by_hand(
    engine: Engine,
    crisis_id: int,
    template_id: str,
    *,
    channels: Sequence[str] = (),
    locales: Sequence[str] = (),
    values: Mapping[str, Any] | None = None,
    config: Config,
    actor: str,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """Draft a statement that no playbook asked for; `data["statements"]` are its numbers.

    Whoever may change a text may do so. A refusal `draft` says in `data["what"]` what is wrong.
    """
    name = actor.strip()
    if not name or name == WORKER:
        return Outcome("refused", None, Why.NAME_NEEDED)
    try:
        with writing(engine) as connection:
            event_log.lock(connection)
            now = now_of(connection, crisis_id, wall)
            around = rows.surroundings(connection, crisis_id)
            if token and not take_token(
                connection,
                token,
                actor=name,
                kind="statement_draft",
                subject=str(crisis_id),
                now=now,
            ):
                return Outcome("repeated", None, by=name, at=now)
            need(config, name, chain.EDITORS, around)
            wanted = order(
                connection,
                crisis_id,
                template_id,
                channels=channels,
                locales=locales,
                variables=values,
                labels=around.labels,
            )
            made = draft(connection, wanted, actor=name, now=now)
            return Outcome("done", 1, data={"statements": made, "missing": list(wanted.missing)})
    except DraftError as error:
        return Outcome("refused", None, "draft", data={"what": str(error)})
    except Refused as refused:
        return Outcome("refused", None, refused.why, data=dict(refused.data))


class _Undo(Exception):  # noqa: N818 - carries an answer out of a transaction that must not stay
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.result)
        self.outcome = outcome


def _repeated(connection: Connection, one: Statement, token: str) -> Outcome:
    table = schema.action_token
    before = connection.execute(select(table).where(table.c.token == token)).one()
    return Outcome("repeated", one.version, "", before.actor, before.at)


def _refuse_stale(connection: Connection, one: Statement, version: int | None) -> None:
    """Stop where something came between what the person saw and now that they must see first."""
    if version is None or version == one.version:
        return
    log = schema.event_log
    events = connection.execute(
        select(log)
        .where(log.c.subject_kind == "crisis", log.c.subject_id == str(one.crisis_id))
        .where(log.c.kind.in_(CONTESTED))
        .order_by(log.c.seq.desc())
    )
    for event in events:
        payload = json.loads(event.payload_json)
        if payload.get("statement") == one.id and payload.get("version", 0) > version:
            data = {**payload, "body": one.body}
            raise _Undo(Outcome("stale", one.version, event.kind, event.actor, event.at, data))


def _edit(case: Case) -> int:
    case.need(chain.EDITORS)
    text = writing_texts.edited(case.template, case.one, case.action.text)
    return writing_texts.put(
        case.connection,
        case.one,
        case.template,
        text,
        kind="statement_edited",
        by=case.actor,
        now=case.now,
        drill_id=case.around.drill_id,
        note=case.action.note,
    )


def _fill(case: Case) -> int:
    case.need(chain.EDITORS)
    return writing_texts.fill(
        case.connection,
        case.one,
        case.template,
        case.action.values,
        by=case.actor,
        now=case.now,
        drill_id=case.around.drill_id,
    )


def _send(case: Case) -> int:
    case.need(chain.SENDERS)
    ready(case)
    return send(
        case.connection,
        case.config,
        case.one,
        case.template,
        case.slots,
        case.action.targets,
        by=case.actor,
        drill_id=case.around.drill_id,
        now=case.now,
        wall=case.wall,
    )


def _record_sent(case: Case) -> int:
    case.need(chain.SENDERS)
    if case.one.status is not Status.SENT:
        ready(case)
    return record(
        case.connection,
        case.one,
        case.slots,
        case.action.where,
        case.action.at,
        by=case.actor,
        drill_id=case.around.drill_id,
        now=case.now,
    )


def _withdraw(case: Case) -> int:
    case.need((*chain.SENDERS, "legal"))
    if not case.action.note.strip():
        raise Refused(Why.REASON_NEEDED)
    version = rows.change(case.connection, case.one, case.now, status=str(Status.WITHDRAWN))
    _told(case, "statement_withdrawn", version)
    writing_texts.finish(case.connection, case.one, by=case.actor, now=case.now)
    return version


def _restore(case: Case) -> int:
    case.need((*chain.SENDERS, "legal"))
    one = case.one
    status = writing_texts.standing(case.connection, one, case.template)
    version = rows.change(case.connection, one, case.now, status=str(status))
    _told(case, "statement_restored", version)
    return version


def _never(_case: Case) -> int:
    raise Refused(Why.NAME_NEEDED)


_HOW = {
    Do.EDIT: _edit,
    Do.FILL: _fill,
    Do.TRANSLATED: sign,
    Do.PROOFREAD: sign,
    Do.FINAL: sign,
    Do.REJECT: reject,
    Do.SEND: _send,
    Do.RECORD_SENT: _record_sent,
    Do.WITHDRAW: _withdraw,
    Do.RESTORE: _restore,
    Do.SOURCE_CHANGED: _never,
}


def _told(case: Case, kind: str, version: int) -> None:
    rows.tell(
        case.connection,
        case.one,
        kind,
        actor=case.actor,
        now=case.now,
        version=version,
        drill_id=case.around.drill_id,
        facts={"note": case.action.note.strip()},
    )
