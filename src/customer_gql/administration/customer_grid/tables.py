"""The row of each customer in the grid: what it shows, and the forms by which it is found (docs/domain/grid.md#grid-10).

Every row is recomputed from other tables, see the module `projection`. A column of the grid that has a source of its own
gets its columns here, in the projection and in `filters`. What the customer has and edits change is not here: the grid reads
it from `customer`, whose indexes then are the only ones to follow such an edit.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
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


def _names_in_order(name: str, letters: int) -> Index:
    """The names with the same first letters in the order of last names."""
    columns = (text(f"left(name_fold, {letters})"), "name_sort_key", "customer_id")
    return Index(f"ix_customer_grid_row_name_{name}", *columns, postgresql_include=["name_fold"])


def _or_empty(name: str) -> TextClause:
    return text(f"coalesce({name}, '')")


customer_grid_row = table(
    "customer_grid_row",
    Column("customer_id", BigInteger, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("website_id", BigInteger, nullable=False),
    Column("created_in_store_view_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    _folded("name_fold"),
    sort_key_column(),
    Column("email", Text, nullable=False),
    _folded("email_key"),
    Column("external_id", Text),
    _folded("external_id_fold"),
    # In the order of their folds; null for a customer without tags.
    Column("tags", ARRAY(Text)),
    Column("tag_folds", ARRAY(Text)),
    Column("created_at", DateTime(timezone=True), nullable=False),
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
    # Of the primary membership in a company.
    Column("job_title", Text),
    _folded("job_title_fold"),
    Column("sales_representative_id", BigInteger),
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
    # A name starts with the first name: in the order of last names, those who have it may all come at the end.
    _names_in_order("initial", 1),
    _names_in_order("initials", 2),
    # With the order, for starts of names that few have: they are sorted without a look at their rows.
    Index(
        "ix_customer_grid_row_name_start", "name_fold", "number", postgresql_include=["name_sort_key", "customer_id"]
    ),
    Index("ix_customer_grid_row_email_key", "email_key", "customer_id"),
    _sought_in_order("telephone_e164"),
    Index("ix_customer_grid_row_telephone_digits", "telephone_digits", "number"),
    _sought_in_order("postcode_fold"),
    _sought_by_number("postcode_fold"),
    _sought_in_order("company_fold"),
    _sought_in_order("external_id_fold"),
    _sought_in_order("country_code"),
    _sought_by_number("country_code"),
    Index("ix_customer_grid_row_website_id", "website_id", "number"),
    _sought_in_order("newsletter_status"),
    _sought_by_number("newsletter_status"),
    Index("ix_customer_grid_row_created_at", "created_at", "customer_id"),
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
    Index(
        "ix_customer_grid_row_sales_representative_id",
        "sales_representative_id",
        "number",
        postgresql_where=text("sales_representative_id IS NOT NULL"),
    ),
    Index("ix_customer_grid_row_document", "document", postgresql_using="gin"),
    distribution="customer",
)

# The values of attributes as filters compare them: folded texts, days as in ISO 8601, answers as `true` and `false`, and codes
# of options. The number of the customer is here so that one index finds a value in the usual order of the list.
customer_grid_attribute = table(
    "customer_grid_attribute",
    Column("customer_id", BigInteger, nullable=False),
    Column("attribute_id", BigInteger, nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("value", Text(collation="C"), nullable=False),
    Column("number", BigInteger, nullable=False),
    PrimaryKeyConstraint("customer_id", "attribute_id", "place"),
    ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
    Index(
        "ix_customer_grid_attribute_value",
        "attribute_id",
        "value",
        "number",
        postgresql_include=["customer_id", "place"],
    ),
    distribution="customer",
)
