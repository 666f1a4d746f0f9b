"""Staff sign in at an identity provider: a small one runs here, spoken to over real HTTP."""

import asyncio
import base64
import hashlib
import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from conftest import Client, served
from customer_gql.execution.server import bound
from staff.factories import make_staff

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

    async def configuration(self, _request):
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return JSONResponse({"issuer": self.issuer, **{k: f"{self.issuer}/{v}" for k, v in paths.items()}})

    async def keys(self, _request):
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def token(self, request):
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode()
        if form["code"] != "right" or challenge.rstrip("=") != self.asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        assert form["redirect_uri"] == CALLBACK
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "shop", "sub": "1", "iat": now, "exp": now + 60, "email_verified": True}
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
    with bound("127.0.0.1", 0) as listening:
        made.issuer = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False)
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        yield made
        server.should_exit = True
        await asyncio.wait_for(running, 10)


@pytest.fixture
async def desk(settings, database, provider):
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


async def begin(desk, provider):
    response = await desk.get("/admin/oidc/start")
    provider.asked = {
        name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()
    }
    return response


async def come_back(desk, provider, **given):
    parameters = {"code": "right", "state": provider.asked["state"], **given}
    response = await desk.get("/admin/oidc/callback", params=parameters)
    landed = urlsplit(response.headers["location"])
    assert f"{landed.scheme}://{landed.netloc}{landed.path}" == LANDING
    return {name: values[0] for name, values in parse_qs(landed.query).items()}


async def exchange(desk, code):
    return (await Client(desk, "/admin/graphql", None).data(EXCHANGE, input={"code": code}))["staffOidcExchange"]


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
    assert again == {"token": None, "staffUser": None, "userErrors": [{"code": "NOT_FOUND", "path": ["code"]}]}
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
        {"aud": "another"},
        {"aud": ["shop", "another"], "azp": "another"},
        {"iss": "https://another.example"},
        {"exp": 1},
        {"exp": None},
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


async def test_a_wrong_code_and_a_cancelled_sign_in_lead_back(desk, provider):
    await begin(desk, provider)
    assert await come_back(desk, provider, code="wrong") == {"error": "refused"}
    await begin(desk, provider)
    assert await come_back(desk, provider, code="") == {"error": "refused"}


async def test_without_a_provider_there_is_no_such_address(http):
    assert (await http.get("/admin/oidc/start")).status_code == 404
