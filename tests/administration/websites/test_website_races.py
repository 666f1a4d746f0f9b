"""Changes of websites at one time: never a second default, never a customer of a website that is gone."""

import asyncio

import pytest

from customer_gql.core.ids import encode_id
from support.clients import Client, served
from support.customers import make_customer
from support.races import stop_before
from support.shopping import SIGN_UP, person
from support.staff import staff_client

from .documents import call, fresh, key_of, make, make_all, refusals

DEFAULTS = "SELECT count(*) FROM store_view WHERE store_id = $1 AND is_default"
ADJUST = "mutation A($input: StoreCreditAdjustInput!) { storeCreditAdjust(input: $input) { userErrors { code } } }"


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


async def test_of_many_who_become_the_default_at_once_one_is(boss, connection):
    made = await make_all(boss)
    views = [await make(boss, "storeView", storeId=made["store"]["id"]) for _ in range(4)]
    answers = await asyncio.gather(
        *[call(boss, "storeView", "Update", id=view["id"], isDefault=True) for view in views],
        call(
            boss,
            "storeView",
            "Create",
            storeId=made["store"]["id"],
            code=fresh(),
            name="x",
            locale="de_DE",
            isDefault=True,
        ),
    )
    assert [answer["userErrors"] for answer in answers] == [[]] * 5
    assert await connection.fetchval(DEFAULTS, key_of(made["store"]["id"])) == 1


async def test_of_two_first_stores_at_once_one_is_the_default(boss, connection):
    site = await make(boss, "website")
    await asyncio.gather(*[make(boss, "store", websiteId=site["id"]) for _ in range(3)])
    count = "SELECT count(*) FILTER (WHERE is_default) FROM store WHERE website_id = $1"
    assert await connection.fetchval(count, key_of(site["id"])) == 1


async def test_of_one_code_at_once_one_is_made(boss):
    code = fresh()
    answers = await asyncio.gather(
        *[call(boss, "website", "Create", code=code, name="x", currency="EUR") for _ in range(3)]
    )
    assert sorted(refusals(answer) for answer in answers) == [
        [],
        [("TAKEN", "site.code_taken", ["code"])],
        [("TAKEN", "site.code_taken", ["code"])],
    ]


@pytest.mark.parametrize("is_deleted_first", [True, False])
async def test_a_deletion_and_a_sign_up_at_once(is_deleted_first, boss, connection, settings, database):
    made = await make_all(boss)
    view = made["storeView"]
    async with served(settings, database) as http:
        http.headers["X-Store-View"] = view["code"]
        shop = Client(http, "/graphql", None)

        async def sign_up():
            return await shop.answer(SIGN_UP, input=person(f"{fresh()}@example.com"))

        async def delete():
            return await call(boss, "storeView", "Delete", id=view["id"])

        if is_deleted_first:
            async with stop_before("DELETE FROM store_view") as stop:
                deleting = asyncio.create_task(delete())
                await stop.reached_by(deleting)
                signing = asyncio.create_task(sign_up())
                await asyncio.sleep(0.2)
        else:
            async with stop_before("INSERT INTO mail_outbox") as stop:
                signing = asyncio.create_task(sign_up())
                await stop.reached_by(signing)
                deleting = asyncio.create_task(delete())
                assert await stop.is_waited_for_by(deleting, connection)
        deleted, signed = await deleting, await signing
    customers = "SELECT count(*) FROM customer WHERE created_in_store_view_id = $1"
    stays = await connection.fetchval("SELECT count(*) FROM store_view WHERE id = $1", key_of(view["id"]))
    if is_deleted_first:
        assert deleted["userErrors"] == []
        assert [error["code"] for error in signed["data"]["signUp"]["userErrors"]] == ["NOT_FOUND"]
        assert (stays, await connection.fetchval(customers, key_of(view["id"]))) == (0, 0)
    else:
        assert refusals(deleted) == [("NOT_ALLOWED", "site.in_use", ["id"])]
        assert signed["data"]["signUp"]["userErrors"] == []
        assert (stays, await connection.fetchval(customers, key_of(view["id"]))) == (1, 1)


async def test_a_new_currency_waits_for_a_ledger_that_is_being_written(boss, connection):
    made = await make_all(boss, currency="ISK")
    id = key_of(made["website"]["id"])
    customer = await make_customer(connection, website_id=id, created_in_store_view_id=key_of(made["storeView"]["id"]))
    given = {"id": encode_id("cus", customer.id), "amount": "5", "idempotencyKey": fresh()}
    async with stop_before("INSERT INTO store_credit") as stop:
        adjusting = asyncio.create_task(boss.data(ADJUST, input=given))
        await stop.reached_by(adjusting)
        changing = asyncio.create_task(call(boss, "website", "Update", id=made["website"]["id"], currency="SEK"))
        assert await stop.is_waited_for_by(changing, connection)
    assert (await adjusting)["storeCreditAdjust"]["userErrors"] == []
    assert refusals(await changing) == [("NOT_ALLOWED", "site.currency_fixed", ["currency"])]


async def test_what_a_process_keeps_of_store_views_ends_with_a_change(boss, settings, database):
    """Other processes keep it for a moment longer, see `loading.kept_answers`."""
    async with served(settings, database) as http:
        made = await make_all(boss)
        http.headers["X-Store-View"] = made["storeView"]["code"]
        other = Client(http, "/graphql", None)
        seen = []
        for name in ("First", "Second"):
            assert (await call(boss, "storeView", "Update", id=made["storeView"]["id"], name=name))["userErrors"] == []
            seen.append((await other.data("{ shop { storeView { name } } }"))["shop"]["storeView"]["name"])
        assert seen == ["First", "Second"]
        second = await make(boss, "storeView", storeId=made["store"]["id"], isDefault=True)
        assert (await call(boss, "storeView", "Delete", id=made["storeView"]["id"]))["userErrors"] == []
        assert (await other.post("{ shop { storeView { name } } }")).status_code == 400
        http.headers["X-Store-View"] = second["code"]
        assert (await other.data("{ shop { storeView { code } } }"))["shop"]["storeView"] == {"code": second["code"]}
