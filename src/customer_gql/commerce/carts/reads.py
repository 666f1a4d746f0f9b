from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, cast, exists, func, select, true, tuple_

from customer_gql.commerce.catalog.tables import product, product_option_value, product_website
from customer_gql.database.statements import Connection
from customer_gql.loading.reads import Read, all_by, one_by

from .tables import cart, cart_address, cart_item as item

_contents = (
    select(
        func.count().label("item_count"),
        cast(func.coalesce(func.sum(item.c.quantity * product.c.price), 0), BigInteger).label("subtotal"),
    )
    .select_from(item.join(product))
    .where(item.c.customer_id == cart.c.customer_id, item.c.cart_id == cart.c.id)
    .correlate(cart)
    .lateral("contents")
)
_cart = select(cart, _contents).select_from(cart.join(_contents, true()))
_other = cart.alias("other")
_is_changed_last = ~exists().where(
    _other.c.customer_id == cart.c.customer_id,
    _other.c.is_active,
    tuple_(_other.c.updated_at, _other.c.id) > tuple_(cart.c.updated_at, cart.c.id),
)

carts_by_id = one_by(_cart, cart.c.customer_id, cart.c.id)
open_carts_by_customer = one_by(_cart.where(cart.c.is_active, _is_changed_last), cart.c.customer_id)
"""Of those on several websites the one that was changed last."""
all_open_carts_by_customer = all_by(_cart.where(cart.c.is_active).order_by(cart.c.website_id), cart.c.customer_id)
carts_by_website = one_by(_cart.where(cart.c.is_active), cart.c.customer_id, cart.c.website_id)
items_by_id = one_by(select(item), item.c.customer_id, item.c.cart_id, item.c.id)
items_by_cart = all_by(select(item).order_by(item.c.added_at, item.c.id), item.c.customer_id, item.c.cart_id)
addresses_by_cart: Final = all_by(select(cart_address), cart_address.c.customer_id, cart_address.c.cart_id)

_of_product: Final = (
    *(product.c[name] for name in ("sku", "type", "is_salable", "weight", "categories", "tax_class_id")),
    product.c.currency.label("option_currency"),
)
lines_by_cart: Final = all_by(
    select(item, *_of_product).select_from(item.join(product)).order_by(item.c.added_at, item.c.id),
    item.c.customer_id,
    item.c.cart_id,
)
"""Lines with what is known of their products."""
products_by_sku_here: Final = one_by(
    select(product_website.c.website_id, product.c.id.label("product_id"), *_of_product).select_from(
        product.join(product_website)
    ),
    product_website.c.website_id,
    product.c.sku,
)
"""The same of products that are sold on a website."""
option_values_by_product: Final = all_by(
    select(*(product_option_value.c[name] for name in ("product_id", "option_code", "code", "price"))),
    product_option_value.c.product_id,
)


async def fetch_by_keys(connection: Connection, read: Read, keys: Sequence[Any], **arguments: Any) -> Mapping[Any, Any]:
    """What a read finds by its keys, inside a transaction."""
    rows = await connection.fetch(read.statement.sql, *read.arguments(keys, arguments)) if keys else []
    return read.grouped(keys, [read.row_of(tuple(row)) for row in rows])
