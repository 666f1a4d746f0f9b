"""Jobs on many rows: what was asked for, and what became of each row.

New tables, which lock nothing that is in use.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "5b1c7e0d92a4"
down_revision = "a7c41f9e5b30"
branch_labels = None
depends_on = None

OUTCOMES = ("done", "unchanged", "refused", "not_found", "failed", "canceled")
PROCESSED = " + ".join(f"{outcome}_count" for outcome in OUTCOMES)


def upgrade() -> None:
    op.create_table(
        "job_run",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("is_dry_run", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("error_policy", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("website_ids", postgresql.ARRAY(sa.BigInteger())),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text()),
        sa.Column("input_hash", sa.BigInteger()),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("cancel_reason", sa.Text()),
        sa.Column("retry_of_id", sa.BigInteger()),
        sa.Column("undo_of_id", sa.BigInteger()),
        sa.Column("total_count", sa.Integer(), nullable=False),
        *[sa.Column(f"{outcome}_count", sa.Integer(), server_default="0", nullable=False) for outcome in OUTCOMES],
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "kind IN ('MASS_ACTION', 'UNDO', 'EXPORT', 'IMPORT', 'WEBHOOK_REPLAY')", name=op.f("ck_job_run_kind")
        ),
        sa.CheckConstraint(
            "status IN ('QUEUED', 'RUNNING', 'CANCELING', 'DONE', 'FAILED', 'CANCELED')", name=op.f("ck_job_run_status")
        ),
        sa.CheckConstraint("error_policy IN ('SKIP', 'STOP', 'ALL_OR_NOTHING')", name=op.f("ck_job_run_error_policy")),
        sa.CheckConstraint(
            "cancel_reason IN ('REQUESTED', 'OWNER_LOST_ACCESS', 'STOPPED_AT_ERROR')",
            name=op.f("ck_job_run_cancel_reason"),
        ),
        sa.CheckConstraint("actor IN ('STAFF', 'SERVICE')", name=op.f("ck_job_run_actor")),
        sa.CheckConstraint(f"{PROCESSED} <= total_count", name=op.f("ck_job_run_counts")),
        sa.CheckConstraint(f"finished_at IS NULL OR {PROCESSED} = total_count", name=op.f("ck_job_run_finished")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
    )
    op.create_index("ix_job_run_open", "job_run", ["created_at", "id"], postgresql_where=sa.text("finished_at IS NULL"))
    op.create_index("ix_job_run_created_at", "job_run", ["created_at", "id"])
    op.create_index("ix_job_run_owner", "job_run", ["actor", "actor_id", "created_at", "id"])
    op.create_index("ix_job_run_finished_at", "job_run", ["finished_at"])
    op.create_index(
        "uq_job_run_key",
        "job_run",
        ["actor", "actor_id", "operation", "idempotency_key"],
        unique=True,
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.create_table(
        "job_part",
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("first_line", sa.Integer(), nullable=False),
        sa.Column("customer_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "first_line", name=op.f("pk_job_part")),
    )
    op.create_table(
        "job_row",
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.BigInteger()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("params", postgresql.JSONB()),
        sa.Column("path", postgresql.ARRAY(sa.Text())),
        sa.CheckConstraint(
            "outcome IN ('DONE', 'UNCHANGED', 'REFUSED', 'NOT_FOUND', 'FAILED', 'CANCELED')",
            name=op.f("ck_job_row_outcome"),
        ),
        sa.PrimaryKeyConstraint("job_id", "line", name=op.f("pk_job_row")),
    )
    op.create_index("ix_job_row_outcome", "job_row", ["job_id", "outcome", "line"])


def downgrade() -> None:
    op.drop_table("job_row")
    op.drop_table("job_part")
    op.drop_table("job_run")
