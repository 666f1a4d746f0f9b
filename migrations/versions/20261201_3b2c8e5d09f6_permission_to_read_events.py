"""The permission to read events, for the roles that may do everything: nobody can grant what they do not have."""

from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "3b2c8e5d09f6"
down_revision = "2a1b7d4cf8e5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_permission(
        "events.read", since_first=("customers.change_email", "jobs.manage", "storefront.proxy", "views.share")
    )


def downgrade() -> None:
    remove_permission("events.read")
