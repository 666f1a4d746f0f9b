"""Forms of the storefront ask for a CAPTCHA (docs/domain/captcha.md#captcha-1), which a server on loopback judges."""

import uuid
from contextlib import AsyncExitStack
from urllib.parse import parse_qs

import httpx
import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.companies.registration.settings import COMPANIES_ENABLED
from customer_gql.security.secret_keys import use_secret_keys
from customer_gql.shop.captcha.settings import FAILURES, FORMS, MODE, PROVIDER, SECRET, SITE_KEY
from customer_gql.shop.captcha.verification import VERIFY_SECONDS
from customer_gql.shop.settings.declaration import WEBSITE
from customer_gql.shop.settings.reads import own_value
from customer_gql.shop.settings.writes import set_value
from support.clients import Client, make_app
from support.configuration import form, set_one
from support.devices import any_address
from support.receivers import answer, hang, receiving
from support.shopping import ANOTHER, PASSWORD, person
from support.staff import make_website, staff_client

TOLD = "userErrors { code key path message params }"
SIGN_UP = "mutation U($input: SignUpInput!) { signUp(input: $input) { " + TOLD + " } }"
SIGN_IN = "mutation I($input: SignInInput!) { signIn(input: $input) { accessToken " + TOLD + " } }"
RESET = "mutation Q($input: PasswordResetRequestInput!) { passwordResetRequest(input: $input) { " + TOLD + " } }"
REGISTER = "mutation M($input: CompanyRegisterInput!) { companyRegister(input: $input) { isReceived " + TOLD + " } }"
SHOP = "{ shop { captcha { provider siteKey forms mode } } }"
UPDATE = "mutation U($input: ConfigurationUpdateInput!) { configurationUpdate(input: $input) { userErrors { code key path } } }"
ALL = ["SIGN_UP", "SIGN_IN", "PASSWORD_RESET", "COMPANY_REGISTER"]
GOOD, BAD = answer(200, body=b'{"success": true}'), answer(200, body=b'{"success": false, "error-codes": ["x"]}')
REQUIRED = ("REQUIRED", "captcha.required", ["captchaToken"])
INVALID = ("INVALID", "captcha.required", ["captchaToken"])
REFUSED = ("INVALID", "sign_in.refused", None)
ADDRESS = {"street": ["1 Way"], "city": "London", "countryCode": "GB", "postcode": "N1 7AA", "telephone": "+44 20 7946"}


def new_email():
    return f"{uuid.uuid4().hex}@example.com"


def company(email):
    admin = {"email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Byron"}
    return {"name": "Firm", "email": f"office.{email}", "legalAddress": ADDRESS, "admin": admin}


FORMS_OF_SHOP = {
    "SIGN_UP": (SIGN_UP, person),
    "SIGN_IN": (SIGN_IN, lambda email: {"email": email, "password": PASSWORD}),
    "PASSWORD_RESET": (RESET, lambda email: {"email": email}),
    "COMPANY_REGISTER": (REGISTER, company),
}


async def send(client, name, email, token=None, **given):
    document, input_of = FORMS_OF_SHOP[name]
    sent = {**input_of(email), **given, **({} if token is None else {"captchaToken": token})}
    [payload] = (await client.data(document, input=sent)).values()
    return payload


def told(payload):
    return [(error["code"], error["key"], error["path"]) for error in payload["userErrors"]]


@pytest.fixture
async def website(connection):
    id = await make_website(connection)
    await set_value(connection, COMPANIES_ENABLED, True, scope=WEBSITE, scope_id=id)
    return id


@pytest.fixture
async def configure(connection, website, settings):
    async def set_all(provider="TURNSTILE", **given):
        use_secret_keys(settings.secret_keys)
        keys = {} if provider in {"OFF", "TEST"} else {SITE_KEY: "site", SECRET: "hush"}
        for option, value in {PROVIDER: provider, **keys, **given.pop("options", {})}.items():
            await set_value(connection, option, value, scope=WEBSITE, scope_id=website)

    return set_all


@pytest.fixture
async def visit(connection, website, settings, database):
    """Somebody who visits the website from an address of their own."""
    code = await connection.fetchval("SELECT code FROM store_view WHERE id = $1", website)
    async with AsyncExitStack() as stack:

        async def opened(url="", address=None, **changes):
            app = make_app(settings.model_copy(update={"captcha_verify_url": url, **changes}), database)
            transport = httpx.ASGITransport(app, client=(address or any_address(), 1))
            http = httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-Store-View": code})
            return Client(await stack.enter_async_context(http), "/graphql", None)

        yield opened


@pytest.mark.parametrize("name", ALL)
async def test_a_form_asks_and_lets_a_good_token_in(name, configure, visit):
    await configure()
    async with receiving(GOOD) as provider:
        client = await visit(provider.url)
        assert told(await send(client, name, new_email())) == [REQUIRED]
        assert provider.requests == []
        passed = await send(client, name, new_email(), "a-token")
        assert told(passed) == ([REFUSED] if name == "SIGN_IN" else [])
        [request] = provider.requests
        assert parse_qs(request.body.decode()) == {"secret": ["hush"], "response": ["a-token"]}


@pytest.mark.parametrize("name", ALL)
async def test_a_bad_token_is_refused_and_nothing_happens(name, configure, visit, connection):
    await configure()
    email = new_email()
    async with receiving(BAD) as provider:
        assert told(await send(await visit(provider.url), name, email, "a-token")) == [INVALID]
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE email = $1", email) == 0


async def test_hcaptcha_gets_the_site_key_too(configure, visit):
    await configure("HCAPTCHA")
    async with receiving(GOOD) as provider:
        await send(await visit(provider.url), "SIGN_IN", new_email(), "a-token")
        [request] = provider.requests
    assert parse_qs(request.body.decode())["sitekey"] == ["site"]


@pytest.mark.parametrize("token", ["ä", "two words", "tab\t"])
async def test_what_is_no_token_is_not_sent(token, configure, visit):
    await configure()
    async with receiving(GOOD) as provider:
        assert told(await send(await visit(provider.url), "SIGN_IN", new_email(), token)) == [INVALID]
        assert provider.requests == []


async def test_known_and_unknown_addresses_are_refused_alike(configure, visit, shopper, website, statements):
    await configure()
    known = await shopper(website_id=website)
    for name in ALL:
        document, input_of = FORMS_OF_SHOP[name]
        for token in (None, "bad"):
            seen = []
            async with receiving(BAD) as provider:
                for email in (known.email, new_email()):
                    client = await visit(provider.url)
                    await statements.clear()
                    sent = {**input_of(email), "captchaToken": token}
                    response = await client.post(document, input=sent)
                    seen.append((response.json()["data"], await statements.count()))
            assert seen[0] == seen[1]


async def test_a_form_with_other_mistakes_uses_up_no_token(configure, visit):
    await configure()
    async with receiving(GOOD) as provider:
        client = await visit(provider.url)
        for name in ALL:
            assert "captcha.required" not in str(await send(client, name, "no address" * 40, "a-token"))
        assert provider.requests == []


@pytest.mark.parametrize(
    "behave",
    [
        answer(500),
        answer(403, body=b'{"success": false}'),
        answer(200, body=b"<html>"),
        answer(200, body=b"[]"),
        answer(200, body=b'{"success": true}' + b" " * 20_000),
        answer(200, body=b'{"success": false, "error-codes": ["invalid-input-secret"]}'),
        hang,
    ],
)
async def test_while_the_provider_is_down_the_other_limits_remain(behave, configure, visit, settings):
    await configure()
    few = settings.storefront.model_copy(update={"address_attempts": 2})
    async with receiving(behave) as provider:
        client = await visit(provider.url, storefront=few)
        assert told(await send(client, "SIGN_IN", new_email(), "a-token", password=ANOTHER)) == [REFUSED]
        assert told(await send(client, "SIGN_IN", new_email(), "a-token", password=ANOTHER)) == [REFUSED]
        document, input_of = FORMS_OF_SHOP["SIGN_IN"]
        sent = {**input_of(new_email()), "captchaToken": "a-token"}
        limited = await client.answer(document, input=sent)
    assert limited["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert VERIFY_SECONDS == 3


async def test_without_a_server_and_without_a_readable_secret_the_form_is_accepted(
    configure, visit, connection, website
):
    await configure()
    down = await visit("http://127.0.0.1:9/verify")
    assert told(await send(down, "PASSWORD_RESET", new_email(), "a-token")) == []
    assert told(await send(down, "PASSWORD_RESET", new_email())) == [REQUIRED]
    copied = "UPDATE configuration_value SET value = '\"nonsense\"' WHERE path = $1 AND scope_id = $2"
    await connection.execute(copied, SECRET.path, website)
    async with receiving(GOOD) as provider:
        assert told(await send(await visit(provider.url), "PASSWORD_RESET", new_email(), "a-token")) == []
        assert provider.requests == []


async def test_bad_tokens_of_a_network_address_are_limited_and_good_ones_are_not(configure, visit, settings):
    await configure()
    few = settings.storefront.model_copy(update={"address_attempts": 2})
    async with receiving(GOOD) as provider:
        client = await visit(provider.url, storefront=few)
        for _ in range(4):
            assert told(await send(client, "PASSWORD_RESET", new_email(), "a-token")) == []
    async with receiving(BAD) as provider:
        client = await visit(provider.url, storefront=few)
        for _ in range(2):
            assert told(await send(client, "PASSWORD_RESET", new_email(), "a-token")) == [INVALID]
        limited = await client.answer(RESET, input={"email": new_email(), "captchaToken": "a-token"})
        assert len(provider.requests) == 2
    assert limited["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


@pytest.mark.parametrize("is_known", [True, False])
async def test_after_failures_for_an_address_known_or_not_from_anywhere(is_known, configure, visit, shopper, website):
    await configure(options={MODE: "AFTER_FAILURES", FAILURES: 2})
    email = (await shopper(website_id=website)).email if is_known else new_email()
    async with receiving(GOOD) as provider:
        for _ in range(2):
            assert told(await send(await visit(provider.url), "SIGN_IN", email, password=ANOTHER)) == [REFUSED]
        assert told(await send(await visit(provider.url), "SIGN_IN", email)) == [REQUIRED]
        assert told(await send(await visit(provider.url), "SIGN_IN", new_email())) == [REFUSED]
        entered = await send(await visit(provider.url), "SIGN_IN", email, "a-token")
        assert told(entered) == ([] if is_known else [REFUSED])
        if is_known:  # a right password ends the row
            assert told(await send(await visit(provider.url), "SIGN_IN", email)) == []


@pytest.mark.parametrize("name", ALL)
async def test_after_failures_of_a_network_address_every_form_asks(name, configure, visit):
    await configure(options={MODE: "AFTER_FAILURES", FAILURES: 2})
    async with receiving(GOOD) as provider:
        address = any_address()
        client = await visit(provider.url, address)
        for _ in range(2):
            assert told(await send(client, "SIGN_IN", new_email(), password=ANOTHER)) == [REFUSED]
        assert told(await send(client, name, new_email())) == [REQUIRED]
        assert told(await send(await visit(provider.url), name, new_email())) != [REQUIRED]


async def test_right_passwords_are_no_failures_of_an_address(configure, visit, shopper, website):
    await configure(options={MODE: "AFTER_FAILURES", FAILURES: 1})
    client = await visit()
    for _ in range(2):
        assert told(await send(client, "SIGN_IN", (await shopper(website_id=website)).email)) == []


async def test_only_the_chosen_forms_of_the_website_ask(configure, visit, storefront):
    await configure(options={FORMS: "SIGN_UP"})
    client = await visit()
    assert told(await send(client, "SIGN_UP", new_email())) == [REQUIRED]
    assert told(await send(client, "PASSWORD_RESET", new_email())) == []
    assert told(await send(storefront, "SIGN_UP", new_email())) == []


async def test_the_token_of_development(configure, visit):
    await configure("TEST")
    assert told(await send(await visit(), "PASSWORD_RESET", new_email(), "test-pass")) == []
    assert told(await send(await visit(), "PASSWORD_RESET", new_email(), "test-passed")) == [INVALID]
    in_production = await visit(environment="production")
    assert told(await send(in_production, "PASSWORD_RESET", new_email(), "test-pass")) == [INVALID]


async def test_the_test_provider_cannot_be_chosen_in_production(settings, database, connection, website):
    app = make_app(settings.model_copy(update={"environment": "production"}), database)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        boss = await staff_client(http, connection)
        scope = {"websiteId": encode_id("web", website)}
        answer = await boss.data(UPDATE, input=form({PROVIDER.path: "TEST"}, scope=scope))
    refused = {"code": "NOT_ALLOWED", "key": "captcha.test_in_production", "path": ["values", "0", "value"]}
    assert answer == {"configurationUpdate": {"userErrors": [refused]}}
    assert await own_value(connection, PROVIDER, WEBSITE, website) is None


async def test_everybody_sees_what_is_in_effect(http, connection, configure, visit, website):
    off = {"provider": "OFF", "siteKey": None, "forms": [], "mode": "ALWAYS"}
    client, boss = await visit(), await staff_client(http, connection)
    assert (await client.data(SHOP))["shop"]["captcha"] == off
    scope = {"websiteId": encode_id("web", website)}
    for path, value in ((PROVIDER.path, "RECAPTCHA"), (SITE_KEY.path, "site")):
        assert (await set_one(boss, path, value, scope))["userErrors"] == []
        assert (await client.data(SHOP))["shop"]["captcha"] == off  # nobody could pass
        assert told(await send(client, "PASSWORD_RESET", new_email())) == []
    for path, value in ((SECRET.path, "hush"), (FORMS.path, "SIGN_IN,SIGN_UP")):
        assert (await set_one(boss, path, value, scope))["userErrors"] == []
    shown = {"provider": "RECAPTCHA", "siteKey": "site", "forms": ["SIGN_UP", "SIGN_IN"], "mode": "ALWAYS"}
    assert (await client.data(SHOP))["shop"]["captcha"] == shown
    assert "hush" not in (await client.post(SHOP)).text


async def test_messages_speak_the_language_of_the_shopper(configure, visit):
    await configure()
    client = await visit()
    client.http.headers["Accept-Language"] = "de"
    [error] = (await send(client, "SIGN_IN", new_email()))["userErrors"]
    assert (error["message"], error["params"]) == (
        "Lösen Sie das CAPTCHA von `shop.captcha` und senden Sie sein Token.",
        {},
    )
