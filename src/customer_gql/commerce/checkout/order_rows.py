"""The rows of an order that a priced cart becomes (docs/domain/checkout.md#checkout-1)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from customer_gql.commerce.carts.lines.priced_lines import dump_options, parse_options
from customer_gql.commerce.carts.lines.pricing import PricedCart
from customer_gql.commerce.carts.lines.purchase import is_virtual
from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.core.clock import read_clock
from customer_gql.core.values.emails import normalize_email

from .guards import OrderAttempt

_NAME_PARTS: Final = ("prefix", "first_name", "middle_name", "last_name", "suffix")
_OF_ADDRESS: Final = ("company", "street", "city", "region", "postcode", "country_code", "telephone")


def make_order(
    attempt: OrderAttempt, order_id: int, *, number: str, state: OrderState, status: str, coupon_codes: Sequence[str]
) -> dict[str, Any]:
    priced, customer = attempt.priced, attempt.customer
    row, totals, to = priced.row, priced.totals, priced.destination
    email = row.email or customer.email
    return {
        "customer_id": row.customer_id,
        "id": order_id,
        "number": number,
        "state": state.value,
        "status": status,
        "store_view_id": row.store_view_id,
        "placed_at": read_clock(),
        "customer_email": email,
        "customer_email_key": normalize_email(email),
        "customer_name": join_name(to.billing if customer is None else customer),
        "customer_number": None if customer is None else customer.number,
        "customer_group_id": priced.shopper.group,
        "billing_name": join_name(to.billing),
        "shipping_name": None if to.shipping is None else join_name(to.shipping),
        "company": to.billing.company,
        "company_id": None if attempt.membership is None else attempt.membership.company_id,
        "currency": row.currency,
        "subtotal": totals.subtotal,
        "discount_total": totals.discount_total,
        "shipping_total": totals.shipping_total,
        "tax_total": totals.tax_total,
        "grand_total": totals.grand_total,
        "is_guest": customer is None,
        "shipping_method": None if priced.rate is None else priced.rate.code,
        "payment_method": row.payment_method,
        "purchase_order_number": row.purchase_order_number,
        "coupon_codes": list(coupon_codes),
    }


def make_items(priced: PricedCart, products: Mapping[int, Any], order_id: int) -> list[dict[str, Any]]:
    """In the order of the lines."""
    items: list[dict[str, Any]] = []
    for place, line in enumerate(priced.lines):
        row, discount = line.row, priced.totals.row_discounts[place]
        assert line.unit_price is not None, "blockers were judged before"
        items.append(
            {
                "customer_id": row.customer_id,
                "order_id": order_id,
                "position": place + 1,
                "product_id": row.product_id,
                "sku": row.sku,
                "name": products[row.product_id].name,
                "is_virtual": is_virtual(line),
                "quantity_ordered": row.quantity,
                "currency": priced.row.currency,
                "price": line.unit_price,
                "discount": discount,
                "row_total": line.row_total - discount,
                "tax": priced.find_tax(row.id),
                "options": dump_options(parse_options(row.options)),
            }
        )
    return items


def make_addresses(priced: PricedCart, order_id: int) -> list[dict[str, Any]]:
    found = (priced.destination.billing, priced.destination.shipping)
    return [
        {
            "customer_id": address.customer_id,
            "order_id": order_id,
            "kind": address.kind,
            "name": join_name(address),
            **{name: getattr(address, name) for name in _OF_ADDRESS},
        }
        for address in found
        if address is not None
    ]


def join_name(person: Any) -> str:
    return " ".join(part for name in _NAME_PARTS if (part := getattr(person, name, None)))
