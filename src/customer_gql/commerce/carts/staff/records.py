"""What staff did to a cart, in the history of staff (docs/domain/carts.md#carts-18)."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from customer_gql.commerce.carts.reads import fetch_by_keys, lines_by_cart
from customer_gql.commerce.carts.tables import cart
from customer_gql.commerce.carts.writes import LockedCart
from customer_gql.core.actor import Actor
from customer_gql.core.ids import encode_id
from customer_gql.core.money import format_amount
from customer_gql.database.statements import Connection, fetch_row
from customer_gql.staff.audit.writes import record_staff_event


@asynccontextmanager
async def record_cart_change(connection: Connection, locked: LockedCart, *, by: Actor) -> AsyncGenerator[None]:
    """Compares the cart before and after; nothing is written where it stays as it is."""
    before = await _describe_cart(connection, locked)
    yield
    after = await _describe_cart(connection, locked)
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    if changes:
        stored = await fetch_row(connection, cart, locked.of_cart)
        subject, version = encode_id("crt", *locked.key), None if stored is None else stored.version
        await record_staff_event(connection, "CART_CHANGED", by=by, subject=subject, changes=changes, version=version)


async def _describe_cart(connection: Connection, locked: LockedCart) -> dict[str, Any]:
    rows = (await fetch_by_keys(connection, lines_by_cart, [locked.key]))[locked.key]
    stored = await fetch_row(connection, cart, locked.of_cart)
    lines = list[str]()
    for row in rows:
        own = row.custom_price
        priced = "" if own is None else f" at {format_amount(own, locked.row.currency)} {locked.row.currency}"
        lines.append(f"{row.quantity} x {row.sku}{priced}")
    return {"items": lines, "coupons": [] if stored is None else list(stored.coupon_codes)}
