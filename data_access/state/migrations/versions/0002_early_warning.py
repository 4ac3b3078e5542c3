"""Early warning: stages per rule version, incidents, silences, outbox, escalation, backtests."""

import sqlalchemy as sa
from alembic import op

from data_access.state.schema import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STAGES = "stage IN ('draft', 'tested', 'shadow', 'live', 'retired')"
SEVERITIES = "severity IN ('info', 'warning', 'critical')"


def upgrade() -> None:
    _stage_versions()
    _alerts_by_stage()
    _new_tables()


def _stage_versions() -> None:
    """A rule's stage becomes its newest version's; older versions were replaced by it."""
    with op.batch_alter_table("rule_version") as table:
        table.add_column(sa.Column("body_yaml", sa.Text()))
        table.add_column(
            sa.Column("stage", sa.String(20), nullable=False, server_default="retired")
        )
        table.add_column(sa.Column("staged_at", UtcDateTime()))
        table.add_column(sa.Column("stage_reason", sa.String(40)))
        table.add_column(sa.Column("origin", sa.String(20), nullable=False, server_default="file"))
        table.add_column(sa.Column("asks", sa.String(20)))
        table.add_column(sa.Column("asked_at", UtcDateTime()))
        table.create_check_constraint(op.f("ck_rule_version_stage"), STAGES)
        table.create_check_constraint(
            op.f("ck_rule_version_origin"), "origin IN ('shipped', 'file', 'screen')"
        )
        table.create_check_constraint(op.f("ck_rule_version_asks"), "asks IN ('backtest', 'live')")
    op.execute(
        "UPDATE rule_version SET stage = (SELECT rule.stage FROM rule WHERE rule.id = rule_id) "
        "WHERE n = (SELECT max(newer.n) FROM rule_version newer "
        "WHERE newer.rule_id = rule_version.rule_id)"
    )
    op.execute("UPDATE rule_version SET staged_at = created_at")
    with op.batch_alter_table("rule_version") as table:
        table.alter_column("stage", existing_type=sa.String(20), server_default=None)
        table.alter_column("origin", existing_type=sa.String(20), server_default=None)
        table.alter_column("staged_at", existing_type=UtcDateTime(), nullable=False)
    live = sa.text("stage = 'live'")
    op.create_index(
        "uq_rule_version_live",
        "rule_version",
        ["rule_id"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    with op.batch_alter_table("rule") as table:
        table.drop_constraint(op.f("ck_rule_stage"), type_="check")
        table.drop_column("stage")


def _alerts_by_stage() -> None:
    with op.batch_alter_table("alert") as table:
        table.add_column(sa.Column("stage", sa.String(20), nullable=False, server_default="live"))
        table.add_column(
            sa.Column("severity", sa.String(20), nullable=False, server_default="warning")
        )
        table.drop_constraint(op.f("uq_alert_rule_id_fingerprint"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_alert_rule_id_stage_fingerprint"), ["rule_id", "stage", "fingerprint"]
        )
        table.create_check_constraint(op.f("ck_alert_stage"), "stage IN ('live', 'shadow')")
        table.create_check_constraint(op.f("ck_alert_severity"), SEVERITIES)
    with op.batch_alter_table("alert") as table:
        table.alter_column("stage", existing_type=sa.String(20), server_default=None)
        table.alter_column("severity", existing_type=sa.String(20), server_default=None)


def _new_tables() -> None:
    op.add_column("eval_slot", sa.Column("counts_json", sa.JSON()))

    op.create_table(
        "action_token",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_action_token")),
    )
    op.create_table(
        "known_incident",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("labels_json", sa.JSON(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_incident")),
    )
    op.create_table(
        "oncall_override",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("rota", sa.String(length=100), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_oncall_override_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oncall_override")),
    )
    op.create_index("ix_oncall_override_rota_ends_at", "oncall_override", ["rota", "ends_at"])

    op.create_table(
        "silence",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("matchers_json", sa.JSON(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("replaces_id", ID, nullable=True),
        sa.CheckConstraint("ends_at >= starts_at", name=op.f("ck_silence_order")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["silence.id"], name=op.f("fk_silence_replaces_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence")),
    )
    op.create_index("ix_silence_ends_at", "silence", ["ends_at"])

    op.create_table(
        "alert_group",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("group_key", sa.String(length=64), nullable=False),
        sa.Column("rule_id", sa.String(length=100), nullable=True),
        sa.Column("labels_json", sa.JSON(), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("handling", sa.String(length=20), nullable=False),
        sa.Column("signal_open", sa.Boolean(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("snooze_until", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("verdict_note", sa.Text(), nullable=True),
        sa.Column("true_start", UtcDateTime(), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("continues_id", ID, nullable=True),
        sa.Column("notify_at", UtcDateTime(), nullable=True),
        sa.Column("notify_reason", sa.String(length=40), nullable=True),
        sa.Column("notified_at", UtcDateTime(), nullable=True),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("mute_json", sa.JSON(), nullable=True),
        sa.Column("state_json", sa.JSON(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "handling IN ('open', 'acknowledged', 'awaiting_verdict', 'closed')",
            name=op.f("ck_alert_group_handling"),
        ),
        sa.CheckConstraint(
            "severity IN ('info', 'warning', 'critical')", name=op.f("ck_alert_group_severity")
        ),
        sa.CheckConstraint(
            "verdict IN ('true', 'false', 'duplicate', 'not_actionable', 'poor_details')",
            name=op.f("ck_alert_group_verdict"),
        ),
        sa.ForeignKeyConstraint(
            ["continues_id"], ["alert_group.id"], name=op.f("fk_alert_group_continues_id")
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["rule.id"], name=op.f("fk_alert_group_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_group")),
    )
    op.create_index("ix_alert_group_handling", "alert_group", ["handling"])
    op.create_index("ix_alert_group_notify_at", "alert_group", ["notify_at"])
    op.create_index(
        "uq_alert_group_open",
        "alert_group",
        ["group_key"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "alert_group_member",
        sa.Column("group_id", ID, nullable=False),
        sa.Column("alert_id", ID, nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_group_member_alert_id")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["alert_group.id"], name=op.f("fk_alert_group_member_group_id")
        ),
        sa.PrimaryKeyConstraint(
            "group_id", "alert_id", "episode", name=op.f("pk_alert_group_member")
        ),
    )
    op.create_index(
        "ix_alert_group_member_alert_id_episode", "alert_group_member", ["alert_id", "episode"]
    )

    op.create_table(
        "backtest",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("rule_version_id", ID, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("run_at", UtcDateTime(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("result_json", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_version_id"], ["rule_version.id"], name=op.f("fk_backtest_rule_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backtest")),
    )
    op.create_index("ix_backtest_rule_version_id_run_at", "backtest", ["rule_version_id", "run_at"])

    op.create_table(
        "escalation",
        sa.Column("group_id", ID, nullable=False),
        sa.Column("policy", sa.String(length=100), nullable=False),
        sa.Column("policy_json", sa.JSON(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.Column("stopped_because", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["alert_group.id"], name=op.f("fk_escalation_group_id")
        ),
        sa.PrimaryKeyConstraint("group_id", "policy", name=op.f("pk_escalation")),
    )
    op.create_index("ix_escalation_next_at", "escalation", ["next_at"])

    op.create_table(
        "outbox",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("idem_key", sa.String(length=64), nullable=False),
        sa.Column("group_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=100), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("payload_json", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("deadline", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_by", sa.Text(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("resend_of", ID, nullable=True),
        sa.CheckConstraint(
            "severity IN ('info', 'warning', 'critical')", name=op.f("ck_outbox_severity")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'dead', 'dropped')",
            name=op.f("ck_outbox_state"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["alert_group.id"], name=op.f("fk_outbox_group_id")),
        sa.ForeignKeyConstraint(["resend_of"], ["outbox.id"], name=op.f("fk_outbox_resend_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_outbox_idem_key")),
    )
    op.create_index("ix_outbox_group_id", "outbox", ["group_id"])
    op.create_index("ix_outbox_state_not_before", "outbox", ["state", "not_before"])

    op.create_table(
        "delivery_attempt",
        sa.Column("outbox_id", ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("retry_after_s", sa.Float(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('ok', 'retry', 'permanent', 'unknown')",
            name=op.f("ck_delivery_attempt_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_delivery_attempt_outbox_id")
        ),
        sa.PrimaryKeyConstraint("outbox_id", "n", name=op.f("pk_delivery_attempt")),
    )
