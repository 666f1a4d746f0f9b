"""What a batch of synthetic customers is made of: rows for COPY, and time as whole milliseconds.

Times are counted from the same instant as keys are, so that a row's key is made of its time.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

Rows: TypeAlias = dict[str, list[tuple[Any, ...]]]
"""Table name to rows; a row's values are in the order of `COLUMNS`."""

EPOCH: Final = datetime(2024, 1, 1, tzinfo=UTC)
SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_KEY_COUNTER_BITS: Final = 22
_KEY_COUNTER: Final = (1 << _KEY_COUNTER_BITS) - 1

# Parents before children, because foreign keys are checked when each COPY ends.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    table: tuple(columns.split())
    for table, columns in {
        "customer": "id number version email prefix first_name middle_name last_name suffix gender date_of_birth"
        " tax_vat_number website_id created_in_store_view_id group_id is_automatic_group_change_disabled status"
        " customer_type is_email_confirmed locked_until allows_remote_assistance created_at updated_at",
        "customer_email": "email_normalised scope customer_id",
        "customer_activity": "customer_id last_sign_in_at last_sign_out_at last_activity_at",
        "address": "customer_id id prefix first_name middle_name last_name suffix company street city region postcode"
        " country_code telephone fax vat_number is_default_billing is_default_shipping created_at updated_at",
        "newsletter_subscription": "customer_id store_view_id status changed_at",
        "sales_order": "customer_id id number status store_view_id placed_at customer_email customer_name"
        " sales_representative_id currency subtotal discount_total shipping_total tax_total grand_total refunded_total"
        " updated_at",
        "sales_order_number": "number customer_id order_id",
        "sales_order_address": "customer_id order_id kind name company street city region postcode country_code"
        " telephone",
        "sales_order_item": "customer_id order_id position product_id sku name quantity_ordered quantity_shipped"
        " currency price discount row_total",
        "shipment": "customer_id order_id id shipped_at",
        "tracking_number": "customer_id order_id shipment_id position carrier number",
        "cart": "customer_id id store_view_id currency is_active created_at updated_at",
        "cart_item": "customer_id cart_id id product_id quantity added_at",
        "wishlist": "customer_id id name visibility is_default updated_at",
        "wishlist_item": "customer_id wishlist_id id product_id quantity comment added_at",
        "review": "customer_id id product_id store_view_id nickname title detail rating status created_at",
        "store_credit": "customer_id website_id balance currency updated_at",
        "store_credit_entry": "customer_id id website_id action amount balance_after currency comment idempotency_key"
        " created_at",
        "reward_points": "customer_id website_id balance updated_at",
        "reward_points_entry": "customer_id id website_id action points balance_after comment idempotency_key"
        " created_at expires_at",
    }.items()
}


def no_rows() -> Rows:
    return {table: [] for table in COLUMNS}


def at(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


def since_epoch(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def key(milliseconds: int, counter: int) -> int:
    return milliseconds << _KEY_COUNTER_BITS | counter & _KEY_COUNTER


def weighted(weights: dict[Any, int]) -> tuple[Any, ...]:
    """Each value as often as its weight: one draw is one look-up, much cheaper than `random.choices`."""
    return tuple(value for value, weight in weights.items() for _ in range(weight))
