"""Ids come from the application: the sequences behind the keys of early tables, which nothing asks, go

Every table is altered by itself, under a short lock. Those of the queue, which pgqueuer made, keep theirs.

Revision ID: b8c15e9d0f32
Revises: 07ca4d681f7b
"""

import sqlalchemy as sa
from alembic import op

revision = "b8c15e9d0f32"
down_revision = "07ca4d681f7b"
branch_labels = None
depends_on = None
IS_NEEDED = False

HIDDEN = sa.text("""
    SELECT c.relname::text AS name, a.attname::text AS key, s.oid::regclass::text AS sequence
    FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'a'
      AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
      JOIN pg_class c ON c.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
    WHERE s.relkind = 'S' AND c.relnamespace = current_schema()::regnamespace
      AND c.relname NOT IN ('job', 'job_log', 'job_statistics', 'job_schedule')
    ORDER BY 1
""")


def upgrade() -> None:
    hidden = op.get_bind().execute(HIDDEN).fetchall()
    with op.get_context().autocommit_block():
        for row in hidden:
            op.execute(f"ALTER TABLE {row.name} ALTER COLUMN {row.key} DROP DEFAULT")
            op.execute(f"DROP SEQUENCE IF EXISTS {row.sequence}")


def downgrade() -> None:
    """Nothing: no version asks a sequence for an id."""
