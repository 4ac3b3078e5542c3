"""What was said on a ticket, of products whose messages have an author and a publicity.

Spoken rows carry id, ticket_id, text, role, `#public` and the parsed instant, with their place.
"""

from __future__ import annotations

import polars as pl

from data_access.sources import fields as f
from data_access.sources.assembling import made
from data_access.sources.base import Table
from data_access.sources.event_rows import direction, events, message_kind
from data_access.sources.gathering import assemble_placed, with_refused, with_repeats


def message_table(spoken: pl.DataFrame, refused: pl.DataFrame, repeats: pl.DataFrame) -> Table:
    """Give the table `messages` of spoken rows, with those refused and the older versions."""
    table = assemble_placed(
        "messages",
        spoken.with_columns(pl.col("text").alias("#text")),
        [
            f.text("message_id", "id"),
            f.text("case_id", "ticket_id"),
            f.computed("at", pl.col(made("at"))),
            f.computed("direction", direction(pl.col("role"))),
            f.computed("author_role", pl.col("role")),
            f.computed("public", pl.col("#public")),
            f.text("text", "#text"),
        ],
    )
    return with_repeats(with_refused(table, refused), "message_id", repeats, "id")


def message_events(spoken: pl.DataFrame, author: str) -> pl.DataFrame:
    """Give every spoken row as an event; `author` is the column with who wrote it."""
    return events(
        spoken,
        message_kind(pl.col("role"), pl.col("#public")),
        case="ticket_id",
        at=made("at"),
        tail=pl.format("message-{}", "id"),
        actor=author,
        role=pl.col("role"),
        public=pl.col("#public"),
    )
