"""Rules that give products another price for some groups, on some websites and days (docs/domain/pricing.md#pricing-8)."""

import enum
from typing import Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Integer,
    Numeric,
    Text,
    false,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.database.tables import one_of, table


class CatalogPriceAction(enum.StrEnum):
    BY_PERCENT = "BY_PERCENT"
    TO_PERCENT = "TO_PERCENT"
    BY_AMOUNT = "BY_AMOUNT"
    TO_AMOUNT = "TO_AMOUNT"


PERCENTAGES: Final = frozenset({CatalogPriceAction.BY_PERCENT, CatalogPriceAction.TO_PERCENT})

catalog_price_rule = table(
    "catalog_price_rule",
    Column("id", BigInteger, primary_key=True),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("name", Text, nullable=False),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    # All of one currency, which stays as long as the rule names them.
    Column("website_ids", ARRAY(BigInteger), nullable=False),
    Column("group_ids", ARRAY(BigInteger), nullable=False),
    # The first and the last day, by the time zone of each website.
    Column("from_on", Date),
    Column("until_on", Date),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("stops_further_rules", Boolean, nullable=False, server_default=false()),
    # Null is every product.
    Column("condition", JSONB),
    Column("action", Text, nullable=False),
    # Percent, or an amount in major units of the currency of the websites.
    Column("amount", Numeric, nullable=False),
    one_of("action", CatalogPriceAction),
    CheckConstraint("from_on <= until_on", name="days"),
    CheckConstraint("amount >= 0 AND (action NOT LIKE '%PERCENT' OR amount <= 100)", name="amount"),
    CheckConstraint("cardinality(website_ids) > 0 AND cardinality(group_ids) > 0", name="scope"),
    distribution="reference",
)
