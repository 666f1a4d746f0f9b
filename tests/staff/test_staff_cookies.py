"""A browser keeps its session of staff in a cookie that no script can read and no other site can use."""

import httpx
import pytest

from support.clients import make_app
from support.staff import PASSWORD, mails_to, session_of

pytest_plugins = ["support.staff_fixtures"]

SIGN_IN = """mutation S($input: StaffSignInInput!) { staffSignIn(input: $input) {
  token deviceToken expiresAt staffUser { email } userErrors { code } } }"""
SIGN_OUT = "mutation O($input: StaffSignOutInput!) { staffSignOut(input: $input) { endedSessionCount } }"
ME = "{ staffMe { user { email } } }"
SAME = {"Sec-Fetch-Site": "same-origin"}
NAME, DEVICE = "__Host-customer-gql-staff", "__Host-customer-gql-staff-device"


@pytest.fixture
async def browser_of(settings, database):
    """A browser at an endpoint of these settings and address; cookies are handed on by the tests."""
    opened = []

    async def made(base="https://shop.example", address="192.0.2.7", **changes):
        app = make_app(settings.model_copy(update=changes), database)
        transport = httpx.ASGITransport(app, client=(address, 1))
        opened.append(httpx.AsyncClient(transport=transport, base_url=base))
        return opened[-1]

    yield made
    for http in opened:
        await http.aclose()


async def post(http, query, *, headers=SAME, **variables):
    return await http.post("/admin/graphql", json={"query": query, "variables": variables}, headers=headers)


def set_cookies(response):
    """Name, value and flags of each cookie that the response sets."""
    found = {}
    for header in response.headers.get_list("set-cookie"):
        pair, *flags = header.split("; ")
        name, _, value = pair.partition("=")
        found[name] = (value, sorted(flags))
    return found


async def signed_in(http, user, cookies=None, **more):
    headers = {**SAME, **({"Cookie": cookies} if cookies else {})}
    input = {"email": user.email, "password": PASSWORD, "session": "COOKIE", **more}
    return await post(http, SIGN_IN, headers=headers, input=input)


async def test_signing_in_sets_a_cookie_and_returns_no_token(browser_of, grace):
    http = await browser_of()
    response = await signed_in(http, grace)
    answer = response.json()["data"]["staffSignIn"]
    assert answer.pop("expiresAt")
    assert answer == {"token": None, "deviceToken": None, "staffUser": {"email": grace.email}, "userErrors": []}
    made = set_cookies(response)
    flags = ["HttpOnly", "Path=/", "SameSite=Strict", "Secure"]
    assert {name: [f for f in given if not f.startswith("Max-Age")] for name, (_, given) in made.items()} == {
        NAME: flags,
        DEVICE: flags,
    }
    assert [next(f for f in given if f.startswith("Max-Age")) for _, given in made.values()] == [
        f"Max-Age={8 * 3600}",
        f"Max-Age={365 * 86_400}",
    ]
    assert made[NAME][0] not in response.text
    me = await post(http, ME, headers={**SAME, "Cookie": f"{NAME}={made[NAME][0]}"})
    assert me.json()["data"] == {"staffMe": {"user": {"email": grace.email}}}


async def test_a_known_device_is_known_by_its_cookie(browser_of, grace, connection):
    http = await browser_of()
    device = set_cookies(await signed_in(http, grace))[DEVICE][0]
    again = set_cookies(await signed_in(http, grace, f"{DEVICE}={device}"))
    assert again[DEVICE][0] == device
    assert await mails_to(connection, grace) == ["staff_new_device"]


async def test_signing_out_deletes_the_cookie(browser_of, grace):
    http = await browser_of()
    cookie = set_cookies(await signed_in(http, grace))[NAME][0]
    headers = {**SAME, "Cookie": f"{NAME}={cookie}"}
    out = await post(http, SIGN_OUT, headers=headers, input={"session": "COOKIE"})
    assert out.json()["data"] == {"staffSignOut": {"endedSessionCount": 1}}
    value, flags = set_cookies(out)[NAME]
    assert (value, "Max-Age=0" in flags, "Secure" in flags) == ("", True, True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://shop.example"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://shop.example"}, 200),
        ({}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://shop.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://shop.example"}, 403),
        ({"Origin": "https://shop.example:8443"}, 403),
        ({"Origin": "https://shop.example.evil.example"}, 403),
        ({"Origin": "https://[shop.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
    ids=str,
)
async def test_a_cookie_is_used_and_set_by_the_same_origin_alone(headers, status, browser_of, grace, connection):
    http = await browser_of()
    cookie = f"{NAME}={await session_of(connection, grace.id)}"
    used = await post(http, ME, headers={**headers, "Cookie": cookie})
    assert used.status_code == status
    input = {"email": grace.email, "password": PASSWORD, "session": "COOKIE"}
    tried = await post(http, SIGN_IN, headers=headers, input=input)
    assert (NAME in set_cookies(tried)) is (status == 200)
    if status != 200:
        assert used.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert tried.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_cookie_works_with_post_and_json_alone(browser_of, grace, connection):
    http = await browser_of()
    headers = {**SAME, "Cookie": f"{NAME}={await session_of(connection, grace.id)}"}
    for method, more in (
        ("GET", {"params": {"query": ME}}),
        ("POST", {"data": {"query": ME}}),
        ("POST", {"content": ME, "headers": {"Content-Type": "text/plain"}}),
    ):
        given = {**more, "headers": {**headers, **more.get("headers", {})}}
        response = await http.request(method, "/admin/graphql", **given)
        assert response.status_code in {403, 405, 415}
        assert grace.email not in response.text


async def test_a_cookie_that_ended_makes_a_guest_who_can_sign_in(browser_of, grace):
    http = await browser_of()
    stale = f"{NAME}=cgs_unknown"
    refused = (await post(http, ME, headers={**SAME, "Cookie": stale})).json()
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert set_cookies(await signed_in(http, grace, stale))[NAME][0]


async def test_a_token_goes_before_a_cookie_and_the_storefront_knows_none(browser_of, grace, connection):
    http = await browser_of()
    session = await session_of(connection, grace.id)
    headers = {"Authorization": f"Bearer {session}", "Cookie": f"{NAME}=cgs_unknown"}
    assert (await post(http, ME, headers=headers)).json()["data"] == {"staffMe": {"user": {"email": grace.email}}}
    storefront = await http.post("/graphql", json={"query": "{ __typename }"}, headers={"Cookie": f"{NAME}={session}"})
    assert storefront.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("environment", "base", "address", "is_plain"),
    [
        ("development", "http://127.0.0.1:8000", "127.0.0.1", True),
        ("development", "http://localhost:8000", "::1", True),
        ("development", "https://shop.example", "127.0.0.1", False),
        ("development", "http://shop.example", "192.0.2.7", False),
        ("production", "http://127.0.0.1:8000", "127.0.0.1", False),
    ],
)
async def test_only_in_development_on_plain_loopback_is_it_another_cookie(
    environment, base, address, is_plain, browser_of, grace, connection
):
    http = await browser_of(base, address, environment=environment)
    name = "customer-gql-staff" if is_plain else NAME
    value, flags = set_cookies(await signed_in(http, grace))[name]
    assert ("Secure" in flags) is not is_plain
    assert (await post(http, ME, headers={**SAME, "Cookie": f"{name}={value}"})).status_code == 200
    other = "customer-gql-staff" if not is_plain else NAME
    unknown = (await post(http, ME, headers={**SAME, "Cookie": f"{other}={value}"})).json()
    assert unknown["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    await connection.execute("DELETE FROM throttle")


async def test_a_service_token_in_a_cookie_lets_nobody_in(browser_of):
    http = await browser_of()
    refused = (await post(http, ME, headers={**SAME, "Cookie": f"{NAME}=cgv_unknown"})).json()
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
