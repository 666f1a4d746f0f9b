"""Fixtures of shoppers and their devices, for every test that needs somebody who signs in."""

import asyncio
import ipaddress
import itertools
from contextlib import AsyncExitStack

import httpx
import pytest

from customer_gql.customers.accounts.tables import customer_password
from customer_gql.security import hashing
from customer_gql.security.passwords import store_password
from support.customers import make_customer
from support.mailed import mailed_token
from support.shopping import PASSWORD, SIGN_IN

ADDRESSES = itertools.count(int(ipaddress.IPv4Address("10.0.0.1")))


def any_address():
    """One that nobody had before, since what an address may do is counted."""
    return str(ipaddress.IPv4Address(next(ADDRESSES)))


@pytest.fixture
async def browser(http, storefront):
    """Somebody at a network address of their own; the limit of one address is nobody else's."""
    app = http._transport.app
    async with AsyncExitStack() as stack:

        async def opened(*, address=None, token=None, path="/graphql", **headers):
            transport = httpx.ASGITransport(app, client=(address or any_address(), 1))
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            client = httpx.AsyncClient(transport=transport, base_url="http://test", headers=named)
            return type(storefront)(await stack.enter_async_context(client), path, token)

        yield opened


@pytest.fixture(scope="session")
async def password_hash():
    return await hashing.hash_password(PASSWORD)


@pytest.fixture
async def shopper(connection, password_hash):
    """A customer who knows their password."""

    async def made(**given):
        row = await make_customer(connection, **given)
        await store_password(connection, customer_password, row.id, password_hash)
        return row

    return made


@pytest.fixture
async def signed_in(browser):
    """A device on which the customer signed in with the password."""

    async def opened(row, **kwargs):
        client = await browser(**kwargs)
        answer = (await client.data(SIGN_IN, input={"email": row.email, "password": PASSWORD}))["signIn"]
        assert answer["userErrors"] == [], answer
        client.token, client.refresh = answer["accessToken"], answer["refreshToken"]
        return client

    return opened


@pytest.fixture
def settled(http):
    """Wait for the writes that no answer waited for."""

    async def wait():
        await asyncio.sleep(0)
        await http._transport.app.state.background.close()

    return wait


@pytest.fixture
def mails(connection):
    """Templates sent to an address, oldest first, each with what only its recipient may see."""

    async def sent(recipient):
        rows = await connection.fetch(
            "SELECT id, template, secrets FROM mail_outbox WHERE recipient = $1 ORDER BY created_at, id", recipient
        )
        return [(row.template, mailed_token(row)) for row in rows]

    return sent


@pytest.fixture
def events(connection):
    async def kinds(customer_id):
        rows = await connection.fetch(
            "SELECT kind FROM customer_event WHERE customer_id = $1 ORDER BY created_at, id", customer_id
        )
        return [row.kind for row in rows]

    return kinds


@pytest.fixture
async def configured(connection):
    """Set settings of the shop for one test."""
    from customer_gql.shop.settings.writes import set_value

    done = []

    async def set_(setting, value):
        done.append(setting)
        await set_value(connection, setting, value)

    yield set_
    for setting in done:
        await set_value(connection, setting, setting.default)


@pytest.fixture
async def little_asked_for(configured):
    """A website that asks for no field of the profile that it may leave out, which is the default."""
    from customer_gql.customers.profile.values.fields import SHOW_SETTINGS

    for setting in SHOW_SETTINGS.values():
        await configured(setting, "NO")
