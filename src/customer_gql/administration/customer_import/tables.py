"""Which stored address an address of an imported file became (docs/domain/import.md#import-13)."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)

from customer_gql.database.tables import table

imported_address = table(
    "imported_address",
    Column("customer_id", BigInteger, nullable=False),
    Column("entity_id", Text, nullable=False),
    Column("address_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("customer_id", "entity_id"),
    # It also finds the row when the address is deleted.
    UniqueConstraint("customer_id", "address_id"),
    ForeignKeyConstraint(["customer_id", "address_id"], ["address.customer_id", "address.id"], ondelete="CASCADE"),
    CheckConstraint("char_length(entity_id) BETWEEN 1 AND 64", name="entity_id_length"),
    distribution="customer",
)
