"""The methods that come with the shop (docs/domain/shipping.md#shipping-2)."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from customer_gql.commerce.taxes.postcodes import fit_postcode
from customer_gql.core.money import to_major_units, to_minor_units
from customer_gql.shop.settings.declaration import Setting

from .ports import ShippingQuestion, ShippingRate, ShopReads
from .reads import table_rates_by_website
from .settings import (
    FLAT_RATE_ENABLED,
    FLAT_RATE_LABEL,
    FLAT_RATE_PRICE,
    FREE_ENABLED,
    FREE_FROM,
    FREE_LABEL,
    TABLE_RATE_BASIS,
    TABLE_RATE_ENABLED,
    TABLE_RATE_LABEL,
    TableRateBasis,
)


def read_price(options: Mapping[Setting[Any], Any], setting: Setting[str], currency: str) -> int:
    """A price of the settings in minor units."""
    return to_minor_units(Decimal(options[setting]), currency)


class FlatRate:
    code: Final = "flat_rate"

    async def rates(self, question: ShippingQuestion, shop: ShopReads) -> Sequence[ShippingRate]:
        options = shop.options
        if not options[FLAT_RATE_ENABLED]:
            return []
        price = read_price(options, FLAT_RATE_PRICE, question.currency)
        return [ShippingRate(self.code, options[FLAT_RATE_LABEL], price)]


class FreeShipping:
    code: Final = "free_shipping"

    async def rates(self, question: ShippingQuestion, shop: ShopReads) -> Sequence[ShippingRate]:
        options = shop.options
        if not options[FREE_ENABLED] or question.subtotal < read_price(options, FREE_FROM, question.currency):
            return []
        return [ShippingRate(self.code, options[FREE_LABEL], 0)]


class TableRate:
    code: Final = "table_rate"

    async def rates(self, question: ShippingQuestion, shop: ShopReads) -> Sequence[ShippingRate]:
        options = shop.options
        if not options[TABLE_RATE_ENABLED]:
            return []
        rows = (await shop.fetch(table_rates_by_website, [question.website_id]))[question.website_id]
        price = find_table_rate(rows, question, TableRateBasis(options[TABLE_RATE_BASIS]))
        return [] if price is None else [ShippingRate(self.code, options[TABLE_RATE_LABEL], price)]


def find_table_rate(rows: Iterable[Any], question: ShippingQuestion, basis: TableRateBasis) -> int | None:
    """The price of the closest place, and there of the highest minimum that is reached."""
    value = _find_value(question, basis)
    fits = [
        (place, row.minimum, row.price)
        for row in rows
        if row.minimum <= value and row.currency == question.currency and (place := _fit_place(row, question))
    ]
    return max(fits)[2] if fits else None


def _find_value(question: ShippingQuestion, basis: TableRateBasis) -> Decimal:
    if basis is TableRateBasis.WEIGHT:
        return question.weight
    if basis is TableRateBasis.ITEM_COUNT:
        return Decimal(question.item_count)
    return to_major_units(question.subtotal, question.currency)


def _fit_place(row: Any, question: ShippingQuestion) -> tuple[Any, ...] | None:
    """How closely a row fits the place: a postcode before a region, a region before a country."""
    if row.country_code not in {None, question.country_code} or row.region not in {None, question.region_code}:
        return None
    fit = fit_postcode(row.postcode, question.postcode)
    return None if fit is None else (fit, row.region is not None, row.country_code is not None)


SHIPPING_PORTS: Final = (FlatRate(), FreeShipping(), TableRate())
