"""Between wishlists and the cart: lists are locked before the cart, whichever way things go (docs/domain/wishlists.md#wishlists-8)."""

from collections.abc import Sequence
from typing import NamedTuple

from customer_gql.commerce.carts import writes as carts
from customer_gql.commerce.carts.lines.edits import ITEM_NOT_FOUND as LINE_NOT_FOUND, NewLine
from customer_gql.commerce.carts.lines.priced_lines import parse_options
from customer_gql.commerce.carts.reads import fetch_by_keys, lines_by_cart
from customer_gql.core.actor import Actor
from customer_gql.core.errors import RuleError, RuleErrors
from customer_gql.core.ids import encode_id
from customer_gql.core.input_ids import parse_input_keys
from customer_gql.database.statements import Connection, Row

from .edits import Wish, WishEdits
from .items import begin_edits, parse_item_id, read_skus, store_edits
from .writes import LockedLists, WishlistOutcome, list_keys, lock_lists


class WishFailure(NamedTuple):
    """An item that did not get into the cart, by public id, and what refused it."""

    item_id: str
    error: RuleError


class NothingMovedError(Exception):
    """Raised inside the transaction, so that no cart is made for nothing."""

    def __init__(self, failures: Sequence[WishFailure]) -> None:
        super().__init__()
        self.failures = failures


class MovedToCart(NamedTuple):
    cart: tuple[int, int]
    changed: Sequence[tuple[int, int]]
    failures: Sequence[WishFailure]
    unknown: Sequence[RuleError]


async def move_to_cart(
    connection: Connection,
    owner: int,
    ids: Sequence[str] | None,
    *,
    wishlist_id: str | None,
    keeps: bool,
    most: int,
    view: Row,
    by: Actor,
) -> MovedToCart:
    """Items by public id, or the oldest ones of the list, at most so many. Raises `NothingMovedError` where none of them got into the cart."""
    locked = await lock_lists(connection, owner)
    source = locked.find(wishlist_id, ["wishlistId"])
    edits = await begin_edits(connection, locked, [source.id] if ids is None else locked.rows, view)
    wishes, unknown = _find_wishes(locked, edits, source.id, ids, most)
    names = await read_skus(connection, {wish.product_id for wish in wishes})
    public = [encode_id("wli", owner, wish.list_id, wish.id) for wish in wishes]
    cart = await carts.open_cart(connection, owner, website_id=view.website_id, store_view_id=view.id)
    lines = [NewLine(names[wish.product_id], wish.quantity, wish.options) for wish in wishes]
    try:
        outcome = await carts.add_items(connection, cart, lines, by=by) if lines else carts.CartOutcome(cart.key)
    except RuleErrors as refused:
        raise NothingMovedError(_name_failures(refused.errors, public)) from None
    failures = _name_failures(outcome.refused, public)
    failed = {failure.item_id for failure in failures}
    for id, wish in zip(public, wishes, strict=True):
        if id not in failed and not keeps:
            edits.set_quantity(wish, 0)
    changed = await store_edits(connection, locked, edits, by=by)
    return MovedToCart(cart.key, list_keys(owner, changed), failures, unknown)


def _find_wishes(
    locked: LockedLists, edits: WishEdits, list_id: int, ids: Sequence[str] | None, most: int
) -> tuple[list[Wish], list[RuleError]]:
    """Those that are named, and what is wrong with ids. Raises `RuleErrors` where nothing is right."""
    if ids is None:
        return edits.list_wishes(list_id)[:most], []
    found, refused = dict[int, Wish](), list[RuleError]()
    for place, id in enumerate(ids):
        try:
            wish = edits.find(parse_item_id(locked, id, []), path=[])
            found[wish.id] = wish
        except RuleError as error:
            refused.append(error.at(["ids", str(place)]))
    if not found:
        raise RuleErrors(refused)
    return [*found.values()], refused


def _name_failures(refused: Sequence[RuleError], ids: Sequence[str]) -> list[WishFailure]:
    """Paths of carts begin with `items` and the place of a line."""
    return [WishFailure(ids[int(error.path[1])], error) for error in refused]


async def move_from_cart(
    connection: Connection,
    owner: int,
    ids: Sequence[str],
    *,
    wishlist_id: str | None,
    view: Row,
    by: Actor,
) -> tuple[carts.CartOutcome, WishlistOutcome]:
    """Lines of the open cart on the website of the view, by public id, each for itself. Raises `RuleErrors` where none was moved."""
    lists = await lock_lists(connection, owner)
    target = lists.find(wishlist_id, ["wishlistId"])
    cart = await carts.lock_cart(connection, owner, website_id=view.website_id)
    lines = {row.id: row for row in (await fetch_by_keys(connection, lines_by_cart, [cart.key]))[cart.key]}
    edits, moved, refused = await begin_edits(connection, lists, [target.id], view), list[str](), list[RuleError]()
    for place, id in enumerate(ids):
        try:
            _take_over(cart, lines, edits, id, target.id)
            moved.append(id)
        except RuleError as error:
            refused.append(error.at(["ids", str(place)]))
    if not moved:
        raise RuleErrors(refused)
    await carts.remove_items(connection, cart, moved, by=by)
    changed = await store_edits(connection, lists, edits, by=by)
    wishes = WishlistOutcome((owner, target.id), list_keys(owner, changed))
    return carts.CartOutcome(cart.key, refused), wishes


def _take_over(cart: carts.LockedCart, lines: dict[int, Row], edits: WishEdits, id: str, list_id: int) -> None:
    *of_cart, key = parse_input_keys(id, "cit", 3, [])
    if tuple(of_cart) != cart.key or key not in lines:
        raise LINE_NOT_FOUND()
    line = lines[key]
    edits.add(list_id, line.product_id, quantity=line.quantity, options=parse_options(line.options))
    del lines[key]
