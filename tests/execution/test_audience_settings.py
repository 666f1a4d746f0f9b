"""What a deployment sets for one endpoint holds there, and not at the other."""

import httpx
import pytest

from customer_gql.settings import load_settings
from support.clients import served

LIMITS = "{ limits { tokens depth fields aliases directives mutations bodyBytes defaultPageSize maxPageSize cost { limit burst perSecond } } }"
STOREFRONT = {
    "BODY_BYTES": "2048",
    "TOKENS": "111",
    "DEPTH": "9",
    "FIELDS": "77",
    "ALIASES": "5",
    "DIRECTIVES": "6",
    "MUTATIONS": "3",
    "COST": "444",
    "BUCKET": "555",
    "GUEST_RATE": "66",
}


@pytest.fixture
async def shop(database, database_url, monkeypatch):
    for name, value in STOREFRONT.items():
        monkeypatch.setenv(f"CUSTOMER_GQL_STOREFRONT__{name}", value)
    async with served(load_settings(database_url=database_url), database) as http:
        yield http


async def ask(http: httpx.AsyncClient, path: str, query: str, **more: str) -> httpx.Response:
    return await http.post(path, json={"query": query, **more})


async def test_clients_read_what_the_deployment_set(shop):
    assert (await ask(shop, "/graphql", LIMITS)).json()["data"] == {
        "limits": {
            "tokens": 111,
            "depth": 9,
            "fields": 77,
            "aliases": 5,
            "directives": 6,
            "mutations": 3,
            "bodyBytes": 2048,
            "defaultPageSize": 20,
            "maxPageSize": 100,
            "cost": {"limit": 444, "burst": 555, "perSecond": 66},
        }
    }


@pytest.mark.parametrize(("size", "status"), [(2048, 200), (2049, 413)])
async def test_a_body_is_as_long_as_the_storefront_takes(size, status, shop):
    empty = b'{"query": "{ __typename }", "x": ""}'
    body = empty[:-2] + b"x" * (size - len(empty)) + empty[-2:]
    answer = await shop.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status


async def test_the_admin_endpoint_takes_more(shop):
    body = b'{"query": "{ __typename }", "x": "' + b"x" * 3000 + b'"}'
    answer = await shop.post("/admin/graphql", content=body, headers={"content-type": "application/json"})
    assert answer.status_code != 413


async def test_a_guest_spends_the_bucket_and_waits(database, database_url, monkeypatch):
    for name, value in {"COST": "100", "BUCKET": "300", "GUEST_RATE": "1"}.items():
        monkeypatch.setenv(f"CUSTOMER_GQL_STOREFRONT__{name}", value)
    query = "{ __typename " + " ".join(f"a{number}: __typename" for number in range(14)) + " }"
    async with served(load_settings(database_url=database_url), database) as http:
        statuses = [(await ask(http, "/graphql", query)).status_code for _ in range(20)]
    assert (statuses[0], statuses[-1]) == (200, 429)
