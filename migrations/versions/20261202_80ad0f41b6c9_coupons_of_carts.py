"""Coupons of carts. A column with a constant default is added in a moment."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "80ad0f41b6c9"
down_revision = "b41f7c9d20e6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    codes = sa.Column("coupon_codes", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    op.add_column("cart", codes, if_not_exists=True)


def downgrade() -> None:
    op.drop_column("cart", "coupon_codes")
