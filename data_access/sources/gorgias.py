"""Gorgias: tickets, ticket messages, events and satisfaction surveys.

Times without an offset are UTC, as the API writes them. A closed ticket is solved and closed at
once, and may be reopened; one that is snoozed is closed too, but only put off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data_access.sources import fields as f
from data_access.sources import gorgias_records as g
from data_access.sources.assembling import finish
from data_access.sources.base import Problem, SourceOptions, Table, chosen_zone, note
from data_access.sources.conventions import custom_fields, from_custom_fields
from data_access.sources.exports import Export, Product, read_export
from data_access.sources.fields import Field
from data_access.sources.gathering import (
    assemble_placed,
    newest,
    parse_placed,
    with_repeats,
)
from data_access.sources.gorgias_events import Desk, events_of, merges_of, with_roles
from data_access.sources.parsing import ISO, by_value, instant, trimmed
from data_access.sources.places import language_tag
from data_access.sources.spoken import message_table
from data_access.time_zones import INSTANT, known_zone

CHANNELS = {
    "email": "email",
    **dict.fromkeys(("chat", "gorgias_chat", "gorgias-chat"), "chat"),
    **dict.fromkeys(("phone", "aircall", "voicemail"), "phone"),
    **dict.fromkeys(("contact_form", "contact-form", "help-center", "help_center"), "web"),
    **dict.fromkeys(("facebook", "facebook-mention", "facebook-recommendations"), "social"),
    **dict.fromkeys(("instagram-ad-comment", "instagram-comment", "instagram-mention"), "social"),
    **dict.fromkeys(("twitter", "twitter-direct-message", "yotpo-review", "tiktok"), "social"),
    **dict.fromkeys(("instagram-direct-message", "facebook-messenger", "whatsapp"), "messenger"),
    **dict.fromkeys(("sms", "messenger", "line", "telegram"), "messenger"),
    **dict.fromkeys(("amazon", "ebay", "tiktok-shop", "marketplace"), "marketplace"),
}
ZONE = "UTC"

PRODUCT = Product(
    name="gorgias",
    kinds=g.KINDS,
    lists=g.LISTS,
    kind_of=g.kind_of,
    take=g.take,
    take_csv=g.take_csv,
    more_follows=g.more_follows,
    reads=(
        "It reads answers of the API (tickets, messages, events, satisfaction surveys, users,"
        " teams, custom fields) as JSON pages or JSON lines, and CSV lists of tickets."
    ),
)


@dataclass(frozen=True)
class Gorgias:
    """The source `gorgias`: a file or folder of API answers, JSON lines or CSV."""

    name: str = "gorgias"
    doc: str = "Gorgias tickets, messages, events and surveys: API pages, JSON lines or CSV"

    def read(self, path: Path, options: SourceOptions) -> Iterator[Table]:
        """Give cases, case_events, messages, surveys and, if users are there, agents."""
        zone = chosen_zone(options) or ZONE
        export = read_export(PRODUCT, path)
        desk, repeats = _desk(export, zone, options)
        yield _cases(desk, repeats, export, zone)
        written, message_repeats = newest(export.gathering.frame("messages"), ["id"], [])
        messages, refused = parse_placed(
            written.with_columns(_when()), [f.instant("at", "when", zone)]
        )
        spoken = with_roles(messages)
        yield message_table(spoken, refused, message_repeats)
        rows, problems, notes = events_of(desk, spoken, export, zone)
        yield finish("case_events", rows, problems, notes=notes)
        yield _surveys(export, zone)
        if desk.users.height:
            yield _agents(desk)


SOURCE = Gorgias()


def _when() -> pl.Expr:
    """What comes in is there once it is created, what goes out once it is sent."""
    out = pl.col("from_agent") == "true"
    return (
        pl.when(out)
        .then(pl.coalesce("sent_at", "created_at"))
        .otherwise("created_at")
        .alias("when")
    )


def _desk(export: Export, zone: str, options: SourceOptions) -> tuple[Desk, pl.DataFrame]:
    held = export.gathering
    updated = f.instant("", "updated_at", zone).value
    tickets, repeats = newest(
        from_custom_fields(held.frame("tickets"), held.frame("fields")), ["id"], [updated]
    )
    nested = tickets.select("team_id", "team_name").sort("team_id", "team_name")
    known = [*nested.iter_rows(), *held.frame("teams").select("id", "name").iter_rows()]
    teams = {key: name for key, name in known if key and name}
    named = trimmed("team_id").replace_strict(teams, default=None, return_dtype=pl.String)
    now = pl.lit(options.now, dtype=INSTANT)
    put_off = instant(trimmed("snoozed_until"), (ISO,), zone) > now
    status = trimmed("status").str.to_lowercase()
    told = (
        pl.when((status == "closed") & put_off)
        .then(pl.lit("on_hold"))
        .when(status == "closed")
        .then(pl.lit("closed"))
        .when(status.is_not_null())
        .then(pl.lit("open"))
    )
    tickets = tickets.with_columns(
        pl.coalesce(named, "team_name", "team_id").alias("#team"), told.alias("#status")
    )
    return Desk(tickets, held.frame("users").unique("id", keep="last"), teams), repeats


def _cases(desk: Desk, repeats: pl.DataFrame, export: Export, zone: str) -> Table:
    merges = merges_of(export.gathering.frame("events")).select(id="ticket_id", merged="into")
    rows = (
        desk.tickets.join(merges.unique("id"), "id", "left", maintain_order="left")
        .with_columns(pl.col("subject").alias("#subject"))
        .sort("_file", "_row")
    )
    table = assemble_placed(
        "cases",
        rows,
        _case_fields(zone),
        notes=[*export.notes, *_remarks(rows, repeats)],
        unreadable=export.problems,
    )
    return with_repeats(table, "case_id", repeats, "id")


def _case_fields(zone: str) -> list[Field]:
    return [
        f.text("case_id", "id"),
        *custom_fields(order_else="external_id", lang_else="language"),
        f.text("customer_key", "customer_id"),
        f.computed("channel", _channel(), "channel"),
        f.text("subject", "#subject"),
        f.text("priority", "priority"),
        f.text("team", "#team"),
        f.instant("created_at", "created_at", zone),
        f.computed("status", pl.col("#status"), "status"),
        f.computed("merged_into", pl.col("merged")),
        f.flag("spam", "spam"),
        f.computed("deleted", trimmed("trashed_at").is_not_null()),
        f.number("vendor_frt_min", "frt_s", scale=1 / 60),
        f.number("vendor_full_res_min", "res_s", scale=1 / 60),
    ]


def _channel() -> pl.Expr:
    word = trimmed("channel").str.to_lowercase()
    known = word.replace_strict(CHANNELS, default="other", return_dtype=pl.String)
    return pl.when(word.is_not_null()).then(known)


def _remarks(rows: pl.DataFrame, repeats: pl.DataFrame) -> Iterator[Problem]:
    if repeats.height:
        text = f"{repeats.height} older versions of tickets: the newest of each was taken"
        yield note("cases", "tickets", text)
    others = rows.filter(_channel() == "other")
    if others.height:
        seen = ", ".join(others["channel"].unique().sort().head(8))
        yield note("cases", "tickets", f"{others.height} tickets of other channels ({seen}): other")


def _surveys(export: Export, zone: str) -> Table:
    rated = f.instant("", "scored_at", zone).value
    surveys = export.gathering.frame("surveys").with_columns(
        pl.coalesce("id", pl.format("{}-csat", "ticket_id")).alias("id")
    )
    asked = pl.coalesce("sent_at", "scored_at").is_not_null()
    kept, repeats = newest(surveys.filter(asked), ["id"], [rated])
    rows = kept.with_columns(
        # An answer without a time of sending was asked for by other means.
        pl.coalesce("sent_at", "created_at", "scored_at").alias("#sent"),
        pl.col("comment").alias("#comment"),
    )
    table = assemble_placed(
        "surveys",
        rows,
        [
            f.text("response_id", "id"),
            f.text("case_id", "ticket_id"),
            f.constant("kind", "csat"),
            f.instant("sent_at", "#sent", zone),
            f.instant("answered_at", "scored_at", zone),
            f.count("score", "score"),
            f.text("comment", "#comment"),
        ],
    )
    return with_repeats(table, "response_id", repeats, "id")


def _agents(desk: Desk) -> Table:
    def zone(name: str) -> str | None:
        return name if known_zone(name) else None

    return assemble_placed(
        "agents",
        desk.users,
        [
            f.text("agent_id", "id"),
            f.computed("tz", by_value(trimmed("tz"), zone)),
            f.computed("langs", by_value(trimmed("language"), language_tag)),
        ],
    )
