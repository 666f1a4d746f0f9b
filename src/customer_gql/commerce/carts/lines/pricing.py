"""A cart at the prices and with the stock of now (docs/domain/carts.md#carts-8)."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.commerce.carts.reads import lines_by_cart, option_values_by_product
from customer_gql.commerce.carts.settings import MINIMUM_SETTINGS
from customer_gql.commerce.catalog.reads import options_by_product, stock_by_product
from customer_gql.commerce.catalog.stock import UNTRACKED
from customer_gql.commerce.payments.ports import PaymentOffer, find_offered
from customer_gql.commerce.payments.settings import SETTINGS as PAYMENT_SETTINGS
from customer_gql.commerce.pricing.cart_rules.discounts import is_valid_coupon, make_rules
from customer_gql.commerce.pricing.cart_rules.facts import CartFacts
from customer_gql.commerce.pricing.cart_rules.reads import rules_by_coupon, rules_by_website, uses_by_customer
from customer_gql.commerce.pricing.reads import groups_of_customers, price_facts_by_product
from customer_gql.commerce.shipping.ports import FetchByKeys, ShippingQuestion, ShippingRate
from customer_gql.commerce.shipping.settings import SETTINGS as SHIPPING_SETTINGS
from customer_gql.commerce.taxes.settings import PRICES_INCLUDE_TAX, SETTINGS as TAX_SETTINGS
from customer_gql.commerce.totals.steps import Totals, TotalsFacts, compute_totals
from customer_gql.core.money import minor_digits
from customer_gql.shop.groups.reads import groups_by_id
from customer_gql.shop.groups.tables import NOT_LOGGED_IN
from customer_gql.shop.settings.declaration import Setting
from customer_gql.shop.settings.time_zones import TIME_ZONE, find_local_date

from .priced_lines import ChosenOption, PricedLine, ProductFacts, price_lines
from .purchase import (
    Destination,
    Options,
    ask_chosen_rate,
    find_taxes,
    is_virtual,
    make_question,
    make_row,
    read_destination,
)

PRICING_SETTINGS: Final[tuple[Setting[Any], ...]] = (
    TIME_ZONE,
    *TAX_SETTINGS,
    *SHIPPING_SETTINGS,
    *PAYMENT_SETTINGS,
    *MINIMUM_SETTINGS,
)
"""What the price of a cart depends on, and what it can be ordered with."""


@dataclass(frozen=True, slots=True)
class PricedCart:
    """`rate` is that of the chosen shipping method, while it is offered."""

    row: Any
    lines: Sequence[PricedLine]
    totals: Totals
    coupons: Mapping[str, Any]
    """By the keys of the codes that the cart has; None for one that does not apply any more."""
    shopper: "PricedShopper"
    destination: Destination
    options: Options
    question: ShippingQuestion | None
    rate: ShippingRate | None

    def find_discount(self, item_id: int) -> int:
        return sum(self.totals.row_discounts[place] for place in self._find_places(item_id))

    def find_tax(self, item_id: int) -> int:
        found = [self.totals.row_taxes[place] for place in self._find_places(item_id)]
        return sum(line.amount for lines in found for line in lines)

    def _find_places(self, item_id: int) -> list[int]:
        return [place for place, line in enumerate(self.lines) if line.row.id == item_id]

    @property
    def ships(self) -> bool:
        """Whether any of it is sent."""
        return any(not is_virtual(line) for line in self.lines)

    @property
    def payment_methods(self) -> dict[str, str]:
        """Names of what it can be paid with, by code."""
        offer = PaymentOffer(self.row.website_id, self.row.currency, self.totals.amount_due)
        return find_offered(offer, self.options)


AskRate = Callable[[ShippingQuestion | None], Awaitable[ShippingRate | None]]


async def price_cart(fetch: FetchByKeys, cart: Any, options: Options, ask: AskRate | None = None) -> PricedCart:
    """`cart` is its row, `options` are the `PRICING_SETTINGS` of its website. `ask` tells the rate of the chosen shipping method
    where it was asked for before, as inside a transaction."""
    key = (cart.customer_id, cart.id)
    rows = (await fetch(lines_by_cart, [key]))[key]
    by_product = {row.product_id: row for row in rows}
    shopper = await find_shopper(fetch, cart, options[TIME_ZONE])
    lines = price_lines(rows, await read_products(fetch, by_product, shopper), cart.currency)
    coupons = await read_coupons(fetch, cart.coupon_codes, shopper)
    destination = await read_destination(fetch, key)
    question = make_question(cart, lines, destination.shipping)
    rate = await (ask_chosen_rate(fetch, options, cart, question) if ask is None else ask(question))
    taxes = await find_taxes(fetch, options, shopper.group, lines, destination)
    asked = {"group": shopper.group, "on": shopper.on}
    automatic = (await fetch(rules_by_website, [shopper.website], **asked))[shopper.website]
    used_up = await find_used_up(fetch, cart, shopper, [*automatic, *coupons.values()])
    coupons = {key: None if rule is not None and rule.id in used_up else rule for key, rule in coupons.items()}
    applied = [rule for rule in (*automatic, *coupons.values()) if rule is not None and rule.id not in used_up]
    facts = TotalsFacts(
        _make_facts(cart, lines, destination, rate),
        minor_digits(cart.currency),
        make_rules(applied, cart.currency),
        taxes.rows,
        taxes.shipping,
        includes_tax=options[PRICES_INCLUDE_TAX],
    )
    totals = compute_totals(facts)
    return PricedCart(cart, lines, totals, coupons, shopper, destination, options, question, rate)


async def find_used_up(fetch: FetchByKeys, cart: Any, shopper: "PricedShopper", rules: Sequence[Any]) -> set[int]:
    """Rules that the customer has used as often as they may. Guests have no such limit."""
    limits = {rule.id: rule.uses_per_customer for rule in rules if rule is not None and rule.uses_per_customer}
    if not limits or not shopper.is_customer:
        return set()
    found = (await fetch(uses_by_customer, [cart.customer_id]))[cart.customer_id]
    return {row.rule_id for row in found if row.use_count >= limits.get(row.rule_id, row.use_count + 1)}


def _make_facts(
    cart: Any, lines: Sequence[PricedLine], destination: Destination, rate: ShippingRate | None
) -> CartFacts:
    to = destination.shipping or destination.billing
    return CartFacts(
        [make_row(line) for line in lines],
        shipping=0 if rate is None else rate.amount,
        country_code=None if to is None else to.country_code,
        region_code=None if to is None else to.region_code,
        postcode=None if to is None else to.postcode,
        shipping_method=None if rate is None else rate.code,
        payment_method=cart.payment_method,
    )


@dataclass(frozen=True, slots=True)
class PricedShopper:
    """What prices and rules depend on besides the products: the website, the group and the date there."""

    website: int
    group: int
    on: dt.date
    is_customer: bool = False
    """Guests have no account."""


async def find_shopper(fetch: FetchByKeys, cart: Any, zone: str) -> PricedShopper:
    found = (await fetch(groups_of_customers, [cart.customer_id]))[cart.customer_id]
    group = NOT_LOGGED_IN if found is None else found.group_id
    if cart.vat_group_id is not None:
        of_number = (await fetch(groups_by_id, [cart.vat_group_id]))[cart.vat_group_id]
        group = group if of_number is None or of_number.is_being_deleted else of_number.id
    return PricedShopper(cart.website_id, group, find_local_date(zone), is_customer=found is not None)


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
