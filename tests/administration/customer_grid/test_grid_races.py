"""Edits of the grid are judged by the customer as it is under the lock."""

import asyncio

from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.writes import lock_customers
from support.blocking import count_waiting, wait_until
from support.customers import customer_id, make_address, make_customer
from support.races import stop_after, stop_before
from support.staff import make_website, staff_client

LOCK = ("FROM customer WHERE customer.id =", "FOR UPDATE")
EDIT = """mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) {
  changedFields userErrors { code path } } }"""
ACT = """mutation A($input: CustomerMassActionInput!) { customerMassAction(input: $input) {
  results { outcome } userErrors { code path } } }"""
DELETED = {"changedFields": [], "userErrors": [{"code": "NOT_FOUND", "path": ["id"]}]}


async def one(client, document, **input):
    return next(iter((await client.data(document, input=input)).values()))


def start(client, document, **input):
    return asyncio.create_task(one(client, document, **input))


async def value_of(connection, shopper, column):
    return await connection.fetchval(f"SELECT {column} FROM customer WHERE id = $1", shopper.id)


async def test_a_quick_edit_does_not_reach_a_customer_who_moved_meanwhile(admin_client, http, connection):
    shopper, elsewhere = await make_customer(connection), await make_website(connection)
    clerk = await staff_client(http, connection, website_ids=[1])
    async with stop_before(*LOCK) as stop:
        editing = start(clerk, EDIT, id=customer_id(shopper), taxVatNumber="GB1")
        await stop.reached_by(editing)
        moved = await one(admin_client, EDIT, id=customer_id(shopper), websiteId=encode_id("web", elsewhere))
        assert moved == {"changedFields": ["websiteId"], "userErrors": []}
    assert await editing == DELETED
    assert await value_of(connection, shopper, "tax_vat_number") is None


async def test_a_quick_edit_of_a_version_that_went_by_meanwhile_is_a_conflict(admin_client, connection):
    shopper = await make_customer(connection)
    async with stop_before(*LOCK) as stop:
        editing = start(admin_client, EDIT, id=customer_id(shopper), taxVatNumber="GB1", expectedVersion=1)
        await stop.reached_by(editing)
        await one(admin_client, EDIT, id=customer_id(shopper), taxVatNumber="GB2")
    assert (await editing)["userErrors"] == [{"code": "VERSION_CONFLICT", "path": ["expectedVersion"]}]
    assert await value_of(connection, shopper, "tax_vat_number") == "GB2"


async def test_one_quick_edit_waits_for_another(admin_client, connection):
    shopper = await make_customer(connection)
    async with stop_after(*LOCK) as stop:
        first = start(admin_client, EDIT, id=customer_id(shopper), taxVatNumber="GB1", expectedVersion=1)
        await stop.reached_by(first)
        second = start(admin_client, EDIT, id=customer_id(shopper), taxVatNumber="GB2", expectedVersion=1)
        assert await stop.is_waited_for_by(second, connection)
    assert (await first)["changedFields"] == ["taxVatNumber"]
    assert (await second)["userErrors"] == [{"code": "VERSION_CONFLICT", "path": ["expectedVersion"]}]


async def test_a_quick_edit_holds_the_address_it_writes_to(admin_client, database, connection):
    shopper = await make_customer(connection)
    await make_address(connection, shopper, is_default_billing=True)
    async with database.writes.acquire() as another:
        async with stop_after("FROM address", "FOR UPDATE") as stop:
            editing = start(admin_client, EDIT, id=customer_id(shopper), telephone="+44 20 7946 1111")
            await stop.reached_by(editing)
            move = another.execute("UPDATE address SET city = 'Bath' WHERE customer_id = $1", shopper.id)
            moving = asyncio.create_task(move)
            assert await stop.is_waited_for_by(moving, connection)
        await moving
    assert (await editing)["changedFields"] == ["telephone"]


async def test_a_mass_action_keeps_what_somebody_edits_meanwhile(admin_client, connection):
    edited, other = await make_customer(connection), await make_customer(connection)
    async with stop_before("UPDATE customer SET", "group_id") as stop:
        ids = [customer_id(edited), customer_id(other)]
        moving = start(admin_client, ACT, action="ASSIGN_GROUP", groupId=encode_id("grp", 2), selection={"ids": ids})
        await stop.reached_by(moving)
        editing = start(admin_client, EDIT, id=customer_id(edited), taxVatNumber="GB1")
        assert await stop.is_waited_for_by(editing, connection)
    assert await moving == {"results": [{"outcome": "DONE"}, {"outcome": "DONE"}], "userErrors": []}
    assert (await editing)["userErrors"] == []
    assert [await value_of(connection, shopper, "group_id") for shopper in (edited, other)] == [2, 2]
    assert await value_of(connection, edited, "version") == 3


async def test_a_mass_action_does_not_delete_who_runs_a_company_by_then(admin_client, connection):
    shopper = await make_customer(connection)
    async with stop_before(*LOCK) as stop:
        deleting = start(admin_client, ACT, action="DELETE", selection={"ids": [customer_id(shopper)]})
        await stop.reached_by(deleting)
        await connection.execute("UPDATE customer SET customer_type = 'COMPANY_ADMIN' WHERE id = $1", shopper.id)
    assert await deleting == {"results": [{"outcome": "REFUSED"}], "userErrors": []}
    assert await value_of(connection, shopper, "id") == shopper.id


async def test_a_mass_action_does_not_reach_a_customer_who_moved_meanwhile(admin_client, http, connection):
    shopper, elsewhere = await make_customer(connection), await make_website(connection)
    clerk = await staff_client(http, connection, website_ids=[1])
    async with stop_before(*LOCK) as stop:
        deleting = start(clerk, ACT, action="DELETE", selection={"ids": [customer_id(shopper)]})
        await stop.reached_by(deleting)
        await one(admin_client, EDIT, id=customer_id(shopper), websiteId=encode_id("web", elsewhere))
    assert (await deleting)["results"] == [{"outcome": "NOT_FOUND"}]
    assert await value_of(connection, shopper, "website_id") == elsewhere


async def test_of_two_parallel_deletes_the_second_finds_nobody(admin_client, connection):
    ids = [customer_id(await make_customer(connection)) for _ in range(3)]
    async with stop_after(*LOCK) as stop:
        first = start(admin_client, ACT, action="DELETE", selection={"ids": ids})
        await stop.reached_by(first)
        second = start(admin_client, ACT, action="DELETE", selection={"ids": ids[::-1]})
        assert await stop.is_waited_for_by(second, connection)
    assert (await first)["results"] == [{"outcome": "DONE"}] * 3
    assert (await second)["results"] == [{"outcome": "NOT_FOUND"}] * 3


async def test_subscribing_beside_a_delete_answers_for_each(admin_client, connection):
    gone, kept = await make_customer(connection), await make_customer(connection)
    async with stop_after("DELETE FROM customer WHERE") as stop:
        deleting = start(admin_client, ACT, action="DELETE", selection={"ids": [customer_id(gone)]})
        await stop.reached_by(deleting)
        ids = [customer_id(gone), customer_id(kept)]
        subscribing = start(admin_client, ACT, action="SUBSCRIBE", selection={"ids": ids})
        assert await stop.is_waited_for_by(subscribing, connection)
    assert (await deleting)["results"] == [{"outcome": "DONE"}]
    assert (await subscribing)["results"] == [{"outcome": "NOT_FOUND"}, {"outcome": "DONE"}]


async def test_customers_are_locked_in_the_order_of_their_ids(admin_client, connection, database):
    """Whatever order they are given in, so that two overlapping actions cannot wait for each other in a circle."""
    shoppers = sorted([await make_customer(connection) for _ in range(3)], key=lambda shopper: shopper.id)
    ids = [customer_id(shopper) for shopper in shoppers]
    for given in (ids, ids[::-1]):
        async with database.writes.acquire() as other, other.transaction():
            await lock_customers(other, [shoppers[1].id], websites=None)
            acting = start(admin_client, ACT, action="UNSUBSCRIBE", selection={"ids": given})
            await wait_until(lambda: count_waiting(connection))
            locked = [await is_locked(connection, shopper) for shopper in shoppers]
        await acting
        assert locked == [True, True, False]


async def is_locked(connection, shopper):
    free = await connection.fetchval("SELECT id FROM customer WHERE id = $1 FOR UPDATE SKIP LOCKED", shopper.id)
    return free is None
