"""Remember which address an entity id of an imported file became.

A new table locks the tables its foreign keys refer to for a moment.
"""

import sqlalchemy as sa
from alembic import op

revision = "7d1c90ab42fe"
down_revision = "4b7e90c2d6f1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imported_address",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "char_length(entity_id) BETWEEN 1 AND 64", name=op.f("ck_imported_address_entity_id_length")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "address_id"],
            ["address.customer_id", "address.id"],
            name=op.f("fk_imported_address_customer_id_address_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("customer_id", "entity_id", name=op.f("pk_imported_address")),
        sa.UniqueConstraint("customer_id", "address_id", name=op.f("uq_imported_address_customer_id_address_id")),
    )


def downgrade() -> None:
    op.drop_table("imported_address")
