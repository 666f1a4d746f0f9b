"""Checks of VAT numbers. A new table; nothing waits for it."""

import sqlalchemy as sa
from alembic import op

revision = "a7d41c05e9b3"
down_revision = "f2e39fb39046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vat_check",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("vat_number", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("source IN ('OFFLINE', 'VIES')", name="source"),
        sa.CheckConstraint("result IN ('VALID', 'INVALID', 'UNAVAILABLE', 'NOT_CHECKED')", name="result"),
        sa.CheckConstraint("char_length(vat_number) <= 255 AND char_length(number) <= 260", name="number_length"),
        sa.CheckConstraint("char_length(request_id) <= 100 AND char_length(error_code) <= 100", name="answer_length"),
        sa.PrimaryKeyConstraint("customer_id", "id"),
        if_not_exists=True,
    )
    for name, columns in (
        ("ix_vat_check_address_id", ["customer_id", "address_id", "id"]),
        ("ix_vat_check_number", ["customer_id", "number", "id"]),
    ):
        op.create_index(name, "vat_check", columns, if_not_exists=True)


def downgrade() -> None:
    op.drop_table("vat_check", if_exists=True)
