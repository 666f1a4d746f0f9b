"""Guests, carts of each website, and lines with options.

Columns that are null, or have a constant default, are added in a moment. Dropping the foreign key locks carts and customers for a
moment: a cart may belong to a guest.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "5d7ac1e03f61"
down_revision = "b8c15e9d0f32"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guest",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_guest")),
        if_not_exists=True,
    )
    op.create_index(op.f("ix_guest_customer_id"), "guest", ["customer_id"], if_not_exists=True)
    op.execute("ALTER TABLE cart DROP CONSTRAINT IF EXISTS fk_cart_customer_id")
    op.add_column("cart", sa.Column("website_id", sa.BigInteger(), nullable=True), if_not_exists=True)
    version = sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    op.add_column("cart", version, if_not_exists=True)
    for column in (
        sa.Column("options", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("options_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("accepted_price", sa.BigInteger(), nullable=True),
    ):
        op.add_column("cart_item", column, if_not_exists=True)


def downgrade() -> None:
    for name in ("accepted_price", "options_hash", "options"):
        op.drop_column("cart_item", name)
    op.drop_column("cart", "version")
    op.drop_column("cart", "website_id")
    op.execute("DELETE FROM cart WHERE NOT EXISTS (SELECT FROM customer WHERE customer.id = cart.customer_id)")
    op.create_foreign_key(op.f("fk_cart_customer_id"), "cart", "customer", ["customer_id"], ["id"], ondelete="CASCADE")
    op.drop_table("guest")
