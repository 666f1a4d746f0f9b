"""Secrets of customers lie with their customer, so that what ends them finds all of them wherever tables are distributed

Their hashes keep an index, by which one machine finds them; a new table says whose they are where there are several machines. Each
primary key is built beside the running service and put in place of the old one under a short lock.

Revision ID: 6a0d3c81f4e7
Revises: d4f71a35ce48
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from customer_gql.database.schema.large_tables import build_index

revision = "6a0d3c81f4e7"
down_revision = "d4f71a35ce48"
branch_labels = None
depends_on = None

TABLES = {
    "customer_token": "token_hash",
    "customer_refresh_token": "token_hash",
    "remembered_sign_in": "token_hash",
    "password_reset": "token_hash",
    "email_token": "token_hash",
    "email_change_undo": "token_hash",
    "login_code": "code_hash",
}
OF_CUSTOMER = ("customer_token", "customer_refresh_token", "email_change_undo", "login_code")
"""Those that had an index of nothing but the customer."""


def upgrade() -> None:
    for table, secret in TABLES.items():
        build_index(f"ix_{table}_{secret}", table, [secret])
        replace_key(table, ["customer_id", secret])
    for table in OF_CUSTOMER:
        drop_index(f"ix_{table}_customer_id", table)
    op.create_table(
        "customer_secret_owner",
        sa.Column("secret_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "octet_length(secret_hash) = 32", name=op.f("ck_customer_secret_owner_secret_hash_is_sha256")
        ),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_customer_secret_owner")),
        if_not_exists=True,
    )
    op.create_index("ix_customer_secret_owner_expires_at", "customer_secret_owner", ["expires_at"], if_not_exists=True)


def downgrade() -> None:
    for table in OF_CUSTOMER:
        build_index(f"ix_{table}_customer_id", table, ["customer_id"])
    for table, secret in TABLES.items():
        replace_key(table, [secret])
        drop_index(f"ix_{table}_{secret}", table)
    op.drop_table("customer_secret_owner", if_exists=True)


def replace_key(table: str, columns: list[str]) -> None:
    """Nothing is left to do where it was killed after this."""
    of_key = sa.text(
        "SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_constraint c JOIN pg_attribute a"
        " ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) WHERE c.contype = 'p' AND c.conrelid = to_regclass(:table)"
    )
    if op.get_bind().scalar(of_key, {"table": table}) == sorted(columns):
        return
    build_index(f"pk_{table}_new", table, columns, unique=True)
    op.execute(
        f"ALTER TABLE {table} DROP CONSTRAINT pk_{table}, ADD CONSTRAINT pk_{table} PRIMARY KEY USING INDEX pk_{table}_new"
    )


def drop_index(name: str, table: str) -> None:
    with op.get_context().autocommit_block():
        op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
