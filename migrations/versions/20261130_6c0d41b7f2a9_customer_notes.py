"""Notes of staff about customers.

A new table locks the tables its foreign keys refer to for a moment.
"""

import sqlalchemy as sa
from alembic import op

revision = "6c0d41b7f2a9"
down_revision = "5f1c7d0a92be"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_note",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_pinned", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(text) BETWEEN 1 AND 4000", name=op.f("ck_customer_note_text_length")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_note_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_customer_note")),
    )


def downgrade() -> None:
    op.drop_table("customer_note")
