"""What a line of a cart costs, and what keeps it from being ordered, as a pure function of what is stored
(docs/domain/carts.md#carts-8).

Amounts are minor units of the currency of the cart.
"""

import enum
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson

from customer_gql.commerce.catalog.tables import ProductType
from customer_gql.commerce.pricing.prices import find_unit_price
from customer_gql.core.money import format_amount


class CartChangeKind(enum.StrEnum):
    PRICE_ROSE = "PRICE_ROSE"
    PRICE_FELL = "PRICE_FELL"
    QUANTITY_UNAVAILABLE = "QUANTITY_UNAVAILABLE"
    NOT_SALABLE = "NOT_SALABLE"
    COUPON_LOST = "COUPON_LOST"


class ChosenOption(NamedTuple):
    code: str
    value: str


def parse_options(stored: Any) -> list[ChosenOption]:
    found = orjson.loads(stored) if isinstance(stored, str) else stored
    return [ChosenOption(one["code"], one["value"]) for one in found]


def dump_options(options: Iterable[ChosenOption]) -> list[dict[str, str]]:
    return [option._asdict() for option in sorted(options)]


def hash_options(options: Iterable[ChosenOption]) -> str:
    """Equal for the same choice in any order; empty without any."""
    chosen = dump_options(options)
    return hashlib.sha256(orjson.dumps(chosen)).hexdigest() if chosen else ""


class LineChange(NamedTuple):
    """How a line differs from what the shopper accepted, as texts."""

    kind: CartChangeKind
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What decides about lines of a product: rows of its prices, its options with their values, and its stock."""

    prices: Sequence[Any]
    required: frozenset[str]
    values: Mapping[ChosenOption, int]
    row: Any
    """Of a line with its product, or of the product alone."""
    stock: Any

    @property
    def is_offered(self) -> bool:
        """GROUPED products only show others; without a price it is not sold on the website."""
        row = self.row
        is_offered = row.is_salable and self.stock.is_in_stock and row.type != ProductType.GROUPED
        return bool(is_offered and self.prices)

    def find_available(self) -> int | None:
        """How many there are; None where it does not matter."""
        stock = self.stock
        return None if stock.quantity is None or stock.allows_backorders else max(stock.quantity, 0)

    def find_price(self, quantity: int, options: Sequence[ChosenOption]) -> int | None:
        """Of a unit, with its options; None where it cannot be bought."""
        is_known = all(option in self.values for option in options)
        if not self.is_offered or not is_known or not self.required <= {option.code for option in options}:
            return None
        added = [self.values[option] for option in options]
        # The prices of options are in the currency of the product.
        if any(added) and self.row.option_currency != self.prices[0].currency:
            return None
        return find_unit_price(self.prices, quantity, added)


@dataclass(frozen=True, slots=True)
class PricedLine:
    """`unit_price` is null where the line cannot be bought. `available` is how many of its units can be, at most `quantity`."""

    row: Any
    unit_price: int | None
    available: int
    changes: Sequence[LineChange]

    @property
    def row_total(self) -> int:
        return (self.unit_price or 0) * self.row.quantity


_GONE: Final = "0"


def price_lines(rows: Sequence[Any], products: Mapping[int, ProductFacts], currency: str) -> list[PricedLine]:
    """Lines of one product share its stock: what the first ones take, later ones do not find."""
    left = {key: facts.find_available() for key, facts in products.items()}
    priced: list[PricedLine] = []
    for row in rows:
        facts, rest = products[row.product_id], left[row.product_id]
        price = facts.find_price(row.quantity, parse_options(row.options))
        price = price if price is None or row.custom_price is None else row.custom_price
        available = _find_orderable(row.quantity, facts.stock, rest)
        if rest is not None:
            left[row.product_id] = rest - available
        priced.append(PricedLine(row, price, available, _compare_line(row, price, available, currency)))
    return priced


def _find_orderable(quantity: int, stock: Any, left: int | None) -> int:
    bounds = (quantity, left, stock.max_quantity)
    most = min(bound for bound in bounds if bound is not None)
    return most if most >= stock.min_quantity else 0


def _compare_line(row: Any, price: int | None, available: int, currency: str) -> list[LineChange]:
    if price is None:
        return [LineChange(CartChangeKind.NOT_SALABLE, str(row.quantity), _GONE)]
    changes: list[LineChange] = []
    before = row.accepted_price
    if before is not None and before != price:
        kind = CartChangeKind.PRICE_ROSE if price > before else CartChangeKind.PRICE_FELL
        changes.append(LineChange(kind, format_amount(before, currency), format_amount(price, currency)))
    if available < row.quantity:
        changes.append(LineChange(CartChangeKind.QUANTITY_UNAVAILABLE, str(row.quantity), str(available)))
    return changes
