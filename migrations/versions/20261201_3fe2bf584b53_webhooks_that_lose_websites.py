"""Which deliveries a webhook that loses websites keeps.

An older version that still runs shows and sends the others until it is replaced.
"""

import sqlalchemy as sa
from alembic import op

revision = "3fe2bf584b53"
down_revision = "c8bd3432fb25"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhook", sa.Column("narrowed_at_delivery", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("webhook", "narrowed_at_delivery")
