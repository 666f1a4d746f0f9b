"""A session acts where its account works: on its website, or on all that its group is not kept out of (docs/domain/account-scope.md#account-scope-7)."""

import asyncio

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts import lockout
from customer_gql.customers.accounts.registration.settings import DEFAULT_GROUP, EMAIL_CONFIRMATION
from customer_gql.customers.profile.values.fields import SHOW_SETTINGS
from customer_gql.shop.settings.declaration import WEBSITE
from customer_gql.shop.settings.writes import set_value
from customer_gql.shop.websites.reads import UNKNOWN_STORE_VIEW
from support.clients import served
from support.customers import customer_id
from support.races import stop_before
from support.shopping import EXCHANGE, ME, PASSWORD, REFRESH, SIGN_IN, SIGN_UP, is_let_in, person

SHARE = """mutation S($input: AccountSharingSetInput!) { accountSharingSet(input: $input) {
  movedAccountCount endedSessionCount userErrors { code path } } }"""
LOGIN_AS = "mutation L($input: CustomerLoginAsInput!) { customerLoginAs(input: $input) { code } }"
LIVE = "{ impersonations(first: 10) { nodes { reason } } }"
MOVE = "mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors { code path } } }"
SUBSCRIBE = "mutation { newsletterSubscribe { subscription { storeView { code } } userErrors { code } } }"
GONE = {"code": "UNAUTHENTICATED"}


@pytest.fixture
async def database(empty_database):
    """A shop of two websites, of this test alone: what is changed here holds for all accounts."""
    async with empty_database.writes.acquire() as connection:
        await connection.execute("INSERT INTO website (id, code, name, currency) VALUES (2, 'two', 'Two', 'EUR')")
        await connection.execute(
            "INSERT INTO store (id, website_id, code, name, is_default) VALUES (2, 2, 'two', 'T', true)"
        )
        await connection.execute(
            "INSERT INTO store_view (id, store_id, code, name, is_default) VALUES (2, 2, 'two', 'T', true)"
        )
    return empty_database


@pytest.fixture
async def http(settings, database):
    async with served(settings, database) as client:
        yield client


@pytest.fixture
def shared(admin_client):
    async def set_(sharing):
        return (await admin_client.data(SHARE, input={"sharing": sharing}))["accountSharingSet"]

    return set_


async def at(browser, token, view):
    """Whether the token opens the account in a store view."""
    client = await browser(token=token, **({} if view is None else {"x_store_view": view}))
    response = await client.post(ME)
    assert response.status_code in {200, 401}
    return response.status_code == 200


async def everywhere(browser, token):
    return [await at(browser, token, view) for view in (None, "default", "two")]


async def test_an_account_of_one_website_acts_on_no_other(browser, shopper, signed_in):
    row, elsewhere = await shopper(), await shopper(website_id=2, created_in_store_view_id=2)
    here, there = await signed_in(row), await signed_in(elsewhere, x_store_view="two")
    assert await everywhere(browser, here.token) == [True, True, False]
    assert await everywhere(browser, there.token) == [True, False, True]
    stranger = await browser(x_store_view="two")
    refused = (await stranger.data(REFRESH, input={"refreshToken": here.refresh}))["tokenRefresh"]
    assert refused["userErrors"] == [{"code": "INVALID", "path": ["refreshToken"]}]
    # The refusal used nothing up.
    assert (await (await browser()).data(REFRESH, input={"refreshToken": here.refresh}))["tokenRefresh"]["accessToken"]


async def test_without_a_store_view_it_acts_on_its_own_website(browser, shopper, signed_in):
    device = await signed_in(await shopper(website_id=2, created_in_store_view_id=2), x_store_view="two")
    client = await browser(token=device.token)
    answer = (await client.data(SUBSCRIBE))["newsletterSubscribe"]
    assert answer == {"subscription": {"storeView": {"code": "two"}}, "userErrors": []}


async def test_a_shared_account_acts_everywhere_until_it_is_shared_no_more(browser, shopper, signed_in, shared):
    row = await shopper()
    assert (await shared("GLOBAL"))["userErrors"] == []
    here, there = await signed_in(row, x_store_view="default"), await signed_in(row, x_store_view="two")
    assert await everywhere(browser, here.token) == [True, True, True]
    assert await everywhere(browser, there.token) == [True, True, True]
    assert await shared("PER_WEBSITE") == {"movedAccountCount": 1, "endedSessionCount": 1, "userErrors": []}
    assert await everywhere(browser, here.token) == [True, True, False]
    assert await everywhere(browser, there.token) == [False, False, False]
    refused = await (await browser(x_store_view="two")).data(REFRESH, input={"refreshToken": there.refresh})
    assert refused["tokenRefresh"]["accessToken"] is None
    # Sharing again brings no ended session back.
    await shared("GLOBAL")
    assert await everywhere(browser, there.token) == [False, False, False]


async def test_a_website_the_group_excludes_is_closed_to_a_shared_account(
    browser, shopper, signed_in, shared, connection
):
    row = await shopper()
    await shared("GLOBAL")
    here, there = await signed_in(row), await signed_in(row, x_store_view="two")
    # Its own group on the other website, and another group on its own.
    exclude = "INSERT INTO customer_group_excluded_website VALUES ($1, 2), (2, 1)"
    await connection.execute(exclude, row.group_id)
    assert await everywhere(browser, here.token) == [True, True, False]
    assert (await signed_in(row)).token
    guest = await browser(x_store_view="two")
    assert (await guest.data(SIGN_IN, input={"email": row.email, "password": PASSWORD}))["signIn"][
        "accessToken"
    ] is None
    assert (await guest.data(REFRESH, input={"refreshToken": there.refresh}))["tokenRefresh"]["accessToken"] is None
    assert not await is_let_in(there)  # asking for more of a session on a closed website ended it


async def test_a_group_that_excludes_the_website_ends_access_with_the_next_request(
    browser, shopper, signed_in, connection
):
    row = await shopper()
    device, other = await signed_in(row), await signed_in(await shopper(group_id=2))
    assert await is_let_in(device)
    await connection.execute("INSERT INTO customer_group_excluded_website VALUES ($1, 1)", row.group_id)
    answer = await device.post(ME)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (401, GONE)
    stored = "SELECT count(*) FROM newsletter_subscription WHERE customer_id = $1"
    assert (await device.post(SUBSCRIBE)).status_code == 401
    assert await connection.fetchval(stored, row.id) == 0
    assert await is_let_in(other)


@pytest.mark.parametrize("code", ["nowhere", "DEFAULT", "?", "x" * 100])
@pytest.mark.parametrize("name", ["query", "mutation", "mutation of a customer"])
async def test_an_unknown_store_view_is_refused_everywhere(code, name, browser, shopper, signed_in, connection):
    row = await shopper()
    token = (await signed_in(row)).token
    client = await browser(x_store_view=code, token=token if name == "mutation of a customer" else None)
    input = person(f"nowhere{row.id}@example.com")
    asked = {"query": ("{ shop { website { code } } }", {}), "mutation": (SIGN_UP, {"input": input})}
    document, variables = asked.get(name, (SUBSCRIBE, {}))
    response = await client.post(document, **variables)
    [error] = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (400, "BAD_USER_INPUT")
    assert error["message"] == UNKNOWN_STORE_VIEW
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE email = $1", input["email"]) == 0
    assert await connection.fetchval("SELECT count(*) FROM newsletter_subscription WHERE customer_id = $1", row.id) == 0


async def test_staff_reach_no_further_than_the_customer(browser, shopper, admin_client, shared, connection):
    row = await shopper(allows_remote_assistance=True)

    async def exchange(view):
        code = (await admin_client.data(LOGIN_AS, input={"id": customer_id(row), "reason": "Help"}))["customerLoginAs"]
        client = await browser(x_store_view=view)
        return (await client.data(EXCHANGE, input={"code": code["code"]}))["loginAsExchange"]["accessToken"]

    assert await exchange("two") is None
    assert await everywhere(browser, await exchange("default")) == [True, True, False]
    await shared("GLOBAL")
    token = await exchange("two")
    assert await everywhere(browser, token) == [True, True, True]
    live = len((await admin_client.data(LIVE))["impersonations"]["nodes"])
    await shared("PER_WEBSITE")
    assert await everywhere(browser, token) == [False, False, False]
    assert len((await admin_client.data(LIVE))["impersonations"]["nodes"]) == live - 1


async def test_moving_an_account_ends_its_sessions_on_the_old_website(browser, shopper, signed_in, admin_client):
    row, bystander = await shopper(), await shopper()
    device, other = await signed_in(row), await signed_in(bystander)
    moved = await admin_client.data(MOVE, input={"id": customer_id(row), "websiteId": encode_id("web", 2)})
    assert moved["customerQuickEdit"]["userErrors"] == []
    assert [await is_let_in(device), await is_let_in(other)] == [False, True]
    there = await signed_in(row, x_store_view="two")
    assert await is_let_in(there)


async def test_no_session_slips_in_while_accounts_cease_to_be_shared(browser, shopper, shared, connection):
    """Whoever signs in meanwhile is either refused or ended; nobody is left on a website that is not theirs."""
    rows, one_is_in = [await shopper() for _ in range(8)], asyncio.Event()
    await shared("GLOBAL")

    async def signing_in(row):
        client = await browser(x_store_view="two")
        answer = await client.data(SIGN_IN, input={"email": row.email, "password": PASSWORD})
        one_is_in.set()
        return answer

    async def sharing():
        await one_is_in.wait()
        return await shared("PER_WEBSITE")

    _, *answers = await asyncio.gather(sharing(), *[signing_in(row) for row in rows])
    assert any(answer["signIn"]["accessToken"] for answer in answers)
    assert await connection.fetchval("SELECT count(*) FROM customer_session WHERE website_id = 2") == 0
    assert await connection.fetchval("SELECT count(*) FROM customer_token WHERE website_id = 2") == 0


async def test_a_sign_in_looks_again_whether_accounts_are_shared(browser, shopper, shared, connection):
    row, client = await shopper(), await browser(x_store_view="two")
    await shared("GLOBAL")
    async with stop_before("FROM customer WHERE customer.id =", "FOR UPDATE") as stop:
        signing_in = asyncio.create_task(client.data(SIGN_IN, input={"email": row.email, "password": PASSWORD}))
        await stop.reached_by(signing_in)
        assert (await shared("PER_WEBSITE"))["userErrors"] == []
    assert (await signing_in)["signIn"]["accessToken"] is None
    assert await connection.fetchval("SELECT count(*) FROM customer_session") == 0


async def test_the_history_of_staff_names_who_changed_it(shared, connection):
    await shared("GLOBAL")
    await shared("GLOBAL")
    written = await connection.fetch(
        "SELECT changes, actor FROM staff_event WHERE kind = 'CONFIGURATION_SET' ORDER BY id"
    )
    assert [(row.changes, row.actor) for row in written] == [
        ('{"customers.account_sharing": ["PER_WEBSITE", "GLOBAL"]}', "STAFF")
    ]


async def test_each_website_has_its_own_rules_for_new_accounts(browser, connection):
    await set_value(connection, DEFAULT_GROUP, 3, scope=WEBSITE, scope_id=2)
    await set_value(connection, EMAIL_CONFIRMATION, True, scope=WEBSITE, scope_id=2)
    await set_value(connection, SHOW_SETTINGS["gender"], "REQUIRED", scope=WEBSITE, scope_id=2)
    here, there = await browser(x_store_view="default"), await browser(x_store_view="two")
    refused = (await there.data(SIGN_UP, input=person("ada@example.com")))["signUp"]["userErrors"]
    assert [(error["code"], error["path"]) for error in refused] == [("REQUIRED", ["gender"])]
    made = [
        (await client.data(SIGN_UP, input=person("ada@example.com", **given)))["signUp"]["isConfirmationRequired"]
        for client, given in ((here, {}), (there, {"gender": "FEMALE"}))
    ]
    rows = await connection.fetch("SELECT website_id, group_id, is_email_confirmed FROM customer ORDER BY website_id")
    assert (made, [tuple(row) for row in rows]) == ([False, True], [(1, 1, True), (2, 3, False)])


async def test_wrong_passwords_on_one_website_close_no_account_of_another(browser, shopper, connection):
    row = await shopper()
    await shopper(email=row.email, website_id=2, created_in_store_view_id=2)

    async def attempt(view, password):
        client = await browser(x_store_view=view)
        answer = await client.data(SIGN_IN, input={"email": row.email, "password": password})
        return answer["signIn"]["accessToken"] is not None

    for _ in range(5):
        assert not await attempt("two", "wrong")
    pause = "UPDATE throttle SET until = now() + interval '1 hour' WHERE key_hash = ANY($1)"
    assert await connection.execute(pause, lockout.failure_keys(row.email, 2)) == "UPDATE 2"
    assert [await attempt(view, PASSWORD) for view in ("two", "default")] == [False, True]
