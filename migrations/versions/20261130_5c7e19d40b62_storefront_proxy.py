"""The permission of a storefront's server, for the roles that may do everything.

Updates some rows of one small table, and locks nothing else.
"""

from alembic import op

revision = "5c7e19d40b62"
down_revision = "8d1f0c27b3aa"
branch_labels = None
depends_on = None

EVERYTHING = (
    "configuration.manage",
    "credit.adjust",
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
)


def upgrade() -> None:
    op.execute(
        "UPDATE staff_role SET permissions = ARRAY(SELECT unnest(permissions || 'storefront.proxy'::text) ORDER BY 1)"
        f" WHERE permissions @> ARRAY{list(EVERYTHING)} AND NOT permissions @> ARRAY['storefront.proxy']"
    )


def downgrade() -> None:
    op.execute("UPDATE staff_role SET permissions = array_remove(permissions, 'storefront.proxy')")
