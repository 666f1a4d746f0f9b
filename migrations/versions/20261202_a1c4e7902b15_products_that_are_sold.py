"""What is sold of a product, where, with which options, and what is in stock.

Adds columns without a rewrite, and checks them by reading the products once; locks `product`, `tax_class` and `website` for
that moment.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "a1c4e7902b15"
down_revision = "d7a40c1e95b2"
branch_labels = None
depends_on = None

TYPES = "'SIMPLE', 'CONFIGURABLE', 'GROUPED', 'BUNDLE', 'VIRTUAL', 'DOWNLOADABLE', 'GIFT_CARD'"
COLUMNS = ("external_id", "type", "tax_class_id", "weight", "categories", "is_returnable")


def upgrade() -> None:
    op.add_column("product", sa.Column("external_id", sa.Text(), nullable=True))
    op.add_column("product", sa.Column("type", sa.Text(), server_default="SIMPLE", nullable=False))
    op.add_column("product", sa.Column("tax_class_id", sa.BigInteger(), nullable=True))
    op.add_column("product", sa.Column("weight", sa.Numeric(), nullable=True))
    op.add_column(
        "product",
        sa.Column("categories", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("product", sa.Column("is_returnable", sa.Boolean(), nullable=True))
    op.create_foreign_key(op.f("fk_product_tax_class_id"), "product", "tax_class", ["tax_class_id"], ["id"])
    op.create_check_constraint(op.f("ck_product_type"), "product", f"type IN ({TYPES})")
    op.create_check_constraint(op.f("ck_product_weight"), "product", "weight BETWEEN 0 AND 1000000")
    _create_product_website()
    _create_options()
    op.create_table(
        "product_stock",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("is_in_stock", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("min_quantity", sa.Integer(), server_default="1", nullable=False),
        sa.Column("max_quantity", sa.Integer(), nullable=True),
        sa.Column("allows_backorders", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("quantity >= 0 OR allows_backorders", name=op.f("ck_product_stock_quantity")),
        sa.CheckConstraint(
            "min_quantity >= 1 AND max_quantity >= min_quantity", name=op.f("ck_product_stock_ordered_quantity")
        ),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_product_stock")),
    )


def _create_product_website() -> None:
    op.create_table(
        "product_website",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_website_product_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_product_website_website_id")),
        sa.PrimaryKeyConstraint("product_id", "website_id", name=op.f("pk_product_website")),
    )
    op.create_index(op.f("ix_product_website_website_id"), "product_website", ["website_id"])


def _create_options() -> None:
    op.create_table(
        "product_option",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("is_required", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_product_option_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("product_id", "code", name=op.f("pk_product_option")),
        sa.UniqueConstraint("product_id", "place", name=op.f("uq_product_option_product_id_place")),
    )
    op.create_table(
        "product_option_value",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("option_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.CheckConstraint("price >= 0", name=op.f("ck_product_option_value_price")),
        sa.ForeignKeyConstraint(
            ["product_id", "option_code"],
            ["product_option.product_id", "product_option.code"],
            name=op.f("fk_product_option_value_product_id_option_code"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("product_id", "option_code", "code", name=op.f("pk_product_option_value")),
        sa.UniqueConstraint(
            "product_id", "option_code", "place", name=op.f("uq_product_option_value_product_id_option_code_place")
        ),
    )


def downgrade() -> None:
    for table in ("product_stock", "product_option_value", "product_option", "product_website"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_product_weight"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_type"), "product", type_="check")
    op.drop_constraint(op.f("fk_product_tax_class_id"), "product", type_="foreignkey")
    for column in reversed(COLUMNS):
        op.drop_column("product", column)
