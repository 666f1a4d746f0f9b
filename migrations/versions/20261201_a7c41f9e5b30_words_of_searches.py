"""Words of searches in the letters of every keyboard, with and without apostrophes and hyphens.

The indexes are built beside the running service, which finds by the old ones until it is restarted. `customer-gql reproject`
computes the words of customers.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "a7c41f9e5b30"
down_revision = "8d3f60b1a7c2"
branch_labels = None
depends_on = None

JOINERS = "''`\u2018\u2019\u201b\u02bb\u02bc\u2032\u05f3\u00b7\u2010-\u2015-"
SEPARATORS = f'[ \\t\\n\\r".,;:/\\\\()&+#\u201c\u201d\u201e\u00ab\u00bb\u30fb{JOINERS}]+'
FORMER_SEPARATORS = "[ \\t\\n\\r''\u2019`\".,;:/\\\\()&+-]+"
NUMBER = 'fold_text(number) COLLATE "C"'
COLUMNS = {
    "sales_order": ("customer_name", "billing_name", "shipping_name", "company"),
    "review": ("title", "nickname"),
}


def codes(table: str, mark: str) -> str:
    if table == "review":
        return "ARRAY[]::text[]"
    return f"ARRAY[left('{mark}s:' || ({NUMBER}), 240), left('{mark}e:' || customer_email_key, 240)]"


def fold(column: str) -> str:
    return f'left(fold_text({column}) COLLATE "C", 500)'


def words(column: str) -> str:
    spelt = f"translate({fold(column)}, '\u00f8\u0142\u0111\u00f0\u0127\u0131\u0167\u014b\u0180\u0268\u0289\u0259', 'olddhitnbiue')"
    for letter, plain in {"\u00e6": "ae", "\u0153": "oe", "\u00fe": "th"}.items():
        spelt = f"replace({spelt}, '{letter}', '{plain}')"
    joined = f"regexp_replace({spelt}, '[{JOINERS}]+', '', 'g')"
    return f"regexp_split_to_array(textcat(textcat({spelt}, ' '), {joined}), '{SEPARATORS}')"


def former_words(column: str) -> str:
    return f"regexp_split_to_array({fold(column)}, '{FORMER_SEPARATORS}')"


def upgrade() -> None:
    build_indexes(words, mark=":")


def downgrade() -> None:
    build_indexes(former_words, mark="")


def build_indexes(words_of, *, mark: str) -> None:
    for table, columns in COLUMNS.items():
        found = codes(table, mark)
        for column in columns:
            found = f"array_cat({found}, {words_of(column)})"
        document = f"array_to_tsvector(array_remove(array_remove({found}, NULL), ''))"
        name = f"ix_{table}_document"
        build_index(f"{name}_next", table, [sa.literal_column(document)], postgresql_using="gin")
        with op.get_context().autocommit_block():
            op.drop_index(name, table_name=table, postgresql_concurrently=True, if_exists=True)
            op.execute(f"ALTER INDEX {name}_next RENAME TO {name}")
