"""A server that calls for shoppers states their address, and every limit counts for it instead of for the server's."""

import datetime as dt
import uuid
from contextlib import ExitStack

import httpx
import pytest

from customer_gql.customers.accounts.tables import customer_password
from customer_gql.security import tokens
from customer_gql.security.network import plain_address
from customer_gql.security.passwords import store_password
from customer_gql.settings import StorefrontSettings
from customer_gql.staff.sign_in.sessions import start_staff_session
from customer_gql.staff.tables import SignedInBy
from support.blocking import endpoint_of
from support.clients import make_app, served
from support.customers import make_customer
from support.devices import any_address
from support.shopping import PASSWORD, RESET_REQUEST, SESSIONS, SIGN_IN
from support.staff import make_role, make_staff

CREATE = """mutation($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) {
  token serviceToken { id permissions } userErrors { code } } }"""
REVOKE = "mutation($input: ServiceTokenRevokeInput!) { serviceTokenRevoke(input: $input) { userErrors { code } } }"
UPDATE = 'mutation { meUpdate(input: {lastName: "Brewster"}) { userErrors { code } } }'


@pytest.fixture
async def service_token(admin_client):
    """Makes service tokens; each with its id."""

    async def made(*permissions):
        expiry = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
        input = {"name": "shop", "permissions": permissions, "websiteIds": None, "expiresAt": expiry}
        answer = (await admin_client.data(CREATE, input=input))["serviceTokenCreate"]
        assert answer["serviceToken"]["permissions"] == list(permissions)
        return answer["token"], answer["serviceToken"]["id"]

    return made


@pytest.fixture
async def shop_server(browser, service_token):
    """Clients of the storefront's server, each for a shopper at an address; all from one address."""
    (token, _), own = await service_token("STOREFRONT_PROXY"), any_address()

    async def client(address=None, *, customer=None):
        stated = {} if address is None else {"x_shopper_address": address}
        return await browser(address=own, token=customer, x_storefront_token=token, **stated)

    return client


def limited(answer):
    return "errors" in answer and answer["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


async def guess(client, email=None):
    email = email or f"{uuid.uuid4().hex}@example.com"
    return await client.answer(SIGN_IN, input={"email": email, "password": "wrong"})


async def test_sign_ins_count_for_the_shopper(shop_server, browser):
    one, other = any_address(), any_address()
    shopper = await shop_server(one)
    for _ in range(30):
        assert not limited(await guess(shopper))
    assert limited(await guess(shopper))
    assert limited(await guess(await browser(address=one)))  # the same address, whichever way it comes
    assert not limited(await guess(await shop_server(other)))
    assert not limited(await guess(await shop_server()))


async def test_reset_mails_count_for_the_shopper(shop_server):
    shopper = await shop_server(any_address())
    for _ in range(30):
        assert not limited(await shopper.answer(RESET_REQUEST, input={"email": "nobody@example.com"}))
    assert limited(await shopper.answer(RESET_REQUEST, input={"email": "nobody@example.com"}))
    neighbour = await shop_server(any_address())
    assert not limited(await neighbour.answer(RESET_REQUEST, input={"email": "nobody@example.com"}))


async def test_sessions_and_history_name_the_shoppers_address(shop_server, connection, password_hash):
    row = await make_customer(connection)
    await store_password(connection, customer_password, row.id, password_hash)
    client = await shop_server("2001:DB8::0:7")
    signed = (await client.data(SIGN_IN, input={"email": row.email, "password": PASSWORD}))["signIn"]
    phone = await shop_server("203.0.113.77", customer=signed["accessToken"])
    assert [session["address"] for session in (await phone.data(SESSIONS))["sessions"]] == ["2001:db8::7"]
    assert await phone.data(UPDATE) == {"meUpdate": {"userErrors": []}}
    kinds = "SELECT kind, address FROM customer_event WHERE customer_id = $1 ORDER BY created_at, id"
    assert [tuple(event) for event in await connection.fetch(kinds, row.id)] == [
        ("SIGNED_IN", "2001:db8::7"),
        ("EDITED", "203.0.113.77"),
    ]


@pytest.fixture
async def small_shop(settings, database):
    """With a bucket of six refusals, and of nine small queries."""
    limits = StorefrontSettings(cost=100, bucket=900, guest_rate=1)  # pyright: ignore[reportCallIssue]
    async with served(settings.model_copy(update={"storefront": limits}), database) as http:
        yield http


async def test_rates_of_guests_and_of_refused_tokens_count_for_the_shopper(small_shop, service_token):
    token, _ = await service_token("STOREFRONT_PROXY")

    async def statuses(address):
        sent = {"x-storefront-token": token, "x-shopper-address": address}
        query = {"query": "{ a: __typename b: __typename c: __typename d: __typename e: __typename }"}
        return {(await small_shop.post("/graphql", json=query, headers=sent)).status_code for _ in range(30)}

    assert await statuses("203.0.113.1") == {200, 429}
    query = {"query": "{ __typename }"}
    for address, authorization, last in (
        ("203.0.113.2", {}, 200),
        ("203.0.113.3", {"authorization": "Bearer cgc_made-up"}, 429),
        ("203.0.113.1", {}, 429),
    ):
        sent = {"x-storefront-token": token, "x-shopper-address": address, **authorization}
        answers = [await small_shop.post("/graphql", json=query, headers=sent) for _ in range(4)]
        assert answers[-1].status_code == last
    # Neither was charged to the server itself, nor can an address be stated without a token.
    ignored = {"x-shopper-address": "203.0.113.1"}
    assert (await small_shop.post("/graphql", json=query, headers=ignored)).status_code == 200


async def test_places_count_for_the_shopper(settings, database, service_token):
    token, _ = await service_token("STOREFRONT_PROXY")
    app = make_app(settings, database)
    endpoint, query = endpoint_of(app, "/graphql"), {"query": "{ __typename }"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        with ExitStack() as places:
            for _ in range(endpoint.limits.requests * endpoint.limits.address_percent // 100):
                places.enter_context(endpoint.gate.admit("203.0.113.1"))
            for address, status in (("203.0.113.1", 503), ("203.0.113.2", 200)):
                sent = {"x-storefront-token": token, "x-shopper-address": address}
                assert (await http.post("/graphql", json=query, headers=sent)).status_code == status


async def test_a_token_that_is_none_is_refused(browser, service_token, admin_client, connection):
    working, id = await service_token("STOREFRONT_PROXY")
    person = await make_staff(connection, await make_role(connection, ["storefront.proxy"]))
    session = await start_staff_session(connection, person.id, by=SignedInBy.PASSWORD)
    customer = await make_customer(connection)
    for token in ("", "cgv_made-up", session.access_token, customer.email, working.swapcase()):
        assert await refusal(browser, token) == (401, "UNAUTHENTICATED")
    assert await refusal(browser, working) == (200, None)
    for ended in ("service_token_secret", "service_token"):
        key = {"service_token_secret": "token_hash = $1", "service_token": "id = (SELECT service_token_id FROM"
               " service_token_secret WHERE token_hash = $1)"}[ended]  # fmt: skip
        over = f"UPDATE {ended} SET expires_at = now() + $2 * interval '1 hour' WHERE {key}"
        await connection.execute(over, tokens.hash_token(working), -1)
        assert await refusal(browser, working) == (401, "UNAUTHENTICATED")
        await connection.execute(over, tokens.hash_token(working), 1)
    assert await refusal(browser, working) == (200, None)
    await admin_client.data(REVOKE, input={"id": id})
    assert await refusal(browser, working) == (401, "UNAUTHENTICATED")


async def test_a_token_without_the_permission_is_told_which(browser, service_token):
    token, _ = await service_token("CUSTOMERS_READ")
    guest = await browser(x_storefront_token=token)
    answer = await guest.post("{ __typename }")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (403, "FORBIDDEN")
    assert "storefront.proxy" in error["message"]


@pytest.mark.parametrize("address", ["", "shop.example.com", "203.0.113.7:80", "203.0.113.1, 203.0.113.2", "fe80::1%eth0", "1" * 999])  # fmt: skip
async def test_an_address_that_is_none_is_refused(address, shop_server):
    client = await shop_server(address)
    answer = await client.post("{ __typename }")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("second", ["203.0.113.7", "203.0.113.8", ""])
async def test_a_repeated_address_is_refused(second, shop_server):
    client = await shop_server()
    lines = [("X-Shopper-Address", "203.0.113.7"), ("X-Shopper-Address", second)]
    answer = await client.http.post("/graphql", json={"query": "{ __typename }"}, headers=lines)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("name", ["X-Storefront-Token", "X-Store-View"])
@pytest.mark.parametrize("second", ["default", "another", ""])
async def test_a_repeated_token_or_store_view_is_refused(name, second, http, service_token):
    token, _ = await service_token("STOREFRONT_PROXY")
    first = token if name == "X-Storefront-Token" else "default"
    for lines in ([(name, first), (name, second)], [(name, second), (name, first)], [(name, first), (name, first)]):
        answer = await http.post("/graphql", json={"query": "{ __typename }"}, headers=lines)
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["extensions"]["code"]) == (400, "BAD_USER_INPUT")
        assert error["message"] == f"{name} was sent more than once. Send it once."
    assert (await http.post("/graphql", json={"query": "{ __typename }"}, headers=[(name, first)])).status_code == 200


async def test_the_admin_endpoint_knows_neither_header(browser, admin_client):
    own = any_address()
    staff = await browser(path="/admin/graphql", token=admin_client.token, address=own, x_storefront_token="junk",
                          x_shopper_address="203.0.113.9")  # fmt: skip
    assert (await staff.data("{ staffMe { isPasswordSet } }"))["staffMe"] == {"isPasswordSet": False}


async def refusal(browser, token):
    answer = await (await browser(x_storefront_token=token, x_shopper_address="203.0.113.5")).post("{ __typename }")
    errors = answer.json().get("errors")
    return answer.status_code, errors[0]["extensions"]["code"] if errors else None


@pytest.mark.parametrize("peer", ["fe80::1%eth0", "unknown", "::ffff:203.0.113.7%1", "\u00e9" * 80])
async def test_a_trusted_proxy_may_state_a_strange_address(peer, browser, connection, password_hash):
    """Whatever it says, the request is answered, and the session and the history name it."""
    row = await make_customer(connection)
    await store_password(connection, customer_password, row.id, password_hash)
    device = await browser(address=peer)
    assert not limited(await guess(device))
    signed = (await device.data(SIGN_IN, input={"email": row.email, "password": PASSWORD}))["signIn"]
    device.token = signed["accessToken"]
    assert [session["address"] for session in (await device.data(SESSIONS))["sessions"]] == [plain_address(peer[:64])]
