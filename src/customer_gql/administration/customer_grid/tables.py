"""The row of each customer in the grid: what it shows, and the forms by which it is found (docs/domain/grid.md#grid-10).

Every row is recomputed from other tables, see the module `projection`. A column of the grid that has a source of its own
gets its columns here, in the projection and in `filters`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    TextClause,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from customer_gql.database.tables import currency_column, sort_key_column, table


def _folded(name: str) -> Column[str]:
    """The form of a text that filters compare, byte by byte."""
    return Column(name, Text(collation="C"))


def _sought_in_order(name: str) -> Index:
    """Finds a text and gives the order by it, in which empty values come first."""
    return Index(f"ix_customer_grid_row_{name}_customer_id", _or_empty(name), "customer_id")


def _sought_by_number(name: str) -> Index:
    """Finds a text that many share in the usual order; with the text itself the index alone is enough to count them."""
    return Index(f"ix_customer_grid_row_{name}_number", _or_empty(name), "number", postgresql_include=[name])


def _or_empty(name: str) -> TextClause:
    return text(f"coalesce({name}, '')")


customer_grid_row = table(
    "customer_grid_row",
    Column("customer_id", BigInteger, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("website_id", BigInteger, nullable=False),
    Column("group_id", BigInteger, nullable=False),
    Column("created_in_store_view_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    _folded("name_fold"),
    sort_key_column(),
    Column("email", Text, nullable=False),
    _folded("email_key"),
    Column("status", Text, nullable=False),
    Column("customer_type", Text, nullable=False),
    Column("confirmation_status", Text, nullable=False),
    Column("locked_until", DateTime(timezone=True)),
    Column("allows_remote_assistance", Boolean, nullable=False),
    Column("date_of_birth", Date),
    Column("birth_year", SmallInteger),
    Column("gender", Text),
    Column("tax_vat_number", Text),
    _folded("tax_vat_number_fold"),
    Column("external_id", Text),
    _folded("external_id_fold"),
    # In the order of their folds; null for a customer without tags.
    Column("tags", ARRAY(Text)),
    Column("tag_folds", ARRAY(Text)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    # The default billing address.
    Column("telephone", Text),
    _folded("telephone_e164"),
    _folded("telephone_digits"),
    Column("postcode", Text),
    _folded("postcode_fold"),
    Column("country_code", Text(collation="C")),
    Column("region", Text),
    _folded("region_fold"),
    Column("company", Text),
    _folded("company_fold"),
    Column("street", Text),
    _folded("street_fold"),
    Column("city", Text),
    _folded("city_fold"),
    Column("fax", Text),
    _folded("fax_fold"),
    Column("billing_first_name", Text),
    _folded("billing_first_name_fold"),
    Column("billing_last_name", Text),
    _folded("billing_last_name_fold"),
    Column("vat_number", Text),
    _folded("vat_number_fold"),
    Column("billing_address", Text),
    Column("shipping_address", Text),
    # Activity, orders, balances and subscriptions.
    Column("last_sign_in_at", DateTime(timezone=True)),
    Column("last_activity_at", DateTime(timezone=True)),
    currency_column(),
    Column("order_count", BigInteger, nullable=False),
    Column("lifetime_value", Numeric(38, 0), nullable=False),
    Column("average_order_value", Numeric(38, 0)),
    Column("first_order_at", DateTime(timezone=True)),
    Column("last_order_at", DateTime(timezone=True)),
    Column("store_credit", BigInteger, nullable=False),
    Column("reward_points", Integer, nullable=False),
    Column("newsletter_status", Text),
    Column("subscribed_store_view_id", BigInteger),
    Column("document", TSVECTOR, nullable=False),
    ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
    Index("ix_customer_grid_row_number", "number", "customer_id"),
    # With what a name is found by, which is not in the order of the last names.
    Index("ix_customer_grid_row_name_order", "name_sort_key", "customer_id", postgresql_include=["name_fold"]),
    Index("ix_customer_grid_row_name_fold", "name_fold", "number"),
    Index("ix_customer_grid_row_email_key", "email_key", "customer_id"),
    _sought_in_order("telephone_e164"),
    Index("ix_customer_grid_row_telephone_digits", "telephone_digits", "number"),
    _sought_in_order("postcode_fold"),
    _sought_by_number("postcode_fold"),
    _sought_in_order("company_fold"),
    _sought_in_order("tax_vat_number_fold"),
    _sought_in_order("external_id_fold"),
    _sought_in_order("country_code"),
    _sought_by_number("country_code"),
    Index("ix_customer_grid_row_group_id", "group_id", "number"),
    Index("ix_customer_grid_row_website_id", "website_id", "number"),
    Index("ix_customer_grid_row_customer_type", "customer_type", "number"),
    Index("ix_customer_grid_row_customer_type_customer_id", "customer_type", "customer_id"),
    Index("ix_customer_grid_row_status", "status", "number"),
    Index("ix_customer_grid_row_status_customer_id", "status", "customer_id"),
    _sought_in_order("newsletter_status"),
    _sought_by_number("newsletter_status"),
    # Locks that ended long ago are few, and passed over without a look at their rows.
    Index("ix_customer_grid_row_locked", "number", "locked_until", postgresql_where=text("locked_until IS NOT NULL")),
    Index("ix_customer_grid_row_created_at", "created_at", "customer_id"),
    Index("ix_customer_grid_row_updated_at", "updated_at", "customer_id"),
    Index("ix_customer_grid_row_order_count", "order_count", "customer_id"),
    Index("ix_customer_grid_row_lifetime_value", "lifetime_value", "customer_id"),
    Index(
        "ix_customer_grid_row_last_order_at", text("coalesce(last_order_at, '-infinity'::timestamptz)"), "customer_id"
    ),
    Index(
        "ix_customer_grid_row_last_activity_at",
        text("coalesce(last_activity_at, '-infinity'::timestamptz)"),
        "customer_id",
    ),
    Index("ix_customer_grid_row_tag_folds", "tag_folds", postgresql_using="gin"),
    Index("ix_customer_grid_row_document", "document", postgresql_using="gin"),
    distribution="customer",
)
