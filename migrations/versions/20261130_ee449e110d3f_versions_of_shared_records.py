"""Versions of shared records.

A new table locks the tables its foreign keys refer to for a moment. A column without a volatile default is added in a
moment too. On a large table, build an index with `postgresql_concurrently=True` inside an `autocommit_block`, and add a
constraint as NOT VALID before it is validated.
"""

import sqlalchemy as sa
from alembic import op

revision = "ee449e110d3f"
down_revision = "7be2c5a90f14"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_version",
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("record", name=op.f("pk_record_version")),
    )
    op.add_column("configuration_value", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.execute(
        "INSERT INTO record_version (record, version) "
        "SELECT concat_ws(':', 'mail_template', name, scope, scope_id, locale), version FROM mail_template "
        "UNION ALL SELECT concat_ws(':', 'configuration_value', path, scope, scope_id), version FROM configuration_value"
    )


def downgrade() -> None:
    op.drop_column("configuration_value", "version")
    op.drop_table("record_version")
