"""Companies, and the customers who buy for them (docs/domain/companies.md#companies-1).

Companies, roles and teams are few, and the same for all of their members. The place of a member is a row of its customer.
"""

import enum
from typing import Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Sequence,
    Text,
    UniqueConstraint,
    func,
    text,
)

from customer_gql.database.tables import created_at, metadata, one_of, sort_key_column, table

MAX_NAME: Final = 255
MAX_COMMENT: Final = 4_000
MAX_REASON: Final = 1_000
MAX_TEAM_DESCRIPTION: Final = 1_000
MAX_ROLE_NAME: Final = 64


class CompanyStatus(enum.StrEnum):
    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    REJECTED = "REJECTED"
    BLOCKED = "BLOCKED"


class CompanyKind(enum.StrEnum):
    COMPANY = "COMPANY"
    PARENT = "PARENT"
    CHILD = "CHILD"


company_number = Sequence("company_number_seq", metadata=metadata)

company = table(
    "company",
    Column("id", BigInteger, primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("external_id", Text, unique=True),
    Column("website_id", ForeignKey("website.id"), nullable=False),
    Column("name", Text, nullable=False),
    sort_key_column(),
    Column("email", Text, nullable=False),
    Column("legal_name", Text),
    Column("vat_number", Text),
    Column("reseller_id", Text),
    Column("comment", Text),
    # The legal address. Requests of storefronts give all of it, other programs perhaps not.
    Column("street", ARRAY(Text), nullable=False),
    Column("city", Text, nullable=False),
    Column("country_code", Text(collation="C"), nullable=False),
    Column("region", Text),
    Column("region_code", Text),
    Column("postcode", Text),
    Column("telephone", Text),
    Column("status", Text, nullable=False, server_default=CompanyStatus.ACTIVE.value),
    Column("rejection_reason", Text),
    Column("rejected_at", DateTime(timezone=True)),
    Column("parent_id", ForeignKey("company.id")),
    Column("group_id", ForeignKey("customer_group.id"), nullable=False),
    Column("sales_representative_id", ForeignKey("staff_user.id")),
    # The customer who runs the company: one for each, and of one company only. They are a member as well.
    Column("admin_customer_id", BigInteger, nullable=False, unique=True),
    created_at(),
    created_at("updated_at"),
    CheckConstraint("version > 0", name="version"),
    CheckConstraint(f"char_length(name) BETWEEN 1 AND {MAX_NAME}", name="name_length"),
    CheckConstraint("char_length(email) BETWEEN 3 AND 254", name="email_length"),
    CheckConstraint("char_length(external_id) BETWEEN 1 AND 64", name="external_id_length"),
    CheckConstraint(f"char_length(comment) <= {MAX_COMMENT}", name="comment_length"),
    CheckConstraint("parent_id <> id", name="is_not_its_parent"),
    CheckConstraint("group_id <> 0", name="group_is_of_the_signed_in"),
    CheckConstraint("(status = 'REJECTED') = (rejection_reason IS NOT NULL)", name="rejection_has_a_reason"),
    CheckConstraint("(status = 'REJECTED') = (rejected_at IS NOT NULL)", name="rejection_has_a_time"),
    one_of("status", CompanyStatus),
    Index("ix_company_parent_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
    Index("ix_company_group_id", "group_id"),
    Index("ix_company_website_id", "website_id", "number"),
    # Requests of storefronts ask whether a company has the address.
    Index("ix_company_email", "website_id", func.lower(text("email"))),
    distribution="reference",
)

company_role = table(
    "company_role",
    Column("id", BigInteger, primary_key=True),
    Column("company_id", ForeignKey("company.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("permissions", ARRAY(Text), nullable=False),
    # The one that a member gets when nobody chose another.
    Column("is_default", Boolean, nullable=False, server_default="false"),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint(f"char_length(name) BETWEEN 1 AND {MAX_ROLE_NAME}", name="name_length"),
    Index("uq_company_role_name", "company_id", func.lower(text("name")), unique=True),
    Index("uq_company_role_default", "company_id", unique=True, postgresql_where=text("is_default")),
    # The role of a member is one of the company.
    UniqueConstraint("company_id", "id"),
    distribution="reference",
)

# A node of the structure, as members are. `parent_id` is the id of the node above, a team or a member.
company_team = table(
    "company_team",
    Column("id", BigInteger, primary_key=True),
    Column("company_id", ForeignKey("company.id", ondelete="CASCADE"), nullable=False),
    Column("parent_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    sort_key_column(),
    Column("description", Text),
    created_at(),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint(f"char_length(name) BETWEEN 1 AND {MAX_NAME}", name="name_length"),
    CheckConstraint(f"char_length(description) <= {MAX_TEAM_DESCRIPTION}", name="description_length"),
    CheckConstraint("parent_id <> id", name="is_not_its_parent"),
    Index("ix_company_team_place", "company_id", "parent_id"),
    distribution="reference",
)

company_member = table(
    "company_member",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("company_id", BigInteger, nullable=False),
    Column("role_id", BigInteger, nullable=False),
    # The node above in the structure; null for the admin, who is its root.
    Column("parent_id", BigInteger),
    Column("job_title", Text),
    Column("telephone", Text),
    # Of several memberships the one that decides the group.
    Column("is_primary", Boolean, nullable=False),
    # Whether the company lets the member act for it; the account has a status of its own.
    Column("is_active", Boolean, nullable=False, server_default="true"),
    # Whether the account was created for the company. Such an account ends with its last membership.
    Column("is_account_of_company", Boolean, nullable=False, server_default="false"),
    created_at("joined_at"),
    PrimaryKeyConstraint("customer_id", "id"),
    UniqueConstraint("customer_id", "company_id"),
    ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
    ForeignKeyConstraint(["company_id"], ["company.id"]),
    ForeignKeyConstraint(["company_id", "role_id"], ["company_role.company_id", "company_role.id"]),
    CheckConstraint("parent_id <> id", name="is_not_its_parent"),
    CheckConstraint(f"char_length(job_title) <= {MAX_NAME}", name="job_title_length"),
    Index("uq_company_member_primary", "customer_id", unique=True, postgresql_where=text("is_primary")),
    Index("ix_company_member_place", "company_id", "parent_id"),
    Index("ix_company_member_role_id", "role_id"),
    distribution="customer",
)
