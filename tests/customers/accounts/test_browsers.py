"""A shop in a browser, on an origin of its own, may send what tells where it is and who visits."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest

from customer_gql.app import create_app
from customer_gql.settings import SettingsError, load_settings

SHOP, BACK_OFFICE = "https://shop.example.com", "https://office.example.com"
CLIENT = "authorization,content-type,x-store-view,x-visitor,x-background"
TRACING = "traceparent,tracestate,baggage,sentry-trace,x-request-id"
AWARENESS = "apollographql-client-name,apollographql-client-version,graphql-client-name,graphql-client-version"
FOR_SERVERS = ("x-storefront-token", "x-shopper-address")


@asynccontextmanager
async def browser(database_url: str, **settings: object) -> AsyncGenerator[httpx.AsyncClient]:
    app = create_app(load_settings(database_url=database_url, **settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http:
        yield http


async def preflight(
    http: httpx.AsyncClient, path: str = "/graphql", origin: str = SHOP, headers: str = CLIENT, method: str = "POST"
) -> httpx.Response:
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return await http.options(path, headers={"Origin": origin, **asked})


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_headers_of_a_storefront_pass_the_preflight(database_url, method: str):
    async with browser(database_url, storefront={"cors_origins": SHOP}) as http:
        allowed = [await preflight(http, headers=given, method=method) for given in (CLIENT, TRACING, AWARENESS)]
        refused = await preflight(http, origin="https://evil.example.net", method=method)
        unknown = await preflight(http, headers="x-other", method=method)
    for answer in allowed:
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, SHOP)
        assert "access-control-allow-credentials" not in answer.headers
    assert refused.status_code == unknown.status_code == 400
    assert "access-control-allow-origin" not in refused.headers


async def test_headers_for_servers_never_pass(database_url):
    async with browser(database_url, storefront={"cors_origins": SHOP}) as http:
        answers = [await preflight(http, headers=name) for name in FOR_SERVERS]
    for answer in answers:
        assert answer.status_code == 400
        assert not set(FOR_SERVERS) & set(answer.headers["access-control-allow-headers"].lower().split(", "))
    for name in FOR_SERVERS:
        with pytest.raises(SettingsError, match="has no place in a browser"):
            load_settings(cors_headers=name.title())


async def test_each_endpoint_has_origins_of_its_own(database_url):
    given = {"storefront": {"cors_origins": SHOP}, "admin": {"cors_origins": BACK_OFFICE}}
    async with browser(database_url, **given) as http:
        statuses = [
            (await preflight(http, path, origin)).status_code
            for path in ("/graphql", "/admin/graphql")
            for origin in (SHOP, BACK_OFFICE, "http://localhost:3000")
        ]
    assert statuses == [200, 400, 400, 400, 200, 400]


async def test_a_deployment_names_further_headers(database_url, monkeypatch):
    monkeypatch.setenv("CUSTOMER_GQL_STOREFRONT__CORS_ORIGINS", SHOP)
    monkeypatch.setenv("CUSTOMER_GQL_CORS_HEADERS", "X-Shop-Theme, x-b3-traceid")
    monkeypatch.setenv("CUSTOMER_GQL_CORS_EXPOSED_HEADERS", "X-Cache")
    async with browser(database_url) as http:
        allowed = await preflight(http, headers=f"{CLIENT},x-shop-theme,x-b3-traceid")
        no_longer = await preflight(http, headers="traceparent")
        answer = await http.put("/graphql", headers={"Origin": SHOP})
    assert (allowed.status_code, no_longer.status_code) == (200, 400)
    assert answer.headers["access-control-expose-headers"] == "retry-after, x-request-id, x-database-position, x-cache"


@pytest.mark.parametrize("path", ["/graphql", "/admin/graphql"])
async def test_development_allows_loopback_alone(database_url, path: str):
    async with browser(database_url, environment="development") as http:
        for origin in ("http://localhost:3000", "https://shop.localhost", "http://127.0.0.1:5173", "http://[::1]:80"):
            assert (await preflight(http, path, origin)).headers["access-control-allow-origin"] == origin
        for origin in ("http://localhost.example.com", "http://127.0.0.1.example.com", "https://example.com", "null"):
            assert (await preflight(http, path, origin)).status_code == 400
        refused = await http.put(path, headers={"Origin": "http://localhost:3000"})
    exposed = "retry-after, x-request-id, x-database-position, traceresponse, server-timing"
    assert refused.headers["access-control-expose-headers"] == exposed


async def test_production_without_origins_answers_none(database_url):
    async with browser(database_url) as http:
        answer = await http.put("/graphql", headers={"Origin": "http://localhost:3000"})
    assert "access-control-allow-origin" not in answer.headers
