"""A search of customers finds the texts of attributes, from when staff say so (docs/domain/attributes.md#attributes-13)."""

import asyncio
import uuid

import pytest

from customer_gql.administration.attributes import deletion
from customer_gql.core.ids import encode_id
from customer_gql.messaging.jobs.work import Tools
from customers.attributes.samples import delete_made, make_attribute
from support.customers import customer_id, make_customer
from support.derived import assert_derived
from support.jobs import delete_open_jobs, run_all
from support.staff import staff_client

FIND = "query F($search: String!) { customers(search: $search) { nodes { id } } }"
UPDATE = """mutation U($input: AttributeUpdateInput!) { attributeUpdate(input: $input) { attribute { isSearchable }
  job { id kind totalCount } userErrors { code key path } } }"""
CREATE = "mutation C($input: AttributeCreateInput!) { attributeCreate(input: $input) { userErrors { key path } } }"
EDIT = "mutation E($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { key } } }"
ONE = "query O($id: ID!) { attribute(id: $id) { isSearchable } }"


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


@pytest.fixture(autouse=True)
async def few(connection, isolated, monkeypatch):
    """More than two customers are many."""
    monkeypatch.setattr(deletion, "MAX_CHANGED_AT_ONCE", 2)
    await delete_open_jobs(connection)
    yield
    await delete_made(connection)


@pytest.fixture
def word():
    return f"w{uuid.uuid4().hex}"


async def store(client, customer, row, value):
    given = {"id": customer_id(customer), "attributes": [{"code": row.code, "value": value}]}
    assert (await client.data(EDIT, input=given))["customerUpdate"]["userErrors"] == []


async def find(client, search):
    return [node["id"] for node in (await client.data(FIND, search=search))["customers"]["nodes"]]


async def switch(client, row, *, is_searchable):
    given = {"id": encode_id("att", row.id), "isSearchable": is_searchable}
    answer = (await client.data(UPDATE, input=given))["attributeUpdate"]
    assert (answer["userErrors"], answer["attribute"]) == ([], {"isSearchable": is_searchable})
    return answer["job"]


@pytest.mark.parametrize(("type", "member"), [("TEXT", "text"), ("TEXT_AREA", "text"), ("MULTILINE", "lines")], ids=str)
async def test_words_of_texts_are_found(type, member, boss, connection, word):
    row, other = await make_attribute(connection, type=type, is_searchable=True), await make_attribute(connection)
    customer = await make_customer(connection)
    text = f"Søren {word.upper()}"
    await store(boss, customer, row, {member: text if member == "text" else ["x", text]})
    await store(boss, customer, other, {"text": f"hidden{word}"})
    for search in (word, word[:20], f"soren {word}", f"{word} {customer.first_name}"):
        assert await find(boss, search) == [customer_id(customer)]
    assert await find(boss, f"hidden{word}") == []
    await store(boss, customer, row, None)
    assert await find(boss, word) == []


@pytest.mark.parametrize("count", [1, 2, 5])
async def test_what_is_stored_is_found_once_an_attribute_is_searched(count, boss, connection, database, settings, word):
    row, customers = await make_attribute(connection), [await make_customer(connection) for _ in range(count)]
    for customer in customers:
        await store(boss, customer, row, {"text": word})
    assert await find(boss, word) == []
    expected = [customer_id(customer) for customer in reversed(customers)]
    for is_searchable, found in ((True, expected), (False, [])):
        job = await switch(boss, row, is_searchable=is_searchable)
        if count > 2:
            assert {**job, "id": ""} == {"id": "", "kind": "ATTRIBUTE_INDEX", "totalCount": count}
            await run_all(Tools(database, settings))
        else:
            assert job is None
        assert await find(boss, word) == found
    await assert_derived(connection, [customer.id for customer in customers])


async def test_a_value_that_is_stored_meanwhile_is_found(boss, connection, database, word):
    """The definition waits for those who store a value, and looks again for them."""
    row, customer = await make_attribute(connection), await make_customer(connection)
    async with database.transaction() as held:
        # As every door does that stores a value.
        await held.execute("SELECT id FROM customer WHERE id = $1 FOR UPDATE", customer.id)
        await held.execute("SELECT id FROM attribute WHERE id = $1 FOR KEY SHARE", row.id)
        switching = asyncio.create_task(switch(boss, row, is_searchable=True))
        await asyncio.sleep(0.3)
        assert not switching.done()
        await held.execute(
            "INSERT INTO customer_attribute (customer_id, attribute_id, place, text_value) VALUES ($1, $2, 0, $3)",
            customer.id,
            row.id,
            word,
        )
    await switching
    assert await find(boss, word) == [customer_id(customer)]


async def test_what_has_no_texts_is_not_searched(boss):
    given = {"entity": "CUSTOMER", "code": "a_day", "type": "DATE", "label": "Day", "isSearchable": True}
    answer = (await boss.data(CREATE, input=given))["attributeCreate"]
    assert answer["userErrors"] == [{"key": "attribute.not_for_type", "path": ["isSearchable"]}]
    answer = (await boss.data(CREATE, input={**given, "entity": "ADDRESS", "type": "TEXT"}))["attributeCreate"]
    assert answer["userErrors"] == [{"key": "attribute.not_in_lists", "path": ["isSearchable"]}]
