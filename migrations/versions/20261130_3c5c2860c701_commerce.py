"""Tables of products, orders, carts, wishlists, reviews, store credit and reward points.

Append-only tables are protected by privileges, not triggers, because triggers cannot stand on distributed tables. A
superuser is not bound by them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "3c5c2860c701"
down_revision = "ae0eae3715da"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("is_salable", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint("price >= 0", name=op.f("ck_product_price")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("sku", name=op.f("uq_product_sku")),
    )
    op.create_table(
        "sales_order_number",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sales_order_number")),
    )
    op.create_table(
        "order_statistics",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("order_count", sa.BigInteger(), nullable=False),
        sa.Column("lifetime_value", sa.BigInteger(), nullable=False),
        sa.Column("first_order_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_order_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "order_count > 0 AND lifetime_value >= 0 AND first_order_at <= last_order_at",
            name=op.f("ck_order_statistics_totals"),
        ),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_order_statistics_website_id")),
        sa.PrimaryKeyConstraint("customer_id", "website_id", "currency", name=op.f("pk_order_statistics")),
    )
    op.create_table(
        "reward_points",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_reward_points_balance")),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_reward_points_website_id")),
        sa.PrimaryKeyConstraint("customer_id", "website_id", name=op.f("pk_reward_points")),
    )
    op.create_table(
        "store_credit",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_store_credit_balance")),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_store_credit_website_id")),
        sa.PrimaryKeyConstraint("customer_id", "website_id", name=op.f("pk_store_credit")),
    )
    op.create_table(
        "reward_points_entry",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("balance_after", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "action IN ('ADMIN_UPDATE', 'PURCHASE', 'REGISTRATION', 'NEWSLETTER', 'REVIEW', 'INVITATION_CUSTOMER', 'INVITATION_ORDER', 'REDEEMED', 'REFUNDED', 'REVERTED', 'EXPIRED')",
            name=op.f("ck_reward_points_entry_action"),
        ),
        sa.CheckConstraint("balance_after >= 0", name=op.f("ck_reward_points_entry_balance_after")),
        sa.CheckConstraint("points <> 0", name=op.f("ck_reward_points_entry_points")),
        sa.ForeignKeyConstraint(
            ["customer_id", "website_id"],
            ["reward_points.customer_id", "reward_points.website_id"],
            name=op.f("fk_reward_points_entry_customer_id_website_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_reward_points_entry")),
        sa.UniqueConstraint(
            "customer_id",
            "website_id",
            "idempotency_key",
            name=op.f("uq_reward_points_entry_customer_id_website_id_idempotency_key"),
        ),
    )
    op.create_index(
        "ix_reward_points_entry_page",
        "reward_points_entry",
        ["customer_id", "website_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "reward_points_rate",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("points > 0 AND amount > 0", name=op.f("ck_reward_points_rate_positive")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["customer_group.id"], name=op.f("fk_reward_points_rate_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_reward_points_rate_website_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_points_rate")),
        sa.UniqueConstraint(
            "website_id",
            "group_id",
            name=op.f("uq_reward_points_rate_website_id_group_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "store_credit_entry",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "action IN ('CREATED', 'UPDATED', 'USED', 'REFUNDED', 'REVERTED')",
            name=op.f("ck_store_credit_entry_action"),
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_store_credit_entry_amount")),
        sa.CheckConstraint("balance_after >= 0", name=op.f("ck_store_credit_entry_balance_after")),
        sa.ForeignKeyConstraint(
            ["customer_id", "website_id"],
            ["store_credit.customer_id", "store_credit.website_id"],
            name=op.f("fk_store_credit_entry_customer_id_website_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_store_credit_entry")),
        sa.UniqueConstraint(
            "customer_id",
            "website_id",
            "idempotency_key",
            name=op.f("uq_store_credit_entry_customer_id_website_id_idempotency_key"),
        ),
    )
    op.create_index(
        "ix_store_credit_entry_page",
        "store_credit_entry",
        ["customer_id", "website_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "review",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("store_view_id", sa.BigInteger(), nullable=False),
        sa.Column("nickname", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default="PENDING", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('APPROVED', 'PENDING', 'NOT_APPROVED')", name=op.f("ck_review_status")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_review_rating")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_review_product_id")),
        sa.ForeignKeyConstraint(["store_view_id"], ["store_view.id"], name=op.f("fk_review_store_view_id")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_review")),
    )
    op.create_index("ix_review_page", "review", ["customer_id", "created_at", "id"], unique=False)
    op.create_table(
        "sales_order",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("store_view_id", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("customer_email", sa.Text(), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("sales_representative_id", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("subtotal", sa.BigInteger(), nullable=False),
        sa.Column("discount_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tax_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("grand_total", sa.BigInteger(), nullable=False),
        sa.Column("refunded_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('PENDING', 'PENDING_PAYMENT', 'PAYMENT_REVIEW', 'PROCESSING', 'ON_HOLD', 'COMPLETE', 'CLOSED', 'CANCELED')",
            name=op.f("ck_sales_order_status"),
        ),
        sa.CheckConstraint(
            "grand_total = subtotal - discount_total + shipping_total + tax_total",
            name=op.f("ck_sales_order_grand_total"),
        ),
        sa.CheckConstraint(
            "least(subtotal, discount_total, shipping_total, tax_total, grand_total, refunded_total) >= 0",
            name=op.f("ck_sales_order_totals"),
        ),
        sa.CheckConstraint("refunded_total <= grand_total", name=op.f("ck_sales_order_refunded_total")),
        sa.ForeignKeyConstraint(
            ["sales_representative_id"], ["staff_user.id"], name=op.f("fk_sales_order_sales_representative_id")
        ),
        sa.ForeignKeyConstraint(["store_view_id"], ["store_view.id"], name=op.f("fk_sales_order_store_view_id")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_sales_order")),
    )
    op.create_index("ix_sales_order_page", "sales_order", ["customer_id", "placed_at", "id"], unique=False)
    op.create_table(
        "cart",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("store_view_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_cart_customer_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["store_view_id"], ["store_view.id"], name=op.f("fk_cart_store_view_id")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_cart")),
    )
    op.create_index("uq_cart_active", "cart", ["customer_id"], unique=True, postgresql_where=sa.text("is_active"))
    op.create_table(
        "sales_order_address",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("street", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("telephone", sa.Text(), nullable=True),
        sa.CheckConstraint("country_code ~ '^[A-Z]{2}$'", name=op.f("ck_sales_order_address_country_code")),
        sa.CheckConstraint("kind IN ('BILLING', 'SHIPPING')", name=op.f("ck_sales_order_address_kind")),
        sa.ForeignKeyConstraint(
            ["customer_id", "order_id"],
            ["sales_order.customer_id", "sales_order.id"],
            name=op.f("fk_sales_order_address_customer_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "order_id", "kind", name=op.f("pk_sales_order_address")),
    )
    op.create_table(
        "sales_order_item",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quantity_ordered", sa.Integer(), nullable=False),
        sa.Column("quantity_shipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("row_total", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "price >= 0 AND discount BETWEEN 0 AND price * quantity_ordered", name=op.f("ck_sales_order_item_amounts")
        ),
        sa.CheckConstraint(
            "quantity_ordered > 0 AND quantity_shipped BETWEEN 0 AND quantity_ordered",
            name=op.f("ck_sales_order_item_quantities"),
        ),
        sa.CheckConstraint(
            "row_total = price * quantity_ordered - discount", name=op.f("ck_sales_order_item_row_total")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "order_id"],
            ["sales_order.customer_id", "sales_order.id"],
            name=op.f("fk_sales_order_item_customer_id_order_id"),
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_sales_order_item_product_id")),
        sa.PrimaryKeyConstraint("customer_id", "order_id", "position", name=op.f("pk_sales_order_item")),
    )
    op.create_table(
        "shipment",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id", "order_id"],
            ["sales_order.customer_id", "sales_order.id"],
            name=op.f("fk_shipment_customer_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "order_id", "id", name=op.f("pk_shipment")),
    )
    op.create_table(
        "wishlist",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), server_default="PRIVATE", nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("visibility IN ('PRIVATE', 'PUBLIC')", name=op.f("ck_wishlist_visibility")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_wishlist_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_wishlist")),
    )
    op.create_index(
        "uq_wishlist_default", "wishlist", ["customer_id"], unique=True, postgresql_where=sa.text("is_default")
    )
    op.create_table(
        "cart_item",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cart_item_quantity")),
        sa.ForeignKeyConstraint(
            ["customer_id", "cart_id"],
            ["cart.customer_id", "cart.id"],
            name=op.f("fk_cart_item_customer_id_cart_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_cart_item_product_id")),
        sa.PrimaryKeyConstraint("customer_id", "cart_id", "id", name=op.f("pk_cart_item")),
        sa.UniqueConstraint(
            "customer_id", "cart_id", "product_id", name=op.f("uq_cart_item_customer_id_cart_id_product_id")
        ),
    )
    op.create_table(
        "tracking_number",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id", "order_id", "shipment_id"],
            ["shipment.customer_id", "shipment.order_id", "shipment.id"],
            name=op.f("fk_tracking_number_customer_id_order_id_shipment_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "order_id", "shipment_id", "position", name=op.f("pk_tracking_number")),
    )
    op.create_table(
        "wishlist_item",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("wishlist_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), server_default="1", nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_wishlist_item_quantity")),
        sa.ForeignKeyConstraint(
            ["customer_id", "wishlist_id"],
            ["wishlist.customer_id", "wishlist.id"],
            name=op.f("fk_wishlist_item_customer_id_wishlist_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_wishlist_item_product_id")),
        sa.PrimaryKeyConstraint("customer_id", "wishlist_id", "id", name=op.f("pk_wishlist_item")),
        sa.UniqueConstraint(
            "customer_id", "wishlist_id", "product_id", name=op.f("uq_wishlist_item_customer_id_wishlist_id_product_id")
        ),
    )
    op.create_index(
        "ix_wishlist_item_page", "wishlist_item", ["customer_id", "wishlist_id", "added_at", "id"], unique=False
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON reward_points_entry, store_credit_entry FROM CURRENT_USER")


def downgrade() -> None:
    for table in (
        "wishlist_item",
        "tracking_number",
        "cart_item",
        "wishlist",
        "shipment",
        "sales_order_item",
        "sales_order_address",
        "cart",
        "sales_order",
        "review",
        "store_credit_entry",
        "reward_points_rate",
        "reward_points_entry",
        "store_credit",
        "reward_points",
        "order_statistics",
        "sales_order_number",
        "product",
    ):
        op.drop_table(table)
