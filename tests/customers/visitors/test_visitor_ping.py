"""A storefront tells that somebody is in the shop, and staff see who."""

import secrets

from customer_gql.customers.visitors.operations import PINGS_PER_MINUTE
from support.customers import customer_id

PING = "mutation { visitorPing { isRecorded userErrors { code path } } }"
ONLINE = "{ nowOnline(first: 100) { nodes { kind lastUrl customer { id } } } }"
DONE = {"isRecorded": True, "userErrors": []}


async def test_a_visitor_is_online(browser, admin_client, settled):
    page = f"/dresses/{secrets.token_hex(4)}"
    guest = await browser(referer=f"https://shop.example{page}?color=red", x_visitor=secrets.token_urlsafe(24))
    for _ in range(2):
        assert (await guest.data(PING))["visitorPing"] == DONE
    await settled()
    nodes = (await admin_client.data(ONLINE))["nowOnline"]["nodes"]
    seen = [node for node in nodes if node["lastUrl"] == page]
    assert seen == [{"kind": "VISITOR", "lastUrl": page, "customer": None}]


async def test_a_customer_is_online_by_the_session(shopper, signed_in, admin_client, settled, connection):
    row = await shopper()
    device = await signed_in(row)
    await settled()
    away = "UPDATE customer_activity SET last_activity_at = now() - interval '1 day' WHERE customer_id = $1"
    await connection.execute(away, row.id)
    assert (await device.data(PING))["visitorPing"] == DONE
    await settled()
    nodes = (await admin_client.data(ONLINE))["nowOnline"]["nodes"]
    assert customer_id(row) in [node["customer"] and node["customer"]["id"] for node in nodes]


async def test_a_visitor_without_a_token_is_refused(browser):
    guest = await browser()
    assert (await guest.data(PING))["visitorPing"] == {
        "isRecorded": False,
        "userErrors": [{"code": "REQUIRED", "path": None}],
    }


async def test_pings_of_one_network_address_are_limited(browser):
    guest = await browser(x_visitor=secrets.token_urlsafe(24))
    for _ in range(PINGS_PER_MINUTE):
        await guest.data(PING)
    refused = await guest.answer(PING)
    assert refused["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert 1 <= refused["errors"][0]["extensions"]["retryAfter"] <= 60
