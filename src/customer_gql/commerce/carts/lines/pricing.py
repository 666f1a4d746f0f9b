"""A cart at the prices and with the stock of now (docs/domain/carts.md#carts-8)."""

import datetime as dt
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from customer_gql.commerce.carts.reads import lines_by_cart, option_values_by_product
from customer_gql.commerce.catalog.reads import options_by_product, stock_by_product
from customer_gql.commerce.catalog.stock import UNTRACKED
from customer_gql.commerce.pricing.cart_rules.discounts import is_valid_coupon, make_rules
from customer_gql.commerce.pricing.cart_rules.facts import CartFacts, CartRow
from customer_gql.commerce.pricing.cart_rules.reads import rules_by_coupon, rules_by_website
from customer_gql.commerce.pricing.reads import groups_of_customers, price_facts_by_product
from customer_gql.commerce.totals.steps import Totals, TotalsFacts, compute_totals
from customer_gql.core.money import minor_digits
from customer_gql.loading.reads import Read
from customer_gql.shop.groups.tables import NOT_LOGGED_IN
from customer_gql.shop.settings.time_zones import find_local_date

from .priced_lines import ChosenOption, PricedLine, ProductFacts, price_lines


class FetchByKeys(Protocol):
    """Reads by keys, inside a transaction or outside of one."""

    def __call__(self, read: Read, keys: Sequence[Any], **arguments: Any) -> Awaitable[Mapping[Any, Any]]: ...


@dataclass(frozen=True, slots=True)
class PricedCart:
    row: Any
    lines: Sequence[PricedLine]
    totals: Totals
    coupons: Mapping[str, Any]
    """By the keys of the codes that the cart has; None for one that does not apply any more."""

    def find_discount(self, item_id: int) -> int:
        places = (place for place, line in enumerate(self.lines) if line.row.id == item_id)
        return sum(self.totals.row_discounts[place] for place in places)


async def price_cart(fetch: FetchByKeys, cart: Any, zone: str) -> PricedCart:
    """`cart` is its row, `zone` the time zone of its website."""
    key = (cart.customer_id, cart.id)
    rows = (await fetch(lines_by_cart, [key]))[key]
    by_product = {row.product_id: row for row in rows}
    shopper = await find_shopper(fetch, cart, zone)
    lines = price_lines(rows, await read_products(fetch, by_product, shopper), cart.currency)
    coupons = await read_coupons(fetch, cart.coupon_codes, shopper)
    asked = {"group": shopper.group, "on": shopper.on}
    automatic = (await fetch(rules_by_website, [shopper.website], **asked))[shopper.website]
    applied = [rule for rule in (*automatic, *coupons.values()) if rule is not None]
    facts = TotalsFacts(
        CartFacts([_make_row(line) for line in lines]),
        minor_digits(cart.currency),
        make_rules(applied, cart.currency),
        [()] * len(lines),
    )
    return PricedCart(cart, lines, compute_totals(facts), coupons)


def _make_row(line: PricedLine) -> CartRow:
    row = line.row
    return CartRow(line.unit_price or 0, row.quantity, row.sku, row.categories, row.weight or Decimal(0))


@dataclass(frozen=True, slots=True)
class PricedShopper:
    """What prices and rules depend on besides the products: the website, the group and the date there."""

    website: int
    group: int
    on: dt.date


async def find_shopper(fetch: FetchByKeys, cart: Any, zone: str) -> PricedShopper:
    found = (await fetch(groups_of_customers, [cart.customer_id]))[cart.customer_id]
    group = NOT_LOGGED_IN if found is None else found.group_id
    return PricedShopper(cart.website_id, group, find_local_date(zone))


async def read_coupons(fetch: FetchByKeys, keys: Sequence[str], shopper: PricedShopper) -> dict[str, Any]:
    """The rules of coupons by the keys of their codes, with the coupons; None for one that does not apply."""
    found = await fetch(rules_by_coupon, keys, group=shopper.group, on=shopper.on)
    return {key: row if is_valid_coupon(row, shopper.website) else None for key, row in found.items()}


async def read_products(fetch: FetchByKeys, rows: Mapping[int, Any], shopper: PricedShopper) -> dict[int, ProductFacts]:
    """What decides about lines of these products, whose rows are given by their ids, for a shopper."""
    keys, of_shopper = sorted(rows), {"group": shopper.group, "on": shopper.on}
    prices = await fetch(price_facts_by_product, keys, website=shopper.website, **of_shopper)
    options = await fetch(options_by_product, keys)
    values = await fetch(option_values_by_product, keys)
    stock = await fetch(stock_by_product, keys)
    return {
        key: ProductFacts(
            prices[key],
            frozenset(option.code for option in options[key] if option.is_required),
            {ChosenOption(value.option_code, value.code): value.price for value in values[key]},
            rows[key],
            stock[key] or UNTRACKED,
        )
        for key in keys
    }
