"""Companies, their roles, teams and members.

The new tables lock those that their foreign keys refer to for a moment.
"""

import sqlalchemy as sa
from alembic import op

revision = "dfa2cb7e7a74"
down_revision = "e8a2c40b17d9"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SEQUENCE company_number_seq")
    op.create_table(
        "company",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_sort_key", sa.Text(collation="C"), server_default="", nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=True),
        sa.Column("vat_number", sa.Text(), nullable=True),
        sa.Column("reseller_id", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("street", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("country_code", sa.Text(collation="C"), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("telephone", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default="ACTIVE", nullable=False),
        sa.Column("rejection_reason", sa.Text(), nullable=True),
        sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("sales_representative_id", sa.BigInteger(), nullable=True),
        sa.Column("admin_customer_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(status = 'REJECTED') = (rejected_at IS NOT NULL)", name=op.f("ck_company_rejection_has_a_time")
        ),
        sa.CheckConstraint(
            "(status = 'REJECTED') = (rejection_reason IS NOT NULL)", name=op.f("ck_company_rejection_has_a_reason")
        ),
        sa.CheckConstraint("status IN ('PENDING', 'ACTIVE', 'REJECTED', 'BLOCKED')", name=op.f("ck_company_status")),
        sa.CheckConstraint("char_length(comment) <= 4000", name=op.f("ck_company_comment_length")),
        sa.CheckConstraint("char_length(email) BETWEEN 3 AND 254", name=op.f("ck_company_email_length")),
        sa.CheckConstraint("char_length(external_id) BETWEEN 1 AND 64", name=op.f("ck_company_external_id_length")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 255", name=op.f("ck_company_name_length")),
        sa.CheckConstraint("group_id <> 0", name=op.f("ck_company_group_is_of_the_signed_in")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_company_is_not_its_parent")),
        sa.CheckConstraint("version > 0", name=op.f("ck_company_version")),
        sa.ForeignKeyConstraint(["group_id"], ["customer_group.id"], name=op.f("fk_company_group_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["company.id"], name=op.f("fk_company_parent_id")),
        sa.ForeignKeyConstraint(
            ["sales_representative_id"], ["staff_user.id"], name=op.f("fk_company_sales_representative_id")
        ),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_company_website_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("admin_customer_id", name=op.f("uq_company_admin_customer_id")),
        sa.UniqueConstraint("external_id", name=op.f("uq_company_external_id")),
        sa.UniqueConstraint("number", name=op.f("uq_company_number")),
    )
    op.create_index("ix_company_group_id", "company", ["group_id"], unique=False)
    op.create_index(
        "ix_company_parent_id",
        "company",
        ["parent_id"],
        unique=False,
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index("ix_company_website_id", "company", ["website_id", "number"], unique=False)
    op.create_table(
        "company_role",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("permissions", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 64", name=op.f("ck_company_role_name_length")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_role_company_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_role")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_company_role_company_id_id")),
    )
    op.create_index(
        "uq_company_role_default", "company_role", ["company_id"], unique=True, postgresql_where=sa.text("is_default")
    )
    op.create_index(
        "uq_company_role_name", "company_role", ["company_id", sa.literal_column("lower(name)")], unique=True
    )
    op.create_table(
        "company_team",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_sort_key", sa.Text(collation="C"), server_default="", nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("char_length(description) <= 1000", name=op.f("ck_company_team_description_length")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 255", name=op.f("ck_company_team_name_length")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_company_team_is_not_its_parent")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_company_team_company_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_team")),
    )
    op.create_index("ix_company_team_place", "company_team", ["company_id", "parent_id"], unique=False)
    op.create_table(
        "company_member",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("job_title", sa.Text(), nullable=True),
        sa.Column("telephone", sa.Text(), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("is_account_of_company", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("char_length(job_title) <= 255", name=op.f("ck_company_member_job_title_length")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_company_member_is_not_its_parent")),
        sa.ForeignKeyConstraint(
            ["company_id", "role_id"],
            ["company_role.company_id", "company_role.id"],
            name=op.f("fk_company_member_company_id_role_id"),
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_company_member_company_id")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_company_member_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_company_member")),
        sa.UniqueConstraint("customer_id", "company_id", name=op.f("uq_company_member_customer_id_company_id")),
    )
    op.create_index("ix_company_member_place", "company_member", ["company_id", "parent_id"], unique=False)
    op.create_index("ix_company_member_role_id", "company_member", ["role_id"], unique=False)
    op.create_index(
        "uq_company_member_primary",
        "company_member",
        ["customer_id"],
        unique=True,
        postgresql_where=sa.text("is_primary"),
    )


def downgrade() -> None:
    op.drop_index("uq_company_member_primary", table_name="company_member", postgresql_where=sa.text("is_primary"))
    op.drop_index("ix_company_member_role_id", table_name="company_member")
    op.drop_index("ix_company_member_place", table_name="company_member")
    op.drop_table("company_member")
    op.drop_index("ix_company_team_place", table_name="company_team")
    op.drop_table("company_team")
    op.drop_index("uq_company_role_name", table_name="company_role")
    op.drop_index("uq_company_role_default", table_name="company_role", postgresql_where=sa.text("is_default"))
    op.drop_table("company_role")
    op.drop_index("ix_company_website_id", table_name="company")
    op.drop_index("ix_company_parent_id", table_name="company", postgresql_where=sa.text("parent_id IS NOT NULL"))
    op.drop_index("ix_company_group_id", table_name="company")
    op.drop_table("company")
    op.execute("DROP SEQUENCE company_number_seq")
