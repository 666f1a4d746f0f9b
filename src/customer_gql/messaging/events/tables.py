"""What happened, for other systems: ids and names of fields, never their values."""

from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Integer, Sequence, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY

from customer_gql.database.tables import metadata, table

_written: Final = Sequence("domain_event_written_seq", metadata=metadata)

# No foreign keys: an event outlives what it is about. Customer and websites say who may read it.
domain_event = table(
    "domain_event",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    # The public id of what changed.
    Column("subject", Text, nullable=False),
    Column("changed_fields", ARRAY(Text), nullable=False, server_default="{}"),
    Column("customer_id", BigInteger),
    Column("website_id", BigInteger),
    # Of an event of several websites, such as that of a job.
    Column("website_ids", ARRAY(BigInteger)),
    # Of the customer, after the change.
    Column("version", Integer),
    Column("job_id", BigInteger),
    Column("actor", Text, nullable=False),
    Column("actor_id", BigInteger),
    Column("occurred_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # Counts events as they are written. Those of one customer are written under its lock, so that they are counted as they
    # are committed, whatever the clocks say. It is 0 for those from before the column.
    Column("written", BigInteger, nullable=False, server_default=_written.next_value()),
    # Of the feed, given after the commit (docs/domain/events.md#events-6).
    Column("position", BigInteger),
    Index("ix_domain_event_occurred_at", "occurred_at"),
    Index("uq_domain_event_position", "position", unique=True),
    Index("ix_domain_event_unnumbered", "written", "id", postgresql_where=text("position IS NULL")),
    distribution="local",
)

FEED: Final = "events"
# How far something is: of the feed, named `FEED`, the last position that was given, and the last one of which an event was
# deleted for its age. A reader inside the service keeps its position under a name of its own.
domain_event_feed = table(
    "domain_event_feed",
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False, server_default="0"),
    Column("deleted_through", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("deleted_through BETWEEN 0 AND position", name="deleted_through"),
    distribution="local",
)
