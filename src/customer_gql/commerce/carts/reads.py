from sqlalchemy import BigInteger, cast, func, select, true

from customer_gql.commerce.catalog.tables import product
from customer_gql.loading.reads import all_by, one_by

from .tables import cart, cart_item as item

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

carts_by_id = one_by(_cart, cart.c.customer_id, cart.c.id)
open_carts_by_customer = one_by(_cart.where(cart.c.is_active), cart.c.customer_id)
items_by_id = one_by(select(item), item.c.customer_id, item.c.cart_id, item.c.id)
items_by_cart = all_by(select(item).order_by(item.c.added_at, item.c.id), item.c.customer_id, item.c.cart_id)
