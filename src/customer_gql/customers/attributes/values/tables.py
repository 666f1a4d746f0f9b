"""Values of attributes, one row for each text, line or chosen option (docs/domain/attributes.md#attributes-8).

The foreign keys let no value outlive its option or its attribute.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
)

from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.database.tables import table

_CONTENT: Final = "num_nonnulls(text_value, date_value, boolean_value, option_code) = 1"


def _content(table_name: str) -> list[Any]:
    return [
        Column("attribute_id", ForeignKey("attribute.id"), nullable=False),
        Column("place", SmallInteger, nullable=False),
        Column("text_value", Text),
        Column("date_value", Date),
        Column("boolean_value", Boolean),
        Column("option_code", Text),
        # The upload of a file, whose name is the text.
        Column("file_id", BigInteger),
        ForeignKeyConstraint(
            ["attribute_id", "option_code"],
            ["attribute_option.attribute_id", "attribute_option.code"],
            name=f"fk_{table_name}_option_code",  # another one begins with the same column
        ),
        CheckConstraint(_CONTENT, name="content"),
        CheckConstraint("file_id IS NULL OR text_value IS NOT NULL", name="file_name"),
    ]


customer_attribute = table(
    "customer_attribute",
    Column("customer_id", BigInteger, nullable=False),
    *_content("customer_attribute"),
    PrimaryKeyConstraint("customer_id", "attribute_id", "place"),
    ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
    Index("ix_customer_attribute_attribute_id", "attribute_id", "option_code", "customer_id"),
    distribution="customer",
)

address_attribute = table(
    "address_attribute",
    Column("customer_id", BigInteger, nullable=False),
    Column("address_id", BigInteger, nullable=False),
    *_content("address_attribute"),
    PrimaryKeyConstraint("customer_id", "address_id", "attribute_id", "place"),
    ForeignKeyConstraint(["customer_id", "address_id"], ["address.customer_id", "address.id"], ondelete="CASCADE"),
    Index("ix_address_attribute_attribute_id", "attribute_id", "option_code", "customer_id"),
    distribution="customer",
)

TABLES: Final = {AttributeEntity.CUSTOMER: customer_attribute, AttributeEntity.ADDRESS: address_attribute}
