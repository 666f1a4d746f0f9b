"""What a browser had in its cart goes into that of the customer who signs in (docs/domain/carts.md#carts-21)."""

from typing import Any, Final

from sqlalchemy import select

from customer_gql.commerce.carts.delivery.vat import is_group_free
from customer_gql.commerce.carts.lines.edits import LineEdits
from customer_gql.commerce.carts.reads import addresses_by_cart, fetch_by_keys, lines_by_cart
from customer_gql.commerce.carts.settings import MAX_LINES, MAX_QUANTITY
from customer_gql.commerce.carts.tables import cart, cart_address
from customer_gql.commerce.carts.writes import (
    CART_TOKEN_UNKNOWN,
    CartOutcome,
    LockedCart,
    begin_edits,
    clear_cart,
    make_cart,
    store_edits,
    touch_cart,
)
from customer_gql.commerce.guests.writes import find_guest, forget_guest
from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.clock import read_clock
from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.sessions.remembered import shows_remembered_carts
from customer_gql.customers.accounts.sign_in.hooks import SignInFacts
from customer_gql.database.distribution.forms import lock_rows_of_customers
from customer_gql.database.statements import Connection, Row, fetch_one, insert_row, update_rows
from customer_gql.messaging.events.writes import Event, emit
from customer_gql.shop.settings.reads import settings_at
from customer_gql.shop.settings.time_zones import TIME_ZONE

_SETTINGS: Final = (MAX_LINES, MAX_QUANTITY, TIME_ZONE)


async def merge_at_sign_in(connection: Connection, signed_in: SignInFacts) -> None:
    """The cart that the browser showed: that of the guest whose token opens one on this website, else that of another customer that
    the device remembered."""
    token, customer_id, website_id = signed_in.cart_token, signed_in.customer_id, signed_in.website_id
    guest_id = None if token is None else await find_guest(connection, token)
    by = Actor(ActorKind.CUSTOMER, customer_id, address=signed_in.address)
    place = {"website_id": website_id, "store_view_id": signed_in.store_view_id}
    if token is not None and guest_id is not None and await _has_cart(connection, guest_id, website_id):
        await merge_cart(connection, token, customer_id, **place, by=by)
    elif signed_in.remembered_id is not None and await shows_remembered_carts(connection, website_id=website_id):
        await move_lines(connection, signed_in.remembered_id, customer_id, **place, by=by)


async def move_lines(
    connection: Connection, from_id: int, customer_id: int, *, website_id: int, store_view_id: int, by: Actor
) -> None:
    """Empty the cart of another customer into that of this one (docs/domain/carts.md#carts-22): lines alone, at no price by staff."""
    if not await _has_cart(connection, from_id, website_id):
        return
    place = {"website_id": website_id, "store_view_id": store_view_id}
    locked = await _lock_two_carts(connection, from_id, customer_id, **place)
    if len(locked) < 2:  # it was ordered meanwhile
        return
    edits = await _take_over_lines(connection, locked[customer_id], locked[from_id])
    await store_edits(connection, locked[customer_id], edits, by=by)
    await clear_cart(connection, locked[from_id], by=by)


async def _lock_two_carts(
    connection: Connection, from_id: int, customer_id: int, *, website_id: int, store_view_id: int
) -> dict[int, LockedCart]:
    """The open carts on the website by their owners. Nobody else changes either meanwhile: the customer's is made before any is
    locked, so that two who merge never wait for each other."""
    await make_cart(connection, customer_id, website_id=website_id, store_view_id=store_view_id)
    shop = await settings_at(connection, *_SETTINGS, website_id=website_id)
    of_website = select(cart).where(cart.c.website_id == website_id, cart.c.is_active).order_by(cart.c.id)
    rows = await lock_rows_of_customers(connection, of_website, cart.c.customer_id, [from_id, customer_id])
    return {row.customer_id: LockedCart(row, shop) for row in rows}


async def _take_over_lines(connection: Connection, own: LockedCart, other: LockedCart) -> LineEdits:
    given = (await fetch_by_keys(connection, lines_by_cart, [other.key]))[other.key]
    edits = await begin_edits(connection, own, {row.product_id: row for row in given})
    for row in given:
        edits.take_over(row)
    return edits


async def merge_cart(
    connection: Connection, token: str, customer_id: int, *, website_id: int, store_view_id: int, by: Actor
) -> CartOutcome:
    """Raises `RuleError` for a token that opens no cart on this website, as after a merge."""
    guest_id = await find_guest(connection, token)
    if guest_id is None or not await _has_cart(connection, guest_id, website_id):
        raise CART_TOKEN_UNKNOWN(path=["cartToken"])
    place = {"website_id": website_id, "store_view_id": store_view_id}
    locked = await _lock_two_carts(connection, guest_id, customer_id, **place)
    if len(locked) < 2:  # the other one was quicker
        raise CART_TOKEN_UNKNOWN(path=["cartToken"])
    await _take_over(connection, locked[customer_id], locked[guest_id], by=by)
    await _close_merged(connection, locked[guest_id].row, token, by=by)
    return CartOutcome(locked[customer_id].key)


async def _has_cart(connection: Connection, guest_id: int, website_id: int | None = None) -> bool:
    of_guest = [cart.c.customer_id == guest_id, cart.c.is_active]
    if website_id is not None:
        of_guest.append(cart.c.website_id == website_id)
    return await fetch_one(connection, select(cart.c.id).where(*of_guest).limit(1)) is not None


async def _take_over(connection: Connection, own: LockedCart, guests: LockedCart, *, by: Actor) -> None:
    """What the customer's cart has already, wins."""
    fields: list[str] = []
    values = await _take_addresses(connection, own, guests.row)
    if values:
        fields.append("addresses")
    if guests.row.coupon_codes and not own.row.coupon_codes:
        values["coupon_codes"] = guests.row.coupon_codes
        fields.append("coupons")
    if values:
        await update_rows(connection, cart, own.of_cart, values)
    edits = await _take_over_lines(connection, own, guests)
    if not await store_edits(connection, own, edits, by=by, fields=[*fields, "items"]) and fields:
        await touch_cart(connection, own, by=by, fields=fields)


async def _take_addresses(connection: Connection, own: LockedCart, guests: Row) -> dict[str, Any]:
    """The values of the cart that go with its addresses; none where it has addresses, or the guest gave none."""
    key = (guests.customer_id, guests.id)
    found = await fetch_by_keys(connection, addresses_by_cart, sorted([own.key, key]))
    if found[own.key] or not found[key]:
        return {}
    names = [column.name for column in cart_address.c if column.name not in own.of_items]
    for row in found[key]:
        copy = {**own.of_items, **{name: getattr(row, name) for name in names}}
        await insert_row(connection, cart_address, copy)
    is_free = await is_group_free(connection, own.row.customer_id)
    return {
        "vat_group_id": guests.vat_group_id if is_free else own.row.vat_group_id,
        "shipping_method": own.row.shipping_method or guests.shipping_method,
    }


async def _close_merged(connection: Connection, row: Row, token: str, *, by: Actor) -> None:
    """The token opens nothing any more, unless the guest has a cart on another website."""
    now, key = read_clock(), {"customer_id": row.customer_id, "id": row.id}
    closed = {"is_active": False, "merged_at": now, "payment_token": None, "version": row.version + 1}
    await update_rows(connection, cart, key, {**closed, "updated_at": max(now, row.updated_at)})
    merged = Event("cart.changed", encode_id("crt", row.customer_id, row.id), ("state",), website_id=row.website_id)
    await emit(connection, [merged], by=by)
    if not await _has_cart(connection, row.customer_id):
        await forget_guest(connection, token)
