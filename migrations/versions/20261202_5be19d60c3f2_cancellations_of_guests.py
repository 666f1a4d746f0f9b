"""Links by which guests confirm that their order is to be canceled. Creates an empty table."""

import sqlalchemy as sa
from alembic import op

revision = "5be19d60c3f2"
down_revision = "4be1f07ac295"
branch_labels = None
depends_on = None

TABLE = "guest_cancellation"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_guest_cancellation_token_hash_is_sha256")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_guest_cancellation")),
        if_not_exists=True,
    )
    op.create_index("ix_guest_cancellation_order", TABLE, ["customer_id", "order_id"], if_not_exists=True)
    op.create_index("ix_guest_cancellation_expires_at", TABLE, ["expires_at"], if_not_exists=True)


def downgrade() -> None:
    op.drop_table(TABLE)
