"""Statistics of the orders that are there already, as the projection `order_statistics` would compute them."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        INSERT INTO order_statistics
            (customer_id, website_id, currency, order_count, lifetime_value, first_order_at, last_order_at)
        SELECT customer_id, website_id, currency, count(*), sum(grand_total - refunded_total), min(placed_at),
            max(placed_at)
        FROM sales_order
        JOIN store_view ON store_view.id = sales_order.store_view_id
        JOIN store ON store.id = store_view.store_id
        WHERE status <> 'CANCELED'
        GROUP BY customer_id, website_id, currency
        ON CONFLICT DO NOTHING
    """)


def downgrade() -> None:
    op.execute("DELETE FROM order_statistics")
