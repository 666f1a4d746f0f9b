"""`countries` asks the database once in a while, and at once after a setting was changed."""

import asyncio

import pytest

from customer_gql.core.errors import RuleError
from customer_gql.core.ids import encode_id
from customer_gql.loading import kept_answers
from customer_gql.shop.countries.options import COUNTRIES, TOP_COUNTRIES
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS
from customer_gql.shop.settings.writes import set_value
from support.configuration import set_one

LIST = '{ countries { code isTop } country(code: "SE") { isTop } }'


@pytest.fixture(autouse=True)
async def _settled(untimed_statements, monkeypatch):
    monkeypatch.setattr(kept_answers, "KEPT_SECONDS", 60)
    await kept_answers.forget_kept()
    kept_answers.settle_kept()


async def codes(client):
    return [each["code"] for each in (await client.data(LIST))["countries"]]


@pytest.mark.parametrize("has_view", [False, True])
async def test_no_statement_once_warm(http, statements, german_view, has_view):
    headers = {"X-Store-View": german_view} if has_view else {}

    async def ask():
        return (await http.post("/graphql", json={"query": LIST}, headers=headers)).json()["data"]

    first = await ask()
    await statements.clear()
    assert await ask() == first
    assert await statements.count() == 0


async def test_a_change_shows_at_once(storefront, admin_client, statements):
    assert len(await codes(storefront)) > 200
    await set_one(admin_client, COUNTRIES.path, "SE,FI")
    assert await codes(storefront) == ["FI", "SE"]
    await set_one(admin_client, TOP_COUNTRIES.path, "SE", {"websiteId": encode_id("web", 1)})
    found = await storefront.data(LIST)
    assert [each["code"] for each in found["countries"]] == ["SE", "FI"]
    assert found["country"] == {"isTop": True}


async def test_the_default_country(storefront, connection):
    read = "{ shop { defaultCountryCode } }"
    assert (await storefront.data(read))["shop"] == {"defaultCountryCode": None}
    await set_value(connection, DECLARED_SETTINGS["addresses.default_country"], "se")
    assert (await storefront.data(read))["shop"] == {"defaultCountryCode": "SE"}
    with pytest.raises(RuleError):
        await set_value(connection, DECLARED_SETTINGS["addresses.default_country"], "SE,FI")


async def test_nothing_is_kept_while_a_change_may_be_under_way(storefront, connection, statements):
    await kept_answers.forget_kept()
    await codes(storefront)
    await statements.clear()
    await codes(storefront)
    assert await statements.count() > 0


async def test_a_change_by_another_process_shows_soon(storefront, connection, monkeypatch):
    monkeypatch.setattr(kept_answers, "KEPT_SECONDS", 0.2)
    assert len(await codes(storefront)) > 200
    await connection.execute(
        "INSERT INTO configuration_value (path, scope, scope_id, value) VALUES ($1, 'GLOBAL', 0, '\"SE\"')",
        COUNTRIES.path,
    )
    await asyncio.sleep(0.25)
    assert await codes(storefront) == ["SE"]
