"""Numbers of orders, counted for each store view (docs/domain/checkout.md#checkout-5)."""

from typing import Final

from sqlalchemy import BigInteger, bindparam, literal_column, select
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.commerce.checkout.settings import NUMBER_PREFIX
from customer_gql.commerce.checkout.tables import order_counter
from customer_gql.commerce.orders.tables import sales_order_number
from customer_gql.database.statements import Connection, compile_statement, fetch_value
from customer_gql.shop.settings.reads import setting
from customer_gql.shop.websites.tables import store_view

_put = upsert(order_counter).values(
    store_view_id=bindparam("store_view_id", type_=BigInteger()), last_number=literal_column("1")
)
_COUNT: Final = compile_statement(
    _put.on_conflict_do_update(
        index_elements=["store_view_id"], set_={"last_number": order_counter.c.last_number + literal_column("1")}
    ).returning(order_counter.c.last_number)
)


async def draw_order_number(connection: Connection, store_view_id: int, customer_id: int, order_id: int) -> str:
    """The next number, such as `DE-00000042`, that no order has; others wait for it until the transaction ends."""
    prefix = await setting(connection, NUMBER_PREFIX, store_view_id=store_view_id)
    if not prefix:
        prefix = await fetch_value(connection, select(store_view.c.code).where(store_view.c.id == store_view_id))
    while True:
        count = await fetch_value(connection, _COUNT, store_view_id=store_view_id)
        number = f"{prefix.upper()}-{count:08}"
        claimed = upsert(sales_order_number).values(number=number, customer_id=customer_id, order_id=order_id)
        free = claimed.on_conflict_do_nothing().returning(sales_order_number.c.number)
        if await fetch_value(connection, free) is not None:
            return number
