"""Samples of orders for the tests that walk the whole graph."""

import datetime as dt
from typing import Any

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row
from support.calls import GROUP, by_view, filtered
from support.customers import make_customer, make_order, make_product
from support.made_rows import MadeRows
from support.staff import make_role, make_staff, make_website

NOT_PERSONAL = {
    "OrderGridRow.number": "a number of the shop",
    **dict.fromkeys(("Order.status", "OrderGridRow.status"), "a code of the shop"),
}
REFERENCES = {"website": "web", "storeView": "stv", "salesRepresentative": "stf"}


CALLS = {
    "order": [lambda ids: {"by": {"id": ids["ord"]}}],
    "orders": [
        lambda _: {},
        by_view,
        # Groups are for everybody to see.
        lambda _: {"filter": {"customerGroup": {"eq": GROUP, "in": [GROUP], "notIn": [GROUP]}}},
        *[filtered(key, prefix) for key, prefix in REFERENCES.items()],
    ],
}
NAMES = ["Stra\u00dfe", "\u00c9va A%b", "ann_", "\u4f0a\u85e4", None]
STATES = ["COMPLETE", "NEW", "CANCELED"]


def varied_values(number: int, representative: int) -> dict[str, Any]:
    name = NAMES[number % 5]
    return {
        "state": STATES[number % 3],
        "placed_at": dt.datetime.now(dt.UTC) - dt.timedelta(days=50 * (number % 4), hours=1),
        "customer_name": name or "Ada",
        "customer_number": None if name is None else number,
        "customer_group_id": [None, 1, 2][number % 3],
        "billing_name": name,
        "shipping_name": NAMES[-1 - number % 5],
        "company": [None, "\u00c9ire & Sons"][number % 2],
        "sales_representative_id": [None, representative][number % 2],
        "currency": "EUR",
        "shipping_total": 0,
        "refunded_total": [0, 1990][number % 2],
    }


async def make_rows(connection: Connection, count: int) -> MadeRows:
    """Orders of one website, of several customers, one of whom is deleted."""
    website = await make_website(connection)
    here = {"website_id": website, "created_in_store_view_id": website}
    buyers = [await make_customer(connection, **here, email=f"Buyer{i}.{website}@Example.COM") for i in range(3)]
    product = await make_product(connection, currency="EUR")
    staff = await make_staff(connection, await make_role(connection))

    async def place(connection: Connection, number: int) -> Row:
        values = varied_values(number, staff.id)
        return await make_order(connection, buyers[number % 3], [product], store_view_id=website, **values)

    for number in range(count):
        await place(connection, number)
    await connection.execute("DELETE FROM customer WHERE id = $1", buyers[0].id)

    async def add(connection: Connection) -> None:
        await place(connection, 4)

    return MadeRows({"website": {"eq": encode_id("web", website)}}, add, website)


GRID_ROWS = {"ORDERS": make_rows}
UNRECORDED = {"orderReorder": "of the cart; other systems are told by the event cart.changed"}
