"""One table of failed attempts for customers and staff. Counts of staff begin again: their keys name the identity now."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import BYTEA

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_staff_throttle_blocked_until", table_name="staff_throttle")
    op.drop_table("staff_throttle")


def downgrade() -> None:
    op.create_table(
        "staff_throttle",
        sa.Column("key", BYTEA(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_staff_throttle")),
    )
    op.create_index("ix_staff_throttle_blocked_until", "staff_throttle", ["blocked_until"], unique=False)
