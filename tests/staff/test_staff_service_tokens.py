"""Programs come with tokens of their own, that end when they should."""

import datetime as dt

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.security import tokens
from support.clients import Client
from support.customers import customer_id, make_customer
from support.staff import make_website, staff_client

CREATE = """mutation C($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) {
  token serviceToken { id name permissions websites { id } revokedAt createdByStaff { name } }
  userErrors { code path } } }"""
ROTATE = "mutation R($input: ServiceTokenRotateInput!) { serviceTokenRotate(input: $input) { token userErrors { code path } } }"
REVOKE = """mutation R($input: ServiceTokenRevokeInput!) { serviceTokenRevoke(input: $input) {
  serviceToken { revokedAt } userErrors { code path } } }"""
LIST = "{ serviceTokens { id name } }"
READ = "query C($id: ID!) { customer(id: $id) { id } }"
QUICK_EDIT = """mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) {
  changedFields userErrors { code } } }"""


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


def token_input(**given):
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
    fixed = {"name": "ERP", "permissions": ["CUSTOMERS_READ"], "websiteIds": None, "expiresAt": soon.isoformat()}
    return {**fixed, **given}


async def made(boss, **given):
    answer = (await boss.data(CREATE, input=token_input(**given)))["serviceTokenCreate"]
    assert answer["userErrors"] == []
    return answer["serviceToken"]["id"], answer["token"]


async def works(http, token):
    response = await Client(http, "/admin/graphql", token).post("{ websites { id } }")
    return response.status_code == 200


async def test_a_service_does_what_its_token_allows_and_history_says_so(boss, http, connection):
    answer = (await boss.data(CREATE, input=token_input(permissions=["CUSTOMERS_WRITE", "CUSTOMERS_READ"])))[
        "serviceTokenCreate"
    ]
    token, id = answer.pop("token"), answer["serviceToken"].pop("id")
    assert answer["serviceToken"] == {
        "name": "ERP",
        "permissions": ["CUSTOMERS_READ", "CUSTOMERS_WRITE"],
        "websites": None,
        "revokedAt": None,
        "createdByStaff": {"name": "Grace"},
    }
    service = Client(http, "/admin/graphql", token)
    shopper = await make_customer(connection)
    edited = await service.data(QUICK_EDIT, input={"id": customer_id(shopper), "taxVatNumber": "DE1"})
    assert edited == {"customerQuickEdit": {"changedFields": ["taxVatNumber"], "userErrors": []}}
    event = await connection.fetchrow("SELECT actor, actor_id FROM customer_event WHERE customer_id = $1", shopper.id)
    assert tuple(event) == ("SERVICE", int(id[4:], 16))
    refused = await service.answer(LIST)
    assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "staff.manage"}
    own = await service.answer("{ staffMe { isTotpOn } }")
    assert own["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_the_secret_is_shown_once_and_stored_as_its_hash(boss, connection):
    id, token = await made(boss)
    stored = await connection.fetchval(
        "SELECT token_hash FROM service_token_secret WHERE service_token_id = $1", int(id[4:], 16)
    )
    assert stored == tokens.hash_token(token)
    assert len(token) == len(tokens.SERVICE) + 43
    listed = (await boss.post(LIST)).text
    assert id in listed
    assert token not in listed
    assert token not in str(await connection.fetch("SELECT * FROM staff_event"))


async def test_a_token_of_one_website_sees_no_other(boss, http, connection):
    elsewhere = await make_website(connection)
    shopper = await make_customer(connection)
    _, token = await made(boss, websiteIds=[encode_id("web", elsewhere)])
    service = Client(http, "/admin/graphql", token)
    assert await service.data(READ, id=customer_id(shopper)) == {"customer": None}


async def test_rotation_ends_the_old_secret_at_once_or_after_the_overlap(boss, http, connection):
    id, first = await made(boss)

    async def rotate(**input):
        return (await boss.data(ROTATE, input={"id": id, **input}))["serviceTokenRotate"]["token"]

    second = await rotate()
    assert [await works(http, token) for token in (first, second)] == [False, True]
    third = await rotate(overlapMinutes=10)
    assert [await works(http, token) for token in (first, second, third)] == [False, True, True]
    fourth = await rotate(overlapMinutes=10)
    assert [await works(http, token) for token in (second, third, fourth)] == [False, True, True]
    await connection.execute(
        "UPDATE service_token_secret SET expires_at = now() WHERE token_hash = $1", tokens.hash_token(third)
    )
    assert [await works(http, token) for token in (third, fourth)] == [False, True]


async def test_a_revoked_token_is_dead_at_once_and_for_good(boss, http):
    id, token = await made(boss)
    answer = (await boss.data(REVOKE, input={"id": id}))["serviceTokenRevoke"]
    assert answer["serviceToken"]["revokedAt"] is not None
    assert not await works(http, token)
    again = (await boss.data(ROTATE, input={"id": id}))["serviceTokenRotate"]
    assert again == {"token": None, "userErrors": [{"code": "NOT_ALLOWED", "path": ["id"]}]}
    assert (await boss.data(REVOKE, input={"id": id}))["serviceTokenRevoke"]["userErrors"] == []


async def test_an_expired_token_is_no_token(boss, http, connection):
    id, token = await made(boss)
    await connection.execute("UPDATE service_token SET expires_at = now() WHERE id = $1", int(id[4:], 16))
    assert not await works(http, token)


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"permissions": ["STAFF_MANAGE"]}, "NOT_ALLOWED", ["permissions"]),
        ({"permissions": ["CUSTOMERS_DELETE"]}, "NOT_ALLOWED", ["permissions"]),
        ({"name": ""}, "REQUIRED", ["name"]),
        ({"name": "x" * 256}, "TOO_LONG", ["name"]),
        ({"websiteIds": []}, "REQUIRED", ["websiteIds"]),
        ({"websiteIds": [encode_id("web", 424242)]}, "NOT_FOUND", ["websiteIds", "0"]),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "INVALID", ["expiresAt"]),
        ({"expiresAt": "2999-01-01T00:00:00Z"}, "INVALID", ["expiresAt"]),
    ],
)
async def test_what_is_no_service_token(given, code, path, http, connection):
    client = await staff_client(http, connection, ["staff.manage", "customers.read"])
    before = await connection.fetchval("SELECT count(*) FROM service_token")
    answer = (await client.data(CREATE, input=token_input(**given)))["serviceTokenCreate"]
    assert answer == {"token": None, "serviceToken": None, "userErrors": [{"code": code, "path": path}]}
    assert await connection.fetchval("SELECT count(*) FROM service_token") == before


async def test_every_wrong_field_of_a_service_token_is_named_at_once(http, connection):
    client = await staff_client(http, connection, ["staff.manage", "customers.read"])
    wrong = {"name": " ", "expiresAt": "2020-01-01T00:00:00Z", "websiteIds": ["walk", encode_id("web", 424242)]}
    answer = await client.data(CREATE, input=token_input(permissions=["STAFF_MANAGE", "CUSTOMERS_DELETE"], **wrong))
    assert answer["serviceTokenCreate"]["userErrors"] == [
        {"code": "REQUIRED", "path": ["name"]},
        {"code": "INVALID", "path": ["expiresAt"]},
        {"code": "NOT_ALLOWED", "path": ["permissions"]},
        {"code": "NOT_FOUND", "path": ["websiteIds", "0"]},
        {"code": "NOT_FOUND", "path": ["websiteIds", "1"]},
        {"code": "NOT_ALLOWED", "path": ["permissions"]},
    ]


async def test_a_time_without_zone_is_bad_input(boss):
    answer = await boss.answer(CREATE, input=token_input(expiresAt="2027-01-01T00:00:00"))
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_a_manager_of_one_website_makes_tokens_for_it_alone(http, connection):
    here = await make_website(connection)
    client = await staff_client(http, connection, ["staff.manage", "customers.read"], [here])
    everywhere = (await client.data(CREATE, input=token_input()))["serviceTokenCreate"]
    assert everywhere["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["websiteIds"]}]
    id, _ = await made(client, websiteIds=[encode_id("web", here)])
    assert [token["id"] for token in (await client.data(LIST))["serviceTokens"]] == [id]


RATES = """mutation C($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) {
  token serviceToken { id rate } userErrors { code path } } }"""
PER_SECOND = "{ limits { cost { perSecond } } }"


async def test_a_token_has_the_rate_it_was_created_with(boss, http, connection):
    answer = (await boss.data(RATES, input=token_input(rate=4321)))["serviceTokenCreate"]
    assert (answer["serviceToken"]["rate"], answer["userErrors"]) == (4321, [])
    service = Client(http, "/admin/graphql", answer["token"])
    assert await service.data(PER_SECOND) == {"limits": {"cost": {"perSecond": 4321}}}
    recorded = await connection.fetchval("SELECT changes FROM staff_event ORDER BY id DESC LIMIT 1")
    assert "4321" in str(recorded)


async def test_a_token_without_a_rate_has_the_rate_of_the_endpoint(boss, http):
    answer = (await boss.data(RATES, input=token_input()))["serviceTokenCreate"]
    assert answer["serviceToken"]["rate"] is None
    service = Client(http, "/admin/graphql", answer["token"])
    assert await service.data(PER_SECOND) == await boss.data(PER_SECOND)


@pytest.mark.parametrize("rate", [99, 100_001, 0, -1])
async def test_a_rate_has_bounds(boss, connection, rate):
    before = await connection.fetchval("SELECT count(*) FROM service_token")
    answer = (await boss.data(RATES, input=token_input(rate=rate)))["serviceTokenCreate"]
    assert answer == {"token": None, "serviceToken": None, "userErrors": [{"code": "INVALID", "path": ["rate"]}]}
    assert await connection.fetchval("SELECT count(*) FROM service_token") == before


@pytest.mark.parametrize("rate", [100, 100_000])
async def test_the_bounds_of_a_rate_belong_to_it(boss, rate):
    answer = (await boss.data(RATES, input=token_input(rate=rate)))["serviceTokenCreate"]
    assert answer["serviceToken"]["rate"] == rate


async def test_a_rate_above_that_of_the_endpoint_takes_a_manager_of_all_websites(http, connection):
    here = await make_website(connection)
    client = await staff_client(http, connection, ["staff.manage", "customers.read"], [here])
    usual = (await client.data(PER_SECOND))["limits"]["cost"]["perSecond"]
    given = token_input(websiteIds=[encode_id("web", here)])
    before = await connection.fetchval("SELECT count(*) FROM service_token")
    above = (await client.data(RATES, input={**given, "rate": usual + 1}))["serviceTokenCreate"]
    assert above["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["rate"]}]
    assert await connection.fetchval("SELECT count(*) FROM service_token") == before
    allowed = (await client.data(RATES, input={**given, "rate": usual}))["serviceTokenCreate"]
    assert allowed["serviceToken"]["rate"] == usual


async def test_nobody_rotates_or_revokes_what_holds_more(boss, http, connection):
    id, token = await made(boss, permissions=["CUSTOMERS_DELETE"])
    client = await staff_client(http, connection, ["staff.manage", "customers.read"])
    for document, root in ((ROTATE, "serviceTokenRotate"), (REVOKE, "serviceTokenRevoke")):
        refused = (await client.data(document, input={"id": id}))[root]
        assert refused["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["id"]}]
    answer = await Client(http, "/admin/graphql", token).answer("{ __typename }")
    assert answer == {"data": {"__typename": "Query"}}
