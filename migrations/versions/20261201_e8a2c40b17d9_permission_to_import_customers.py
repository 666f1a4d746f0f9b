"""The permission to import customers, for the roles that may do everything: nobody can grant what they do not have."""

from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "e8a2c40b17d9"
down_revision = "5075414ffd3a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_permission(
        "customers.import", since_first=("customers.change_email", "jobs.manage", "storefront.proxy", "views.share")
    )


def downgrade() -> None:
    remove_permission("customers.import")
