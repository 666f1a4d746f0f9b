"""Orders take stock when they are placed, and give it back with what is canceled (docs/domain/checkout.md#checkout-3)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Integer, column, func, select, update

from customer_gql.commerce.catalog.tables import product_stock as stock
from customer_gql.commerce.checkout.tables import taken_stock
from customer_gql.commerce.orders.tables import sales_order_item as item
from customer_gql.commerce.orders.workflow.writes import LockedOrder
from customer_gql.database.statements import (
    Connection,
    Statement,
    compile_statement,
    delete_rows,
    equals_any,
    fetch_rows,
    given_rows,
    insert_rows,
    update_rows,
)


async def lock_stock(connection: Connection, product_ids: Sequence[int]) -> None:
    """In the order of their keys, so that two orders never wait for each other."""
    locked = select(stock.c.product_id).where(equals_any(stock.c.product_id, sorted(set(product_ids))))
    await fetch_rows(connection, locked.order_by(stock.c.product_id).with_for_update())


def _add_to_stock() -> Statement:
    given = given_rows("rows", column("product_id", BigInteger()), column("quantity", Integer()))
    added = update(stock).where(stock.c.product_id == given.c.product_id, stock.c.quantity.is_not(None))
    return compile_statement(added.values(quantity=stock.c.quantity + given.c.quantity).returning(stock.c.product_id))


_ADD: Final = _add_to_stock()


async def _change_stock(connection: Connection, quantities: Mapping[int, int]) -> set[int]:
    """Add to locked stock, or with negative numbers take out of it; the products whose stock is tracked."""
    rows = [{"product_id": key, "quantity": quantity} for key, quantity in sorted(quantities.items())]
    found = await fetch_rows(connection, _ADD, rows=orjson.dumps(rows).decode())
    return {row.product_id for row in found}


async def take_stock(connection: Connection, order: Mapping[str, int], items: Sequence[Mapping[str, Any]]) -> None:
    """Of locked stock that is enough."""
    sums: dict[int, int] = {}
    for one in items:
        sums[one["product_id"]] = sums.get(one["product_id"], 0) - one["quantity_ordered"]
    tracked = await _change_stock(connection, sums)
    rows = [
        {
            **order,
            "position": one["position"],
            "product_id": one["product_id"],
            "quantity": one["quantity_ordered"],
        }
        for one in items
        if one["product_id"] in tracked
    ]
    await insert_rows(connection, taken_stock, rows)


async def return_stock(connection: Connection, order: LockedOrder) -> None:
    """What was canceled of the items, as far as it was not given back before."""
    of_order = (taken_stock.c.customer_id == order.row.customer_id, taken_stock.c.order_id == order.row.id)
    same_item = (
        (item.c.customer_id == taken_stock.c.customer_id)
        & (item.c.order_id == taken_stock.c.order_id)
        & (item.c.position == taken_stock.c.position)
    )
    back = func.least(taken_stock.c.quantity, item.c.quantity_canceled).label("back")
    rows = await fetch_rows(
        connection, select(taken_stock, back).select_from(taken_stock.join(item, same_item)).where(*of_order, back > 0)
    )
    if not rows:
        return
    await lock_stock(connection, [row.product_id for row in rows])
    sums: dict[int, int] = {}
    for row in rows:
        sums[row.product_id] = sums.get(row.product_id, 0) + row.back
    await _change_stock(connection, sums)
    for row in rows:
        key = {**order.key, "position": row.position}
        if row.back == row.quantity:
            await delete_rows(connection, taken_stock, key)
        else:
            await update_rows(connection, taken_stock, key, {"quantity": row.quantity - row.back})
