"""Indexes of lists of reviews, built beside the running service."""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "e1f7a92c4b06"
down_revision = "5b8e3f1d6c04"
branch_labels = None
depends_on = None


def words(column: str) -> str:
    separators = "[ \\t\\n\\r''\u2019`\".,;:/\\\\()&+-]+"
    return f"regexp_split_to_array(left(fold_text({column}) COLLATE \"C\", 500), '{separators}')"


DOCUMENT = (
    "array_to_tsvector(array_remove(array_remove(array_cat(array_cat(ARRAY[]::text[], "
    f"{words('title')}), {words('nickname')}), NULL), ''))"
)
INDEXES = {"created_at": ["created_at", "customer_id", "id"], "product_id": ["product_id", "created_at"]}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        build_index(f"ix_review_{name}", "review", columns)
    build_index("ix_review_document", "review", [sa.literal_column(DOCUMENT)], postgresql_using="gin")


def downgrade() -> None:
    for name in (*INDEXES, "document"):
        op.drop_index(f"ix_review_{name}", table_name="review")
