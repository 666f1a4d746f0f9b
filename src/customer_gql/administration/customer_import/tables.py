"""Imports that were asked for, the rows of their files on the way into the shop, and mappings that are kept
(docs/domain/import.md#import-23)."""

import enum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from customer_gql.database.tables import created_at, one_of, table
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy, JobOwner


class ImportLayout(enum.Enum):
    ADOBE_CUSTOMERS = "ADOBE_CUSTOMERS"
    ADOBE_ADDRESSES = "ADOBE_ADDRESSES"
    ADOBE_COMPOSITE = "ADOBE_COMPOSITE"
    ADOBE_FINANCE = "ADOBE_FINANCE"
    MAPPED = "MAPPED"


class ImportBehavior(enum.Enum):
    ADD_UPDATE = "ADD_UPDATE"
    REPLACE = "REPLACE"
    DELETE = "DELETE"
    CUSTOM = "CUSTOM"


class ImportStatus(enum.Enum):
    UPLOADING = "UPLOADING"
    MAPPING = "MAPPING"
    READY = "READY"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


class EmptyCells(enum.Enum):
    CLEAR = "CLEAR"
    KEEP = "KEEP"


class ImportDateOrder(enum.Enum):
    YMD = "YMD"
    DMY = "DMY"
    MDY = "MDY"


COUNTS = ("read", "created", "updated", "deleted", "unchanged", "refused")

# No foreign keys to staff, files and jobs: they may go before it.
customer_import = table(
    "customer_import",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("layout", Text, nullable=False),
    Column("behavior", Text, nullable=False),
    Column("error_policy", Text, nullable=False),
    Column("options", JSONB, nullable=False, server_default="{}"),
    # Of a mapped file, which does not name it.
    Column("website_id", BigInteger),
    Column("file_name", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    # What the owner reached when it was made.
    Column("website_ids", ARRAY(BigInteger)),
    created_at(),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("file_id", BigInteger),
    Column("report_file_id", BigInteger),
    Column("failed_rows_file_id", BigInteger),
    Column("job_id", BigInteger),
    # Columns of the file with samples, and which value each is, in their order.
    Column("columns", JSONB, nullable=False, server_default="[]"),
    Column("mapping", JSONB),
    # How far the file is read into rows, and how many of them were tried before the first is written.
    Column("staged_line", BigInteger, nullable=False, server_default="0"),
    Column("staged_bytes", BigInteger, nullable=False, server_default="0"),
    Column("staged_opened", JSONB),
    Column("is_staged", Boolean, nullable=False, server_default="false"),
    Column("tried_count", Integer, nullable=False, server_default="0"),
    Column("has_secrets", Boolean, nullable=False, server_default="false"),
    *[Column(f"{name}_count", Integer, nullable=False, server_default="0") for name in COUNTS],
    one_of("layout", ImportLayout),
    one_of("behavior", ImportBehavior),
    one_of("error_policy", ErrorPolicy),
    one_of("status", ImportStatus),
    one_of("actor", JobOwner),
    CheckConstraint("size_bytes > 0", name="size"),
    Index("ix_customer_import_created_at", "created_at", "id"),
    Index("ix_customer_import_owner", "actor", "actor_id", "created_at", "id"),
    Index("ix_customer_import_job", "job_id", postgresql_where=text("job_id IS NOT NULL")),
    Index(
        "ix_customer_import_open",
        "created_at",
        postgresql_where=text("status IN ('UPLOADING', 'MAPPING', 'READY')"),
    ),
    distribution="local",
)

# A row of a file as it will be stored: what it says of a customer, of an address, of balances.
import_row = table(
    "import_row",
    Column("import_id", BigInteger, nullable=False),
    Column("line", BigInteger, nullable=False),
    Column("email_key", Text),
    Column("website_id", BigInteger),
    Column("is_deletion", Boolean, nullable=False, server_default="false"),
    Column("customer", JSONB),
    Column("address", JSONB),
    Column("finance", JSONB),
    # What it is refused with, and what was left out of it.
    Column("problems", JSONB),
    Column("is_refused", Boolean, nullable=False, server_default="false"),
    PrimaryKeyConstraint("import_id", "line"),
    Index("ix_import_row_problems", "import_id", "line", postgresql_where=text("problems IS NOT NULL")),
    distribution="local",
)

import_mapping = table(
    "import_mapping",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("actor", Text, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("mapping", JSONB, nullable=False),
    created_at(),
    UniqueConstraint("actor", "actor_id", "name"),
    one_of("actor", JobOwner),
    CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name_length"),
    distribution="local",
)

# Read by the version before this one, which may run beside it. The ids are `address.external_id` now.
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
