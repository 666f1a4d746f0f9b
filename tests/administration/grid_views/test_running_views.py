"""Lists by a saved view: what it narrows, what it refuses, and what a broken or personal view tells."""

import asyncio

import orjson
import pytest

from administration.grid_views.samples import make_view
from administration.grid_views.test_grid_views import CREATE, READ, UPDATE, call, keys, save, saved, show
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.graph.grids.registry import KNOWN_GRIDS
from customer_gql.graph.nodes import nodes_of
from customer_gql.schema import admin
from support.customers import customer_id, make_customer
from support.races import stop_after
from support.staff import make_website, staff_client, staff_id_of

RUN = """query R($viewId: ID, $filter: CustomerFilter, $search: String, $sort: [CustomerSort!], $first: Int, $after: String) {
  customers(viewId: $viewId, filter: $filter, search: $search, sort: $sort, first: $first, after: $after) {
    totalCount nodes { id } pageInfo { endCursor }
    explain { clauses { path isIndexed } } } }"""
PERSONAL = {"code": "FORBIDDEN", "permission": "customers.pii"}


@pytest.fixture
async def here(connection):
    return await make_website(connection)


@pytest.fixture
async def clerk(http, connection):
    return await staff_client(http, connection)


@pytest.fixture
async def blind(http, connection):
    return await staff_client(http, connection, ALL_PERMISSIONS - {"customers.pii"})


async def shopper(connection, here, name):
    return await make_customer(
        connection, website_id=here, created_in_store_view_id=here, first_name=name, last_name="Meyer"
    )


def at(here):
    return {"website": {"eq": encode_id("web", here)}}


async def stored(connection, client, **content):
    """The id of a view that was saved by an earlier version of the service."""
    staff = int((await staff_id_of(connection, client))[4:], 16)
    return await make_view(connection, staff, content=orjson.dumps(content).decode(), is_shared=True)


async def ids(client, **given):
    return [node["id"] for node in (await client.data(RUN, **given))["customers"]["nodes"]]


async def refusal(client, **given):
    answer = await client.answer(RUN, **given)
    assert answer["data"]["customers"] is None
    return answer["errors"][0]["extensions"]


async def test_a_filter_narrows_a_view_and_search_and_sort_replace_its_own(clerk, connection, here):
    anna, berta, clara = [await shopper(connection, here, name) for name in ("Anna", "Berta", "Clara")]
    by_name = [{"by": "NAME"}]
    view = (await saved(clerk, {"filter": at(here), "sort": by_name}))["id"]
    assert await ids(clerk, viewId=view) == [customer_id(row) for row in (anna, berta, clara)]
    down = [{"by": "NAME", "direction": "DESC"}]
    assert await ids(clerk, viewId=view, sort=down) == [customer_id(row) for row in (clara, berta, anna)]
    narrowed = {"number": {"in": [anna.number, clara.number]}}
    assert await ids(clerk, viewId=view, filter=narrowed) == [customer_id(row) for row in (anna, clara)]
    # A filter that matches everything does not widen it.
    for filter in ({}, {"or": [{}]}, {"not": {"or": []}}):
        assert len(await ids(clerk, viewId=view, filter=filter)) == 3
    searching = (await saved(clerk, {"filter": at(here), "search": "anna"}))["id"]
    assert await ids(clerk, viewId=searching) == [customer_id(anna)]
    assert await ids(clerk, viewId=searching, search="berta") == [customer_id(berta)]


async def test_pages_and_explanations_of_a_view(clerk, connection, here):
    for name in ("Anna", "Berta"):
        await shopper(connection, here, name)
    view = (await saved(clerk, {"filter": {"and": [at(here)]}, "sort": [{"by": "NAME"}]}))["id"]
    first = (await clerk.data(RUN, viewId=view, first=1, filter={"orderCount": {"gte": 0}}))["customers"]
    assert first["totalCount"] == 2
    assert first["explain"]["clauses"] == [
        {"path": "viewId.and.0.website.eq", "isIndexed": True},
        {"path": "filter.orderCount.gte", "isIndexed": True},
    ]
    [second] = await ids(clerk, viewId=view, first=1, after=first["pageInfo"]["endCursor"])
    assert second != first["nodes"][0]["id"]


BROKEN = [
    ({"filter": {"shoeSize": {"eq": 43}}}, ["filter", "shoeSize"], "column"),
    ({"filter": {"and": [{"not": {"billingAddress": {"eq": "x"}}}]}}, ["filter", "and", "0", "not", "billingAddress"], "column"),
    ({"filter": {"number": {"near": 1}}}, ["filter", "number", "near"], "operator"),
    ({"filter": {"status": {"in": ["ACTIVE", "ASLEEP"]}}}, ["filter", "status", "in", "1"], "value"),
    ({"filter": {"number": {"eq": "1"}}}, ["filter", "number", "eq"], "value"),
    ({"filter": {"number": {"gt": True}}}, ["filter", "number", "gt"], "value"),
    ({"filter": {"isLocked": {"eq": 1}}}, ["filter", "isLocked", "eq"], "value"),
    ({"filter": {"country": {"in": "GB"}}}, ["filter", "country", "in"], "value"),
    ({"filter": {"country": "GB"}}, ["filter", "country"], "value"),
    ({"filter": {"or": {"country": {"eq": "GB"}}}}, ["filter", "or"], "value"),
    ({"filter": {"not": []}}, ["filter", "not"], "value"),
    ({"filter": {"createdAt": {"gt": "yesterday"}}}, ["filter", "createdAt", "gt"], "value"),
    ({"filter": {"createdAt": {"inLastDays": "9"}}}, ["filter", "createdAt", "inLastDays"], "value"),
    ({"filter": {"lifetimeValue": {"currency": "USD", "eq": "1e3"}}}, ["filter", "lifetimeValue", "eq"], "value"),
    ({"filter": {"group": {"eq": "grp_0000000000ffffff"}}}, ["filter", "group", "eq"], "record"),
    ({"filter": {"group": {"eq": "General"}}}, ["filter", "group", "eq"], "record"),
    ({"filter": {"website": {"notIn": ["web_0000000000ffffff"]}}}, ["filter", "website", "notIn", "0"], "record"),
    ({"filter": {"salesRepresentative": {"eq": "stf_0000000000ffffff"}}}, ["filter", "salesRepresentative", "eq"], "record"),
    ({"sort": [{"by": "NUMBER"}, {"by": "SHOE_SIZE"}]}, ["sort", "1", "by"], "column"),
    ({"sort": [{"by": "NUMBER"}, {"by": "NUMBER"}]}, ["sort"], "refused"),
    ({"columns": ["number", "shoeSize"]}, ["columns", "1"], "column"),
    ({"search": " "}, ["search"], "refused"),
    ({"filter": {"number": None}}, ["filter", "number"], "refused"),
    ({"filter": {"number": {"eq": None}}}, ["filter", "number", "eq"], "refused"),
    ({"filter": {"createdAt": {"gt": "2026-01-01T00:00:00"}}}, ["filter", "createdAt", "gt"], "refused"),
]  # fmt: skip
MESSAGES = {
    "column": "The list has no such column, or it cannot be used here.",
    "operator": "The column has no such operator.",
    "value": "The column has no such value.",
    "record": "The record that is named here does not exist.",
}


@pytest.mark.parametrize(("content", "path", "kind"), BROKEN, ids=str)
async def test_a_view_that_names_what_is_missing_is_broken_and_never_run(
    content, path, kind, clerk, connection, statements
):
    view = await stored(connection, clerk, **content)
    shown = await show(clerk, view)
    [problem] = shown["problems"]
    assert (shown["state"], problem["path"]) == ("BROKEN", path)
    assert problem["message"] == MESSAGES.get(kind, problem["message"])
    assert [shown[part] for part in content] == list(content.values())
    await statements.clear()
    assert await refusal(clerk, viewId=view, filter={"number": {"gte": 0}}) == {
        "code": "BAD_USER_INPUT",
        "key": "grid_view.broken",
        "argument": ["viewId"],
        "problems": [problem],
    }
    assert await statements.count("customer_grid_row") == 0


async def test_a_broken_view_can_be_changed(clerk, connection, here):
    view = await stored(connection, clerk, filter={"shoeSize": {"eq": 43}})
    mended = await call(clerk, UPDATE, id=view, content={"customers": {"filter": at(here)}})
    assert (mended["view"]["state"], mended["view"]["problems"]) == ("READY", [])
    assert await ids(clerk, viewId=view) == []


async def test_a_group_that_is_deleted_breaks_its_views(clerk, connection):
    insert = "INSERT INTO customer_group (id, name, tax_class_id) VALUES (987654, 'Soon gone', 3)"
    await connection.execute(insert)
    view = (await saved(clerk, {"filter": {"group": {"eq": encode_id("grp", 987654)}}}))["id"]
    assert (await show(clerk, view))["state"] == "READY"
    await connection.execute("DELETE FROM customer_group WHERE id = 987654")
    assert (await show(clerk, view))["state"] == "BROKEN"
    assert (await refusal(clerk, viewId=view))["key"] == "grid_view.broken"


REFUSED = [
    ({"filter": {"group": {"eq": "grp_0000000000ffffff"}}}, "NOT_FOUND", "grid_view.record_missing", ["filter", "group", "eq"]),
    ({"columns": ["number", "shoeSize"]}, "INVALID", "grid_view.column_missing", ["columns", "1"]),
    ({"columns": ["number", "number"]}, "INVALID", "grid_view.column_repeated", ["columns"]),
    ({"pageSize": 0}, "INVALID", "grid_view.page_size", ["pageSize"]),
    ({"pageSize": 101}, "INVALID", "grid_view.page_size", ["pageSize"]),
    ({"search": " \t"}, "REQUIRED", "grid.search_empty", ["search"]),
    ({"filter": {"number": {"eq": None}}}, "REQUIRED", "grid.null_compared", ["filter", "number", "eq"]),
    ({"filter": {"and": [{"and": [{"and": [{"and": [{"and": [{}]}]}]}]}]}}, "TOO_MANY", "grid.too_deep", ["filter", *["and", "0"] * 5]),
    ({"filter": {"or": [{"number": {"eq": 1}}] * 61}}, "TOO_MANY", "grid.too_many_clauses", ["filter", "or", "60", "number", "eq"]),
    ({"filter": {"number": {"in": [1] * 501}}}, "TOO_MANY", "grid.too_many_values", ["filter", "number", "in"]),
    ({"filter": {"city": {"in": ["x" * 4000] * 20}}}, "TOO_LONG", "grid_view.too_large", []),
]  # fmt: skip


@pytest.mark.parametrize(("content", "code", "key", "path"), REFUSED, ids=lambda value: str(value)[:40])
async def test_what_cannot_be_run_is_not_saved(content, code, key, path, clerk, connection):
    before = await connection.fetchval("SELECT count(*) FROM grid_view")
    answer = await save(clerk, content)
    assert answer["view"] is None
    assert keys(answer) == [(code, key, ["content", "customers", *path])]
    assert await connection.fetchval("SELECT count(*) FROM grid_view") == before


async def test_several_problems_are_told_at_once_and_in_german(clerk):
    content = {"filter": {"group": {"eq": "grp_0000000000ffffff"}}, "columns": ["shoeSize"]}
    body = {"query": CREATE, "variables": {"input": {"name": "Dormant", "content": {"customers": content}}}}
    headers = {"Authorization": f"Bearer {clerk.token}", "Accept-Language": "de"}
    response = await clerk.http.post(clerk.path, json=body, headers=headers)
    errors = response.json()["data"]["gridViewCreate"]["userErrors"]
    assert [error["message"] for error in errors] == [
        "Die Liste hat diese Spalte nicht, oder sie kann hier nicht verwendet werden.",
        "Den Datensatz, der hier genannt wird, gibt es nicht.",
    ]


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\nb"])
async def test_a_name_is_one_line_of_at_most_100_characters(name, clerk):
    [(_code, _key, path)] = keys(await save(clerk, name=name))
    assert path == ["name"]


async def test_null_is_no_content(clerk):
    view = await saved(clerk)
    answer = await clerk.answer(CREATE, input={"name": "x", "content": {"customers": None}})
    assert answer["errors"][0]["extensions"]["code"] in {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}
    assert keys(await call(clerk, UPDATE, id=view["id"], content=None)) == [("REQUIRED", "value.null", ["content"])]


PERSONAL_CONTENT = [
    ({"filter": {"not": {"email": {"eq": "gil@example.com"}}}}, "email"),
    ({"sort": [{"by": "NAME"}]}, "name"),
    ({"columns": ["number", "street"]}, "street"),
    ({"search": "gil"}, "city"),
]


@pytest.mark.parametrize(("content", "column"), PERSONAL_CONTENT, ids=str)
async def test_personal_columns_of_a_view_are_closed(content, column, clerk, blind, connection, statements):
    refused = {**PERSONAL, "column": column}
    for document, input in (
        (CREATE, {"name": "x", "content": {"customers": content}}),
        (UPDATE, {"id": (await saved(blind))["id"], "content": {"customers": content}}),
    ):
        answer = await blind.answer(document, input=input)
        assert answer["errors"][0]["extensions"] == refused
    view = (await saved(clerk, content, isShared=True))["id"]
    await statements.clear()
    assert await refusal(blind, viewId=view) == refused
    assert await statements.count("customer_grid_row") == 0
    answer = await blind.answer(READ, id=view)
    [closed] = [part for part in ("filter", "search") if part in content] or [None]
    if closed is not None:
        assert [error["extensions"] for error in answer["errors"]] == [refused]
        assert answer["errors"][0]["path"] == ["gridView", closed]
        assert "gil" not in orjson.dumps(answer).decode()
    shown = answer["data"]["gridView"]
    assert (shown["state"], shown["problems"]) == ("READY", [])
    assert {part: shown[part] for part in ("sort", "columns")} == {
        "sort": [{"by": "NAME", "direction": "ASC"}] if "sort" in content else None,
        "columns": content.get("columns"),
    }


async def test_problems_tell_no_personal_value(clerk, blind, connection):
    view = await stored(connection, clerk, filter={"gender": {"eq": "SECRET"}, "email": {"near": "gil@example.com"}})
    answer = await blind.answer("query R($id: ID!) { gridView(id: $id) { state problems { path message } } }", id=view)
    text = orjson.dumps(answer).decode()
    assert answer["data"]["gridView"]["state"] == "BROKEN"
    assert "SECRET" not in text
    assert "gil" not in text


async def test_a_record_of_a_website_out_of_reach_does_not_exist(http, connection, here, clerk):
    local = await staff_client(http, connection, website_ids=[1])
    for key, prefix in (("website", "web"), ("createdIn", "stv")):
        content = {"filter": {key: {"eq": encode_id(prefix, here)}}}
        assert keys(await save(local, content))[0][1] == "grid_view.record_missing"
        view = (await saved(clerk, content, isShared=True))["id"]
        assert (await show(local, view))["state"] == "BROKEN"
        assert (await show(clerk, view))["state"] == "READY"


async def test_a_view_can_name_a_deleted_customer(http, connection, here, clerk):
    anna = await shopper(connection, here, "Anna")
    delete = "mutation D($id: ID!) { customerDelete(input: {id: $id}) { userErrors { code } } }"
    assert (await clerk.data(delete, id=customer_id(anna)))["customerDelete"] == {"userErrors": []}
    content = {"deletedCustomers": {"filter": {"customerId": {"eq": customer_id(anna)}}}}
    answer = await call(clerk, CREATE, name="Anna", content=content, isShared=True)
    assert (answer["view"]["state"], answer["userErrors"]) == ("READY", [])
    run = "query R($id: ID) { deletedCustomers(viewId: $id) { nodes { number } } }"
    listed = (await clerk.data(run, id=answer["view"]["id"]))["deletedCustomers"]
    assert listed == {"nodes": [{"number": anna.number}]}
    local = await staff_client(http, connection, website_ids=[1])
    assert (await show(local, answer["view"]["id"]))["state"] == "BROKEN"
    content["deletedCustomers"]["filter"]["customerId"]["eq"] = "cus_0000000000ffffff"
    assert keys(await call(clerk, CREATE, name="Anna", content=content))[0][1] == "grid_view.record_missing"


async def test_views_stay_within_the_reach_of_their_viewer(http, connection, here, clerk):
    await shopper(connection, here, "Anna")
    local = await staff_client(http, connection, website_ids=[1])
    view = (await saved(clerk, {"filter": {"createdAt": {"isNull": False}}}, isShared=True))["id"]
    everywhere = (await clerk.data(RUN, viewId=view))["customers"]["totalCount"]
    assert (await local.data(RUN, viewId=view))["customers"]["totalCount"] < everywhere


@pytest.mark.parametrize("id", ["gvw_0000000000ffffff", "cus_0000000000000001", "gvw_1"])
async def test_an_unknown_view_is_no_whole_list(id, clerk):
    assert (await refusal(clerk, viewId=id))["code"] == "BAD_USER_INPUT"


async def test_a_view_of_another_grid_is_unknown(clerk, connection):
    staff = int((await staff_id_of(connection, clerk))[4:], 16)
    view = await make_view(connection, staff, grid="GONE", is_shared=True)
    assert (await refusal(clerk, viewId=view))["key"] == "grid_view.not_found"


def test_every_reference_of_a_grid_is_a_node():
    prefixes = {
        column.id_prefix for types in KNOWN_GRIDS.values() for column in types.grid.columns.values() if column.id_prefix
    }
    assert prefixes <= set(nodes_of(admin.schema))


async def test_of_two_views_made_at_once_one_is_the_hundredth(clerk, connection):
    staff = int((await staff_id_of(connection, clerk))[4:], 16)
    for _ in range(99):
        await make_view(connection, staff)
    async with stop_after("INSERT INTO grid_view") as stop:
        first = asyncio.create_task(save(clerk, name="First"))
        await stop.reached_by(first)
        second = asyncio.create_task(save(clerk, name="Second"))
        assert await stop.is_waited_for_by(second, connection)
    assert (await first)["userErrors"] == []
    assert keys(await second) == [("LIMIT_REACHED", "grid_view.limit_reached", None)]
    assert await connection.fetchval("SELECT count(*) FROM grid_view WHERE owner_id = $1", staff) == 100


async def test_a_default_that_is_chosen_while_the_view_is_deleted_is_none(clerk, connection):
    from administration.grid_views.test_grid_views import CHOOSE, DELETE

    view = (await saved(clerk))["id"]
    async with stop_after("DELETE FROM grid_view") as stop:
        deleting = asyncio.create_task(call(clerk, DELETE, id=view))
        await stop.reached_by(deleting)
        choosing = asyncio.create_task(call(clerk, CHOOSE, grid="CUSTOMERS", viewId=view))
        assert await stop.is_waited_for_by(choosing, connection)
    assert (await deleting)["deletedId"] == view
    assert keys(await choosing) == [("NOT_FOUND", "grid_view.not_found", ["viewId"])]
