"""Website → store → store view: the scopes everything else refers to (docs/domain/websites.md#websites-1)."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Text, text

from customer_gql.database.tables import currency_column, table

website = table(
    "website",
    Column("id", BigInteger, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    currency_column(),
    Column("is_default", Boolean, nullable=False, server_default="false"),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("uq_website_default", "is_default", unique=True, postgresql_where=text("is_default")),
    distribution="reference",
)

store = table(
    "store",
    Column("id", BigInteger, primary_key=True),
    Column("website_id", ForeignKey("website.id"), nullable=False),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("is_default", Boolean, nullable=False, server_default="false"),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("uq_store_default", "website_id", unique=True, postgresql_where=text("is_default")),
    distribution="reference",
)

store_view = table(
    "store_view",
    Column("id", BigInteger, primary_key=True),
    Column("store_id", ForeignKey("store.id"), nullable=False),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("locale", Text, nullable=False, server_default="en_US"),
    Column("is_default", Boolean, nullable=False, server_default="false"),
    # Closed to the storefront otherwise.
    Column("is_active", Boolean, nullable=False, server_default="true"),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("is_active OR NOT is_default", name="default_is_active"),
    Index("uq_store_view_default", "store_id", unique=True, postgresql_where=text("is_default")),
    distribution="reference",
)
