"""One open cart of a shopper on each website, and one line for a product with the same options.

Built and checked beside the running service. Versions from before it read carts, and make none.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import add_check, build_index

revision = "7f9ce30a5b83"
down_revision = "6e8bd2f14a72"
branch_labels = None
depends_on = None

OLD_LINE = "uq_cart_item_customer_id_cart_id_product_id"
LINE = "uq_cart_item_line"
IS_ACTIVE = sa.text("is_active")


def upgrade() -> None:
    # The checked condition spares setting NOT NULL from reading the table under its lock.
    add_check("cart", "ck_cart_has_website", "website_id IS NOT NULL")
    op.alter_column("cart", "website_id", nullable=False)
    op.execute("ALTER TABLE cart DROP CONSTRAINT ck_cart_has_website")
    op.execute("ALTER TABLE cart DROP CONSTRAINT IF EXISTS fk_cart_website_id")
    op.execute(
        "ALTER TABLE cart ADD CONSTRAINT fk_cart_website_id FOREIGN KEY (website_id) REFERENCES website (id) NOT VALID"
    )
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE cart VALIDATE CONSTRAINT fk_cart_website_id")
    build_index("uq_cart_open", "cart", ["customer_id", "website_id"], unique=True, postgresql_where=IS_ACTIVE)
    build_index("ix_cart_updated_at", "cart", ["updated_at"], postgresql_where=IS_ACTIVE)
    op.execute("DROP INDEX IF EXISTS uq_cart_active")
    build_index(LINE, "cart_item", ["customer_id", "cart_id", "product_id", "options_hash"], unique=True)
    op.execute(f"ALTER TABLE cart_item DROP CONSTRAINT IF EXISTS {OLD_LINE}")


def downgrade() -> None:
    op.execute(
        "DELETE FROM cart_item WHERE EXISTS (SELECT FROM cart_item other WHERE other.customer_id = cart_item.customer_id"
        " AND other.cart_id = cart_item.cart_id AND other.product_id = cart_item.product_id AND other.id < cart_item.id)"
    )
    op.create_unique_constraint(OLD_LINE, "cart_item", ["customer_id", "cart_id", "product_id"])
    op.drop_index(LINE, table_name="cart_item")
    op.execute(
        "UPDATE cart SET is_active = false WHERE is_active AND EXISTS (SELECT FROM cart other WHERE"
        " other.customer_id = cart.customer_id AND other.is_active AND other.id > cart.id)"
    )
    op.create_index("uq_cart_active", "cart", ["customer_id"], unique=True, postgresql_where=IS_ACTIVE)
    op.drop_index("ix_cart_updated_at", table_name="cart")
    op.drop_index("uq_cart_open", table_name="cart")
    op.drop_constraint("fk_cart_website_id", "cart")
    op.alter_column("cart", "website_id", nullable=True)
