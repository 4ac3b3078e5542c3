"""Reports: their issues, files, comments, decisions and schedule."""

import sqlalchemy as sa
from alembic import op

from data_access.state.schema import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("template", sa.String(length=100), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("missing_json", sa.JSON(), nullable=False),
        sa.Column("headline_json", sa.JSON(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("document_json", sa.Text(), nullable=False),
        sa.Column("document_sha256", sa.String(length=64), nullable=False),
        sa.Column("inputs_json", sa.Text(), nullable=False),
        sa.Column("inputs_sha256", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('ready', 'incomplete')", name=op.f("ck_report_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("template", "period", "n", name=op.f("uq_report_template_period_n")),
    )
    op.create_index(
        op.f("ix_report_template_first_day"), "report", ["template", "first_day"], unique=False
    )
    op.create_table(
        "report_comment",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("report_id", ID, nullable=False),
        sa.Column("figure", sa.String(length=300), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_comment_report_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_comment")),
    )
    op.create_index(
        op.f("ix_report_comment_report_id"), "report_comment", ["report_id"], unique=False
    )
    op.create_table(
        "report_decision",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("template", sa.String(length=100), nullable=False),
        sa.Column("raised_in", ID, nullable=False),
        sa.Column("figure", sa.String(length=300), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'done', 'dropped')", name=op.f("ck_report_decision_status")
        ),
        sa.ForeignKeyConstraint(
            ["raised_in"], ["report.id"], name=op.f("fk_report_decision_raised_in")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_decision")),
    )
    op.create_index(
        op.f("ix_report_decision_template_status_due_on"),
        "report_decision",
        ["template", "status", "due_on"],
        unique=False,
    )
    op.create_table(
        "report_file",
        sa.Column("report_id", ID, nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("made_with_json", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "form IN ('html', 'pdf', 'xlsx', 'csv', 'mail')", name=op.f("ck_report_file_form")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_file_report_id")
        ),
        sa.PrimaryKeyConstraint("report_id", "language", "form", name=op.f("pk_report_file")),
    )
    op.create_table(
        "report_slot",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("schedule", sa.String(length=100), nullable=False),
        sa.Column("template", sa.String(length=100), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason_json", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("report_id", ID, nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'late', 'issued', 'sent', 'failed', 'skipped')",
            name=op.f("ck_report_slot_state"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_slot_report_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_slot")),
        sa.UniqueConstraint("schedule", "period", name=op.f("uq_report_slot_schedule_period")),
    )
    op.create_index(
        op.f("ix_report_slot_state_due_at"), "report_slot", ["state", "due_at"], unique=False
    )
