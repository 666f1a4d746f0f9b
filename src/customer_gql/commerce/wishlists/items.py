"""What is on wishlists: added, changed, moved and copied, each item for itself (docs/domain/wishlists.md#wishlists-7)."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Integer, Text, column, select
from sqlalchemy.dialects.postgresql import JSONB, insert as upsert

from customer_gql.commerce.carts.lines.edits import validate_choice
from customer_gql.commerce.carts.lines.priced_lines import ChosenOption, dump_options, hash_options
from customer_gql.commerce.carts.reads import fetch_by_keys, option_values_by_product, products_by_sku_here
from customer_gql.commerce.carts.settings import MAX_QUANTITY
from customer_gql.commerce.carts.writes import PRODUCT_NOT_FOUND
from customer_gql.commerce.catalog.tables import product
from customer_gql.core.actor import Actor
from customer_gql.core.errors import RuleError, RuleErrors
from customer_gql.core.input_ids import parse_input_keys
from customer_gql.core.text import validate_line
from customer_gql.database.statements import (
    Connection,
    Row,
    Statement,
    compile_statement,
    delete_rows,
    equals_any,
    execute_statement,
    fetch_rows,
    given_rows,
)
from customer_gql.shop.settings.reads import settings_at

from .edits import ITEM_NOT_FOUND, WishEdits
from .tables import wishlist_item as item
from .writes import LockedLists, WishlistOutcome, drop_merged, find_pair, list_keys, lock_lists, touch_lists

MAX_COMMENT: Final = 1000


@dataclass(frozen=True, slots=True)
class NewWish:
    sku: str
    quantity: int
    options: Sequence[ChosenOption] = ()
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class WishChange:
    """By public id. What is None stays as it is, and an empty comment goes."""

    id: str
    quantity: int | None = None
    options: Sequence[ChosenOption] | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class WishTransfer:
    """By public id; all of it without a quantity."""

    id: str
    quantity: int | None = None


async def add_wishes(
    connection: Connection,
    owner: int,
    given: Sequence[NewWish],
    *,
    wishlist_id: str | None,
    view: Row,
    by: Actor,
) -> WishlistOutcome:
    """Products that are sold on the website of the view. Raises `RuleErrors` where nothing was added."""
    locked = await lock_lists(connection, owner)
    target = locked.find(wishlist_id, ["wishlistId"])
    keys = sorted({(view.website_id, wish.sku) for wish in given})
    rows = (await fetch_by_keys(connection, products_by_sku_here, keys)).values()
    found = {row.sku: row for row in rows if row is not None}
    values = await _read_choices(connection, [row.product_id for row in found.values()])
    edits = await begin_edits(connection, locked, [target.id], view)

    def add(wish: NewWish) -> None:
        row = found.get(wish.sku)
        if row is None:
            raise PRODUCT_NOT_FOUND(path=["sku"])
        options = validate_choice(wish.options, sku=wish.sku, values=values.get(row.product_id, ()))
        comment = validate_line(wish.comment, ["comment"], MAX_COMMENT)
        edits.add(target.id, row.product_id, quantity=wish.quantity, options=options, comment=comment)

    refused = edit_each(given, add, "items")
    changed = await store_edits(connection, locked, edits, by=by)
    return WishlistOutcome((owner, target.id), list_keys(owner, changed), refused)


async def change_wishes(
    connection: Connection, owner: int, given: Sequence[WishChange], *, view: Row, by: Actor
) -> WishlistOutcome:
    """Quantities, of which 0 removes the item, options and comments."""
    locked = await lock_lists(connection, owner)
    edits = await begin_edits(connection, locked, _lists_of(change.id for change in given), view)
    chosen = edits.product_ids if any(change.options is not None for change in given) else []
    values, names = await _read_choices(connection, chosen), await read_skus(connection, chosen)

    def change(wanted: WishChange) -> None:
        wish = edits.find(parse_item_id(locked, wanted.id, ["id"]))
        options = wanted.options
        if options is not None:
            options = validate_choice(options, sku=names[wish.product_id], values=values.get(wish.product_id, ()))
        comment = wanted.comment and (validate_line(wanted.comment, ["comment"], MAX_COMMENT) or "")
        edits.change(wish, quantity=wanted.quantity, options=options, comment=comment)

    refused = edit_each(given, change, "items")
    return await _store_and_tell(connection, locked, edits, refused, by=by)


async def remove_wishes(
    connection: Connection, owner: int, ids: Sequence[str], *, view: Row, by: Actor
) -> WishlistOutcome:
    locked = await lock_lists(connection, owner)
    edits = await begin_edits(connection, locked, _lists_of(ids), view)

    def remove(id: str) -> None:
        edits.set_quantity(_find_named(locked, edits, id), 0)

    return await _store_and_tell(connection, locked, edits, edit_each(ids, remove, "ids"), by=by)


async def transfer_wishes(
    connection: Connection,
    owner: int,
    given: Sequence[WishTransfer],
    *,
    wishlist_id: str,
    keeps: bool,
    view: Row,
    by: Actor,
) -> WishlistOutcome:
    """Move items to another list of the customer, or copy them where the first list `keeps` its own."""
    locked = await lock_lists(connection, owner)
    target = locked.find(wishlist_id, ["wishlistId"])
    lists = [target.id, *_lists_of(one.id for one in given)]
    edits = await begin_edits(connection, locked, lists, view)

    def transfer(one: WishTransfer) -> None:
        wish = edits.find(parse_item_id(locked, one.id, ["id"]))
        edits.transfer(wish, target.id, one.quantity, keeps=keeps)

    refused = edit_each(given, transfer, "items")
    changed = await store_edits(connection, locked, edits, by=by)
    return WishlistOutcome((owner, target.id), list_keys(owner, changed), refused)


async def merge_lists(
    connection: Connection, owner: int, *, from_id: str, into_id: str, view: Row, by: Actor
) -> WishlistOutcome:
    """All wishes of the first list go to the second one, and the first list goes. Raises `RuleError` where they do not fit."""
    locked = await lock_lists(connection, owner)
    source, target = find_pair(locked, from_id, into_id)
    edits = await begin_edits(connection, locked, [source.id, target.id], view)
    for wish in edits.list_wishes(source.id):
        try:
            edits.transfer(wish, target.id, None, keeps=False)
        except RuleError as refused:
            raise refused.at(["fromId"]) from None
    changed = await store_edits(connection, locked, edits, by=by)
    await drop_merged(connection, source, by=by)
    return WishlistOutcome((owner, target.id), list_keys(owner, changed - {source.id}))


def parse_item_id(locked: LockedLists, id: str, path: Sequence[str]) -> tuple[int, int]:
    """List and key of an item; one of another customer is unknown."""
    owner, list_id, key = parse_input_keys(id, "wli", 3, path)
    if owner != locked.owner:
        raise ITEM_NOT_FOUND(path=path)
    return list_id, key


def _find_named(locked: LockedLists, edits: WishEdits, id: str) -> Any:
    """The item of an id that stands for itself in the input."""
    return edits.find(parse_item_id(locked, id, []), path=[])


def _lists_of(ids: Iterable[str]) -> list[int]:
    """The lists that ids of items name; those that name none are refused one by one later."""
    named = list[int]()
    for id in ids:
        try:
            named.append(parse_input_keys(id, "wli", 3, [])[1])
        except RuleError:
            continue
    return named


async def begin_edits(connection: Connection, locked: LockedLists, lists: Collection[int], view: Row) -> WishEdits:
    """The wishes of these lists, as far as they are the customer's."""
    ids = sorted(set(lists).intersection(locked.rows))
    of_lists = select(item).where(item.c.customer_id == locked.owner, equals_any(item.c.wishlist_id, ids))
    rows = await fetch_rows(connection, of_lists.order_by(item.c.wishlist_id, item.c.added_at, item.c.id))
    shop = await settings_at(connection, MAX_QUANTITY, store_view_id=view.id)
    return WishEdits(rows, max_quantity=shop[MAX_QUANTITY])


def edit_each(given: Sequence[Any], edit: Callable[[Any], None], path: str) -> list[RuleError]:
    """What was refused, each with its place. Raises `RuleErrors` where it is all."""
    refused = list[RuleError]()
    for place, one in enumerate(given):
        try:
            edit(one)
        except RuleError as error:
            refused.append(error.at([path, str(place), *error.path]))
    if refused and len(refused) == len(given):
        raise RuleErrors(refused)
    return refused


async def store_edits(connection: Connection, locked: LockedLists, edits: WishEdits, *, by: Actor) -> set[int]:
    """The lists that were changed."""
    edited = edits.edited
    replaced = [wish for wish in edited if wish.stored is not None and (not wish.quantity or wish.stored != wish.place)]
    for list_id in sorted({wish.list_id for wish in replaced}):
        keys = [wish.id for wish in replaced if wish.list_id == list_id]
        await delete_rows(connection, item, {"customer_id": locked.owner, "wishlist_id": list_id, "id": keys})
    rows = [
        {
            "customer_id": locked.owner,
            "wishlist_id": wish.list_id,
            "id": wish.id,
            "product_id": wish.product_id,
            "options": dump_options(wish.options),
            "options_hash": hash_options(wish.options),
            "quantity": wish.quantity,
            "comment": wish.comment,
        }
        for wish in edited
        if wish.quantity
    ]
    if rows:
        await execute_statement(connection, _PUT_WISHES, rows=orjson.dumps(rows).decode())
    changed = {wish.list_id for wish in edited}
    if changed:
        names = await read_skus(connection, {wish.product_id for wish in edited})
        changes = {key: edits.describe(names, key) for key in sorted(changed)}
        await touch_lists(connection, locked.owner, changes, by=by)
    return changed


async def _store_and_tell(
    connection: Connection, locked: LockedLists, edits: WishEdits, refused: list[RuleError], *, by: Actor
) -> WishlistOutcome:
    """The outcome is about the first list that was changed."""
    changed = await store_edits(connection, locked, edits, by=by)
    first = min(changed, default=locked.find(None, []).id)
    return WishlistOutcome((locked.owner, first), list_keys(locked.owner, changed), refused)


def _put_wishes() -> Statement:
    types = {"customer_id": BigInteger, "wishlist_id": BigInteger, "id": BigInteger, "product_id": BigInteger}
    types |= {"options": JSONB, "options_hash": Text, "quantity": Integer, "comment": Text}
    given = given_rows("rows", *[column(name, type_()) for name, type_ in types.items()])
    put = upsert(item).from_select(list(types), select(*[given.c[name] for name in types]).order_by(given.c.id))
    changed = {name: put.excluded[name] for name in ("quantity", "comment")}
    return compile_statement(
        put.on_conflict_do_update(index_elements=["customer_id", "wishlist_id", "id"], set_=changed)
    )


_PUT_WISHES: Final = _put_wishes()


async def _read_choices(connection: Connection, product_ids: Collection[int]) -> dict[int, set[ChosenOption]]:
    """The values of options that products have."""
    found = await fetch_by_keys(connection, option_values_by_product, sorted(product_ids))
    return {key: {ChosenOption(value.option_code, value.code) for value in values} for key, values in found.items()}


async def read_skus(connection: Connection, product_ids: Collection[int]) -> dict[int, str]:
    of_products = select(product.c.id, product.c.sku).where(equals_any(product.c.id, sorted(product_ids)))
    return {row.id: row.sku for row in await fetch_rows(connection, of_products)}
