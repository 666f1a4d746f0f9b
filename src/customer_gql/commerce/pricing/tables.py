"""Prices of products on websites, for groups and quantities (docs/domain/pricing.md#pricing-1)."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
)

from customer_gql.database.tables import table

product_price = table(
    "product_price",
    Column("product_id", ForeignKey("product.id", ondelete="CASCADE"), nullable=False),
    Column("website_id", ForeignKey("website.id"), nullable=False),
    # All in the currency of the website, which stays as long as there is a row.
    Column("price", BigInteger, nullable=False),
    Column("special_price", BigInteger),
    # The first and the last day of the special price.
    Column("special_from", Date),
    Column("special_until", Date),
    PrimaryKeyConstraint("product_id", "website_id"),
    CheckConstraint("price >= 0 AND special_price >= 0", name="price"),
    CheckConstraint("special_from <= special_until", name="special_days"),
    Index("ix_product_price_website_id", "website_id"),
    distribution="reference",
)

product_tier_price = table(
    "product_tier_price",
    Column("id", BigInteger, primary_key=True),
    Column("product_id", ForeignKey("product.id", ondelete="CASCADE"), nullable=False),
    # Null is every website; a fixed price holds on those of the product's currency then.
    Column("website_id", ForeignKey("website.id")),
    # Null is every group.
    Column("group_id", ForeignKey("customer_group.id")),
    Column("quantity", Integer, nullable=False),
    Column("price", BigInteger),
    Column("percent", Numeric(6, 3)),
    CheckConstraint("quantity >= 1", name="quantity"),
    CheckConstraint("(price IS NULL) <> (percent IS NULL)", name="price_or_percent"),
    CheckConstraint("price >= 0", name="price"),
    CheckConstraint("percent > 0 AND percent <= 100", name="percent"),
    Index(
        "uq_product_tier_price",
        "product_id",
        "website_id",
        "group_id",
        "quantity",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    Index("ix_product_tier_price_website_id", "website_id"),
    Index("ix_product_tier_price_group_id", "group_id"),
    distribution="reference",
)

catalog_rule_price = table(
    "catalog_rule_price",
    Column("product_id", ForeignKey("product.id", ondelete="CASCADE"), nullable=False),
    Column("website_id", ForeignKey("website.id", ondelete="CASCADE"), nullable=False),
    Column("group_id", ForeignKey("customer_group.id", ondelete="CASCADE"), nullable=False),
    # Intervals of one product, website and group do not overlap; both ends are days of the interval.
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=False),
    Column("price", BigInteger, nullable=False),
    PrimaryKeyConstraint("product_id", "website_id", "group_id", "from_on"),
    CheckConstraint("price >= 0", name="price"),
    CheckConstraint("from_on <= until_on", name="days"),
    distribution="reference",
)
