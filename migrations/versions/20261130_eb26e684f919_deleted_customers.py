"""Deleted customers.

A new table locks the tables its foreign keys refer to for a moment. A column without a volatile default is added in a
moment too. On a large table, build an index with `postgresql_concurrently=True` inside an `autocommit_block`, and add a
constraint as NOT VALID before it is validated.
"""

import sqlalchemy as sa
from alembic import op

revision = "eb26e684f919"
down_revision = "4c1be7a90d25"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deleted_customer",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "actor IN ('CUSTOMER', 'STAFF', 'SERVICE', 'SYSTEM')", name=op.f("ck_deleted_customer_actor")
        ),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_deleted_customer_website_id")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_deleted_customer")),
    )


def downgrade() -> None:
    op.drop_table("deleted_customer")
