"""What programs of the shop sent last of each of their records (docs/domain/sync.md#sync-1)."""

import enum

from sqlalchemy import BigInteger, CheckConstraint, Column, PrimaryKeyConstraint, Text

from customer_gql.database.tables import one_of, table


class SyncKind(enum.StrEnum):
    PRODUCT = "PRODUCT"
    STOCK = "STOCK"
    PRICE = "PRICE"


sync_record = table(
    "sync_record",
    Column("kind", Text, nullable=False),
    # Of the program that sends it: of stock the SKU, of prices the SKU, a tab and the code of the website.
    Column("external_id", Text, nullable=False),
    Column("source_version", BigInteger, nullable=False),
    Column("content_hash", BigInteger, nullable=False),
    Column("record_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("kind", "external_id"),
    one_of("kind", SyncKind),
    CheckConstraint("source_version >= 0", name="source_version"),
    distribution="lookup",
    names_no_customer=True,
)
