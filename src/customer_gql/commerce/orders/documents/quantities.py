"""Which items of an order a document takes, and how many of each (docs/domain/orders.md#orders-17)."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import orjson
from sqlalchemy import BigInteger, Integer, bindparam, column as sql_column, literal_column, select, update

from customer_gql.commerce.orders.tables import sales_order_item as item
from customer_gql.commerce.orders.workflow.writes import LockedOrder
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.core.input_ids import parse_input_keys
from customer_gql.database.statements import (
    Connection,
    Row,
    Statement,
    compile_statement,
    execute_statement,
    fetch_rows,
    given_rows,
)

ITEM_NOT_FOUND: Final = Refusal("order_item.not_found", "The order has no such item.", UserErrorCode.NOT_FOUND)
_ITEM_TWICE: Final = Refusal("order_item.twice", "Enter each item once.")
_NO_ITEMS: Final = Refusal(
    "order_item.none", "Enter at least one item, or leave the list out for all that is left.", UserErrorCode.REQUIRED
)
_QUANTITY_TOO_SMALL: Final = Refusal("order_item.quantity_too_small", "Enter a quantity of at least 1.")
_QUANTITY_TOO_LARGE: Final = Refusal(
    "order_item.quantity_too_large",
    "Enter at most {left}; there is no more of this item left.",
    UserErrorCode.NOT_ALLOWED,
)


_given = given_rows("rows", sql_column("position", Integer), sql_column("quantity", Integer))


def _add_to(column: str, sign: int = 1) -> Statement:
    return compile_statement(
        update(item)
        .where(
            item.c.customer_id == bindparam("customer_id", type_=BigInteger()),
            item.c.order_id == bindparam("order_id", type_=BigInteger()),
            item.c.position == _given.c.position,
        )
        .values({column: item.c[column] + literal_column(str(sign)) * _given.c.quantity})
    )


_ADD: Final = {column: _add_to(column) for column in ("quantity_invoiced", "quantity_shipped")}
_TAKE_BACK: Final = {"quantity_invoiced": _add_to("quantity_invoiced", -1)}


class GivenItem(NamedTuple):
    """As a mutation takes it."""

    order_item_id: str
    quantity: int


class TakenItem(NamedTuple):
    """An item of the order before the document, and how many of it the document takes."""

    row: Row
    quantity: int


async def read_items(connection: Connection, order: LockedOrder) -> list[Row]:
    of_order = (item.c.customer_id == order.row.customer_id, item.c.order_id == order.row.id)
    return await fetch_rows(connection, select(item).where(*of_order).order_by(item.c.position))


def take_items(
    rows: Sequence[Row], given: Sequence[GivenItem] | None, count_left: Callable[[Row], int]
) -> list[TakenItem]:
    """Those that are given, else all that is left. Raises `RuleErrors` with everything that does not fit."""
    if given is None:
        return [TakenItem(row, count_left(row)) for row in rows if count_left(row)]
    if not given:
        raise _NO_ITEMS(path=["items"])
    by_id = {encode_id("oit", row.customer_id, row.order_id, row.position): row for row in rows}
    refused, taken = CollectedErrors(), dict[str, TakenItem]()
    for place, one in enumerate(given):
        with refused.collecting():
            path = ["items", str(place)]
            parse_input_keys(one.order_item_id, "oit", 3, [*path, "orderItemId"])
            row = by_id.get(one.order_item_id)
            if row is None:
                raise ITEM_NOT_FOUND(path=[*path, "orderItemId"])
            if one.order_item_id in taken:
                raise _ITEM_TWICE(path=[*path, "orderItemId"])
            _validate_quantity(one.quantity, count_left(row), [*path, "quantity"])
            taken[one.order_item_id] = TakenItem(row, one.quantity)
    refused.raise_collected()
    return sorted(taken.values(), key=lambda one: one.row.position)


def _validate_quantity(quantity: int, left: int, path: Sequence[str]) -> None:
    if quantity < 1:
        raise _QUANTITY_TOO_SMALL(path=path)
    if quantity > left:
        raise _QUANTITY_TOO_LARGE(path=path, left=left)


async def add_quantities(connection: Connection, order: LockedOrder, column: str, taken: Sequence[TakenItem]) -> None:
    """Count what a document took. A check of the table refuses more than there is."""
    await _change_quantities(connection, order, _ADD[column], taken)


async def take_back_quantities(
    connection: Connection, order: LockedOrder, column: str, taken: Sequence[TakenItem]
) -> None:
    """The same for a document that is canceled."""
    await _change_quantities(connection, order, _TAKE_BACK[column], taken)


async def _change_quantities(
    connection: Connection, order: LockedOrder, statement: Statement, taken: Sequence[TakenItem]
) -> None:
    rows = [{"position": one.row.position, "quantity": one.quantity} for one in taken]
    await execute_statement(connection, statement, **order.key, rows=orjson.dumps(rows).decode())
