"""Saved views of grids (docs/domain/grid-views.md#grid-views-1)."""

import enum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.core.actor import ActorKind
from customer_gql.database.tables import created_at, one_of, sort_key_column, table


class ViewOwner(enum.StrEnum):
    STAFF = ActorKind.STAFF.value
    SERVICE = ActorKind.SERVICE.value


# No foreign key to the owner: a shared view outlives the account.
grid_view = table(
    "grid_view",
    Column("id", BigInteger, primary_key=True),
    Column("grid", Text, nullable=False),
    Column("owner_kind", Text, nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    sort_key_column(),
    Column("is_shared", Boolean, nullable=False),
    # Filter, search, sort, columns and page size, as the graph takes them.
    Column("content", JSONB, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    created_at(),
    one_of("owner_kind", ViewOwner),
    CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name_length"),
    Index("ix_grid_view_owner", "grid", "owner_kind", "owner_id"),
    Index("ix_grid_view_shared", "grid", "name_sort_key", "id", postgresql_where=text("is_shared")),
    distribution="reference",
)

# The view that somebody starts a grid with.
grid_view_default = table(
    "grid_view_default",
    Column("grid", Text, nullable=False),
    Column("owner_kind", Text, nullable=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("view_id", ForeignKey("grid_view.id", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("grid", "owner_kind", "owner_id"),
    one_of("owner_kind", ViewOwner),
    Index("ix_grid_view_default_view_id", "view_id"),
    distribution="reference",
)
