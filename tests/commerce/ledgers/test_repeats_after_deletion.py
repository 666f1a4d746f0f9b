"""A repeat gets the first answer after the customer was deleted too (docs/domain/ledgers.md#ledgers-4)."""

import pytest

from customer_gql.core.permissions import ALL_PERMISSIONS
from support.customers import customer_id
from support.ledgers import CREDIT, POINTS, adjust, answer, stored
from support.staff import make_website, staff_client

DELETE = "mutation D($input: CustomerDeleteInput!) { customerDelete(input: $input) { userErrors { code } } }"
LEDGERS = pytest.mark.parametrize("ledger", [CREDIT, POINTS], ids=lambda ledger: ledger.table)
UNKNOWN = [{"code": "NOT_FOUND", "path": ["id"]}]


async def delete(admin, row):
    assert await admin.data(DELETE, input={"id": customer_id(row)}) == {"customerDelete": {"userErrors": []}}


@LEDGERS
async def test_a_movement(ledger, admin_client, shopper, connection):
    row = await shopper()
    first = await adjust(admin_client, ledger, row, "a", 500)
    before = await stored(connection, ledger, row)
    await delete(admin_client, row)
    again = await adjust(admin_client, ledger, row, "a", 500)
    assert again == {"entry": first["entry"], "customer": None, "userErrors": []}
    assert (await adjust(admin_client, ledger, row, "b", 500))["userErrors"] == UNKNOWN
    [error] = (await answer(admin_client, ledger, row, "a", ledger.given(600)))["errors"]
    assert error["extensions"]["code"] == "IDEMPOTENCY_CONFLICT"
    assert await stored(connection, ledger, row) == before


@LEDGERS
async def test_a_refusal(ledger, admin_client, shopper):
    row = await shopper()
    first = await adjust(admin_client, ledger, row, "a", -500)
    assert [error["code"] for error in first["userErrors"]] == ["NOT_ALLOWED"]
    await delete(admin_client, row)
    assert await adjust(admin_client, ledger, row, "a", -500) == first


@LEDGERS
async def test_of_another_website(ledger, admin_client, http, shopper, connection):
    row = await shopper()
    near, far = [
        await staff_client(http, connection, ALL_PERMISSIONS, website_ids=[website])
        for website in (row.website_id, await make_website(connection))
    ]
    first = await adjust(near, ledger, row, "a", 500)
    await delete(admin_client, row)
    assert (await adjust(near, ledger, row, "a", 500))["entry"] == first["entry"]
    for units in (500, 600):
        assert (await adjust(far, ledger, row, "a", units))["userErrors"] == UNKNOWN
