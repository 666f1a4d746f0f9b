"""The website of every stored cart, that of its store view. In batches that commit, so that no row is locked for long."""

from alembic import op
from sqlalchemy import text

from customer_gql.database.schema.large_tables import change_in_batches

revision = "6e8bd2f14a72"
down_revision = "5d7ac1e03f61"
branch_labels = None
depends_on = None

SET_WEBSITE = text(
    "UPDATE cart SET website_id = store.website_id FROM store_view JOIN store ON store.id = store_view.store_id"
    " WHERE store_view.id = cart.store_view_id AND cart.customer_id = :customer_id AND cart.id = :id"
    " AND cart.website_id IS NULL"
)


def upgrade() -> None:
    change_in_batches(
        SET_WEBSITE,
        "cart",
        ("customer_id", "id"),
        ("website_id",),
        lambda rows: [{"customer_id": row.customer_id, "id": row.id} for row in rows if row.website_id is None],
    )


def downgrade() -> None:
    # The step before drops the column.
    op.execute("SELECT")
