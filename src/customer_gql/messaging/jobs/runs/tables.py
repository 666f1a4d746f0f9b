"""Work on many rows that staff and services ask for: what was asked, how far it is, and what became of each row
(docs/domain/bulk-jobs.md#bulk-jobs-1)."""

import enum

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
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from customer_gql.core.actor import ActorKind
from customer_gql.database.tables import created_at, one_of, table


class JobKind(enum.Enum):
    MASS_ACTION = "MASS_ACTION"
    UNDO = "UNDO"
    EXPORT = "EXPORT"
    IMPORT = "IMPORT"
    WEBHOOK_REPLAY = "WEBHOOK_REPLAY"
    GROUP_DELETE = "GROUP_DELETE"
    ATTRIBUTE_DELETE = "ATTRIBUTE_DELETE"
    ATTRIBUTE_INDEX = "ATTRIBUTE_INDEX"


class JobStatus(enum.Enum):
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    CANCELING = "CANCELING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


class JobCancelReason(enum.Enum):
    REQUESTED = "REQUESTED"
    OWNER_LOST_ACCESS = "OWNER_LOST_ACCESS"
    STOPPED_AT_ERROR = "STOPPED_AT_ERROR"


class ErrorPolicy(enum.Enum):
    SKIP = "SKIP"
    STOP = "STOP"
    ALL_OR_NOTHING = "ALL_OR_NOTHING"


class RowOutcome(enum.Enum):
    DONE = "DONE"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"
    NOT_FOUND = "NOT_FOUND"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


class JobOwner(enum.StrEnum):
    STAFF = ActorKind.STAFF.value
    SERVICE = ActorKind.SERVICE.value


IDS_OF_A_PART = 1_000
"""Ids in one row of `job_part`; all parts of a job but the last have so many."""


def count_of(outcome: RowOutcome) -> str:
    """The column of `job_run` that counts the rows with an outcome."""
    return f"{outcome.value.lower()}_count"


PROCESSED = " + ".join(map(count_of, RowOutcome))

# No foreign key to the owner: a job outlives a service token, and what was done its staff user.
job_run = table(
    "job_run",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    # The name of what is done to a batch, and what it is done with.
    Column("work", Text, nullable=False),
    Column("parameters", JSONB, nullable=False, server_default="{}"),
    Column("status", Text, nullable=False),
    Column("is_dry_run", Boolean, nullable=False, server_default="false"),
    Column("error_policy", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("address", Text),
    # What the owner might do and reach when it was asked for.
    Column("permissions", ARRAY(Text), nullable=False),
    Column("website_ids", ARRAY(BigInteger)),
    # The root that asked, the caller's key for it, and a hash of its input.
    Column("operation", Text, nullable=False),
    Column("idempotency_key", Text),
    Column("input_hash", BigInteger),
    created_at(),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("cancel_reason", Text),
    Column("retry_of_id", BigInteger),
    Column("undo_of_id", BigInteger),
    Column("total_count", Integer, nullable=False),
    *[Column(count_of(outcome), Integer, nullable=False, server_default="0") for outcome in RowOutcome],
    # Every claim raises the number, so that a worker that was only slow cannot commit what another one goes on with.
    Column("fence", BigInteger, nullable=False, server_default="0"),
    Column("leased_until", DateTime(timezone=True)),
    one_of("kind", JobKind),
    one_of("status", JobStatus),
    one_of("error_policy", ErrorPolicy),
    one_of("cancel_reason", JobCancelReason),
    one_of("actor", JobOwner),
    CheckConstraint(f"{PROCESSED} <= total_count", name="counts"),
    CheckConstraint(f"finished_at IS NULL OR {PROCESSED} = total_count", name="finished"),
    Index("ix_job_run_open", "created_at", "id", postgresql_where=text("finished_at IS NULL")),
    Index("ix_job_run_created_at", "created_at", "id"),
    Index("ix_job_run_owner", "actor", "actor_id", "created_at", "id"),
    Index("ix_job_run_finished_at", "finished_at"),
    Index("ix_job_run_retry_of_id", "retry_of_id", postgresql_where=text("retry_of_id IS NOT NULL")),
    Index("ix_job_run_undo_of_id", "undo_of_id", postgresql_where=text("undo_of_id IS NOT NULL")),
    Index(
        "uq_job_run_key",
        "actor",
        "actor_id",
        "operation",
        "idempotency_key",
        unique=True,
        postgresql_where=text("idempotency_key IS NOT NULL"),
    ),
    distribution="local",
)

# The rows that a job was asked for, by their lines, frozen when it was submitted.
job_part = table(
    "job_part",
    Column("job_id", BigInteger, nullable=False),
    Column("first_line", Integer, nullable=False),
    Column("customer_ids", ARRAY(BigInteger), nullable=False),
    # Ids of records that have their customer in the key, beside those of the customers.
    Column("record_ids", ARRAY(BigInteger)),
    PrimaryKeyConstraint("job_id", "first_line"),
    distribution="local",
)

# What became of a row, written by the transaction that did it. Customers may be gone.
job_row = table(
    "job_row",
    Column("job_id", BigInteger, nullable=False),
    Column("line", Integer, nullable=False),
    Column("customer_id", BigInteger),
    # Of a row that is about a company instead.
    Column("company_id", BigInteger),
    # Of a row that is about an order of the customer.
    Column("order_id", BigInteger),
    Column("outcome", Text, nullable=False),
    Column("key", Text),
    Column("params", JSONB),
    Column("path", ARRAY(Text)),
    PrimaryKeyConstraint("job_id", "line"),
    one_of("outcome", RowOutcome),
    Index("ix_job_row_outcome", "job_id", "outcome", "line"),
    distribution="local",
)
