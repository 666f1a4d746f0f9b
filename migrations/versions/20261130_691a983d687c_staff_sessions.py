"""Sessions of staff end unused as those of customers do. The table is small; its rows live for hours."""

import sqlalchemy as sa
from alembic import op

revision = "691a983d687c"
down_revision = "666570deed15"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_session", sa.Column("idle_seconds", sa.Integer()))
    op.add_column("staff_session", sa.Column("idle_until", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE staff_session SET idle_seconds = extract(epoch FROM idle)::integer,"
        " idle_until = least(last_used_at + idle, expires_at)"
    )
    op.alter_column("staff_session", "idle_seconds", nullable=False)
    op.alter_column("staff_session", "idle_until", nullable=False)
    op.drop_column("staff_session", "idle")


def downgrade() -> None:
    op.add_column("staff_session", sa.Column("idle", sa.Interval()))
    op.execute("UPDATE staff_session SET idle = make_interval(secs => idle_seconds)")
    op.alter_column("staff_session", "idle", nullable=False)
    op.drop_column("staff_session", "idle_until")
    op.drop_column("staff_session", "idle_seconds")
