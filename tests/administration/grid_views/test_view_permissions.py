"""The columns and the views of a list are for those who see the list: they take its permission, and no other."""

import pytest

from customer_gql.administration.grid_views import operations
from customer_gql.core.permissions import ALL_PERMISSIONS
from support.every_grid import GRID_TYPES
from support.staff import make_website, staff_client

COLUMNS = "query C($grid: Grid!) { gridColumns(grid: $grid) { key } }"
VIEWS = "query V($grid: Grid!) { gridViews(grid: $grid, first: 100) { nodes { name } } }"
VIEW = "query V($id: ID!) { gridView(id: $id) { grid name } }"
ERRORS = "userErrors { key path }"
CREATE = f"mutation C($input: GridViewCreateInput!) {{ gridViewCreate(input: $input) {{ view {{ id }} {ERRORS} }} }}"
UPDATE = f"mutation U($input: GridViewUpdateInput!) {{ gridViewUpdate(input: $input) {{ view {{ name }} {ERRORS} }} }}"
DELETE = f"mutation D($input: GridViewDeleteInput!) {{ gridViewDelete(input: $input) {{ deletedId {ERRORS} }} }}"
CHOOSE = f"""mutation S($input: GridViewSetDefaultInput!) {{ gridViewSetDefault(input: $input) {{
  view {{ isDefault }} {ERRORS} }} }}"""
INPUT_NAMES = {types.grid.name: name for name, types in operations._GRIDS_BY_INPUT.items()}


def new_view(grid):
    return {"name": "Mine", "content": {INPUT_NAMES[grid]: {}}}


@pytest.mark.parametrize("grid", GRID_TYPES)
async def test_the_permission_of_the_list_is_enough(grid, http, connection):
    types = GRID_TYPES[grid]
    client = await staff_client(http, connection, [types.permission])
    columns = (await client.data(COLUMNS, grid=grid))["gridColumns"]
    assert [column["key"] for column in columns] == list(types.grid.columns)
    created = (await client.data(CREATE, input=new_view(grid)))["gridViewCreate"]
    assert created["userErrors"] == []
    id = created["view"]["id"]
    assert (await client.data(CHOOSE, input={"grid": grid, "viewId": id}))["gridViewSetDefault"] == {
        "view": {"isDefault": True},
        "userErrors": [],
    }
    renamed = {"id": id, "name": "Renamed", "content": new_view(grid)["content"]}
    assert (await client.data(UPDATE, input=renamed))["gridViewUpdate"] == {
        "view": {"name": "Renamed"},
        "userErrors": [],
    }
    assert {"name": "Renamed"} in (await client.data(VIEWS, grid=grid))["gridViews"]["nodes"]
    assert (await client.data(VIEW, id=id))["gridView"] == {"grid": grid, "name": "Renamed"}
    assert (await client.data(DELETE, input={"id": id}))["gridViewDelete"] == {"deletedId": id, "userErrors": []}


@pytest.mark.parametrize("grid", GRID_TYPES)
async def test_every_other_permission_is_not(grid, http, connection):
    types = GRID_TYPES[grid]
    lacking = await staff_client(http, connection, ALL_PERMISSIONS - {types.permission})
    await assert_closed(lacking, grid, types.permission)
    if types.all_websites:
        of_one_website = await staff_client(http, connection, ALL_PERMISSIONS, [await make_website(connection)])
        await assert_closed(of_one_website, grid, types.permission)


async def assert_closed(client, grid, permission):
    for document, given in (
        (COLUMNS, {"grid": grid}),
        (VIEWS, {"grid": grid}),
        (CREATE, {"input": new_view(grid)}),
        (UPDATE, {"input": {"id": "gvw_0000000000000001", "content": new_view(grid)["content"]}}),
        (CHOOSE, {"input": {"grid": grid, "viewId": None}}),
    ):
        answer = await client.answer(document, **given)
        [root] = answer["data"].values()
        assert (root, answer["errors"][0]["extensions"]) == (None, {"code": "FORBIDDEN", "permission": permission})
