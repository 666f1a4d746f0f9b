"""Webhooks, their secrets, and what was sent to them.

Small tables, and the position at which they begin in the feed of events. Locks nothing that is in use.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "4c3d9f6e1a07"
down_revision = "b8e25f07c3d9"
branch_labels = None
depends_on = None

NUMBER = sa.Sequence("webhook_delivery_id_seq")


def moment(name: str, *, is_needed: bool = False, is_now: bool = False) -> sa.Column:
    default = sa.text("now()") if is_now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not (is_needed or is_now))


def one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("types", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("website_ids", postgresql.ARRAY(sa.BigInteger())),
        sa.Column("status", sa.Text(), server_default="ACTIVE", nullable=False),
        sa.Column("disabled_reason", sa.Text()),
        sa.Column("failure_count", sa.Integer(), server_default="0", nullable=False),
        moment("failing_since"),
        moment("paused_until"),
        sa.Column("starts_after", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        moment("created_at", is_now=True),
        one_of("webhook", "format", "STANDARD", "CLOUDEVENTS"),
        one_of("webhook", "content", "THIN", "PROFILE"),
        one_of("webhook", "status", "ACTIVE", "DISABLED"),
        one_of("webhook", "disabled_reason", "REQUESTED", "GONE", "FAILING"),
        sa.CheckConstraint("(status = 'DISABLED') = (disabled_reason IS NOT NULL)", name=op.f("ck_webhook_disabled")),
        sa.CheckConstraint("(failure_count = 0) = (failing_since IS NULL)", name=op.f("ck_webhook_failing")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name=op.f("ck_webhook_name_length")),
        sa.CheckConstraint("char_length(url) BETWEEN 1 AND 2000", name=op.f("ck_webhook_url_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_secret",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        moment("expires_at"),
        moment("created_at", is_now=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_secret")),
    )
    op.create_index("ix_webhook_secret_webhook_id", "webhook_secret", ["webhook_id"])
    create_deliveries()
    op.execute(
        "INSERT INTO domain_event_feed (name, position)"
        " SELECT 'webhooks', position FROM domain_event_feed WHERE name = 'events'"
    )


def create_deliveries() -> None:
    op.execute(sa.schema.CreateSequence(NUMBER))
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("changed_fields", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("customer_id", sa.BigInteger()),
        sa.Column("website_id", sa.BigInteger()),
        sa.Column("version", sa.Integer()),
        sa.Column("job_id", sa.BigInteger()),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger()),
        moment("occurred_at", is_needed=True),
        sa.Column("status", sa.Text(), server_default="PENDING", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        moment("next_attempt_at", is_needed=True),
        moment("created_at", is_now=True),
        moment("finished_at"),
        one_of("webhook_delivery", "status", "PENDING", "DELIVERED", "DEAD"),
        sa.CheckConstraint("(status = 'PENDING') = (finished_at IS NULL)", name=op.f("ck_webhook_delivery_finished")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    is_pending = sa.text("status = 'PENDING'")
    op.create_index(
        "ix_webhook_delivery_due", "webhook_delivery", ["webhook_id", "next_attempt_at"], postgresql_where=is_pending
    )
    op.create_index("ix_webhook_delivery_page", "webhook_delivery", ["webhook_id", "created_at", "id"])
    op.create_index("ix_webhook_delivery_created_at", "webhook_delivery", ["created_at"])
    op.create_table(
        "webhook_attempt",
        sa.Column("delivery_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        moment("attempted_at", is_needed=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("status_code", sa.Integer()),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("delivery_id", "id", name=op.f("pk_webhook_attempt")),
    )
    op.create_index("ix_webhook_attempt_attempted_at", "webhook_attempt", ["attempted_at"])


def downgrade() -> None:
    for table in ("webhook_attempt", "webhook_delivery", "webhook_secret", "webhook"):
        op.drop_table(table)
    op.execute(sa.schema.DropSequence(NUMBER))
    op.execute("DELETE FROM domain_event_feed WHERE name = 'webhooks'")
