"""The address book (docs/domain/addresses.md#addresses-11). At most one default of each kind is a partial unique key, not a pointer."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from customer_gql.database.tables import created_at, table

address = table(
    "address",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("prefix", Text),
    Column("first_name", Text, nullable=False),
    Column("middle_name", Text),
    Column("last_name", Text, nullable=False),
    Column("suffix", Text),
    Column("company", Text),
    Column("street", ARRAY(Text), nullable=False),
    Column("city", Text, nullable=False),
    # The name in the script it was entered in; `region_code` has the ISO 3166-2 code where the country lists the region.
    Column("region", Text),
    Column("postcode", Text),
    Column("country_code", Text, nullable=False),
    Column("telephone", Text),
    Column("fax", Text),
    Column("vat_number", Text),
    Column("is_default_billing", Boolean, nullable=False, server_default="false"),
    Column("is_default_shipping", Boolean, nullable=False, server_default="false"),
    created_at(),
    created_at("updated_at"),
    Column("region_code", Text),
    # The number in E.164, made by code; null where there is none, or it is no number of the country.
    Column("telephone_e164", Text),
    # The key of the address in another program, unique among those of its customer.
    Column("external_id", Text),
    PrimaryKeyConstraint("customer_id", "id"),
    ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
    CheckConstraint("cardinality(street) BETWEEN 1 AND 4", name="street_lines"),
    CheckConstraint("country_code ~ '^[A-Z]{2}$'", name="country_code"),
    CheckConstraint("char_length(external_id) BETWEEN 1 AND 64", name="external_id_length"),
    CheckConstraint("region_code ~ '^[A-Z]{2}-[0-9A-Z]{1,3}$'", name="region_code"),
    Index("uq_address_default_billing", "customer_id", unique=True, postgresql_where=text("is_default_billing")),
    Index(
        "uq_address_external_id",
        "customer_id",
        "external_id",
        unique=True,
        postgresql_where=text("external_id IS NOT NULL"),
    ),
    Index("uq_address_default_shipping", "customer_id", unique=True, postgresql_where=text("is_default_shipping")),
    distribution="customer",
)
