"""The permission to manage jobs of others, for the roles that may do everything: nobody can grant what they do not have."""

from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "7d3e9a2fb4c6"
down_revision = "6c2d8f1ea3b5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_permission("jobs.manage", since_first=("customers.change_email", "storefront.proxy", "views.share"))


def downgrade() -> None:
    remove_permission("jobs.manage")
