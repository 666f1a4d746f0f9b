"""One webhook is read by its id, by those who reach its websites."""

from customer_gql.core.ids import encode_id
from support.hooks import Hooks
from support.staff import make_website, staff_client

READ = "query R($id: ID!) { webhook(id: $id) { id name deliveries(first: 1) { nodes { id } } } }"


async def test_one_webhook_is_read_by_its_id(http, admin_client, connection):
    id, _ = await Hooks(admin_client, connection).create("https://crm.example.com/hook", "CUSTOMER_UPDATED")
    found = {"id": id, "name": "CRM", "deliveries": {"nodes": []}}
    assert await admin_client.data(READ, id=id) == {"webhook": found}
    assert await admin_client.data(READ, id=encode_id("whk", 1)) == {"webhook": None}
    clerk = await staff_client(http, connection, ["webhooks.manage"], [await make_website(connection)])
    assert await clerk.data(READ, id=id) == {"webhook": None}
    stranger = await staff_client(http, connection, ["customers.read"])
    refused = await stranger.answer(READ, id=id)
    assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "webhooks.manage"}


async def test_an_id_of_something_else_is_refused(admin_client):
    answer = await admin_client.answer(READ, id=encode_id("cus", 1))
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
