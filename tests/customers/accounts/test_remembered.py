"""Devices that remember who signed in (docs/domain/sessions.md#sessions-13), by the matrix of offered, asked for and cleared."""

import itertools
import uuid

import pytest

from customer_gql.commerce.catalog.tables import product
from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.sessions import settings as options
from customer_gql.customers.accounts.sessions.remembered import MAX_REMEMBERED
from customer_gql.shop.settings.declaration import WEBSITE
from customer_gql.shop.settings.writes import set_value
from support.customers import put
from support.mailed import newest_token
from support.shopping import ANOTHER, CHANGE, PASSWORD, RESET, RESET_REQUEST, REVOKE, SIGN_OUT
from support.staff import make_website

SIGN_IN = """mutation I($input: SignInInput!) { signIn(input: $input) {
  accessToken persistentToken userErrors { code path } } }"""
SIGN_IN_WITH_REFRESH = """mutation I($input: SignInInput!) { signIn(input: $input) { refreshToken persistentToken } }"""
RENEW = "mutation R($input: TokenRefreshInput!) { tokenRefresh(input: $input) { refreshToken } }"
REMEMBERED = "{ remembered { firstName } }"
WITH_CART = "{ remembered { firstName cart { itemCount subtotal { amount } items { quantity product { sku } } } } }"
FORGET = "mutation { rememberedForget { userErrors { code } } }"
SHOP = "{ shop { rememberMe { isOffered isDefault } } }"
FORCE = "mutation F($input: CustomerForceSignInInput!) { customerForceSignIn(input: $input) { userErrors { code } } }"
DEACTIVATE = "mutation D($input: CustomerAccountInput!) { customerDeactivate(input: $input) { userErrors { code } } }"
DELETE = "mutation D($input: CustomerDeleteInput!) { customerDelete(input: $input) { userErrors { code } } }"


@pytest.fixture
async def website(connection):
    """One that remembers."""
    id = await make_website(connection)
    await set_value(connection, options.REMEMBER_ME, True, scope=WEBSITE, scope_id=id)
    return id


@pytest.fixture
async def code(connection, website):
    return await connection.fetchval("SELECT code FROM store_view WHERE id = $1", website)


@pytest.fixture
async def ada(shopper, website):
    return await shopper(website_id=website, created_in_store_view_id=website, first_name="Ada")


@pytest.fixture
async def device(browser, code):
    """A device in the shop, with a session and a persistent token where it has them."""

    async def opened(session=None, persistent=None, view=code):
        headers = {"X_Store_View": view} if view else {}
        return await browser(token=session, **headers, **({"X_Persistent_Token": persistent} if persistent else {}))

    return opened


@pytest.fixture
def set_option(connection, website):
    async def change(option, value):
        await set_value(connection, option, value, scope=WEBSITE, scope_id=website)

    return change


async def sign_in(client, row, **given):
    payload = (await client.data(SIGN_IN, input={"email": row.email, "password": PASSWORD, **given}))["signIn"]
    assert payload["userErrors"] == []
    return payload["accessToken"], payload["persistentToken"]


async def name_at(device, token):
    found = (await (await device(persistent=token)).data(REMEMBERED))["remembered"]
    return None if found is None else found["firstName"]


MATRIX = list(itertools.product([True, False], repeat=4))


@pytest.mark.parametrize(("is_on", "is_offered", "is_asked", "is_cleared"), MATRIX)
async def test_the_matrix(is_on, is_offered, is_asked, is_cleared, device, ada, set_option):
    await set_option(options.REMEMBER_ME, is_on)
    await set_option(options.REMEMBER_ME_OFFERED, is_offered)
    await set_option(options.CLEAR_ON_SIGN_OUT, is_cleared)
    session, token = await sign_in(await device(), ada, isRemembered=is_asked)
    is_remembered = is_on and is_offered and is_asked
    assert (token is not None) is is_remembered
    assert (await (await device(session)).data("{ me { firstName } }"))["me"] == {"firstName": "Ada"}
    if is_remembered:
        assert await name_at(device, token) == "Ada"
    assert (await (await device(session)).data(SIGN_OUT, input={}))["signOut"]["userErrors"] == []
    assert (await (await device(session)).post("{ me { id } }")).status_code == 401
    if is_remembered:
        assert await name_at(device, token) == (None if is_cleared else "Ada")


async def test_a_session_that_ends_by_itself_leaves_the_device_remembering(device, ada, connection):
    session, token = await sign_in(await device(), ada, isRemembered=True)
    await connection.execute(
        "UPDATE customer_token SET idle_until = now(), expires_at = now() WHERE customer_id = $1", ada.id
    )
    assert (await (await device(session)).post("{ me { id } }")).status_code == 401
    assert await name_at(device, token) == "Ada"


async def test_a_token_shows_the_first_name_and_the_cart_and_lets_nobody_in(
    device, ada, set_option, connection, website
):
    _, token = await sign_in(await device(), ada, isRemembered=True)
    guest = await device(persistent=token)
    assert (await guest.data(WITH_CART))["remembered"] == {"firstName": "Ada", "cart": None}
    sku = uuid.uuid4().hex
    cup = await put_product(connection, sku)
    await connection.execute(
        "INSERT INTO cart (customer_id, id, website_id, store_view_id, currency) SELECT $1, 7, website_id, store_view.id, 'EUR'"
        " FROM store_view JOIN store ON store.id = store_id WHERE store_view.id = $2",
        ada.id,
        website,
    )
    await connection.execute(
        "INSERT INTO cart_item (customer_id, cart_id, id, product_id, quantity) VALUES ($1, 7, 1, $2, 3)", ada.id, cup
    )
    items = [{"quantity": 3, "product": {"sku": sku}}]
    cart = {"itemCount": 1, "subtotal": {"amount": "6.00"}, "items": items}
    assert (await guest.data(WITH_CART))["remembered"] == {"firstName": "Ada", "cart": cart}
    assert (await guest.data("{ me { id } viewer { kind } }")) == {"me": None, "viewer": {"kind": "GUEST"}}
    node = await guest.data("query N($id: ID!) { node(id: $id) { id } }", id=encode_id("crt", ada.id, 7))
    assert node == {"node": None}
    bearer = await device(session=token)
    assert (await bearer.post("{ me { id } }")).status_code == 401
    await set_option(options.REMEMBER_CART, False)
    assert (await guest.data(WITH_CART))["remembered"] == {"firstName": "Ada", "cart": None}


async def put_product(connection, sku):
    id = uuid.uuid4().int % 2**62
    await put(connection, product, id=id, sku=sku, name="Cup", price=200, currency="EUR")
    return id


async def test_only_a_hash_is_stored(device, ada, connection):
    _, token = await sign_in(await device(), ada, isRemembered=True)
    [row] = await connection.fetch("SELECT * FROM remembered_sign_in WHERE customer_id = $1", ada.id)
    assert token not in str(row)
    hash = await connection.fetchval("SELECT sha256($1::bytea)", token.encode())
    assert row.token_hash == hash
    assert token.startswith("cgm_")
    assert len(token) > 40


async def test_the_next_sign_in_on_the_device_replaces_the_token_whoever_it_is(device, ada, shopper, website):
    _, first = await sign_in(await device(), ada, isRemembered=True)
    _, second = await sign_in(await device(persistent=first), ada, isRemembered=True)
    assert [await name_at(device, token) for token in (first, second)] == [None, "Ada"]
    eve = await shopper(website_id=website, created_in_store_view_id=website, first_name="Eve")
    _, third = await sign_in(await device(persistent=second), eve)
    assert third is None
    assert await name_at(device, second) is None


async def test_devices_remember_apart(device, ada):
    (one, first), (_, second) = [await sign_in(await device(), ada, isRemembered=True) for _ in range(2)]
    await (await device(one)).data(SIGN_OUT, input={})
    assert [await name_at(device, token) for token in (first, second)] == [None, "Ada"]


async def test_who_is_not_the_one_greeted_ends_it(device, ada):
    session, token = await sign_in(await device(), ada, isRemembered=True)
    for given in (token, "cgm_unknown", None):
        assert (await (await device(persistent=given)).data(FORGET))["rememberedForget"] == {"userErrors": []}
    assert await name_at(device, token) is None
    assert (await (await device(session)).data("{ me { firstName } }"))["me"] == {"firstName": "Ada"}


async def end_by_password(device, session, _ada, _boss, _connection):
    given = {"currentPassword": PASSWORD, "newPassword": ANOTHER, "keepOtherSessions": True}
    assert (await (await device(session)).data(CHANGE, input=given))["passwordChange"]["userErrors"] == []


async def end_by_reset(device, _session, ada, _boss, connection):
    await (await device()).data(RESET_REQUEST, input={"email": ada.email})
    given = {"token": await newest_token(connection, ada.email, "password_reset"), "password": ANOTHER}
    assert (await (await device()).data(RESET, input=given))["passwordReset"]["userErrors"] == []


async def end_by_signing_out_everywhere(device, session, _ada, _boss, _connection):
    assert (await (await device(session)).data(SIGN_OUT, input={"all": True}))["signOut"]["userErrors"] == []


async def end_by(document, boss, ada):
    [payload] = (await boss.data(document, input={"id": encode_id("cus", ada.id)})).values()
    assert payload["userErrors"] == []


async def end_by_force(_device, _session, ada, boss, _connection):
    await end_by(FORCE, boss, ada)


async def end_by_deactivation(_device, _session, ada, boss, _connection):
    await end_by(DEACTIVATE, boss, ada)


async def end_by_deletion(_device, _session, ada, boss, connection):
    await end_by(DELETE, boss, ada)
    assert await connection.fetchval("SELECT count(*) FROM remembered_sign_in WHERE customer_id = $1", ada.id) == 0


ENDS = [
    end_by_password,
    end_by_reset,
    end_by_signing_out_everywhere,
    end_by_force,
    end_by_deactivation,
    end_by_deletion,
]


@pytest.mark.parametrize("end", ENDS)
async def test_what_ends_access_ends_every_token(end, device, ada, admin_client, set_option, connection):
    await set_option(options.CLEAR_ON_SIGN_OUT, False)
    (session, first), (_, second) = [await sign_in(await device(), ada, isRemembered=True) for _ in range(2)]
    await end(device, session, ada, admin_client, connection)
    assert [await name_at(device, token) for token in (first, second)] == [None, None]


async def test_a_session_that_is_revoked_takes_along_what_its_device_shows(device, ada, set_option, connection):
    await set_option(options.CLEAR_ON_SIGN_OUT, False)
    (_, lost), (session, kept) = [await sign_in(await device(), ada, isRemembered=True) for _ in range(2)]
    ids = "SELECT session_id FROM remembered_sign_in WHERE token_hash = sha256($1::bytea)"
    revoked = encode_id("ses", ada.id, await connection.fetchval(ids, lost.encode()))
    assert (await (await device(session)).data(REVOKE, input={"id": revoked}))["sessionRevoke"]["userErrors"] == []
    assert [await name_at(device, token) for token in (lost, kept)] == [None, "Ada"]


async def test_a_refresh_token_used_twice_ends_what_the_device_shows(device, ada, set_option):
    await set_option(options.CLEAR_ON_SIGN_OUT, False)
    given = {"email": ada.email, "password": PASSWORD, "isRemembered": True}
    answer = (await (await device()).data(SIGN_IN_WITH_REFRESH, input=given))["signIn"]
    refresh = answer["refreshToken"]
    later = (await (await device()).data(RENEW, input={"refreshToken": refresh}))["tokenRefresh"]["refreshToken"]
    assert (await (await device()).data(RENEW, input={"refreshToken": later}))["tokenRefresh"]["refreshToken"]
    assert await name_at(device, answer["persistentToken"]) == "Ada"
    assert (await (await device()).data(RENEW, input={"refreshToken": refresh}))["tokenRefresh"]["refreshToken"] is None
    assert await name_at(device, answer["persistentToken"]) is None


async def test_a_token_works_for_its_time_on_its_website_while_the_account_does(
    device, ada, connection, website, set_option
):
    await set_option(options.REMEMBER_LIFETIME_SECONDS, 60)
    _, token = await sign_in(await device(), ada, isRemembered=True)
    left = "SELECT expires_at - now() FROM remembered_sign_in WHERE customer_id = $1"
    assert 0 < (await connection.fetchval(left, ada.id)).total_seconds() <= 60
    elsewhere = await connection.fetchval("SELECT code FROM store_view WHERE id = $1", await make_website(connection))
    other = await device(persistent=token, view=elsewhere)
    assert (await other.data(REMEMBERED)) == {"remembered": None}
    await connection.execute(
        "INSERT INTO customer_group_excluded_website (group_id, website_id) VALUES ($1, $2)", ada.group_id, website
    )
    assert await name_at(device, token) is None
    await connection.execute("DELETE FROM customer_group_excluded_website WHERE website_id = $1", website)
    assert await name_at(device, token) == "Ada"
    await connection.execute("UPDATE remembered_sign_in SET expires_at = now() WHERE customer_id = $1", ada.id)
    assert await name_at(device, token) is None


async def test_where_nobody_is_remembered_a_token_shows_nothing(device, ada, set_option):
    _, token = await sign_in(await device(), ada, isRemembered=True)
    await set_option(options.REMEMBER_ME, False)
    assert await name_at(device, token) is None


async def test_a_customer_has_a_limited_number(device, ada, connection, website):
    rows = """INSERT INTO remembered_sign_in (token_hash, customer_id, session_id, website_id, expires_at, created_at)
      SELECT sha256(($1::text || n)::bytea), $2, n, $3, now() + interval '1 day', now() - interval '1 hour'
      FROM generate_series(1, $4::int) AS n"""
    await connection.execute(rows, uuid.uuid4().hex, ada.id, website, MAX_REMEMBERED + 5)
    _, token = await sign_in(await device(), ada, isRemembered=True)
    count = "SELECT count(*) FROM remembered_sign_in WHERE customer_id = $1"
    assert await connection.fetchval(count, ada.id) == MAX_REMEMBERED
    assert await name_at(device, token) == "Ada"


async def test_two_tokens_in_one_request_are_refused(http, ada):
    headers = [("X-Persistent-Token", "a"), ("X-Persistent-Token", "b")]
    answer = await http.post("/graphql", json={"query": REMEMBERED}, headers=headers)
    assert answer.status_code == 400


async def test_the_shop_says_whether_to_ask(device, set_option):
    assert options.REMEMBER_ME_BY_DEFAULT.path == "remember_me.by_default"
    guest = await device()
    assert (await guest.data(SHOP))["shop"]["rememberMe"] == {"isOffered": True, "isDefault": True}
    await set_option(options.REMEMBER_ME_OFFERED, False)
    await set_option(options.REMEMBER_ME_BY_DEFAULT, False)
    assert (await guest.data(SHOP))["shop"]["rememberMe"] == {"isOffered": False, "isDefault": False}
