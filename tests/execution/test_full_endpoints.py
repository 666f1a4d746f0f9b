"""A full endpoint is no other's affair: neither the other endpoint's, nor that of health checks and of those signed in."""

import asyncio
import uuid
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from customer_gql.customers.accounts.tables import customer_password
from customer_gql.security.passwords import store_password
from customer_gql.settings import AdminSettings, StorefrontSettings
from execution.conftest import UNLIMITED_RATES
from support.blocking import endpoint_of, full_hashing_pool
from support.clients import Client, make_app
from support.customers import make_customer
from support.devices import any_address
from support.identities import PASSWORD, StaffIdentity
from support.service import serving
from support.shopping import SIGN_IN

PATHS = ("/graphql", "/admin/graphql")


@pytest.fixture
async def app(settings, database):
    return make_app(settings, database)


@pytest.fixture
async def opened(app):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        yield http


async def test_health_is_answered_while_gates_and_hashing_pools_are_full(app, opened):
    endpoints = [endpoint_of(app, path) for path in PATHS]
    with ExitStack() as places:
        for endpoint in endpoints:
            for _ in range(endpoint.limits.requests):
                places.enter_context(endpoint.gate.admit())
        async with full_hashing_pool(endpoints[0]), full_hashing_pool(endpoints[1]):
            for path in PATHS:
                assert (await opened.post(path, json={"query": "{ __typename }"})).status_code == 503
            for path in ("/health/live", "/health/ready"):
                answer = await opened.get(path)
                assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", PATHS)
async def test_each_endpoint_hashes_in_a_pool_of_its_own(path, app, identity, opened):
    person, device = await identity.make_person(), Client(opened, identity.path, None)
    input = {"email": person.email, "password": PASSWORD}
    async with full_hashing_pool(endpoint_of(app, path)):
        answer = await device.post(identity.sign_in_document, input=input)
    if path == identity.path:
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    else:
        assert answer.json()["data"]["signIn"]["token"]


async def test_no_throttled_attempt_is_hashed(app, identity, connection):
    """While nothing can be hashed, an attempt that would be is `UNAVAILABLE`; these are refused before."""
    person, address = await identity.make_person(), any_address()
    transport = httpx.ASGITransport(app, client=(address, 1))
    async with (
        full_hashing_pool(endpoint_of(app, identity.path)),
        httpx.AsyncClient(transport=transport, base_url="http://test") as http,
    ):
        device = Client(http, identity.path, None)

        async def code(email):
            answer = await device.answer(identity.sign_in_document, input={"email": email, "password": "wrong"})
            return answer["errors"][0]["extensions"]["code"] if "errors" in answer else "REFUSED"

        assert await code(person.email) == "UNAVAILABLE"
        paused = "UPDATE throttle SET until = now() + interval '1 minute' WHERE key_hash = ANY($1)"
        await connection.execute(paused, identity.failure_keys(person.email))
        assert await code(person.email) == "REFUSED"
        for _ in range(28):
            assert await code(f"{uuid.uuid4().hex}@example.com") == "UNAVAILABLE"
        assert await code(person.email) == "RATE_LIMITED"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("full_for", [None, "127.0.0.1"], ids=["everybody", "guests of one address"])
async def test_who_asks_a_full_endpoint_again_and_again_is_charged(path, full_for, settings, database):
    tight: dict[str, Any] = {"cost": 100, "bucket": 750, "guest_rate": 1}
    limits = {
        "storefront": StorefrontSettings(**tight),  # pyright: ignore[reportCallIssue]
        "admin": AdminSettings(**tight),  # pyright: ignore[reportCallIssue]
    }
    app = make_app(settings.model_copy(update=limits), database)
    endpoint = endpoint_of(app, path)
    share = 100 if full_for is None else endpoint.limits.address_percent
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        with ExitStack() as places:
            for _ in range(endpoint.limits.requests * share // 100):
                places.enter_context(endpoint.gate.admit(full_for))
            answers = [await http.post(path, json={"query": "{ __typename }"}) for _ in range(8)]
    assert [answer.status_code for answer in answers] == [503] * 5 + [429] * 3
    last = answers[-1].json()["errors"][0]["extensions"]
    assert last == {"code": "RATE_LIMITED", "retryAfter": int(answers[-1].headers["retry-after"])}


WRONG = StaffIdentity.sign_in_document


@pytest.mark.slow
async def test_sixty_connections_of_wrong_staff_passwords_keep_nobody_out(
    tmp_path, database_url, staff_token, connection, password_hash
):
    """From one address, as fast as they are answered, while staff work and customers sign in."""
    shoppers = [await make_customer(connection) for _ in range(5)]
    for row in shoppers:
        await store_password(connection, customer_password, row.id, password_hash)
    seen: set[str] = set()
    with serving(tmp_path, database_url, **UNLIMITED_RATES, trusted_proxies="127.0.0.1") as served:
        base, limits = f"http://127.0.0.1:{served.port}", httpx.Limits(max_connections=80)
        async with httpx.AsyncClient(base_url=base, timeout=30, limits=limits) as http:

            async def attack(number):
                while True:
                    input = {"email": f"{number}-{uuid.uuid4().hex}@example.com", "password": "wrong"}
                    body = {"query": WRONG, "variables": {"input": input}}
                    answer = await http.post(PATHS[1], json=body, headers={"x-forwarded-for": "203.0.113.9"})
                    errors = answer.json().get("errors")
                    seen.add(errors[0]["extensions"]["code"] if errors else "REFUSED")

            attackers = [asyncio.create_task(attack(number)) for number in range(60)]
            try:
                staff = {"authorization": f"Bearer {staff_token}", "x-forwarded-for": "203.0.113.1"}
                for row in shoppers:
                    query = {"query": "{ staffSessions { isCurrent } }"}
                    answer = await http.post(PATHS[1], json=query, headers=staff)
                    assert (answer.status_code, answer.json()["data"]["staffSessions"] != []) == (200, True)
                    body = {"query": SIGN_IN, "variables": {"input": {"email": row.email, "password": PASSWORD}}}
                    answer = await http.post(PATHS[0], json=body, headers={"x-forwarded-for": "203.0.113.2"})
                    assert answer.json()["data"]["signIn"]["accessToken"]
            finally:
                for attacker in attackers:
                    attacker.cancel()
                ended = await asyncio.gather(*attackers, return_exceptions=True)
    # One that is ended while it reads its answer may see the connection end instead.
    assert {type(end) for end in ended} <= {asyncio.CancelledError, httpx.ReadError}
    assert seen == {"REFUSED", "RATE_LIMITED", "UNAVAILABLE"}
