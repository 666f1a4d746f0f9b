"""The permission of a storefront's server, for the roles that may do everything."""

from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "5c7e19d40b62"
down_revision = "8d1f0c27b3aa"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_permission("storefront.proxy", since_first=())


def downgrade() -> None:
    remove_permission("storefront.proxy")
