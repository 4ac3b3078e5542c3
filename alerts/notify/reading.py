"""What lies in the outbox, for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import Engine, Select, func, select

from data_access.state.schema import delivery_attempt
from data_access.state.schema import outbox as table

_TIME = pl.Datetime("us", "UTC")
OUTBOX_SCHEMA = pl.Schema(
    {
        "id": pl.Int64(),
        "group_id": pl.Int64(),
        "kind": pl.String(),
        "reason": pl.String(),
        "severity": pl.String(),
        "channel": pl.String(),
        "recipient": pl.String(),
        "locale": pl.String(),
        "subject": pl.String(),
        "body": pl.String(),
        "state": pl.String(),
        "state_reason": pl.String(),
        "created_at": _TIME,
        "not_before": _TIME,
        "deadline": _TIME,
        "finished_at": _TIME,
        "attempts": pl.Int64(),
        "resend_of": pl.Int64(),
        "resent_as": pl.Int64(),
        "short_id": pl.String(),
    }
)
ATTEMPT_SCHEMA = pl.Schema(
    {
        "n": pl.Int64(),
        "started_at": _TIME,
        "ended_at": _TIME,
        "outcome": pl.String(),
        "http_status": pl.Int64(),
        "retry_after_s": pl.Float64(),
        "detail": pl.String(),
    }
)


@dataclass(frozen=True)
class OutboxFilter:
    """Which messages: every field narrows, None does not."""

    state: str | None = None
    channel: str | None = None
    recipient: str | None = None
    group_id: int | None = None
    since: datetime | None = None
    limit: int = 200


def outbox_rows(engine: Engine, where: OutboxFilter | None = None) -> pl.DataFrame:
    """Messages, the newest first; columns as `OUTBOX_SCHEMA`.

    `resent_as` is the row that was made when somebody sent it again, `short_id` what the reader of
    the message sees.
    """
    asked = where or OutboxFilter()
    again = table.alias()
    resent = (
        select(func.max(again.c.id)).where(again.c.resend_of == table.c.id).scalar_subquery()
    ).label("resent_as")
    query: Select[tuple[object, ...]] = select(table, resent)
    for name in ("state", "channel", "recipient", "group_id"):
        value = getattr(asked, name)
        if value is not None:
            query = query.where(table.c[name] == value)
    if asked.since is not None:
        query = query.where(table.c.created_at >= asked.since)
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(table.c.id.desc()).limit(asked.limit)).mappings()
        records = [{**row, "short_id": row["idem_key"][:8]} for row in rows]
    return pl.DataFrame(
        [{name: record[name] for name in OUTBOX_SCHEMA} for record in records],
        schema=OUTBOX_SCHEMA,
        orient="row",
    )


def dead_letters(engine: Engine) -> pl.DataFrame:
    """Dead messages that nobody has sent again, the newest first; columns as `OUTBOX_SCHEMA`."""
    return outbox_rows(engine, OutboxFilter(state="dead", limit=1000)).filter(
        pl.col("resent_as").is_null()
    )


def attempts(engine: Engine, outbox_id: int) -> pl.DataFrame:
    """Attempts to deliver one message, in order; columns as `ATTEMPT_SCHEMA`."""
    columns = [delivery_attempt.c[name] for name in ATTEMPT_SCHEMA]
    with engine.connect() as connection:
        rows = connection.execute(
            select(*columns)
            .where(delivery_attempt.c.outbox_id == outbox_id)
            .order_by(delivery_attempt.c.n)
        ).mappings()
        records = [dict(row) for row in rows]
    return pl.DataFrame(records, schema=ATTEMPT_SCHEMA, orient="row")


def counts(engine: Engine) -> dict[str, int]:
    """How many messages are in each state."""
    with engine.connect() as connection:
        rows = connection.execute(select(table.c.state, func.count()).group_by(table.c.state))
        return {row[0]: row[1] for row in rows}
