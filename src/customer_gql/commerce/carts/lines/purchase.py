"""Where a cart goes, what sending it costs and which taxes apply (docs/domain/carts.md#carts-13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from customer_gql.commerce.carts.reads import addresses_by_cart
from customer_gql.commerce.catalog.tables import ProductType
from customer_gql.commerce.pricing.cart_rules.facts import CartRow
from customer_gql.commerce.shipping.ports import FetchByKeys, ShippingQuestion, ShippingRate, ShopReads, ask_rates
from customer_gql.commerce.taxes.computing import AppliedRate, TaxAddress, find_applied_rates
from customer_gql.commerce.taxes.reads import make_rules, product_classes_by_name, rates_by_class_and_country
from customer_gql.commerce.taxes.settings import SHIPPING_CLASS
from customer_gql.shop.groups.reads import groups_by_id
from customer_gql.shop.settings.declaration import Setting

from .priced_lines import PricedLine

Options = Mapping[Setting[Any], Any]
VIRTUAL_TYPES: Final = {ProductType.VIRTUAL, ProductType.DOWNLOADABLE, ProductType.GIFT_CARD}
"""Of which nothing is ever shipped."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Copies of addresses of a cart; None where the shopper has not set it."""

    shipping: Any
    billing: Any


async def read_destination(fetch: FetchByKeys, key: tuple[int, int]) -> Destination:
    found = {row.kind: row for row in (await fetch(addresses_by_cart, [key]))[key]}
    return Destination(found.get("SHIPPING"), found.get("BILLING"))


def is_virtual(line: PricedLine) -> bool:
    return line.row.type in VIRTUAL_TYPES


def make_row(line: PricedLine) -> CartRow:
    row = line.row
    return CartRow(line.unit_price or 0, row.quantity, row.sku, row.categories, row.weight or Decimal(0))


def make_question(cart: Any, lines: Sequence[PricedLine], to: Any) -> ShippingQuestion | None:
    """None where nothing is shipped, or nobody knows where to."""
    sent = [make_row(line) for line in lines if not is_virtual(line)]
    if not sent or to is None:
        return None
    return ShippingQuestion(
        website_id=cart.website_id,
        currency=cart.currency,
        country_code=to.country_code,
        region_code=to.region_code,
        postcode=to.postcode,
        subtotal=sum(row.total for row in sent),
        weight=sum((row.weight * row.quantity for row in sent), Decimal(0)),
        item_count=sum(row.quantity for row in sent),
    )


async def ask_chosen_rate(
    fetch: FetchByKeys, options: Options, cart: Any, question: ShippingQuestion | None
) -> ShippingRate | None:
    """What the chosen method costs; None without one, or where it is not offered any more."""
    if question is None or cart.shipping_method is None:
        return None
    rates = await ask_rates(question, ShopReads(options, fetch), method=cart.shipping_method)
    return next((rate for rate in rates if rate.code == cart.shipping_method), None)


@dataclass(frozen=True, slots=True)
class CartTaxes:
    """The rates of each line, and those of shipping."""

    rows: Sequence[Sequence[AppliedRate]]
    shipping: Sequence[AppliedRate]


async def find_taxes(
    fetch: FetchByKeys, options: Options, group_id: int, lines: Sequence[PricedLine], to: Destination
) -> CartTaxes:
    """Goods are taxed where they go, everything else where the bill goes (docs/domain/taxes.md#taxes-6)."""
    if to.shipping is None and to.billing is None:
        return CartTaxes([()] * len(lines), ())
    group = (await fetch(groups_by_id, [group_id]))[group_id]
    customer_class = None if group is None else group.tax_class_id
    name = options[SHIPPING_CLASS]
    of_shipping = (await fetch(product_classes_by_name, [name]))[name] if name else None
    rules = {
        kind: await _read_rates(fetch, customer_class, address)
        for kind, address in (("goods", to.shipping or to.billing), ("other", to.billing or to.shipping))
    }
    rows = [_apply(*rules["other" if is_virtual(line) else "goods"], line.row.tax_class_id) for line in lines]
    return CartTaxes(rows, _apply(*rules["goods"], None if of_shipping is None else of_shipping.id))


async def _read_rates(fetch: FetchByKeys, customer_class: int | None, to: Any) -> tuple[Sequence[Any], TaxAddress]:
    address = TaxAddress(to.country_code, to.region_code, to.postcode)
    if customer_class is None:
        return [], address
    key = (customer_class, to.country_code)
    return (await fetch(rates_by_class_and_country, [key], region=to.region_code))[key], address


def _apply(rows: Sequence[Any], address: TaxAddress, product_class: int | None) -> Sequence[AppliedRate]:
    return () if product_class is None else find_applied_rates(make_rules(rows, product_class), address)
