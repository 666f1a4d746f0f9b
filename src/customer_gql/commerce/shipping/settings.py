"""Which shipping methods a website offers, and what they cost (docs/domain/shipping.md#shipping-2)."""

import enum
from decimal import Decimal
from typing import Final

from customer_gql.core.errors import Refusal
from customer_gql.core.money import MAX_AMOUNT, parse_decimal
from customer_gql.shop.settings.declaration import WEBSITE, Setting

_PRICE_WRONG: Final = Refusal("setting.price_wrong", "Enter an amount from 0 to {limit}, such as 5.00.")


def validate_price(text: str) -> None:
    """An amount in major units. Raises `RuleError`."""
    try:
        amount = parse_decimal(text)
    except ValueError:
        amount = Decimal(-1)
    if not 0 <= amount <= MAX_AMOUNT:
        raise _PRICE_WRONG(path=["value"], limit=int(MAX_AMOUNT))


class TableRateBasis(enum.StrEnum):
    WEIGHT = "WEIGHT"
    SUBTOTAL = "SUBTOTAL"
    ITEM_COUNT = "ITEM_COUNT"


FLAT_RATE_ENABLED: Final = Setting(
    "shipping.flat_rate_enabled",
    True,
    WEBSITE,
    "Whether orders can be sent at one price for each order.",
    label="Flat rate",
)
FLAT_RATE_PRICE: Final = Setting(
    "shipping.flat_rate_price",
    "5.00",
    WEBSITE,
    "What sending an order costs at the flat rate, in the currency of the website.",
    validate=validate_price,
    label="Price of the flat rate",
)
FLAT_RATE_LABEL: Final = Setting(
    "shipping.flat_rate_label", "Flat rate", WEBSITE, "Name of the flat rate for shoppers.", label="Name of flat rate"
)
FREE_ENABLED: Final = Setting(
    "shipping.free_enabled",
    False,
    WEBSITE,
    "Whether orders from a subtotal on are sent for nothing.",
    label="Free shipping",
)
FREE_FROM: Final = Setting(
    "shipping.free_from",
    "0.00",
    WEBSITE,
    "Subtotal of what is shipped, in the currency of the website, from which shipping is free.",
    validate=validate_price,
    label="Subtotal for free shipping",
)
FREE_LABEL: Final = Setting(
    "shipping.free_label",
    "Free shipping",
    WEBSITE,
    "Name of free shipping for shoppers.",
    label="Name of free shipping",
)
TABLE_RATE_ENABLED: Final = Setting(
    "shipping.table_rate_enabled",
    False,
    WEBSITE,
    "Whether orders can be sent at the rates of the table that `shippingTableRatesReplace` stores.",
    label="Table of rates",
)
TABLE_RATE_BASIS: Final = Setting(
    "shipping.table_rate_by",
    TableRateBasis.WEIGHT.value,
    WEBSITE,
    "What the rates of the table go by: the weight in kilograms, the subtotal or the number of items of what is shipped.",
    one_of=tuple(basis.value for basis in TableRateBasis),
    label="Basis of the table of rates",
)
TABLE_RATE_LABEL: Final = Setting(
    "shipping.table_rate_label",
    "Best way",
    WEBSITE,
    "Name of the rates of the table for shoppers.",
    label="Name of the table of rates",
)
SETTINGS: Final = (
    FLAT_RATE_ENABLED,
    FLAT_RATE_PRICE,
    FLAT_RATE_LABEL,
    FREE_ENABLED,
    FREE_FROM,
    FREE_LABEL,
    TABLE_RATE_ENABLED,
    TABLE_RATE_BASIS,
    TABLE_RATE_LABEL,
)
