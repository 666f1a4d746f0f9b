"""Customer groups decide discounts and the tax class of a purchase (docs/domain/groups.md#groups-1)."""

import enum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Sequence,
    Text,
    and_,
    false,
    func,
    not_,
    text,
)

from customer_gql.database.tables import metadata, one_of, table

NOT_LOGGED_IN = 0
GENERAL = 1
RETAIL_CUSTOMER = 3
"""The tax class of groups for which nobody chose another."""


class TaxClassKind(enum.StrEnum):
    CUSTOMER = "CUSTOMER"
    PRODUCT = "PRODUCT"


tax_class = table(
    "tax_class",
    Column("id", BigInteger, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False, server_default=TaxClassKind.CUSTOMER.value),
    Column("version", Integer, nullable=False, server_default="1"),
    one_of("kind", TaxClassKind),
    distribution="reference",
)

customer_group_number = Sequence("customer_group_number_seq", metadata=metadata)

customer_group = table(
    "customer_group",
    Column("id", BigInteger, primary_key=True),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("name", Text, nullable=False),
    Column("tax_class_id", ForeignKey("tax_class.id"), nullable=False),
    # From when its deletion begins until the last member has left it.
    Column("is_being_deleted", Boolean, nullable=False, server_default=false()),
    CheckConstraint("char_length(name) BETWEEN 1 AND 32", name="name_length"),
    Index("uq_customer_group_name", func.lower(text("name")), unique=True),
    distribution="reference",
)

IS_ASSIGNABLE: ColumnElement[bool] = and_(customer_group.c.id != NOT_LOGGED_IN, not_(customer_group.c.is_being_deleted))
"""Whether customers can be put into a group."""

customer_group_excluded_website = table(
    "customer_group_excluded_website",
    Column("group_id", ForeignKey("customer_group.id", ondelete="CASCADE"), nullable=False),
    Column("website_id", ForeignKey("website.id"), nullable=False),
    PrimaryKeyConstraint("group_id", "website_id"),
    distribution="reference",
)
