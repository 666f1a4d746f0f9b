"""Files in buckets.

The check of a table of files is added as not valid and validated after, which blocks nobody.
"""

from alembic import op

from customer_gql.database.schema.large_tables import add_check

revision = "b41f7c9d20e6"
down_revision = "8d3f61a7c2e4"
branch_labels = None
depends_on = None

IS_NEEDED = False


def upgrade() -> None:
    add_check("stored_file", "ck_stored_file_storage", "storage IN ('DATABASE', 'FOLDER', 'S3')")


def downgrade() -> None:
    """What is in the bucket is left there: the older version cannot reach it."""
    op.execute("DELETE FROM stored_file WHERE storage = 'S3'")
    add_check("stored_file", "ck_stored_file_storage", "storage IN ('DATABASE', 'FOLDER')")
