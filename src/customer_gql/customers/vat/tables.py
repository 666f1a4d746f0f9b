"""Checks of VAT numbers: every one is kept, as evidence for invoices without VAT (docs/domain/vat.md#vat-4)."""

import enum

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, PrimaryKeyConstraint, Text

from customer_gql.database.tables import created_at, one_of, table


class VatSource(enum.StrEnum):
    OFFLINE = "OFFLINE"
    VIES = "VIES"


class VatResult(enum.StrEnum):
    VALID = "VALID"
    INVALID = "INVALID"
    UNAVAILABLE = "UNAVAILABLE"
    NOT_CHECKED = "NOT_CHECKED"


# No foreign keys: a check outlives the address and the account, as the orders do that it explains.
vat_check = table(
    "vat_check",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("address_id", BigInteger, nullable=False),
    # The country and the number as the address has them; a check says nothing about an address that was changed since.
    Column("country_code", Text, nullable=False),
    Column("vat_number", Text, nullable=False),
    # The number in one form, with the prefix that VIES knows, as `EL123456789`.
    Column("number", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("result", Text, nullable=False),
    # The consultation number of VIES, which proves to a tax office that it was asked.
    Column("request_id", Text),
    Column("error_code", Text),
    created_at("checked_at"),
    PrimaryKeyConstraint("customer_id", "id"),
    one_of("source", VatSource),
    one_of("result", VatResult),
    CheckConstraint("char_length(vat_number) <= 255 AND char_length(number) <= 260", name="number_length"),
    CheckConstraint("char_length(request_id) <= 100 AND char_length(error_code) <= 100", name="answer_length"),
    Index("ix_vat_check_address_id", "customer_id", "address_id", "id"),
    Index("ix_vat_check_number", "customer_id", "number", "id"),
    distribution="customer",
    append_only=True,
)
