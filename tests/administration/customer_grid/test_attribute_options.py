"""Options of attributes in the list of customers: counted by facets, and refused once they are gone
(docs/domain/attributes.md#attributes-12)."""

from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.messaging.jobs.work import Tools
from customers.attributes.samples import delete_made, make_attribute
from support.customers import customer_id, make_customer
from support.exporting import run_exports, show_export, start_export
from support.staff import make_website, staff_client

FACETS = """query F($filter: CustomerFilter, $columns: [String!]!, $first: Int!) { customers(filter: $filter) {
  facets(columns: $columns, first: $first) { column values { value label count } otherCount precision } } }"""
LIST = "query L($filter: CustomerFilter, $viewId: ID) { customers(filter: $filter, viewId: $viewId) { totalCount } }"
COLUMNS = "{ gridColumns(grid: CUSTOMERS) { key isFacetable } }"
EDIT = "mutation E($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { key path } } }"
UPDATE = "mutation U($input: AttributeUpdateInput!) { attributeUpdate(input: $input) { userErrors { key path } } }"
SAVE = """mutation V($input: GridViewCreateInput!) { gridViewCreate(input: $input) { view { id }
  userErrors { key path } } }"""
VIEW = "query V($id: ID!) { gridView(id: $id) { state problems { message path } } }"
SMALL, MEDIUM = {"code": "s", "label": "Small"}, {"code": "m", "label": "Medium"}


@pytest.fixture(autouse=True)
async def few_attributes(connection: Any) -> Any:
    yield
    await delete_made(connection)


async def make(connection: Any, options: Any = (), **given: Any) -> Any:
    return await make_attribute(connection, options, is_grid_column=True, is_grid_filter=True, **given)


async def add(client: Any, connection: Any, here: int, row: Any, value: Any) -> Any:
    made = await make_customer(connection, website_id=here, created_in_store_view_id=here)
    if value is not None:
        given = {"id": customer_id(made), "attributes": [{"code": row.code, "value": value}]}
        assert (await client.data(EDIT, input=given))["customerUpdate"]["userErrors"] == []
    return made


def within(here: int, *more: Any) -> Any:
    return {"and": [{"website": {"eq": encode_id("web", here)}}, *more]}


async def facet(client: Any, here: int, row: Any, first: int = 10) -> Any:
    given = {"filter": within(here), "columns": [f"attribute.{row.code}"], "first": first}
    [found] = (await client.data(FACETS, **given))["customers"]["facets"]
    return found


async def test_facets_count_options_and_answers(admin_client: Any, connection: Any):
    here = await make_website(connection)
    several = await make(connection, ("s", "m", "l"), type="MULTI_SELECT")
    one = await make(connection, ("s", "m"), type="SELECT")
    answer = await make(connection, type="BOOLEAN")
    text = await make(connection)
    for codes in (["s", "m"], ["s"], None):
        await add(admin_client, connection, here, several, codes and {"options": codes})
    assert await facet(admin_client, here, several) == {
        "column": f"attribute.{several.code}",
        "values": [
            {"value": "s", "label": "S", "count": 2},
            {"value": None, "label": None, "count": 1},
            {"value": "m", "label": "M", "count": 1},
        ],
        "otherCount": 0,
        "precision": "EXACT",
    }
    first = await facet(admin_client, here, several, first=1)
    assert (first["values"], first["otherCount"]) == ([{"value": "s", "label": "S", "count": 2}], 2)
    await add(admin_client, connection, here, one, {"options": ["m"]})
    assert {"value": "m", "label": "M", "count": 1} in (await facet(admin_client, here, one))["values"]
    await add(admin_client, connection, here, answer, {"boolean": False})
    assert {"value": "false", "label": "No", "count": 1} in (await facet(admin_client, here, answer))["values"]
    columns = {one["key"]: one["isFacetable"] for one in (await admin_client.data(COLUMNS))["gridColumns"]}
    shown = [columns[f"attribute.{row.code}"] for row in (several, one, answer, text)]
    assert shown == [True, True, True, False]
    refused = await admin_client.answer(FACETS, columns=[f"attribute.{text.code}"], first=1)
    assert refused["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_facets_of_personal_attributes_take_the_permission(http: Any, connection: Any):
    row = await make(connection, ("s",), type="SELECT")
    blind = await staff_client(http, connection, sorted(ALL_PERMISSIONS - {"customers.pii"}))
    [error] = (await blind.answer(FACETS, columns=[f"attribute.{row.code}"], first=1))["errors"]
    assert (error["extensions"]["code"], error["extensions"]["permission"]) == ("FORBIDDEN", "customers.pii")


@pytest.mark.parametrize("operator", ["hasAny", "hasAll", "hasNone"])
async def test_what_names_an_option_that_is_gone_is_refused(
    operator: str, admin_client: Any, connection: Any, database: Any, settings: Any
):
    """`hasNone` of an option that nobody has would match everybody in place of some."""
    here = await make_website(connection)
    row = await make(connection, ("s", "m"), type="MULTI_SELECT")
    await add(admin_client, connection, here, row, {"options": ["s"]})
    filter = within(here, {"attributes": [{"code": row.code, "options": {operator: ["s", "m"]}}]})
    content = {"customers": {"filter": filter, "columns": ["number"]}}
    view = (await admin_client.data(SAVE, input={"name": operator, "content": content}))["gridViewCreate"]["view"]["id"]
    assert (await admin_client.data(VIEW, id=view))["gridView"] == {"state": "READY", "problems": []}
    wanted = {"customers": {"selection": {"filter": filter}, "columns": ["number"]}}
    job = await start_export(admin_client, wanted)
    given = {"id": encode_id("att", row.id), "options": [SMALL]}
    assert (await admin_client.data(UPDATE, input=given))["attributeUpdate"]["userErrors"] == []
    path = ["filter", "and", "1", "attributes", "0", "options", operator]
    message = f"The attribute {row.code} has no option m. Choose another one, or leave it out."
    told = (await admin_client.data(VIEW, id=view))["gridView"]
    assert told == {"state": "BROKEN", "problems": [{"message": message, "path": path}]}
    [error] = (await admin_client.answer(LIST, viewId=view))["errors"]
    assert error["extensions"]["key"] == "grid_view.broken"
    [error] = (await admin_client.answer(LIST, filter=filter))["errors"]
    assert (error["extensions"]["code"], error["extensions"]["argument"]) == ("BAD_USER_INPUT", path)
    await run_exports(Tools(database, settings))
    assert (await show_export(admin_client, job))["status"] == "FAILED"
    again = {"id": encode_id("att", row.id), "options": [SMALL, MEDIUM]}
    assert (await admin_client.data(UPDATE, input=again))["attributeUpdate"]["userErrors"] == []
    assert (await admin_client.data(VIEW, id=view))["gridView"]["state"] == "READY"
