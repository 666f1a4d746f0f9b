"""Samples of VAT numbers for the tests that walk the whole graph."""

from typing import Any

from customer_gql.core.ids import encode_id, new_id
from customer_gql.customers.vat.tables import vat_check
from support.calls import about, by_input
from support.changes import Change, Changes, Scene
from support.customers import customer_id, make_address, put

CALLS = {
    "customerVatRecheck": [about("cus")],
    "vatNumberCheck": [
        by_input(lambda _: {"countryCode": "DE", "number": "DE136695976", "websiteId": encode_id("web", 1)})
    ],
}
NOT_PERSONAL = {
    "VatCheck.countryCode": "as that of the address",
    "VatCheck.errorCode": "a code of VIES",
    "VatCheck.requestId": "a number of VIES, of the question and not of the company",
}
UNRECORDED = {"vatNumberCheck": "stores nothing"}


async def recheck(scene: Scene) -> Change:
    row = await scene.shopper()
    await make_address(scene.connection, row, vat_number="GB1")
    return Change(scene.staff, {"id": customer_id(row)}, row)


CHANGES: Changes = {"customerVatRecheck": [(recheck, "VAT_RECHECKED", set())]}


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    stored = await connection.fetchrow("SELECT * FROM address WHERE customer_id = $1 ORDER BY id LIMIT 1", customer.id)
    if stored is not None:
        await connection.execute(
            "UPDATE address SET vat_number = 'DE136695976' WHERE customer_id = $1 AND id = $2", customer.id, stored.id
        )
    await put(
        connection,
        vat_check,
        customer_id=customer.id,
        id=new_id(),
        address_id=0 if stored is None else stored.id,
        country_code="GB" if stored is None else stored.country_code,
        vat_number="DE136695976",
        number="GBDE136695976",
        source="OFFLINE",
        result="NOT_CHECKED",
    )
    return {}
