"""Permissions to change and delete companies, for the roles that may do everything: nobody can grant what they do not have."""

from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "a6d81f3b07c5"
down_revision = "6d2fb0c95e17"
branch_labels = None
depends_on = None

OTHERS = ("customers.change_email", "jobs.manage", "storefront.proxy", "views.share")


def upgrade() -> None:
    for name in ("companies.delete", "companies.write"):
        add_permission(name, since_first=OTHERS)


def downgrade() -> None:
    for name in ("companies.write", "companies.delete"):
        remove_permission(name)
