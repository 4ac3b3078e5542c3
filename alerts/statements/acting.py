"""What a person does to a statement, in the state database: once, in turn, and told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from alerts import approvals, event_log
from alerts.actions import Outcome, take_token
from alerts.approvals import WORKER, who_may
from alerts.crisis.clock import now_of
from alerts.crisis.people import may, speakers
from alerts.notify.config import Config
from alerts.statements import chain, rows, writing_texts
from alerts.statements.checks import Source, blocking, check
from alerts.statements.drafting import DraftError, draft, order
from alerts.statements.machine import Action, Do, Refused, Status, Why, step
from alerts.statements.rows import Statement, Surroundings
from alerts.statements.sending import record, send
from alerts.statements.templates import Template
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

_SIGNS = (Do.TRANSLATED, Do.PROOFREAD, Do.FINAL)


@dataclass(frozen=True)
class Case:
    """All that an action is judged by."""

    connection: Connection
    config: Config
    one: Statement
    template: Template
    around: Surroundings
    actor: str
    action: Action
    after: Status
    now: datetime
    wall: datetime

    @property
    def slots(self) -> tuple[chain.Slot, chain.Slot, chain.Slot]:
        """The signatures that the text needs."""
        return rows.chain_of(self.template, self.one)

    def need(self, roles: Sequence[str]) -> None:
        """Refuse who holds none of the roles."""
        _need(self.config, self.actor, roles, self.around)


def _need(config: Config, actor: str, roles: Sequence[str], around: Surroundings) -> None:
    if not any(may(config, actor, role, around.roles) for role in roles):
        who = who_may(config, roles, around.roles)
        raise Refused(Why.NOT_IN_ROLE, data={"role": roles[0], "who": list(who)})


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
            _need(config, name, chain.EDITORS, around)
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


def _sign(case: Case) -> int:
    """Sign this text, and with it every text that says exactly the same in this language."""
    version = _sign_one(case)
    for twin in _twins(case):
        try:
            _sign_one(replace(case, one=twin))
        except (Refused, approvals.Refused):
            continue  # too long for its channel, say: it waits for a text of its own
    return version


def _twins(case: Case) -> list[Statement]:
    """Texts of other channels that are word by word the same and stand where this one stood."""
    one = case.one
    same = (one.locale, one.sha256, one.source_sha256, one.status, one.author)
    return [
        twin
        for twin in rows.siblings(case.connection, one)
        if twin.id != one.id
        and (twin.locale, twin.sha256, twin.source_sha256, twin.status, twin.author) == same
    ]


def _sign_one(case: Case) -> int:
    slot = next(slot for slot in case.slots if slot.do is case.action.do)
    one = case.one
    source = rows.look(case.connection, one.source_id) if one.source_id else None
    behind = source is not None and source.sha256 != one.source_sha256
    if source is not None and behind and case.action.do is not Do.TRANSLATED:
        raise Refused(Why.SOURCE_CHANGED, by=source.author, at=source.updated_at)
    if not behind:
        _refuse_rejected(case)
    if case.action.do is Do.PROOFREAD:
        _need_language(case)
    _refuse_findings(case, source)
    sealed = chain.seal(one.body, source.sha256) if source is not None else one.sha256
    signed = rows.signatures(case.connection, one.id)
    after = chain.status(signed, case.slots, sealed, one.author) if behind else Status.DRAFT
    if after is Status.DRAFT:
        after = case.after
        _put_signature(case, slot, sealed)
    columns: dict[str, Any] = {"status": str(after)}
    if behind and source is not None:  # the same words as the translation of the new source
        columns |= {"sha256": sealed, "source_sha256": source.sha256}
        rows.add_revision(
            case.connection,
            one.id,
            one.body,
            sealed,
            by=one.author,
            now=case.now,
            note="source_changed",
        )
    return rows.change(case.connection, one, case.now, **columns)


def _put_signature(case: Case, slot: chain.Slot, sealed: str) -> None:
    one = case.one
    by_template = one.author == WORKER
    assigned = dict(case.around.roles)
    if slot.role == chain.AUTHOR and not by_template:
        assigned[chain.AUTHOR] = one.author
    approvals.sign(
        case.connection,
        case.config,
        approvals.Subject(rows.KIND, str(one.id), sealed, one.crisis_id),
        slot.role,
        "approved",
        by=case.actor,
        assigned=assigned,
        now=case.now,
        note=case.action.note,
        apart_from=() if slot.do is Do.TRANSLATED or by_template else (one.author,),
        also=slot.also,
        data=rows.about(one, one.version + 1),
    )


def _reject(case: Case) -> int:
    if not case.action.note.strip():
        raise Refused(Why.REASON_NEEDED)
    slot = case.slots[1] if case.one.status is Status.TRANSLATED else case.slots[2]
    if slot.do is Do.PROOFREAD:
        _need_language(case)
    apart = () if case.one.author == WORKER else (case.one.author,)
    approvals.sign(
        case.connection,
        case.config,
        rows.subject(case.one),
        slot.role,
        "rejected",
        by=case.actor,
        assigned=case.around.roles,
        now=case.now,
        note=case.action.note,
        apart_from=apart,
        also=slot.also,
        data=rows.about(case.one, case.one.version + 1),
    )
    return rows.change(case.connection, case.one, case.now, status=str(Status.DRAFT))


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


def ready(case: Case) -> None:
    """Refuse what may not go out: not fully signed, out of date, or with an error in it."""
    one = case.one
    if not chain.complete(
        rows.signatures(case.connection, one.id), case.slots, one.sha256, one.author
    ):
        raise Refused(Why.NOT_FINAL)
    source = rows.look(case.connection, one.source_id) if one.source_id else None
    if source is not None:
        if source.sha256 != one.source_sha256:
            raise Refused(Why.SOURCE_CHANGED, by=source.author, at=source.updated_at)
        if source.status not in (Status.FINAL, Status.SENT, Status.WITHDRAWN):
            raise Refused(Why.SOURCE_OPEN)
    _refuse_findings(case, source)


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
    Do.TRANSLATED: _sign,
    Do.PROOFREAD: _sign,
    Do.FINAL: _sign,
    Do.REJECT: _reject,
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


def _need_language(case: Case) -> None:
    fluent = speakers(case.config, case.one.locale)
    if case.actor not in fluent:
        raise Refused(Why.NOT_A_SPEAKER, data={"role": chain.PROOFREADER, "who": list(fluent)})


def _refuse_rejected(case: Case) -> None:
    no = approvals.rejection(rows.signatures(case.connection, case.one.id), case.one.sha256)
    if no is not None:
        raise Refused(Why.REJECTED, by=no.by, at=no.at, data={"note": no.note})


def _refuse_findings(case: Case, source: Statement | None) -> None:
    found = blocking(
        check(
            case.template,
            None if source is None else Source(source.body, source.locale),
            case.one.body,
            case.one.locale,
            case.one.channel,
            rows.terms_of(case.connection),
            values=rows.values_of(case.template, case.one.variables),
            market=case.around.labels.get("market", ""),
        )
    )
    if found:
        told = [
            {"en": f"{one.what.en} {one.advice.en}", "zh": f"{one.what.zh}{one.advice.zh}"}
            for one in found
        ]
        raise Refused(Why.FINDINGS, data={"findings": told})
