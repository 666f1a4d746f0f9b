"""The permission to see companies, for all roles that see customers."""

from alembic import op

from customer_gql.database.schema.new_permissions import remove_permission

revision = "f5b92e1c60d8"
down_revision = "e1c40a7d95b2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE staff_role SET permissions = ARRAY(SELECT unnest(permissions || 'companies.read'::text) ORDER BY 1)"
        " WHERE permissions @> ARRAY['customers.read'] AND NOT permissions @> ARRAY['companies.read']"
    )


def downgrade() -> None:
    remove_permission("companies.read")
