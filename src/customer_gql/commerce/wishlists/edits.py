"""Edits of wishes in memory, over all lists that a change is about; they are stored together
(docs/domain/wishlists.md#wishlists-3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.commerce.carts.lines.edits import QUANTITY_WRONG
from customer_gql.commerce.carts.lines.priced_lines import ChosenOption, hash_options, parse_options
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import new_id

MAX_ITEMS: Final = 500
ITEM_NOT_FOUND: Final = Refusal(
    "wishlist.item_not_found",
    "This item is not on a wishlist of the customer any more. Read the wishlists again.",
    UserErrorCode.NOT_FOUND,
)
_FULL: Final = Refusal(
    "wishlist.full", "The wishlist has {limit} items, the maximum. Remove one first.", UserErrorCode.LIMIT_REACHED
)
_QUANTITY_BEYOND: Final = Refusal(
    "wishlist.quantity_beyond", "Only {quantity} are on the wishlist. Move or copy at most as many."
)
Place = tuple[int, int, str]
"""List, product, and hash of the chosen options: there is one wish at each."""


@dataclass(slots=True)
class Wish:
    """A wish of quantity 0 goes. `stored` is the place of its row, and None for a new one."""

    list_id: int
    id: int
    product_id: int
    options: Sequence[ChosenOption]
    quantity: int
    comment: str | None = None
    stored: Place | None = None
    before: int = 0
    is_edited: bool = False

    @property
    def place(self) -> Place:
        return (self.list_id, self.product_id, hash_options(self.options))


class WishEdits:
    """The wishes of some lists, and the rules that every edit is judged by."""

    def __init__(self, rows: Iterable[Any], *, max_quantity: int) -> None:
        self._max_quantity = max_quantity
        self._wishes: dict[Place, Wish] = {}
        self._by_id: dict[tuple[int, int], Wish] = {}
        self.gone: list[Wish] = []
        for row in rows:
            options = parse_options(row.options)
            wish = Wish(row.wishlist_id, row.id, row.product_id, options, row.quantity, row.comment)
            wish.stored, wish.before = wish.place, row.quantity
            self._wishes[wish.place] = self._by_id[wish.list_id, wish.id] = wish

    @property
    def edited(self) -> list[Wish]:
        return [wish for wish in (*self._wishes.values(), *self.gone) if wish.is_edited]

    @property
    def product_ids(self) -> list[int]:
        return sorted({wish.product_id for wish in self._wishes.values()})

    def list_wishes(self, list_id: int) -> list[Wish]:
        return [wish for wish in self._wishes.values() if wish.list_id == list_id]

    def find(self, key: tuple[int, int], path: Sequence[str] = ("id",)) -> Wish:
        """By list and id, as they were before. Raises `RuleError`, with `path`."""
        wish = self._by_id.get(key)
        if wish is None or not wish.quantity:
            raise ITEM_NOT_FOUND(path=path)
        return wish

    def add(
        self,
        list_id: int,
        product_id: int,
        *,
        quantity: int,
        options: Sequence[ChosenOption] = (),
        comment: str | None = None,
    ) -> Wish:
        """Adds up with the wish of the same options, whose comment stays unless there is another. Raises `RuleError`; then nothing
        changed."""
        place = (list_id, product_id, hash_options(options))
        wish = self._wishes.get(place)
        if wish is None and sum(each.list_id == list_id for each in self._wishes.values()) >= MAX_ITEMS:
            raise _FULL(limit=MAX_ITEMS)
        wish = wish or Wish(list_id, new_id(), product_id, options, 0)
        if not quantity >= 1 or wish.quantity + quantity > self._max_quantity:
            raise QUANTITY_WRONG(path=["quantity"], minimum=1, maximum=self._max_quantity)
        wish.quantity, wish.comment, wish.is_edited = wish.quantity + quantity, comment or wish.comment, True
        self._wishes[place] = wish
        return wish

    def set_quantity(self, wish: Wish, quantity: int) -> None:
        """0 removes the wish."""
        if not 0 <= quantity <= self._max_quantity:
            raise QUANTITY_WRONG(path=["quantity"], minimum=0, maximum=self._max_quantity)
        wish.quantity, wish.is_edited = quantity, True
        if not quantity:
            self._take_out(wish)

    def change(
        self, wish: Wish, *, quantity: int | None, options: Sequence[ChosenOption] | None, comment: str | None
    ) -> None:
        """Where another wish has the options already, the two become one. What is None stays, and an empty comment goes. Raises
        `RuleError`; then nothing changed."""
        wanted = wish.quantity if quantity is None else quantity
        chosen = wish.options if options is None else options
        other = self._wishes.get((wish.list_id, wish.product_id, hash_options(chosen)))
        added = wanted if other is None or other is wish else wanted + other.quantity
        if not 0 <= wanted <= self._max_quantity or added > self._max_quantity:
            raise QUANTITY_WRONG(path=["quantity"], minimum=0, maximum=self._max_quantity)
        kept = wish.comment if comment is None else comment or None
        if not wanted:
            self.set_quantity(wish, 0)
        elif other is None or other is wish:
            del self._wishes[wish.place]
            wish.quantity, wish.options, wish.comment, wish.is_edited = wanted, chosen, kept, True
            self._wishes[wish.place] = wish
        else:
            self.add(wish.list_id, wish.product_id, quantity=wanted, options=chosen, comment=kept)
            self.set_quantity(wish, 0)

    def transfer(self, wish: Wish, list_id: int, quantity: int | None, *, keeps: bool) -> None:
        """Add some of a wish to another list, all of it by default; what the other list got goes, unless the first one keeps it."""
        wanted = wish.quantity if quantity is None else quantity
        if wanted > wish.quantity:
            raise _QUANTITY_BEYOND(path=["quantity"], quantity=wish.quantity)
        if list_id == wish.list_id:
            return
        self.add(list_id, wish.product_id, quantity=wanted, options=wish.options, comment=wish.comment)
        if not keeps:
            self.set_quantity(wish, wish.quantity - wanted)

    def _take_out(self, wish: Wish) -> None:
        self._wishes.pop(wish.place, None)
        if wish.stored is not None:
            self.gone.append(wish)

    def describe(self, names: Mapping[int, str], list_id: int) -> Changes:
        """What changed on a list, for histories: quantities by SKU, before and after."""
        before, after = list[str](), list[str]()
        for wish in (wish for wish in self.edited if wish.list_id == list_id):
            sku = names.get(wish.product_id, str(wish.product_id))
            before += [f"{wish.before} x {sku}"] if wish.before else []
            after += [f"{wish.quantity} x {sku}"] if wish.quantity else []
        return {"items": (sorted(before), sorted(after))}
