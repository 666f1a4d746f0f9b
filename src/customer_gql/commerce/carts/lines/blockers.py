"""What keeps a cart from being ordered, told all at once (docs/domain/carts.md#carts-10)."""

from typing import Final

from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.ids import encode_id

from .edits import INSUFFICIENT_STOCK, NOT_SALABLE
from .pricing import PricedCart

_EMPTY: Final = Refusal("cart.empty", "The cart is empty. Add something first.", UserErrorCode.NOT_ALLOWED)


def find_blockers(priced: PricedCart) -> list[RuleError]:
    if not priced.lines:
        return [_EMPTY()]
    found: list[RuleError] = []
    for line in priced.lines:
        row = line.row
        path = ["items", encode_id("cit", row.customer_id, row.cart_id, row.id)]
        if line.unit_price is None:
            found.append(NOT_SALABLE(path=path, sku=row.sku))
        elif line.available < row.quantity:
            found.append(INSUFFICIENT_STOCK(path=path, sku=row.sku, available=line.available))
    return found
