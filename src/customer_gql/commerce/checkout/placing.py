"""Placing an order: one transaction that locks the cart and then stock and coupons in the order of their keys, judges everything
again, and stores the order with all that it takes (docs/domain/checkout.md#checkout-1)."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, Final

from sqlalchemy import select

from customer_gql.commerce.carts.lines.blockers import find_blockers
from customer_gql.commerce.carts.lines.pricing import PRICING_SETTINGS, PricedCart, price_cart
from customer_gql.commerce.carts.reads import fetch_by_keys
from customer_gql.commerce.carts.tables import cart, cart_item
from customer_gql.commerce.carts.writes import CART_NOT_FOUND
from customer_gql.commerce.catalog.reads import products_by_id
from customer_gql.commerce.guests.writes import add_guest_order, derive_order_token
from customer_gql.commerce.orders.daily_figures import count_orders
from customer_gql.commerce.orders.payments.writes import begin_payment
from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.orders.statuses.writes import find_default_status
from customer_gql.commerce.orders.tables import sales_order, sales_order_address, sales_order_item
from customer_gql.commerce.orders.workflow.tables import OrderEntryKind, order_comment
from customer_gql.commerce.payments.ports import find_port
from customer_gql.commerce.shipping.ports import ShippingQuestion, ShippingRate
from customer_gql.core.actor import SYSTEM, Actor, ActorKind
from customer_gql.core.errors import Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.money import to_major_units
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import (
    Connection,
    Row,
    fetch_one,
    fetch_rows,
    insert_row,
    insert_rows,
    update_rows,
)
from customer_gql.database.transactions import mark_customers
from customer_gql.messaging.events.writes import Event, emit
from customer_gql.shop.settings.reads import settings_at

from .guards import OrderAttempt, make_attempt, refuse_by_guards
from .notices import mail_order
from .order_rows import make_addresses, make_items, make_order
from .requests import find_placed_order, remember_order
from .taking.numbers import draw_order_number
from .taking.rule_uses import count_uses, lock_uses, refuse_lost_coupons
from .taking.stock import lock_stock, take_stock

CHANGED: Final = Refusal(
    "cart.changed", "The cart comes to another amount now. Read it again and confirm it.", UserErrorCode.NOT_ALLOWED
)
ORDERED: Final = Refusal("cart.ordered", "This cart was ordered already.", UserErrorCode.NOT_ALLOWED)


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a shopper wants placed. `cart_token` is that of a guest."""

    owner: int
    website_id: int
    store_view_id: int
    idempotency_key: str
    expected_grand_total: Decimal
    comment: str | None
    cart_token: str | None

    @property
    def body(self) -> list[Any]:
        return [str(self.expected_grand_total.normalize()), self.comment]


@dataclass(frozen=True, slots=True)
class Quote:
    """What the shipping port told about a version of the cart, before the transaction: no port is asked inside."""

    cart_id: int
    version: int
    question: ShippingQuestion | None
    rate: ShippingRate | None


@dataclass(frozen=True, slots=True)
class Placed:
    """An order; the token is that of a payment whose provider is to be asked by the request that placed it."""

    order_id: int
    payment_token: str | None = field(default=None, repr=False)


async def place_order(
    connection: Connection, request: OrderRequest, quote: Quote | None, *, by: Actor
) -> Placed | None:
    """An earlier order for a key that was used. None where the cart was changed since the quote, so that it has to be asked for
    again. Raises `RuleError` and `RuleErrors`; then nothing is stored."""
    row = await _lock_open_cart(connection, request)
    placed = await find_placed_order(connection, request.owner, request.idempotency_key, request.body)
    if placed is not None:
        return Placed(placed)
    if row is None:
        raise await _find_reason(connection, request)
    if quote is None or (quote.cart_id, quote.version) != (row.id, row.version):
        return None
    priced = await _price_locked(connection, request, row, quote)
    attempt = await _judge_attempt(connection, request, priced)
    order_id = await _store_order(connection, request, attempt, by=by)
    await remember_order(connection, request.owner, request.idempotency_key, request.body, row.id, order_id)
    return Placed(order_id, None if find_port(row.payment_method) is None else row.payment_token or "")


async def _lock_open_cart(connection: Connection, request: OrderRequest) -> Row | None:
    """None once it was ordered; the second of two orders waits here for the first."""
    of_owner = (cart.c.customer_id == request.owner, cart.c.website_id == request.website_id, cart.c.is_active)
    return await fetch_one(connection, select(cart).where(*of_owner).with_for_update())


async def _find_reason(connection: Connection, request: OrderRequest) -> RuleError:
    """Why there is no open cart."""
    of_owner = (cart.c.customer_id == request.owner, cart.c.website_id == request.website_id)
    found = await fetch_one(connection, select(cart.c.id).where(*of_owner).limit(1))
    return CART_NOT_FOUND() if found is None else ORDERED()


async def _price_locked(connection: Connection, request: OrderRequest, row: Row, quote: Quote) -> PricedCart:
    """At the prices of now, with stock and coupons that nobody else takes meanwhile."""
    of_cart = (cart_item.c.customer_id == row.customer_id, cart_item.c.cart_id == row.id)
    found = await fetch_rows(connection, select(cart_item.c.product_id).where(*of_cart))
    await lock_stock(connection, [one.product_id for one in found])
    await lock_uses(connection, row.customer_id, row.coupon_codes)
    shop = await settings_at(connection, *PRICING_SETTINGS, website_id=request.website_id)
    options = {option: shop[option] for option in PRICING_SETTINGS}

    async def ask(question: ShippingQuestion | None) -> ShippingRate | None:
        if question != quote.question:
            raise CHANGED()
        return quote.rate

    return await price_cart(partial(fetch_by_keys, connection), row, options, ask)


async def _judge_attempt(connection: Connection, request: OrderRequest, priced: PricedCart) -> OrderAttempt:
    await refuse_lost_coupons(connection, priced, CHANGED)
    blockers = find_blockers(priced)
    if blockers:
        raise RuleErrors(blockers)
    account = await fetch_one(connection, select(customer).where(customer.c.id == priced.row.customer_id))
    attempt = await make_attempt(connection, priced, account)
    await refuse_by_guards(connection, attempt)
    if to_major_units(priced.totals.grand_total, priced.row.currency) != request.expected_grand_total:
        raise CHANGED(path=["expectedGrandTotal"])
    return attempt


async def _store_order(connection: Connection, request: OrderRequest, attempt: OrderAttempt, *, by: Actor) -> int:
    priced, order_id = attempt.priced, new_id()
    owner, key = priced.row.customer_id, {"customer_id": priced.row.customer_id, "order_id": order_id}
    codes = await count_uses(connection, priced, order_id)
    state = OrderState.NEW if find_port(priced.row.payment_method) is None else OrderState.PENDING_PAYMENT
    status = await find_default_status(connection, state)
    products = await fetch_by_keys(connection, products_by_id, [line.row.product_id for line in priced.lines])
    number = await draw_order_number(connection, request.store_view_id, owner, order_id)
    order = make_order(attempt, order_id, number=number, state=state, status=status, coupon_codes=codes)
    order["store_view_id"] = request.store_view_id
    await insert_row(connection, sales_order, order)
    items = make_items(priced, products, order_id)
    await insert_rows(connection, sales_order_item, items)
    await insert_rows(connection, sales_order_address, make_addresses(priced, order_id))
    await take_stock(connection, key, items)
    await count_orders(connection, [(owner, order_id)])
    mark_customers(connection, [owner], sales_order)
    await _write_down(connection, request, attempt, order, by=by)
    await _close_cart(connection, priced.row)
    if attempt.customer is None:
        assert request.cart_token is not None
        await add_guest_order(connection, derive_order_token(request.cart_token, order_id), owner, order_id)
    await _begin_payment(connection, priced, attempt, order)
    return order_id


async def _begin_payment(
    connection: Connection, priced: PricedCart, attempt: OrderAttempt, order: dict[str, Any]
) -> None:
    """The mail about an order with a provider waits for its payment."""
    port = find_port(priced.row.payment_method)
    if port is None:
        buyer = priced.destination.billing if attempt.customer is None else attempt.customer
        await mail_order(connection, order["customer_id"], order["id"], first_name=buyer.first_name)
    else:
        due = priced.totals.amount_due
        await begin_payment(connection, order, method=port.code, amount=due, seconds=port.seconds)


async def _close_cart(connection: Connection, row: Row) -> None:
    closed = {"is_active": False, "payment_token": None, "version": row.version + 1}
    await update_rows(connection, cart, {"customer_id": row.customer_id, "id": row.id}, closed)


async def _write_down(
    connection: Connection, request: OrderRequest, attempt: OrderAttempt, order: dict[str, Any], *, by: Actor
) -> None:
    """What the shopper wrote, and the check of a VAT number that decided the group; the event of the order."""
    owner, is_guest = order["customer_id"], attempt.customer is None
    notes: list[tuple[str, bool, Actor]] = []
    if request.comment is not None:
        # A guest is the buyer too, and has no other identity than the one that the order is stored under.
        notes.append((request.comment, True, Actor(ActorKind.CUSTOMER, owner) if is_guest else by))
    notes += [(note, False, SYSTEM) for note in _describe_vat_checks(attempt.priced)]
    first = new_id()
    for place, (text, is_visible, actor) in enumerate(notes):
        entry = {"customer_id": owner, "order_id": order["id"], "id": first + place, "text": text}
        entry |= {"kind": OrderEntryKind.COMMENT.value, "state": order["state"], "status": order["status"]}
        entry |= {"is_visible": is_visible, "actor": actor.kind.value, "actor_id": actor.id}
        await insert_row(connection, order_comment, entry)
    placed = Event(
        "order.placed",
        encode_id("ord", owner, order["id"]),
        customer_id=None if is_guest else owner,
        website_id=request.website_id,
    )
    await emit(connection, [placed], by=by)


def _describe_vat_checks(priced: PricedCart) -> list[str]:
    """For the tax office (docs/domain/vat.md#vat-4)."""
    found = [one for one in (priced.destination.billing, priced.destination.shipping) if one is not None]
    return [
        f"VAT number check: {one.vat_result}, {one.vat_checked_at:%Y-%m-%d %H:%M} UTC"
        + (f", consultation number {one.vat_request_id}" if one.vat_request_id else "")
        for one in found
        if one.vat_checked_at is not None
    ]
