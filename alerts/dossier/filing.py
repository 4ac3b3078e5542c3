"""What people put into the dossier of a crisis, and take out of force again; nothing is deleted.

The content is kept first, under its hash, then the row and its log entry in one transaction: a
crash between the two leaves a file that no row names, which harms nobody.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, Row, insert, select, update

from alerts import evidence_files, library
from alerts.actions import Outcome, take_token
from alerts.crisis.clock import now_of
from alerts.dossier import people
from alerts.dossier.rows import crisis_row, find
from alerts.event_log import Entry, append, canonical, lock
from alerts.notify.config import Config
from data_access.state.engine import writing
from data_access.state.schema import evidence as table

SUBJECT = "crisis"
LONGEST_NOTE = 20_000
LONGEST_LINE = 500
WORKER = "worker"


class Why(StrEnum):
    """Why evidence cannot be filed or withdrawn; the screens hold a sentence for each."""

    NAME_NEEDED = "name_needed"
    NOT_FOUND = "not_found"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_ADDRESS = "no_address"
    TIME_AHEAD = "time_ahead"
    ALREADY = "already"
    NOT_KEPT = "not_kept"
    NOT_IN_ROLE = "not_in_role"
    REASON_NEEDED = "reason_needed"
    UNKNOWN_LIST = "unknown_list"


@dataclass(frozen=True)
class New:
    """Something to file.

    Attributes:
        kind: one of `alerts.dossier.rows.KINDS`.
        name: what it is called: of a file its name, of a note or link a title.
        content: the bytes that are kept; of a link the text that describes it.
        media_type: of the content.
        source: where it comes from, in words or as an address.
        captured_at: when it was captured; None: now.
        item: the item of the checklist that it proves; None: none by name.
        detail: facts of the kind: of rows the table, snapshot and filter.
    """

    kind: str
    name: str
    content: bytes
    media_type: str
    source: str
    captured_at: datetime | None = None
    item: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def note(title: str, text: str, *, item: str | None = None, source: str = "") -> New:
    """What a person writes down."""
    body = text.strip().replace("\r\n", "\n")
    return New("note", title.strip(), body.encode(), "text/plain", source.strip(), None, item)


def link(
    title: str,
    address: str,
    captured_at: datetime | None,
    *,
    item: str | None = None,
    sha256: str = "",
) -> New:
    """Something that lies elsewhere, by its address and when somebody saw it there."""
    body = {"address": address.strip(), "sha256": sha256.strip().lower() or None}
    content = (canonical(body) + "\n").encode()
    return New(
        "link",
        title.strip(),
        content,
        "application/json",
        address.strip(),
        captured_at,
        item,
        body,
    )


def file(
    name: str,
    content: bytes,
    media_type: str,
    *,
    source: str,
    captured_at: datetime | None = None,
    item: str | None = None,
) -> New:
    """A file; of its name only the last part counts."""
    plain = Path(name.replace("\\", "/")).name.strip() or "file"
    kind = media_type if _is_media_type(media_type) else "application/octet-stream"
    return New("file", plain, content, kind, source.strip() or plain, captured_at, item)


def add(
    engine: Engine,
    crisis_id: int,
    new: New,
    *,
    home: Path,
    actor: str,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """File something; `Outcome.data` has its `evidence` number and `sha256`.

    Args:
        engine: state database.
        crisis_id: the crisis.
        new: what to file.
        home: where files lie.
        actor: who files it; without a name it is refused.
        token: of the press of a button.
        wall: the wall clock.
    """
    refused = _refusal(new, actor)
    if refused is not None:
        return refused
    try:
        sha256, size = evidence_files.put(home, new.content)
    except evidence_files.EvidenceFileError as error:
        return Outcome("refused", why=Why.NOT_KEPT, data={"message": str(error)})
    with writing(engine) as connection:
        if token and not take_token(
            connection,
            token,
            actor=actor.strip(),
            kind="evidence_added",
            subject=str(crisis_id),
            now=wall,
        ):
            return Outcome("repeated")
        lock(connection)
        now = now_of(connection, crisis_id, wall)
        return file_row(connection, crisis_id, new, sha256, size, actor=actor.strip(), now=now)


def file_row(
    connection: Connection,
    crisis_id: int,
    new: New,
    sha256: str,
    size: int,
    *,
    actor: str,
    now: datetime,
    run_id: int | None = None,
    step_key: str | None = None,
) -> Outcome:
    """Write the row of a content that is kept, and its log entry, in the caller's transaction."""
    crisis = crisis_row(connection, crisis_id)
    if crisis is None:
        return Outcome("refused", why=Why.NOT_FOUND)
    if new.captured_at is not None and new.captured_at > now:
        return Outcome("refused", why=Why.TIME_AHEAD, at=now)
    kept = _same_content(connection, crisis_id, new, sha256)
    same = kept.get(new.name)
    for row in kept.values():
        if row.withdrawn_at is None and _ours(row.name, new.name):
            data = {"evidence": row.id, "sha256": sha256}
            return Outcome("refused", why=Why.ALREADY, by=row.added_by, at=row.added_at, data=data)
    captured_at = new.captured_at or now
    values = {
        "crisis_id": crisis_id,
        "run_id": run_id,
        "step_key": step_key,
        "kind": new.kind,
        "item": new.item or None,
        "name": new.name if same is None else _another(new.name, kept),
        "media_type": new.media_type,
        "sha256": sha256,
        "size": size,
        "source": new.source,
        "captured_at": captured_at,
        "added_by": actor,
        "added_at": now,
        "detail_json": dict(new.detail) or None,
    }
    made: int = connection.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
    payload = {
        "evidence": made,
        "kind": new.kind,
        "item": new.item or None,
        "name": values["name"],
        "sha256": sha256,
        "size": size,
        "source": new.source,
        "captured_at": captured_at.isoformat(),
        "run": run_id,
        "step": step_key,
    }
    tell(connection, crisis, "evidence_added", payload, actor=actor, now=now)
    return Outcome("done", crisis.version, data={"evidence": made, "sha256": sha256})


def withdraw(
    engine: Engine,
    crisis_id: int,
    evidence_id: int,
    reason: str,
    *,
    config: Config,
    actor: str,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """Take evidence out of force, with the reason; content, row and history stay.

    A refusal for want of a role has the people who may in `Outcome.by`.
    """
    name = actor.strip()
    if not name or name == WORKER or not reason.strip():
        nameless = not name or name == WORKER
        return Outcome("refused", why=Why.NAME_NEEDED if nameless else Why.REASON_NEEDED)
    with writing(engine) as connection:
        if token and not take_token(
            connection,
            token,
            actor=name,
            kind="evidence_withdrawn",
            subject=str(evidence_id),
            now=wall,
        ):
            return Outcome("repeated")
        lock(connection)
        crisis, row = crisis_row(connection, crisis_id), find(connection, evidence_id)
        if crisis is None or row is None or row.crisis_id != crisis_id:
            return Outcome("refused", why=Why.NOT_FOUND)
        told = {"added_by": row.added_by, "lead": crisis.lead, "assigned": crisis.roles_json}
        if row.withdrawn_at is not None:
            return Outcome("stale", why="evidence_withdrawn", at=row.withdrawn_at)
        if not people.may_withdraw(config, name, **told):
            who = ", ".join(people.who_may(config, **told))
            return Outcome("refused", why=Why.NOT_IN_ROLE, by=who)
        now = now_of(connection, crisis_id, wall)
        connection.execute(
            update(table)
            .where(table.c.id == evidence_id)
            .values(withdrawn_at=now, withdrawn_because=reason.strip()[:LONGEST_LINE])
        )
        payload = {
            "evidence": evidence_id,
            "name": row.name,
            "item": row.item,
            "sha256": row.sha256,
            "reason": reason.strip()[:LONGEST_LINE],
        }
        tell(connection, crisis, "evidence_withdrawn", payload, actor=name, now=now)
        return Outcome("done", crisis.version)


def choose_checklist(
    engine: Engine,
    crisis_id: int,
    checklist: str,
    *,
    home: Path,
    actor: str,
    token: str | None,
    wall: datetime,
) -> Outcome:
    """Say that a crisis is also of the kind of a checklist; its text of now is kept with it."""
    with engine.connect() as connection:
        for name in library.names(connection, "checklists"):
            document = library.current(connection, "checklists", name)
            if document is not None and document.model.checklist(checklist) is not None:
                break
        else:
            return Outcome("refused", why=Why.UNKNOWN_LIST)
    new = New(
        "checklist",
        checklist,
        document.body_yaml.encode(),
        "application/yaml",
        f"checklists/{document.name} version {document.n}",
        detail={"document": document.id, "sha256": document.sha256},
    )
    return add(engine, crisis_id, new, home=home, actor=actor, token=token, wall=wall)


def tell(
    connection: Connection,
    crisis: Any,
    kind: str,
    payload: Mapping[str, Any],
    *,
    actor: str,
    now: datetime,
) -> None:
    """One entry of a crisis; evidence changes no version that people act on."""
    told = {**payload, "version": crisis.version}
    if crisis.drill_id is not None:
        told["drill"] = crisis.drill_id
    append(connection, [Entry(now, actor, kind, SUBJECT, str(crisis.id), told)])


def _refusal(new: New, actor: str) -> Outcome | None:
    if not actor.strip():
        return Outcome("refused", why=Why.NAME_NEEDED)
    if not new.name or not new.content.strip():
        return Outcome("refused", why=Why.EMPTY)
    if len(new.name) > LONGEST_LINE or len(new.source) > LONGEST_LINE * 4:
        return Outcome("refused", why=Why.TOO_LONG)
    if new.kind == "note" and len(new.content) > LONGEST_NOTE * 4:
        return Outcome("refused", why=Why.TOO_LONG)
    if new.kind == "link" and not _is_address(json.loads(new.content)["address"]):
        return Outcome("refused", why=Why.NO_ADDRESS)
    return None


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in text


def _is_media_type(text: str) -> bool:
    kind, slash, name = text.partition("/")
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789!#$&-^_.+")
    return (
        bool(slash)
        and len(text) <= 100
        and all(part and set(part.lower()) <= allowed for part in (kind, name))
    )


def _same_content(
    connection: Connection, crisis_id: int, new: New, sha256: str
) -> dict[str, Row[Any]]:
    """What is filed of the same content and kind, by name; withdrawn rows too."""
    query = (
        select(table)
        .where(table.c.crisis_id == crisis_id, table.c.kind == new.kind, table.c.sha256 == sha256)
        .order_by(table.c.id)
    )
    return {row.name: row for row in connection.execute(query)}


def _ours(name: str, wanted: str) -> bool:
    """Whether a name is the wanted one, or the one that it got after a withdrawal."""
    number = name.removeprefix(f"{wanted} (").removesuffix(")")
    return name == wanted or (number.isdecimal() and name == f"{wanted} ({number})")


def _another(name: str, taken: Collection[str]) -> str:
    """A name that the same content, once withdrawn, does not have yet."""
    number = 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"
