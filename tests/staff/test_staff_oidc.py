"""Staff sign in at an identity provider: a small one runs here, spoken to over real HTTP."""

import asyncio
import base64
import hashlib
import time
import uuid
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from typer.testing import CliRunner

from conftest import Client, served
from customer_gql.cli import cli
from customer_gql.execution.http.server import bind_socket
from support.staff import events, make_staff

EXCHANGE = """mutation E($input: StaffOidcExchangeInput!) { staffOidcExchange(input: $input) {
  token staffUser { email } userErrors { code path } } }"""
CALLBACK, LANDING = "https://shop.example/admin/oidc/callback", "https://desk.example/signed-in"


class Provider:
    """What a provider does, and what a test makes it do wrongly."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.signing = self.key
        self.issuer = ""
        self.claims: dict = {}
        self.asked: dict = {}
        self.used: set[str] = set()
        self.subject = uuid.uuid4().hex

    async def configuration(self, _request):
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return JSONResponse({"issuer": self.issuer, **{k: f"{self.issuer}/{v}" for k, v in paths.items()}})

    async def keys(self, _request):
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def token(self, request):
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode()
        known = form["code"].startswith("right") and form["code"] not in self.used
        if not known or challenge.rstrip("=") != self.asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        self.used.add(form["code"])
        assert form["redirect_uri"] == CALLBACK
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "shop",
            "sub": self.subject,
            "iat": now,
            "exp": now + 60,
            "email_verified": True,
        }
        claims |= {"nonce": self.asked["nonce"], **self.claims}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.signing)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})


@pytest.fixture
async def provider():
    made = Provider()
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", made.configuration),
            Route("/keys", made.keys),
            Route("/token", made.token, methods=["POST"]),
        ]
    )
    with bind_socket("127.0.0.1", 0) as listening:
        made.issuer = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False)
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        yield made
        server.should_exit = True
        await asyncio.wait_for(running, 10)


@pytest.fixture
async def desk(settings, database, provider, connection):
    await connection.execute("DELETE FROM throttle")  # all tests come from one address
    ours = settings.model_copy(
        update={
            "oidc_issuer": provider.issuer,
            "oidc_client_id": "shop",
            "oidc_client_secret": type(settings.oidc_client_secret)("secret"),
            "oidc_redirect_url": CALLBACK,
            "oidc_landing_url": LANDING,
        }
    )
    async with served(ours, database) as http:
        http.base_url = httpx.URL("https://shop.example")
        yield http


VERIFIER = "a-verifier-that-the-page-keeps-for-itself-alone"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


async def begin(desk, provider):
    response = await desk.get("/admin/oidc/start", params={"challenge": CHALLENGE})
    provider.asked = {
        name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()
    }
    return response


async def come_back(desk, provider, **given):
    parameters = {"code": f"right {uuid.uuid4()}", "state": provider.asked["state"], **given}
    response = await desk.get("/admin/oidc/callback", params=parameters)
    landed = urlsplit(response.headers["location"])
    assert f"{landed.scheme}://{landed.netloc}{landed.path}" == LANDING
    return {name: values[0] for name, values in parse_qs(landed.query).items()}


async def exchange(desk, code, verifier=VERIFIER):
    input = {"code": code, "verifier": verifier}
    return (await Client(desk, "/admin/graphql", None).data(EXCHANGE, input=input))["staffOidcExchange"]


@pytest.fixture
async def user(connection):
    return await make_staff(connection, 1)


async def test_who_the_provider_knows_gets_a_session_by_a_code_that_works_once(desk, provider, user, connection):
    begun = await begin(desk, provider)
    wanted = {"client_id": "shop", "response_type": "code", "scope": "openid email", "redirect_uri": CALLBACK}
    assert wanted.items() <= provider.asked.items()
    assert provider.asked["code_challenge_method"] == "S256"
    cookie = begun.headers["set-cookie"].lower()
    assert all(flag in cookie for flag in ("httponly", "secure", "samesite=lax", "path=/admin/oidc"))
    provider.claims = {"email": user.email.upper()}
    landed = await come_back(desk, provider)
    assert set(landed) == {"code"}
    answer = await exchange(desk, landed["code"])
    token = answer.pop("token")
    assert answer == {"staffUser": {"email": user.email}, "userErrors": []}
    me = Client(desk, "/admin/graphql", token)
    assert await me.data("{ staffSessions { signedInBy } }") == {"staffSessions": [{"signedInBy": "OIDC"}]}
    again = await exchange(desk, landed["code"])
    assert again == {"token": None, "staffUser": None, "userErrors": [{"code": "INVALID", "path": ["code"]}]}
    assert landed["code"] not in str(await connection.fetch("SELECT * FROM staff_event"))


async def test_a_code_is_for_a_minute_and_for_the_active(desk, provider, user, connection):
    for spoil in (
        "UPDATE staff_oidc_code SET expires_at = now() WHERE staff_id = $1",
        "UPDATE staff_user SET is_active = false WHERE id = $1",
    ):
        await begin(desk, provider)
        provider.claims = {"email": user.email}
        code = (await come_back(desk, provider))["code"]
        await connection.execute(spoil, user.id)
        assert (await exchange(desk, code))["token"] is None


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger@example.com"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": ["shop", "another"], "azp": "another"},
        {"iss": "https://another.example"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
    ],
    ids=str,
)
async def test_what_the_provider_says_wrongly_lets_nobody_in(claims, desk, provider, user, connection):
    await begin(desk, provider)
    provider.claims = {"email": user.email, **claims}
    before = await connection.fetchval("SELECT count(*) FROM staff_oidc_code")
    assert await come_back(desk, provider) == {"error": "refused"}
    assert await connection.fetchval("SELECT count(*) FROM staff_oidc_code") == before


async def test_a_token_signed_by_somebody_else_lets_nobody_in(desk, provider, user):
    provider.signing = RSAKey.generate_key(2048, {"kid": "one"})
    await begin(desk, provider)
    provider.claims = {"email": user.email}
    assert await come_back(desk, provider) == {"error": "refused"}


async def test_the_answer_belongs_to_the_browser_that_asked_and_counts_once(desk, provider, user):
    await begin(desk, provider)
    provider.claims = {"email": user.email}
    cookie = desk.cookies.get("customer_gql_oidc")
    desk.cookies.clear()
    assert await come_back(desk, provider) == {"error": "refused"}
    desk.cookies.set("customer_gql_oidc", cookie)
    assert await come_back(desk, provider, state="another") == {"error": "refused"}
    desk.cookies.set("customer_gql_oidc", cookie)
    assert set(await come_back(desk, provider)) == {"code"}
    desk.cookies.set("customer_gql_oidc", cookie)
    assert await come_back(desk, provider) == {"error": "refused"}


async def test_a_code_of_the_provider_that_was_used_lets_nobody_in(desk, provider, user):
    provider.claims = {"email": user.email}
    await begin(desk, provider)
    assert set(await come_back(desk, provider, code="right once")) == {"code"}
    await begin(desk, provider)
    assert await come_back(desk, provider, code="right once") == {"error": "refused"}


@pytest.mark.parametrize(
    "spoil",
    ["verifier = 'another'", "nonce = 'another'", "expires_at = now()"],
)
async def test_an_answer_that_does_not_fit_what_was_begun_lets_nobody_in(spoil, desk, provider, user, connection):
    """The verifier (PKCE) and the nonce stay with us; the provider's answer has to fit both, in good time."""
    await begin(desk, provider)
    provider.claims = {"email": user.email}
    await connection.execute(f"UPDATE staff_oidc_flow SET {spoil}")
    assert await come_back(desk, provider) == {"error": "refused"}


async def test_a_closed_account_comes_back_without_a_code(desk, provider, user, connection):
    await begin(desk, provider)
    provider.claims = {"email": user.email}
    await connection.execute("UPDATE staff_user SET is_active = false WHERE id = $1", user.id)
    assert await come_back(desk, provider) == {"error": "refused"}
    assert not await connection.fetchval("SELECT count(*) FROM staff_oidc_code WHERE staff_id = $1", user.id)


async def test_no_request_chooses_where_a_browser_is_sent(desk, provider, user):
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    wish = {
        "challenge": CHALLENGE,
        "redirect_uri": "https://evil.example",
        "landing": "https://evil.example",
        "next": "//evil.example",
    }
    response = await desk.get("/admin/oidc/start", headers=hostile, params=wish)
    sent = urlsplit(response.headers["location"])
    provider.asked = {name: values[0] for name, values in parse_qs(sent.query).items()}
    assert f"{sent.scheme}://{sent.netloc}" == provider.issuer
    assert provider.asked["redirect_uri"] == CALLBACK
    provider.claims = {"email": user.email}
    desk.headers.update(hostile)
    desk.cookies.set("customer_gql_oidc", provider.asked["state"])
    assert set(await come_back(desk, provider, **wish)) == {"code"}  # at the landing page of the settings


async def test_thirty_beginnings_in_five_minutes_from_one_network_address(desk, provider, connection):
    """Each asks the provider and writes a row, and nobody has to sign in for it."""
    await connection.execute("DELETE FROM throttle")
    before = await connection.fetchval("SELECT count(*) FROM staff_oidc_flow")
    for _ in range(30):
        await begin(desk, provider)
    refused = await desk.get("/admin/oidc/start", params={"challenge": CHALLENGE})
    address, _, seconds = refused.headers["location"].rpartition("=")
    assert address == f"{LANDING}?error=rate_limited&retryAfter"
    assert 0 < int(seconds) <= 300
    assert await connection.fetchval("SELECT count(*) FROM staff_oidc_flow") == before + 30
    await connection.execute("DELETE FROM throttle")


async def test_a_provider_that_names_another_issuer_is_not_asked(desk, provider):
    """Else whoever answers in its place would have its keys believed (mix-up)."""
    named, provider.issuer = provider.issuer, "https://another.example"
    response = await desk.get("/admin/oidc/start", params={"challenge": CHALLENGE})
    assert response.headers["location"] == f"{LANDING}?error=refused"
    provider.issuer = named


async def test_a_wrong_code_and_a_cancelled_sign_in_lead_back(desk, provider):
    await begin(desk, provider)
    assert await come_back(desk, provider, code="wrong") == {"error": "refused"}
    await begin(desk, provider)
    assert await come_back(desk, provider, code="") == {"error": "refused"}


async def test_without_a_provider_there_is_no_such_address(http):
    assert (await http.get("/admin/oidc/start")).status_code == 404


async def sign_in_at(desk, provider, email, subject, **claims):
    """What the landing page gets for an account of the provider."""
    await begin(desk, provider)
    provider.claims = {"email": email, "sub": subject, **claims}
    return await come_back(desk, provider)


async def test_a_code_is_for_the_page_that_started_and_used_up_by_a_wrong_verifier(desk, provider, user):
    refused = {"token": None, "staffUser": None, "userErrors": [{"code": "INVALID", "path": ["code"]}]}
    for wrong in ("", "a-verifier-of-another-page-that-is-long-enough", CHALLENGE):
        code = (await sign_in_at(desk, provider, user.email, provider.subject))["code"]
        assert await exchange(desk, code, wrong) == refused
        assert await exchange(desk, code) == refused
    code = (await sign_in_at(desk, provider, user.email, provider.subject))["code"]
    assert (await exchange(desk, code))["token"]


@pytest.mark.parametrize("challenge", [None, "", "short", CHALLENGE + "=", CHALLENGE[:-1] + "/", VERIFIER])
async def test_no_sign_in_starts_without_the_challenge_of_a_page(challenge, desk, connection):
    before = await connection.fetchval("SELECT count(*) FROM staff_oidc_flow")
    parameters = {} if challenge is None else {"challenge": challenge}
    response = await desk.get("/admin/oidc/start", params=parameters)
    assert response.headers["location"] == f"{LANDING}?error=refused"
    assert await connection.fetchval("SELECT count(*) FROM staff_oidc_flow") == before


async def test_the_first_sign_in_binds_the_account_of_the_provider(desk, provider, user, connection):
    assert set(await sign_in_at(desk, provider, user.email, provider.subject)) == {"code"}
    stored = await connection.fetchrow("SELECT * FROM staff_oidc_identity WHERE staff_id = $1", user.id)
    assert (stored.issuer, stored.subject) == (provider.issuer, provider.subject)
    assert ("OIDC_BOUND", "STAFF") in await events(connection, user.id)
    # The address may change at the provider, and need not be verified again.
    changed = await sign_in_at(desk, provider, "new@example.com", provider.subject, email_verified=False)
    assert (await exchange(desk, changed["code"]))["staffUser"] == {"email": user.email}


async def test_another_account_with_the_address_of_a_bound_one_lets_nobody_in(desk, provider, user):
    assert set(await sign_in_at(desk, provider, user.email, provider.subject)) == {"code"}
    assert await sign_in_at(desk, provider, user.email, uuid.uuid4().hex) == {"error": "refused"}


async def test_a_bound_account_with_the_address_of_another_user_stays_bound(desk, provider, user, connection):
    other = await make_staff(connection, 1)
    assert set(await sign_in_at(desk, provider, user.email, provider.subject)) == {"code"}
    code = (await sign_in_at(desk, provider, other.email, provider.subject))["code"]
    assert (await exchange(desk, code))["staffUser"] == {"email": user.email}


async def test_the_command_line_lets_another_account_be_bound(desk, provider, user, connection, database_url):
    def unbind():
        return CliRunner().invoke(
            cli, ["staff", "oidc-unbind", user.email], env={"CUSTOMER_GQL_DATABASE_URL": database_url}
        )

    assert "has not signed in" in str((await asyncio.to_thread(unbind)).exception)
    assert set(await sign_in_at(desk, provider, user.email, provider.subject)) == {"code"}
    assert (await asyncio.to_thread(unbind)).exit_code == 0
    assert ("OIDC_UNBOUND", "SYSTEM") in await events(connection, user.id)
    assert set(await sign_in_at(desk, provider, user.email, uuid.uuid4().hex)) == {"code"}


async def test_the_exchange_sets_a_cookie_for_the_same_origin(desk, provider, user):
    document = """mutation E($input: StaffOidcExchangeInput!) { staffOidcExchange(input: $input) {
      token staffUser { email } } }"""

    async def post(code, **headers):
        input = {"code": code, "verifier": VERIFIER, "session": "COOKIE"}
        body = {"query": document, "variables": {"input": input}}
        return await desk.post("/admin/graphql", json=body, headers=headers)

    code = (await sign_in_at(desk, provider, user.email, provider.subject))["code"]
    foreign = await post(code, **{"Sec-Fetch-Site": "cross-site"})
    assert foreign.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    done = await post(code, **{"Sec-Fetch-Site": "same-origin"})
    assert done.json()["data"] == {"staffOidcExchange": {"token": None, "staffUser": {"email": user.email}}}
    assert done.headers["set-cookie"].startswith("__Host-customer-gql-staff=cgs_")
