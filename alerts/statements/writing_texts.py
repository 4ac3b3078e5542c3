"""Changing the text of a statement, and what follows for signatures, translations and its step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from alerts.statements import chain, rows
from alerts.statements.machine import Do, Refused, Status, Why, step
from alerts.statements.rendering import LONGEST_SOURCE, TextError, render
from alerts.statements.rows import Statement
from alerts.statements.templates import Template
from alerts.statements.values import UnfitValueError, raw, typed


def edited(template: Template, one: Statement, text: str) -> str:
    """What a person typed as it is kept; variables that have a value are filled.

    Raises:
        Refused: there is nothing, too much, or nothing new.
    """
    plain = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()
    if not plain:
        raise Refused(Why.EMPTY)
    if len(plain) > LONGEST_SOURCE:
        raise Refused(Why.TOO_LONG)
    made = _filled(plain, one, rows.values_of(template, one.variables))
    if made == one.body:
        raise Refused(Why.SAME_TEXT, by=one.author, at=one.updated_at)
    return made


def put(
    connection: Connection,
    one: Statement,
    template: Template,
    text: str,
    *,
    kind: str,
    by: str,
    now: datetime,
    drill_id: int | None,
    note: str = "",
    variables: Mapping[str, Any] | None = None,
) -> int:
    """Write a new text: its revision, the state its signatures leave it in, its translations."""
    source = rows.look(connection, one.source_id) if one.source_id else None
    source_sha256 = source.sha256 if source is not None else None
    sealed = chain.seal(text, source_sha256)
    signed = rows.signatures(connection, one.id)
    state = chain.status(signed, rows.chain_of(template, one), sealed, by)
    columns: dict[str, Any] = {
        "body": text,
        "sha256": sealed,
        "source_sha256": source_sha256,
        "author": by,
        "status": str(state),
    }
    if variables is not None:
        columns["variables_json"] = dict(variables)
    version = rows.change(connection, one, now, **columns)
    rows.add_revision(connection, one.id, text, sealed, by=by, now=now, note=note.strip() or None)
    facts = {"sha256": sealed, "before": one.sha256, "note": note.strip()}
    rows.tell(
        connection, one, kind, actor=by, now=now, version=version, drill_id=drill_id, facts=facts
    )
    if one.is_source:
        _put_back(connection, one, sealed, by, now, drill_id)
    return version


def fill(
    connection: Connection,
    one: Statement,
    template: Template,
    given: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
    drill_id: int | None,
) -> int:
    """Give variables a value in every text that was drafted together with this one.

    A text that nobody changed by hand is filled anew, so that a value can be corrected too; in one
    that somebody changed, what is still open is filled.

    Raises:
        Refused: a value does not fit its variable, or nothing changes.
    """
    fresh: dict[str, Any] = {}
    for name, value in given.items():
        variable = template.variables.get(name)
        if variable is None or value in (None, ""):
            continue
        try:
            typed(variable.type, value, variable.longest)
        except UnfitValueError as fault:
            raise Refused(Why.WRONG_VALUE, data={"variable": name, "what": str(fault)}) from fault
        fresh[name] = raw(value)
    version = one.version
    changed = False
    for sibling in rows.siblings(connection, one):  # the source comes before its translations
        if sibling.over:
            continue
        current = rows.look(connection, sibling.id)
        assert current is not None
        variables = {**current.variables, **fresh}
        own = template
        if current.document_version_id != one.document_version_id:
            own = rows.template_of(connection, current)
        text = _refilled(own, current, variables)
        if text == current.body and variables == dict(current.variables):
            continue
        changed = True
        made = put(
            connection,
            current,
            own,
            text,
            kind="statement_filled",
            by=by,
            now=now,
            drill_id=drill_id,
            note=", ".join(sorted(fresh)),
            variables=variables,
        )
        if current.id == one.id:
            version = made
    if not changed:
        raise Refused(Why.SAME_TEXT, by=one.author, at=one.updated_at)
    return version


def finish(connection: Connection, one: Statement, *, by: str, now: datetime) -> None:
    """End the step once each of its texts is sent or withdrawn, and at least one is sent."""
    from alerts.runs import rows as runs  # noqa: PLC0415 - runs look up effects of this package

    if one.run_id is None or one.step_key is None:
        return
    texts = rows.siblings(connection, one)
    sent = [text for text in texts if text.status is Status.SENT]
    if not sent or not all(text.over for text in texts):
        return
    result = {
        "statements": rows.ids(texts),
        "sent": rows.ids(sent),
        "locales": sorted({text.locale for text in sent}),
    }
    runs.finish_step(connection, one.run_id, one.step_key, result, actor=by, now=now)
    if any(text.public for text in sent):
        runs.anchor(connection, one.run_id, "statement_sent", now)


def _put_back(
    connection: Connection,
    source: Statement,
    sealed: str,
    by: str,
    now: datetime,
    drill_id: int | None,
) -> None:
    """Translations of a changed source wait for their translators again."""
    for one in rows.translations(connection, source):
        after = step(one.status, Do.SOURCE_CHANGED)
        if one.over:
            continue
        if one.source_sha256 == sealed:  # the source says again what this was translated from
            after = standing(connection, one, rows.template_of(connection, one))
        version = rows.change(connection, one, now, status=str(after))
        rows.tell(
            connection,
            one,
            "statement_source_changed",
            actor=by,
            now=now,
            version=version,
            drill_id=drill_id,
            facts={"source": source.id, "sha256": sealed},
        )


def standing(connection: Connection, one: Statement, template: Template) -> Status:
    """The state that the signatures on this text leave it in; a draft if the source changed."""
    source = rows.look(connection, one.source_id) if one.source_id else None
    if source is not None and source.sha256 != one.source_sha256:
        return Status.DRAFT
    signed = rows.signatures(connection, one.id)
    return chain.status(signed, rows.chain_of(template, one), one.sha256, one.author)


def _refilled(template: Template, one: Statement, variables: Mapping[str, Any]) -> str:
    source = template.source_of(one.locale, one.channel)
    before = rows.values_of(template, one.variables)
    after = rows.values_of(template, variables)
    if one.body == _filled(source, one, before):
        return _filled(source, one, after)
    return _filled(one.body, one, after)


def _filled(text: str, one: Statement, values: Mapping[str, Any]) -> str:
    """The text with its variables; as it is where it holds something that cannot be filled."""
    try:
        return render(text, one.locale, values).text
    except TextError:
        return text
