"""Samples of products for the tests that walk the whole graph."""

import uuid

from customer_gql.commerce.catalog.tables import ProductType
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.statements import Connection
from customer_gql.shop.groups.tables import tax_class
from support.calls import TAX_CLASS, by_view
from support.customers import make_product, put
from support.made_rows import MadeRows

CALLS = {
    "products": [
        by_view,
        lambda _ids: {"filter": {"taxClass": {"eq": TAX_CLASS, "in": [TAX_CLASS], "notIn": []}}},
    ],
}
NAMES = ["Stra\u00dfe", "\u00c9va A%b", "ann_ likes it", "\u4f0a\u85e4", "a'b"]


async def make_rows(connection: Connection, count: int) -> MadeRows:
    """Products of a tax class of their own."""
    taxed = new_id()
    await put(connection, tax_class, id=taxed, name=uuid.uuid4().hex, kind="PRODUCT")

    async def add(connection: Connection, number: int = 0) -> None:
        kinds = list(ProductType)
        await make_product(
            connection,
            sku=f"{NAMES[-1 - number % 5]} {uuid.uuid4().hex[:12]}",
            name=NAMES[number % 5],
            price=100 * (number % 4),
            currency=["USD", "EUR", "JPY"][number % 3],
            type=kinds[number % len(kinds)].value,
            is_salable=number % 2 == 0,
            external_id=None if number % 3 == 0 else f"{NAMES[number % 5]} {uuid.uuid4().hex[:12]}",
            tax_class_id=taxed,
        )

    for number in range(count):
        await add(connection, number)
    return MadeRows({"taxClass": {"eq": encode_id("tax", taxed)}}, add)


GRID_ROWS = {"PRODUCTS": make_rows}

NOT_PERSONAL = {
    f"{name}.{field}": "of a product"
    for name, fields in {
        "ProductGridRow": ("sku", "name", "externalId"),
        "ProductOption": ("code", "title"),
        "ProductOptionValue": ("code", "title"),
    }.items()
    for field in fields
}
