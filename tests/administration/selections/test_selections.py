"""Selections freeze what a list matches, and mass actions act on exactly that."""

import datetime as dt
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any

import pytest

from customer_gql.administration.mass_actions import types as mass_action_types
from customer_gql.administration.mass_actions.settings import AT_ONCE
from customer_gql.administration.selections import operations, shown_selections
from customer_gql.administration.selections.settings import KEPT_HOURS, MAX_ROWS
from customer_gql.core.ids import decode_id, encode_id, new_id
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.customers import customer_id, make_customer, recompute_rows
from support.jobs import delete_open_jobs, group, history_of, outcomes, run_all, show
from support.staff import make_website, staff_client

CREATE = """mutation C($input: CustomerSelectionCreateInput!) { customerSelectionCreate(input: $input) {
  selection { id grid scope count createdAt expiresAt sample { id }
    blockers(action: DELETE) { key params message count sample { id } } }
  userErrors { code key params path } } }"""
DELETE = "mutation D($input: SelectionDeleteInput!) { selectionDelete(input: $input) { deletedId userErrors { code key path } } }"
ACT = """mutation A($input: CustomerMassActionInput!, $dryRun: Boolean! = false) {
  customerMassAction(input: $input, dryRun: $dryRun) { job { id status totalCount } askedCount doneCount unchangedCount
    refusedCount notFoundCount failedCount canceledCount results { id outcome path } userErrors { code key path } } }"""
VIEW = (
    """mutation V($input: GridViewCreateInput!) { gridViewCreate(input: $input) { view { id } userErrors { key } } }"""
)
NOT_FOUND = {"code": "NOT_FOUND", "key": "selection.not_found"}


@dataclass
class Shop:
    """Staff of a website of its own, where there are no customers but those of the test."""

    connection: Any
    website: int
    client: Any

    @property
    def by_website(self) -> dict[str, Any]:
        return {"website": {"eq": encode_id("web", self.website)}}

    async def customer(self, **given: Any) -> Any:
        here = {"website_id": self.website, "created_in_store_view_id": self.website}
        return await make_customer(self.connection, **here, **given)


@pytest.fixture
async def shop(http: Any, connection: Any) -> Shop:
    website = await make_website(connection)
    return Shop(connection, website, await staff_client(http, connection, website_ids=[website]))


@pytest.fixture
def tools(http: Any, database: Any, settings: Any) -> Tools:
    return Tools(database, settings)


async def set_option(connection: Any, option: Any, value: int) -> None:
    async with connection.transaction():
        await set_value(connection, option, value, scope=GLOBAL, scope_id=0)


MATCHES_EVERYBODY: tuple[dict[str, Any], ...] = (
    {},
    {"and": []},
    {"and": [{}]},
    {"or": [{}, {}]},
    {"or": [{"status": {"eq": "ACTIVE"}}, {}]},
    {"not": {"not": {}}},
    {"status": {}},
    {"and": [{"status": {}}, {"number": {}}]},
    {"status": {"notIn": []}},
    {"tags": {"hasNone": []}},
    {"tags": {"hasAll": []}, "name": {"startsWith": "", "contains": " "}},
    {"or": [{"status": {"eq": "ACTIVE"}}, {"status": {"notIn": []}}]},
    {"not": {"status": {"in": []}}},
    {"not": {"and": [{"number": {"gte": 0}}, {"tags": {"hasAny": []}}]}},
    {"not": {}},
    {"or": []},
)


async def create(client: Any, selection: dict[str, Any], **more: Any) -> Any:
    return (await client.data(CREATE, input={"selection": selection, **more}))["customerSelectionCreate"]


async def act(client: Any, selection: dict[str, Any], *, dry_run: bool = False, **more: Any) -> Any:
    input = {"action": "ASSIGN_GROUP", "selection": selection, **group(2), **more}
    return (await client.data(ACT, input=input, dryRun=dry_run))["customerMassAction"]


async def test_a_selection_tells_how_many_it_has_and_what_refuses_an_action(shop, connection):
    plain, admin = await shop.customer(), await shop.customer(customer_type="COMPANY_ADMIN")
    await set_option(connection, KEPT_HOURS, 5)
    answer = await create(shop.client, {"filter": shop.by_website})
    made = answer["selection"]
    lasts = dt.datetime.fromisoformat(made.pop("expiresAt")) - dt.datetime.fromisoformat(made.pop("createdAt"))
    assert abs(lasts - dt.timedelta(hours=5)) < dt.timedelta(minutes=1)
    blocker = {
        "key": "company.is_admin",
        "params": {},
        "message": made["blockers"][0]["message"],
        "count": 1,
        "sample": [{"id": customer_id(admin)}],
    }
    assert answer == {
        "selection": {
            "id": made["id"],
            "grid": "CUSTOMERS",
            "scope": "FILTER",
            "count": 2,
            "sample": [{"id": customer_id(plain)}, {"id": customer_id(admin)}],
            "blockers": [{**blocker, "key": made["blockers"][0]["key"]}],
        },
        "userErrors": [],
    }


async def test_each_way_to_select(shop, connection):
    ann, bob = await shop.customer(first_name="Annika"), await shop.customer(first_name="Bob")
    content = {"customers": {"filter": {"name": {"startsWith": "bob"}}}}
    view = (await shop.client.data(VIEW, input={"name": str(new_id()), "content": content}))["gridViewCreate"]["view"][
        "id"
    ]
    ways: list[tuple[dict[str, Any], dict[str, Any], str, list[Any]]] = [
        ({"ids": [customer_id(bob), customer_id(ann), customer_id(bob)]}, {}, "IDS", [bob, ann]),
        ({"filter": {"name": {"startsWith": "annika"}}}, {}, "FILTER", [ann]),
        ({"filter": shop.by_website}, {"search": "annika"}, "FILTER", [ann]),
        ({"viewId": view}, {}, "VIEW", [bob]),
        ({"everything": True}, {}, "EVERYTHING", [ann, bob]),
        ({"everything": True}, {"exceptIds": [customer_id(ann)]}, "EVERYTHING", [bob]),
        ({"everything": True}, {"search": "bob"}, "EVERYTHING", [bob]),
    ]
    for selection, more, scope, expected in ways:
        made = (await create(shop.client, selection, **more))["selection"]
        sample = [one["id"] for one in made["sample"]]
        assert (made["scope"], made["count"], sample) == (scope, len(expected), [customer_id(one) for one in expected])
        dry = await act(shop.client, selection, dry_run=True, **more)
        assert [row["id"] for row in dry["results"]] == sample


async def test_what_is_selected_wrongly_is_refused_with_its_path(shop, connection):
    one = await shop.customer()
    id = (await create(shop.client, {"everything": True}))["selection"]["id"]
    cases: list[tuple[dict[str, Any], dict[str, Any], str, list[str]]] = [
        ({"ids": []}, {}, "selection.empty", ["selection", "ids"]),
        ({"ids": [customer_id(one)] * 1001}, {}, "selection.too_many", ["selection", "ids"]),
        ({"ids": [customer_id(one)]}, {"search": "a"}, "selection.not_narrowed", ["search"]),
        ({"ids": [customer_id(one)]}, {"exceptIds": [customer_id(one)]}, "selection.not_narrowed", ["exceptIds"]),
        *[({"filter": empty}, {}, "selection.filter_empty", ["selection", "filter"]) for empty in MATCHES_EVERYBODY],
        ({"filter": {"name": {"startsWith": "nobody"}}}, {}, "selection.empty", ["selection"]),
        ({"everything": False}, {}, "selection.not_everything", ["selection", "everything"]),
        ({"everything": True}, {"exceptIds": [customer_id(one)] * 1001}, "selection.too_many", ["exceptIds"]),
        ({"everything": True}, {"exceptIds": ["walk"]}, "id.malformed", ["exceptIds", "0"]),
        ({"viewId": encode_id("gvw", new_id())}, {}, "grid_view.not_found", ["selection", "viewId"]),
        ({"selectionId": encode_id("sel", new_id())}, {}, "selection.not_found", ["selection", "selectionId"]),
        ({"selectionId": id}, {"search": "a"}, "selection.not_narrowed", ["search"]),
    ]
    for selection, more, key, path in cases:
        for answer in (await create(shop.client, selection, **more), await act(shop.client, selection, **more)):
            assert [(error["key"], error["path"]) for error in answer["userErrors"]] == [(key, path)]
    again = await create(shop.client, {"selectionId": id})
    assert [error["key"] for error in again["userErrors"]] == ["selection.selected_again"]


EXPORT = """mutation E($input: ExportCreateInput!) { exportCreate(input: $input) {
  job { id } userErrors { code key path } } }"""
NARROWS_NOTHING: tuple[dict[str, Any], ...] = (
    {},
    {"columns": ["number"], "sort": [{"by": "NUMBER", "direction": "ASC"}]},
    *({"filter": empty} for empty in MATCHES_EVERYBODY if empty not in ({"not": {}}, {"or": []})),
)


@pytest.mark.parametrize("content", NARROWS_NOTHING, ids=str)
async def test_a_view_that_narrows_nothing_is_refused_as_an_empty_filter_is(content, shop, connection):
    await shop.customer()
    given = {"name": str(new_id()), "content": {"customers": content}}
    view = (await shop.client.data(VIEW, input=given))["gridViewCreate"]["view"]["id"]
    jobs = await connection.fetchval("SELECT count(*) FROM job_run")
    refused = {"code": "INVALID", "key": "selection.filter_empty", "path": ["selection", "viewId"]}
    for answer in (
        await create(shop.client, {"viewId": view}),
        await create(shop.client, {"viewId": view}, search="anna", exceptIds=[encode_id("cus", 1)]),
        await act(shop.client, {"viewId": view}),
        await act(shop.client, {"viewId": view}, dry_run=True),
    ):
        assert [{name: error[name] for name in refused} for error in answer["userErrors"]] == [refused]
    listed = {"customers": {"selection": {"viewId": view}, "columns": ["number"]}}
    exported = (await shop.client.data(EXPORT, input={"list": listed, "format": "CSV"}))["exportCreate"]
    assert exported == {"job": None, "userErrors": [{**refused, "path": ["list", "customers", *refused["path"]]}]}
    assert await connection.fetchval("SELECT count(*) FROM job_run") == jobs


async def test_a_view_that_only_searches_narrows(shop, connection):
    ann, _ = await shop.customer(first_name="Annika"), await shop.customer(first_name="Bob")
    given = {"name": str(new_id()), "content": {"customers": {"search": "annika"}}}
    view = (await shop.client.data(VIEW, input=given))["gridViewCreate"]["view"]["id"]
    made = (await create(shop.client, {"viewId": view}))["selection"]
    assert [one["id"] for one in made["sample"]] == [customer_id(ann)]


async def test_a_search_narrows_a_view_that_searches_too(shop, connection):
    both, _ = await shop.customer(first_name="Annika", last_name="Bob"), await shop.customer(first_name="Annika")
    await shop.customer(first_name="Bob")
    given = {"name": str(new_id()), "content": {"customers": {"search": "annika"}}}
    view = (await shop.client.data(VIEW, input=given))["gridViewCreate"]["view"]["id"]
    made = (await create(shop.client, {"viewId": view}, search="bob"))["selection"]
    assert [one["id"] for one in made["sample"]] == [customer_id(both)]
    tried = await act(shop.client, {"viewId": view}, search="bob", dry_run=True)
    assert [row["id"] for row in tried["results"]] == [customer_id(both)]
    nobody = await act(shop.client, {"viewId": view}, search="carla")
    assert [error["key"] for error in nobody["userErrors"]] == ["selection.empty"]


async def test_a_selection_is_frozen(shop, connection, tools):
    first, gone = await shop.customer(), await shop.customer()
    id = (await create(shop.client, {"everything": True}))["selection"]["id"]
    later = await shop.customer()
    await connection.execute("DELETE FROM customer WHERE id = $1", gone.id)
    await connection.execute("DELETE FROM customer_grid_row WHERE customer_id = $1", gone.id)
    answer = await act(shop.client, {"selectionId": id})
    assert answer == {
        "job": {"id": answer["job"]["id"], "status": "DONE", "totalCount": 2},
        "askedCount": 2,
        "doneCount": 1,
        "unchangedCount": 0,
        "refusedCount": 0,
        "notFoundCount": 1,
        "failedCount": 0,
        "canceledCount": 0,
        "results": [
            {"id": customer_id(first), "outcome": "DONE", "path": None},
            {"id": customer_id(gone), "outcome": "NOT_FOUND", "path": None},
        ],
        "userErrors": [],
    }
    assert (await history_of(connection, answer["job"]["id"])).keys() == {first.id}
    assert await connection.fetchval("SELECT group_id FROM customer WHERE id = $1", later.id) == 1


async def test_more_than_the_answer_takes_are_done_by_a_worker_whatever_becomes_of_the_selection(
    shop, connection, tools
):
    await delete_open_jobs(connection)
    await set_option(connection, AT_ONCE, 2)
    customers = [await shop.customer() for _ in range(3)]
    selection = (await create(shop.client, {"filter": shop.by_website}))["selection"]["id"]
    first = await act(shop.client, {"selectionId": selection}, idempotencyKey="a")
    assert (first["job"]["status"], first["askedCount"], first["results"]) == ("QUEUED", 3, [])
    assert await act(shop.client, {"selectionId": selection}, idempotencyKey="a") == first
    deleted = (await shop.client.data(DELETE, input={"id": selection}))["selectionDelete"]
    assert deleted == {"deletedId": selection, "userErrors": []}
    assert await connection.fetchval(
        "SELECT count(*) FROM selection_batch WHERE selection_id = $1", decode_id(selection, "sel")
    ) == 0  # fmt: skip
    await run_all(tools)
    assert await outcomes(connection, first["job"]["id"]) == ["DONE"] * 3
    assert (await show(shop.client, first["job"]["id"]))["doneCount"] == 3
    assert (await history_of(connection, first["job"]["id"])).keys() == {one.id for one in customers}


async def test_a_dry_run_counts_all_and_writes_nothing(shop, connection):
    await set_option(connection, AT_ONCE, 1)
    rows = [await shop.customer(), await shop.customer(group_id=2), await shop.customer(customer_type="COMPANY_USER")]
    jobs = await connection.fetchval("SELECT count(*) FROM job_run")
    answer = await act(shop.client, {"everything": True}, dry_run=True)
    counts = {name: count for name, count in answer.items() if name.endswith("Count") and count}
    assert counts == {"askedCount": 3, "doneCount": 1, "unchangedCount": 1, "refusedCount": 1}
    assert answer["job"] is None
    assert await connection.fetchval("SELECT count(*) FROM job_run") == jobs
    stored = await connection.fetch(
        "SELECT group_id FROM customer WHERE id = ANY($1) ORDER BY id", [one.id for one in rows]
    )
    assert [row.group_id for row in stored] == [1, 2, 1]


async def test_a_selection_belongs_to_who_made_it_until_it_ends(shop, http, connection):
    await shop.customer()
    id = (await create(shop.client, {"everything": True}))["selection"]["id"]
    other = await staff_client(http, connection)
    assert (await act(other, {"selectionId": id}))["userErrors"] == [
        {**NOT_FOUND, "path": ["selection", "selectionId"]}
    ]
    refused = {"deletedId": None, "userErrors": [{**NOT_FOUND, "path": ["id"]}]}
    assert (await other.data(DELETE, input={"id": id}))["selectionDelete"] == refused
    await connection.execute("UPDATE selection SET expires_at = now() WHERE id = $1", decode_id(id, "sel"))
    assert (await act(shop.client, {"selectionId": id}))["userErrors"] == [
        {**NOT_FOUND, "path": ["selection", "selectionId"]}
    ]
    assert (await shop.client.data(DELETE, input={"id": id}))["selectionDelete"] == refused


async def test_limits(shop, connection):
    for _ in range(3):
        await shop.customer()
    await set_option(connection, MAX_ROWS, 2)
    too_large = {"code": "TOO_MANY", "key": "selection.too_large", "params": {"limit": 2}, "path": ["selection"]}
    assert (await create(shop.client, {"everything": True}))["userErrors"] == [too_large]
    assert await connection.fetchval("SELECT count(*) FROM selection_batch WHERE cardinality(customer_ids) = 3"
                                     " AND selection_id NOT IN (SELECT id FROM selection)") == 0  # fmt: skip
    await set_option(connection, MAX_ROWS, 3)
    for _ in range(20):
        assert (await create(shop.client, {"everything": True}))["userErrors"] == []
    [error] = (await create(shop.client, {"everything": True}))["userErrors"]
    assert (error["key"], error["params"]) == ("selection.limit_reached", {"limit": 20})


async def test_columns_and_searches_take_their_permissions(shop, http, connection):
    await shop.customer()
    clerk = await staff_client(http, connection, ["customers.read", "customers.write"])
    for selection, more in (({"filter": {"name": {"startsWith": "a"}}}, {}), ({"everything": True}, {"search": "a"})):
        for document, extra in ((CREATE, {}), (ACT, {"action": "SUBSCRIBE"})):
            answer = await clerk.answer(document, input={"selection": selection, **more, **extra})
            assert answer["errors"][0]["extensions"]["permission"] == "customers.pii"


async def test_what_takes_too_long_is_refused_and_leaves_nothing(shop, connection, monkeypatch):
    await shop.customer()
    before = await connection.fetchval("SELECT count(*) FROM selection_batch")
    monkeypatch.setattr(operations, "SELECTION_SECONDS", 0.5)

    async def dawdle(inner, *given, **more):
        await inner.execute("INSERT INTO selection_batch SELECT 1, 1, '{1}'")
        await inner.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr(operations, "create_selection", dawdle)
    answer = await shop.client.answer(CREATE, input={"selection": {"everything": True}})
    assert answer["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"
    assert await connection.fetchval("SELECT count(*) FROM selection_batch") == before
    assert shown_selections.SELECTION_SECONDS == 25


async def test_blockers_and_dry_runs_that_take_too_long_are_refused_too(shop, connection, monkeypatch):
    await shop.customer()
    monkeypatch.setattr(operations, "SELECTION_SECONDS", 0.5)
    monkeypatch.setattr(shown_selections, "SELECTION_SECONDS", 0.5)

    async def dawdle(inner, *given):
        await inner.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr(mass_action_types, "forecast_action", dawdle)
    jobs = await connection.fetchval("SELECT count(*) FROM job_run")
    made = await shop.client.answer(CREATE, input={"selection": {"everything": True}})
    tried = await shop.client.answer(ACT, input={"action": "DELETE", "selection": {"everything": True}}, dryRun=True)
    for answer in (made, tried):
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["QUERY_TOO_COMPLEX"]
    assert await connection.fetchval("SELECT count(*) FROM job_run") == jobs


async def test_statements_do_not_depend_on_the_size(shop, connection, statements):
    await set_option(connection, AT_ONCE, 0)
    counts = []
    for more in (1, 60):
        for _ in range(more):
            await recompute_rows(connection, (await shop.customer()).id)
        await statements.clear()
        assert (await create(shop.client, {"everything": True}))["userErrors"] == []
        assert (await act(shop.client, {"everything": True}))["userErrors"] == []
        counts.append(await statements.count())
    # Beside the samples of customers that are shown.
    assert counts[0] == counts[1], statements.texts


async def test_waiting_for_a_connection_is_not_told_as_too_large_a_selection(admin_client, database, monkeypatch):
    monkeypatch.setattr(database.writes, "wait", 0.1)
    async with AsyncExitStack() as stack:
        with suppress(TimeoutError):
            while True:
                await stack.enter_async_context(database.writes.acquire())
        answer = await admin_client.answer(CREATE, input={"selection": {"everything": True}})
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAVAILABLE"]


async def test_a_selection_that_is_being_deleted_is_gone_as_a_whole(shop, connection):
    for _ in range(2):
        await shop.customer()
    made = (await create(shop.client, {"filter": shop.by_website}))["selection"]
    await connection.execute("UPDATE selection_batch SET customer_ids = customer_ids[1:1]")
    for dry_run in (False, True):
        answer = await act(shop.client, {"selectionId": made["id"]}, dry_run=dry_run)
        [error] = answer["userErrors"]
        assert (error["key"], error["path"]) == ("selection.not_found", ["selection", "selectionId"])
        assert answer["job"] is None
    found = "SELECT count(*) FROM job_run WHERE created_at > $1"
    assert await connection.fetchval(found, dt.datetime.fromisoformat(made["createdAt"])) == 0
