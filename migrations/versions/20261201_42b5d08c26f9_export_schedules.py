"""Exports that are made again and again.

A new table, which locks nothing that is in use.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "42b5d08c26f9"
down_revision = "6e24ed18b55d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "export_schedule",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("list", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("recipient_staff_ids", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
        sa.Column("state", sa.Text(), server_default="READY", nullable=False),
        sa.Column("problem_key", sa.Text(), nullable=True),
        sa.Column("failure_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_job_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(frequency = 'MONTHLY') = (day IS NOT NULL)", name=op.f("ck_export_schedule_day")),
        sa.CheckConstraint("(frequency = 'WEEKLY') = (weekday IS NOT NULL)", name=op.f("ck_export_schedule_weekday")),
        sa.CheckConstraint("frequency IN ('DAILY', 'WEEKLY', 'MONTHLY')", name=op.f("ck_export_schedule_frequency")),
        sa.CheckConstraint("owner_kind IN ('STAFF', 'SERVICE')", name=op.f("ck_export_schedule_owner_kind")),
        sa.CheckConstraint("state IN ('READY', 'BROKEN')", name=op.f("ck_export_schedule_state")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name=op.f("ck_export_schedule_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_schedule")),
    )
    op.create_index(
        "ix_export_schedule_due",
        "export_schedule",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("state = 'READY'"),
    )
    op.create_index("ix_export_schedule_owner", "export_schedule", ["owner_kind", "owner_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_export_schedule_owner", table_name="export_schedule")
    op.drop_index("ix_export_schedule_due", table_name="export_schedule", postgresql_where=sa.text("state = 'READY'"))
    op.drop_table("export_schedule")
