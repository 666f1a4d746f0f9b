"""Tax rates of places and the rules that say what they apply to (docs/domain/taxes.md#taxes-1)."""

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, Index, Integer, Numeric, Text, func, text

from customer_gql.database.tables import table

tax_rate = table(
    "tax_rate",
    Column("id", BigInteger, primary_key=True),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("code", Text, nullable=False),
    Column("country_code", Text, nullable=False),
    # A code of ISO 3166-2; null is the whole country.
    Column("region", Text),
    # One code, a start as `902*`, or a range as `90000-90999`; null is any.
    Column("postcode", Text),
    Column("percent", Numeric, nullable=False),
    CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
    Index("uq_tax_rate_code", func.lower(text("code")), unique=True),
    Index("ix_tax_rate_country_code", "country_code", "region"),
    distribution="reference",
)

tax_rule = table(
    "tax_rule",
    Column("id", BigInteger, primary_key=True),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("code", Text, nullable=False),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("customer_class_ids", ARRAY(BigInteger), nullable=False),
    Column("product_class_ids", ARRAY(BigInteger), nullable=False),
    Column("rate_ids", ARRAY(BigInteger), nullable=False),
    CheckConstraint(
        "cardinality(customer_class_ids) > 0 AND cardinality(product_class_ids) > 0 AND cardinality(rate_ids) > 0",
        name="scope",
    ),
    Index("uq_tax_rule_code", func.lower(text("code")), unique=True),
    distribution="reference",
)
