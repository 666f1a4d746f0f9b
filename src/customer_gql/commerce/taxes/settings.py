"""How a website taxes carts (docs/domain/taxes.md#taxes-6)."""

from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.database.statements import Connection, fetch_value
from customer_gql.shop.groups.tables import TaxClassKind, tax_class
from customer_gql.shop.settings.declaration import WEBSITE, Setting

_CLASS_UNKNOWN: Final = Refusal(
    "setting.tax_class_unknown", "Enter the name of a tax class of products, or nothing.", UserErrorCode.NOT_FOUND
)


async def _check_class(connection: Connection, name: Any) -> None:
    is_product = (tax_class.c.name == name, tax_class.c.kind == TaxClassKind.PRODUCT.value)
    if name and await fetch_value(connection, select(tax_class.c.id).where(*is_product)) is None:
        raise _CLASS_UNKNOWN(path=["value"])


PRICES_INCLUDE_TAX: Final = Setting(
    "taxes.prices_include_tax",
    False,
    WEBSITE,
    "Whether prices of products and of shipping include tax.",
    label="Prices include tax",
)
SHIPPING_CLASS: Final = Setting(
    "taxes.shipping_class",
    "",
    WEBSITE,
    "Name of the tax class of products by which shipping is taxed. Empty for none: shipping is not taxed then.",
    check=_check_class,
    label="Tax class of shipping",
)
SETTINGS: Final = (PRICES_INCLUDE_TAX, SHIPPING_CLASS)
