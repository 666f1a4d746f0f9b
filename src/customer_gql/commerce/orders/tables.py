"""Orders as they were placed (docs/domain/orders.md#orders-1): items, shipments with tracking numbers, totals, and who bought.

No foreign key to the customer: orders stay when an account is deleted, with a snapshot of name and e-mail (docs/domain/orders.md#orders-2).
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Text,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from customer_gql.core.text import MAX_SORT_KEY
from customer_gql.database.tables import created_at, currency_column, one_of, table
from customer_gql.loading.grids.entries import folded
from customer_gql.loading.grids.search import search_document

from .statuses.tables import OrderState

sales_order = table(
    "sales_order",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("number", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("status", Text, nullable=False),
    # What an order on hold comes back to.
    Column("held_state", Text),
    Column("held_status", Text),
    Column("store_view_id", ForeignKey("store_view.id"), nullable=False),
    Column("placed_at", DateTime(timezone=True), nullable=False),
    Column("customer_email", Text, nullable=False),
    # The form of the address by which two spellings are one account, for lists.
    Column("customer_email_key", Text(collation="C"), nullable=False),
    Column("customer_name", Text, nullable=False),
    # Number and group of the customer when the order was placed, and the names of its addresses, for lists. Orders from before
    # there were lists of them have what was known when these columns came.
    Column("customer_number", BigInteger),
    Column("customer_group_id", BigInteger),
    Column("billing_name", Text),
    Column("shipping_name", Text),
    Column("company", Text),
    Column("sales_representative_id", ForeignKey("staff_user.id")),
    # The company it was placed for, which may be gone.
    Column("company_id", BigInteger),
    currency_column(),
    Column("subtotal", BigInteger, nullable=False),
    Column("discount_total", BigInteger, nullable=False, server_default="0"),
    Column("shipping_total", BigInteger, nullable=False, server_default="0"),
    Column("tax_total", BigInteger, nullable=False, server_default="0"),
    Column("grand_total", BigInteger, nullable=False),
    Column("refunded_total", BigInteger, nullable=False, server_default="0"),
    created_at("updated_at"),
    Column("archived_at", DateTime(timezone=True)),
    # Of orders that were placed here; unknown of others.
    Column("is_guest", Boolean, nullable=False, server_default="false"),
    Column("shipping_method", Text),
    Column("payment_method", Text),
    Column("purchase_order_number", Text),
    Column("coupon_codes", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    PrimaryKeyConstraint("customer_id", "id"),
    ForeignKeyConstraint(["state", "status"], ["order_status_state.state", "order_status_state.status"]),
    ForeignKeyConstraint(["held_state", "held_status"], ["order_status_state.state", "order_status_state.status"]),
    CheckConstraint(
        "(state = 'ON_HOLD') = (held_state IS NOT NULL) AND (held_state IS NULL) = (held_status IS NULL)",
        name="on_hold",
    ),
    CheckConstraint(
        "least(subtotal, discount_total, shipping_total, tax_total, grand_total, refunded_total) >= 0", name="totals"
    ),
    CheckConstraint("grand_total = subtotal - discount_total + shipping_total + tax_total", name="grand_total"),
    CheckConstraint("refunded_total <= grand_total", name="refunded_total"),
    one_of("state", OrderState),
    Index("ix_sales_order_page", "customer_id", "placed_at", "id"),
    # Both compare byte by byte: COLLATE "C", which the database does not tell as part of the expression. An index has room for
    # 2,704 bytes of a row, and a character may fold into many.
    Index("ix_sales_order_number", text("fold_text(number)"), "customer_id", "id"),
    Index(
        "ix_sales_order_customer_name",
        text(f'left(fold_text(customer_name) COLLATE "C", {MAX_SORT_KEY})'),
        "customer_id",
        "id",
    ),
    Index(
        "ix_sales_order_company_id",
        "company_id",
        "placed_at",
        "id",
        postgresql_where=text("company_id IS NOT NULL"),
    ),
    Index("ix_sales_order_placed_at", "placed_at", "customer_id", "id"),
    Index("ix_sales_order_status", "status", "number"),
    Index("ix_sales_order_state", "state", "number"),
    Index("ix_sales_order_held", "held_state", "held_status", postgresql_where=text("held_state IS NOT NULL")),
    Index("ix_sales_order_store_view_id", "store_view_id", "number"),
    Index("ix_sales_order_customer_number", "customer_number", "number"),
    Index("ix_sales_order_customer_email_key", "customer_email_key", "customer_id", "id"),
    Index("ix_sales_order_grand_total", "grand_total", "customer_id", "id"),
    Index(
        "ix_sales_order_to_archive",
        "placed_at",
        "customer_id",
        "id",
        postgresql_where=text("archived_at IS NULL AND state IN ('COMPLETE', 'CLOSED')"),
    ),
    Index(
        "ix_sales_order_archived_at",
        "archived_at",
        "customer_id",
        "id",
        postgresql_where=text("archived_at IS NOT NULL"),
    ),
    distribution="customer",
)
ARCHIVABLE: Final[ColumnElement[bool]] = literal_column(
    "sales_order.archived_at IS NULL AND sales_order.state IN ('COMPLETE', 'CLOSED')", Boolean()
)
"""Orders that can be moved into the archive; an index is over them alone."""
CUSTOMER_NAME_START: Final[ColumnElement[Any]] = func.left(
    folded(sales_order.c.customer_name), literal_column(str(MAX_SORT_KEY)), type_=Text()
)
"""What a name is compared by; an index is over the same expression."""
ORDER_DOCUMENT: Final = search_document(
    words=[folded(sales_order.c[name]) for name in ("customer_name", "billing_name", "shipping_name", "company")],
    starts=[folded(sales_order.c.number)],
    emails=[sales_order.c.customer_email_key],
)
"""What a search looks through; the index is over the same expression."""
Index(
    "ix_sales_order_document", ORDER_DOCUMENT, postgresql_using="gin", _table=sales_order
)  # its constants hide the columns

# What the orders of a customer add up to, by website and currency; see the module `order_statistics`.
order_statistics = table(
    "order_statistics",
    Column("customer_id", BigInteger, nullable=False),
    Column("website_id", ForeignKey("website.id"), nullable=False),
    currency_column(),
    Column("order_count", BigInteger, nullable=False),
    Column("lifetime_value", Numeric(38, 0), nullable=False),
    Column("first_order_at", DateTime(timezone=True), nullable=False),
    Column("last_order_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("customer_id", "website_id", "currency"),
    CheckConstraint("order_count > 0 AND lifetime_value >= 0 AND first_order_at <= last_order_at", name="totals"),
    distribution="customer",
)

# A number names one order of the shop; unique keys of the order itself would have to hold the customer.
sales_order_number = table(
    "sales_order_number",
    Column("number", Text, primary_key=True),
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    distribution="lookup",
)

sales_order_address = table(
    "sales_order_address",
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("company", Text),
    Column("street", ARRAY(Text), nullable=False),
    Column("city", Text, nullable=False),
    Column("region", Text),
    Column("postcode", Text),
    Column("country_code", Text, nullable=False),
    Column("telephone", Text),
    PrimaryKeyConstraint("customer_id", "order_id", "kind"),
    ForeignKeyConstraint(["customer_id", "order_id"], ["sales_order.customer_id", "sales_order.id"]),
    CheckConstraint("kind IN ('BILLING', 'SHIPPING')", name="kind"),
    CheckConstraint("country_code ~ '^[A-Z]{2}$'", name="country_code"),
    distribution="customer",
)

sales_order_item = table(
    "sales_order_item",
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("product_id", ForeignKey("product.id")),
    Column("sku", Text, nullable=False),
    Column("name", Text, nullable=False),
    # Nothing of it is ever shipped.
    Column("is_virtual", Boolean, nullable=False, server_default="false"),
    Column("quantity_ordered", Integer, nullable=False),
    Column("quantity_shipped", Integer, nullable=False, server_default="0"),
    Column("quantity_invoiced", Integer, nullable=False, server_default="0"),
    Column("quantity_canceled", Integer, nullable=False, server_default="0"),
    Column("quantity_refunded", Integer, nullable=False, server_default="0"),
    currency_column(),
    Column("price", BigInteger, nullable=False),
    Column("discount", BigInteger, nullable=False, server_default="0"),
    Column("row_total", BigInteger, nullable=False),
    # On the row less its discount; in the price where prices include tax.
    Column("tax", BigInteger, nullable=False, server_default="0"),
    # As of a line of a cart: [{"code": …, "value": …}].
    Column("options", JSONB, nullable=False, server_default=text("'[]'")),
    PrimaryKeyConstraint("customer_id", "order_id", "position"),
    ForeignKeyConstraint(["customer_id", "order_id"], ["sales_order.customer_id", "sales_order.id"]),
    CheckConstraint("quantity_ordered > 0 AND quantity_shipped BETWEEN 0 AND quantity_ordered", name="quantities"),
    CheckConstraint(
        "least(quantity_invoiced, quantity_canceled, quantity_refunded) >= 0"
        " AND greatest(quantity_shipped, quantity_invoiced) + quantity_canceled <= quantity_ordered"
        " AND quantity_refunded <= quantity_invoiced",
        name="documents",
    ),
    CheckConstraint("price >= 0 AND discount BETWEEN 0 AND price * quantity_ordered", name="amounts"),
    CheckConstraint("row_total = price * quantity_ordered - discount", name="row_total"),
    distribution="customer",
)

shipment = table(
    "shipment",
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    # Null where it was sent before there were numbers.
    Column("number", Text),
    Column("shipped_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("customer_id", "order_id", "id"),
    ForeignKeyConstraint(["customer_id", "order_id"], ["sales_order.customer_id", "sales_order.id"]),
    distribution="customer",
)

tracking_number = table(
    "tracking_number",
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("shipment_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("number", Text, nullable=False),
    PrimaryKeyConstraint("customer_id", "order_id", "shipment_id", "position"),
    ForeignKeyConstraint(
        ["customer_id", "order_id", "shipment_id"], ["shipment.customer_id", "shipment.order_id", "shipment.id"]
    ),
    distribution="customer",
)
