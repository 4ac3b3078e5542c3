"""What happened to Gorgias' tickets: from its events and messages, else from the tickets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson
import polars as pl

from data_access.sources import fields as f
from data_access.sources.assembling import made
from data_access.sources.base import Problem, note
from data_access.sources.event_rows import events, in_order, seconds
from data_access.sources.exports import Export
from data_access.sources.gathering import newest, parse_placed
from data_access.sources.parsing import trimmed
from data_access.sources.spoken import message_events

_AT = made("at")
_BY_MACHINE = ("rule", "api", "self_service", "self-service", "offline_capture")


@dataclass(frozen=True)
class Desk:
    """The tickets as they are now, with `#team` and `#status`, and what explains their ids."""

    tickets: pl.DataFrame
    users: pl.DataFrame
    teams: Mapping[str, str]


def with_roles(messages: pl.DataFrame) -> pl.DataFrame:
    """Add `role` and `#public`: who wrote a message, and whether the customer could see it.

    What a rule or an integration sent, or what nobody signed, is a bot's. A message that could not
    be sent was seen by nobody.
    """
    ours = f.flag("", "from_agent").value
    machine = (
        trimmed("rule_id").is_not_null()
        | trimmed("via").str.to_lowercase().is_in(list(_BY_MACHINE)).fill_null(value=False)
        | trimmed("sender_id").is_null()
    )
    role = (
        pl.when(~ours)
        .then(pl.lit("customer"))
        .when(ours & machine)
        .then(pl.lit("bot"))
        .when(ours)
        .then(pl.lit("agent"))
    )
    failed = trimmed("failed_at").is_not_null() & trimmed("sent_at").is_null()
    public = pl.when(failed).then(pl.lit(value=False)).otherwise(f.flag("", "public").value)
    return messages.with_columns(role.alias("role"), public.alias("#public"))


def merges_of(rows: pl.DataFrame) -> pl.DataFrame:
    """ticket_id, into, created_at, user_id and place of every merge whose event names both ends."""
    found = []
    for row in rows.filter(pl.col("kind") == "ticket-merged").iter_rows(named=True):
        place = (row["created_at"], row["user_id"], row["_file"], row["_row"])
        if row["merged_into"]:
            found.append((row["ticket_id"], row["merged_into"], *place))
        found += [(other, row["ticket_id"], *place) for other in _ids(row["merged_from"])]
    schema = {
        **dict.fromkeys(("ticket_id", "into", "created_at", "user_id", "_file"), pl.String()),
        "_row": pl.Int64(),
    }
    merges = pl.DataFrame(found, schema=schema, orient="row")
    return merges.sort("ticket_id", "created_at", "into").unique(
        "ticket_id", keep="first", maintain_order=True
    )


def _ids(text: str | None) -> list[str]:
    if not text:
        return []
    held = orjson.loads(text) if text.startswith("[") else [text]
    return [str(one) for one in held]


def events_of(
    desk: Desk, spoken: pl.DataFrame, export: Export, zone: str
) -> tuple[pl.DataFrame, pl.DataFrame, list[Problem]]:
    """Give the events, the problems of rows that give none, and remarks."""
    raw, _ = newest(export.gathering.frame("events"), ["id"], [])
    told, problems = parse_placed(raw, [f.instant("at", "created_at", zone)])
    ends = told.filter(pl.col("kind").is_in(["ticket-closed", "ticket-reopened"]))
    silent = desk.tickets.filter(~pl.col("id").is_in(ends["ticket_id"].unique().implode()))
    parts = [
        _created(desk, zone),
        message_events(spoken, "sender_id"),
        *_told(desk, told),
        _merged(raw, zone),
        *_as_they_stand(silent, zone),
    ]
    alone = silent.filter(trimmed("closed_at").is_not_null()).height
    dumb = raw.filter(
        (pl.col("kind") == "ticket-merged")
        & pl.col("merged_into").is_null()
        & pl.col("merged_from").is_null()
    ).height
    texts = []
    if alone:
        texts.append(
            f"{alone} closed tickets have no events: only their last closing is known, and none of"
            " their reopenings"
        )
    if dumb:
        texts.append(f"{dumb} merges do not say of which tickets: not read")
    remarks = [note("case_events", "events", text, "Export events too.") for text in texts]
    return in_order(parts), problems, remarks


def _created(desk: Desk, zone: str) -> pl.DataFrame:
    rows, _ = parse_placed(desk.tickets, [f.instant("at", "created_at", zone)])
    ours = f.flag("", "from_agent").value.fill_null(value=False)
    who = pl.when(~ours).then("customer_id").alias("#who")
    return events(
        rows.with_columns(who),
        "created",
        case="id",
        at=_AT,
        tail=pl.lit("created"),
        actor="#who",
        role=pl.when(ours).then(pl.lit("agent")).otherwise(pl.lit("customer")),
        after=pl.lit("open"),
        public=pl.lit(value=True),
    )


def _told(desk: Desk, told: pl.DataFrame) -> list[pl.DataFrame]:
    kind = pl.col("kind")
    second = pl.col(_AT).dt.truncate("1s").alias("#second")
    put_off = told.filter(kind == "ticket-snoozed").select("ticket_id", second).unique()
    # Putting off closes too; that is no solution.
    closed = (
        told.filter(kind == "ticket-closed")
        .with_columns(second)
        .join(put_off, ["ticket_id", "#second"], "anti", maintain_order="left")
    )
    team = trimmed("team_id").replace(dict(desk.teams))
    return [
        *_closing(closed, "ticket_id", pl.format("event-{}", "id"), "user_id"),
        _event(told.filter(kind == "ticket-reopened"), "reopened", "closed", "open"),
        _event(told.filter(kind == "ticket-snoozed"), "status", "open", "on_hold"),
        _event(told.filter(kind == "ticket-self-unsnoozed"), "status", "on_hold", "open"),
        _event(told.filter(kind.is_in(["ticket-team-assigned", "ticket-team-unassigned"])),
               "assign", None, team),
    ]  # fmt: skip


def _closing(rows: pl.DataFrame, case: str, tail: pl.Expr, actor: str | None) -> list[pl.DataFrame]:
    """Closing is solving here: both at once."""
    role = _role() if actor else None
    return [
        events(rows, kind, case=case, at=_AT, tail=pl.format(f"{{}}-{kind}", tail), actor=actor,
               role=role, before=pl.lit(before), after=pl.lit(kind), public=pl.lit(value=True))
        for before, kind in (("open", "solved"), ("solved", "closed"))
    ]  # fmt: skip


def _event(rows: pl.DataFrame, kind: str, before: str | None, after: str | pl.Expr) -> pl.DataFrame:
    return events(
        rows,
        kind,
        case="ticket_id",
        at=_AT,
        tail=pl.format("event-{}", "id"),
        actor="user_id",
        role=_role(),
        before=pl.lit(before, dtype=pl.String),
        after=pl.lit(after) if isinstance(after, str) else after,
        public=pl.lit(value=False),
    )


def _role() -> pl.Expr:
    """A user of the helpdesk, else a rule or the system."""
    return (
        pl.when(trimmed("user_id").is_not_null()).then(pl.lit("agent")).otherwise(pl.lit("system"))
    )


def _merged(raw: pl.DataFrame, zone: str) -> pl.DataFrame:
    rows, _ = parse_placed(merges_of(raw), [f.instant("at", "created_at", zone)])
    return events(
        rows,
        "merged",
        case="ticket_id",
        at=_AT,
        tail=pl.lit("merged"),
        actor="user_id",
        role=_role(),
        after=pl.col("into"),
        public=pl.lit(value=False),
    )


def _as_they_stand(tickets: pl.DataFrame, zone: str) -> list[pl.DataFrame]:
    """The last closing of tickets that have no events of it."""
    ended = tickets.filter(pl.col("#status") == "closed")
    rows, _ = parse_placed(ended, [f.instant("at", "closed_at", zone)])
    return _closing(rows, "id", seconds(_AT), None)
