"""The permission to manage jobs of others, for the roles that may do everything: nobody can grant what they do not have.

Updates some rows of one small table, and locks nothing else.
"""

from alembic import op

revision = "7d3e9a2fb4c6"
down_revision = "6c2d8f1ea3b5"
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
    "views.share",
)


def upgrade() -> None:
    op.execute(
        "UPDATE staff_role SET permissions = ARRAY(SELECT unnest(permissions || 'jobs.manage'::text) ORDER BY 1)"
        f" WHERE permissions @> ARRAY{list(EVERYTHING)} AND NOT permissions @> ARRAY['jobs.manage']"
    )


def downgrade() -> None:
    op.execute("UPDATE staff_role SET permissions = array_remove(permissions, 'jobs.manage')")
