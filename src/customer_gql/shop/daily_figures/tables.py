"""What happened in each quarter of an hour (docs/domain/daily-figures.md#daily-figures-1)."""

from enum import Enum

from sqlalchemy import BigInteger, Column, DateTime, Numeric, PrimaryKeyConstraint, Text

from customer_gql.database.tables import one_of, table


class Measure(Enum):
    """What is counted, or summed up, of a quarter of an hour."""

    SIGN_UPS = "SIGN_UPS"
    SIGN_INS = "SIGN_INS"
    ORDERS = "ORDERS"
    REVENUE = "REVENUE"
    """Minor units of the currency."""


# What one transaction adds to a quarter of an hour. Rows of others are never changed, so that no two writers wait for each other.
# Quarters, because the days of every time zone are made of them.
daily_figure = table(
    "daily_figure",
    Column("quarter_at", DateTime(timezone=True), nullable=False),
    Column("website_id", BigInteger, nullable=False),
    Column("measure", Text, nullable=False),
    # Empty for what is counted.
    Column("currency", Text, nullable=False),
    Column("transaction_id", BigInteger, nullable=False),
    Column("amount", Numeric(38, 0), nullable=False),
    PrimaryKeyConstraint("quarter_at", "website_id", "measure", "currency", "transaction_id"),
    one_of("measure", Measure),
    distribution="local",
)
