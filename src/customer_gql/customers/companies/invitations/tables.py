"""Open invitations to companies (docs/domain/company-users.md#company-users-8). One that is accepted or canceled is deleted."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, ForeignKeyConstraint, Index, Text
from sqlalchemy.dialects.postgresql import BYTEA

from customer_gql.customers.companies.tables import MAX_NAME
from customer_gql.database.tables import created_at, table

company_invitation = table(
    "company_invitation",
    Column("id", BigInteger, primary_key=True),
    Column("company_id", ForeignKey("company.id", ondelete="CASCADE"), nullable=False),
    Column("email", Text, nullable=False),
    # The form of the address by which two spellings are one account.
    Column("email_normalised", Text(collation="C"), nullable=False),
    Column("role_id", BigInteger, nullable=False),
    # The node of the structure to join below. It can be gone when the invitation is accepted.
    Column("parent_id", BigInteger),
    Column("job_title", Text),
    Column("telephone", Text),
    Column("token_hash", BYTEA, nullable=False, unique=True),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    # The customer who sent the newest link; their account can be gone.
    Column("invited_by", BigInteger),
    # A role that an invitation names cannot be deleted.
    ForeignKeyConstraint(["company_id", "role_id"], ["company_role.company_id", "company_role.id"]),
    CheckConstraint("char_length(email) BETWEEN 3 AND 254", name="email_length"),
    CheckConstraint(f"char_length(job_title) <= {MAX_NAME}", name="job_title_length"),
    CheckConstraint("octet_length(token_hash) = 32", name="token_is_sha256"),
    Index("uq_company_invitation_email", "company_id", "email_normalised", unique=True),
    Index("ix_company_invitation_page", "company_id", "created_at", "id"),
    Index("ix_company_invitation_role_id", "role_id"),
    Index("ix_company_invitation_expires_at", "expires_at"),
    distribution="reference",
)
