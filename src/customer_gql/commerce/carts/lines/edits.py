"""Edits of the lines of a cart in memory, judged by what is sold now; they are stored together (docs/domain/carts.md#carts-9)."""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import new_id

from .priced_lines import ChosenOption, PricedLine, ProductFacts, hash_options, parse_options

ITEM_NOT_FOUND: Final = Refusal(
    "cart.item_not_found", "This line is not in the cart any more. Read the cart again.", UserErrorCode.NOT_FOUND
)
_FULL: Final = Refusal(
    "cart.full", "The cart has {limit} lines, the maximum. Remove one first.", UserErrorCode.LIMIT_REACHED
)
QUANTITY_WRONG: Final = Refusal("cart.quantity_wrong", "Enter a quantity from {minimum} to {maximum}.")
NOT_SALABLE: Final = Refusal(
    "product.not_salable", "{sku} cannot be bought at present. Choose another product.", UserErrorCode.NOT_ALLOWED
)
INSUFFICIENT_STOCK: Final = Refusal(
    "product.insufficient_stock",
    "Only {available} of {sku} are left. Choose a smaller quantity.",
    UserErrorCode.NOT_ALLOWED,
)
_OPTION_UNKNOWN: Final = Refusal(
    "product.option_unknown", "{sku} has no such option or value. Read its options again.", UserErrorCode.NOT_FOUND
)
_OPTION_REPEATED: Final = Refusal("product.option_repeated", "Choose one value for each option.")
_OPTION_REQUIRED: Final = Refusal(
    "product.option_required", "Choose a value for {option} of {sku}.", UserErrorCode.REQUIRED
)


@dataclass(frozen=True, slots=True)
class NewLine:
    sku: str
    quantity: int
    options: Sequence[ChosenOption] = ()
    custom_price: int | None = None
    """Of a unit, by staff; it replaces the price."""


@dataclass(slots=True)
class EditedLine:
    """A line of quantity 0 goes."""

    id: int
    product_id: int
    options: Sequence[ChosenOption]
    quantity: int
    accepted_price: int | None
    custom_price: int | None = None
    is_edited: bool = False

    def find_price(self, facts: ProductFacts, quantity: int) -> int | None:
        """Of a unit; None where it cannot be bought, whatever price it has of its own."""
        price = facts.find_price(quantity, self.options)
        return price if price is None or self.custom_price is None else self.custom_price


class LineEdits:
    """The lines of one cart by product and options, and the rules that every edit is judged by."""

    def __init__(
        self, stored: Iterable[Any], products: Mapping[int, ProductFacts], *, max_lines: int, max_quantity: int
    ) -> None:
        self.stored = list(stored)
        self.products = products
        self._max_lines = max_lines
        self._max_quantity = max_quantity
        self._lines: dict[tuple[int, str], EditedLine] = {}
        for row in self.stored:
            line = EditedLine(row.id, row.product_id, parse_options(row.options), row.quantity, row.accepted_price)
            line.custom_price = row.custom_price
            self._lines[row.product_id, row.options_hash] = line

    @property
    def edited(self) -> list[EditedLine]:
        return [line for line in self._lines.values() if line.is_edited]

    def add(self, product_id: int, given: NewLine) -> None:
        """Adds up with the line of the same options. Raises `RuleError`; then nothing changed."""
        facts = self.products[product_id]
        if not 1 <= given.quantity <= self._max_quantity:
            raise QUANTITY_WRONG(path=["quantity"], minimum=1, maximum=self._max_quantity)
        chosen = given.options
        options = validate_choice(chosen, sku=facts.row.sku, values=facts.values, required=facts.required)
        key = (product_id, hash_options(options))
        known = self._lines.get(key)
        if known is None and sum(line.quantity > 0 for line in self._lines.values()) >= self._max_lines:
            raise _FULL(limit=self._max_lines)
        line = known or EditedLine(new_id(), product_id, options, 0, None)
        self._set(line, line.quantity + given.quantity)
        if given.custom_price is not None:
            self._set_custom_price(line, given.custom_price)
        self._lines[key] = line

    def take_over(self, row: Any) -> None:
        """A line of another cart adds up as far as stock and the maximum allow; what is not there stays behind. What cannot be bought
        for another reason comes along, so that the shopper is told. A line that is here already keeps its prices."""
        key, facts = (row.product_id, row.options_hash), self.products[row.product_id]
        known = self._lines.get(key)
        if known is None and len(self._lines) >= self._max_lines:
            return
        line = known or EditedLine(new_id(), row.product_id, parse_options(row.options), 0, row.accepted_price)
        left = facts.find_available()
        rest = None if left is None else left - self._count_others(line)
        bounds = (line.quantity + row.quantity, rest, facts.stock.max_quantity, self._max_quantity)
        quantity = min(bound for bound in bounds if bound is not None)
        if quantity > line.quantity and quantity >= facts.stock.min_quantity:
            line.quantity, line.is_edited = quantity, True
            self._lines[key] = line

    def _count_others(self, line: EditedLine) -> int:
        """Units of the same product in other lines."""
        same = (one for one in self._lines.values() if one.product_id == line.product_id and one is not line)
        return sum(one.quantity for one in same)

    def set_quantity(self, id: int, quantity: int, path: Sequence[str] = ("id",)) -> None:
        """0 removes the line. Raises `RuleError`, for an unknown line with `path`; then nothing changed."""
        line = next((line for line in self._lines.values() if line.id == id and line.quantity), None)
        if line is None:
            raise ITEM_NOT_FOUND(path=path)
        if quantity == 0:
            line.quantity, line.is_edited = 0, True
        else:
            self._set(line, quantity)

    def set_custom_price(self, id: int, price: int | None) -> None:
        """None takes the price of the catalog again. Raises `RuleError`; then nothing changed."""
        line = next((line for line in self._lines.values() if line.id == id and line.quantity), None)
        if line is None:
            raise ITEM_NOT_FOUND(path=["id"])
        self._set_custom_price(line, price)

    def _set_custom_price(self, line: EditedLine, price: int | None) -> None:
        line.custom_price, line.is_edited = price, True
        line.accepted_price = line.find_price(self.products[line.product_id], line.quantity)

    def accept(self, priced: Iterable[PricedLine]) -> None:
        """Take prices and quantities as they are offered now, and remove what cannot be bought."""
        by_id = {line.id: line for line in self._lines.values()}
        for offered in priced:
            line = by_id[offered.row.id]
            line.quantity = 0 if offered.unit_price is None else offered.available
            price = line.find_price(self.products[line.product_id], line.quantity) if line.quantity else None
            if line.quantity != offered.row.quantity or price != line.accepted_price:
                line.accepted_price, line.is_edited = price, True

    def _set(self, line: EditedLine, quantity: int) -> None:
        facts = self.products[line.product_id]
        row = facts.row
        least, most = facts.stock.min_quantity, min(facts.stock.max_quantity or self._max_quantity, self._max_quantity)
        if not least <= quantity <= most:
            raise QUANTITY_WRONG(path=["quantity"], minimum=least, maximum=most)
        price = line.find_price(facts, quantity)
        if price is None:
            raise NOT_SALABLE(path=["id"] if line.quantity else ["sku"], sku=row.sku)
        left = facts.find_available()
        others = self._count_others(line)
        if left is not None and quantity + others > left:
            raise INSUFFICIENT_STOCK(path=["quantity"], sku=row.sku, available=max(left - others, 0))
        line.quantity, line.accepted_price, line.is_edited = quantity, price, True


def validate_choice(
    given: Sequence[ChosenOption], *, sku: str, values: Container[ChosenOption], required: Collection[str] = ()
) -> list[ChosenOption]:
    """The chosen options of a product in their order, judged by those that it has. Raises `RuleError`."""
    codes = [option.code for option in given]
    for place, option in enumerate(given):
        if option not in values:
            raise _OPTION_UNKNOWN(path=["options", str(place)], sku=sku)
        if option.code in codes[:place]:
            raise _OPTION_REPEATED(path=["options", str(place)])
    missing = sorted(set(required).difference(codes))
    if missing:
        raise _OPTION_REQUIRED(path=["options"], option=missing[0], sku=sku)
    return sorted(given)
