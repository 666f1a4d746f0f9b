"""Sign-ups, sign-ins and orders of each quarter of an hour.

What is stored now is counted once; sign-ins from here on. An older version that still runs adds nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "8d3f61a7c2e4"
down_revision = "5a1d7f20c3e9"
branch_labels = None
depends_on = None

_QUARTER = "date_bin('15 minutes', {column}, '2000-01-01 00:00:00+00')"


def upgrade() -> None:
    op.create_table(
        "daily_figure",
        sa.Column("quarter_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(38, 0), nullable=False),
        sa.PrimaryKeyConstraint(
            "quarter_at", "website_id", "measure", "currency", "transaction_id", name=op.f("pk_daily_figure")
        ),
        sa.CheckConstraint(
            "measure IN ('SIGN_UPS', 'SIGN_INS', 'ORDERS', 'REVENUE')", name=op.f("ck_daily_figure_measure")
        ),
    )
    _count("SIGN_UPS", "''", "created_at", "count(*)", "customer", "website_id")
    orders = "sales_order JOIN store_view ON store_view.id = sales_order.store_view_id JOIN store ON store.id = store_view.store_id"
    _count("ORDERS", "''", "placed_at", "count(*)", orders, "store.website_id")
    _count("REVENUE", "currency", "placed_at", "sum(grand_total)", orders, "store.website_id")


def _count(measure: str, currency: str, at: str, amount: str, source: str, website: str) -> None:
    op.execute(
        "INSERT INTO daily_figure (quarter_at, website_id, measure, currency, transaction_id, amount)"
        f" SELECT {_QUARTER.format(column=at)}, {website}, '{measure}', {currency}, 0, {amount} FROM {source} GROUP BY 1, 2, 4"
    )


def downgrade() -> None:
    op.drop_table("daily_figure")
