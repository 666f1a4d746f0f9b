"""Definitions of attributes of customers and addresses. Creates tables only, and locks nothing else for long."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "a3f27c9b1e64"
down_revision = "b5e09c72d41a"
branch_labels = None
depends_on = None

TYPES = ("TEXT", "TEXT_AREA", "MULTILINE", "DATE", "BOOLEAN", "SELECT", "MULTI_SELECT")
FLAGS = (
    "is_grid_column",
    "is_grid_filter",
    "is_searchable",
    "is_segment_condition",
    "is_quick_editable",
    "is_required",
    "is_visible",
)


def upgrade() -> None:
    no = sa.false()
    op.create_table(
        "attribute",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("is_system", sa.Boolean(), server_default=no, nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("sort_order", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rules", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("input_filter", sa.Text(), server_default="NONE", nullable=False),
        sa.Column("forms", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("grid_filter_match", sa.Text(), server_default="CONTAINS", nullable=False),
        *[sa.Column(name, sa.Boolean(), server_default=no, nullable=False) for name in FLAGS],
        sa.Column("is_personal", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("default_value", postgresql.JSONB(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("char_length(code) BETWEEN 1 AND 29", name=op.f("ck_attribute_code_length")),
        sa.CheckConstraint("is_system OR code ~ '^[a-z][a-z0-9_]*$'", name=op.f("ck_attribute_code")),
        sa.CheckConstraint("is_system OR label IS NOT NULL", name=op.f("ck_attribute_label")),
        _one_of("entity", "CUSTOMER", "ADDRESS"),
        _one_of("type", *TYPES),
        _one_of("input_filter", "NONE", "STRIP_TAGS", "ESCAPE_HTML"),
        _one_of("grid_filter_match", "CONTAINS", "STARTS_WITH", "EQUALS"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attribute")),
        sa.UniqueConstraint("entity", "code", name=op.f("uq_attribute_entity_code")),
    )
    _create_parts()


def _create_parts() -> None:
    op.create_table(
        "attribute_label",
        _attribute_id("attribute_label"),
        _store_view_id("attribute_label"),
        sa.Column("label", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("attribute_id", "store_view_id", name=op.f("pk_attribute_label")),
    )
    website = sa.ForeignKey("website.id", name=op.f("fk_attribute_website_website_id"), ondelete="CASCADE")
    op.create_table(
        "attribute_website",
        _attribute_id("attribute_website"),
        sa.Column("website_id", sa.BigInteger(), website, nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=True),
        sa.Column("is_visible", sa.Boolean(), nullable=True),
        sa.Column("default_value", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("attribute_id", "website_id", name=op.f("pk_attribute_website")),
    )
    op.create_table(
        "attribute_option",
        _attribute_id("attribute_option"),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("char_length(code) BETWEEN 1 AND 64", name=op.f("ck_attribute_option_code_length")),
        sa.PrimaryKeyConstraint("attribute_id", "code", name=op.f("pk_attribute_option")),
    )
    op.create_table(
        "attribute_option_label",
        sa.Column("attribute_id", sa.BigInteger(), nullable=False),
        sa.Column("option_code", sa.Text(), nullable=False),
        _store_view_id("attribute_option_label"),
        sa.Column("label", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attribute_id", "option_code"],
            ["attribute_option.attribute_id", "attribute_option.code"],
            name=op.f("fk_attribute_option_label_attribute_id_option_code"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attribute_id", "option_code", "store_view_id", name=op.f("pk_attribute_option_label")),
    )


def downgrade() -> None:
    for name in ("option_label", "option", "website", "label"):
        op.drop_table(f"attribute_{name}")
    op.drop_table("attribute")


def _attribute_id(table: str) -> sa.Column:
    key = sa.ForeignKey("attribute.id", name=op.f(f"fk_{table}_attribute_id"), ondelete="CASCADE")
    return sa.Column("attribute_id", sa.BigInteger(), key, nullable=False)


def _store_view_id(table: str) -> sa.Column:
    key = sa.ForeignKey("store_view.id", name=op.f(f"fk_{table}_store_view_id"), ondelete="CASCADE")
    return sa.Column("store_view_id", sa.BigInteger(), key, nullable=False)


def _one_of(column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_attribute_{column}"))
