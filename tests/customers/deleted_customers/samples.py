"""Samples of deleted customers for the tests that walk the whole graph."""

from typing import Any

from customer_gql.core.ids import encode_id, new_id
from customer_gql.customers.profile.tables import deleted_customer
from support.customers import put

NOT_PERSONAL = {"DeletedCustomer.externalId": "an id of another system"}


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    key = new_id()
    row = {"customer_id": key, "number": customer.number, "website_id": customer.website_id, "actor": "SYSTEM"}
    await put(connection, deleted_customer, **row)
    return {"del": encode_id("del", key)}
