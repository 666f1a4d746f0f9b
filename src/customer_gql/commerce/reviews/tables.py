"""Product reviews written by customers (docs/domain/reviews.md#reviews-1). They stay when the account is deleted (docs/domain/reviews.md#reviews-3)."""

import enum

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Text

from customer_gql.database.tables import created_at, one_of, table


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
    PrimaryKeyConstraint("customer_id", "id"),
    CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    one_of("status", ReviewStatus),
    Index("ix_review_page", "customer_id", "created_at", "id"),
    distribution="customer",
)
