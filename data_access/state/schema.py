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
    Boolean,
    CheckConstraint,
    Column,
    Date,
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
    text,
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

RULE_STAGE = ("draft", "tested", "shadow", "live", "retired")
RULE_ORIGIN = ("shipped", "file", "screen")
RULE_ASKS = ("backtest", "live")

rule = Table(
    "rule",
    METADATA,
    Column("id", String(100), primary_key=True),
    Column("name", Text, nullable=False),
    Column("owner", Text),
)

rule_version = Table(
    "rule_version",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("rule_id", ForeignKey("rule.id"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("body_json", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body_yaml", Text),
    Column("stage", String(20), nullable=False),
    Column("staged_at", UtcDateTime, nullable=False),
    Column("stage_reason", String(40)),
    Column("origin", String(20), nullable=False),
    Column("asks", String(20)),
    Column("asked_at", UtcDateTime),
    Column("created_by", Text),
    Column("created_at", UtcDateTime, nullable=False),
    one_of("stage", RULE_STAGE),
    one_of("origin", RULE_ORIGIN),
    one_of("asks", RULE_ASKS),
    UniqueConstraint("rule_id", "n"),
    Index(
        "uq_rule_version_live",
        "rule_id",
        unique=True,
        sqlite_where=text("stage = 'live'"),
        postgresql_where=text("stage = 'live'"),
    ),
)
"""Every version goes its own way from draft to retired; one per rule may be live.

`asks` is what the worker is to do with it: backtest it, or let it live if its backtest allows.
"""

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
    Column("counts_json", JSON),
    one_of("status", EVAL_STATUS),
)
"""`counts_json`: rows by day as counted for the slot, by which the next one finds late rows."""

STAGED = ("live", "shadow")
"""Stages in which a rule version is evaluated; a shadow version tells nobody."""
SEVERITY = ("info", "warning", "critical")

alert = Table(
    "alert",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("rule_id", ForeignKey("rule.id"), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("labels_json", JSON, nullable=False),
    Column("severity", String(20), nullable=False),
    Column("signal", String(20), nullable=False),
    Column("reason", Text),
    Column("since", UtcDateTime, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("flaps", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state_json", JSON),
    Column("evidence_json", JSON),
    Column("updated_at", UtcDateTime, nullable=False),
    one_of("stage", STAGED),
    one_of("severity", SEVERITY),
    UniqueConstraint("rule_id", "stage", "fingerprint"),
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

HANDLING = ("open", "acknowledged", "awaiting_verdict", "closed")
VERDICT = ("true", "false", "duplicate", "not_actionable", "poor_details")

alert_group = Table(
    "alert_group",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("group_key", String(64), nullable=False),
    Column("rule_id", ForeignKey("rule.id")),
    Column("labels_json", JSON, nullable=False),
    Column("severity", String(20), nullable=False),
    Column("handling", String(20), nullable=False),
    Column("signal_open", Boolean, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("resolved_at", UtcDateTime),
    Column("acknowledged_at", UtcDateTime),
    Column("acknowledged_by", Text),
    Column("assignee", Text),
    Column("snooze_until", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("verdict", String(20)),
    Column("verdict_note", Text),
    Column("true_start", UtcDateTime),
    Column("reopened", Integer, nullable=False),
    Column("continues_id", ForeignKey("alert_group.id")),
    Column("notify_at", UtcDateTime),
    Column("notify_reason", String(40)),
    Column("notified_at", UtcDateTime),
    Column("notices", Integer, nullable=False),
    Column("mute_json", JSON(none_as_null=True)),
    Column("state_json", JSON),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    one_of("severity", SEVERITY),
    one_of("handling", HANDLING),
    one_of("verdict", VERDICT),
    Index(
        "uq_alert_group_open",
        "group_key",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(None, "handling"),
    Index(None, "notify_at"),
)
"""One incident of the inbox: alerts with one cause, and what people do about it.

The database itself keeps it to one group per key that is not closed. `version` grows with every
change, so that of two people who act at once the second is told what the first did.
"""

alert_group_member = Table(
    "alert_group_member",
    METADATA,
    Column("group_id", ForeignKey("alert_group.id"), primary_key=True),
    Column("alert_id", ForeignKey("alert.id"), primary_key=True),
    Column("episode", Integer, primary_key=True),
    Column("joined_at", UtcDateTime, nullable=False),
    Column("resolved_at", UtcDateTime),
    Index(None, "alert_id", "episode"),
)

silence = Table(
    "silence",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("matchers_json", JSON, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("replaces_id", ForeignKey("silence.id")),
    CheckConstraint("ends_at >= starts_at", name="order"),
    Index(None, "ends_at"),
)
"""Whoever changes a silence ends the old row and writes a new one."""

action_token = Table(
    "action_token",
    METADATA,
    Column("token", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", String(100), nullable=False),
    Column("subject", Text, nullable=False),
)
"""Made by the browser for each press of a button: a double click is one action."""

escalation = Table(
    "escalation",
    METADATA,
    Column("group_id", ForeignKey("alert_group.id"), primary_key=True),
    Column("policy", String(100), primary_key=True),
    Column("policy_json", JSON, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime),
    Column("stopped_at", UtcDateTime),
    Column("stopped_because", String(40)),
    Index(None, "next_at"),
)
"""Where an incident stands on its way up; the policy is frozen when it begins.

`episode` counts how often the incident was reopened: each time it begins anew.
"""

oncall_override = Table(
    "oncall_override",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("rota", String(100), nullable=False),
    Column("person", String(100), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    CheckConstraint("ends_at > starts_at", name="order"),
    Index(None, "rota", "ends_at"),
)

MESSAGE_STATE = ("pending", "sending", "sent", "dead", "dropped")

outbox = Table(
    "outbox",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("idem_key", String(64), nullable=False),
    Column("group_id", ForeignKey("alert_group.id")),
    Column("crisis_id", BigInteger),
    Column("kind", String(40), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("channel", String(100), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("locale", String(20), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("body_sha256", String(64), nullable=False),
    Column("payload_json", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("state_reason", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("deadline", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_by", Text),
    Column("lease_until", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("resend_of", ForeignKey("outbox.id")),
    one_of("state", MESSAGE_STATE),
    one_of("severity", SEVERITY),
    UniqueConstraint("idem_key"),
    Index(None, "state", "not_before"),
    Index(None, "group_id"),
    Index(None, "crisis_id"),
)
"""Messages to people, written in the transaction of the change they tell; sent afterwards.

`crisis_id` is the crisis they tell of, without a reference: SQLite would build the table anew.
"""

OUTCOME = ("ok", "retry", "permanent", "unknown")

delivery_attempt = Table(
    "delivery_attempt",
    METADATA,
    Column("outbox_id", ForeignKey("outbox.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("outcome", String(20)),
    Column("http_status", Integer),
    Column("retry_after_s", Float),
    Column("detail", Text),
    one_of("outcome", OUTCOME),
)
"""Written before the call and completed after it; one without outcome was cut by a crash."""

backtest = Table(
    "backtest",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("rule_version_id", ForeignKey("rule_version.id"), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("days", Integer, nullable=False),
    Column("data_version", Text, nullable=False),
    Column("run_at", UtcDateTime, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("result_json", Text, nullable=False),
    Index(None, "rule_version_id", "run_at"),
)

known_incident = Table(
    "known_incident",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("title", Text, nullable=False),
    Column("labels_json", JSON, nullable=False),
    Column("began_on", Date, nullable=False),
    Column("ended_on", Date),
    Column("author", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
)
"""Incidents that people declared or found in review: what recall and delay are measured against."""

DOCUMENT_KIND = (
    "playbook",
    "levels",
    "statement",
    "terms",
    "statutory",
    "compensation",
    "checklists",
)
DOCUMENT_ORIGIN = ("shipped", "file", "screen")

document_version = Table(
    "document_version",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("name", String(100), nullable=False),
    Column("n", Integer, nullable=False),
    Column("body_yaml", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("note", Text),
    one_of("kind", DOCUMENT_KIND),
    one_of("origin", DOCUMENT_ORIGIN),
    UniqueConstraint("kind", "name", "n"),
)
"""Playbooks, levels, templates, policies: whatever a crisis is led by. A version never changes."""

DRILL_STATUS = ("running", "ended", "cancelled")

drill = Table(
    "drill",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("title", Text, nullable=False),
    Column("playbook_version_id", ForeignKey("document_version.id"), nullable=False),
    Column("scenario_json", JSON, nullable=False),
    Column("speed", Float, nullable=False),
    Column("real_start", UtcDateTime, nullable=False),
    Column("masked_start", UtcDateTime, nullable=False),
    Column("status", String(20), nullable=False),
    Column("started_by", Text, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("report_json", JSON(none_as_null=True)),
    Column("version", Integer, nullable=False),
    one_of("status", DRILL_STATUS),
    CheckConstraint("speed >= 1 AND speed <= 600", name="speed"),
)
"""An exercise with its own clock: `masked_start` at `real_start`, then `speed` times as fast."""

CRISIS_STATUS = ("proposed", "declared", "contained", "closed", "dismissed")

crisis = Table(
    "crisis",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("cause_key", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("labels_json", JSON, nullable=False),
    Column("status", String(20), nullable=False),
    Column("level", Integer),
    Column("proposed_level", Integer),
    Column("began_at", UtcDateTime, nullable=False),
    Column("detected_at", UtcDateTime, nullable=False),
    Column("proposed_at", UtcDateTime),
    Column("declared_at", UtcDateTime),
    Column("declared_by", Text),
    Column("level_at", UtcDateTime),
    Column("clear_since", UtcDateTime),
    Column("contained_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("close_reason", Text),
    Column("lead", Text),
    Column("roles_json", JSON, nullable=False),
    Column("flags_json", JSON, nullable=False),
    Column("levels_version_id", ForeignKey("document_version.id"), nullable=False),
    Column("continues_id", ForeignKey("crisis.id")),
    Column("drill_id", ForeignKey("drill.id")),
    Column("state_json", JSON(none_as_null=True)),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    one_of("status", CRISIS_STATUS),
    CheckConstraint("level BETWEEN 1 AND 4", name="level"),
    CheckConstraint("proposed_level BETWEEN 1 AND 4", name="proposed_level"),
    CheckConstraint(
        "status IN ('proposed', 'dismissed') OR (level IS NOT NULL AND declared_at IS NOT NULL)",
        name="declared",
    ),
    Index(
        "uq_crisis_open",
        "cause_key",
        unique=True,
        sqlite_where=text("status IN ('proposed', 'declared', 'contained') AND drill_id IS NULL"),
        postgresql_where=text(
            "status IN ('proposed', 'declared', 'contained') AND drill_id IS NULL"
        ),
    ),
    Index(None, "status"),
)
"""A crisis: proposed by criteria or declared by a person. One per cause is open at a time.

All its times run by the clock of its drill, if it is one; see `alerts.crisis.clock`.
"""

LINK_KIND = (
    "incident",
    "case",
    "order",
    "parcel",
    "return",
    "lot",
    "review",
    "survey",
    "dispute",
    "mention",
)

crisis_link = Table(
    "crisis_link",
    METADATA,
    Column("crisis_id", ForeignKey("crisis.id"), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("source", String(200), primary_key=True),
    Column("ref", String(200), primary_key=True),
    Column("label", Text),
    Column("added_by", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
    one_of("kind", LINK_KIND),
    Index(None, "kind", "source", "ref"),
)
"""What a crisis is made of. `source` is empty for incidents of the inbox."""

crisis_criterion = Table(
    "crisis_criterion",
    METADATA,
    Column("crisis_id", ForeignKey("crisis.id"), primary_key=True),
    Column("criterion", String(100), primary_key=True),
    Column("level", Integer, nullable=False),
    Column("holds", Boolean, nullable=False),
    Column("value_json", JSON, nullable=False),
    Column("held_since", UtcDateTime),
    Column("last_held_at", UtcDateTime),
    Column("checked_at", UtcDateTime, nullable=False),
)
"""What each criterion says of a crisis now, with the figures that it says it by."""

CLOCK_STATUS = ("running", "met", "missed", "not_applicable")

statutory_clock = Table(
    "statutory_clock",
    METADATA,
    Column("crisis_id", ForeignKey("crisis.id"), primary_key=True),
    Column("rule", String(100), primary_key=True),
    Column("document_version_id", ForeignKey("document_version.id"), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("status", String(20), nullable=False),
    Column("settled_at", UtcDateTime),
    Column("settled_by", Text),
    Column("note", Text),
    Column("version", Integer, nullable=False),
    one_of("status", CLOCK_STATUS),
    Index(None, "status", "due_at"),
)
"""A term that a law sets in this crisis. `due_at` null: without undue delay, no fixed term."""

RUN_STATUS = ("running", "finished", "cancelled")

playbook_run = Table(
    "playbook_run",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("crisis_id", ForeignKey("crisis.id"), nullable=False),
    Column("document_version_id", ForeignKey("document_version.id"), nullable=False),
    Column("playbook", String(100), nullable=False),
    Column("level", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("idem_key", String(200), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("cancel_reason", Text),
    Column("continues_id", ForeignKey("playbook_run.id")),
    Column("anchors_json", JSON, nullable=False),
    Column("variables_json", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    one_of("status", RUN_STATUS),
    UniqueConstraint("idem_key"),
    Index(None, "crisis_id"),
    Index(None, "status"),
)
"""One playbook at work in one crisis, by the version that was in force when it began."""

STEP_STATE = (
    "waiting",
    "ready",
    "running",
    "done",
    "skipped",
    "failed",
    "unknown",
    "blocked",
    "cancelled",
)

run_step = Table(
    "run_step",
    METADATA,
    Column("run_id", ForeignKey("playbook_run.id"), primary_key=True),
    Column("step_key", String(100), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("role", String(100)),
    Column("owner", Text),
    Column("due_at", UtcDateTime),
    Column("next_at", UtcDateTime),
    Column("ready_at", UtcDateTime),
    Column("started_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    Column("done_by", Text),
    Column("attempts", Integer, nullable=False),
    Column("lease_by", Text),
    Column("lease_until", UtcDateTime),
    Column("overdue_told_at", UtcDateTime),
    Column("result_json", JSON(none_as_null=True)),
    Column("note", Text),
    Column("version", Integer, nullable=False),
    one_of("state", STEP_STATE),
    Index(None, "state", "next_at"),
    Index(None, "state", "due_at"),
)
"""Where a step stands. `lease_until` runs by the wall clock, all other times by the crisis's."""

run_cadence = Table(
    "run_cadence",
    METADATA,
    Column("run_id", ForeignKey("playbook_run.id"), primary_key=True),
    Column("audience", String(100), primary_key=True),
    Column("every_s", BigInteger, nullable=False),
    Column("next_at", UtcDateTime),
    Column("last_at", UtcDateTime),
    Column("last_by", Text),
    Column("updates", Integer, nullable=False),
    Column("overdue_told_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    Index(None, "next_at"),
)
"""When the next update to an audience is due. Null: none any more."""

DECISION = ("approved", "rejected")

approval = Table(
    "approval",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("subject_kind", String(40), nullable=False),
    Column("subject_id", String(200), nullable=False),
    Column("subject_sha256", String(64), nullable=False),
    Column("role", String(100), nullable=False),
    Column("decision", String(20), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("note", Text),
    one_of("decision", DECISION),
    UniqueConstraint("subject_kind", "subject_id", "subject_sha256", "role"),
)
"""Who signed what. It holds for the very text signed: another hash, another signature."""

STATEMENT_STATUS = ("draft", "translated", "proofread", "final", "sent", "withdrawn")

statement = Table(
    "statement",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("crisis_id", ForeignKey("crisis.id"), nullable=False),
    Column("run_id", ForeignKey("playbook_run.id")),
    Column("step_key", String(100)),
    Column("document_version_id", ForeignKey("document_version.id"), nullable=False),
    Column("template", String(100), nullable=False),
    Column("audience", String(100), nullable=False),
    Column("channel", String(100), nullable=False),
    Column("locale", String(20), nullable=False),
    Column("public", Boolean, nullable=False),
    Column("variables_json", JSON, nullable=False),
    Column("body", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("status", String(20), nullable=False),
    Column("source_id", ForeignKey("statement.id")),
    Column("source_sha256", String(64)),
    Column("author", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("sent_by", Text),
    Column("sent_json", JSON(none_as_null=True)),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    one_of("status", STATEMENT_STATUS),
    UniqueConstraint("run_id", "step_key", "channel", "locale"),
    Index(None, "crisis_id"),
)
"""One text for one audience, channel and language. `source_id`: the text it is a translation of."""

statement_revision = Table(
    "statement_revision",
    METADATA,
    Column("statement_id", ForeignKey("statement.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("note", Text),
)

BATCH_STATE = ("draft", "submitted", "approved", "rejected", "exported", "cancelled")

compensation_batch = Table(
    "compensation_batch",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("crisis_id", ForeignKey("crisis.id")),
    Column("run_id", ForeignKey("playbook_run.id")),
    Column("step_key", String(100)),
    Column("document_version_id", ForeignKey("document_version.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("cause", String(100), nullable=False),
    Column("criteria_json", JSON, nullable=False),
    Column("snapshots_json", JSON, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("state", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("submitted_at", UtcDateTime),
    Column("submitted_by", Text),
    Column("decided_at", UtcDateTime),
    Column("exported_at", UtcDateTime),
    Column("exported_by", Text),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    one_of("state", BATCH_STATE),
    UniqueConstraint("run_id", "step_key"),
    Index(None, "crisis_id"),
)

ITEM_STATE = ("proposed", "excluded", "approved", "exported")

compensation_item = Table(
    "compensation_item",
    METADATA,
    Column("batch_id", ForeignKey("compensation_batch.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("source", String(200), nullable=False),
    Column("order_id", String(200), nullable=False),
    Column("subject", String(200)),
    Column("customer_key", String(200)),
    Column("market", String(2)),
    Column("cause", String(100), nullable=False),
    Column("level", Integer, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("eligible_at", UtcDateTime),
    Column("facts_json", JSON, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("state", String(20), nullable=False),
    Column("excluded_because", Text),
    one_of("state", ITEM_STATE),
    CheckConstraint("amount_minor >= 0", name="amount"),
    CheckConstraint("level BETWEEN 1 AND 3", name="level"),
    Index(
        "uq_compensation_item_once",
        "source",
        "order_id",
        "cause",
        unique=True,
        sqlite_where=text("state IN ('approved', 'exported') AND NOT drill"),
        postgresql_where=text("state IN ('approved', 'exported') AND NOT drill"),
    ),
)
"""One compensation proposed or decided. The database keeps it to one per order and cause."""

evidence = Table(
    "evidence",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("crisis_id", ForeignKey("crisis.id"), nullable=False),
    Column("run_id", ForeignKey("playbook_run.id")),
    Column("step_key", String(100)),
    Column("kind", String(40), nullable=False),
    Column("item", String(100)),
    Column("name", Text, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("captured_at", UtcDateTime, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Column("withdrawn_because", Text),
    Column("detail_json", JSON(none_as_null=True)),
    UniqueConstraint("crisis_id", "kind", "name", "sha256"),
    Index(None, "crisis_id"),
)
"""What proves a crisis. The content lies in the home's `evidence` folder under its hash."""

evidence_pack = Table(
    "evidence_pack",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("crisis_id", ForeignKey("crisis.id"), nullable=False),
    Column("run_id", ForeignKey("playbook_run.id")),
    Column("step_key", String(100)),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("head_seq", BigInteger, nullable=False),
    Column("head_hash", String(64), nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("missing_json", JSON, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "crisis_id"),
)

REVIEW_STATUS = ("draft", "published")

crisis_review = Table(
    "crisis_review",
    METADATA,
    Column("crisis_id", ForeignKey("crisis.id"), primary_key=True),
    Column("status", String(20), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("owner", Text),
    Column("content_json", JSON, nullable=False),
    Column("public_json", JSON, nullable=False),
    Column("published_at", UtcDateTime),
    Column("published_by", Text),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    one_of("status", REVIEW_STATUS),
)

CAUSE_STATUS = ("open", "analysed", "acting", "verifying", "closed")

root_cause = Table(
    "root_cause",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("origin_key", String(300), nullable=False),
    Column("crisis_id", ForeignKey("crisis.id")),
    Column("survey_source", String(200)),
    Column("survey_id", String(200)),
    Column("title", Text, nullable=False),
    Column("cause_code", String(100)),
    Column("finding", Text),
    Column("status", String(20), nullable=False),
    Column("owner", Text),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("facts_json", JSON, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    one_of("status", CAUSE_STATUS),
    UniqueConstraint("origin_key"),
    Index(None, "status", "due_at"),
)
"""Why something happened: of a crisis, or of an answer to a survey that forces the question."""

ACTION_STATUS = ("open", "done", "verified", "failed", "dropped")

corrective_action = Table(
    "corrective_action",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("root_cause_id", ForeignKey("root_cause.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("check_on", Date, nullable=False),
    Column("status", String(20), nullable=False),
    Column("result", Text),
    Column("settled_by", Text),
    Column("settled_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    one_of("status", ACTION_STATUS),
    CheckConstraint("check_on >= due_on", name="check_after_due"),
    Index(None, "status", "check_on"),
    Index(None, "root_cause_id"),
)

REPORT_STATUS = ("ready", "incomplete")

report = Table(
    "report",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("template", String(100), nullable=False),
    Column("period", String(20), nullable=False),
    Column("n", Integer, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Column("status", String(20), nullable=False),
    Column("missing_json", JSON, nullable=False),
    Column("headline_json", JSON, nullable=False),
    Column("search_text", Text, nullable=False),
    Column("document_json", Text, nullable=False),
    Column("document_sha256", String(64), nullable=False),
    Column("inputs_json", Text, nullable=False),
    Column("inputs_sha256", String(64), nullable=False),
    Column("note", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Text, nullable=False),
    one_of("status", REPORT_STATUS),
    UniqueConstraint("template", "period", "n"),
    Index(None, "template", "first_day"),
)
"""One issue of a report: what it says and from what, both as canonical JSON; never changed.

`n` counts the issues of a period from 1; `missing_json` names the feeds that an incomplete one
lacks.
"""

REPORT_FORM = ("html", "pdf", "xlsx", "csv", "mail")

report_file = Table(
    "report_file",
    METADATA,
    Column("report_id", ForeignKey("report.id"), primary_key=True),
    Column("language", String(20), primary_key=True),
    Column("form", String(20), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("made_with_json", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    one_of("form", REPORT_FORM),
)
"""A report in a form and language; its bytes lie in the home under their SHA-256.

`made_with_json`: versions of what lays it out, so that a rebuild can say why bytes differ.
"""

report_comment = Table(
    "report_comment",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("report_id", ForeignKey("report.id"), nullable=False),
    Column("figure", String(300)),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    Index(None, "report_id"),
)
"""What somebody says of a report, or of one of its figures (its key)."""

REPORT_DECISION = ("open", "done", "dropped")

report_decision = Table(
    "report_decision",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("template", String(100), nullable=False),
    Column("raised_in", ForeignKey("report.id"), nullable=False),
    Column("figure", String(300)),
    Column("text", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("status", String(20), nullable=False),
    Column("outcome", Text),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("settled_by", Text),
    Column("settled_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    one_of("status", REPORT_DECISION),
    Index(None, "template", "status", "due_on"),
)
"""What is to be decided, with owner and day; carried into every later report until settled."""

REPORT_SLOT = ("waiting", "late", "issued", "sent", "failed", "skipped")

report_slot = Table(
    "report_slot",
    METADATA,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("schedule", String(100), nullable=False),
    Column("template", String(100), nullable=False),
    Column("period", String(20), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason_json", JSON, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime),
    Column("report_id", ForeignKey("report.id")),
    Column("updated_at", UtcDateTime, nullable=False),
    one_of("state", REPORT_SLOT),
    UniqueConstraint("schedule", "period"),
    Index(None, "state", "due_at"),
)
"""One planned report of a schedule: why it waits, which issue it became, whether it went out."""
