"""Mails to send, written by the transaction that causes them (docs/domain/mail.md#mail-1), and the shop's own texts."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import BYTEA, JSONB

from customer_gql.database.tables import created_at, one_of, table
from customer_gql.shop.settings.tables import ConfigurationScope

mail_outbox = table(
    "mail_outbox",
    Column("id", BigInteger, primary_key=True),
    Column("template", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    # The form in which addresses are compared. Null on what a version without it wrote.
    Column("recipient_key", Text(collation="C")),
    # As it was sent, or last tried; null before the first attempt.
    Column("subject", Text),
    Column("store_view_id", BigInteger),
    Column("customer_id", BigInteger),
    Column("placeholders", JSONB, nullable=False),
    # What only the recipient may see, such as a link's token: encrypted, and apart so that it can be erased.
    Column("secrets", JSONB),
    Column("secrets_expire_at", DateTime(timezone=True)),
    created_at(),
    # How often a worker took it. Taking it moves the next attempt beyond the time that worker has for it.
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("last_error", Text),
    Column("sent_at", DateTime(timezone=True)),
    Column("dead_at", DateTime(timezone=True)),
    # One of very many that one request caused: behind all others, and only so many a minute.
    Column("is_bulk", Boolean, nullable=False, server_default="false"),
    # When a worker last took a bulk mail, to count those of a minute.
    Column("taken_at", DateTime(timezone=True)),
    # The hash of the link that is made when the mail is due, as the slice of the link knows it.
    Column("link_hash", BYTEA),
    CheckConstraint("sent_at IS NULL OR secrets IS NULL", name="secrets_erased_when_sent"),
    CheckConstraint("sent_at IS NULL OR dead_at IS NULL", name="sent_or_dead"),
    Index(
        "ix_mail_outbox_due_by_bulk",
        "is_bulk",
        "next_attempt_at",
        postgresql_where=text("sent_at IS NULL AND dead_at IS NULL"),
    ),
    Index("ix_mail_outbox_taken_at", "taken_at", postgresql_where=text("taken_at IS NOT NULL")),
    Index("ix_mail_outbox_sent", "sent_at", postgresql_where=text("sent_at IS NOT NULL")),
    Index("ix_mail_outbox_dead", "dead_at", "id", postgresql_where=text("dead_at IS NOT NULL")),
    Index("ix_mail_outbox_customer_id", "customer_id", "id", postgresql_where=text("customer_id IS NOT NULL")),
    Index("ix_mail_outbox_secrets", "secrets_expire_at", postgresql_where=text("secrets IS NOT NULL")),
    distribution="local",
)

# A store view has one language; the wider scopes have a row for each, and `default` for those without.
mail_template = table(
    "mail_template",
    Column("name", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("scope_id", BigInteger, nullable=False),
    Column("locale", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("updated_by", BigInteger),
    PrimaryKeyConstraint("name", "scope", "scope_id", "locale"),
    one_of("scope", ConfigurationScope),
    CheckConstraint("(scope = 'GLOBAL') = (scope_id = 0)", name="scope_id"),
    CheckConstraint("(scope = 'STORE_VIEW') = (locale = '')", name="locale"),
    distribution="reference",
)
