import enum

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.database.tables import one_of, table


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
    Column("version", Integer, nullable=False, server_default="1"),
    PrimaryKeyConstraint("path", "scope", "scope_id"),
    one_of("scope", ConfigurationScope),
    CheckConstraint("(scope = 'GLOBAL') = (scope_id = 0)", name="scope_id"),
    distribution="reference",
)
