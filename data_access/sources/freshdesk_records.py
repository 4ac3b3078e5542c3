"""Which records an export of Freshdesk holds, and what is read of each.

API v2 answers with bare arrays, so each record is told by its keys; the export of activities has
its own form, and the CSV export of tickets headings of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from data_access.sources.conventions import CUSTOM, column_of
from data_access.sources.gathering import Gathering
from data_access.sources.markup import text_of_html
from data_access.sources.pages import Json, inner, items
from data_access.sources.records import Records

STATS = (
    "first_responded_at",
    "agent_responded_at",
    "requester_responded_at",
    "status_updated_at",
    "reopened_at",
    "resolved_at",
    "closed_at",
    "pending_since",
)
KINDS: Mapping[str, tuple[str, ...]] = {
    "tickets": (
        *("id", "created_at", "updated_at", "status", "priority", "subject", "text", "channel"),
        *("requester_id", "responder_id", "group_id", "group_name", "spam", "deleted"),
        *("escalated", "fr_escalated", "tags", "replies", "frt_hours", "res_hours"),
        *("resolution_verdict", "response_verdict"),
        *STATS,
        *(f"custom_{name}" for name in CUSTOM),
    ),
    "messages": (
        *("id", "ticket_id", "created_at", "updated_at", "user_id", "incoming", "private"),
        *("origin", "automation", "text", "merged_into"),
    ),
    "activities": (
        *("ticket_id", "created_at", "performer", "performer_id", "status", "priority", "team"),
        *("level",),
    ),
    "ratings": ("id", "ticket_id", "created_at", "score", "comment"),
    "agents": ("id", "language", "tz", "group_id"),
    "contacts": ("id", "language"),
    "groups": ("id", "name"),
    "statuses": ("id", "label", "category", "stops"),
}
LISTS = {
    "tickets": "tickets",
    "results": "",
    "activities_data": "activities",
    "conversations": "messages",
    "statuses": "statuses",
    "ticket_fields": "",
}


def kind_of(record: Json) -> str | None:  # noqa: PLR0911 - one line for each kind
    """Tell what a record is by its keys; None if it is nothing that is read."""
    keys = record.keys()
    if {"ticket_id", "performed_at", "activity"} <= keys:
        return "activities"
    if {"ticket_id", "ratings"} <= keys:
        return "ratings"
    if {"incoming", "private"} <= keys:
        return "messages"
    if {"id", "status", "created_at"} <= keys and {"requester_id", "responder_id"} & keys:
        return "tickets"
    if record.get("type") == "default_status" and "choices" in keys:
        return "status_field"
    if {"id", "contact"} <= keys and isinstance(record["contact"], dict):
        return "agents"
    if {"id", "name"} <= keys and {"agent_ids", "escalate_to"} & keys:
        return "groups"
    if {"id", "category"} <= keys and {"name", "label"} & keys:
        return "statuses"
    if {"id", "language"} <= keys and {"email", "mobile", "phone"} & keys:
        return "contacts"
    return None


def take(gathering: Gathering, kind: str, record: Json, file: str, row: int) -> None:
    """Add what is read of one record."""
    if kind == "tickets":
        _ticket(gathering, record, file, row)
    elif kind == "messages":
        _message(gathering, record, file, row, record.get("ticket_id"))
    elif kind == "status_field":
        for values in _choices(record):
            gathering.add("statuses", values, file, row)
    elif kind == "activities":
        gathering.add("activities", _activity(record), file, row)
    elif kind == "ratings":
        gathering.add("ratings", _rating(record), file, row)
    elif kind == "agents":
        groups = record.get("group_ids")
        values = (
            record.get("id"),
            inner(record, "contact").get("language"),
            inner(record, "contact").get("time_zone"),
            groups[0] if isinstance(groups, list) and len(groups) == 1 else None,
        )
        gathering.add("agents", values, file, row)
    elif kind == "contacts":
        gathering.add("contacts", (record.get("id"), record.get("language")), file, row)
    elif kind == "groups":
        gathering.add("groups", (record.get("id"), record.get("name")), file, row)
    else:
        label = record.get("name", record.get("label"))
        values = (record.get("id"), label, record.get("category"), record.get("stop_sla_timer"))
        gathering.add("statuses", values, file, row)


def _ticket(gathering: Gathering, record: Json, file: str, row: int) -> None:
    stats, requester, ticket = inner(record, "stats"), inner(record, "requester"), record.get("id")
    custom = _custom(inner(record, "custom_fields"))
    values = (
        ticket,
        record.get("created_at"),
        record.get("updated_at"),
        record.get("status"),
        record.get("priority"),
        record.get("subject"),
        _words(record, "description_text", "description"),
        record.get("source"),
        record.get("requester_id", requester.get("id")),
        record.get("responder_id"),
        record.get("group_id"),
        None,
        record.get("spam"),
        record.get("deleted"),
        record.get("is_escalated"),
        record.get("fr_escalated"),
        _tags(record.get("tags")),
        *(None for _ in range(5)),
        *(stats.get(name) for name in STATS),
        *(custom.get(name) for name in CUSTOM),
    )
    gathering.add("tickets", values, file, row)
    for message in items(record, "conversations"):
        _message(gathering, message, file, row, ticket)


def _tags(value: object) -> str | None:
    if not isinstance(value, list):
        return None
    return " ".join("_".join(str(tag).lower().replace("-", " ").split()) for tag in value)


def _custom(held: Json) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in held.items():
        column = column_of(name)
        if column is not None and value not in (None, ""):
            found.setdefault(column, value)
    return found


def _message(gathering: Gathering, record: Json, file: str, row: int, ticket: object) -> None:
    text = _words(record, "body_text", "body")
    values = (
        record.get("id"),
        record.get("ticket_id", ticket),
        record.get("created_at"),
        record.get("updated_at"),
        record.get("user_id"),
        record.get("incoming"),
        record.get("private"),
        record.get("source"),
        record.get("automation_id", record.get("automation_type_id")),
        text,
        _target(text),
    )
    gathering.add("messages", values, file, row)


def _words(record: Json, plain: str, html: str) -> str | None:
    if text := record.get(plain):
        return str(text).strip() or None
    marked = record.get(html)
    return text_of_html(marked) if isinstance(marked, str) else None


_MERGED = re.compile(r"^\s*This ticket is closed and merged into ticket\s+#?(\d+)")


def _target(text: str | None) -> str | None:
    """The ticket that the note on a merged one names."""
    found = _MERGED.match(text) if text else None
    return found[1] if found else None


def _activity(record: Json) -> tuple[Any, ...]:
    told = inner(record, "activity")
    level = next((value for name, value in told.items() if column_of(name) == "severity"), None)
    return (
        record.get("ticket_id"),
        record.get("performed_at"),
        record.get("performer_type"),
        record.get("performer_id"),
        told.get("status"),
        told.get("priority"),
        told.get("group"),
        level,
    )


def _rating(record: Json) -> tuple[Any, ...]:
    ratings = record.get("ratings")
    score = ratings.get("default_question") if isinstance(ratings, dict) else ratings
    return (
        record.get("id"),
        record.get("ticket_id"),
        record.get("created_at"),
        score,
        record.get("feedback"),
    )


def _choices(record: Json) -> list[tuple[Any, ...]]:
    """The statuses of the field that holds them: by number, or as objects of their own."""
    held = record.get("choices")
    if isinstance(held, dict):
        return [(key, _name(names), None, None) for key, names in held.items()]
    return [
        (
            choice.get("id", choice.get("status_id")),
            choice.get("value", choice.get("label", choice.get("name"))),
            choice.get("category"),
            choice.get("stop_sla_timer"),
        )
        for choice in items(record, "choices")
    ]


def _name(names: object) -> object:
    return names[0] if isinstance(names, list) and names else names


HEADINGS = {
    "ticket id": "id",
    "created time": "created_at",
    "last update time": "updated_at",
    "status": "status",
    "priority": "priority",
    "source": "channel",
    "subject": "subject",
    "tags": "tags",
    "group": "group_name",
    "contact id": "requester_id",
    "initial response time": "first_responded_at",
    "resolved time": "resolved_at",
    "closed time": "closed_at",
    "agent interactions": "replies",
    "first response time (in hrs)": "frt_hours",
    "resolution time (in hrs)": "res_hours",
    "resolution status": "resolution_verdict",
    "first response status": "response_verdict",
}
"""Column of each heading of the CSV export that is read, in lower case."""


def take_csv(gathering: Gathering, records: Records) -> bool:
    """Add the rows of a CSV export of tickets, or of a list of statuses; False if it is neither."""
    plain = {name.strip().lower(): name for name in records.columns}
    if {"id", "name", "category"} <= plain.keys():
        names = {"id": plain["id"], "label": plain["name"], "category": plain["category"]}
        gathering.add_frame("statuses", records, names)
        return True
    if not {"ticket id", "created time", "status"} <= plain.keys():
        return False
    named: dict[str, str] = {}
    for heading, name in plain.items():
        column = HEADINGS.get(heading) or (f"custom_{told}" if (told := column_of(name)) else None)
        if column is not None:
            named.setdefault(column, name)
    gathering.add_frame("tickets", records, named)
    return True
