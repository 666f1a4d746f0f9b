"""A cart at the prices and with the stock of now (docs/domain/carts.md#carts-8)."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from customer_gql.commerce.carts.reads import lines_by_cart, option_values_by_product
from customer_gql.commerce.catalog.reads import options_by_product, stock_by_product
from customer_gql.commerce.catalog.stock import UNTRACKED
from customer_gql.commerce.pricing.reads import groups_of_customers, price_facts_by_product
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

    @property
    def subtotal(self) -> int:
        return sum(line.row_total for line in self.lines)


async def price_cart(fetch: FetchByKeys, cart: Any, zone: str) -> PricedCart:
    """`cart` is its row, `zone` the time zone of its website."""
    key = (cart.customer_id, cart.id)
    rows = (await fetch(lines_by_cart, [key]))[key]
    by_product = {row.product_id: row for row in rows}
    products = await read_products(fetch, by_product, owner=cart.customer_id, website=cart.website_id, zone=zone)
    return PricedCart(cart, price_lines(rows, products, cart.currency))


async def read_products(
    fetch: FetchByKeys, rows: Mapping[int, Any], *, owner: int, website: int, zone: str
) -> dict[int, ProductFacts]:
    """What decides about lines of these products, whose rows are given by their ids, for a shopper on a website."""
    found = (await fetch(groups_of_customers, [owner]))[owner]
    group = NOT_LOGGED_IN if found is None else found.group_id
    keys = sorted(rows)
    prices = await fetch(price_facts_by_product, keys, website=website, group=group, on=find_local_date(zone))
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
