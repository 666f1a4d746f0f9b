"""The permission to manage webhooks, for the roles that may do everything: nobody can grant what they do not have."""

from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "5d4e0a7f2b18"
down_revision = "4c3d9f6e1a07"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_permission(
        "webhooks.manage",
        since_first=("customers.change_email", "events.read", "jobs.manage", "storefront.proxy", "views.share"),
    )


def downgrade() -> None:
    remove_permission("webhooks.manage")
