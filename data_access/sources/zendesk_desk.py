"""A Zendesk account as it is now: what explains the ids and words in its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from data_access.sources.conventions import plain_word
from data_access.sources.exports import Export
from data_access.sources.parsing import by_value, trimmed
from data_access.sources.zendesk_metric_events import sla_verdicts

SYSTEM = "-1"


@dataclass(frozen=True)
class Desk:
    """The tickets as they are now, and what explains their ids.

    `statuses` gives our status by the product's word, by a custom status's label and by its id.
    """

    tickets: pl.DataFrame
    metrics: pl.DataFrame
    users: pl.DataFrame
    teams: Mapping[str, str]
    statuses: Mapping[str, str]
    level_field: str | None
    now: datetime

    def status(self, *columns: str) -> pl.Expr:
        """Our status of a word, else of a custom status's id; open if nothing explains it."""
        known = pl.coalesce(self._known(name) for name in columns)
        told = pl.any_horizontal(trimmed(name).is_not_null() for name in columns)
        return pl.when(told).then(known.fill_null("open"))

    def is_strange(self, *columns: str) -> pl.Expr:
        """Whether there is a status that nothing explains."""
        known = pl.coalesce(self._known(name) for name in columns)
        told = pl.any_horizontal(trimmed(name).is_not_null() for name in columns)
        return told & known.is_null()

    def _known(self, column: str) -> pl.Expr:
        word = by_value(trimmed(column), plain_word)
        return word.replace_strict(dict(self.statuses), default=None, return_dtype=pl.String)

    def sla_verdicts(self, export: Export) -> pl.DataFrame:
        """The product's own verdict by ticket: id, sla_met."""
        ended = self.tickets.filter(self.status("status").is_in(["solved", "closed"]))["id"]
        return sla_verdicts(export.gathering.frame("metric_events"), ended, self.now)


def with_roles(
    rows: pl.DataFrame, desk: Desk, author: str, ticket: str, *, message: bool = False
) -> pl.DataFrame:
    """Add `role`: of the author at that moment, null if nothing tells.

    The requester of a ticket is its customer, whoever else he is. Somebody who was assigned a
    ticket is an agent, and so is the author of what is not public.
    """
    asked = desk.tickets.select(pl.col("id").alias(ticket), "requester_id").unique(ticket)
    roles = desk.users.select(pl.col("id").alias(author), user_role="role").unique(author)
    assigned = desk.tickets["assignee_id"].drop_nulls().unique()
    who = pl.col(author)
    machine = (who == SYSTEM) | (pl.col("channel") == "rule")
    named_bot = pl.col("channel").str.starts_with("answer_bot")
    hidden = (pl.col("public") == "false") if "public" in rows.columns else pl.lit(value=False)
    joined = (
        rows.drop("requester_id", strict=False)
        .join(asked, ticket, "left", maintain_order="left")
        .join(roles, author, "left", maintain_order="left")
    )
    role = (
        pl.when(machine | named_bot)
        .then(pl.lit("bot" if message else "system"))
        .when(who == pl.col("requester_id"))
        .then(pl.lit("customer"))
        .when(pl.col("user_role").is_not_null())
        .then(pl.col("user_role"))
        .when(who.is_in(assigned.implode()) | hidden)
        .then(pl.lit("agent"))
    )
    return joined.with_columns(role.alias("role")).drop("user_role")
