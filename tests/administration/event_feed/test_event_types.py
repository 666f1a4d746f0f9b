"""Types of events that the change of one field causes besides that of the entry, and their names in the graph."""

import pytest

from customer_gql.core.actor import SYSTEM
from customer_gql.customers.history.kinds import list_history_kinds
from customer_gql.customers.profile.writes import edit_profile
from customer_gql.messaging.events.event_types import EVENT_TYPES, event_type_by_history_kind, find_edit_types
from support.customers import customer_id, make_customer
from support.jobs import group

ACT = "mutation M($input: CustomerMassActionInput!) { customerMassAction(input: $input) { userErrors { code } } }"
TAG = "mutation T($input: CustomerTagsAddInput!) { customerTagsAdd(input: $input) { userErrors { code } } }"
TOLD = "SELECT type, changed_fields FROM domain_event WHERE customer_id = $1 ORDER BY written"


async def told(connection, row):
    return [tuple(event) for event in await connection.fetch(TOLD, row.id)]


async def test_every_type_has_a_name_in_the_graph(admin_client):
    document = '{ __type(name: "EventType") { enumValues { name description } } }'
    values = (await admin_client.data(document))["__type"]["enumValues"]
    names = {value["name"] for value in values}
    assert names == {name.replace(".", "_").upper() for name in EVENT_TYPES}
    assert names >= {"CUSTOMER_CREATED", "COMPANY_STATUS_CHANGED", "JOB_FINISHED"}
    assert all(value["description"] for value in values)


async def test_a_mass_action_on_groups_tells_of_both(admin_client, connection):
    rows = [await make_customer(connection) for _ in range(3)]
    ids = [customer_id(row) for row in rows]
    given = {"action": "ASSIGN_GROUP", "selection": {"ids": ids}, **group(2)}
    await admin_client.data(ACT, input=given)
    for row in rows:
        assert await told(connection, row) == [
            ("customer.updated", ["groupId"]),
            ("customer.group_changed", ["groupId"]),
        ]


async def test_tags_and_assistance_are_told_of(admin_client, connection, database):
    row = await make_customer(connection)
    await admin_client.data(TAG, input={"customerId": customer_id(row), "tags": ["vip"]})
    assert await told(connection, row) == [("customer.tags_changed", ["tags"])]
    other = await make_customer(connection)
    async with database.transaction() as transaction:
        edits = {"allowsRemoteAssistance": True}
        await edit_profile(transaction, other.id, edits=edits, expected_version=None, by=SYSTEM)
    field = ["allowsRemoteAssistance"]
    assert await told(connection, other) == [("customer.updated", field), ("customer.assistance_changed", field)]


@pytest.mark.parametrize(
    ("kind", "fields", "types"),
    [
        ("EDITED", ["firstName"], []),
        ("EDITED", ["groupId", "email"], ["customer.group_changed", "customer.email_changed"]),
        ("IMPORTED", ["adr_1.postcode"], ["customer.address_changed"]),
        ("IMPORTED", ["defaultBillingAddress"], ["customer.address_changed"]),
        ("CREATED", ["groupId"], []),
        ("EMAIL_CHANGED", ["email"], []),
    ],
)
def test_fields_cause_types_in_edits_alone(kind, fields, types):
    assert find_edit_types(kind, fields) == types
    assert kind in list_history_kinds()
    assert event_type_by_history_kind()["REFRESH_TOKEN_REUSED"] == "customer.sessions_ended"
