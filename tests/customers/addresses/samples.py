"""Samples of address books for the tests that walk the whole graph."""

from typing import Any

from customer_gql.core.ids import encode_id
from support.changes import Change, Changes, Make, Scene, own
from support.customers import make_address

ADDRESS = {"firstName": "Ada", "lastName": "Byron", "street": ["1 Analytical Way"], "city": "London"}
ADDRESS |= {"postcode": "N1 7AA", "countryCode": "GB", "telephone": "+44 20 7946 0000"}


def of_address(**input: Any) -> Make:
    async def make(scene: Scene) -> Change:
        row = await scene.shopper()
        made = await make_address(scene.connection, row)
        return Change(await scene.device(row), {"id": encode_id("adr", row.id, made.id), **input}, row)

    return make


CHANGES: Changes = {
    "addressCreate": [(own(**ADDRESS), "ADDRESS_CREATED", {"city"})],
    "addressUpdate": [(of_address(city="Ockham"), "ADDRESS_EDITED", {"city"})],
    "addressDelete": [(of_address(), "ADDRESS_DELETED", {"city"})],
}
