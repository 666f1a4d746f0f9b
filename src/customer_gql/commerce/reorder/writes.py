"""Customers put what they ordered before into their cart again, at the prices of today (docs/domain/orders.md#orders-25)."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from customer_gql.commerce.carts import writes as carts
from customer_gql.commerce.carts.lines.edits import NewLine
from customer_gql.commerce.carts.lines.priced_lines import parse_options
from customer_gql.commerce.carts.reads import fetch_by_keys
from customer_gql.commerce.catalog.reads import products_by_id
from customer_gql.commerce.orders.own_orders import find_own_order
from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.orders.tables import sales_order_item as item
from customer_gql.commerce.orders.workflow.actions import NOT_POSSIBLE
from customer_gql.commerce.orders.workflow.writes import ORDER_NOT_FOUND
from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row, fetch_rows
from customer_gql.shop.settings.reads import setting

from .settings import REORDER_ALLOWED

MOST_ITEMS: Final = 1000
_DISABLED: Final = Refusal(
    "order.reorder_disabled",
    "Orders of this shop are not ordered again here. Add the products to the cart instead.",
    UserErrorCode.NOT_ALLOWED,
)
_TOO_LARGE: Final = Refusal(
    "order.reorder_too_large",
    "The order has more than {limit} items. Add the products to the cart instead.",
    UserErrorCode.TOO_MANY,
)
_STATES_WITHOUT: Final = frozenset({OrderState.ON_HOLD.value, OrderState.PAYMENT_REVIEW.value})


class ItemFailure(NamedTuple):
    """An item that did not get into the cart, by public id, and what refused it."""

    item_id: str
    error: RuleError


class NothingAddedError(Exception):
    """Raised inside the transaction, so that no cart is made for nothing."""

    def __init__(self, failures: Sequence[ItemFailure]) -> None:
        super().__init__()
        self.failures = failures


class Reordered(NamedTuple):
    cart: tuple[int, int]
    failures: Sequence[ItemFailure]


async def reorder(connection: Connection, key: tuple[int, int], *, customer_id: int, view: Row, by: Actor) -> Reordered:
    """Add the items of an order of the customer to the cart on the website of the view, each for itself. Raises `RuleError`, and
    `NothingAddedError` where none of them got there."""
    order = await find_own_order(connection, key, customer_id=customer_id)
    if order is None:
        raise ORDER_NOT_FOUND(path=["id"])
    if not await setting(connection, REORDER_ALLOWED, store_view_id=order.store_view_id):
        raise _DISABLED(path=["id"])
    if order.state in _STATES_WITHOUT:
        raise NOT_POSSIBLE(path=["id"], state=order.state)
    items = await _read_items(connection, key)
    public = [encode_id("oit", *key, one.position) for one in items]
    lines = await _make_lines(connection, items)
    cart = await carts.open_cart(connection, customer_id, website_id=view.website_id, store_view_id=view.id)
    try:
        outcome = await carts.add_items(connection, cart, lines, by=by) if lines else carts.CartOutcome(cart.key)
    except RuleErrors as refused:
        raise NothingAddedError(_name_failures(refused.errors, public)) from None
    return Reordered(cart.key, _name_failures(outcome.refused, public))


async def _read_items(connection: Connection, key: tuple[int, int]) -> list[Row]:
    of_order = (item.c.customer_id == key[0], item.c.order_id == key[1])
    found = await fetch_rows(connection, select(item).where(*of_order).order_by(item.c.position).limit(MOST_ITEMS + 1))
    if len(found) > MOST_ITEMS:
        raise _TOO_LARGE(path=["id"], limit=MOST_ITEMS)
    return found


async def _make_lines(connection: Connection, items: Sequence[Any]) -> list[NewLine]:
    """By the SKU that the product has now; that of the item where the product is gone."""
    ids = sorted({one.product_id for one in items if one.product_id is not None})
    known = await fetch_by_keys(connection, products_by_id, ids)
    lines = list[NewLine]()
    for one in items:
        product = known.get(one.product_id)
        sku = one.sku if product is None else product.sku
        lines.append(NewLine(sku, one.quantity_ordered, parse_options(one.options)))
    return lines


def _name_failures(refused: Sequence[RuleError], ids: Sequence[str]) -> list[ItemFailure]:
    """Paths of carts begin with `items` and the place of a line."""
    return [ItemFailure(ids[int(error.path[1])], error) for error in refused]
