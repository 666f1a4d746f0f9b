"""Rates of a table: what sending to a place costs from a weight, a subtotal or a number of items on
(docs/domain/shipping.md#shipping-3)."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Numeric, Text

from customer_gql.database.tables import currency_column, table

shipping_table_rate = table(
    "shipping_table_rate",
    Column("id", BigInteger, primary_key=True),
    Column("website_id", ForeignKey("website.id"), nullable=False),
    # Null is every country, region or postcode; a postcode can be a start or a range, as of tax rates.
    Column("country_code", Text),
    Column("region", Text),
    Column("postcode", Text),
    # From which weight, subtotal in major units or number of items on.
    Column("minimum", Numeric, nullable=False),
    Column("price", BigInteger, nullable=False),
    currency_column(),
    CheckConstraint("minimum >= 0 AND price >= 0", name="amounts"),
    CheckConstraint("region IS NULL OR country_code IS NOT NULL", name="region"),
    Index(
        "uq_shipping_table_rate_place",
        "website_id",
        "country_code",
        "region",
        "postcode",
        "minimum",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    distribution="reference",
)
