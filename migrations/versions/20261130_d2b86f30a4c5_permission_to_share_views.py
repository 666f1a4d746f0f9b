"""The permission to share views, for those who may do everything: nobody can grant what they do not have."""

from alembic import op

revision = "d2b86f30a4c5"
down_revision = "c9a4d01e77b2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE staff_role SET permissions = array_append(permissions, 'views.share') WHERE name = 'administrator'"
    )


def downgrade() -> None:
    op.execute("UPDATE staff_role SET permissions = array_remove(permissions, 'views.share')")
