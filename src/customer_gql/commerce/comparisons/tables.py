"""Products that a shopper looked at and compared (docs/domain/comparisons.md#comparisons-1).

One row of a shopper, so that changes at the same time wait for each other. Each list is JSON, newest first:
[{"product_id": …, "at": …}].
"""

from typing import Any, Final

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.database.tables import table

LISTS: Final = ("listed", "compared", "viewed")
"""What is being compared, what was compared before too, and what was looked at."""


def _columns() -> list[Column[Any]]:
    lists = [Column(name, JSONB, nullable=False, server_default=text("'[]'")) for name in LISTS]
    return [*lists, Column("updated_at", DateTime(timezone=True), nullable=False)]


customer_browsing = table(
    "customer_browsing",
    Column("customer_id", BigInteger, ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True),
    *_columns(),
    distribution="customer",
)

# Of somebody who did not sign in, by the hash of a token that the storefront made.
visitor_browsing = table(
    "visitor_browsing",
    Column("token_hash", LargeBinary, primary_key=True),
    *_columns(),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha256"),
    Index("ix_visitor_browsing_updated_at", "updated_at"),
    distribution="lookup",
    names_no_customer=True,
)
