"""Proof and lock of an account, changes of the address by staff, and refresh tokens that are presented twice.

A column that is nullable or has a constant default is added in a moment. Checks are validated, and indexes built, after
the transaction, so that they block nobody.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from customer_gql.database.schema.large_tables import add_check, build_index

revision = "4b7e90c2d6f1"
down_revision = "4b7e19d2c5f0"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
# By id: the roles that a new database has may have been renamed.
STOCK_ROLES = (1, 2)

CHECKS = (
    ("customer", "lock_reason", "lock_reason IN ('PASSWORD', 'TOKEN', 'STAFF')"),
    ("customer", "lock_note_length", "char_length(lock_note) <= 1000"),
    ("customer_refresh_token", "successor", "(successor IS NULL) = (successor_until IS NULL)"),
)
INDEXES = (
    ("customer_email", "reserved_until", "reserved_until IS NOT NULL"),
    ("customer_refresh_token", "successor_until", "successor IS NOT NULL"),
)


def upgrade() -> None:
    op.add_column("customer", sa.Column("email_verified_at", TIME), if_not_exists=True)
    op.add_column(
        "customer",
        sa.Column("is_self_registered", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        if_not_exists=True,
    )
    op.add_column("customer", sa.Column("lock_reason", sa.Text()), if_not_exists=True)
    op.add_column("customer", sa.Column("lock_failed_attempts", sa.Integer()), if_not_exists=True)
    op.add_column("customer", sa.Column("lock_staff_id", sa.BigInteger()), if_not_exists=True)
    op.add_column("customer", sa.Column("lock_note", sa.Text()), if_not_exists=True)
    op.add_column("customer_email", sa.Column("reserved_until", TIME), if_not_exists=True)
    op.add_column("customer_refresh_token", sa.Column("successor", postgresql.BYTEA()), if_not_exists=True)
    op.add_column("customer_refresh_token", sa.Column("successor_until", TIME), if_not_exists=True)
    op.create_table(
        "email_change_undo",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("is_email_confirmed", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_email_change_undo_token_hash_is_sha256")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_email_change_undo")),
        if_not_exists=True,
    )
    op.create_index("ix_email_change_undo_customer_id", "email_change_undo", ["customer_id"], if_not_exists=True)
    op.execute(
        "UPDATE staff_role SET permissions = array_append(permissions, 'customers.change_email')"
        f" WHERE id IN {STOCK_ROLES} AND 'customers.change_email' <> ALL (permissions)"
    )
    for table, name, condition in CHECKS:
        add_check(table, f"ck_{table}_{name}", condition)
    for table, column, condition in INDEXES:
        build_index(f"ix_{table}_{column}", table, [column], postgresql_where=sa.text(condition))


def downgrade() -> None:
    op.execute("UPDATE staff_role SET permissions = array_remove(permissions, 'customers.change_email')")
    op.drop_table("email_change_undo")
    for column in ("successor_until", "successor"):
        op.drop_column("customer_refresh_token", column)
    op.drop_column("customer_email", "reserved_until")
    for column in (
        "lock_note",
        "lock_staff_id",
        "lock_failed_attempts",
        "lock_reason",
        "is_self_registered",
        "email_verified_at",
    ):
        op.drop_column("customer", column)
