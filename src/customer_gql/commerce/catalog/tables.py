"""The product facts that carts, orders, reviews and wishlists show; the catalog itself lives elsewhere."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Text

from customer_gql.database.tables import currency_column, table

product = table(
    "product",
    Column("id", BigInteger, primary_key=True),
    Column("sku", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("price", BigInteger, nullable=False),
    currency_column(),
    Column("image_url", Text),
    Column("is_salable", Boolean, nullable=False, server_default="true"),
    CheckConstraint("price >= 0", name="price"),
    distribution="reference",
)
