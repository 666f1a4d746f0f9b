"""The permission to share views, for the roles that may do everything: nobody can grant what they do not have.

Updates some rows of one small table, and locks nothing else.
"""

from alembic import op

revision = "d2b86f30a4c5"
down_revision = "c9a4d01e77b2"
branch_labels = None
depends_on = None

EVERYTHING = (
    "configuration.manage",
    "credit.adjust",
    "customers.change_email",
    "customers.delete",
    "customers.export",
    "customers.force_sign_in",
    "customers.impersonate",
    "customers.pii",
    "customers.read",
    "customers.reset_password",
    "customers.write",
    "history.read",
    "mail.manage",
    "staff.manage",
    "storefront.proxy",
)


def upgrade() -> None:
    op.execute(
        "UPDATE staff_role SET permissions = ARRAY(SELECT unnest(permissions || 'views.share'::text) ORDER BY 1)"
        f" WHERE permissions @> ARRAY{list(EVERYTHING)} AND NOT permissions @> ARRAY['views.share']"
    )


def downgrade() -> None:
    op.execute("UPDATE staff_role SET permissions = array_remove(permissions, 'views.share')")
