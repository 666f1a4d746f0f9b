"""Other systems learn what happened to customers: ids and names of fields, in the transaction of the change."""

import datetime as dt

import pytest

from customer_gql.core.actor import SYSTEM
from customer_gql.core.ids import new_id
from customer_gql.messaging.events.cleanup import KEPT_DAYS, delete_old_events
from customer_gql.messaging.events.event_types import EVENT_TYPES, event_type_by_history_kind
from customer_gql.messaging.events.writes import Event, emit
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.writes import set_value
from support.customers import customer_id, make_customer
from support.shopping import PASSWORD

UPDATE = "mutation U($input: MeUpdateInput!) { meUpdate(input: $input) { userErrors { code } } }"
DELETE = "mutation D($input: MeDeleteRequestInput!) { meDeleteRequest(input: $input) { userErrors { code } } }"
MASS = "mutation M($input: CustomerMassActionInput!) { customerMassAction(input: $input) { userErrors { code } } }"


async def events_of(connection, *customers):
    rows = await connection.fetch(
        "SELECT type, subject, changed_fields, customer_id, website_id, actor, actor_id FROM domain_event"
        " WHERE customer_id = ANY($1) ORDER BY id",
        [customer.id for customer in customers],
    )
    return [tuple(row) for row in rows]


async def test_an_edit_tells_who_changed_which_fields_and_no_values(as_customer, connection):
    row = await make_customer(connection)
    client = await as_customer(row.id)
    await client.data(UPDATE, input={"firstName": "Augusta", "lastName": "King"})
    assert await events_of(connection, row) == [
        ("customer.updated", customer_id(row), ["firstName", "lastName"], row.id, row.website_id, "CUSTOMER", row.id)
    ]
    whole = await connection.fetchval("SELECT e::text FROM domain_event e WHERE customer_id = $1", row.id)
    assert not [text for text in ("Augusta", "King", row.email, row.first_name) if text in whole]


async def test_an_edit_that_is_refused_tells_nothing(as_customer, connection):
    row = await make_customer(connection)
    client = await as_customer(row.id)
    refused = await client.data(UPDATE, input={"firstName": ""})
    assert refused["meUpdate"]["userErrors"]
    assert await events_of(connection, row) == []


async def test_the_event_of_a_deleted_customer_keeps_its_website(shopper, as_customer, connection):
    row = await shopper()
    client = await as_customer(row.id)
    await client.data(DELETE, input={"currentPassword": PASSWORD})
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE id = $1", row.id) == 0
    assert await events_of(connection, row) == [
        ("customer.deleted", customer_id(row), [], row.id, row.website_id, "CUSTOMER", row.id)
    ]


async def test_many_events_are_one_statement(admin_client, connection, statements):
    rows = [await make_customer(connection) for _ in range(20)]
    counts = []
    for some in (rows[:1], rows[1:]):
        await statements.clear()
        given = {"action": "DELETE", "selection": {"ids": [customer_id(row) for row in some]}}
        await admin_client.data(MASS, input=given)
        counts.append(await statements.count("INTO domain_event"))
    assert counts == [2, 2]  # that of the customers, and the end of the job
    told = await events_of(connection, *rows)
    assert {(event[0], event[3], event[4]) for event in told} == {
        ("customer.deleted", row.id, row.website_id) for row in rows
    }
    assert len(told) == len(rows)


async def test_an_event_goes_with_its_transaction(connection):
    row = await make_customer(connection)
    transaction = connection.transaction()
    await transaction.start()
    await emit(connection, [Event("customer.updated", customer_id(row), ["email"], row.id)], by=SYSTEM)
    assert len(await events_of(connection, row)) == 1
    await transaction.rollback()
    assert await events_of(connection, row) == []


async def test_an_event_of_no_customer_takes_the_website_it_is_given(connection):
    subject = f"shp_{new_id():016x}"
    await emit(connection, [Event("customer.updated", subject, website_id=2)], by=SYSTEM)
    row = await connection.fetchrow("SELECT * FROM domain_event WHERE subject = $1", subject)
    assert (row["customer_id"], row["website_id"], row["actor"], row["actor_id"]) == (None, 2, "SYSTEM", None)
    assert row["changed_fields"] == []


async def test_only_declared_types_are_written(connection):
    with pytest.raises(AssertionError):
        await emit(connection, [Event("customer.guessed", "cus_1")], by=SYSTEM)


def test_each_kind_of_history_causes_one_type():
    kinds = [kind for event_type in EVENT_TYPES.values() for kind in event_type.history_kinds]
    assert len(kinds) == len(set(kinds))
    assert event_type_by_history_kind()["EDITED"] == "customer.updated"
    assert all(event_type.description for event_type in EVENT_TYPES.values())


async def test_events_are_kept_as_long_as_the_setting_says(empty_database, settings):
    now = dt.datetime.now(dt.UTC)
    tools = Tools(empty_database, settings)

    async def ages_left():
        async with empty_database.writes.acquire() as connection:
            return [row["id"] for row in await connection.fetch("SELECT id FROM domain_event ORDER BY id")]

    async with empty_database.writes.acquire() as connection:
        for days in (1, 29, 31, 400):
            await connection.execute(
                "INSERT INTO domain_event (id, type, subject, actor, occurred_at)"
                " VALUES ($1, 'customer.updated', 'cus_1', 'SYSTEM', $2)",
                days,
                now - dt.timedelta(days=days),
            )
    await delete_old_events(tools)
    assert await ages_left() == [1, 29]
    async with empty_database.writes.acquire() as connection:
        await set_value(connection, KEPT_DAYS, 10)
    await delete_old_events(tools)
    assert await ages_left() == [1]
