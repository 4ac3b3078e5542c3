"""Which records an export of Gorgias holds, and what is read of each.

Lists of the REST API come as `{"data": […], "meta": {…}}` without saying of what, so each record
is told by its keys. A single ticket nests its messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from data_access.sources.conventions import CUSTOM, column_of
from data_access.sources.gathering import Gathering
from data_access.sources.markup import text_of_html
from data_access.sources.pages import Json, inner, items, word
from data_access.sources.records import Records

KINDS: Mapping[str, tuple[str, ...]] = {
    "tickets": (
        *("id", "created_at", "updated_at", "status", "priority", "subject", "channel", "via"),
        *("from_agent", "spam", "customer_id", "assignee_id", "team_id", "team_name", "language"),
        *("external_id", "tags", "closed_at", "snoozed_until", "trashed_at", "custom_fields"),
        *("frt_s", "res_s"),
        *(f"custom_{name}" for name in CUSTOM),
    ),
    "messages": (
        *("id", "ticket_id", "created_at", "sent_at", "failed_at", "from_agent", "public"),
        *("channel", "via", "sender_id", "rule_id", "text"),
    ),
    "events": (
        *("id", "ticket_id", "created_at", "kind", "user_id", "assignee_id", "team_id"),
        *("merged_into", "merged_from"),
    ),
    "surveys": ("id", "ticket_id", "score", "created_at", "sent_at", "scored_at", "comment"),
    "users": ("id", "language", "tz"),
    "teams": ("id", "name"),
    "fields": ("id", "title"),
}
LISTS = {"data": "", "tickets": "tickets", "messages": "messages", "events": "events"}

_TICKET_EVENTS = frozenset(
    {
        "ticket-closed",
        "ticket-reopened",
        "ticket-team-assigned",
        "ticket-team-unassigned",
        "ticket-snoozed",
        "ticket-self-unsnoozed",
        "ticket-merged",
    }
)


def kind_of(record: Json) -> str | None:  # noqa: PLR0911 - one line for each kind
    """Tell what a record is by its keys; None if it is nothing that is read."""
    keys = record.keys()
    if {"ticket_id", "from_agent"} <= keys:
        return "messages"
    if {"ticket_id", "score"} <= keys:
        return "surveys"
    if {"object_id", "object_type", "type"} <= keys:
        return "events"
    if {"id", "status", "created_datetime"} <= keys and {"customer", "customer_id", "via"} & keys:
        return "tickets"
    if {"id", "label", "object_type"} <= keys:
        return "fields"
    if {"id", "role"} <= keys and isinstance(record["role"], dict | str):
        return "users"
    if {"id", "name", "members"} <= keys:
        return "teams"
    return None


def more_follows(page: Json) -> bool | None:
    """Say whether a page names a next one."""
    if not isinstance(page.get("meta"), dict):
        return None
    return bool(page["meta"].get("next_cursor"))


def take(gathering: Gathering, kind: str, record: Json, file: str, row: int) -> None:
    """Add what is read of one record."""
    if kind == "tickets":
        _ticket(gathering, record, file, row)
    elif kind == "messages":
        _message(gathering, record, file, row, record.get("ticket_id"))
    elif kind == "events":
        _event(gathering, record, file, row)
    elif kind == "surveys":
        _survey(gathering, record, file, row, record.get("ticket_id"))
    elif kind == "users":
        values = (record.get("id"), record.get("language"), record.get("timezone"))
        gathering.add("users", values, file, row)
    elif kind == "teams":
        gathering.add("teams", (record.get("id"), record.get("name")), file, row)
    else:
        gathering.add("fields", (record.get("id"), record.get("label")), file, row)


def _ticket(gathering: Gathering, record: Json, file: str, row: int) -> None:
    ticket, team = record.get("id"), inner(record, "assignee_team")
    values = (
        ticket,
        record.get("created_datetime"),
        record.get("updated_datetime"),
        record.get("status"),
        record.get("priority"),
        record.get("subject"),
        record.get("channel"),
        record.get("via"),
        record.get("from_agent"),
        record.get("spam"),
        record.get("customer_id", inner(record, "customer").get("id")),
        record.get("assignee_user_id", inner(record, "assignee_user").get("id")),
        record.get("assignee_team_id", team.get("id")),
        team.get("name"),
        record.get("language"),
        record.get("external_id"),
        " ".join(_slug(tag.get("name")) for tag in items(record, "tags")),
        record.get("closed_datetime"),
        record.get("snooze_datetime"),
        record.get("trashed_datetime"),
        _filled(record),
        None,
        None,
        *(None for _ in CUSTOM),
    )
    gathering.add("tickets", values, file, row)
    for message in items(record, "messages"):
        _message(gathering, message, file, row, ticket)
    for event in items(record, "events"):
        _event(gathering, {"object_id": ticket, "object_type": "Ticket", **event}, file, row)
    if survey := inner(record, "satisfaction_survey"):
        _survey(gathering, survey, file, row, ticket)


def _slug(name: object) -> str:
    """A tag as one word, so that several can stand in a row."""
    return "_".join(str(name or "").lower().replace("-", " ").split())


def _filled(record: Json) -> str | None:
    """The custom fields that say something, as JSON by id."""
    held = record.get("custom_fields")
    if isinstance(held, dict):
        every = [(key, value) for key, value in held.items() if isinstance(value, dict)]
    elif isinstance(held, list):
        every = [(str(value.get("id")), value) for value in items(record, "custom_fields")]
    else:
        return None
    found = {key: value["value"] for key, value in every if value.get("value") not in (None, "")}
    return orjson.dumps(found).decode() if found else None


def _message(gathering: Gathering, record: Json, file: str, row: int, ticket: object) -> None:
    channel = record.get("channel")
    hidden = "internal-note" in (channel, inner(record, "source").get("type"))
    values = (
        record.get("id"),
        record.get("ticket_id", ticket),
        record.get("created_datetime"),
        record.get("sent_datetime"),
        record.get("failed_datetime"),
        record.get("from_agent"),
        False if hidden else record.get("public"),
        channel,
        record.get("via"),
        inner(record, "sender").get("id"),
        record.get("rule_id"),
        _words(record),
    )
    gathering.add("messages", values, file, row)


def _words(record: Json) -> str | None:
    for name in ("body_text", "stripped_text"):
        if text := record.get(name):
            return str(text).strip() or None
    for name in ("body_html", "stripped_html"):
        if text := record.get(name):
            return text_of_html(str(text))
    return None


def _event(gathering: Gathering, record: Json, file: str, row: int) -> None:
    if record.get("object_type") != "Ticket" or word(record, "type") not in _TICKET_EVENTS:
        return
    data = inner(record, "data")
    values = (
        record.get("id"),
        record.get("object_id"),
        record.get("created_datetime"),
        record.get("type"),
        record.get("user_id", inner(record, "user").get("id")),
        data.get("assignee_user_id"),
        data.get("assignee_team_id"),
        _first(data, "merged_into_ticket_id", "target_ticket_id"),
        _first(data, "merged_ticket_ids", "source_ticket_ids", "source_ticket_id"),
    )
    gathering.add("events", values, file, row)


def _first(data: Json, *names: str) -> Any:
    """The ids that an event names, as JSON if there are several."""
    return next((data[name] for name in names if data.get(name)), None)


def _survey(gathering: Gathering, record: Json, file: str, row: int, ticket: object) -> None:
    values = (
        record.get("id"),
        record.get("ticket_id", ticket),
        record.get("score"),
        record.get("created_datetime"),
        record.get("sent_datetime"),
        record.get("scored_datetime"),
        record.get("body_text"),
    )
    gathering.add("surveys", values, file, row)


HEADINGS = {
    **dict.fromkeys(("id", "ticket id"), "id"),
    **dict.fromkeys(("created datetime", "creation date", "created at", "created"), "created_at"),
    **dict.fromkeys(("updated datetime", "last updated date", "updated at"), "updated_at"),
    **dict.fromkeys(("closed datetime", "closed date", "closed at"), "closed_at"),
    "status": "status",
    "priority": "priority",
    "subject": "subject",
    **dict.fromkeys(("channel", "initial channel", "ticket channel"), "channel"),
    "language": "language",
    "tags": "tags",
    **dict.fromkeys(("spam", "is spam"), "spam"),
    **dict.fromkeys(("from agent", "created by an agent"), "from_agent"),
    "customer id": "customer_id",
    **dict.fromkeys(("assignee team", "team", "assigned team"), "team_name"),
    "first response time (s)": "frt_s",
    "resolution time (s)": "res_s",
}
"""Column of each heading of a CSV of tickets that is read; the product's lists can be set up."""


def take_csv(gathering: Gathering, records: Records) -> bool:
    """Add the rows of a CSV of tickets; False if the file is none."""
    named: dict[str, str] = {}
    for name in records.columns:
        plain = " ".join(name.strip().lower().replace("_", " ").split())
        column = HEADINGS.get(plain) or (f"custom_{told}" if (told := column_of(name)) else None)
        if column is not None:
            named.setdefault(column, name)
    if not {"id", "created_at", "status"} <= named.keys():
        return False
    gathering.add_frame("tickets", records, named)
    return True
