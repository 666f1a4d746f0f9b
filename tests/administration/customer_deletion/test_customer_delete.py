"""`customerDelete`: what goes, what stays, what forbids it, and what happens at once."""

import asyncio
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import customer_id, make_customer, make_full_customer, make_order
from support.races import stop_after
from support.staff import make_website, staff_client

DELETE = """mutation D($input: CustomerDeleteInput!, $dryRun: Boolean! = false) {
  customerDelete(input: $input, dryRun: $dryRun) {
    deletedCustomer { id customerId number actor orders { totalCount } balances { rewardPoints storeCredit { amount } } }
    customer { id }
    blockers { kind message } warnings { kind count } records { kind effect count }
    userErrors { code key path ... on VersionConflictError { currentVersion conflicts { field base yours stored } } } } }"""
EDIT = """mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) {
  changedFields userErrors { code key path } } }"""
LOCK = ("FROM customer WHERE customer.id =", "FOR UPDATE")
NOTHING: dict[str, Any] = {
    "deletedCustomer": None,
    "customer": None,
    "blockers": [],
    "warnings": [],
    "records": [],
    "userErrors": [],
}
CONSEQUENCES = {
    "warnings": [{"kind": "CREDIT_LEFT", "count": 1}, {"kind": "POINTS_LEFT", "count": 40}],
    "records": [
        {"kind": kind, "effect": effect, "count": count}
        for kind, effect, count in (
            ("ADDRESSES", "DELETED", 1),
            ("CARTS", "DELETED", 1),
            ("WISHLISTS", "DELETED", 1),
            ("SUBSCRIPTIONS", "DELETED", 1),
            ("ORDERS", "KEPT", 2),
            ("REVIEWS", "KEPT", 1),
            ("STORE_CREDIT", "KEPT", 1),
            ("REWARD_POINTS", "KEPT", 1),
        )
    ],
}
BALANCES = [{"rewardPoints": 40, "storeCredit": {"amount": "10.00"}}]
COMPANY_ADMIN = "This customer is the admin of a company. Make another of its users the admin first."


async def delete(client: Client, customer: Any, *, dry: bool = False, **given: Any) -> Any:
    input = {"id": customer_id(customer), **given}
    return (await client.data(DELETE, input=input, dryRun=dry))["customerDelete"]


async def is_there(connection: Connection, customer: Any) -> bool:
    return bool(await connection.fetchval("SELECT count(*) FROM customer WHERE id = $1", customer.id))


async def test_a_customer_goes_and_what_was_bought_stays(admin_client: Client, connection: Connection):
    customer = await make_full_customer(connection)
    answer = await delete(admin_client, customer, expectedVersion=customer.version)
    left = {"id": encode_id("del", customer.id), "customerId": customer_id(customer), "number": customer.number}
    left |= {"actor": "STAFF", "orders": {"totalCount": 2}, "balances": BALANCES}
    assert answer == {**NOTHING, **CONSEQUENCES, "deletedCustomer": left}
    assert not await is_there(connection, customer)
    event = await connection.fetchrow("SELECT kind, actor FROM customer_event WHERE customer_id = $1", customer.id)
    assert tuple(event or ()) == ("DELETED", "STAFF")
    told = "SELECT count(*) FROM domain_event WHERE customer_id = $1 AND type = 'customer.deleted'"
    assert await connection.fetchval(told, customer.id) == 1


async def test_a_dry_run_gives_the_answer_and_deletes_nothing(admin_client: Client, connection: Connection):
    customer = await make_full_customer(connection)
    token = await issue_customer_token(connection, customer.id)
    answer = await delete(admin_client, customer, dry=True)
    assert (answer["deletedCustomer"]["number"], answer["deletedCustomer"]["balances"]) == (customer.number, BALANCES)
    assert (answer["customer"], answer["warnings"]) == ({"id": customer_id(customer)}, CONSEQUENCES["warnings"])
    sessions = {"kind": "SESSIONS", "effect": "DELETED", "count": 1}
    assert [record for record in answer["records"] if record not in CONSEQUENCES["records"]] == [sessions]
    me = await Client(admin_client.http, "/graphql", token).data("{ me { id } }")
    assert me == {"me": {"id": customer_id(customer)}}
    assert await connection.fetchval("SELECT count(*) FROM customer_event WHERE customer_id = $1", customer.id) == 0


@pytest.mark.parametrize("state", ["NEW", "PENDING_PAYMENT", "PAYMENT_REVIEW", "PROCESSING", "ON_HOLD"])
async def test_open_orders_are_warned_of(admin_client: Client, connection: Connection, state: str):
    customer = await make_full_customer(connection)
    await make_order(connection, customer, [], state=state)
    answer = await delete(admin_client, customer, dry=True)
    assert answer["warnings"] == [{"kind": "OPEN_ORDERS", "count": 1}, *CONSEQUENCES["warnings"]]


@pytest.mark.parametrize("dry", [False, True])
async def test_the_admin_of_a_company_is_kept(admin_client: Client, connection: Connection, dry: bool):
    customer = await make_customer(connection, customer_type="COMPANY_ADMIN")
    assert await delete(admin_client, customer, dry=dry) == {
        **NOTHING,
        "customer": {"id": customer_id(customer)},
        "blockers": [{"kind": "COMPANY_ADMIN_REQUIRES_SUCCESSOR", "message": COMPANY_ADMIN}],
        "userErrors": [{"code": "NOT_ALLOWED", "key": "company.admin_requires_successor", "path": ["id"]}],
    }
    assert await is_there(connection, customer)


async def test_a_change_that_was_not_seen_stops_the_deletion(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    await admin_client.data(EDIT, input={"id": customer_id(customer), "taxVatNumber": "GB1"})
    refused = await delete(admin_client, customer, expectedVersion=1)
    conflict = {"field": "taxVatNumber", "base": None, "yours": None, "stored": "GB1"}
    expected = {"code": "VERSION_CONFLICT", "key": "version.conflict", "path": ["expectedVersion"]}
    assert refused == {**NOTHING, "userErrors": [{**expected, "currentVersion": 2, "conflicts": [conflict]}]}
    unknown = await delete(admin_client, customer, expectedVersion=3)
    assert [(error["key"], error["path"]) for error in unknown["userErrors"]] == [
        ("version.unknown", ["expectedVersion"])
    ]
    assert await is_there(connection, customer)
    assert (await delete(admin_client, customer, expectedVersion=2))["userErrors"] == []


async def test_what_the_history_lacks_stops_the_deletion_too(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    await connection.execute("UPDATE customer SET version = 3 WHERE id = $1", customer.id)
    [refused] = (await delete(admin_client, customer, expectedVersion=1))["userErrors"]
    assert refused["key"] == "version.conflict"
    assert {"field": "firstName", "base": None, "yours": None, "stored": "Ada"} in refused["conflicts"]
    assert await is_there(connection, customer)
    assert (await delete(admin_client, customer, expectedVersion=3))["userErrors"] == []


async def test_other_identities_are_refused(http: Any, as_customer: Any, connection: Connection):
    customer = await make_full_customer(connection)
    given = {"id": customer_id(customer)}
    writer = await staff_client(http, connection, ["customers.read", "customers.write"])
    error = (await writer.answer(DELETE, input=given))["errors"][0]
    assert error["extensions"] == {"code": "FORBIDDEN", "permission": "customers.delete"}
    elsewhere = await staff_client(http, connection, website_ids=[await make_website(connection)])
    not_found = {"code": "NOT_FOUND", "key": "customer.not_found", "path": ["id"]}
    for dry in (False, True):
        assert await delete(elsewhere, customer, dry=dry) == {**NOTHING, "userErrors": [not_found]}
    answer = await (await as_customer(customer.id)).answer(DELETE, input=given)
    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert await is_there(connection, customer)


async def test_an_edit_that_comes_during_the_deletion_finds_nobody(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    async with stop_after(*LOCK) as stop:
        deleting = asyncio.create_task(delete(admin_client, customer))
        await stop.reached_by(deleting)
        given = {"id": customer_id(customer), "taxVatNumber": "GB1"}
        editing = asyncio.create_task(admin_client.data(EDIT, input=given))
        assert await stop.is_waited_for_by(editing, connection)
    assert (await deleting)["userErrors"] == []
    not_found = {"code": "NOT_FOUND", "key": "customer.not_found", "path": ["id"]}
    assert (await editing)["customerQuickEdit"] == {"changedFields": [], "userErrors": [not_found]}
    assert not await is_there(connection, customer)


async def test_of_two_deletions_at_once_one_finds_nobody(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    answers = await asyncio.gather(*[delete(admin_client, customer) for _ in range(2)])
    assert sorted(len(answer["userErrors"]) for answer in answers) == [0, 1]
    deleted = "SELECT count(*) FROM deleted_customer WHERE customer_id = $1"
    assert await connection.fetchval(deleted, customer.id) == 1
