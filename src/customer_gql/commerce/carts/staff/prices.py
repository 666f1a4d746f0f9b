"""Prices that staff give to lines (docs/domain/carts.md#carts-19)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from customer_gql.core.errors import Forbidden, Refusal
from customer_gql.core.money import validate_amount
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer

_NEGATIVE: Final = Refusal("cart.custom_price_negative", "Enter a price of 0 or more.")
_NEEDED: Final = Permission.ORDERS_CUSTOM_PRICE


def require_custom_prices(viewer: Viewer, given: Iterable[object]) -> None:
    """Raises `Forbidden` where a price is given, or taken back, by somebody who may not."""
    if any(price is not None for price in given) and _NEEDED not in viewer.permissions:
        raise Forbidden(f"The permission {_NEEDED} is missing.", permission=_NEEDED)


def parse_custom_price(price: Decimal | None, currency: str, place: int) -> int | None:
    """In minor units. Raises `RuleError` with the path of the line."""
    path = ["items", str(place), "customPrice"]
    if price is None:
        return None
    if price.is_finite() and price < 0:
        raise _NEGATIVE(path=path)
    return 0 if price == 0 else validate_amount(price, currency, path=path)
