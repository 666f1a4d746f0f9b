"""Tables of websites, settings and customer groups."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "5ff9fc1eb6bd"
down_revision = "cc2f678021cb"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "configuration_value",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("(scope = 'GLOBAL') = (scope_id = 0)", name=op.f("ck_configuration_value_scope_id")),
        sa.CheckConstraint("scope IN ('GLOBAL', 'WEBSITE', 'STORE_VIEW')", name=op.f("ck_configuration_value_scope")),
        sa.PrimaryKeyConstraint("path", "scope", "scope_id", name=op.f("pk_configuration_value")),
    )
    op.create_table(
        "tax_class",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_class")),
        sa.UniqueConstraint("name", name=op.f("uq_tax_class_name")),
    )
    op.create_table(
        "website",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_website")),
        sa.UniqueConstraint("code", name=op.f("uq_website_code")),
    )
    op.create_index(
        "uq_website_default", "website", ["is_default"], unique=True, postgresql_where=sa.text("is_default")
    )
    op.create_table(
        "customer_group",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tax_class_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 32", name=op.f("ck_customer_group_name_length")),
        sa.ForeignKeyConstraint(["tax_class_id"], ["tax_class.id"], name=op.f("fk_customer_group_tax_class_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_group")),
        sa.UniqueConstraint("name", name=op.f("uq_customer_group_name")),
    )
    op.create_table(
        "store",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_store_website_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
        sa.UniqueConstraint("code", name=op.f("uq_store_code")),
    )
    op.create_index("uq_store_default", "store", ["website_id"], unique=True, postgresql_where=sa.text("is_default"))
    op.create_table(
        "customer_group_excluded_website",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["customer_group.id"],
            name=op.f("fk_customer_group_excluded_website_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["website_id"], ["website.id"], name=op.f("fk_customer_group_excluded_website_website_id")
        ),
        sa.PrimaryKeyConstraint("group_id", "website_id", name=op.f("pk_customer_group_excluded_website")),
    )
    op.create_table(
        "store_view",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), server_default="en_US", nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_store_view_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_view")),
        sa.UniqueConstraint("code", name=op.f("uq_store_view_code")),
    )
    op.create_index(
        "uq_store_view_default", "store_view", ["store_id"], unique=True, postgresql_where=sa.text("is_default")
    )


def downgrade() -> None:
    for table in (
        "store_view",
        "customer_group_excluded_website",
        "store",
        "customer_group",
        "website",
        "tax_class",
        "configuration_value",
    ):
        op.drop_table(table)
