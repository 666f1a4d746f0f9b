"""What shoppers looked at and compared.

Creates empty tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "a35f9e17c0d4"
down_revision = "6d08c4e2b7f1"
branch_labels = None
depends_on = None

LISTS = ("listed", "compared", "viewed")


def _columns() -> list[sa.Column]:
    lists = [sa.Column(name, JSONB(), server_default=sa.text("'[]'"), nullable=False) for name in LISTS]
    return [*lists, sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False)]


def upgrade() -> None:
    op.create_table(
        "customer_browsing",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *_columns(),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_browsing")),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_customer_browsing_customer_id_customer"),
            ondelete="CASCADE",
        ),
        if_not_exists=True,
    )
    op.create_table(
        "visitor_browsing",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        *_columns(),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_visitor_browsing")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_visitor_browsing_token_hash_is_sha256")),
        if_not_exists=True,
    )
    op.create_index("ix_visitor_browsing_updated_at", "visitor_browsing", ["updated_at"], if_not_exists=True)


def downgrade() -> None:
    op.drop_table("visitor_browsing", if_exists=True)
    op.drop_table("customer_browsing", if_exists=True)
