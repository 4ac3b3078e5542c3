"""Tables of the state database.

Times are UTC. Columns that hold one of a fixed list are checked by the database. JSON whose exact
text is hashed (`rule_version.body_json`, `event_log.payload_json`) is kept as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """Moment in UTC: aware in Python; SQLite, which knows no zones, gets UTC wall time."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """`timestamptz` on PostgreSQL."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse times without a zone, convert the others."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only where the key is exactly INTEGER.
_Id = BigInteger().with_variant(Integer(), "sqlite")


def one_of(column: str, values: Sequence[str]) -> CheckConstraint:
    """The check that `column` holds one of `values`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


BATCH_STATUS = ("running", "done", "failed", "interrupted")

import_batch = Table(
    "import_batch",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("source", String(200), nullable=False),
    Column("path", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("message", Text),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    one_of("status", BATCH_STATUS),
    sqlite_autoincrement=True,
)

batch_table = Table(
    "batch_table",
    METADATA,
    Column("batch_id", ForeignKey("import_batch.id"), primary_key=True),
    Column("table_name", String(100), primary_key=True),
    Column("read", BigInteger, nullable=False),
    Column("new", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("unchanged", BigInteger, nullable=False),
    Column("quarantined", BigInteger, nullable=False),
    CheckConstraint("read = new + changed + unchanged + quarantined", name="accounted"),
)

quarantine = Table(
    "quarantine",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("source", String(200), nullable=False),
    Column("table_name", String(100), nullable=False),
    Column("file", Text, nullable=False),
    Column("line", BigInteger),
    Column("column_name", Text),
    Column("value", Text),
    Column("reason", Text, nullable=False),
    Column("advice", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("batch_id", ForeignKey("import_batch.id"), nullable=False),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    Index(None, "batch_id"),
    Index(None, "table_name", "last_seen"),
)

mart_state = Table(
    "mart_state",
    METADATA,
    Column("name", String(100), primary_key=True),
    Column("batch_id", BigInteger, nullable=False),
    Column("refreshed_at", UtcDateTime, nullable=False),
    Column("detail_json", JSON),
)

RULE_STAGE = ("draft", "shadow", "live", "retired")

rule = Table(
    "rule",
    METADATA,
    Column("id", String(100), primary_key=True),
    Column("name", Text, nullable=False),
    Column("owner", Text),
    Column("stage", String(20), nullable=False),
    one_of("stage", RULE_STAGE),
)

rule_version = Table(
    "rule_version",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("rule_id", ForeignKey("rule.id"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("body_json", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("created_by", Text),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("rule_id", "n"),
)

EVAL_STATUS = ("running", "done", "failed", "skipped")

eval_slot = Table(
    "eval_slot",
    METADATA,
    Column("rule_version_id", ForeignKey("rule_version.id"), primary_key=True),
    Column("slot_utc", UtcDateTime, primary_key=True),
    Column("status", String(20), nullable=False),
    Column("n_series", Integer),
    Column("ms", Float),
    Column("message", Text),
    one_of("status", EVAL_STATUS),
)

alert = Table(
    "alert",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("rule_id", ForeignKey("rule.id"), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("labels_json", JSON, nullable=False),
    Column("signal", String(20), nullable=False),
    Column("reason", Text),
    Column("since", UtcDateTime, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("flaps", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state_json", JSON),
    Column("evidence_json", JSON),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("rule_id", "fingerprint"),
    Index(None, "signal"),
)

event_log = Table(
    "event_log",
    METADATA,
    Column("seq", _Id, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", String(100), nullable=False),
    Column("subject_kind", String(100), nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("payload_json", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "subject_kind", "subject_id"),
    sqlite_autoincrement=True,
)
"""Insert only: triggers refuse updates and deletes."""

lease = Table(
    "lease",
    METADATA,
    Column("name", String(100), primary_key=True),
    Column("holder", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

worker_heartbeat = Table(
    "worker_heartbeat",
    METADATA,
    Column("name", String(100), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("detail_json", JSON),
)
