"""Versions of roles and teams of companies, and who invited. Columns with a constant default or none; each table is locked
for a moment."""

import sqlalchemy as sa
from alembic import op

revision = "b5e09c72d41a"
down_revision = "a7d41c05e9b3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("company_role", "company_team"):
        op.add_column(table, sa.Column("version", sa.Integer(), server_default="1", nullable=False), if_not_exists=True)
    op.add_column("company_invitation", sa.Column("invited_by", sa.BigInteger(), nullable=True), if_not_exists=True)


def downgrade() -> None:
    op.drop_column("company_invitation", "invited_by", if_exists=True)
    for table in ("company_role", "company_team"):
        op.drop_column(table, "version", if_exists=True)
