"""What the documents that a crisis is led by call their parts, by version."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, select

from alerts.library import DocumentError
from alerts.library.model import Words
from alerts.library.store import current, names, parsed
from data_access.state import schema

Texts = Mapping[int, tuple[str, str]]
"""Kind and text of the documents asked for, by number of their version."""


def texts(connection: Connection, versions: set[int]) -> Texts:
    """The documents of some versions, in one query."""
    table = schema.document_version
    rows = connection.execute(
        select(table.c.id, table.c.kind, table.c.body_yaml).where(table.c.id.in_(versions))
    )
    return {row.id: (row.kind, row.body_yaml) for row in rows}


def model(found: Texts, version: int) -> Any | None:
    """One of them parsed; None: it is not there, or was written for another Afterwatch."""
    if version not in found:
        return None
    try:
        return parsed(*found[version])
    except DocumentError:
        return None


def named(connection: Connection, version: int) -> Mapping[str, Words]:
    """Titles of the parts of one document: criteria, steps or rules, by their names."""
    found = texts(connection, {version})
    return titles(*found[version]) if version in found else {}


def own_titles(connection: Connection, versions: set[int]) -> Mapping[int, Words]:
    """What documents call themselves, by version; one that cannot be read is left out."""
    found = texts(connection, versions)
    own = {version: words(getattr(model(found, version), "title", None)) for version in found}
    return {version: told for version, told in own.items() if told is not None}


@lru_cache(maxsize=256)
def titles(kind: str, text: str) -> Mapping[str, Words]:
    """The same of a text; a document that cannot be read names nothing."""
    try:
        document = parsed(kind, text)
    except DocumentError:
        return {}
    found: dict[str, Any] = {}
    if kind == "levels":
        found = {
            criterion.id: criterion.title for _l, criterion, _e in document.conditions.values()
        }
    elif kind == "playbook":
        found = {step.key: step.title for step in document.steps}
    elif kind == "statutory":
        found = {key: rule.title for key, rule in document.by_key.items()}
    return {name: told for name, said in found.items() if (told := words(said))}


def words(said: Any) -> Words | None:
    """Whatever holds both languages, as the library's own words."""
    if said is None:
        return None
    return said if isinstance(said, Words) else Words(str(said.en), str(said.zh))


def said(evidence: Mapping[str, str] | None) -> Words | None:
    """Figures in a sentence, as criteria keep them."""
    return Words(evidence["en"], evidence["zh"]) if evidence else None


def levels_now(engine: Engine) -> Any | None:
    """The levels in force; None: there are none yet."""
    with engine.connect() as connection:
        document = current(connection, "levels", "levels")
    return document.model if document is not None else None


def playbook_choices(engine: Engine, locale: str) -> list[tuple[str, str]]:
    """Playbooks in force: name and title, for a choice."""
    with engine.connect() as connection:
        found = [current(connection, "playbook", name) for name in names(connection, "playbook")]
    return [
        (one.name, (words(one.model.title) or Words(one.name, one.name)).in_(locale))
        for one in found
        if one is not None
    ]


def topic_of(engine: Engine, playbook: str, incident: int | None) -> str:
    """What a crisis is about: the topic of the incident it comes from, else of its playbook."""
    group = schema.alert_group.c
    with engine.connect() as connection:
        own = None
        if incident is not None:
            state = connection.execute(select(group.state_json).where(group.id == incident))
            own = (state.scalar() or {}).get("topic")
        document = current(connection, "playbook", playbook) if playbook else None
    topics = document.model.topics if document is not None else ()
    if own and (not topics or own in topics):
        return str(own)
    return topics[0] if topics else str(own or "")
