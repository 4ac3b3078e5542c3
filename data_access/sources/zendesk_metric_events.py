"""Zendesk's metric events: when statuses changed, for tickets of which no audit tells.

Three clocks are told of: the requester's wait runs while a ticket is new, open or on hold, the
agent's work while it is new or open, and both end when it is solved. So the two together tell the
status. Whether a target was met is the product's verdict and kept as such.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from data_access.sources.assembling import made
from data_access.sources.event_rows import events, status_kind
from data_access.sources.parsing import ISO, instant, trimmed
from data_access.time_zones import INSTANT

_AT = made("at")
_CLOCKS = {"requester_wait_time": "#wait", "agent_work_time": "#work"}


def from_metric_events(
    metric: pl.DataFrame, audited: pl.Series, spoken: pl.Series
) -> list[pl.DataFrame]:
    """Events of tickets that have no audits; replies only of those that have no comments either."""
    told = metric.filter(
        (pl.col("deleted").fill_null("false") != "true") & pl.col(_AT).is_not_null()
    )
    ours = told.filter(~pl.col("ticket_id").is_in(audited.implode()))
    silent = ours.filter(~pl.col("ticket_id").is_in(spoken.implode()))
    replies = silent.filter(pl.col("metric") == "reply_time")
    later = pl.col("instance_id").cast(pl.Int64, strict=False) > 1
    applied = told.filter(pl.col("kind").is_in(["apply_sla", "apply_group_sla"])).unique(
        ["ticket_id", _AT, "policy"], keep="first", maintain_order=True
    )
    tail = pl.format("metric-{}", "id")
    return [
        _statuses(ours),
        events(replies.filter(pl.col("kind") == "fulfill"), "agent_msg", case="ticket_id", at=_AT,
               tail=tail, role=pl.lit("agent"), public=pl.lit(value=True)),
        events(replies.filter((pl.col("kind") == "activate") & later), "customer_msg",
               case="ticket_id", at=_AT, tail=tail, role=pl.lit("customer"),
               public=pl.lit(value=True)),
        events(applied, "sla_applied", case="ticket_id", at=_AT, tail=tail, role=pl.lit("system"),
               after=pl.col("policy"), public=pl.lit(value=False)),
    ]  # fmt: skip


def _statuses(metric: pl.DataFrame) -> pl.DataFrame:
    """Changes of status: the state of both clocks after each instant."""
    ran = metric.filter(
        pl.col("metric").is_in(list(_CLOCKS))
        & pl.col("kind").is_in(["activate", "pause", "fulfill"])
    ).sort("ticket_id", _AT, pl.col("id").cast(pl.Int64, strict=False), "id")
    states = ran.with_columns(
        pl.when(pl.col("metric") == name)
        .then(pl.col("kind"))
        .forward_fill()
        .over("ticket_id")
        .alias(column)
        for name, column in _CLOCKS.items()
    ).unique(["ticket_id", _AT], keep="last", maintain_order=True)
    wait, work = pl.col("#wait"), pl.col("#work")
    after = (
        pl.when((wait == "fulfill") | ((work == "fulfill") & wait.is_null()))
        .then(pl.lit("solved"))
        .when((wait == "pause") | ((work == "pause") & wait.is_null()))
        .then(pl.lit("pending"))
        .when(work == "pause")
        .then(pl.lit("on_hold"))
        .otherwise(pl.lit("open"))
    )
    told = states.with_columns(after.alias("#after")).with_columns(
        pl.col("#after").shift(1, fill_value="open").over("ticket_id").alias("#before")
    )
    before, after = pl.col("#before"), pl.col("#after")
    return events(
        told.filter(before != after),
        status_kind(before, after),
        case="ticket_id",
        at=_AT,
        tail=pl.format("metric-{}", "id"),
        before=before,
        after=after,
        public=pl.lit(value=False),
    )


def sla_verdicts(metric: pl.DataFrame, ended: pl.Series, now: datetime) -> pl.DataFrame:
    """The product's verdict by ticket: id, sla_met.

    False if a target was breached; true if a policy applied and the ticket ended without a breach.
    Breaches are told ahead of their time: those that lie after `now` are none yet.
    """
    come = instant(trimmed("time"), (ISO,), "UTC") <= pl.lit(now, dtype=INSTANT)
    told = metric.filter((pl.col("deleted").fill_null("false") != "true") & come)
    by_ticket = told.group_by("ticket_id").agg(
        breached=(pl.col("kind") == "breach").any(),
        applied=pl.col("kind").is_in(["apply_sla", "apply_group_sla"]).any(),
    )
    met = (
        pl.when("breached")
        .then(pl.lit(value=False))
        .when(pl.col("applied") & pl.col("ticket_id").is_in(ended.implode()))
        .then(pl.lit(value=True))
    )
    return by_ticket.select(pl.col("ticket_id").alias("id"), met.alias("sla_met")).sort("id")
