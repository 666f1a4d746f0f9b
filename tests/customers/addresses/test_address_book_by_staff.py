"""Address books as staff edit them: the shopper's rules, what only staff may, who may not, and what happens at once."""

import asyncio
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.addresses.settings import FAX, PER_CUSTOMER
from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import customer_id, make_address, make_customer
from support.races import stop_after
from support.staff import make_website, staff_client

ERRORS = """userErrors { code key path ... on VersionConflictError { currentVersion
  conflicts { field base yours stored } } }"""
CREATE = f"""mutation C($input: CustomerAddressCreateInput!) {{ customerAddressCreate(input: $input) {{
  customer {{ id version }} address {{ id city fax isDefaultBilling isDefaultShipping }} changedFields {ERRORS} }} }}"""
UPDATE = f"""mutation U($input: CustomerAddressUpdateInput!) {{ customerAddressUpdate(input: $input) {{
  customer {{ id version }} address {{ city company }} changedFields {ERRORS} }} }}"""
DELETE = f"""mutation D($input: CustomerAddressDeleteInput!) {{ customerAddressDelete(input: $input) {{
  deletedId customer {{ id version }} {ERRORS} }} }}"""
SET_DEFAULT = f"""mutation S($input: CustomerAddressSetDefaultInput!) {{ customerAddressSetDefault(input: $input) {{
  address {{ isDefaultBilling isDefaultShipping }} changedFields {ERRORS} }} }}"""
OWN_CREATE = "mutation A($input: AddressCreateInput!) { addressCreate(input: $input) { userErrors { code key } } }"
HOME = {"firstName": "Ada", "lastName": "Byron", "street": ["1 Way"], "city": "London", "postcode": "N1 7AA"}
HOME |= {"countryCode": "GB", "telephone": "+44 20 7946 0000"}
NOT_FOUND = {"code": "NOT_FOUND", "key": "address.not_found", "path": ["id"]}
LOCK = ("FROM customer WHERE customer.id =", "FOR UPDATE")


async def one(client: Client, document: str, **input: Any) -> Any:
    return next(iter((await client.data(document, input=input)).values()))


def id_of(address: Any) -> str:
    return encode_id("adr", address.customer_id, address.id)


async def book(connection: Connection, customer: Any) -> list[tuple[Any, ...]]:
    rows = await connection.fetch("SELECT * FROM address WHERE customer_id = $1 ORDER BY id", customer.id)
    return [tuple(row) for row in rows]


async def history(connection: Connection, customer: Any) -> list[tuple[str, str]]:
    rows = await connection.fetch(
        "SELECT kind, actor FROM customer_event WHERE customer_id = $1 ORDER BY id", customer.id
    )
    return [(row.kind, row.actor) for row in rows]


async def test_staff_add_change_and_delete_an_address(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    made = await one(admin_client, CREATE, customerId=customer_id(customer), **HOME, isDefaultShipping=True)
    id = made["address"]["id"]
    assert made == {
        "customer": {"id": customer_id(customer), "version": 2},
        "address": {"id": id, "city": "London", "fax": None, "isDefaultBilling": False, "isDefaultShipping": True},
        "changedFields": made["changedFields"],
        "userErrors": [],
    }
    assert sorted(made["changedFields"]) == sorted([*HOME, "isDefaultShipping"])
    assert await one(admin_client, UPDATE, id=id, city="Bath", company="Engines", expectedVersion=2) == {
        "customer": {"id": customer_id(customer), "version": 3},
        "address": {"city": "Bath", "company": "Engines"},
        "changedFields": ["company", "city"],
        "userErrors": [],
    }
    refused = await one(admin_client, DELETE, id=id)
    expected = {"code": "NOT_ALLOWED", "key": "address.is_default_shipping", "path": ["id"]}
    assert (refused["deletedId"], refused["userErrors"]) == (None, [expected])
    other = await make_address(connection, customer)
    assert await one(admin_client, SET_DEFAULT, id=id_of(other), billing=True, shipping=True) == {
        "address": {"isDefaultBilling": True, "isDefaultShipping": True},
        "changedFields": ["billing", "shipping"],
        "userErrors": [],
    }
    assert await one(admin_client, DELETE, id=id) == {
        "deletedId": id,
        "customer": {"id": customer_id(customer), "version": 5},
        "userErrors": [],
    }
    kinds = ["ADDRESS_CREATED", "ADDRESS_UPDATED", "ADDRESS_UPDATED", "ADDRESS_DELETED"]
    assert await history(connection, customer) == [(kind, "STAFF") for kind in kinds]


async def test_edits_of_two_people_merge_or_are_refused(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    id = id_of(await make_address(connection, customer))
    await one(admin_client, UPDATE, id=id, city="Bath", expectedVersion=1)
    merged = await one(admin_client, UPDATE, id=id, company="Engines", expectedVersion=1)
    assert (merged["changedFields"], merged["userErrors"]) == (["company"], [])
    refused = await one(admin_client, UPDATE, id=id, city="York", expectedVersion=1)
    conflict = {"field": "city", "base": "London", "yours": "York", "stored": "Bath"}
    expected = {"code": "VERSION_CONFLICT", "key": "version.conflict", "path": ["expectedVersion"]}
    assert refused["userErrors"] == [{**expected, "currentVersion": 3, "conflicts": [conflict]}]
    whole = {"city": " London", "company": None, "street": ["2 Analytical Way"]}
    merged = await one(admin_client, UPDATE, id=id, expectedVersion=1, **whole)
    assert (merged["changedFields"], merged["userErrors"]) == (["street"], [])


async def test_one_default_can_move_and_none_is_refused(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    home = await make_address(connection, customer, is_default_billing=True, is_default_shipping=True)
    # What was imported need not fit today's rules to become a default.
    work = await make_address(connection, customer, postcode="none", telephone=None)
    answer = await one(admin_client, SET_DEFAULT, id=id_of(work), shipping=True)
    assert (answer["changedFields"], answer["address"]) == (
        ["shipping"],
        {"isDefaultBilling": False, "isDefaultShipping": True},
    )
    assert (await one(admin_client, SET_DEFAULT, id=id_of(work), shipping=True))["changedFields"] == []
    none = await one(admin_client, SET_DEFAULT, id=id_of(home))
    assert none["userErrors"] == [{"code": "REQUIRED", "key": "address.no_default_chosen", "path": None}]
    flags = "SELECT is_default_billing, is_default_shipping FROM address WHERE customer_id = $1 ORDER BY id"
    assert [tuple(row) for row in await connection.fetch(flags, customer.id)] == [(True, False), (False, True)]
    assert await history(connection, customer) == [("ADDRESS_UPDATED", "STAFF")]


async def test_staff_store_nothing_that_the_website_does_not_ask_for(
    as_customer: Any, admin_client: Client, connection: Connection, configured: Any
):
    await configured(FAX, "NO")
    customer = await make_customer(connection)
    made = await one(admin_client, CREATE, customerId=customer_id(customer), **HOME, fax="+44 20 12345")
    refusal = [{"code": "NOT_ALLOWED", "key": "value.not_offered", "path": ["fax"]}]
    assert made["userErrors"] == refusal
    own = await one(await as_customer(customer.id), OWN_CREATE, **HOME, fax="+44 20 12345")
    assert own["userErrors"] == [{"code": "NOT_ALLOWED", "key": "value.not_offered"}]
    assert await connection.fetchval("SELECT count(*) FROM address WHERE customer_id = $1", customer.id) == 0


@pytest.mark.parametrize(
    ("given", "code", "key", "path"),
    [
        ({"postcode": "12345"}, "INVALID", "address.postcode_invalid", ["postcode"]),
        ({"telephone": None}, "REQUIRED", "value.required", ["telephone"]),
        ({"city": "a\x07b"}, "INVALID", "text.not_one_line", ["city"]),
        ({"countryCode": "XX"}, "INVALID", "address.country_unknown", ["countryCode"]),
        ({"street": ["x"] * 3}, "TOO_MANY", "address.street_too_long", ["street"]),
    ],
)
async def test_values_are_judged_as_those_of_customers(
    admin_client: Client, connection: Connection, given: dict[str, Any], code: str, key: str, path: list[str]
):
    customer = await make_customer(connection)
    id = id_of(await make_address(connection, customer))
    before = await book(connection, customer)
    created = await one(admin_client, CREATE, customerId=customer_id(customer), **HOME | given)
    for answer in (created, await one(admin_client, UPDATE, id=id, **given)):
        assert answer["userErrors"] == [{"code": code, "key": key, "path": path}]
    assert await book(connection, customer) == before
    assert await history(connection, customer) == []


async def test_customers_of_other_websites_and_their_addresses_do_not_exist(http: Any, connection: Connection):
    customer = await make_customer(connection)
    id = id_of(await make_address(connection, customer))
    elsewhere = await staff_client(http, connection, website_ids=[await make_website(connection)])
    everywhere, before = await staff_client(http, connection), await book(connection, customer)
    for client, wanted in ((elsewhere, id), (everywhere, encode_id("adr", customer.id, 1))):
        for document, given in ((UPDATE, {"city": "Bath"}), (DELETE, {}), (SET_DEFAULT, {"billing": True})):
            assert (await one(client, document, id=wanted, **given))["userErrors"] == [NOT_FOUND]
    malformed = await one(everywhere, UPDATE, id="nonsense", city="Bath")
    assert malformed["userErrors"] == [{"code": "NOT_FOUND", "key": "id.malformed", "path": ["id"]}]
    refused = await one(elsewhere, CREATE, customerId=customer_id(customer), **HOME)
    assert refused["userErrors"] == [{"code": "NOT_FOUND", "key": "customer.not_found", "path": ["customerId"]}]
    assert (await book(connection, customer), await history(connection, customer)) == (before, [])


async def test_writing_takes_the_permission(http: Any, connection: Connection):
    customer = await make_customer(connection)
    id = id_of(await make_address(connection, customer))
    reader, before = await staff_client(http, connection, ["customers.read"]), await book(connection, customer)
    for document, given in (
        (CREATE, {"customerId": customer_id(customer), **HOME}),
        (UPDATE, {"id": id, "city": "Bath"}),
        (DELETE, {"id": id}),
        (SET_DEFAULT, {"id": id, "billing": True}),
    ):
        errors = (await reader.answer(document, input=given))["errors"]
        assert errors[0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.write"}
    assert await book(connection, customer) == before


async def test_the_shop_decides_how_many_there_are_through_every_door_at_once(
    as_customer: Any, admin_client: Client, connection: Connection, configured: Any
):
    await configured(PER_CUSTOMER, 3)
    customer = await make_customer(connection)
    me = await as_customer(customer.id)
    answers = await asyncio.gather(
        *[one(admin_client, CREATE, customerId=customer_id(customer), **HOME) for _ in range(3)],
        *[one(me, OWN_CREATE, **HOME) for _ in range(3)],
    )
    errors = [(error["code"], error["key"]) for answer in answers for error in answer["userErrors"]]
    assert errors == [("TOO_MANY", "address.book_full")] * 3
    assert len(await book(connection, customer)) == 3
    await configured(PER_CUSTOMER, 1)
    assert (await one(me, OWN_CREATE, **HOME))["userErrors"] == [{"code": "TOO_MANY", "key": "address.book_full"}]
    assert len(await book(connection, customer)) == 3


async def test_an_address_that_becomes_the_default_meanwhile_is_not_deleted(
    admin_client: Client, connection: Connection
):
    customer = await make_customer(connection)
    work = await make_address(connection, customer)
    async with stop_after(*LOCK) as stop:
        choosing = asyncio.create_task(one(admin_client, SET_DEFAULT, id=id_of(work), billing=True))
        await stop.reached_by(choosing)
        deleting = asyncio.create_task(one(admin_client, DELETE, id=id_of(work)))
        assert await stop.is_waited_for_by(deleting, connection)
    assert (await choosing)["changedFields"] == ["billing"]
    assert [error["key"] for error in (await deleting)["userErrors"]] == ["address.is_default_billing"]
    assert len(await book(connection, customer)) == 1


@pytest.mark.parametrize(("document", "given"), [(SET_DEFAULT, {"billing": True}), (UPDATE, {"city": "Bath"})])
async def test_an_address_that_is_deleted_meanwhile_is_neither_changed_nor_a_default(
    admin_client: Client, connection: Connection, document: str, given: dict[str, Any]
):
    customer = await make_customer(connection)
    work = await make_address(connection, customer)
    async with stop_after(*LOCK) as stop:
        deleting = asyncio.create_task(one(admin_client, DELETE, id=id_of(work)))
        await stop.reached_by(deleting)
        changing = asyncio.create_task(one(admin_client, document, id=id_of(work), **given))
        assert await stop.is_waited_for_by(changing, connection)
    assert (await deleting)["deletedId"] == id_of(work)
    assert (await changing)["userErrors"] == [NOT_FOUND]
    assert await book(connection, customer) == []
    assert await history(connection, customer) == [("ADDRESS_DELETED", "STAFF")]
