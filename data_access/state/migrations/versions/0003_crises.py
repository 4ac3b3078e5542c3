"""Crises: documents they are led by, levels, runs, statements, compensation, evidence, reviews."""

import sqlalchemy as sa
from alembic import op

from data_access.state.schema import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("subject_sha256", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=100), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "decision IN ('approved', 'rejected')", name=op.f("ck_approval_decision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "subject_sha256",
            "role",
            name=op.f("uq_approval_subject_kind_subject_id_subject_sha256_role"),
        ),
    )
    op.create_table(
        "document_version",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("body_yaml", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('playbook', 'levels', 'statement', 'terms', 'statutory', 'compensation', "
            "'checklists')",
            name=op.f("ck_document_version_kind"),
        ),
        sa.CheckConstraint(
            "origin IN ('shipped', 'file', 'screen')", name=op.f("ck_document_version_origin")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_version")),
        sa.UniqueConstraint("kind", "name", "n", name=op.f("uq_document_version_kind_name_n")),
    )
    op.create_table(
        "drill",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("playbook_version_id", ID, nullable=False),
        sa.Column("scenario_json", sa.JSON(), nullable=False),
        sa.Column("speed", sa.Float(), nullable=False),
        sa.Column("real_start", UtcDateTime(), nullable=False),
        sa.Column("masked_start", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("report_json", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('running', 'ended', 'cancelled')", name=op.f("ck_drill_status")
        ),
        sa.CheckConstraint("speed >= 1 AND speed <= 600", name=op.f("ck_drill_speed")),
        sa.ForeignKeyConstraint(
            ["playbook_version_id"],
            ["document_version.id"],
            name=op.f("fk_drill_playbook_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill")),
    )
    op.create_table(
        "crisis",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("cause_key", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("labels_json", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("proposed_level", sa.Integer(), nullable=True),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("detected_at", UtcDateTime(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=True),
        sa.Column("declared_at", UtcDateTime(), nullable=True),
        sa.Column("declared_by", sa.Text(), nullable=True),
        sa.Column("level_at", UtcDateTime(), nullable=True),
        sa.Column("clear_since", UtcDateTime(), nullable=True),
        sa.Column("contained_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True),
        sa.Column("lead", sa.Text(), nullable=True),
        sa.Column("roles_json", sa.JSON(), nullable=False),
        sa.Column("flags_json", sa.JSON(), nullable=False),
        sa.Column("levels_version_id", ID, nullable=False),
        sa.Column("continues_id", ID, nullable=True),
        sa.Column("drill_id", ID, nullable=True),
        sa.Column("state_json", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "status IN ('proposed', 'declared', 'contained', 'closed', 'dismissed')",
            name=op.f("ck_crisis_status"),
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'dismissed') OR "
            "(level IS NOT NULL AND declared_at IS NOT NULL)",
            name=op.f("ck_crisis_declared"),
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_crisis_level")),
        sa.CheckConstraint("proposed_level BETWEEN 1 AND 4", name=op.f("ck_crisis_proposed_level")),
        sa.ForeignKeyConstraint(
            ["continues_id"], ["crisis.id"], name=op.f("fk_crisis_continues_id")
        ),
        sa.ForeignKeyConstraint(["drill_id"], ["drill.id"], name=op.f("fk_crisis_drill_id")),
        sa.ForeignKeyConstraint(
            ["levels_version_id"], ["document_version.id"], name=op.f("fk_crisis_levels_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crisis")),
    )
    op.create_index(op.f("ix_crisis_status"), "crisis", ["status"], unique=False)
    op.create_index(
        "uq_crisis_open",
        "crisis",
        ["cause_key"],
        unique=True,
        sqlite_where=sa.text(
            "status IN ('proposed', 'declared', 'contained') AND drill_id IS NULL"
        ),
        postgresql_where=sa.text(
            "status IN ('proposed', 'declared', 'contained') AND drill_id IS NULL"
        ),
    )
    op.create_table(
        "crisis_criterion",
        sa.Column("crisis_id", ID, nullable=False),
        sa.Column("criterion", sa.String(length=100), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("value_json", sa.JSON(), nullable=False),
        sa.Column("held_since", UtcDateTime(), nullable=True),
        sa.Column("last_held_at", UtcDateTime(), nullable=True),
        sa.Column("checked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["crisis_id"], ["crisis.id"], name=op.f("fk_crisis_criterion_crisis_id")
        ),
        sa.PrimaryKeyConstraint("crisis_id", "criterion", name=op.f("pk_crisis_criterion")),
    )
    op.create_table(
        "crisis_link",
        sa.Column("crisis_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('incident', 'case', 'order', 'parcel', 'return', 'lot', 'review', 'survey', "
            "'dispute', 'mention')",
            name=op.f("ck_crisis_link_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["crisis_id"], ["crisis.id"], name=op.f("fk_crisis_link_crisis_id")
        ),
        sa.PrimaryKeyConstraint("crisis_id", "kind", "source", "ref", name=op.f("pk_crisis_link")),
    )
    op.create_index(
        op.f("ix_crisis_link_kind_source_ref"),
        "crisis_link",
        ["kind", "source", "ref"],
        unique=False,
    )
    op.create_table(
        "crisis_review",
        sa.Column("crisis_id", ID, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("content_json", sa.JSON(), nullable=False),
        sa.Column("public_json", sa.JSON(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'published')", name=op.f("ck_crisis_review_status")
        ),
        sa.ForeignKeyConstraint(
            ["crisis_id"], ["crisis.id"], name=op.f("fk_crisis_review_crisis_id")
        ),
        sa.PrimaryKeyConstraint("crisis_id", name=op.f("pk_crisis_review")),
    )
    op.create_table(
        "playbook_run",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("crisis_id", ID, nullable=False),
        sa.Column("document_version_id", ID, nullable=False),
        sa.Column("playbook", sa.String(length=100), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("idem_key", sa.String(length=200), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("continues_id", ID, nullable=True),
        sa.Column("anchors_json", sa.JSON(), nullable=False),
        sa.Column("variables_json", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "status IN ('running', 'finished', 'cancelled')", name=op.f("ck_playbook_run_status")
        ),
        sa.ForeignKeyConstraint(
            ["continues_id"], ["playbook_run.id"], name=op.f("fk_playbook_run_continues_id")
        ),
        sa.ForeignKeyConstraint(
            ["crisis_id"], ["crisis.id"], name=op.f("fk_playbook_run_crisis_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_version_id"],
            ["document_version.id"],
            name=op.f("fk_playbook_run_document_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playbook_run")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_playbook_run_idem_key")),
    )
    op.create_index(op.f("ix_playbook_run_crisis_id"), "playbook_run", ["crisis_id"], unique=False)
    op.create_index(op.f("ix_playbook_run_status"), "playbook_run", ["status"], unique=False)
    op.create_table(
        "root_cause",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("origin_key", sa.String(length=300), nullable=False),
        sa.Column("crisis_id", ID, nullable=True),
        sa.Column("survey_source", sa.String(length=200), nullable=True),
        sa.Column("survey_id", sa.String(length=200), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("cause_code", sa.String(length=100), nullable=True),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("facts_json", sa.JSON(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'analysed', 'acting', 'verifying', 'closed')",
            name=op.f("ck_root_cause_status"),
        ),
        sa.ForeignKeyConstraint(["crisis_id"], ["crisis.id"], name=op.f("fk_root_cause_crisis_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_root_cause")),
        sa.UniqueConstraint("origin_key", name=op.f("uq_root_cause_origin_key")),
    )
    op.create_index(
        op.f("ix_root_cause_status_due_at"), "root_cause", ["status", "due_at"], unique=False
    )
    op.create_table(
        "statutory_clock",
        sa.Column("crisis_id", ID, nullable=False),
        sa.Column("rule", sa.String(length=100), nullable=False),
        sa.Column("document_version_id", ID, nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('running', 'met', 'missed', 'not_applicable')",
            name=op.f("ck_statutory_clock_status"),
        ),
        sa.ForeignKeyConstraint(
            ["crisis_id"], ["crisis.id"], name=op.f("fk_statutory_clock_crisis_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_version_id"],
            ["document_version.id"],
            name=op.f("fk_statutory_clock_document_version_id"),
        ),
        sa.PrimaryKeyConstraint("crisis_id", "rule", name=op.f("pk_statutory_clock")),
    )
    op.create_index(
        op.f("ix_statutory_clock_status_due_at"),
        "statutory_clock",
        ["status", "due_at"],
        unique=False,
    )
    op.create_table(
        "compensation_batch",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("crisis_id", ID, nullable=True),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("step_key", sa.String(length=100), nullable=True),
        sa.Column("document_version_id", ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("cause", sa.String(length=100), nullable=False),
        sa.Column("criteria_json", sa.JSON(), nullable=False),
        sa.Column("snapshots_json", sa.JSON(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("submitted_by", sa.Text(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("exported_at", UtcDateTime(), nullable=True),
        sa.Column("exported_by", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'rejected', 'exported', 'cancelled')",
            name=op.f("ck_compensation_batch_state"),
        ),
        sa.ForeignKeyConstraint(
            ["crisis_id"], ["crisis.id"], name=op.f("fk_compensation_batch_crisis_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_version_id"],
            ["document_version.id"],
            name=op.f("fk_compensation_batch_document_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["playbook_run.id"], name=op.f("fk_compensation_batch_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compensation_batch")),
        sa.UniqueConstraint(
            "run_id", "step_key", name=op.f("uq_compensation_batch_run_id_step_key")
        ),
    )
    op.create_index(
        op.f("ix_compensation_batch_crisis_id"), "compensation_batch", ["crisis_id"], unique=False
    )
    op.create_table(
        "corrective_action",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("root_cause_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("check_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'done', 'verified', 'failed', 'dropped')",
            name=op.f("ck_corrective_action_status"),
        ),
        sa.CheckConstraint("check_on >= due_on", name=op.f("ck_corrective_action_check_after_due")),
        sa.ForeignKeyConstraint(
            ["root_cause_id"], ["root_cause.id"], name=op.f("fk_corrective_action_root_cause_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrective_action")),
    )
    op.create_index(
        op.f("ix_corrective_action_root_cause_id"),
        "corrective_action",
        ["root_cause_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_corrective_action_status_check_on"),
        "corrective_action",
        ["status", "check_on"],
        unique=False,
    )
    op.create_table(
        "evidence",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("crisis_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("step_key", sa.String(length=100), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=100), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("captured_at", UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=True),
        sa.Column("detail_json", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["crisis_id"], ["crisis.id"], name=op.f("fk_evidence_crisis_id")),
        sa.ForeignKeyConstraint(["run_id"], ["playbook_run.id"], name=op.f("fk_evidence_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint(
            "crisis_id",
            "kind",
            "name",
            "sha256",
            name=op.f("uq_evidence_crisis_id_kind_name_sha256"),
        ),
    )
    op.create_index(op.f("ix_evidence_crisis_id"), "evidence", ["crisis_id"], unique=False)
    op.create_table(
        "evidence_pack",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("crisis_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("step_key", sa.String(length=100), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("head_seq", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("missing_json", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["crisis_id"], ["crisis.id"], name=op.f("fk_evidence_pack_crisis_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["playbook_run.id"], name=op.f("fk_evidence_pack_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_pack")),
    )
    op.create_index(
        op.f("ix_evidence_pack_crisis_id"), "evidence_pack", ["crisis_id"], unique=False
    )
    op.create_table(
        "run_cadence",
        sa.Column("run_id", ID, nullable=False),
        sa.Column("audience", sa.String(length=100), nullable=False),
        sa.Column("every_s", sa.BigInteger(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("last_at", UtcDateTime(), nullable=True),
        sa.Column("last_by", sa.Text(), nullable=True),
        sa.Column("updates", sa.Integer(), nullable=False),
        sa.Column("overdue_told_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["playbook_run.id"], name=op.f("fk_run_cadence_run_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "audience", name=op.f("pk_run_cadence")),
    )
    op.create_index(op.f("ix_run_cadence_next_at"), "run_cadence", ["next_at"], unique=False)
    op.create_table(
        "run_step",
        sa.Column("run_id", ID, nullable=False),
        sa.Column("step_key", sa.String(length=100), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=100), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("ready_at", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_by", sa.Text(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("overdue_told_at", UtcDateTime(), nullable=True),
        sa.Column("result_json", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'ready', 'running', 'done', 'skipped', 'failed', 'unknown', "
            "'blocked', 'cancelled')",
            name=op.f("ck_run_step_state"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["playbook_run.id"], name=op.f("fk_run_step_run_id")),
        sa.PrimaryKeyConstraint("run_id", "step_key", name=op.f("pk_run_step")),
    )
    op.create_index(op.f("ix_run_step_state_due_at"), "run_step", ["state", "due_at"], unique=False)
    op.create_index(
        op.f("ix_run_step_state_next_at"), "run_step", ["state", "next_at"], unique=False
    )
    op.create_table(
        "statement",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("crisis_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=True),
        sa.Column("step_key", sa.String(length=100), nullable=True),
        sa.Column("document_version_id", ID, nullable=False),
        sa.Column("template", sa.String(length=100), nullable=False),
        sa.Column("audience", sa.String(length=100), nullable=False),
        sa.Column("channel", sa.String(length=100), nullable=False),
        sa.Column("locale", sa.String(length=20), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("variables_json", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("source_id", ID, nullable=True),
        sa.Column("source_sha256", sa.String(length=64), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("sent_by", sa.Text(), nullable=True),
        sa.Column("sent_json", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'translated', 'proofread', 'final', 'sent', 'withdrawn')",
            name=op.f("ck_statement_status"),
        ),
        sa.ForeignKeyConstraint(["crisis_id"], ["crisis.id"], name=op.f("fk_statement_crisis_id")),
        sa.ForeignKeyConstraint(
            ["document_version_id"],
            ["document_version.id"],
            name=op.f("fk_statement_document_version_id"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["playbook_run.id"], name=op.f("fk_statement_run_id")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["statement.id"], name=op.f("fk_statement_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint(
            "run_id",
            "step_key",
            "channel",
            "locale",
            name=op.f("uq_statement_run_id_step_key_channel_locale"),
        ),
    )
    op.create_index(op.f("ix_statement_crisis_id"), "statement", ["crisis_id"], unique=False)
    op.create_table(
        "compensation_item",
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("order_id", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=True),
        sa.Column("customer_key", sa.String(length=200), nullable=True),
        sa.Column("market", sa.String(length=2), nullable=True),
        sa.Column("cause", sa.String(length=100), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("eligible_at", UtcDateTime(), nullable=True),
        sa.Column("facts_json", sa.JSON(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("excluded_because", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'excluded', 'approved', 'exported')",
            name=op.f("ck_compensation_item_state"),
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_compensation_item_amount")),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_compensation_item_level")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["compensation_batch.id"], name=op.f("fk_compensation_item_batch_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", "n", name=op.f("pk_compensation_item")),
    )
    op.create_index(
        "uq_compensation_item_once",
        "compensation_item",
        ["source", "order_id", "cause"],
        unique=True,
        sqlite_where=sa.text("state IN ('approved', 'exported') AND NOT drill"),
        postgresql_where=sa.text("state IN ('approved', 'exported') AND NOT drill"),
    )
    op.create_table(
        "statement_revision",
        sa.Column("statement_id", ID, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_statement_revision_statement_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", "n", name=op.f("pk_statement_revision")),
    )
    op.add_column("outbox", sa.Column("crisis_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_outbox_crisis_id"), "outbox", ["crisis_id"], unique=False)
