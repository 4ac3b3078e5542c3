"""Read models of the screens: one statement with all that is needed to judge it, and lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, select

from alerts import approvals
from alerts.approvals import WORKER, Approval, who_may
from alerts.crisis.clock import now_of
from alerts.crisis.people import may, speakers
from alerts.library import store
from alerts.library.model import DocumentError, Finding
from alerts.notify.config import Config
from alerts.statements import chain, rows
from alerts.statements.checks import Source, check
from alerts.statements.diffing import Part, compared
from alerts.statements.limits import measure
from alerts.statements.machine import TABLE, Do, Status, Why
from alerts.statements.rendering import said
from alerts.statements.rows import Statement
from alerts.statements.templates import Template
from data_access.state import schema

_OPEN = {Status.DRAFT: 0, Status.TRANSLATED: 1, Status.PROOFREAD: 2}

LIST_SCHEMA: Mapping[str, Any] = {
    "id": pl.Int64,
    "run_id": pl.Int64,
    "step_key": pl.String,
    "template": pl.String,
    "title_en": pl.String,
    "title_zh": pl.String,
    "audience": pl.String,
    "channel": pl.String,
    "locale": pl.String,
    "public": pl.Boolean,
    "status": pl.String,
    "signed": pl.Int64,
    "needed": pl.Int64,
    "next_role": pl.String,
    "needs_native_review": pl.Boolean,
    "source_changed": pl.Boolean,
    "open_variables": pl.Boolean,
    "author": pl.String,
    "sent_at": pl.Datetime("us", "UTC"),
    "sent_by": pl.String,
    "version": pl.Int64,
    "updated_at": pl.Datetime("us", "UTC"),
}


@dataclass(frozen=True)
class Signature:
    """One place in the chain of signatures.

    Attributes:
        do: what signing there is called.
        role: whose signature it is.
        given: the signature on this very text, a rejection too; None: not yet.
        void: the newest signature on an earlier text, if there is none on this one.
        who: people who may sign there, whatever they signed elsewhere.
    """

    do: Do
    role: str
    given: Approval | None
    void: Approval | None
    who: tuple[str, ...]


@dataclass(frozen=True)
class Revision:
    """A text as it was."""

    n: int
    body: str
    sha256: str
    by: str
    at: datetime
    note: str


@dataclass(frozen=True)
class Filled:
    """A variable: its raw value for a form, and as this text and its source say it."""

    name: str
    type: str
    title_en: str
    title_zh: str
    value: str
    here: str
    there: str


@dataclass(frozen=True)
class StatementPage:
    """One statement with all that the screen shows.

    Attributes:
        one: the row.
        title_en, title_zh, tone_en, tone_zh: of the template.
        drill_id: the drill it belongs to.
        crisis_title: what the crisis is called.
        source: the text it is a translation of; None: it is the source.
        source_parts: what changed in the source since this was translated; empty: nothing.
        signatures: the chain.
        rejected: who said no to this very text.
        findings: of the text, errors first.
        size, most: how much the channel counts and takes.
        native_review: the shipped text waits for a native speaker, and none has proofread it.
        revisions: the newest first.
        before: the revision that `parts` compare with: the last fully signed one, or the one
            before; None: there is only one.
        parts: what changed since `before`.
        variables: in the template's order.
        siblings: texts drafted together with it: number, language, channel, state.
        messages: states of the messages that carry it, by number.
        channels: names of channels it can be sent by.
        now: the clock of the crisis.
    """

    one: Statement
    title_en: str
    title_zh: str
    tone_en: str
    tone_zh: str
    crisis_title: str
    drill_id: int | None
    source: Statement | None
    source_parts: tuple[Part, ...]
    signatures: tuple[Signature, ...]
    rejected: Approval | None
    findings: tuple[Finding, ...]
    size: int
    most: int
    native_review: bool
    revisions: tuple[Revision, ...]
    before: Revision | None
    parts: tuple[Part, ...]
    variables: tuple[Filled, ...]
    siblings: tuple[tuple[int, str, str, str], ...]
    messages: Mapping[int, str]
    channels: tuple[str, ...]
    now: datetime

    @property
    def source_changed(self) -> bool:
        """Whether the source is another one than this was translated from."""
        return self.source is not None and self.source.sha256 != self.one.source_sha256


def page(engine: Engine, statement_id: int, config: Config, wall: datetime) -> StatementPage | None:
    """All about one statement; None: there is no such statement."""
    with engine.connect() as connection:
        one = rows.look(connection, statement_id)
        if one is None:
            return None
        return _page(connection, one, config, wall)


def _page(connection: Connection, one: Statement, config: Config, wall: datetime) -> StatementPage:
    template = rows.template_of(connection, one)
    around = rows.surroundings(connection, one.crisis_id)
    source = rows.look(connection, one.source_id) if one.source_id else None
    signed = rows.signatures(connection, one.id)
    slots = rows.chain_of(template, one)
    values = rows.values_of(template, one.variables)
    terms = rows.terms_of(connection)
    revisions = _revisions(connection, one.id)
    before = _before(one, revisions, signed, slots)
    given = None if source is None else Source(source.body, source.locale)
    size, most = measure(one.channel, one.body, template.channels[one.channel].most)
    crisis = schema.crisis
    title: str = connection.execute(
        select(crisis.c.title).where(crisis.c.id == one.crisis_id)
    ).scalar_one()
    return StatementPage(
        one=one,
        title_en=template.title.en,
        title_zh=template.title.zh,
        tone_en=template.tone.en,
        tone_zh=template.tone.zh,
        crisis_title=title,
        drill_id=around.drill_id,
        source=source,
        source_parts=_source_parts(connection, one, source),
        signatures=tuple(
            _signature(slot, one, signed, config, around.roles, slots) for slot in slots
        ),
        rejected=approvals.rejection(signed, one.sha256),
        findings=tuple(
            check(
                template,
                given,
                one.body,
                one.locale,
                one.channel,
                terms,
                values=values,
                market=around.labels.get("market", ""),
            )
        ),
        size=size,
        most=most,
        native_review=waits_for_native(template, one, signed),
        revisions=tuple(revisions),
        before=before,
        parts=tuple(compared(before.body, one.body, one.locale)) if before else (),
        variables=tuple(
            Filled(
                name,
                variable.type,
                variable.title.en,
                variable.title.zh,
                _shown(one.variables.get(name)),
                said(values[name], one.locale) if name in values else "",
                said(values[name], source.locale if source else one.locale)
                if name in values
                else "",
            )
            for name, variable in template.variables.items()
        ),
        siblings=tuple(
            (each.id, each.locale, each.channel, str(each.status))
            for each in rows.siblings(connection, one)
        ),
        messages=_messages(connection, one),
        channels=tuple(config.body.channels),
        now=now_of(connection, one.crisis_id, wall),
    )


def waits_for_native(template: Template, one: Statement, signed: Sequence[Approval]) -> bool:
    """Whether nobody of this language has read the text yet, as far as anybody knows."""
    texts = template.locales.get(one.locale)
    if texts is None or texts.status != "needs_native_review":
        return False
    return not any(
        each.role == chain.PROOFREADER
        and each.decision == "approved"
        and each.subject_sha256 == one.sha256
        for each in signed
    )


def possible(page: StatementPage, config: Config, actor: str, roles: Mapping[str, str]) -> set[Do]:
    """What a person may try now: in this state, and in a role of theirs; nobody: what anybody may.

    What else stands against it (a finding, the same person twice) is told when they press.
    """
    slots = {each.do: each for each in page.signatures}
    found: set[Do] = set()
    for do in Do:
        if do is Do.SOURCE_CHANGED or isinstance(TABLE[page.one.status, do], Why):
            continue
        if not actor:
            fitting = True
        elif do in slots:
            fitting = actor in slots[do].who
        elif do is Do.REJECT:
            waiting = Do.PROOFREAD if page.one.status is Status.TRANSLATED else Do.FINAL
            fitting = actor in slots[waiting].who
        elif do in (Do.EDIT, Do.FILL):
            fitting = any(may(config, actor, role, roles) for role in chain.EDITORS)
        else:
            fitting = any(may(config, actor, role, roles) for role in (*chain.SENDERS, "legal"))
        if fitting:
            found.add(do)
    return found


def roles_of(engine: Engine, crisis_id: int) -> Mapping[str, str]:
    """Roles that people were given in a crisis."""
    with engine.connect() as connection:
        return rows.surroundings(connection, crisis_id).roles


def _signature(
    slot: chain.Slot,
    one: Statement,
    signed: Sequence[Approval],
    config: Config,
    assigned: Mapping[str, str],
    slots: Sequence[chain.Slot],
) -> Signature:
    given = [
        each
        for each in chain.valid(signed, slots, one.sha256, one.author)
        if each.role == slot.role
    ]
    void = [each for each in signed if each.role == slot.role and each.subject_sha256 != one.sha256]
    who = who_may(config, (slot.role, *slot.also), assigned)
    if slot.role == chain.AUTHOR and one.author != WORKER:
        who = tuple(dict.fromkeys((one.author, *who)))
    if slot.do is Do.PROOFREAD:
        fluent = speakers(config, one.locale)
        who = tuple(name for name in who if name in fluent)
    return Signature(
        slot.do, slot.role, given[-1] if given else None, void[-1] if void else None, who
    )


def _revisions(connection: Connection, statement_id: int) -> list[Revision]:
    table = schema.statement_revision
    found = connection.execute(
        select(table).where(table.c.statement_id == statement_id).order_by(table.c.n.desc())
    )
    return [Revision(row.n, row.body, row.sha256, row.by, row.at, row.note or "") for row in found]


def _before(
    one: Statement,
    revisions: Sequence[Revision],
    signed: Sequence[Approval],
    slots: Sequence[chain.Slot],
) -> Revision | None:
    """What the text is compared with: what was fully signed last, or the text before."""
    earlier = [each for each in revisions if each.body != one.body]
    for each in earlier:
        if chain.complete(signed, slots, each.sha256, each.by):
            return each
    return earlier[0] if earlier else None


def _source_parts(
    connection: Connection, one: Statement, source: Statement | None
) -> tuple[Part, ...]:
    if source is None or source.sha256 == one.source_sha256:
        return ()
    table = schema.statement_revision
    known = connection.execute(
        select(table.c.body)
        .where(table.c.statement_id == source.id, table.c.sha256 == one.source_sha256)
        .order_by(table.c.n.desc())
        .limit(1)
    ).scalar()
    return tuple(compared(known or "", source.body, source.locale))


def _messages(connection: Connection, one: Statement) -> dict[int, str]:
    numbers = [
        noted["message"] for noted in (one.sent or {}).get("records", []) if noted.get("message")
    ]
    if not numbers:
        return {}
    table = schema.outbox
    found = connection.execute(select(table.c.id, table.c.state).where(table.c.id.in_(numbers)))
    return {row.id: row.state for row in found}


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    if isinstance(value, Mapping):
        return f"{value.get('amount')} {value.get('currency')}"
    return str(value)


def of_crisis(engine: Engine, crisis_id: int) -> pl.DataFrame:
    """The statements of a crisis, those that are open first: `LIST_SCHEMA`. Three queries."""
    with engine.connect() as connection:
        table, signed = schema.statement, schema.approval
        found = [
            rows.read(row)
            for row in connection.execute(
                select(table).where(table.c.crisis_id == crisis_id).order_by(table.c.id)
            )
        ]
        by_statement: dict[str, list[Approval]] = {}
        for row in connection.execute(
            select(signed)
            .where(signed.c.subject_kind == rows.KIND)
            .where(signed.c.subject_id.in_([str(one.id) for one in found]))
            .order_by(signed.c.id)
        ):
            by_statement.setdefault(row.subject_id, []).append(approvals.read(row))
        templates = _templates(connection, {one.document_version_id for one in found})
    hashes = {one.id: one.sha256 for one in found}
    made = [
        _listed(one, templates.get(one.document_version_id), by_statement, hashes) for one in found
    ]
    return pl.DataFrame(made, schema=dict(LIST_SCHEMA)).sort("template", "channel", "id")


def _templates(connection: Connection, ids: set[int]) -> dict[int, Template]:
    found = {}
    for version_id in sorted(ids):
        try:
            document = store.version(connection, version_id)
        except DocumentError:
            continue
        if document is not None:
            found[version_id] = document.model
    return found


def unread_languages(connection: Connection, version_ids: set[int]) -> dict[int, frozenset[str]]:
    """Languages of templates that no native speaker has checked, by version of the document."""
    return {
        version_id: frozenset(
            locale
            for locale, texts in template.locales.items()
            if texts.status == "needs_native_review"
        )
        for version_id, template in _templates(connection, version_ids).items()
    }


def _listed(
    one: Statement,
    template: Template | None,
    by_statement: Mapping[str, Sequence[Approval]],
    hashes: Mapping[int, str],
) -> dict[str, Any]:
    signed = by_statement.get(str(one.id), ())
    slots = chain.slots(template, is_source=one.is_source) if template else ()
    counted = chain.valid(signed, slots, one.sha256, one.author) if slots else []
    have = {each.role for each in counted if each.decision == "approved"}
    waiting = [slot.role for slot in slots if slot.role not in have]
    stale = one.source_id is not None and hashes.get(one.source_id) != one.source_sha256
    return {
        "id": one.id,
        "run_id": one.run_id,
        "step_key": one.step_key,
        "template": one.template,
        "title_en": template.title.en if template else one.template,
        "title_zh": template.title.zh if template else one.template,
        "audience": one.audience,
        "channel": one.channel,
        "locale": one.locale,
        "public": one.public,
        "status": str(one.status),
        "signed": len(have),
        "needed": len(slots),
        "next_role": waiting[0] if waiting and not one.over else None,
        "needs_native_review": template is not None and waits_for_native(template, one, signed),
        "source_changed": stale and not one.over,
        "open_variables": "{{" in one.body,
        "author": one.author,
        "sent_at": one.sent_at,
        "sent_by": one.sent_by,
        "version": one.version,
        "updated_at": one.updated_at,
    }


def exists(engine: Engine, statement_id: int) -> bool:
    """Whether there is such a statement."""
    table = schema.statement
    with engine.connect() as connection:
        found = connection.execute(select(table.c.id).where(table.c.id == statement_id)).first()
    return found is not None
