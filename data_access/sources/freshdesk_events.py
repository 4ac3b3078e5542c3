"""What happened to Freshdesk's tickets: from activities, else from the stats of the tickets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from data_access.contracts.cases import CASE_STATUS
from data_access.sources import fields as f
from data_access.sources.assembling import made
from data_access.sources.base import Problem, note
from data_access.sources.conventions import level_of
from data_access.sources.event_rows import events, in_order, seconds, status_kind
from data_access.sources.exports import Export
from data_access.sources.gathering import parse_placed
from data_access.sources.parsing import ISO, by_value, trimmed
from data_access.sources.spoken import message_events

_AT = made("at")
_ACTIVITY_TIMES = ("%d-%m-%Y %H:%M:%S %z", ISO)
_FORWARDED = "8"
STATUS = {
    **dict.fromkeys(("2", "open"), "open"),
    **dict.fromkeys(("3", "pending"), "pending"),
    **dict.fromkeys(("4", "resolved"), "solved"),
    **dict.fromkeys(("5", "closed"), "closed"),
    **dict.fromkeys(("6", "waiting on customer", "waiting for customer"), "pending"),
    **dict.fromkeys(("7", "waiting on third party", "waiting for third party"), "on_hold"),
}


@dataclass(frozen=True)
class Desk:
    """The tickets as they are now, with `#team`, and what explains their ids.

    `statuses` gives our status by the product's number and by its name in lower case.
    """

    tickets: pl.DataFrame
    agents: pl.DataFrame
    teams: Mapping[str, str]
    statuses: Mapping[str, str]

    def status(self, column: str) -> pl.Expr:
        """Our status of a number or a name; open if nothing explains it."""
        told = trimmed(column).is_not_null()
        return pl.when(told).then(self._known(column).fill_null("open"))

    def is_strange(self, column: str) -> pl.Expr:
        """Whether there is a status that nothing explains."""
        return trimmed(column).is_not_null() & self._known(column).is_null()

    def _known(self, column: str) -> pl.Expr:
        word = trimmed(column).str.to_lowercase()
        return word.replace_strict(dict(self.statuses), default=None, return_dtype=pl.String)


def statuses_of(rows: pl.DataFrame) -> dict[str, str]:
    """Our status by number and name, of the product's own statuses and those of the account.

    A status of the account is what its list says (`category`, one of our words); else one that
    stops the SLA timer waits for somebody: for the customer if its name says so.
    """
    found: dict[str, str] = {}
    for row in rows.iter_rows(named=True):
        label = (row["label"] or "").strip().lower()
        category = (row["category"] or "").strip().lower()
        if category in CASE_STATUS:
            status = category
        elif str(row["stops"]).lower() == "true":
            status = "pending" if "customer" in label else "on_hold"
        elif str(row["stops"]).lower() == "false":
            status = "open"
        else:
            # A renamed status keeps its number, and the number its meaning.
            status = STATUS.get(row["id"] or "", "")
        if status:
            found |= {key: status for key in (row["id"], label) if key}
    return {**found, **STATUS}


def with_roles(messages: pl.DataFrame) -> pl.DataFrame:
    """Add `role` and `#public`: who wrote a message, and whether the customer could see it.

    A message that was forwarded went to somebody else.
    """
    inward = f.flag("", "incoming").value
    role = (
        pl.when(inward)
        .then(pl.lit("customer"))
        .when(trimmed("automation").is_not_null())
        .then(pl.lit("bot"))
        .when(trimmed("user_id").is_not_null())
        .then(pl.lit("agent"))
        .otherwise(pl.lit("system"))
    )
    hidden = f.flag("", "private").value
    forwarded = (trimmed("origin") == _FORWARDED).fill_null(value=False)
    return messages.with_columns(role.alias("role"), (~(hidden | forwarded)).alias("#public"))


def events_of(
    desk: Desk, spoken: pl.DataFrame, export: Export, zone: str | None
) -> tuple[pl.DataFrame, pl.DataFrame, list[Problem]]:
    """Give the events, the problems of rows that give none, and remarks."""
    raw = export.gathering.frame("activities").unique(maintain_order=True)
    told, problems = parse_placed(
        raw, [f.instant("at", "created_at", zone or "UTC", _ACTIVITY_TIMES)]
    )
    followed = told.filter(pl.col("status").is_not_null())["ticket_id"].unique()
    answered = spoken.filter(~pl.col("id").str.ends_with("-description"))["ticket_id"].unique()
    parts = [
        _created(desk, zone),
        message_events(spoken, "user_id"),
        *_told(desk, told),
        _merged(spoken),
        *_as_they_stand(desk, followed, answered, zone),
    ]
    alone = desk.tickets.filter(~pl.col("id").is_in(followed.implode())).height
    texts = []
    if alone:
        texts.append(
            f"{alone} tickets have no activities: of their statuses only the last instants in"
            " their stats are known"
        )
    remarks = [note("case_events", "tickets", text, "Export activities too.") for text in texts]
    return in_order(parts), problems, remarks


def _created(desk: Desk, zone: str | None) -> pl.DataFrame:
    rows, _ = parse_placed(desk.tickets, [f.instant("at", "created_at", zone)])
    ours = trimmed("channel").str.to_lowercase().is_in(["10", "outbound email"])
    ours = ours.fill_null(value=False)
    who = pl.when(ours).then("responder_id").otherwise("requester_id").alias("#who")
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


def _merged(spoken: pl.DataFrame) -> pl.DataFrame:
    rows = spoken.filter(pl.col("merged_into").is_not_null())
    return events(
        rows,
        "merged",
        case="ticket_id",
        at=_AT,
        tail=pl.lit("merged"),
        actor="user_id",
        role=pl.col("role"),
        after=pl.col("merged_into"),
        public=pl.lit(value=False),
    )


def _told(desk: Desk, told: pl.DataFrame) -> list[pl.DataFrame]:
    """Activities: each tells the value after it; the one before is that of the last activity."""
    ordered = _with_performers(told, desk).sort("ticket_id", _AT, "_file", "_row")
    priority = trimmed("priority").replace({"1": "low", "2": "medium", "3": "high", "4": "urgent"})
    return [
        _turns(ordered, "status", desk.status("status"), None),
        _turns(ordered, "team", trimmed("team"), "assign"),
        _turns(ordered, "priority", priority, "priority", first=False),
        _turns(ordered, "level", by_value(trimmed("level"), level_of), "level", first=False),
    ]


def _turns(
    ordered: pl.DataFrame, column: str, value: pl.Expr, kind: str | None, *, first: bool = True
) -> pl.DataFrame:
    """Events where a value is another one than before; `first` says whether its first counts."""
    rows = ordered.filter(trimmed(column).is_not_null()).with_columns(value.alias("#after"))
    start = pl.lit("open" if kind is None else None, dtype=pl.String)
    rows = rows.with_columns(
        pl.when(pl.int_range(pl.len()).over("ticket_id") == 0)
        .then(start)
        .otherwise(pl.col("#after").shift().over("ticket_id"))
        .alias("#before")
    )
    before, after = pl.col("#before"), pl.col("#after")
    moved = rows.filter(after.ne_missing(before) & after.is_not_null())
    if not first:
        moved = moved.filter(before.is_not_null())
    return events(
        moved,
        status_kind(before, after) if kind is None else kind,
        case="ticket_id",
        at=_AT,
        tail=pl.format(f"{column}-{{}}-{{}}", seconds(_AT), after),
        actor="performer_id",
        role=pl.col("role"),
        before=before,
        after=after,
        public=pl.lit(value=False),
    )


def _with_performers(told: pl.DataFrame, desk: Desk) -> pl.DataFrame:
    """Add `role`: activities call agents and customers alike users, so their ids tell."""
    asked = desk.tickets.select(ticket_id="id", asker="requester_id").unique("ticket_id")
    ours = pl.concat([desk.agents["id"], desk.tickets["responder_id"]]).drop_nulls().unique()
    who = pl.col("performer_id")
    role = (
        pl.when(pl.col("performer").str.to_lowercase() == "system")
        .then(pl.lit("system"))
        .when(who.is_in(ours.implode()))
        .then(pl.lit("agent"))
        .when(who == pl.col("asker"))
        .then(pl.lit("customer"))
    )
    joined = told.join(asked, "ticket_id", "left", maintain_order="left")
    return joined.with_columns(role.alias("role"))


def _as_they_stand(
    desk: Desk, followed: pl.Series, answered: pl.Series, zone: str | None
) -> list[pl.DataFrame]:
    """The last instants of tickets that nothing else tells of."""
    names = ("resolved_at", "closed_at", "reopened_at", "pending_since", "first_responded_at",
             "agent_responded_at", "requester_responded_at")  # fmt: skip
    rows, _ = parse_placed(desk.tickets, [f.instant(name, name, zone) for name in names])
    quiet = rows.filter(~pl.col("id").is_in(followed.implode()))
    silent = rows.filter(~pl.col("id").is_in(answered.implode()))
    waiting = quiet.filter(desk.status("status").is_in(["pending", "on_hold"]))
    told = pl.lit(value=True)
    again = silent.filter(pl.col(made("agent_responded_at")) != pl.col(made("first_responded_at")))
    return [
        _once(quiet, "resolved_at", "solved", before="open", after="solved"),
        _once(quiet, "closed_at", "closed", before="solved", after="closed"),
        _once(quiet, "reopened_at", "reopened", before="solved", after="open"),
        _once(waiting, "pending_since", "status", before="open", after=desk.status("status")),
        _once(silent, "first_responded_at", "agent_msg", role=pl.lit("agent"), public=told),
        _once(again, "agent_responded_at", "agent_msg", role=pl.lit("agent"), public=told),
        _once(silent, "requester_responded_at", "customer_msg", role=pl.lit("customer"),
              public=told),
    ]  # fmt: skip


def _once(
    rows: pl.DataFrame,
    name: str,
    kind: str,
    *,
    before: str | None = None,
    after: str | pl.Expr | None = None,
    role: pl.Expr | None = None,
    public: pl.Expr | None = None,
) -> pl.DataFrame:
    at = made(name)
    return events(
        rows,
        kind,
        case="id",
        at=at,
        tail=pl.format(f"{name}-{{}}", seconds(at)),
        role=role,
        before=pl.lit(before, dtype=pl.String),
        after=pl.lit(after, dtype=pl.String) if not isinstance(after, pl.Expr) else after,
        public=public,
    )
