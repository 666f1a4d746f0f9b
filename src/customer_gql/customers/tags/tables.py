"""Tags by which staff sort customers (docs/domain/tags.md#tags-1)."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Text

from customer_gql.database.tables import created_at, table

customer_tag = table(
    "customer_tag",
    Column("customer_id", BigInteger, nullable=False),
    # The tag without case and accents, so that two spellings of one word are one tag.
    Column("fold", Text(collation="C"), nullable=False),
    Column("tag", Text, nullable=False),
    created_at(),
    PrimaryKeyConstraint("customer_id", "fold"),
    ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
    CheckConstraint("char_length(tag) BETWEEN 1 AND 40", name="tag_length"),
    Index("ix_customer_tag_fold_customer_id", "fold", "customer_id"),
    distribution="customer",
)
