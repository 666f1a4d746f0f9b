"""Mail to send, written in the transaction that causes it (domain §42)."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.core.db import created_at, table

mail_outbox = table(
    "mail_outbox",
    Column("id", BigInteger, primary_key=True),
    Column("template", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("store_view_id", BigInteger),
    Column("customer_id", BigInteger),
    Column("placeholders", JSONB, nullable=False),
    # What only the recipient may see, as a link's token: kept apart so that delivery can erase it.
    Column("secrets", JSONB),
    created_at(),
    Column("sent_at", DateTime(timezone=True)),
    CheckConstraint("sent_at IS NULL OR secrets IS NULL", name="secrets_erased_when_sent"),
    Index("ix_mail_outbox_unsent", "created_at", postgresql_where=text("sent_at IS NULL")),
    spread="local",
)
