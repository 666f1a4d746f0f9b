"""Samples of customer groups for the tests that walk the whole graph."""

import uuid
from typing import Any

from sqlalchemy import select

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, fetch_value
from customer_gql.shop.groups.tables import customer_group, customer_group_number, tax_class
from support.calls import GROUP, TAX_CLASS, by_input, by_view
from support.changes import Change, Changes, Scene
from support.customers import put
from support.made_rows import MadeRows

WEBSITE = encode_id("web", 1)

CALLS = {
    "customerGroups": [
        by_view,
        lambda _ids: {"filter": {"taxClass": {"eq": TAX_CLASS, "in": [TAX_CLASS], "notIn": []}}},
    ],
    "customerGroup": [lambda _ids: {"id": GROUP}],
    "customerGroupCreate": [
        by_input(lambda _ids: {"name": uuid.uuid4().hex, "taxClassId": TAX_CLASS, "excludedWebsiteIds": [WEBSITE]})
    ],
    "customerGroupUpdate": [
        by_input(
            lambda _ids: {
                "id": GROUP,
                "taxClassId": TAX_CLASS,
                "excludedWebsiteIds": [WEBSITE],
                "expectedVersion": 1,
            }
        )
    ],
    "customerGroupDelete": [by_input(lambda _ids: {"id": GROUP})],
}


async def delete_group_of(scene: Scene) -> Change:
    """Its only member gets the default group."""
    key = await make_group(scene.connection, name=uuid.uuid4().hex)
    row = await scene.shopper(group_id=key)
    return Change(scene.staff, {"id": encode_id("grp", key)}, row)


async def make_group(connection: Connection, **given: Any) -> int:
    key = await fetch_value(connection, select(customer_group_number.next_value()))
    await put(connection, customer_group, id=key, **{"tax_class_id": 3, **given})
    return key


CHANGES: Changes = {"customerGroupDelete": [(delete_group_of, "EDITED", {"groupId"})]}
UNRECORDED = dict.fromkeys(("customerGroupCreate", "customerGroupUpdate"), "in the history of staff")


async def make_rows(connection: Connection, count: int) -> MadeRows:
    """Groups of a tax class of their own."""
    taxed = await fetch_value(connection, select(customer_group_number.next_value()))
    await put(connection, tax_class, id=taxed, name=uuid.uuid4().hex)

    async def add(connection: Connection, number: int = 0) -> None:
        start = ["Stra\u00dfe", "straf", "A%b_"][number % 3]
        name = f"{start} {uuid.uuid4().hex[:16]}"
        shown = {"version": number % 4 + 1, "is_being_deleted": number % 2 == 1}
        await make_group(connection, name=name, tax_class_id=taxed, **shown)

    for number in range(count):
        await add(connection, number)
    return MadeRows({"taxClass": {"eq": encode_id("tax", taxed)}}, add)


GRID_ROWS = {"CUSTOMER_GROUPS": make_rows}
