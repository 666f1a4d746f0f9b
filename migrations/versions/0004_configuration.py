"""Settings of the shop, by scope."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "configuration_value",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("scope IN ('GLOBAL', 'WEBSITE', 'STORE_VIEW')", name=op.f("ck_configuration_value_scope")),
        sa.CheckConstraint("(scope = 'GLOBAL') = (scope_id = 0)", name=op.f("ck_configuration_value_scope_id")),
        sa.PrimaryKeyConstraint("path", "scope", "scope_id", name=op.f("pk_configuration_value")),
    )


def downgrade() -> None:
    op.drop_table("configuration_value")
