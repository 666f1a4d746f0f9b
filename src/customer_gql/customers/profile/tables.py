"""The customer: account, profile, when they were last seen (docs/domain/profile.md#profile-1), and the claim on an e-mail address (docs/domain/account-scope.md#account-scope-2)."""

import enum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Sequence,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import BYTEA

from customer_gql.customers.history.tables import HistoryActor
from customer_gql.database.tables import created_at, metadata, one_of, sort_key_column, table


class Gender(enum.StrEnum):
    MALE = "MALE"
    FEMALE = "FEMALE"
    NOT_SPECIFIED = "NOT_SPECIFIED"


class CustomerStatus(enum.StrEnum):
    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"


class CustomerType(enum.StrEnum):
    INDIVIDUAL = "INDIVIDUAL"
    COMPANY_ADMIN = "COMPANY_ADMIN"
    COMPANY_USER = "COMPANY_USER"


class ConfirmationStatus(enum.StrEnum):
    CONFIRMED = "CONFIRMED"
    NOT_REQUIRED = "NOT_REQUIRED"
    REQUIRED = "REQUIRED"


class LockReason(enum.StrEnum):
    PASSWORD = "PASSWORD"  # noqa: S105 - a reason
    TOKEN = "TOKEN"  # noqa: S105 - a reason
    STAFF = "STAFF"


customer_number = Sequence("customer_number_seq", metadata=metadata)

customer = table(
    "customer",
    Column("id", BigInteger, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("email", Text, nullable=False),
    Column("prefix", Text),
    Column("first_name", Text, nullable=False),
    Column("middle_name", Text),
    Column("last_name", Text, nullable=False),
    Column("suffix", Text),
    Column("gender", Text),
    Column("date_of_birth", Date),
    Column("tax_vat_number", Text),
    # Types are stated, because lists are declared by these columns before the modules of websites and groups may be imported.
    Column("website_id", BigInteger, ForeignKey("website.id"), nullable=False),
    Column("created_in_store_view_id", ForeignKey("store_view.id"), nullable=False),
    Column("group_id", BigInteger, ForeignKey("customer_group.id"), nullable=False),
    Column("is_automatic_group_change_disabled", Boolean, nullable=False, server_default="false"),
    Column("status", Text, nullable=False, server_default=CustomerStatus.ACTIVE.value),
    Column("customer_type", Text, nullable=False, server_default=CustomerType.INDIVIDUAL.value),
    Column("is_email_confirmed", Boolean, nullable=False, server_default="true"),
    # The lock, no matter who or what made it; `lock_reason` and the columns after it say why.
    Column("locked_until", DateTime(timezone=True)),
    Column("allows_remote_assistance", Boolean, nullable=False, server_default="false"),
    created_at(),
    created_at("updated_at"),
    # When a link in a mail proved that the owner reads this mailbox; confirmed says only that no proof is needed.
    Column("email_verified_at", DateTime(timezone=True)),
    # Made by a sign-up that chose a password: until the first proof of the address, perhaps not by its owner.
    Column("is_self_registered", Boolean, nullable=False, server_default="false"),
    Column("lock_reason", Text),
    Column("lock_failed_attempts", Integer),
    Column("lock_staff_id", BigInteger),
    Column("lock_note", Text),
    sort_key_column(),
    # The key of the customer in another program. The claim on it makes it unique, see `customer_external_id`.
    Column("external_id", Text),
    # A year that is known without its date; a date has its own.
    Column("birth_year", SmallInteger),
    CheckConstraint("version > 0", name="version"),
    CheckConstraint("group_id <> 0", name="group_is_of_the_signed_in"),
    CheckConstraint("char_length(email) BETWEEN 3 AND 254", name="email_length"),
    CheckConstraint("char_length(first_name) BETWEEN 1 AND 255", name="first_name_length"),
    CheckConstraint("char_length(last_name) BETWEEN 1 AND 255", name="last_name_length"),
    CheckConstraint("char_length(tax_vat_number) <= 50", name="tax_vat_number_length"),
    CheckConstraint("date_of_birth IS NULL OR birth_year IS NULL", name="one_birth"),
    CheckConstraint("char_length(external_id) BETWEEN 1 AND 64", name="external_id_length"),
    one_of("gender", Gender),
    one_of("status", CustomerStatus),
    one_of("customer_type", CustomerType),
    one_of("lock_reason", LockReason),
    CheckConstraint("char_length(lock_note) <= 1000", name="lock_note_length"),
    # Numbers come from one sequence; a unique key would have to hold the id as well and prove nothing.
    Index("ix_customer_number_id", "number", "id"),
    # What the grid of customers finds them by, and sorts them by. Of the value that nearly all have, the number alone leads to
    # a page.
    Index("ix_customer_group_id", "group_id", "number"),
    Index("ix_customer_status", "status", "id"),
    Index("ix_customer_status_number", "status", "number", postgresql_where=text("status <> 'ACTIVE'")),
    Index("ix_customer_customer_type", "customer_type", "id"),
    Index(
        "ix_customer_customer_type_number",
        "customer_type",
        "number",
        postgresql_where=text("customer_type <> 'INDIVIDUAL'"),
    ),
    Index("ix_customer_allows_remote_assistance", "allows_remote_assistance", "id"),
    # Locks that ended long ago are few, and passed over without a look at their rows.
    Index("ix_customer_locked", "number", "locked_until", postgresql_where=text("locked_until IS NOT NULL")),
    Index("ix_customer_updated_at", "updated_at", "id"),
    Index("ix_customer_name_sort_key", "name_sort_key", "id"),
    Index(
        "ix_customer_tax_vat_number",
        text("coalesce(fold_text(tax_vat_number) COLLATE \"C\", '')"),
        "id",
    ),
    distribution="customer",
)

# One address is one account in its scope: a website, or 0 when accounts are shared by all websites.
customer_email = table(
    "customer_email",
    Column("email_normalised", Text, nullable=False),
    Column("scope", BigInteger, nullable=False),
    Column("customer_id", BigInteger, nullable=False),
    # An address that staff took from the account stays reserved for its owner, who may undo the change until then.
    # Such a row finds no account (docs/domain/email-verification.md#email-verification-11).
    Column("reserved_until", DateTime(timezone=True)),
    PrimaryKeyConstraint("email_normalised", "scope"),
    CheckConstraint("email_normalised = lower(email_normalised)", name="email_normalised"),
    # To delete the claims of a customer; the primary key does not lead to them.
    Index("ix_customer_email_customer_id", "customer_id"),
    Index("ix_customer_email_reserved_until", "reserved_until", postgresql_where=text("reserved_until IS NOT NULL")),
    distribution="lookup",
)

# One external id is one customer of the shop (docs/domain/profile.md#profile-15).
customer_external_id = table(
    "customer_external_id",
    Column("external_id", Text, primary_key=True),
    Column("customer_id", BigInteger, nullable=False),
    CheckConstraint("char_length(external_id) BETWEEN 1 AND 64", name="external_id_length"),
    # To delete the claim of a customer; the primary key does not lead to it.
    Index("ix_customer_external_id_customer_id", "customer_id"),
    distribution="lookup",
)

# What is kept of an account that is gone: whose staff may see what it left (docs/domain/account-deletion.md#account-deletion-3).
deleted_customer = table(
    "deleted_customer",
    Column("customer_id", BigInteger, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("external_id", Text),
    Column("website_id", ForeignKey("website.id"), nullable=False),
    created_at("deleted_at"),
    Column("actor", Text, nullable=False),
    Column("actor_id", BigInteger),
    one_of("actor", HistoryActor),
    Index("ix_deleted_customer_number", "number", "customer_id"),
    Index("ix_deleted_customer_deleted_at", "deleted_at", "customer_id"),
    Index("ix_deleted_customer_website_id", "website_id", "number"),
    distribution="customer",
)

customer_activity = table(
    "customer_activity",
    Column("customer_id", ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True),
    Column("last_sign_in_at", DateTime(timezone=True)),
    Column("last_sign_out_at", DateTime(timezone=True)),
    Column("last_activity_at", DateTime(timezone=True)),
    # A path within the shop, never with a query.
    Column("last_url", Text),
    CheckConstraint("char_length(last_url) <= 255", name="last_url_length"),
    Index("ix_customer_activity_last_activity_at", "last_activity_at"),
    distribution="customer",
)

# Somebody who did not sign in, by the hash of a token their storefront made (docs/domain/presence.md#presence-3).
visitor = table(
    "visitor",
    Column("token_hash", BYTEA, primary_key=True),
    Column("id", BigInteger, nullable=False),
    Column("last_activity_at", DateTime(timezone=True), nullable=False),
    Column("last_url", Text),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha256"),
    CheckConstraint("char_length(last_url) <= 255", name="last_url_length"),
    Index("ix_visitor_last_activity_at", "last_activity_at"),
    distribution="lookup",
    names_no_customer=True,
)
