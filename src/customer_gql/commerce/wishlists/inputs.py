"""Inputs of the mutations of wishlists."""

from collections.abc import Sequence
from typing import Final

import strawberry

from customer_gql.commerce.carts.inputs import MOST_AT_ONCE, ProductOptionInput, read_options, validate_count
from customer_gql.commerce.carts.lines.priced_lines import ChosenOption
from customer_gql.core.errors import CollectedErrors
from customer_gql.core.text import normalize_text
from customer_gql.graph.fields import column

from .items import MAX_COMMENT, NewWish, WishChange, WishTransfer
from .tables import WishlistVisibility
from .writes import MAX_NAME

WHICH_LIST: Final = "Id of the wishlist; the default one without it."
_COUNT: Final = f"From 1 to {MOST_AT_ONCE} items."


@strawberry.input(description="A new wishlist.")
class WishlistCreateInput:
    name: str = column(f"Name, at most {MAX_NAME} characters.")
    visibility: WishlistVisibility = strawberry.field(
        description="Who sees the wishlist; its owner alone by default.", default=WishlistVisibility.PRIVATE
    )


@strawberry.input(description="Changes of a wishlist. A field that is left out keeps its value.")
class WishlistUpdateInput:
    id: strawberry.ID = column("Id of the wishlist.")
    name: strawberry.Maybe[str] = column(f"Name, at most {MAX_NAME} characters.")
    visibility: strawberry.Maybe[WishlistVisibility] = column("Who sees the wishlist.")


@strawberry.input(description="The wishlist to delete.")
class WishlistDeleteInput:
    id: strawberry.ID = column("Id of the wishlist.")


@strawberry.input(description="The wishlist to empty.")
class WishlistClearInput:
    id: strawberry.ID | None = strawberry.field(description=WHICH_LIST, default=None)


@strawberry.input(description="Two wishlists that become one.")
class WishlistMergeInput:
    from_id: strawberry.ID = column("Id of the wishlist that goes; not the default one.")
    into_id: strawberry.ID = column("Id of the wishlist that gets its items.")


@strawberry.input(description="A product to wish for.")
class WishlistItemAddInput:
    sku: str = column("Stock keeping unit of the product, in its own case.")
    quantity: int = strawberry.field(description="Quantity to add, at least 1.", default=1)
    options: list[ProductOptionInput] = strawberry.field(
        description="Values for options of the product. Required ones can be chosen later.",
        default_factory=list[ProductOptionInput],
    )
    comment: str | None = strawberry.field(description=f"A note, at most {MAX_COMMENT} characters.", default=None)


@strawberry.input(description="Products to add to a wishlist.")
class WishlistItemsAddInput:
    wishlist_id: strawberry.ID | None = strawberry.field(description=WHICH_LIST, default=None)
    items: list[WishlistItemAddInput] = column(_COUNT)


@strawberry.input(description="Changes of an item of a wishlist. A field that is left out keeps its value.")
class WishlistItemUpdateInput:
    id: strawberry.ID = column("Id of the item.")
    quantity: strawberry.Maybe[int] = column("New quantity; 0 removes the item.")
    options: strawberry.Maybe[list[ProductOptionInput]] = column("All chosen values of options.")
    comment: strawberry.Maybe[str | None] = column(f"A note, at most {MAX_COMMENT} characters.")


@strawberry.input(description="Changes of items of wishlists.")
class WishlistItemsUpdateInput:
    items: list[WishlistItemUpdateInput] = column(_COUNT)


@strawberry.input(description="Items to remove from wishlists.")
class WishlistItemsRemoveInput:
    ids: list[strawberry.ID] = column(f"From 1 to {MOST_AT_ONCE} ids of items.")


@strawberry.input(description="An item for another wishlist.")
class WishlistItemTransferInput:
    id: strawberry.ID = column("Id of the item.")
    quantity: int | None = strawberry.field(
        description="How many, at most as many as the item has; all of them by default.", default=None
    )


@strawberry.input(description="Items to move to another wishlist.")
class WishlistItemsMoveInput:
    wishlist_id: strawberry.ID = column("Id of the wishlist that gets them.")
    items: list[WishlistItemTransferInput] = column(_COUNT)


@strawberry.input(description="Items to copy to another wishlist.")
class WishlistItemsCopyInput:
    wishlist_id: strawberry.ID = column("Id of the wishlist that gets them.")
    items: list[WishlistItemTransferInput] = column(_COUNT)


@strawberry.input(description="Items to put into the cart.")
class WishlistItemsToCartInput:
    wishlist_id: strawberry.ID | None = strawberry.field(
        description=f"Id of the wishlist whose items are meant where `ids` is left out, at most the {MOST_AT_ONCE} oldest; the "
        "default one without it.",
        default=None,
    )
    ids: list[strawberry.ID] | None = strawberry.field(
        description=f"From 1 to {MOST_AT_ONCE} ids of items; the whole wishlist without it.", default=None
    )
    keeps_items: bool = strawberry.field(
        description="Whether items stay on the wishlist too; by default those in the cart go.", default=False
    )


@strawberry.input(description="Lines of the cart to move to a wishlist.")
class CartItemsMoveToWishlistInput:
    ids: list[strawberry.ID] = column(f"From 1 to {MOST_AT_ONCE} ids of lines of the cart.")
    wishlist_id: strawberry.ID | None = strawberry.field(description=WHICH_LIST, default=None)


def read_new_wishes(given: Sequence[WishlistItemAddInput]) -> list[NewWish]:
    """Raises `RuleErrors`."""
    options = _read_each(given, [one.options for one in given])
    return [
        NewWish(normalize_text(one.sku), one.quantity, chosen or [], one.comment)
        for one, chosen in zip(given, options, strict=True)
    ]


def read_changes(given: Sequence[WishlistItemUpdateInput]) -> list[WishChange]:
    """Raises `RuleErrors`."""
    options = _read_each(given, [None if one.options is None else one.options.value for one in given])
    return [
        WishChange(
            one.id,
            None if one.quantity is None else one.quantity.value,
            chosen,
            None if one.comment is None else one.comment.value or "",
        )
        for one, chosen in zip(given, options, strict=True)
    ]


def read_transfers(given: Sequence[WishlistItemTransferInput]) -> list[WishTransfer]:
    """Raises `RuleError`."""
    validate_count(given, "items")
    return [WishTransfer(one.id, one.quantity) for one in given]


def _read_each(
    given: Sequence[object], options: Sequence[Sequence[ProductOptionInput] | None]
) -> list[list[ChosenOption] | None]:
    refused, read = CollectedErrors(), list[list[ChosenOption] | None]()
    with refused.collecting():
        validate_count(given, "items")
    for place, chosen in enumerate(options):
        with refused.collecting():
            read.append(None if chosen is None else read_options(chosen, ["items", str(place)]))
    refused.raise_collected()
    return read
