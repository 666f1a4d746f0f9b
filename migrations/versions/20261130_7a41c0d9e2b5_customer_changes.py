"""When each customer last changed on a website.

The table starts empty: `customer-gql reproject` fills it beside the running service.
"""

import sqlalchemy as sa
from alembic import op

revision = "7a41c0d9e2b5"
down_revision = "f7c20b6e14a8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_change",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "char_length(external_id) BETWEEN 1 AND 64", name=op.f("ck_customer_change_external_id_length")
        ),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_customer_change_website_id")),
        sa.PrimaryKeyConstraint("customer_id", "website_id", name=op.f("pk_customer_change")),
    )
    op.create_index(
        "ix_customer_change_transaction_id",
        "customer_change",
        ["transaction_id", "customer_id", "website_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("customer_change")
