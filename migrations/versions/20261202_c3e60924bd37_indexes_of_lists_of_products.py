"""Indexes of products, built beside the running service."""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "c3e60924bd37"
down_revision = "b2d5f8a13c26"
branch_labels = None
depends_on = None

JOINERS = "''`\u2018\u2019\u201b\u02bb\u02bc\u2032\u05f3\xb7\u2010-\u2015-"
SEPARATORS = ' \\t\\n\\r".,;:/\\\\()&+#\u201c\u201d\u201e\xab\xbb\u30fb'


def words(column: str) -> str:
    spelt = f"translate(left(fold_text({column}) COLLATE \"C\", 500), '\xf8\u0142\u0111\xf0\u0127\u0131\u0167\u014b\u0180\u0268\u0289\u0259', 'olddhitnbiue')"
    for letter, plain in (("\xe6", "ae"), ("\u0153", "oe"), ("\xfe", "th")):
        spelt = f"replace({spelt}, '{letter}', '{plain}')"
    joined = f"regexp_replace({spelt}, '[{JOINERS}]+', '', 'g')"
    return f"regexp_split_to_array(textcat(textcat({spelt}, ' '), {joined}), '[{SEPARATORS}{JOINERS}]+')"


DOCUMENT = (
    "array_to_tsvector(array_remove(array_remove(array_cat(array_cat(ARRAY[]::text[], "
    f"{words('name')}), {words('sku')}), NULL), ''))"
)
ORDER = ['(fold_text(sku) COLLATE "C")', "id"]
NAMES = ("uq_product_external_id", "ix_product_tax_class_id", "ix_product_sku_order", "ix_product_document")


def upgrade() -> None:
    build_index("uq_product_external_id", "product", ["external_id"], unique=True)
    build_index("ix_product_tax_class_id", "product", ["tax_class_id"])
    build_index("ix_product_sku_order", "product", [sa.literal_column(ORDER[0]), ORDER[1]])
    build_index("ix_product_document", "product", [sa.literal_column(DOCUMENT)], postgresql_using="gin")


def downgrade() -> None:
    for name in NAMES:
        op.drop_index(name, table_name="product")
