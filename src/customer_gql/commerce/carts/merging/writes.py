"""A guest's cart goes into that of the customer who the guest turns out to be (docs/domain/carts.md#carts-21)."""

from typing import Any, Final

from sqlalchemy import select

from customer_gql.commerce.carts.delivery.vat import is_group_free
from customer_gql.commerce.carts.reads import addresses_by_cart, fetch_by_keys, lines_by_cart
from customer_gql.commerce.carts.settings import MAX_LINES, MAX_QUANTITY
from customer_gql.commerce.carts.tables import cart, cart_address
from customer_gql.commerce.carts.writes import (
    CART_TOKEN_UNKNOWN,
    CartOutcome,
    LockedCart,
    begin_edits,
    make_cart,
    store_edits,
    touch_cart,
)
from customer_gql.commerce.guests.writes import find_guest, forget_guest
from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.clock import read_clock
from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.sign_in.hooks import SignInFacts
from customer_gql.database.distribution.forms import lock_rows_of_customers
from customer_gql.database.statements import Connection, Row, fetch_one, insert_row, update_rows
from customer_gql.messaging.events.writes import Event, emit
from customer_gql.shop.settings.reads import settings_at
from customer_gql.shop.settings.time_zones import TIME_ZONE

_SETTINGS: Final = (MAX_LINES, MAX_QUANTITY, TIME_ZONE)


async def merge_at_sign_in(connection: Connection, signed_in: SignInFacts) -> None:
    """Nothing without a token that opens a cart on this website."""
    token, website_id = signed_in.cart_token, signed_in.website_id
    guest_id = None if token is None else await find_guest(connection, token)
    if token is None or guest_id is None or not await _has_cart(connection, guest_id, website_id):
        return
    by = Actor(ActorKind.CUSTOMER, signed_in.customer_id, address=signed_in.address)
    place = {"website_id": website_id, "store_view_id": signed_in.store_view_id}
    await merge_cart(connection, token, signed_in.customer_id, **place, by=by)


async def merge_cart(
    connection: Connection, token: str, customer_id: int, *, website_id: int, store_view_id: int, by: Actor
) -> CartOutcome:
    """Raises `RuleError` for a token that opens no cart on this website, as after a merge. Nobody else changes either cart meanwhile:
    the customer's is made before any is locked, so that two who merge never wait for each other."""
    guest_id = await find_guest(connection, token)
    if guest_id is None or not await _has_cart(connection, guest_id, website_id):
        raise CART_TOKEN_UNKNOWN(path=["cartToken"])
    await make_cart(connection, customer_id, website_id=website_id, store_view_id=store_view_id)
    shop = await settings_at(connection, *_SETTINGS, website_id=website_id)
    of_website = select(cart).where(cart.c.website_id == website_id, cart.c.is_active).order_by(cart.c.id)
    rows = await lock_rows_of_customers(connection, of_website, cart.c.customer_id, [guest_id, customer_id])
    locked = {row.customer_id: LockedCart(row, shop) for row in rows}
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
    given = (await fetch_by_keys(connection, lines_by_cart, [guests.key]))[guests.key]
    edits = await begin_edits(connection, own, {row.product_id: row for row in given})
    for row in given:
        edits.take_over(row)
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
