"""How a guest names an order: by its token, or by what the order says about its buyer (docs/domain/orders.md#orders-26)."""

import hmac
from typing import NamedTuple

from sqlalchemy import select

from customer_gql.commerce.guests.writes import find_guest_order
from customer_gql.commerce.orders.reads import VISIBLE_ORDERS
from customer_gql.commerce.orders.tables import sales_order, sales_order_address, sales_order_number
from customer_gql.core.text import fold_text
from customer_gql.database.statements import Connection, Row, fetch_one

_NO_KEY = (0, 0)


class OrderLookup(NamedTuple):
    """What a guest enters; `email_key` is the form in which addresses are compared."""

    number: str
    email_key: str
    last_name: str


async def find_order_of_token(connection: Connection, token: str) -> Row | None:
    found = await find_guest_order(connection, token)
    return None if found is None else await _find_visible_order(connection, (found.customer_id, found.order_id))


async def find_order_of_lookup(connection: Connection, lookup: OrderLookup) -> Row | None:
    """The guest's order of which everything is right; the same statements whatever is wrong."""
    by_number = select(sales_order_number).where(sales_order_number.c.number == lookup.number)
    known = await fetch_one(connection, by_number)
    key = _NO_KEY if known is None else (known.customer_id, known.order_id)
    order = await _find_visible_order(connection, key)
    address = sales_order_address
    of_order = (address.c.customer_id == key[0], address.c.order_id == key[1], address.c.kind == "BILLING")
    billing = await fetch_one(connection, select(address.c.name).where(*of_order))
    if order is None or billing is None or not order.is_guest:
        return None
    is_email = hmac.compare_digest(order.customer_email_key.encode(), lookup.email_key.encode())
    return order if has_last_name(billing.name, lookup.last_name) and is_email else None


async def _find_visible_order(connection: Connection, key: tuple[int, int]) -> Row | None:
    of_key = (sales_order.c.customer_id == key[0], sales_order.c.id == key[1])
    return await fetch_one(connection, VISIBLE_ORDERS.where(*of_key))


def has_last_name(name: str, given: str) -> bool:
    """Whether whole words of a name, without the first one where there are several, are the last name. An order keeps names as a
    whole, with what stands before the first and after the last one."""
    words, wanted = fold_text(name).split(), fold_text(given).split()
    places = range(min(1, len(words) - len(wanted)), len(words) - len(wanted) + 1)
    return bool(wanted) and any(words[place : place + len(wanted)] == wanted for place in places if place >= 0)
