"""Samples of deleted customers for the tests that walk the whole graph."""

import datetime as dt
from typing import Any

from customer_gql.core.ids import encode_id, new_id
from customer_gql.customers.profile.tables import deleted_customer
from customer_gql.database.statements import Connection
from support.access_walk import Sample
from support.customers import put
from support.made_rows import MadeRows
from support.staff import make_role, make_staff, make_website


def filtered(key: str, prefix: str) -> Sample:
    return lambda ids: {"filter": {key: {"eq": ids[prefix], "in": [ids[prefix]], "notIn": []}}}


CALLS = {
    "deletedCustomers": [
        lambda _: {},
        lambda ids: {"viewId": ids["gvw"]},
        filtered("customerId", "cus"),
        filtered("website", "web"),
        filtered("staff", "stf"),
    ]
}


async def make_rows(connection: Connection, count: int) -> MadeRows:
    website = await make_website(connection)
    staff = await make_staff(connection, await make_role(connection))

    async def delete(connection: Connection, number: int) -> None:
        key = new_id()
        values = {
            "number": key % 1_000_000 + number % 3,
            "external_id": [None, f"Stra\u00dfe {key}", f"erp-{key}"][number % 3],
            "website_id": website,
            "deleted_at": dt.datetime.now(dt.UTC) - dt.timedelta(days=30 * (number % 4), hours=1),
            "actor": ["STAFF", "CUSTOMER", "SYSTEM"][number % 3],
            "actor_id": [staff.id, key, None][number % 3],
        }
        await put(connection, deleted_customer, customer_id=key, **values)

    for number in range(count):
        await delete(connection, number)

    async def add(connection: Connection) -> None:
        await delete(connection, 1)

    return MadeRows({"website": {"eq": encode_id("web", website)}}, add, website)


GRID_ROWS = {"DELETED_CUSTOMERS": make_rows}

NOT_PERSONAL = dict.fromkeys(
    ["DeletedCustomer.externalId", "DeletedCustomerGridRow.externalId"], "an id of another system"
)


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    key = new_id()
    row = {"customer_id": key, "number": customer.number, "website_id": customer.website_id, "actor": "SYSTEM"}
    await put(connection, deleted_customer, **row)
    return {"del": encode_id("del", key)}
