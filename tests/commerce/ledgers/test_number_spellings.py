"""A JSON number that the parser rounds moves nothing: `Decimal` takes a JSON string or an integer, `Int` an integer."""

import pytest

from support.customers import customer_id
from support.ledgers import CREDIT, NOTHING, POINTS, stored

LEDGERS = pytest.mark.parametrize("ledger", [CREDIT, POINTS], ids=lambda ledger: ledger.table)
BODY = '{"query": %s, "variables": {"input": {"id": "%s", "%s": %s, "idempotencyKey": "key"}}}'
COUNT = """query C($filter: CustomerFilter) { customers(first: 1, filter: $filter) { nodes { id } } }"""
FILTER = '{"query": %s, "variables": {"filter": {"lifetimeValue": {"currency": "USD", "gte": %s}}}}'


async def send(client, content):
    headers = {"Authorization": f"Bearer {client.token}", "Content-Type": "application/json"}
    return (await client.http.post(client.path, content=content, headers=headers)).json()


def quoted(document):
    return '"' + document.replace("\n", " ").replace('"', '\\"') + '"'


@LEDGERS
@pytest.mark.parametrize("number", ["1.000000000000000000000000000001", "1e2", "1.0", "1E0", "100e-2", "-0.0"])
async def test_numbers_that_json_rounds(ledger, number, admin_client, shopper, connection):
    row = await shopper()
    answer = await send(admin_client, BODY % (quoted(ledger.document), customer_id(row), ledger.field, number))
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert f"at .{ledger.field}: " in error["message"]
    assert ("JSON string" if ledger is CREDIT else "digits alone") in error["message"]
    assert await stored(connection, ledger, row) == NOTHING


@LEDGERS
async def test_integers(ledger, admin_client, shopper, connection):
    row = await shopper()
    answer = await send(admin_client, BODY % (quoted(ledger.document), customer_id(row), ledger.field, "5"))
    assert answer["data"]["adjusted"]["userErrors"] == []
    units = 500 if ledger is CREDIT else 5
    assert await stored(connection, ledger, row) == (units, units, 1)


async def test_amounts_of_filters(admin_client):
    answers = {
        number: await send(admin_client, FILTER % (quoted(COUNT), number)) for number in ("1e2", "1.5", "5", '"1.5"')
    }
    codes = {number: [e["extensions"]["code"] for e in answer.get("errors", [])] for number, answer in answers.items()}
    assert codes == {"1e2": ["BAD_USER_INPUT"], "1.5": ["BAD_USER_INPUT"], "5": [], '"1.5"': []}
