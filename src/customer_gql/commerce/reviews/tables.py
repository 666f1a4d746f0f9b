"""Product reviews written by customers and guests (docs/domain/reviews.md#reviews-1). They stay when the account is deleted (docs/domain/reviews.md#reviews-3)."""

import enum
from typing import Final

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
)

from customer_gql.database.tables import created_at, one_of, table
from customer_gql.loading.grids.entries import folded
from customer_gql.loading.grids.search import search_document


class ReviewStatus(enum.StrEnum):
    APPROVED = "APPROVED"
    PENDING = "PENDING"
    NOT_APPROVED = "NOT_APPROVED"


review = table(
    "review",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("product_id", ForeignKey("product.id"), nullable=False),
    Column("store_view_id", ForeignKey("store_view.id"), nullable=False),
    Column("nickname", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("rating", Integer, nullable=False),
    Column("status", Text, nullable=False, server_default=ReviewStatus.PENDING.value),
    created_at(),
    # Written without an account: then `customer_id` is no customer's.
    Column("is_guest", Boolean, nullable=False, server_default="false"),
    PrimaryKeyConstraint("customer_id", "id"),
    CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    one_of("status", ReviewStatus),
    Index("ix_review_page", "customer_id", "created_at", "id"),
    Index("ix_review_created_at", "created_at", "customer_id", "id"),
    Index("ix_review_product_id", "product_id", "created_at"),
    distribution="customer",
)
REVIEW_DOCUMENT: Final = search_document(words=[folded(review.c.title), folded(review.c.nickname)])
"""What a search looks through; the index is over the same expression."""
# Its constants hide the columns, so that the table is named.
Index("ix_review_document", REVIEW_DOCUMENT, postgresql_using="gin", _table=review)
