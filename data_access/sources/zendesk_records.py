"""Which records an export of Zendesk holds, and what is read of each.

Names are those of the Support API and of its full JSON export, which nests users, groups, metrics
and comments in the ticket; the CSV export of the ticket list has headings of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from data_access.sources.conventions import CUSTOM, column_of
from data_access.sources.gathering import Gathering
from data_access.sources.pages import Json, inner, items, word
from data_access.sources.records import Records
from data_access.sources.zendesk_audits import audit, comment, tags_of

FIGURES = (
    "reply_time",
    "first_resolution_time",
    "full_resolution_time",
    "requester_wait_time",
    "on_hold_time",
)
"""Durations of a metric set that are kept, in minutes of the calendar and of business hours."""

_FIGURE_COLUMNS = tuple(f"{name}{kind}" for name in FIGURES for kind in ("", "_business"))

KINDS: Mapping[str, tuple[str, ...]] = {
    "tickets": (
        *("id", "created_at", "updated_at", "generated_timestamp", "status", "custom_status_id"),
        *("priority", "subject", "channel", "requester_id", "submitter_id", "assignee_id"),
        *("group_id", "group_name", "external_id", "tags", "custom_fields", "locale"),
        *(f"custom_{name}" for name in CUSTOM),
    ),
    "metrics": (
        *("ticket_id", "updated_at", "solved_at", "status_updated_at", "reopens", "replies"),
        *_FIGURE_COLUMNS,
    ),
    "messages": (
        *("id", "ticket_id", "created_at", "author_id", "public", "channel", "rel", "text"),
        *("from_audit", "merged_into"),
    ),
    "changes": (
        *("id", "audit_id", "ticket_id", "created_at", "author_id", "channel", "kind", "field"),
        *("before", "after"),
    ),
    "metric_events": (
        *("id", "ticket_id", "metric", "instance_id", "kind", "time", "deleted", "policy"),
    ),
    "ratings": ("id", "ticket_id", "score", "created_at", "updated_at", "comment"),
    "users": ("id", "role", "locale", "tz", "group_id", "updated_at"),
    "groups": ("id", "name"),
    "statuses": ("id", "label", "category"),
    "fields": ("id", "title"),
    "merges": ("ticket_id", "merged_into", "created_at", "audit_id", "author_id"),
}

LISTS = {
    "tickets": "tickets",
    "ticket": "tickets",
    "results": "",
    "metric_sets": "metrics",
    "ticket_metrics": "metrics",
    "ticket_metric_events": "metric_events",
    "audits": "audits",
    "audit": "audits",
    "comments": "comments",
    "users": "users",
    "groups": "groups",
    "satisfaction_ratings": "ratings",
    "custom_statuses": "statuses",
    "ticket_fields": "fields",
}
"""Kind of the records in each list that the API answers with; empty: each record tells."""


def kind_of(record: Json) -> str | None:
    """Tell what a record is by its keys; None if it is nothing that is read."""
    for kind, known in _SIGNS:
        if known(record):
            return kind
    return None


_BODIES = frozenset({"body", "html_body", "plain_body"})
_ROLES = frozenset({"end-user", "agent", "admin"})
_SIGNS: tuple[tuple[str, Callable[[Json], bool]], ...] = (
    ("audits", lambda r: "ticket_id" in r and isinstance(r.get("events"), list)),
    ("metrics", lambda r: "ticket_id" in r and "reply_time_in_minutes" in r),
    ("metric_events", lambda r: "ticket_id" in r and {"metric", "type", "time"} <= r.keys()),
    ("ratings", lambda r: "ticket_id" in r and "score" in r),
    (
        "comments",
        lambda r: "author_id" in r and bool({"body", "html_body", "plain_body"} & r.keys()),
    ),
    ("tickets", lambda r: {"id", "status", "created_at"} <= r.keys() and _asks(r)),
    ("statuses", lambda r: {"id", "status_category", "agent_label"} <= r.keys()),
    ("fields", lambda r: {"id", "title", "type"} <= r.keys() and "raw_title" in r),
    ("users", lambda r: "id" in r and word(r, "role") in _ROLES),
    ("groups", lambda r: {"id", "name", "default"} <= r.keys() or "/groups/" in str(r.get("url"))),
)


def _asks(record: Json) -> bool:
    return bool({"requester_id", "requester", "submitter_id"} & record.keys())


def take(gathering: Gathering, kind: str, record: Json, file: str, row: int) -> None:
    """Add what is read of one record."""
    if kind == "tickets":
        _ticket(gathering, record, file, row)
    elif kind == "audits":
        audit(gathering, record, file, row)
    elif kind == "comments":
        comment(gathering, record, file, row, record.get("ticket_id"))
    else:
        gathering.add(kind, _PLAIN[kind](record), file, row)


def _ticket(gathering: Gathering, record: Json, file: str, row: int) -> None:
    via, requester, group = inner(record, "via"), inner(record, "requester"), inner(record, "group")
    ticket, assignee = record.get("id"), inner(record, "assignee")
    values = (
        ticket,
        record.get("created_at"),
        record.get("updated_at"),
        record.get("generated_timestamp"),
        record.get("status"),
        record.get("custom_status_id"),
        record.get("priority"),
        record.get("subject"),
        via.get("channel"),
        record.get("requester_id", requester.get("id")),
        record.get("submitter_id", inner(record, "submitter").get("id")),
        record.get("assignee_id", assignee.get("id")),
        record.get("group_id", group.get("id")),
        group.get("name"),
        record.get("external_id"),
        tags_of(record.get("tags")),
        _filled(record),
        requester.get("locale"),
        *(None for _ in CUSTOM),
    )
    gathering.add("tickets", values, file, row)
    for name in ("metric_set", "metrics"):
        if metric := inner(record, name):
            gathering.add("metrics", _metric({"ticket_id": ticket, **metric}), file, row)
    for said in items(record, "comments"):
        comment(gathering, said, file, row, ticket)
    for events in inner(record, "metric_events").values():
        for event in events if isinstance(events, list) else ():
            if isinstance(event, dict):
                gathering.add("metric_events", _metric_event(event), file, row)
    rating = inner(record, "satisfaction_rating")
    if rating.get("score") not in (None, "unoffered"):
        values = (rating.get("id"), ticket, rating.get("score"), None, None, rating.get("comment"))
        gathering.add("ratings", values, file, row)


def _filled(record: Json) -> str | None:
    """The custom fields that say something, as JSON by id."""
    found = {
        str(field.get("id")): field["value"]
        for name in ("custom_fields", "fields")
        for field in items(record, name)
        if field.get("value") not in (None, "", False, [])
    }
    return orjson.dumps(found).decode() if found else None


def _metric(record: Json) -> tuple[Any, ...]:
    figures = (inner(record, f"{name}_in_minutes") for name in FIGURES)
    return (
        record.get("ticket_id"),
        record.get("updated_at"),
        record.get("solved_at"),
        record.get("status_updated_at"),
        record.get("reopens"),
        record.get("replies"),
        *(figure.get(kind) for figure in figures for kind in ("calendar", "business")),
    )


def _metric_event(record: Json) -> tuple[Any, ...]:
    policy = inner(inner(record, "sla"), "policy")
    return (
        record.get("id"),
        record.get("ticket_id"),
        record.get("metric"),
        record.get("instance_id"),
        record.get("type"),
        record.get("time"),
        record.get("deleted"),
        policy.get("title", policy.get("id")),
    )


def _simple(*names: str) -> Callable[[Json], tuple[Any, ...]]:
    return lambda record: tuple(record.get(name) for name in names)


_PLAIN: Mapping[str, Callable[[Json], tuple[Any, ...]]] = {
    "metrics": _metric,
    "metric_events": _metric_event,
    "ratings": _simple("id", "ticket_id", "score", "created_at", "updated_at", "comment"),
    "users": _simple("id", "role", "locale", "iana_time_zone", "default_group_id", "updated_at"),
    "groups": _simple("id", "name"),
    "statuses": _simple("id", "agent_label", "status_category"),
    "fields": _simple("id", "title"),
}

HEADINGS: Mapping[str, tuple[str, str]] = {
    "id": ("tickets", "id"),
    "created at": ("tickets", "created_at"),
    "updated at": ("tickets", "updated_at"),
    "status": ("tickets", "status"),
    "priority": ("tickets", "priority"),
    "via": ("tickets", "channel"),
    "subject": ("tickets", "subject"),
    "tags": ("tickets", "tags"),
    "group": ("tickets", "group_name"),
    "requester id": ("tickets", "requester_id"),
    "solved at": ("metrics", "solved_at"),
    "reopens": ("metrics", "reopens"),
    "replies": ("metrics", "replies"),
    "satisfaction score": ("ratings", "score"),
    **{
        f"{title} in minutes{hours}": ("metrics", f"{name}{suffix}")
        for title, name in (
            ("first reply time", "reply_time"),
            ("first resolution time", "first_resolution_time"),
            ("full resolution time", "full_resolution_time"),
            ("requester wait time", "requester_wait_time"),
            ("on hold time", "on_hold_time"),
        )
        for hours, suffix in (("", ""), (" within business hours", "_business"))
    },
}
"""Kind and column of each heading of the CSV export that is read, in lower case."""


def take_csv(gathering: Gathering, records: Records) -> bool:
    """Add the rows of a CSV export of the ticket list; False if the file is none."""
    plain = {name.strip().lower(): name for name in records.columns}
    if not {"id", "created at", "status"} <= plain.keys():
        return False
    named: dict[str, dict[str, str]] = {"tickets": {}, "metrics": {}, "ratings": {}}
    for heading, name in plain.items():
        kind, column = HEADINGS.get(heading, ("tickets", f"custom_{column_of(name)}"))
        if column != "custom_None":
            named[kind].setdefault(column, name)
    for kind in ("metrics", "ratings"):
        if named[kind]:
            named[kind]["ticket_id"] = plain["id"]
            if "updated at" in plain:
                named[kind]["updated_at"] = plain["updated at"]
    for kind, names in named.items():
        if names:
            gathering.add_frame(kind, records, names)
    return True
