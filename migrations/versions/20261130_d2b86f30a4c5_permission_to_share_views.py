"""The permission to share views, for the roles that may do everything: nobody can grant what they do not have."""

from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "d2b86f30a4c5"
down_revision = "c9a4d01e77b2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_permission("views.share", since_first=("customers.change_email", "storefront.proxy"))


def downgrade() -> None:
    remove_permission("views.share")
