"""What leaves the house: a CSV file, or JSON over a webhook channel. We export, others pay.

Both are made of the same rows, and nothing but a batch's own content goes into them: exported
twice, the file is the same to the byte and the webhook's messages have the same keys.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import Connection

from alerts.compensation.policy import Policy
from alerts.notify import outbox
from alerts.notify.channels.webhook import MOST_BYTES
from alerts.notify.config import Config
from alerts.notify.message import Message, room
from data_access.money import MINOR_UNITS

if TYPE_CHECKING:
    from alerts.compensation.rows import StoredBatch

COLUMNS = (
    "key",
    "batch",
    "item",
    "source",
    "order_id",
    "customer_key",
    "market",
    "cause",
    "level",
    "kind",
    "amount",
    "currency",
    "amount_minor",
    "eligible_at",
    "drill",
)
"""Columns of the file, in order; `docs/compensation.md` describes each."""
DRILL = "DRILL - DO NOT PAY"
BYTE_ORDER_MARK = "\ufeff"
MOST_ITEMS = 400
"""Items in one message over a webhook."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ROOM_FOR_THE_REST = 16 * 1024

Row = dict[str, Any]


def rows_of(stored: StoredBatch, policy: Policy, items: pl.DataFrame) -> list[Row]:
    """One row per item that is not excluded, by number."""
    kept = items.filter(pl.col("state") != "excluded").sort("n")
    return [_row(stored, policy, item) for item in kept.iter_rows(named=True)]


def _row(stored: StoredBatch, policy: Policy, item: Row) -> Row:
    currency, minor = item["currency"], item["amount_minor"]
    return {
        "key": item_key(item["source"], item["order_id"], item["cause"]),
        "batch": stored.id,
        "item": item["n"],
        "source": item["source"],
        "order_id": item["order_id"],
        "customer_key": item["customer_key"] or "",
        "market": item["market"] or "",
        "cause": item["cause"],
        "level": item["level"],
        "kind": policy.levels[item["level"]].kind,
        "amount": units(minor, currency),
        "currency": currency,
        "amount_minor": minor,
        "eligible_at": f"{item['eligible_at']:%Y-%m-%dT%H:%M:%SZ}" if item["eligible_at"] else "",
        "drill": DRILL if stored.batch.drill else "",
    }


def item_key(source: str, order_id: str, cause: str) -> str:
    """Key of one payment, the same in every export: the payer must never pay it twice."""
    parts = [source, order_id, cause]
    packed = b"".join(f"{len(part.encode())}:".encode() + part.encode() for part in parts)
    return hashlib.sha256(packed).hexdigest()[:32]


def units(minor: int, currency: str) -> str:
    """Minor units as an exact decimal: 1234 EUR is 12.34, 1234 JPY is 1234."""
    places = MINOR_UNITS[currency]
    return f"{Decimal(minor).scaleb(-places):.{places}f}"


def csv_text(rows: Sequence[Row], *, mark: bool = True) -> str:
    """The file: UTF-8, comma, CRLF (RFC 4180), quoted where needed.

    A text that a spreadsheet would run as a formula is prefixed by an apostrophe. `mark` begins the
    file with a byte order mark, without which some spreadsheets misread everything beyond ASCII.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_safe(row[name]) for name in COLUMNS] for row in rows)
    return (BYTE_ORDER_MARK if mark else "") + out.getvalue()


def sha256_of(rows: Sequence[Row]) -> str:
    """Hash of the file without its mark."""
    return hashlib.sha256(csv_text(rows, mark=False).encode()).hexdigest()


def webhooks(config: Config) -> tuple[str, ...]:
    """Channels that a batch may be sent to."""
    return tuple(
        name for name, channel in config.body.channels.items() if channel.kind == "webhook"
    )


def enqueue(
    connection: Connection,
    config: Config,
    stored: StoredBatch,
    sha256: str,
    rows: Sequence[Row],
    *,
    channel: str,
    wall: datetime,
) -> dict[str, Any]:
    """Put the rows into the outbox for a channel, in the caller's transaction.

    Returns:
        What the log tells of it: parts, and how many of them were new. Nothing for a file.
    """
    if not channel:
        return {}
    messages = messages_of(config, stored, sha256, rows, channel=channel, wall=wall)
    written = outbox.enqueue(connection, messages, wall)
    return {"parts": len(messages), "sent_before": len(messages) - len(written)}


def messages_of(
    config: Config,
    stored: StoredBatch,
    sha256: str,
    rows: Sequence[Row],
    *,
    channel: str,
    wall: datetime,
) -> list[Message]:
    """One message for every chunk of rows; each fits what a webhook may carry."""
    chunks = chunked(rows)
    made = []
    for number, chunk in enumerate(chunks, 1):
        data = {
            "kind": "compensation",
            "batch": stored.id,
            "cause": stored.cause,
            "sha256": sha256,
            "part": number,
            "parts": len(chunks),
            "items": chunk,
        }
        text = f"Compensation batch {stored.id}, part {number} of {len(chunks)}: {len(chunk)} items"
        made.append(
            Message(
                _key(stored.id, sha256, number, channel),
                None,
                "compensation",
                "export",
                "warning",
                channel,
                room(channel),
                "en",
                text,
                text,
                wall,
                wall + config.body.deadlines.warning,
                {"data": data, "drill": stored.batch.drill},
                stored.crisis_id,
            )
        )
    return made


def chunked(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows in parts of at most `MOST_ITEMS`, and never more bytes than a webhook carries."""
    most = MOST_BYTES - _ROOM_FOR_THE_REST
    parts: list[list[Row]] = []
    size = 0
    for row in rows:
        weight = len(json.dumps(row, ensure_ascii=False).encode()) + 2
        if not parts or len(parts[-1]) >= MOST_ITEMS or size + weight > most:
            parts.append([])
            size = 0
        parts[-1].append(row)
        size += weight
    return parts


def _key(batch_id: int, sha256: str, part: int, channel: str) -> str:
    text = f"compensation:{batch_id}:{sha256}:{part}:{channel}"
    return hashlib.sha256(text.encode()).hexdigest()


def _safe(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
