"""Zendesk: tickets with metric sets, audits, comments, metric events, ratings, users and groups.

Audits tell best what happened and when; where a ticket has none, metric events tell when its
status changed, and where it has neither, only the instants that the ticket itself carries. The
product's durations are kept as `vendor_…` and nothing is computed from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from data_access.sources import fields as f
from data_access.sources import zendesk_records as z
from data_access.sources.assembling import finish, made
from data_access.sources.base import Problem, SourceOptions, Table, chosen_zone, note
from data_access.sources.conventions import column_of, custom_fields, from_custom_fields, plain_word
from data_access.sources.event_rows import direction
from data_access.sources.exports import Export, Product, read_export
from data_access.sources.fields import Field
from data_access.sources.gathering import (
    assemble_placed,
    newest,
    parse_placed,
    with_refused,
    with_repeats,
)
from data_access.sources.pages import Json
from data_access.sources.parsing import by_value, number, trimmed
from data_access.sources.places import language_tag
from data_access.sources.zendesk_desk import Desk, with_roles
from data_access.sources.zendesk_events import events_of, merges_of
from data_access.sources.zendesk_surveys import surveys_of
from data_access.time_zones import known_zone

CHANNELS = {
    **dict.fromkeys(("email", "mail"), "email"),
    **dict.fromkeys(("web", "web_form", "web_widget", "help_center", "closed_ticket"), "web"),
    **dict.fromkeys(("mobile", "mobile_sdk", "iphone", "android", "dropbox", "helpcenter"), "web"),
    **dict.fromkeys(("chat", "native_messaging", "messaging", "live_chat"), "chat"),
    **dict.fromkeys(("voice", "phone", "phone_call_inbound", "phone_call_outbound"), "phone"),
    **dict.fromkeys(("voicemail", "phone_call_incoming", "phone_call_outgoing"), "phone"),
    **dict.fromkeys(("twitter", "twitter_dm", "twitter_like", "x_corp", "facebook"), "social"),
    **dict.fromkeys(("facebook_post", "facebook_message", "instagram_dm"), "social"),
    **dict.fromkeys(("whatsapp", "facebook_messenger", "line", "wechat", "telegram"), "messenger"),
    **dict.fromkeys(("viber", "sms", "text", "kakaotalk", "apple_business_chat"), "messenger"),
    **dict.fromkeys(("x_corp_dm", "google_business_messages", "mailgun"), "messenger"),
}
STATUS = {
    "new": "new",
    "open": "open",
    "pending": "pending",
    "hold": "on_hold",
    "on_hold": "on_hold",
    "solved": "solved",
    "closed": "closed",
    "deleted": "deleted",
}


def _more_follows(page: Json) -> bool | None:
    ends = page.get("end_of_stream")
    return None if ends is None else not ends


PRODUCT = Product(
    name="zendesk",
    kinds=z.KINDS,
    lists=z.LISTS,
    kind_of=z.kind_of,
    take=z.take,
    take_csv=z.take_csv,
    more_follows=_more_follows,
    reads=(
        "It reads answers of the API (tickets, metric sets, audits, comments, metric events,"
        " ratings, users, groups, custom statuses, ticket fields) as JSON pages or JSON lines, and"
        " the CSV export of the ticket list."
    ),
)


@dataclass(frozen=True)
class Zendesk:
    """The source `zendesk`: a file or folder of API answers, JSON lines or CSV."""

    name: str = "zendesk"
    doc: str = "Zendesk tickets, audits, comments and metrics: API pages, JSON lines or CSV"

    def read(self, path: Path, options: SourceOptions) -> Iterator[Table]:
        """Give cases, case_events, messages, surveys and, if users are there, agents."""
        zone = chosen_zone(options)
        export = read_export(PRODUCT, path)
        desk, repeats = _desk(export, zone, options.now)
        yield _cases(desk, repeats, export, zone)
        messages, message_repeats = _messages(export)
        spoken, refused = parse_placed(messages, [f.instant("at", "created_at", zone)])
        spoken = with_roles(spoken, desk, "author_id", "ticket_id", message=True)
        yield _message_table(spoken, refused, message_repeats)
        rows, problems, notes = events_of(desk, spoken, export, zone)
        yield finish("case_events", rows, problems, notes=notes)
        yield surveys_of(desk, export, zone)
        if desk.users.filter(pl.col("role") == "agent").height:
            yield _agents(desk)


SOURCE = Zendesk()


def _desk(export: Export, zone: str | None, now: datetime) -> tuple[Desk, pl.DataFrame]:
    """The tickets as they are now with everything that explains them, and older versions."""
    g = export.gathering
    updated = f.instant("", "updated_at", zone).value
    generated = number(trimmed("generated_timestamp"))
    tickets, repeats = newest(
        from_custom_fields(g.frame("tickets"), g.frame("fields")), ["id"], [updated, generated]
    )
    users, _ = newest(g.frame("users"), ["id"], [updated])
    names = g.frame("groups").unique("id", keep="last").select(group_id="id", team="name")
    tickets = tickets.join(names, "group_id", "left", maintain_order="left").with_columns(
        pl.coalesce("group_name", "team", "group_id").alias("#team")
    )
    words: dict[str, str] = {}
    for identity, label, category in g.frame("statuses").select(z.KINDS["statuses"]).iter_rows():
        if category in STATUS:
            words |= {key: STATUS[category] for key in (identity, plain_word(label or "")) if key}
    level = g.frame("fields").filter(by_value(pl.col("title"), column_of) == "severity")
    metrics, _ = newest(g.frame("metrics"), ["ticket_id"], [updated])
    desk = Desk(
        tickets=tickets,
        metrics=metrics.drop("_file", "_row", "updated_at"),
        users=users.with_columns(
            pl.col("role").replace_strict(
                {"end-user": "customer", "agent": "agent", "admin": "agent"}, default=None
            )
        ),
        teams=dict(names.iter_rows()),
        statuses={**words, **STATUS},
        level_field=next(iter(level["id"].drop_nulls()), None),
        now=now,
    )
    return desk, repeats


def _cases(desk: Desk, repeats: pl.DataFrame, export: Export, zone: str | None) -> Table:
    merges = merges_of(desk, export).select(id="ticket_id", merged="merged_into")
    schedule = (
        export.gathering.frame("changes")
        .filter(pl.col("field") == "schedule_id")
        .sort("created_at")
        .unique("ticket_id", keep="last")
        .select(id="ticket_id", schedule="after")
    )
    locales = desk.users.select(requester_id="id", user_locale="locale").unique("requester_id")
    rows = (
        desk.tickets.join(desk.metrics, left_on="id", right_on="ticket_id", how="left")
        .join(desk.sla_verdicts(export), on="id", how="left")
        .join(merges.unique("id"), on="id", how="left")
        .join(schedule, on="id", how="left")
        .join(locales, on="requester_id", how="left", maintain_order="left")
        .sort("_file", "_row")
        .with_columns(
            pl.coalesce("locale", "user_locale").alias("#locale"),
            pl.col("subject").alias("#subject"),
        )
    )
    table = assemble_placed(
        "cases",
        rows,
        _case_fields(desk, zone),
        notes=[*export.notes, *_remarks(desk, rows, repeats)],
        unreadable=export.problems,
    )
    return with_repeats(table, "case_id", repeats, "id")


def _case_fields(desk: Desk, zone: str | None) -> list[Field]:
    status = desk.status("status", "custom_status_id")
    deleted = (trimmed("status").str.to_lowercase() == "deleted").fill_null(value=False)
    business = ("", "_business")
    return [
        f.text("case_id", "id"),
        *custom_fields(order_else="external_id", lang_else="#locale"),
        f.text("customer_key", "requester_id"),
        f.computed("channel", _channel(), "channel"),
        f.text("subject", "#subject"),
        f.text("priority", "priority"),
        f.text("team", "#team"),
        f.text("calendar_id", "schedule"),
        f.instant("created_at", "created_at", zone),
        f.computed("status", pl.when(~deleted).then(status), "status"),
        f.computed("merged_into", pl.col("merged")),
        f.computed("deleted", deleted),
        f.computed("vendor_sla_met", pl.col("sla_met")),
        *(f.number(f"vendor_frt{b}_min", f"reply_time{b}") for b in business),
        *(f.number(f"vendor_first_res{b}_min", f"first_resolution_time{b}") for b in business),
        *(f.number(f"vendor_full_res{b}_min", f"full_resolution_time{b}") for b in business),
        f.number("vendor_requester_wait_min", "requester_wait_time"),
        f.computed(
            "vendor_agent_work_min",
            number(trimmed("requester_wait_time")) - number(trimmed("on_hold_time")),
        ),
        f.number("vendor_on_hold_min", "on_hold_time"),
        f.count("vendor_reopens", "reopens"),
        f.count("vendor_replies", "replies"),
    ]


def _channel() -> pl.Expr:
    word = by_value(trimmed("channel"), plain_word)
    known = word.replace_strict(CHANNELS, default="other", return_dtype=pl.String)
    return pl.when(word.is_not_null()).then(known)


def _remarks(desk: Desk, rows: pl.DataFrame, repeats: pl.DataFrame) -> Iterator[Problem]:
    if repeats.height:
        text = f"{repeats.height} older versions of tickets: the newest of each was taken"
        yield note("cases", "tickets", text)
    channels = rows.with_columns(_channel().alias("#channel")).filter(pl.col("#channel") == "other")
    if channels.height:
        seen = ", ".join(channels["channel"].unique().sort().head(8))
        yield note(
            "cases", "tickets", f"{channels.height} tickets of other channels ({seen}): other"
        )
    strange = rows.filter(desk.is_strange("status", "custom_status_id"))
    if strange.height:
        seen = ", ".join(strange["status"].drop_nulls().unique().sort().head(8))
        text = f"{strange.height} tickets have a status that nothing explains ({seen}): open"
        yield note("cases", "tickets", text, "Export the custom statuses too.")
    lost = rows.filter(pl.col("merged") == "unknown").height
    if lost:
        text = f"{lost} tickets were merged, and nothing says into which: merged_into is unknown"
        yield note("cases", "tickets", text, "Export audits or comments too.")


def _messages(export: Export) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every comment once: one of its own rather than the same in an audit."""
    own = (pl.col("from_audit") == "false").cast(pl.Int8)
    return newest(export.gathering.frame("messages"), ["id"], [own])


def _message_table(spoken: pl.DataFrame, refused: pl.DataFrame, repeats: pl.DataFrame) -> Table:
    role = pl.col("role")
    table = assemble_placed(
        "messages",
        spoken.with_columns(pl.col("text").alias("#text")),
        [
            f.text("message_id", "id"),
            f.text("case_id", "ticket_id"),
            f.computed("at", pl.col(made("at"))),
            f.computed("direction", direction(role)),
            f.computed("author_role", role),
            f.flag("public", "public"),
            f.text("text", "#text"),
        ],
        notes=_unknown_authors(spoken),
    )
    return with_repeats(with_refused(table, refused), "message_id", repeats, "id")


def _unknown_authors(spoken: pl.DataFrame) -> list[Problem]:
    unknown = spoken["role"].null_count()
    if not unknown:
        return []
    text = (
        f"{unknown} messages by persons of whom no file says whether they are agents: counted as"
        " the customer's side"
    )
    return [note("messages", "comments", text, "Export users too.")]


def _agents(desk: Desk) -> Table:
    def zone(name: str) -> str | None:
        return name if known_zone(name) else None

    rows = desk.users.filter(pl.col("role") == "agent")
    return assemble_placed(
        "agents",
        rows,
        [
            f.text("agent_id", "id"),
            f.text("team", "group_id", desk.teams),
            f.computed("tz", by_value(trimmed("tz"), zone)),
            f.computed("langs", by_value(trimmed("locale"), language_tag)),
        ],
    )
