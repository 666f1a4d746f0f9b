"""What orders from before have in lists: what is known today of the customer, and their own addresses."""

import sqlalchemy as sa

from customer_gql.database.schema.large_tables import change_in_batches

revision = "b94e6c2d7a18"
down_revision = "a3d1f09c5e71"
branch_labels = None
depends_on = None


# The claim on an address has its account form, which for an address in ASCII is the one in lower case.
SNAPSHOT = """
        UPDATE sales_order SET
          customer_email_key = coalesce(
            (SELECT min(e.email_normalised) FROM customer_email e JOIN customer c ON c.id = e.customer_id
             WHERE e.customer_id = sales_order.customer_id AND c.email = sales_order.customer_email
               AND e.reserved_until IS NULL),
            lower(customer_email)),
          customer_number = coalesce(
            (SELECT number FROM customer c WHERE c.id = sales_order.customer_id),
            (SELECT number FROM deleted_customer d WHERE d.customer_id = sales_order.customer_id)),
          customer_group_id = (SELECT group_id FROM customer c WHERE c.id = sales_order.customer_id),
          billing_name = (SELECT name FROM sales_order_address a WHERE a.customer_id = sales_order.customer_id
                          AND a.order_id = sales_order.id AND a.kind = 'BILLING'),
          shipping_name = (SELECT name FROM sales_order_address a WHERE a.customer_id = sales_order.customer_id
                           AND a.order_id = sales_order.id AND a.kind = 'SHIPPING'),
          company = (SELECT company FROM sales_order_address a WHERE a.customer_id = sales_order.customer_id
                     AND a.order_id = sales_order.id AND a.kind = 'BILLING')
        FROM unnest(CAST(:owners AS bigint[]), CAST(:ids AS bigint[])) AS batch (owner, order_id)
        WHERE sales_order.customer_id = batch.owner AND sales_order.id = batch.order_id AND customer_email_key IS NULL
"""


def upgrade() -> None:
    def values_of(rows):
        return [{"owners": [owner for owner, _ in rows], "ids": [id for _, id in rows]}]

    change_in_batches(sa.text(SNAPSHOT), "sales_order", ["customer_id", "id"], [], values_of)


def downgrade() -> None:
    """The columns go with the revision before."""
