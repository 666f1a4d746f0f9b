"""Tags of customers.

A new table locks the tables its foreign keys refer to for a moment.
"""

import sqlalchemy as sa
from alembic import op

revision = "2f8a6be01c57"
down_revision = "5d0a8c3e9b17"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_tag",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("fold", sa.Text(collation="C"), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("char_length(tag) BETWEEN 1 AND 40", name=op.f("ck_customer_tag_tag_length")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_tag_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", "fold", name=op.f("pk_customer_tag")),
    )
    op.create_index("ix_customer_tag_fold_customer_id", "customer_tag", ["fold", "customer_id"])


def downgrade() -> None:
    op.drop_table("customer_tag")
