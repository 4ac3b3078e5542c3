"""What happened to Zendesk's tickets: from audits, else metric events, else the tickets."""

from __future__ import annotations

import polars as pl

from data_access.sources import fields as f
from data_access.sources.assembling import made
from data_access.sources.base import Problem, note
from data_access.sources.conventions import NO_REPLY_TAG, level_of
from data_access.sources.event_rows import (
    NOTHING,
    events,
    in_order,
    message_kind,
    seconds,
    status_kind,
)
from data_access.sources.exports import Export
from data_access.sources.gathering import newest, parse_placed
from data_access.sources.parsing import by_value, trimmed
from data_access.sources.zendesk_desk import Desk, with_roles
from data_access.sources.zendesk_metric_events import from_metric_events

_AT = made("at")


def merges_of(desk: Desk, export: Export) -> pl.DataFrame:
    """ticket_id, merged_into, created_at, audit_id, author_id and place of every merged ticket.

    Where only the tag tells of it, the target is `unknown`, and the instant that of its closing.
    """
    g = export.gathering
    names = ["ticket_id", "merged_into", "created_at", "author_id", "_file", "_row"]
    told = g.frame("messages").filter(pl.col("merged_into").is_not_null()).select(names)
    seen = pl.concat([told, g.frame("merges").select(names)])
    seen = seen.sort("ticket_id", "created_at", "merged_into").unique(
        "ticket_id", keep="first", maintain_order=True
    )
    tagged = pl.col("tags").fill_null("").str.contains(r"(?:^|[ ,])closed_by_merge(?:[ ,]|$)")
    silent = (
        desk.tickets.filter(tagged)
        .join(seen, left_on="id", right_on="ticket_id", how="anti")
        .join(desk.metrics, left_on="id", right_on="ticket_id", how="left")
        .select(
            pl.col("id").alias("ticket_id"),
            pl.lit("unknown").alias("merged_into"),
            pl.coalesce("solved_at", "status_updated_at", "updated_at").alias("created_at"),
            NOTHING.alias("author_id"),
            "_file",
            "_row",
        )
    )
    return pl.concat([seen, silent])


def events_of(
    desk: Desk, spoken: pl.DataFrame, export: Export, zone: str | None
) -> tuple[pl.DataFrame, pl.DataFrame, list[Problem]]:
    """Give the events, the problems of rows that give none, and remarks.

    `spoken` are the messages with their instant and role.
    """
    g = export.gathering
    changes, problems = parse_placed(
        newest(g.frame("changes"), ["audit_id", "id"], [])[0], [f.instant("at", "created_at", zone)]
    )
    changes = with_roles(changes, desk, "author_id", "ticket_id")
    metric, metric_problems = parse_placed(
        newest(g.frame("metric_events"), ["id"], [])[0], [f.instant("at", "time", zone)]
    )
    audited = pl.concat(
        [changes["ticket_id"], spoken.filter(pl.col("from_audit") == "true")["ticket_id"]]
    ).unique()
    measured = metric["ticket_id"].unique()
    bare = ~pl.col("id").is_in(audited.implode()) & ~pl.col("id").is_in(measured.implode())
    parts = [
        _created(desk, zone),
        _spoken(spoken),
        *_changed(desk, changes, measured),
        _merged(desk, export, zone),
        *from_metric_events(metric, audited, spoken["ticket_id"].unique()),
        *_as_they_stand(desk, bare, zone),
    ]
    notes = _notes(desk, audited, measured, bare)
    return in_order(parts), pl.concat([problems, metric_problems]), notes


def _notes(desk: Desk, audited: pl.Series, measured: pl.Series, bare: pl.Expr) -> list[Problem]:
    unaudited = measured.filter(~measured.is_in(audited.implode())).len()
    alone = desk.tickets.filter(bare).height
    texts = []
    if unaudited:
        texts.append(
            f"{unaudited} tickets have no audits: their statuses come from metric events, which do"
            " not tell who did it"
        )
    if alone:
        texts.append(
            f"{alone} tickets have neither audits nor metric events: of their history only the"
            " last status is known"
        )
    return [note("case_events", "tickets", text, "Export ticket audits too.") for text in texts]


def _created(desk: Desk, zone: str | None) -> pl.DataFrame:
    rows, _ = parse_placed(desk.tickets, [f.instant("at", "created_at", zone)])
    # A rule cannot open a ticket: its channel says how the request came in.
    bare = rows.with_columns(NOTHING.alias("channel"))
    told = with_roles(bare, desk, "submitter_id", "id")
    return events(
        told,
        "created",
        case="id",
        at=_AT,
        tail=pl.lit("created"),
        actor="submitter_id",
        role=pl.col("role"),
        after=pl.lit("new"),
        public=pl.lit(value=True),
    )


def _spoken(spoken: pl.DataFrame) -> pl.DataFrame:
    public = f.flag("", "public").value
    return events(
        spoken,
        message_kind(pl.col("role"), public),
        case="ticket_id",
        at=_AT,
        tail=pl.format("comment-{}", "id"),
        actor="author_id",
        role=pl.col("role"),
        public=public,
    )


def _changed(desk: Desk, changes: pl.DataFrame, measured: pl.Series) -> list[pl.DataFrame]:
    field, first = pl.col("field"), pl.col("kind") == "Create"
    parts = [_statuses(desk, changes)]
    teams = {name: trimmed(name).replace(dict(desk.teams)) for name in ("before", "after")}
    parts.append(
        _change(changes.filter(field == "group_id"), "assign", teams["before"], teams["after"])
    )
    parts.append(_change(changes.filter((field == "priority") & ~first), "priority"))
    parts.append(_change(changes.filter(field == "schedule_id"), "schedule"))
    # Metric events tell of each policy too, and of its clock.
    policies = changes.filter(
        (field == "sla_policy") & ~pl.col("ticket_id").is_in(measured.implode())
    ).unique(["audit_id", "after"], keep="first", maintain_order=True)
    parts.append(_change(policies, "sla_applied"))
    if desk.level_field is not None:
        levels = changes.filter((field == desk.level_field) & ~first)
        named = [by_value(trimmed(name), level_of) for name in ("before", "after")]
        parts.append(_change(levels, "level", *named))
    has = rf"(?:^| ){NO_REPLY_TAG}(?: |$)"
    tagged = changes.filter(
        (field == "tags")
        & pl.col("after").fill_null("").str.contains(has)
        & ~pl.col("before").fill_null("").str.contains(has)
    )
    parts.append(_change(tagged, "no_reply_needed", NOTHING, NOTHING))
    return parts


def _change(
    rows: pl.DataFrame,
    kind: str | pl.Expr,
    before: pl.Expr | None = None,
    after: pl.Expr | None = None,
) -> pl.DataFrame:
    return events(
        rows,
        kind,
        case="ticket_id",
        at=_AT,
        tail=pl.format("{}-{}", "audit_id", pl.coalesce("id", "field")),
        actor="author_id",
        role=pl.col("role"),
        before=trimmed("before") if before is None else before,
        after=trimmed("after") if after is None else after,
        public=pl.lit(value=False),
    )


def _statuses(desk: Desk, changes: pl.DataFrame) -> pl.DataFrame:
    """Changes of the status, and of the custom one where the plain one is not told."""
    plain = changes.filter(pl.col("field") == "status")
    custom = changes.filter(pl.col("field") == "custom_status_id").join(
        plain.select("audit_id"), "audit_id", "anti", maintain_order="left"
    )
    told = pl.concat([plain, custom]).with_columns(
        pl.when(pl.col("kind") == "Create")
        .then(pl.lit("new"))
        .otherwise(desk.status("before"))
        .alias("#before"),
        desk.status("after").alias("#after"),
    )
    # A deleted ticket leaves the numbers; it did not change hands.
    moved = told.filter(
        pl.col("#after").ne_missing(pl.col("#before")) & (pl.col("#after") != "deleted")
    )
    before, after = pl.col("#before"), pl.col("#after")
    return _change(moved, status_kind(before, after), before, after)


def _merged(desk: Desk, export: Export, zone: str | None) -> pl.DataFrame:
    rows, _ = parse_placed(merges_of(desk, export), [f.instant("at", "created_at", zone)])
    into = pl.col("merged_into")
    rows = with_roles(rows.with_columns(NOTHING.alias("channel")), desk, "author_id", "ticket_id")
    return events(
        rows,
        "merged",
        case="ticket_id",
        at=_AT,
        tail=pl.lit("merged"),
        actor="author_id",
        role=pl.col("role"),
        after=pl.when(into != "unknown").then(into),
        public=pl.lit(value=False),
    )


def _as_they_stand(desk: Desk, bare: pl.Expr, zone: str | None) -> list[pl.DataFrame]:
    """The solution and the last status of tickets of which nothing else tells."""
    joined = desk.tickets.filter(bare).join(
        desk.metrics, left_on="id", right_on="ticket_id", how="inner", maintain_order="left"
    )
    rows, _ = parse_placed(
        joined,
        [
            f.instant("solved", "solved_at", zone),
            f.instant("changed", "status_updated_at", zone),
            f.computed("now", desk.status("status", "custom_status_id")),
        ],
    )
    now, solved, changed = pl.col(made("now")), made("solved"), made("changed")
    ended = rows.filter(now.is_in(["solved", "closed"]))
    closed = ended.filter((now == "closed") & pl.col(changed).is_not_null())
    waiting = rows.filter(now.is_in(["pending", "on_hold"]))
    return [
        events(ended, "solved", case="id", at=solved, tail=pl.format("solved-{}", seconds(solved)),
               after=pl.lit("solved")),
        events(closed, "closed", case="id", at=changed,
               tail=pl.format("closed-{}", seconds(changed)),
               before=pl.lit("solved"), after=pl.lit("closed")),
        events(waiting, "status", case="id", at=changed,
               tail=pl.format("status-{}", seconds(changed)), after=now),
    ]  # fmt: skip
