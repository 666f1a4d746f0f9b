"""Products as they are sold here: what shoppers see, where they can buy it, what they choose, and what is in stock
(docs/domain/catalog.md#catalog-1). The catalog itself may live elsewhere."""

import enum
from typing import Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
    true,
)

from customer_gql.database.tables import currency_column, one_of, table
from customer_gql.loading.grids.entries import folded
from customer_gql.loading.grids.search import search_document


class ProductType(enum.StrEnum):
    SIMPLE = "SIMPLE"
    CONFIGURABLE = "CONFIGURABLE"
    GROUPED = "GROUPED"
    BUNDLE = "BUNDLE"
    VIRTUAL = "VIRTUAL"
    DOWNLOADABLE = "DOWNLOADABLE"
    GIFT_CARD = "GIFT_CARD"


product = table(
    "product",
    Column("id", BigInteger, primary_key=True),
    Column("sku", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("price", BigInteger, nullable=False),
    currency_column(),
    Column("image_url", Text),
    Column("is_salable", Boolean, nullable=False, server_default="true"),
    Column("external_id", Text),
    Column("type", Text, nullable=False, server_default=ProductType.SIMPLE.value),
    # Null is untaxed.
    Column("tax_class_id", ForeignKey("tax_class.id")),
    # In kilograms; null is unknown.
    Column("weight", Numeric),
    Column("categories", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    # Null follows the setting of the shop.
    Column("is_returnable", Boolean),
    CheckConstraint("price >= 0", name="price"),
    CheckConstraint("weight BETWEEN 0 AND 1000000", name="weight"),
    one_of("type", ProductType),
    Index("uq_product_external_id", "external_id", unique=True),
    Index("ix_product_tax_class_id", "tax_class_id"),
    distribution="reference",
)
PRODUCT_DOCUMENT: Final = search_document(words=[folded(product.c.name), folded(product.c.sku)])
"""What a search looks through; the index is over the same expression."""
# Its constants hide the columns, so that the table is named.
Index("ix_product_document", PRODUCT_DOCUMENT, postgresql_using="gin", _table=product)
# Its collation is that of the column of the index, which the migration states.
Index("ix_product_sku_order", text("fold_text(sku)"), product.c.id, _table=product)

product_website = table(
    "product_website",
    Column("product_id", ForeignKey("product.id", ondelete="CASCADE"), nullable=False),
    Column("website_id", ForeignKey("website.id"), nullable=False),
    PrimaryKeyConstraint("product_id", "website_id"),
    Index("ix_product_website_website_id", "website_id"),
    distribution="reference",
)

product_option = table(
    "product_option",
    Column("product_id", ForeignKey("product.id", ondelete="CASCADE"), nullable=False),
    Column("code", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("is_required", Boolean, nullable=False, server_default=true()),
    Column("place", Integer, nullable=False),
    PrimaryKeyConstraint("product_id", "code"),
    UniqueConstraint("product_id", "place"),
    distribution="reference",
)

product_option_value = table(
    "product_option_value",
    Column("product_id", BigInteger, nullable=False),
    Column("option_code", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("title", Text, nullable=False),
    # Added to the unit price, in the currency of the product.
    Column("price", BigInteger, nullable=False, server_default="0"),
    Column("place", Integer, nullable=False),
    PrimaryKeyConstraint("product_id", "option_code", "code"),
    ForeignKeyConstraint(
        ["product_id", "option_code"], ["product_option.product_id", "product_option.code"], ondelete="CASCADE"
    ),
    UniqueConstraint("product_id", "option_code", "place"),
    CheckConstraint("price >= 0", name="price"),
    distribution="reference",
)

product_stock = table(
    "product_stock",
    Column("product_id", BigInteger, primary_key=True),
    # Null is not tracked. Below zero as far as it was ordered ahead of a delivery.
    Column("quantity", Integer),
    Column("is_in_stock", Boolean, nullable=False, server_default=true()),
    Column("min_quantity", Integer, nullable=False, server_default="1"),
    Column("max_quantity", Integer),
    Column("allows_backorders", Boolean, nullable=False, server_default="false"),
    CheckConstraint("quantity >= 0 OR allows_backorders", name="quantity"),
    CheckConstraint("min_quantity >= 1 AND max_quantity >= min_quantity", name="ordered_quantity"),
    distribution="lookup",
    names_no_customer=True,
)
"""Without a row the stock of a product is not tracked."""
