"""What is stored of a deleted attribute or option goes first (docs/domain/attributes.md#attributes-11)."""

import orjson
import pytest

from customer_gql.administration.attributes import deletion
from customer_gql.core.ids import encode_id
from customer_gql.messaging.jobs.work import Tools
from customers.attributes.samples import delete_made, make_attribute
from support.customers import customer_id, make_customer
from support.jobs import delete_open_jobs, run_all
from support.staff import staff_client

DELETE = """mutation D($input: AttributeDeleteInput!) { attributeDelete(input: $input) { deletedAttributeId
  job { id kind totalCount } userErrors { code key path } } }"""
UPDATE = """mutation U($input: AttributeUpdateInput!) { attributeUpdate(input: $input) {
  attribute { options { code } } job { id kind totalCount } userErrors { code key path } } }"""
EDIT = "mutation E($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { code key path } } }"
ONE = "query O($id: ID!) { attribute(id: $id) { isBeingDeleted } }"


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


@pytest.fixture
async def tools(http, database, settings):
    return Tools(database, settings)


@pytest.fixture(autouse=True)
async def few(connection, isolated, monkeypatch):
    """More than two customers are many."""
    monkeypatch.setattr(deletion, "MAX_CHANGED_AT_ONCE", 2)
    await delete_open_jobs(connection)
    yield
    await delete_made(connection)


async def call(client, document, **input):
    [answer] = (await client.data(document, input=input)).values()
    return answer


async def make_holders(client, connection, row, count, *codes):
    customers = [await make_customer(connection) for _ in range(count)]
    for customer in customers:
        value = {"options": list(codes)} if codes else {"text": "42"}
        given = {"attributes": [{"code": row.code, "value": value}]}
        assert (await call(client, EDIT, id=customer_id(customer), **given))["userErrors"] == []
    return customers


async def last_change(connection, customer):
    found = await connection.fetchrow(
        "SELECT kind, version, changes FROM customer_event WHERE customer_id = $1 ORDER BY id DESC LIMIT 1", customer.id
    )
    return found.kind, found.version - customer.version, orjson.loads(found.changes)


@pytest.mark.parametrize("count", [0, 2, 5])
async def test_an_attribute_goes_with_its_values(count, boss, connection, tools):
    row = await make_attribute(connection)
    id = encode_id("att", row.id)
    customers = await make_holders(boss, connection, row, count)
    answer = await call(boss, DELETE, id=id)
    assert answer["userErrors"] == []
    if count > 2:
        assert answer["deletedAttributeId"] is None
        assert (answer["job"]["kind"], answer["job"]["totalCount"]) == ("ATTRIBUTE_DELETE", count)
        assert (await boss.data(ONE, id=id))["attribute"] == {"isBeingDeleted": True}
        given = {"attributes": [{"code": row.code, "value": {"text": "43"}}]}
        refused = await call(boss, EDIT, id=customer_id(customers[0]), **given)
        assert [one["key"] for one in refused["userErrors"]] == ["attribute.unknown"]
        await run_all(tools)
    else:
        assert answer == {"deletedAttributeId": id, "job": None, "userErrors": []}
    assert (await boss.data(ONE, id=id))["attribute"] is None
    assert await connection.fetchval("SELECT count(*) FROM customer_attribute WHERE attribute_id = $1", row.id) == 0
    for customer in customers:
        assert await last_change(connection, customer) == ("EDITED", 2, {f"attributes.{row.code}": ["42", None]})


@pytest.mark.parametrize("count", [0, 2, 5])
async def test_an_option_goes_with_its_values(count, boss, connection, tools):
    row = await make_attribute(connection, ("s", "m"), type="MULTI_SELECT")
    customers = await make_holders(boss, connection, row, count, "s", "m")
    answer = await call(boss, UPDATE, id=encode_id("att", row.id), options=[{"code": "s", "label": "S"}])
    assert (answer["attribute"]["options"], answer["userErrors"]) == ([{"code": "s"}], [])
    assert (answer["job"] is None) == (count <= 2)
    await run_all(tools)
    codes = "SELECT code FROM attribute_option WHERE attribute_id = $1"
    assert [one.code for one in await connection.fetch(codes, row.id)] == ["s"]
    for customer in customers:
        assert await last_change(connection, customer) == (
            "EDITED",
            2,
            {f"attributes.{row.code}": [["s", "m"], ["s"]]},
        )


async def test_an_option_that_is_listed_again_stays(boss, connection, tools):
    row = await make_attribute(connection, ("s", "m"), type="SELECT")
    await make_holders(boss, connection, row, 3, "m")
    small, medium = [{"code": code, "label": code} for code in "sm"]
    id = encode_id("att", row.id)
    assert (await call(boss, UPDATE, id=id, options=[small]))["job"] is not None
    assert (await call(boss, UPDATE, id=id, options=[small, medium]))["userErrors"] == []
    await run_all(tools)
    left = "SELECT count(*) FROM customer_attribute WHERE attribute_id = $1"
    assert await connection.fetchval(left, row.id) == 3


async def test_an_option_that_is_listed_again_during_the_last_batch_stays(boss, connection, tools, monkeypatch):
    row = await make_attribute(connection, ("s", "m"), type="SELECT")
    await make_holders(boss, connection, row, 3, "m")
    small, medium = [{"code": code, "label": code} for code in "sm"]
    id = encode_id("att", row.id)
    assert (await call(boss, UPDATE, id=id, options=[small]))["job"] is not None
    remove = deletion.remove_values

    async def list_again(*given, **named):
        removed = await remove(*given, **named)
        assert (await call(boss, UPDATE, id=id, options=[small, medium]))["userErrors"] == []
        return removed

    monkeypatch.setattr(deletion, "remove_values", list_again)
    await run_all(tools)
    codes = "SELECT code FROM attribute_option WHERE attribute_id = $1 AND NOT is_being_removed ORDER BY place"
    assert [one.code for one in await connection.fetch(codes, row.id)] == ["s", "m"]
