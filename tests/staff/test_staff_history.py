"""What is done on the side of staff stands in their history, with who did it to whom."""

import pytest

from customer_gql.core.ids import encode_id
from support.staff import PASSWORD, sign_in, staff_client, with_token

pytest_plugins = ["support.staff_fixtures"]

CREATE = "mutation C($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) { serviceToken { id } } }"
ROTATE = "mutation R($input: ServiceTokenRotateInput!) { serviceTokenRotate(input: $input) { userErrors { code } } }"
REVOKE = "mutation V($input: ServiceTokenRevokeInput!) { serviceTokenRevoke(input: $input) { userErrors { code } } }"
CHANGE = "mutation P($input: StaffPasswordChangeInput!) { staffPasswordChange(input: $input) { userErrors { code } } }"
HISTORY = "query H($first: Int) { staffHistory(first: $first) { nodes { kind actor subject } } }"


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


async def newest(boss, number):
    """Kind, actor and subject, oldest first."""
    nodes = (await boss.data(HISTORY, first=number))["staffHistory"]["nodes"]
    return [(node["kind"], node["actor"], node["subject"]) for node in reversed(nodes)]


async def test_the_life_of_a_service_token(boss, connection):
    soon = (await connection.fetchval("SELECT now() + interval '30 days'")).isoformat()
    given = {"name": "ERP", "permissions": [], "websiteIds": None, "expiresAt": soon}
    id = (await boss.data(CREATE, input=given))["serviceTokenCreate"]["serviceToken"]["id"]
    for document in (ROTATE, REVOKE):
        assert next(iter((await boss.data(document, input={"id": id})).values())) == {"userErrors": []}
    assert await newest(boss, 3) == [
        ("SERVICE_TOKEN_CREATED", "STAFF", id),
        ("SERVICE_TOKEN_ROTATED", "STAFF", id),
        ("SERVICE_TOKEN_REVOKED", "STAFF", id),
    ]


async def test_a_wrong_password_of_an_open_session(admin, grace, boss):
    owner = with_token(admin, (await sign_in(admin, grace.email, PASSWORD))["token"])
    wrong = {"password": "not the password", "newPassword": "walking over the bridge at noon"}
    refused = (await owner.data(CHANGE, input=wrong))["staffPasswordChange"]
    assert refused == {"userErrors": [{"code": "INVALID"}]}
    id = encode_id("stf", grace.id)
    assert await newest(boss, 2) == [("SIGNED_IN", "STAFF", id), ("PASSWORD_WRONG", "STAFF", id)]
