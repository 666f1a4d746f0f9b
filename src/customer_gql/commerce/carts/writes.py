"""Changes of carts: each under the lock of its cart, judged by what is sold now (docs/domain/carts.md#carts-9)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Integer, Text, column, select
from sqlalchemy.dialects.postgresql import JSONB, insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.input_ids import parse_input_keys
from customer_gql.database.statements import (
    Connection,
    Row,
    Statement,
    compile_statement,
    delete_rows,
    execute_statement,
    fetch_one,
    given_rows,
    update_rows,
)
from customer_gql.messaging.events.writes import Event, emit
from customer_gql.shop.settings.reads import SettingValues, settings_at
from customer_gql.shop.settings.time_zones import TIME_ZONE
from customer_gql.shop.websites.reads import find_website

from .lines.edits import ITEM_NOT_FOUND, LineEdits, NewLine
from .lines.priced_lines import dump_options, hash_options, price_lines
from .lines.pricing import find_shopper, find_used_up, read_coupons, read_products
from .reads import fetch_by_keys, lines_by_cart, products_by_sku_here
from .settings import MAX_LINES, MAX_QUANTITY
from .tables import cart, cart_item as item

_SETTINGS: Final = (MAX_LINES, MAX_QUANTITY, TIME_ZONE)
CART_NOT_FOUND: Final = Refusal(
    "cart.not_found", "There is no open cart. Add something first.", UserErrorCode.NOT_FOUND
)
CART_TOKEN_UNKNOWN: Final = Refusal(
    "cart.token_unknown",
    "The cart of X-Cart-Token is gone. Leave the header out to begin another cart.",
    UserErrorCode.NOT_FOUND,
)
_VERSION_CHANGED: Final = Refusal(
    "cart.version_changed", "The cart was changed meanwhile. Read it again.", UserErrorCode.VERSION_CONFLICT
)
PRODUCT_NOT_FOUND: Final = Refusal(
    "product.not_found", "No product is sold here under this SKU.", UserErrorCode.NOT_FOUND
)


@dataclass(frozen=True, slots=True)
class LockedCart:
    """A cart that nobody else changes until the transaction ends, and the settings of its website."""

    row: Row
    shop: SettingValues

    @property
    def key(self) -> tuple[int, int]:
        return (self.row.customer_id, self.row.id)

    @property
    def of_cart(self) -> dict[str, int]:
        return {"customer_id": self.row.customer_id, "id": self.row.id}

    @property
    def of_items(self) -> dict[str, int]:
        return {"customer_id": self.row.customer_id, "cart_id": self.row.id}


@dataclass(frozen=True, slots=True)
class CartOutcome:
    """The cart after a change, and what was refused of it."""

    key: tuple[int, int]
    refused: list[RuleError] = field(default_factory=list[RuleError])


async def open_cart(connection: Connection, owner: int, *, website_id: int, store_view_id: int) -> LockedCart:
    """The open cart of a shopper on a website, made where there is none; two who make one at the same time get the same."""
    await make_cart(connection, owner, website_id=website_id, store_view_id=store_view_id)
    return await lock_cart(connection, owner, website_id=website_id)


async def make_cart(connection: Connection, owner: int, *, website_id: int, store_view_id: int) -> None:
    """An open cart where there is none. Waits for one that somebody else is making."""
    site = await find_website(connection, website_id, websites=None, keep_currency=True)
    values = {"customer_id": owner, "id": new_id(), "website_id": website_id, "store_view_id": store_view_id}
    made = upsert(cart).values(**values, currency=site.currency)
    await execute_statement(
        connection,
        made.on_conflict_do_nothing(index_elements=["customer_id", "website_id"], index_where=cart.c.is_active),
    )


async def lock_cart(connection: Connection, owner: int, *, website_id: int) -> LockedCart:
    """Raises `RuleError` where there is none."""
    of_owner = (cart.c.customer_id == owner, cart.c.website_id == website_id, cart.c.is_active)
    row = await fetch_one(connection, select(cart).where(*of_owner).with_for_update())
    if row is None:
        raise CART_NOT_FOUND()
    return LockedCart(row, await settings_at(connection, *_SETTINGS, website_id=website_id))


async def add_items(connection: Connection, locked: LockedCart, given: Sequence[NewLine], *, by: Actor) -> CartOutcome:
    """Each line for itself: what is refused is told with its place. Raises `RuleErrors` where nothing was added."""
    read = partial(fetch_by_keys, connection)
    keys = sorted({(locked.row.website_id, line.sku) for line in given})
    found = {key[1]: row for key, row in (await read(products_by_sku_here, keys)).items() if row is not None}
    edits = await begin_edits(connection, locked, {row.product_id: row for row in found.values()})

    def add(line: NewLine) -> None:
        row = found.get(line.sku)
        if row is None:
            raise PRODUCT_NOT_FOUND(path=["sku"])
        edits.add(row.product_id, line)

    return await _edit_each(connection, locked, edits, given, add, by=by)


async def update_items(
    connection: Connection, locked: LockedCart, given: Sequence[tuple[str, int]], *, by: Actor
) -> CartOutcome:
    """Set quantities of lines by public id, 0 to remove; each line for itself."""
    edits = await begin_edits(connection, locked, {})

    def set_quantity(line: tuple[str, int]) -> None:
        edits.set_quantity(_parse_item_id(locked, line[0], ["id"]), line[1])

    return await _edit_each(connection, locked, edits, given, set_quantity, by=by)


async def set_custom_prices(
    connection: Connection, locked: LockedCart, given: Sequence[tuple[str, int | None, int | None, bool]], *, by: Actor
) -> CartOutcome:
    """Quantities and prices of lines by public id, each line for itself: id, quantity or None, price, and whether the price changes."""
    edits = await begin_edits(connection, locked, {})

    def change(line: tuple[str, int | None, int | None, bool]) -> None:
        id, quantity, price, changes_price = line
        key = _parse_item_id(locked, id, ["id"])
        if quantity is not None:
            edits.set_quantity(key, quantity)
        if changes_price and quantity != 0:
            edits.set_custom_price(key, price)

    return await _edit_each(connection, locked, edits, given, change, by=by)


async def remove_items(connection: Connection, locked: LockedCart, ids: Sequence[str], *, by: Actor) -> CartOutcome:
    """Remove lines by public id, each for itself."""
    edits = await begin_edits(connection, locked, {})

    def remove(id: str) -> None:
        edits.set_quantity(_parse_item_id(locked, id, []), 0, path=[])

    return await _edit_each(connection, locked, edits, ids, remove, path="ids", by=by)


def _parse_item_id(locked: LockedCart, id: str, path: Sequence[str]) -> int:
    """The key of a line; one of another cart is unknown."""
    *of_cart, key = parse_input_keys(id, "cit", 3, path)
    if tuple(of_cart) != locked.key:
        raise ITEM_NOT_FOUND(path=path)
    return key


async def clear_cart(connection: Connection, locked: LockedCart, *, by: Actor) -> CartOutcome:
    if await delete_rows(connection, item, locked.of_items):
        await touch_cart(connection, locked, by=by)
    return CartOutcome(locked.key)


async def accept_changes(connection: Connection, locked: LockedCart, version: int, *, by: Actor) -> CartOutcome:
    """Take prices as they are now, lower quantities to what there is, and remove what cannot be bought, and lost coupons."""
    if locked.row.version != version:
        raise _VERSION_CHANGED(path=["version"])
    coupons = await find_coupons(connection, locked, locked.row.coupon_codes)
    kept = [key for key in locked.row.coupon_codes if coupons[key] is not None]
    if kept != locked.row.coupon_codes:
        await update_rows(connection, cart, locked.of_cart, {"coupon_codes": kept})
    edits = await begin_edits(connection, locked, {})
    edits.accept(price_lines(edits.stored, edits.products, locked.row.currency))
    is_edited = await store_edits(connection, locked, edits, by=by)
    if kept != locked.row.coupon_codes and not is_edited:
        await touch_cart(connection, locked, by=by, fields=["coupons"])
    return CartOutcome(locked.key)


async def find_coupons(connection: Connection, locked: LockedCart, keys: Sequence[str]) -> dict[str, Any]:
    """The rules of coupons by the keys of their codes; None for one that does not apply to this cart."""
    read = partial(fetch_by_keys, connection)
    shopper = await find_shopper(read, locked.row, locked.shop[TIME_ZONE])
    found = await read_coupons(read, keys, shopper)
    used_up = await find_used_up(read, locked.row, shopper, list(found.values()))
    return {key: None if rule is not None and rule.id in used_up else rule for key, rule in found.items()}


async def begin_edits(connection: Connection, locked: LockedCart, more: Mapping[int, Any]) -> LineEdits:
    """The lines of a cart, with what decides about their products and about `more` that may come into it."""
    read = partial(fetch_by_keys, connection)
    stored = (await read(lines_by_cart, [locked.key]))[locked.key]
    rows = {row.product_id: row for row in stored} | dict(more)
    shop = locked.shop
    products = await read_products(read, rows, await find_shopper(read, locked.row, shop[TIME_ZONE]))
    return LineEdits(stored, products, max_lines=shop[MAX_LINES], max_quantity=shop[MAX_QUANTITY])


async def _edit_each(
    connection: Connection,
    locked: LockedCart,
    edits: LineEdits,
    given: Sequence[Any],
    edit: Callable[[Any], None],
    *,
    path: str = "items",
    by: Actor,
) -> CartOutcome:
    outcome = CartOutcome(locked.key)
    for place, line in enumerate(given):
        try:
            edit(line)
        except RuleError as refused:
            outcome.refused.append(refused.at([path, str(place), *refused.path]))
    if outcome.refused and len(outcome.refused) == len(given):
        raise RuleErrors(outcome.refused)
    await store_edits(connection, locked, edits, by=by)
    return outcome


async def store_edits(
    connection: Connection, locked: LockedCart, edits: LineEdits, *, by: Actor, fields: Sequence[str] = ("items",)
) -> bool:
    """Whether there were any."""
    if not edits.edited:
        return False
    gone = [line.id for line in edits.edited if not line.quantity]
    if gone:
        await delete_rows(connection, item, {**locked.of_items, "id": gone})
    rows = [
        {
            **locked.of_items,
            "id": line.id,
            "product_id": line.product_id,
            "options": dump_options(line.options),
            "options_hash": hash_options(line.options),
            "quantity": line.quantity,
            "accepted_price": line.accepted_price,
            "custom_price": line.custom_price,
        }
        for line in edits.edited
        if line.quantity
    ]
    if rows:
        await execute_statement(connection, _PUT_LINES, rows=orjson.dumps(rows).decode())
    await touch_cart(connection, locked, by=by, fields=fields)
    return True


def _put_lines() -> Statement:
    types = {"customer_id": BigInteger, "cart_id": BigInteger, "id": BigInteger, "product_id": BigInteger}
    types |= {
        "options": JSONB,
        "options_hash": Text,
        "quantity": Integer,
        "accepted_price": BigInteger,
        "custom_price": BigInteger,
    }
    given = given_rows("rows", *[column(name, type_()) for name, type_ in types.items()])
    put = upsert(item).from_select(list(types), select(*[given.c[name] for name in types]).order_by(given.c.id))
    changed = {name: put.excluded[name] for name in ("quantity", "accepted_price", "custom_price")}
    return compile_statement(put.on_conflict_do_update(index_elements=["customer_id", "cart_id", "id"], set_=changed))


_PUT_LINES: Final = _put_lines()


async def touch_cart(
    connection: Connection, locked: LockedCart, *, by: Actor, fields: Sequence[str] = ("items",)
) -> None:
    """The cart was changed: it counts one version up, is kept for its whole lifetime, and others are told."""
    row = locked.row
    values = {"version": row.version + 1, "updated_at": max(read_clock(), row.updated_at)}
    await update_rows(connection, cart, locked.of_cart, values)
    changed = Event("cart.changed", encode_id("crt", *locked.key), tuple(fields), website_id=row.website_id)
    await emit(connection, [changed], by=by)


async def delete_carts(connection: Connection, owners: Sequence[Row], *, by: Actor) -> None:  # noqa: ARG001
    """Those of customers who are being deleted; the caller has locked them."""
    await delete_rows(connection, cart, {"customer_id": [owner.id for owner in owners]})
