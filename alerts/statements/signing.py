"""Giving and refusing signatures on a text, and whether it may go out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from alerts import approvals
from alerts.approvals import WORKER
from alerts.crisis.people import speakers
from alerts.statements import chain, rows
from alerts.statements.case import Case
from alerts.statements.checks import Source, blocking, check
from alerts.statements.machine import Do, Refused, Status, Why
from alerts.statements.rows import Statement


def sign(case: Case) -> int:
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


def reject(case: Case) -> int:
    """Say no to this text; it needs another one then."""
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
