"""Events get a place in a feed, and tell the version of the customer, the job and several websites.

A small table, and columns with constant defaults, which take a short exclusive lock and rewrite nothing. Events from before
count as written before all others.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "1f0a6c3be7d4"
down_revision = "d997cecee033"
branch_labels = None
depends_on = None

WRITTEN = sa.Sequence("domain_event_written_seq")


def upgrade() -> None:
    op.create_table(
        "domain_event_feed",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("deleted_through", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("deleted_through BETWEEN 0 AND position", name=op.f("ck_domain_event_feed_deleted_through")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_domain_event_feed")),
    )
    op.execute("INSERT INTO domain_event_feed (name) VALUES ('events')")
    op.execute(sa.schema.CreateSequence(WRITTEN))
    op.add_column("domain_event", sa.Column("website_ids", postgresql.ARRAY(sa.BigInteger())))
    op.add_column("domain_event", sa.Column("version", sa.Integer()))
    op.add_column("domain_event", sa.Column("job_id", sa.BigInteger()))
    op.add_column("domain_event", sa.Column("position", sa.BigInteger()))
    op.add_column("domain_event", sa.Column("written", sa.BigInteger(), server_default="0", nullable=False))
    op.alter_column("domain_event", "written", server_default=WRITTEN.next_value())


def downgrade() -> None:
    for column in ("written", "position", "job_id", "version", "website_ids"):
        op.drop_column("domain_event", column)
    op.execute(sa.schema.DropSequence(WRITTEN))
    op.drop_table("domain_event_feed")
