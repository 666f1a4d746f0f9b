"""Products are sold on the websites of their currency, as before: there was nothing that said where.

Inserts a row for each, by one statement, and locks nothing that is read.
"""

from alembic import op

revision = "b2d5f8a13c26"
down_revision = "a1c4e7902b15"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "INSERT INTO product_website (product_id, website_id) SELECT product.id, website.id FROM product"
        " JOIN website ON website.currency = product.currency ON CONFLICT DO NOTHING"
    )


def downgrade() -> None:
    """What is stored stays until its table goes."""
