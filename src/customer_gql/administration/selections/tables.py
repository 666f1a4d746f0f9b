"""Records of a list that were chosen at one moment: later ones are not among them (docs/domain/selections.md#selections-1)."""

import enum

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY

from customer_gql.database.tables import created_at, one_of, table
from customer_gql.messaging.jobs.runs.tables import JobOwner


class SelectionScope(enum.Enum):
    IDS = "IDS"
    FILTER = "FILTER"
    VIEW = "VIEW"
    EVERYTHING = "EVERYTHING"


selection = table(
    "selection",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("grid", Text, nullable=False),
    Column("owner_kind", Text, nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("scope", Text, nullable=False),
    Column("count", Integer, nullable=False),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    one_of("owner_kind", JobOwner),
    one_of("scope", SelectionScope),
    Index("ix_selection_owner", "owner_kind", "owner_id"),
    Index("ix_selection_expires_at", "expires_at"),
    distribution="local",
)

# The frozen ids, a thousand in each row.
selection_batch = table(
    "selection_batch",
    Column("selection_id", BigInteger, nullable=False),
    Column("first_line", Integer, nullable=False),
    Column("customer_ids", ARRAY(BigInteger), nullable=False),
    # Ids of records that have their customer in the key, beside those of the customers.
    Column("record_ids", ARRAY(BigInteger)),
    PrimaryKeyConstraint("selection_id", "first_line"),
    distribution="local",
)
