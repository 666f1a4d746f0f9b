"""Samples of tags for the tests that walk the whole graph."""

from typing import Any

from customer_gql.customers.tags.tables import customer_tag
from support.calls import by_input
from support.changes import Change, Changes, Scene
from support.customers import customer_id, put

NOT_PERSONAL = {
    "Customer.tags": "words by which staff sort customers, and filter lists",
    "KnownTag.tag": "as `Customer.tags`",
}
CALLS = {
    name: [by_input(lambda ids: {"customerId": ids["cus"], "tags": ["Key account"]})]
    for name in ("customerTagsAdd", "customerTagsRemove")
}


async def add_tag(scene: Scene) -> Change:
    row = await scene.shopper()
    return Change(scene.staff, {"customerId": customer_id(row), "tags": ["Key account"]}, row)


async def remove_tag(scene: Scene) -> Change:
    change = await add_tag(scene)
    await furnish(scene.connection, change.row)
    return change


CHANGES: Changes = {
    "customerTagsAdd": [(add_tag, "TAGS_CHANGED", {"tags"})],
    "customerTagsRemove": [(remove_tag, "TAGS_CHANGED", {"tags"})],
}


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    await put(connection, customer_tag, customer_id=customer.id, fold="key account", tag="Key account")
    return {}
