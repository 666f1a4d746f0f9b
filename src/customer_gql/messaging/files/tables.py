"""Files, and the parts of those that are stored in the database (docs/domain/files.md#files-1)."""

import enum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from customer_gql.core.actor import ActorKind
from customer_gql.database.tables import created_at, one_of, table
from customer_gql.messaging.jobs.runs.tables import JobOwner


class FilePurpose(enum.Enum):
    EXPORT = "EXPORT"
    REPORT = "REPORT"
    UPLOAD = "UPLOAD"
    ATTRIBUTE = "ATTRIBUTE"


class FileOwner(enum.Enum):
    """A file of the service itself is reached through what refers to it alone."""

    STAFF = JobOwner.STAFF.value
    SERVICE = JobOwner.SERVICE.value
    SYSTEM = ActorKind.SYSTEM.value


class FileStorage(enum.Enum):
    DATABASE = "DATABASE"
    FOLDER = "FOLDER"
    S3 = "S3"


stored_file = table(
    "stored_file",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("purpose", Text, nullable=False),
    # The name that it is downloaded or was uploaded by, never a path.
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("owner_kind", Text, nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    # Staff who may read it besides the owner, and what everybody who reads it has to have.
    Column("recipient_staff_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("permissions", ARRAY(Text), nullable=False, server_default="{}"),
    Column("website_ids", ARRAY(BigInteger)),
    Column("job_id", BigInteger),
    # Where its content is; the setting may have changed since.
    Column("storage", Text, nullable=False),
    Column("size_bytes", BigInteger),
    Column("row_count", Integer),
    Column("sha256", LargeBinary),
    created_at(),
    # Null as long as it is written: nobody sees it.
    Column("stored_at", DateTime(timezone=True)),
    # Null for a file that something stored refers to.
    Column("expires_at", DateTime(timezone=True)),
    one_of("purpose", FilePurpose),
    one_of("owner_kind", FileOwner),
    one_of("storage", FileStorage),
    CheckConstraint("stored_at IS NULL OR (size_bytes IS NOT NULL AND sha256 IS NOT NULL)", name="stored"),
    Index("ix_stored_file_job", "job_id", postgresql_where=text("job_id IS NOT NULL")),
    Index("ix_stored_file_expires_at", "expires_at"),
    Index("ix_stored_file_unfinished", "created_at", postgresql_where=text("stored_at IS NULL")),
    distribution="local",
)

stored_file_part = table(
    "stored_file_part",
    Column("file_id", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("file_id", "number"),
    distribution="local",
)

stored_file_link = table(
    "stored_file_link",
    Column("token_hash", LargeBinary, primary_key=True),
    Column("file_id", BigInteger, nullable=False),
    Column("owner_kind", Text, nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    one_of("owner_kind", JobOwner),
    Index("ix_stored_file_link_expires_at", "expires_at"),
    distribution="local",
)
