"""Freshdesk: tickets with their stats, conversations, activities and satisfaction ratings.

The first message of a ticket is its description; conversations hold the others. Activities tell
when the status changed; without them only the last instants in the ticket's stats are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data_access.sources import fields as f
from data_access.sources import freshdesk_records as d
from data_access.sources.assembling import finish
from data_access.sources.base import Problem, SourceOptions, Table, chosen_zone, note
from data_access.sources.conventions import custom_fields
from data_access.sources.exports import Export, Product, read_export
from data_access.sources.fields import Field
from data_access.sources.freshdesk_events import Desk, events_of, statuses_of, with_roles
from data_access.sources.gathering import (
    assemble_placed,
    newest,
    parse_placed,
    with_repeats,
)
from data_access.sources.parsing import by_value, number, trimmed
from data_access.sources.places import language_tag
from data_access.sources.spoken import message_table
from data_access.time_zones import known_zone

CHANNELS = {
    **dict.fromkeys(("1", "email", "10", "outbound email"), "email"),
    **dict.fromkeys(("2", "portal", "9", "feedback widget", "4", "forum"), "web"),
    **dict.fromkeys(("8", "mobihelp"), "web"),
    **dict.fromkeys(("3", "phone"), "phone"),
    **dict.fromkeys(("7", "chat", "12", "bot"), "chat"),
    **dict.fromkeys(("5", "twitter", "6", "facebook"), "social"),
    **dict.fromkeys(("13", "whatsapp"), "messenger"),
    **dict.fromkeys(("11", "ecommerce"), "marketplace"),
}
PRIORITIES = {"1": "low", "2": "medium", "3": "high", "4": "urgent"}
SCORES = {"103": 5, "102": 4, "101": 4, "100": 3, "-101": 2, "-102": 2, "-103": 1}
"""Scales of two, three, five and seven faces on ours: good ones are 4 and 5, bad ones 1 and 2."""
OUTBOUND = ("10", "outbound email")

PRODUCT = Product(
    name="freshdesk",
    kinds=d.KINDS,
    lists=d.LISTS,
    kind_of=d.kind_of,
    take=d.take,
    take_csv=d.take_csv,
    more_follows=lambda _: None,
    reads=(
        "It reads answers of API v2 (tickets with stats, conversations, satisfaction ratings,"
        " agents, groups, contacts, ticket fields) and the export of activities as JSON pages or"
        " JSON lines, and the CSV export of tickets."
    ),
)


@dataclass(frozen=True)
class Freshdesk:
    """The source `freshdesk`: a file or folder of API answers, JSON lines or CSV."""

    name: str = "freshdesk"
    doc: str = "Freshdesk tickets, conversations and activities: API pages, JSON lines or CSV"

    def read(self, path: Path, options: SourceOptions) -> Iterator[Table]:
        """Give cases, case_events, messages, surveys and, if they are there, agents."""
        zone = chosen_zone(options)
        export = read_export(PRODUCT, path)
        desk, repeats = _desk(export, zone)
        yield _cases(desk, repeats, export, zone)
        written, message_repeats = _messages(desk, export, zone)
        messages, refused = parse_placed(written, [f.instant("at", "created_at", zone)])
        spoken = with_roles(messages)
        yield message_table(spoken, refused, message_repeats)
        rows, problems, notes = events_of(desk, spoken, export, zone)
        yield finish("case_events", rows, problems, notes=notes)
        yield _surveys(export, zone)
        if desk.agents.height:
            yield _agents(desk)


SOURCE = Freshdesk()


def _desk(export: Export, zone: str | None) -> tuple[Desk, pl.DataFrame]:
    held = export.gathering
    updated = f.instant("", "updated_at", zone).value
    tickets, repeats = newest(held.frame("tickets"), ["id"], [updated])
    groups = held.frame("groups").unique("id", keep="last").drop_nulls()
    teams = dict(groups.select("id", "name").iter_rows())
    named = trimmed("group_id").replace_strict(teams, default=None, return_dtype=pl.String)
    contacts = held.frame("contacts").unique("id", keep="last")
    tickets = tickets.with_columns(
        pl.coalesce("group_name", named, "group_id").alias("#team")
    ).join(
        contacts.select(requester_id="id", contact_lang="language").drop_nulls("requester_id"),
        "requester_id",
        "left",
        maintain_order="left",
    )
    agents = held.frame("agents").unique("id", keep="last", maintain_order=True)
    return Desk(tickets, agents, teams, statuses_of(held.frame("statuses"))), repeats


def _cases(desk: Desk, repeats: pl.DataFrame, export: Export, zone: str | None) -> Table:
    merged = export.gathering.frame("messages").filter(pl.col("merged_into").is_not_null())
    rows = desk.tickets.join(
        merged.select(id="ticket_id", merged="merged_into").unique("id"),
        "id",
        "left",
        maintain_order="left",
    ).with_columns(pl.col("subject").alias("#subject"))
    table = assemble_placed(
        "cases",
        rows,
        _case_fields(desk, zone),
        notes=[*export.notes, *_remarks(desk, rows, repeats)],
        unreadable=export.problems,
    )
    return with_repeats(table, "case_id", repeats, "id")


def _case_fields(desk: Desk, zone: str | None) -> list[Field]:
    created = f.instant("created_at", "created_at", zone)
    ended = pl.coalesce(f.instant("", name, zone).value for name in ("resolved_at", "closed_at"))
    answered = f.instant("", "first_responded_at", zone).value
    return [
        f.text("case_id", "id"),
        *custom_fields(order_else=None, lang_else="contact_lang"),
        f.text("customer_key", "requester_id"),
        f.computed("channel", _channel(), "channel"),
        f.text("subject", "#subject"),
        f.computed("priority", trimmed("priority").str.to_lowercase().replace(PRIORITIES)),
        f.text("team", "#team"),
        created,
        f.computed("status", desk.status("status"), "status"),
        f.computed("merged_into", pl.col("merged")),
        f.flag("spam", "spam"),
        f.computed("deleted", f.flag("", "deleted").value.fill_null(value=False)),
        f.computed("vendor_sla_met", _verdict(desk)),
        f.computed("vendor_frt_min", _minutes(answered - created.value)),
        f.computed("vendor_frt_business_min", _hours("frt_hours")),
        f.computed("vendor_full_res_min", _minutes(ended - created.value)),
        f.computed("vendor_full_res_business_min", _hours("res_hours")),
        f.count("vendor_replies", "replies"),
    ]


def _minutes(span: pl.Expr) -> pl.Expr:
    return span.dt.total_microseconds() / 60_000_000


def _hours(column: str) -> pl.Expr:
    """Minutes of a duration in hours, written 26:30:00 or 26.5."""
    parts = trimmed(column).str.extract_groups(r"^(\d+):(\d\d):(\d\d)$")
    hours, minutes, seconds = (
        parts.struct.field(str(place)).cast(pl.Float64) for place in (1, 2, 3)
    )
    plain = number(trimmed(column)) * 60
    return pl.coalesce(hours * 60 + minutes + seconds / 60, plain)


def _verdict(desk: Desk) -> pl.Expr:
    """The product's verdict: false once a target was missed, true if the ticket ended without."""
    missed = pl.any_horizontal(
        *(f.flag("", name).value.fill_null(value=False) for name in ("escalated", "fr_escalated")),
        *(
            trimmed(name).str.to_lowercase().str.contains("violated").fill_null(value=False)
            for name in ("resolution_verdict", "response_verdict")
        ),
    )
    judged = pl.any_horizontal(
        pl.col(name).is_not_null()
        for name in ("escalated", "fr_escalated", "resolution_verdict", "response_verdict")
    )
    ended = desk.status("status").is_in(["solved", "closed"])
    return pl.when(missed).then(pl.lit(value=False)).when(judged & ended).then(pl.lit(value=True))


def _channel() -> pl.Expr:
    word = trimmed("channel").str.to_lowercase()
    known = word.replace_strict(CHANNELS, default="other", return_dtype=pl.String)
    return pl.when(word.is_not_null()).then(known)


def _remarks(desk: Desk, rows: pl.DataFrame, repeats: pl.DataFrame) -> Iterator[Problem]:
    if repeats.height:
        text = f"{repeats.height} older versions of tickets: the newest of each was taken"
        yield note("cases", "tickets", text)
    others = rows.filter(_channel() == "other")
    if others.height:
        seen = ", ".join(others["channel"].unique().sort().head(8))
        yield note("cases", "tickets", f"{others.height} tickets of other sources ({seen}): other")
    if rows["frt_hours"].count() + rows["res_hours"].count():
        text = "times in hrs are taken for business hours: the export does not say"
        yield note("cases", "tickets", text)
    strange = rows.filter(desk.is_strange("status"))
    if strange.height:
        seen = ", ".join(strange["status"].unique().sort().head(8))
        text = f"{strange.height} tickets have a status that nothing explains ({seen}): open"
        yield note("cases", "tickets", text, "Export the ticket fields, or add a list of statuses.")


def _messages(desk: Desk, export: Export, zone: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every message once, the descriptions of the tickets among them."""
    updated = f.instant("", "updated_at", zone).value
    rows, repeats = newest(export.gathering.frame("messages"), ["id"], [updated])
    ours = trimmed("channel").str.to_lowercase().is_in(list(OUTBOUND)).fill_null(value=False)
    first = desk.tickets.filter(pl.col("text").is_not_null()).select(
        pl.format("{}-description", "id").alias("id"),
        pl.col("id").alias("ticket_id"),
        "created_at",
        "updated_at",
        pl.when(ours).then("responder_id").otherwise("requester_id").alias("user_id"),
        (~ours).cast(pl.String).alias("incoming"),
        pl.lit("false").alias("private"),
        pl.lit(None, dtype=pl.String).alias("origin"),
        pl.lit(None, dtype=pl.String).alias("automation"),
        "text",
        pl.lit(None, dtype=pl.String).alias("merged_into"),
        "_file",
        "_row",
    )
    return pl.concat([rows, first]), repeats


def _surveys(export: Export, zone: str | None) -> Table:
    kept, repeats = newest(export.gathering.frame("ratings"), ["id"], [])
    score = trimmed("score").replace_strict(SCORES, default=None, return_dtype=pl.Int64)
    table = assemble_placed(
        "surveys",
        kept.with_columns(pl.col("comment").alias("#comment")),
        [
            f.text("response_id", "id"),
            f.text("case_id", "ticket_id"),
            f.constant("kind", "csat"),
            f.instant("sent_at", "created_at", zone),
            f.instant("answered_at", "created_at", zone),
            Field(
                "score",
                score,
                trimmed("score"),
                "not a rating of the product (103 to -103)",
                "Export satisfaction ratings of API v2.",
                ("score",),
            ),
            f.text("comment", "#comment"),
        ],
    )
    return with_repeats(table, "response_id", repeats, "id")


def _agents(desk: Desk) -> Table:
    def zone(name: str) -> str | None:
        return name if known_zone(name) else None

    return assemble_placed(
        "agents",
        desk.agents,
        [
            f.text("agent_id", "id"),
            f.text("team", "group_id", desk.teams),
            f.computed("tz", by_value(trimmed("tz"), zone)),
            f.computed("langs", by_value(trimmed("language"), language_tag)),
        ],
    )
