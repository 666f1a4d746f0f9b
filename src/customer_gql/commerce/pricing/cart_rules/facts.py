"""What price rules and taxes look at of a cart."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class CartRow(NamedTuple):
    """`weight` is that of a unit in kilograms."""

    unit_price: int
    quantity: int
    sku: str
    categories: Sequence[str] = ()
    weight: Decimal = Decimal(0)

    @property
    def total(self) -> int:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class CartFacts:
    """What rules look at."""

    rows: Sequence[CartRow]
    shipping: int = 0
    country_code: str | None = None
    region_code: str | None = None
    postcode: str | None = None
    shipping_method: str | None = None
    payment_method: str | None = None

    @property
    def subtotal(self) -> int:
        return sum(row.total for row in self.rows)

    @property
    def quantity(self) -> int:
        return sum(row.quantity for row in self.rows)

    @property
    def weight(self) -> Decimal:
        return sum((row.weight * row.quantity for row in self.rows), Decimal(0))
