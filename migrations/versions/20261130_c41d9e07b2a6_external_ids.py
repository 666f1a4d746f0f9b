"""External ids of customers and addresses.

Columns without a default are added in a moment. Constraints are validated, and indexes built, after the transaction, so that
they block nobody.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import add_check, build_index

revision = "c41d9e07b2a6"
down_revision = "b6ddeece8413"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_external_id",
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "char_length(external_id) BETWEEN 1 AND 64", name=op.f("ck_customer_external_id_external_id_length")
        ),
        sa.PrimaryKeyConstraint("external_id", name=op.f("pk_customer_external_id")),
        if_not_exists=True,
    )
    op.create_index("ix_customer_external_id_customer_id", "customer_external_id", ["customer_id"], if_not_exists=True)
    for table in ("customer", "address"):
        op.add_column(table, sa.Column("external_id", sa.Text(), nullable=True), if_not_exists=True)
    for column in (sa.Column("external_id", sa.Text()), sa.Column("external_id_fold", sa.Text(collation="C"))):
        op.add_column("customer_grid_row", column, if_not_exists=True)
    for table in ("customer", "address"):
        add_check(table, f"ck_{table}_external_id_length", "char_length(external_id) BETWEEN 1 AND 64")
    build_index(
        "uq_address_external_id",
        "address",
        ["customer_id", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    build_index("ix_customer_grid_row_external_id_fold", "customer_grid_row", ["external_id_fold", "number"])


def downgrade() -> None:
    op.drop_column("customer_grid_row", "external_id_fold")
    op.drop_column("customer_grid_row", "external_id")
    op.drop_column("address", "external_id")
    op.drop_column("customer", "external_id")
    op.drop_table("customer_external_id")
