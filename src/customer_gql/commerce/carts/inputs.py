"""Inputs of the mutations of carts."""

from collections.abc import Sequence
from typing import Final

import strawberry

from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.text import normalize_text
from customer_gql.graph.fields import column

from .lines.edits import NewLine
from .lines.priced_lines import ChosenOption

MOST_AT_ONCE: Final = 100
_MOST_OPTIONS: Final = 50
_COUNT_WRONG: Final = Refusal("cart.count_wrong", "Send from 1 to {limit} lines at once.", UserErrorCode.TOO_MANY)
_TOO_MANY_OPTIONS: Final = Refusal(
    "cart.too_many_options", "Choose at most {limit} options for a line.", UserErrorCode.TOO_MANY
)


@strawberry.input(description="A value that is chosen for an option of a product.")
class ProductOptionInput:
    code: str = column("Code of the option.")
    value: str = column("Code of the value.")


@strawberry.input(description="A line to add to a cart.")
class CartItemAddInput:
    sku: str = column("Stock keeping unit of the product, in its own case.")
    quantity: int = strawberry.field(description="Quantity to add, at least 1.", default=1)
    options: list[ProductOptionInput] = strawberry.field(
        description="One value for each chosen option; the required ones have to be among them.",
        default_factory=list[ProductOptionInput],
    )


@strawberry.input(description="Lines to add to the cart.")
class CartItemsAddInput:
    items: list[CartItemAddInput] = column(f"From 1 to {MOST_AT_ONCE} lines.")


@strawberry.input(description="The new quantity of a line of a cart.")
class CartItemUpdateInput:
    id: strawberry.ID = column("Id of the line.")
    quantity: int = column("New quantity; 0 removes the line.")


@strawberry.input(description="New quantities of lines of the cart.")
class CartItemsUpdateInput:
    items: list[CartItemUpdateInput] = column(f"From 1 to {MOST_AT_ONCE} lines.")


@strawberry.input(description="Lines to remove from the cart.")
class CartItemsRemoveInput:
    ids: list[strawberry.ID] = column(f"From 1 to {MOST_AT_ONCE} ids of lines.")


@strawberry.input(description="The state of the cart that the shopper accepts.")
class CartChangesAcceptInput:
    version: int = column("Version of the cart whose changes were shown.")


def read_new_lines(given: Sequence[CartItemAddInput]) -> list[NewLine]:
    """Raises `RuleErrors`."""
    refused = CollectedErrors()
    with refused.collecting():
        validate_count(given, "items")
    options = list[list[ChosenOption]]()
    for place, line in enumerate(given):
        with refused.collecting():
            options.append(read_options(line.options, ["items", str(place)]))
    refused.raise_collected()
    return [
        NewLine(normalize_text(line.sku), line.quantity, chosen) for line, chosen in zip(given, options, strict=True)
    ]


def read_options(given: Sequence[ProductOptionInput], path: Sequence[str]) -> list[ChosenOption]:
    """`path` is that of the line. Raises `RuleError`."""
    if len(given) > _MOST_OPTIONS:
        raise _TOO_MANY_OPTIONS(path=[*path, "options"], limit=_MOST_OPTIONS)
    return [ChosenOption(normalize_text(one.code), normalize_text(one.value)) for one in given]


def read_quantities(given: Sequence[CartItemUpdateInput]) -> list[tuple[str, int]]:
    """Ids of lines with their quantities. Raises `RuleError`."""
    validate_count(given, "items")
    return [(line.id, line.quantity) for line in given]


def read_item_ids(given: Sequence[strawberry.ID]) -> Sequence[str]:
    """Raises `RuleError`."""
    validate_count(given, "ids")
    return given


def validate_count(given: Sequence[object], name: str) -> None:
    """Raises `RuleError` for none and for too many."""
    if not 1 <= len(given) <= MOST_AT_ONCE:
        raise _COUNT_WRONG(path=[name], limit=MOST_AT_ONCE)
