"""`viewer`: who asks, until when, and whether staff act as the customer; asking does not keep a session alive."""

import datetime as dt

import pytest

from customer_gql.core.ids import decode_id, encode_id
from customer_gql.core.permissions import Permission
from customer_gql.security.tokens import hash_token
from support.clients import Client
from support.customers import customer_id
from support.impersonating import REASON
from support.shopping import ME, PASSWORD, SIGN_IN
from support.staff import staff_client, staff_id_of

VIEWER = "{ viewer { kind customer { id } sessionExpiresAt impersonation { staffName reason expiresAt } } }"
ADMIN_VIEWER = """{ viewer { kind sessionExpiresAt staff { id email } serviceToken { id name } permissions
  websites { id } } }"""
CREATE = """mutation C($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) {
  token serviceToken { id } } }"""
STORED = "SELECT idle_until, expires_at FROM customer_token WHERE customer_id = $1"
GUEST = {"kind": "GUEST", "customer": None, "sessionExpiresAt": None, "impersonation": None}


def moment(text):
    return dt.datetime.fromisoformat(text)


async def test_a_guest_and_a_customer(storefront, shopper, signed_in, connection):
    assert await storefront.data(VIEWER) == {"viewer": GUEST}
    row = await shopper()
    device = await signed_in(row)
    viewer = (await device.data(VIEWER))["viewer"]
    stored = await connection.fetchrow(STORED, row.id)
    assert moment(viewer.pop("sessionExpiresAt")) == stored.idle_until
    assert viewer == {"kind": "CUSTOMER", "customer": {"id": customer_id(row)}, "impersonation": None}


async def test_an_impersonation_is_told(shopper, acting_as, connection):
    row = await shopper(allows_remote_assistance=True)
    viewer = (await (await acting_as(row)).data(VIEWER))["viewer"]
    stored = await connection.fetchrow("SELECT * FROM impersonation WHERE customer_id = $1", row.id)
    assert viewer["customer"] == {"id": customer_id(row)}
    told = viewer["impersonation"]
    assert (told["reason"], moment(told["expiresAt"])) == (REASON, stored.expires_at)
    assert told["staffName"] == await connection.fetchval("SELECT name FROM staff_user WHERE id = $1", stored.staff_id)
    assert moment(viewer["sessionExpiresAt"]) <= stored.expires_at


@pytest.mark.parametrize(
    ("document", "headers", "is_prolonged"),
    [
        (VIEWER, {}, False),
        ("query { ...V __typename } fragment V on Query { ... { viewer { kind } } }", {}, False),
        (ME, {"X_Background": "1"}, False),
        (ME, {"X_Background": "0"}, True),
        ("{ viewer { kind } me { id } }", {}, True),
    ],
)
async def test_what_prolongs_a_session(document, headers, is_prolonged, shopper, browser, connection, settled):
    row, device = await shopper(), await browser(**headers)
    answer = await device.data(SIGN_IN, input={"email": row.email, "password": PASSWORD})
    device.token = answer["signIn"]["accessToken"]
    earlier = "UPDATE customer_token SET idle_until = now() + interval '5 minutes' WHERE customer_id = $1"
    await connection.execute(earlier, row.id)
    before = (await connection.fetchrow(STORED, row.id)).idle_until
    await device.data(document)
    await settled()
    assert ((await connection.fetchrow(STORED, row.id)).idle_until > before) == is_prolonged


async def test_the_admin_endpoint_tells_guests_and_staff(http, connection):
    guest = {
        "kind": "GUEST",
        "sessionExpiresAt": None,
        "staff": None,
        "serviceToken": None,
        "permissions": [],
        "websites": [],
    }
    assert await Client(http, "/admin/graphql", None).data(ADMIN_VIEWER) == {"viewer": guest}
    staff = await staff_client(http, connection, [Permission.CUSTOMERS_READ], [1])
    viewer = (await staff.data(ADMIN_VIEWER))["viewer"]
    stored = "SELECT idle_until FROM staff_session WHERE token_hash = $1"
    assert moment(viewer.pop("sessionExpiresAt")) == await connection.fetchval(stored, hash_token(staff.token or ""))
    id, email = await staff_id_of(connection, staff), "SELECT email FROM staff_user WHERE id = $1"
    assert viewer == {
        **{key: value for key, value in guest.items() if key != "sessionExpiresAt"},
        "kind": "STAFF",
        "staff": {"id": id, "email": await connection.fetchval(email, decode_id(id, "stf"))},
        "permissions": ["CUSTOMERS_READ"],
        "websites": [{"id": encode_id("web", 1)}],
    }


async def test_the_admin_endpoint_tells_a_service(http, connection):
    boss = await staff_client(http, connection)
    ends = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(days=30)
    input = {"name": "ERP", "permissions": ["CUSTOMERS_READ"], "websiteIds": None, "expiresAt": ends.isoformat()}
    created = (await boss.data(CREATE, input=input))["serviceTokenCreate"]
    viewer = (await Client(http, "/admin/graphql", created["token"]).data(ADMIN_VIEWER))["viewer"]
    assert moment(viewer.pop("sessionExpiresAt")) == ends
    assert viewer == {
        "kind": "SERVICE",
        "staff": None,
        "serviceToken": {"id": created["serviceToken"]["id"], "name": "ERP"},
        "permissions": ["CUSTOMERS_READ"],
        "websites": None,
    }
