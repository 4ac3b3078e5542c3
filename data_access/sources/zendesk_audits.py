"""What is read of Zendesk's audits and comments: words, changes, merges."""

from __future__ import annotations

import re

from data_access.sources.gathering import Gathering
from data_access.sources.markup import text_of_html
from data_access.sources.pages import Json, inner, items, word

_CHANGED = frozenset(
    {"status", "custom_status_id", "group_id", "priority", "tags", "sla_policy", "schedule_id"}
)


def tags_of(value: object) -> str | None:
    """Give a list of tags as words in a row; tags hold no blanks."""
    return " ".join(map(str, value)) if isinstance(value, list) else None


def comment(gathering: Gathering, record: Json, file: str, row: int, ticket: object) -> None:
    """Add a comment: one of its own, or an event of an audit with the instant of that."""
    via = inner(record, "via")
    author = record.get("author_id", inner(record, "author").get("id"))
    text = _words(record)
    values = (
        record.get("id"),
        ticket,
        record.get("created_at"),
        author,
        record.get("public"),
        via.get("channel"),
        inner(via, "source").get("rel"),
        text,
        record.get("from_audit", False),
        _target(text),
    )
    gathering.add("messages", values, file, row)


def _words(record: Json) -> str | None:
    for name in ("plain_body", "body"):
        if text := record.get(name):
            return str(text).replace("&nbsp;", " ").strip() or None
    html = record.get("html_body")
    return text_of_html(html) if isinstance(html, str) else None


_MERGED = re.compile(r"^This request was closed and merged into request #(\d+)")


def _target(text: str | None) -> str | None:
    """The ticket that a merged one's last comment names."""
    found = _MERGED.match(text) if text else None
    return found[1] if found else None


def audit(gathering: Gathering, record: Json, file: str, row: int) -> None:
    """Add the comments, changes and merges that an audit tells of."""
    ticket, number = record.get("ticket_id"), record.get("id")
    author, at, via = record.get("author_id"), record.get("created_at"), inner(record, "via")
    _merge(gathering, record, via, file, row)
    for event in items(record, "events"):
        kind = word(event, "type")
        own = inner(event, "via") or via
        if kind in {"Comment", "VoiceComment", "FacebookComment"}:
            told = {"author_id": author, "via": own, **event, "created_at": at, "from_audit": True}
            comment(gathering, told, file, row, ticket)
            continue
        change = _change(kind, event)
        if change is None:
            continue
        values = (event.get("id"), number, ticket, at, author, own.get("channel"), *change)
        gathering.add("changes", values, file, row)


def _change(kind: str, event: Json) -> tuple[object, object, object, object] | None:
    """Kind, field, value before and value after of an event that is read."""
    if kind == "ScheduleAssignment":
        before, after = event.get("previous_schedule_id"), event.get("new_schedule_id")
        return "Change", "schedule_id", before, after
    if kind not in {"Change", "Create"}:
        return None
    field = str(event.get("field_name"))
    if policy := inner(event, "via").get("current_sla_policy"):
        return kind, "sla_policy", inner(event, "via").get("previous_sla_policy"), policy
    if field not in _CHANGED and not field.isdigit():
        return None
    before, after = event.get("previous_value"), event.get("value")
    if field == "tags":
        return kind, field, tags_of(before), tags_of(after)
    return kind, field, before, after


def _merge(gathering: Gathering, record: Json, via: Json, file: str, row: int) -> None:
    """Merges that an audit tells of by `via`: those into its ticket, and its ticket's own."""
    source = inner(via, "source")
    if via.get("channel") not in ("merge", 19) and source.get("rel") != "merge":
        return
    ticket = record.get("ticket_id")
    told = (record.get("created_at"), record.get("id"), record.get("author_id"))
    for other in _ids(inner(source, "from")):
        if other != str(ticket):
            gathering.add("merges", (other, ticket, *told), file, row)
    for other in _ids(inner(source, "to")):
        if other != str(ticket):
            gathering.add("merges", (ticket, other, *told), file, row)


def _ids(end: Json) -> list[str]:
    several = end.get("ticket_ids")
    every = several if isinstance(several, list) else [end.get("ticket_id")]
    return [str(one) for one in every if one is not None]
