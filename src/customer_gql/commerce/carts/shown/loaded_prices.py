"""Carts with their prices, computed once for all fields of a request that ask."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from customer_gql.commerce.carts.lines.pricing import PRICING_SETTINGS, PricedCart, price_cart
from customer_gql.core.money import to_major_units
from customer_gql.graph.context import Context
from customer_gql.graph.scalars import CurrencyCode, Money
from customer_gql.loading.reads import Read
from customer_gql.shop.settings.loaded_values import load_setting


async def load_priced_cart(context: Context, row: Any) -> PricedCart:
    """Once for all fields that ask, and for all carts together. `row` is that of the cart."""
    return await context.compute_once((PricedCart, row.customer_id, row.id), lambda: _price(context, row))


async def _price(context: Context, row: Any) -> PricedCart:
    values = await asyncio.gather(*[load_setting(context, option, row.website_id) for option in PRICING_SETTINGS])
    return await price_cart(
        lambda *given, **named: fetch_by_loads(context, *given, **named),
        row,
        dict(zip(PRICING_SETTINGS, values, strict=True)),
    )


async def fetch_by_loads(context: Context, read: Read, keys: Sequence[Any], **arguments: Any) -> Mapping[Any, Any]:
    """What a read finds by its keys, together with the other loads of the request."""
    found = await asyncio.gather(*[context.load(read, key, **arguments) for key in keys])
    return dict(zip(keys, found, strict=True))


def show_money(amount: int, currency: str) -> Money:
    return Money(amount=to_major_units(amount, currency), currency=CurrencyCode(currency))
