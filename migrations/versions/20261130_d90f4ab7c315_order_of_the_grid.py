"""Indexes that find values of the grid and give their order, built beside the running service; and no longer those of customers
that only lists before the grid used."""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "d90f4ab7c315"
down_revision = "7d3e9a2fb4c6"
branch_labels = None
depends_on = None

GRID = "customer_grid_row"
TEXTS = ("telephone_e164", "postcode_fold", "company_fold", "tax_vat_number_fold", "external_id_fold", "country_code")
SHARED = ("postcode_fold", "country_code", "newsletter_status")
LOCKED = sa.text("locked_until IS NOT NULL")
UNUSED = {
    "ix_customer_created_at_id": ["created_at", "id"],
    "ix_customer_lower_email_id": [sa.text("lower(email)"), "id"],
    "ix_customer_name_sort_key_id": ["name_sort_key", "id"],
}


def upgrade() -> None:
    for name in (*TEXTS, "newsletter_status"):
        build(f"{name}_customer_id", [sa.text(f"coalesce({name}, '')"), "customer_id"])
    for name in SHARED:
        build(f"{name}_number", [sa.text(f"coalesce({name}, '')"), "number"], postgresql_include=[name])
    for name in ("status", "customer_type"):
        build(f"{name}_customer_id", [name, "customer_id"])
    build("name_order", ["name_sort_key", "customer_id"], postgresql_include=["name_fold"])
    build("locked", ["number", "locked_until"], postgresql_where=LOCKED)
    with op.get_context().autocommit_block():
        for name in (*TEXTS, "newsletter_status", "name_sort_key", "locked_until"):
            op.drop_index(f"ix_{GRID}_{name}", table_name=GRID, postgresql_concurrently=True, if_exists=True)
        for name in UNUSED:
            op.drop_index(name, table_name="customer", postgresql_concurrently=True, if_exists=True)


def build(name, columns, **options) -> None:
    build_index(f"ix_{GRID}_{name}", GRID, columns, **options)


def downgrade() -> None:
    for name, columns in UNUSED.items():
        op.create_index(name, "customer", columns)
    for name in (*TEXTS, "newsletter_status"):
        op.create_index(f"ix_{GRID}_{name}", GRID, [name, "number"])
    op.create_index(f"ix_{GRID}_name_sort_key", GRID, ["name_sort_key", "customer_id"])
    op.create_index(f"ix_{GRID}_locked_until", GRID, ["locked_until"], postgresql_where=LOCKED)
    for name in (*TEXTS, "newsletter_status", "status", "customer_type"):
        op.drop_index(f"ix_{GRID}_{name}_customer_id", table_name=GRID)
    for name in (*(f"{name}_number" for name in SHARED), "name_order", "locked"):
        op.drop_index(f"ix_{GRID}_{name}", table_name=GRID)
