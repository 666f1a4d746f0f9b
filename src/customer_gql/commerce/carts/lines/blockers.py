"""What keeps a cart from being ordered, told all at once (docs/domain/carts.md#carts-10)."""

from collections.abc import Sequence
from typing import Final

from customer_gql.commerce.carts.settings import MINIMUM_AMOUNT, MINIMUM_INCLUDES_TAX
from customer_gql.commerce.payments.ports import find_method
from customer_gql.commerce.shipping.methods import read_price
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.core.money import format_amount

from .edits import INSUFFICIENT_STOCK, NOT_SALABLE
from .pricing import PricedCart

EMPTY: Final = Refusal("cart.empty", "The cart is empty. Add something first.", UserErrorCode.NOT_ALLOWED)
_INCOMPLETE: Final = Refusal(
    "cart.incomplete", "Something is missing before this can be ordered: {missing}.", UserErrorCode.NOT_ALLOWED
)
_MINIMUM_AMOUNT: Final = Refusal(
    "cart.minimum_amount", "Orders start at {amount} {currency}. Add something first.", UserErrorCode.NOT_ALLOWED
)


def find_blockers(priced: PricedCart) -> list[RuleError]:
    if not priced.lines:
        return [EMPTY()]
    return [*_find_line_blockers(priced), *_find_minimum(priced), *_find_missing(priced)]


def _find_line_blockers(priced: PricedCart) -> list[RuleError]:
    found: list[RuleError] = []
    for line in priced.lines:
        row = line.row
        path = ["items", encode_id("cit", row.customer_id, row.cart_id, row.id)]
        if line.unit_price is None:
            found.append(NOT_SALABLE(path=path, sku=row.sku))
        elif line.available < row.quantity:
            found.append(INSUFFICIENT_STOCK(path=path, sku=row.sku, available=line.available))
    return found


def _find_minimum(priced: PricedCart) -> list[RuleError]:
    totals, currency = priced.totals, priced.row.currency
    least = read_price(priced.options, MINIMUM_AMOUNT, currency)
    of_shipping = sum(line.amount for line in totals.shipping_taxes)
    tax = totals.tax_total - of_shipping if priced.options[MINIMUM_INCLUDES_TAX] else 0
    if totals.subtotal - totals.discount_total + tax >= least:
        return []
    return [_MINIMUM_AMOUNT(amount=format_amount(least, currency), currency=currency)]


def _find_missing(priced: PricedCart) -> list[RuleError]:
    row, missing = priced.row, list[Sequence[str]]()
    if row.email is None and not priced.shopper.is_customer:
        missing.append(["email"])
    if priced.ships and priced.destination.shipping is None:
        missing.append(["shippingAddress"])
    if priced.destination.billing is None:
        missing.append(["billingAddress"])
    if priced.ships and priced.rate is None:
        missing.append(["shippingMethod"])
    if row.payment_method not in priced.payment_methods:
        missing.append(["paymentMethod"])
    else:
        method = find_method(row.payment_method)
        if method is not None and method.needs_purchase_order and not row.purchase_order_number:
            missing.append(["purchaseOrderNumber"])
        if method is not None and method.needs_token and not row.payment_token:
            missing.append(["paymentToken"])
    return [_INCOMPLETE(path=path, missing=path[0]) for path in missing]
