"""Uploads of files for attributes, from the wish to send one until the value that it became is gone
(docs/domain/attributes.md#attributes-15)."""

import enum
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Integer, LargeBinary, Text, text

from customer_gql.core.actor import ActorKind
from customer_gql.database.tables import created_at, one_of, table


class UploadOwner(enum.Enum):
    """Who may store the file; a guest has no account yet."""

    CUSTOMER = ActorKind.CUSTOMER.value
    STAFF = ActorKind.STAFF.value
    SERVICE = ActorKind.SERVICE.value
    NOBODY = ActorKind.NOBODY.value


_USED: Final = "(used_at IS NULL) = (customer_id IS NULL) AND (used_at IS NULL OR file_id IS NOT NULL)"

attribute_upload = table(
    "attribute_upload",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    # Part of the id that the uploader gets, so that nobody else can name the file.
    Column("secret", BigInteger, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    # What links to the file are signed with.
    Column("link_key", LargeBinary, nullable=False),
    Column("attribute_id", BigInteger, nullable=False),
    Column("owner_kind", Text, nullable=False),
    Column("owner_id", BigInteger),
    Column("name", Text, nullable=False),
    # As announced; that of a picture that was written again once it is there.
    Column("size_bytes", Integer, nullable=False),
    Column("media_type", Text, nullable=False),
    # Until when a request may be receiving it.
    Column("receiving_until", DateTime(timezone=True)),
    # The stored file, once it is there.
    Column("file_id", BigInteger),
    created_at(),
    # Until when it may be sent, and once it is there, be stored in a value.
    Column("expires_at", DateTime(timezone=True), nullable=False),
    # The value that it became.
    Column("used_at", DateTime(timezone=True)),
    Column("customer_id", BigInteger),
    Column("address_id", BigInteger),
    one_of("owner_kind", UploadOwner),
    CheckConstraint(_USED, name="used"),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha256"),
    Index("ix_attribute_upload_unused", "expires_at", postgresql_where=text("used_at IS NULL")),
    distribution="local",
)
