"""Attributes whose values are files.

Columns without a default are added in a moment. The checks of large tables are added as not valid and validated after, which blocks
nobody.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import add_check

revision = "7c41e0d9b3a6"
down_revision = "7d20c5b9e1a8"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
VALUES = ("customer_attribute", "address_attribute")
TYPES = "'TEXT', 'TEXT_AREA', 'MULTILINE', 'DATE', 'BOOLEAN', 'SELECT', 'MULTI_SELECT'"
PURPOSES = "'EXPORT', 'REPORT', 'UPLOAD'"
OWNERS = "'STAFF', 'SERVICE'"


def upgrade() -> None:
    op.create_table(
        "attribute_upload",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("link_key", sa.LargeBinary(), nullable=False),
        sa.Column("attribute_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("receiving_until", TIME, nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("address_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "owner_kind IN ('CUSTOMER', 'STAFF', 'SERVICE', 'NOBODY')", name=op.f("ck_attribute_upload_owner_kind")
        ),
        sa.CheckConstraint(
            "(used_at IS NULL) = (customer_id IS NULL) AND (used_at IS NULL OR file_id IS NOT NULL)",
            name=op.f("ck_attribute_upload_used"),
        ),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_attribute_upload_token_hash_is_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attribute_upload")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_attribute_upload_token_hash")),
        if_not_exists=True,
    )
    op.create_index(
        "ix_attribute_upload_unused",
        "attribute_upload",
        ["expires_at"],
        postgresql_where=sa.text("used_at IS NULL"),
        if_not_exists=True,
    )
    for table in VALUES:
        op.add_column(table, sa.Column("file_id", sa.BigInteger(), nullable=True), if_not_exists=True)
    add_check("attribute", "ck_attribute_type", f"type IN ({TYPES}, 'FILE', 'IMAGE')")
    add_check("stored_file", "ck_stored_file_purpose", f"purpose IN ({PURPOSES}, 'ATTRIBUTE')")
    add_check("stored_file", "ck_stored_file_owner_kind", f"owner_kind IN ({OWNERS}, 'SYSTEM')")
    for table in VALUES:
        add_check(table, f"ck_{table}_file_name", "file_id IS NULL OR text_value IS NOT NULL")


def downgrade() -> None:
    """What is stored in a folder or bucket is left there: nothing refers to it any more."""
    of_files = "SELECT id FROM attribute WHERE type IN ('FILE', 'IMAGE')"
    op.execute(f"DELETE FROM customer_grid_attribute WHERE attribute_id IN ({of_files})")
    for table in VALUES:
        op.execute(f"DELETE FROM {table} WHERE attribute_id IN ({of_files})")
        op.drop_constraint(op.f(f"ck_{table}_file_name"), table, type_="check")
        op.drop_column(table, "file_id")
    op.execute("DELETE FROM attribute WHERE type IN ('FILE', 'IMAGE')")
    op.execute("DELETE FROM stored_file_part WHERE file_id IN (SELECT id FROM stored_file WHERE purpose = 'ATTRIBUTE')")
    op.execute("DELETE FROM stored_file WHERE purpose = 'ATTRIBUTE'")
    op.drop_table("attribute_upload")
    add_check("attribute", "ck_attribute_type", f"type IN ({TYPES})")
    add_check("stored_file", "ck_stored_file_purpose", f"purpose IN ({PURPOSES})")
    add_check("stored_file", "ck_stored_file_owner_kind", f"owner_kind IN ({OWNERS})")
