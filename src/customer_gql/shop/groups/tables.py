"""Customer groups decide discounts and the tax class of a purchase (docs/domain/groups.md#groups-1)."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, PrimaryKeyConstraint, Text

from customer_gql.database.tables import table

NOT_LOGGED_IN = 0
GENERAL = 1

tax_class = table(
    "tax_class",
    Column("id", BigInteger, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    distribution="reference",
)

customer_group = table(
    "customer_group",
    Column("id", BigInteger, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("tax_class_id", ForeignKey("tax_class.id"), nullable=False),
    CheckConstraint("char_length(name) BETWEEN 1 AND 32", name="name_length"),
    distribution="reference",
)

customer_group_excluded_website = table(
    "customer_group_excluded_website",
    Column("group_id", ForeignKey("customer_group.id", ondelete="CASCADE"), nullable=False),
    Column("website_id", ForeignKey("website.id"), nullable=False),
    PrimaryKeyConstraint("group_id", "website_id"),
    distribution="reference",
)
