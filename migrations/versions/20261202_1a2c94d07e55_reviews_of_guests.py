"""Reviews of guests. A column with a constant default is added in a moment."""

import sqlalchemy as sa
from alembic import op

revision = "1a2c94d07e55"
down_revision = "0f0a51c7d2b1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("is_guest", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    op.add_column("review", column, if_not_exists=True)


def downgrade() -> None:
    op.drop_column("review", "is_guest")
