"""The built-in fields among the attributes, and the permission to manage attributes for the roles that may do everything.

Writes a few rows of small tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "b7d41e08c52a"
down_revision = "a3f27c9b1e64"
branch_labels = None
depends_on = None

CUSTOMER = ("SIGN_UP", "ACCOUNT_EDIT", "ADMIN_CHECKOUT")
ADDRESS = ("ADDRESS_CREATE", "ADDRESS_EDIT")
# In the order of forms, which the shop can change.
FIELDS = {
    "CUSTOMER": (
        ("email", "TEXT", ("SIGN_UP", "ADMIN_CHECKOUT")),
        ("prefix", "TEXT", CUSTOMER),
        ("firstName", "TEXT", CUSTOMER),
        ("middleName", "TEXT", CUSTOMER),
        ("lastName", "TEXT", CUSTOMER),
        ("suffix", "TEXT", CUSTOMER),
        ("gender", "SELECT", CUSTOMER),
        ("dateOfBirth", "DATE", CUSTOMER),
        ("birthYear", "TEXT", CUSTOMER),
        ("taxVatNumber", "TEXT", CUSTOMER),
        ("allowsRemoteAssistance", "BOOLEAN", CUSTOMER),
    ),
    "ADDRESS": (
        ("prefix", "TEXT", ADDRESS),
        ("firstName", "TEXT", ADDRESS),
        ("middleName", "TEXT", ADDRESS),
        ("lastName", "TEXT", ADDRESS),
        ("suffix", "TEXT", ADDRESS),
        ("company", "TEXT", ADDRESS),
        ("street", "MULTILINE", ADDRESS),
        ("city", "TEXT", ADDRESS),
        ("region", "TEXT", ADDRESS),
        ("postcode", "TEXT", ADDRESS),
        ("countryCode", "SELECT", ADDRESS),
        ("telephone", "TEXT", ADDRESS),
        ("fax", "TEXT", ADDRESS),
        ("vatNumber", "TEXT", ADDRESS),
        ("isDefaultBilling", "BOOLEAN", ADDRESS),
        ("isDefaultShipping", "BOOLEAN", ADDRESS),
    ),
}
NOT_PERSONAL = ("allowsRemoteAssistance", "region", "countryCode", "isDefaultBilling", "isDefaultShipping")
ALL_BEFORE = ("customers.change_email", "jobs.manage", "storefront.proxy", "views.share")


def upgrade() -> None:
    attribute = sa.table(
        "attribute",
        sa.column("id", sa.BigInteger),
        sa.column("entity", sa.Text),
        sa.column("code", sa.Text),
        sa.column("type", sa.Text),
        sa.column("is_system", sa.Boolean),
        sa.column("sort_order", sa.Integer),
        sa.column("forms", postgresql.ARRAY(sa.Text)),
        sa.column("is_personal", sa.Boolean),
        sa.column("is_visible", sa.Boolean),
    )
    listed = [(entity, place, *field) for entity, fields in FIELDS.items() for place, field in enumerate(fields, 1)]
    rows = [
        {
            "id": number,
            "entity": entity,
            "code": code,
            "type": kind,
            "is_system": True,
            "sort_order": place * 10,
            "forms": list(forms),
            "is_personal": code not in NOT_PERSONAL,
            "is_visible": True,
        }
        for number, (entity, place, code, kind, forms) in enumerate(listed, 1)
    ]
    op.bulk_insert(attribute, rows)
    add_permission("attributes.manage", since_first=ALL_BEFORE)


def downgrade() -> None:
    remove_permission("attributes.manage")
    op.execute("DELETE FROM attribute WHERE is_system")
