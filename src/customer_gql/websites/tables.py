"""Website → store → store view: the scopes everything else refers to (domain §1.3)."""

import enum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.core.db import currency, one_of, table

website = table(
    "website",
    Column("id", BigInteger, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    currency(),
    Column("is_default", Boolean, nullable=False, server_default="false"),
    Index("uq_website_default", "is_default", unique=True, postgresql_where=text("is_default")),
    spread="reference",
)

store = table(
    "store",
    Column("id", BigInteger, primary_key=True),
    Column("website_id", ForeignKey("website.id"), nullable=False),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("is_default", Boolean, nullable=False, server_default="false"),
    Index("uq_store_default", "website_id", unique=True, postgresql_where=text("is_default")),
    spread="reference",
)

store_view = table(
    "store_view",
    Column("id", BigInteger, primary_key=True),
    Column("store_id", ForeignKey("store.id"), nullable=False),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("locale", Text, nullable=False, server_default="en_US"),
    Column("is_default", Boolean, nullable=False, server_default="false"),
    Index("uq_store_view_default", "store_id", unique=True, postgresql_where=text("is_default")),
    spread="reference",
)


class ConfigurationScope(enum.StrEnum):
    GLOBAL = "GLOBAL"
    WEBSITE = "WEBSITE"
    STORE_VIEW = "STORE_VIEW"


# A narrower scope without a row of its own inherits from the wider one; what settings there are, `configuration` says.
configuration_value = table(
    "configuration_value",
    Column("path", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("scope_id", BigInteger, nullable=False),
    Column("value", JSONB, nullable=False),
    PrimaryKeyConstraint("path", "scope", "scope_id"),
    one_of("scope", ConfigurationScope),
    CheckConstraint("(scope = 'GLOBAL') = (scope_id = 0)", name="scope_id"),
    spread="reference",
)
