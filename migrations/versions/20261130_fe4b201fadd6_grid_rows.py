"""Rows of the customers grid, and the forms in which texts and telephone numbers are compared.

The table starts empty: `customer-gql reproject` fills it beside the running service. Everything is added in a moment.
"""

import unicodedata

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "fe4b201fadd6"
down_revision = "6c0d41b7f2a9"
branch_labels = None
depends_on = None


CODE_POINTS = range(0x110000)
SURROGATES = range(0xD800, 0xE000)


def upgrade() -> None:
    op.execute(fold_function())
    op.create_table(
        "customer_grid_row",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("created_in_store_view_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_fold", sa.Text(collation="C"), nullable=True),
        sa.Column("name_sort_key", sa.Text(collation="C"), server_default="", nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(collation="C"), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("customer_type", sa.Text(), nullable=False),
        sa.Column("confirmation_status", sa.Text(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("allows_remote_assistance", sa.Boolean(), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("tax_vat_number", sa.Text(), nullable=True),
        sa.Column("tax_vat_number_fold", sa.Text(collation="C"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("telephone", sa.Text(), nullable=True),
        sa.Column("telephone_e164", sa.Text(collation="C"), nullable=True),
        sa.Column("telephone_digits", sa.Text(collation="C"), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("postcode_fold", sa.Text(collation="C"), nullable=True),
        sa.Column("country_code", sa.Text(collation="C"), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("region_fold", sa.Text(collation="C"), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("company_fold", sa.Text(collation="C"), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("street_fold", sa.Text(collation="C"), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("city_fold", sa.Text(collation="C"), nullable=True),
        sa.Column("fax", sa.Text(), nullable=True),
        sa.Column("fax_fold", sa.Text(collation="C"), nullable=True),
        sa.Column("billing_first_name", sa.Text(), nullable=True),
        sa.Column("billing_first_name_fold", sa.Text(collation="C"), nullable=True),
        sa.Column("billing_last_name", sa.Text(), nullable=True),
        sa.Column("billing_last_name_fold", sa.Text(collation="C"), nullable=True),
        sa.Column("vat_number", sa.Text(), nullable=True),
        sa.Column("vat_number_fold", sa.Text(collation="C"), nullable=True),
        sa.Column("billing_address", sa.Text(), nullable=True),
        sa.Column("shipping_address", sa.Text(), nullable=True),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("order_count", sa.BigInteger(), nullable=False),
        sa.Column("lifetime_value", sa.Numeric(precision=38, scale=0), nullable=False),
        sa.Column("average_order_value", sa.Numeric(precision=38, scale=0), nullable=True),
        sa.Column("first_order_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_order_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("store_credit", sa.BigInteger(), nullable=False),
        sa.Column("reward_points", sa.Integer(), nullable=False),
        sa.Column("newsletter_status", sa.Text(), nullable=True),
        sa.Column("subscribed_store_view_id", sa.BigInteger(), nullable=True),
        sa.Column("document", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_grid_row_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_grid_row")),
    )
    op.create_index("ix_customer_grid_row_company_fold", "customer_grid_row", ["company_fold", "number"], unique=False)
    op.create_index("ix_customer_grid_row_country_code", "customer_grid_row", ["country_code", "number"], unique=False)
    op.create_index("ix_customer_grid_row_created_at", "customer_grid_row", ["created_at", "customer_id"], unique=False)
    op.create_index(
        "ix_customer_grid_row_customer_type", "customer_grid_row", ["customer_type", "number"], unique=False
    )
    op.create_index(
        "ix_customer_grid_row_document", "customer_grid_row", ["document"], unique=False, postgresql_using="gin"
    )
    op.create_index("ix_customer_grid_row_email_key", "customer_grid_row", ["email_key", "customer_id"], unique=False)
    op.create_index("ix_customer_grid_row_group_id", "customer_grid_row", ["group_id", "number"], unique=False)
    op.create_index(
        "ix_customer_grid_row_last_activity_at",
        "customer_grid_row",
        [sa.literal_column("coalesce(last_activity_at, '-infinity'::timestamptz)"), "customer_id"],
        unique=False,
    )
    op.create_index(
        "ix_customer_grid_row_last_order_at",
        "customer_grid_row",
        [sa.literal_column("coalesce(last_order_at, '-infinity'::timestamptz)"), "customer_id"],
        unique=False,
    )
    op.create_index(
        "ix_customer_grid_row_lifetime_value", "customer_grid_row", ["lifetime_value", "customer_id"], unique=False
    )
    op.create_index(
        "ix_customer_grid_row_locked_until",
        "customer_grid_row",
        ["locked_until"],
        unique=False,
        postgresql_where=sa.text("locked_until IS NOT NULL"),
    )
    op.create_index("ix_customer_grid_row_name_fold", "customer_grid_row", ["name_fold", "number"], unique=False)
    op.create_index(
        "ix_customer_grid_row_name_sort_key", "customer_grid_row", ["name_sort_key", "customer_id"], unique=False
    )
    op.create_index(
        "ix_customer_grid_row_newsletter_status", "customer_grid_row", ["newsletter_status", "number"], unique=False
    )
    op.create_index("ix_customer_grid_row_number", "customer_grid_row", ["number", "customer_id"], unique=False)
    op.create_index(
        "ix_customer_grid_row_order_count", "customer_grid_row", ["order_count", "customer_id"], unique=False
    )
    op.create_index(
        "ix_customer_grid_row_postcode_fold", "customer_grid_row", ["postcode_fold", "number"], unique=False
    )
    op.create_index("ix_customer_grid_row_status", "customer_grid_row", ["status", "number"], unique=False)
    op.create_index(
        "ix_customer_grid_row_tax_vat_number_fold", "customer_grid_row", ["tax_vat_number_fold", "number"], unique=False
    )
    op.create_index(
        "ix_customer_grid_row_telephone_digits", "customer_grid_row", ["telephone_digits", "number"], unique=False
    )
    op.create_index(
        "ix_customer_grid_row_telephone_e164", "customer_grid_row", ["telephone_e164", "number"], unique=False
    )
    op.create_index("ix_customer_grid_row_updated_at", "customer_grid_row", ["updated_at", "customer_id"], unique=False)
    op.create_index("ix_customer_grid_row_website_id", "customer_grid_row", ["website_id", "number"], unique=False)
    op.add_column("address", sa.Column("telephone_e164", sa.Text(), nullable=True))


def fold_function() -> str:
    """NFKD, no combining marks, case folding: what `fold_text` of the code does, for ASCII in one step."""
    characters = [chr(code) for code in CODE_POINTS if code not in SURROGATES]
    marks = "".join(filter(unicodedata.combining, characters))
    folded = {}
    for character in characters:
        if unicodedata.normalize("NFKD", character) == character and len(character.casefold()) == 1:
            folded[character] = character.casefold()
    changed = {before: after for before, after in folded.items() if before != after}
    plain = f"regexp_replace(normalize(value, NFKD), '[{marks}]', '', 'g')"
    spelt_out = f"replace(replace({plain}, '\u00df', 'ss'), '\u1e9e', 'ss')"
    return (
        "CREATE FUNCTION fold_text(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ "
        'SELECT CASE WHEN octet_length(value) = length(value) THEN lower(value COLLATE "C") '
        f"""ELSE translate({spelt_out}, '{"".join(changed)}', '{"".join(changed.values())}') END $$"""
    )


def downgrade() -> None:
    op.drop_column("address", "telephone_e164")
    op.drop_table("customer_grid_row")
    op.execute("DROP FUNCTION fold_text(text)")
