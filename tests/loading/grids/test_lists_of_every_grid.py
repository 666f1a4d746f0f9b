"""Lists of every grid: orders under concurrent writes, what a viewer reaches and may use, and what a page costs."""

from functools import partial

import pytest

from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.loading.grids.columns import ColumnType
from support.every_grid import (
    GRID_ROWS,
    GRID_TYPES,
    NAMES,
    GridRoot,
    clause_for,
    columns_of_every_grid,
    sorts_of_every_grid,
)
from support.staff import make_website, staff_client

PAGE = "totalCount nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage }"
WITH_WEBSITE = [name for name in NAMES if GRID_TYPES[name].grid.website is not None]
FACETS = "facets(columns: $columns) { column values { value label count } otherCount precision }"
COLUMNS = "query C($grid: Grid!) { gridColumns(grid: $grid) { key isPersonal missingPermission isSearched } }"


def test_every_grid_has_rows_for_these_tests():
    assert set(GRID_ROWS) == set(NAMES), "add GRID_ROWS to the samples of the slice"


class Rows:
    """Rows of each grid, made once for the module."""

    def __init__(self, database):
        self.database = database
        self.made = {}

    async def of(self, name):
        if name not in self.made:
            async with self.database.writes.acquire() as connection:
                self.made[name] = await GRID_ROWS[name](connection, 7)
        return self.made[name]


@pytest.fixture(scope="module")
def rows(database):
    return Rows(database)


async def walk(client, root, size, *, backward=False, between=None, **given):
    """The ids of all pages, in the order of the list; `between` runs once, after the first page."""
    met, place = [], None
    document = root.document(PAGE)
    while True:
        window = {"last": size, "before": place} if backward else {"first": size, "after": place}
        read = (await client.data(document, **window, **given))["list"]
        ids = [node["id"] for node in read["nodes"]]
        met = ids + met if backward else met + ids
        if not read["pageInfo"]["hasPreviousPage" if backward else "hasNextPage"]:
            return met
        place = read["pageInfo"]["startCursor" if backward else "endCursor"]
        if between is not None:
            await between()
            between = None


@pytest.mark.slow
@pytest.mark.parametrize(("name", "key"), sorts_of_every_grid())
async def test_every_order_meets_every_row_once_in_both_directions(name, key, admin_client, connection, rows):
    root, made = GridRoot.of(name), await rows.of(name)
    given = {"filter": made.filter, "sort": [{"by": key, "direction": "ASC"}]}
    before = await walk(admin_client, root, 50, filter=made.filter)
    size = 1 + len(before) // 4
    for backward in (False, True):
        met = await walk(admin_client, root, size, backward=backward, between=partial(made.add, connection), **given)
        assert len(set(met)) == len(met)
        assert sorted(set(met) & set(before)) == sorted(before)
    settled = await walk(admin_client, root, size + 1, **given)
    assert await walk(admin_client, root, size, backward=True, **given) == settled
    given["sort"][0]["direction"] = "DESC"
    assert await walk(admin_client, root, size, **given) == settled[::-1]
    assert await walk(admin_client, root, size + 1, backward=True, **given) == settled[::-1]


@pytest.mark.parametrize("name", NAMES)
async def test_a_page_with_its_rows_is_one_statement_for_1_and_for_50(name, admin_client, connection, statements):
    root, made = GridRoot.of(name), await GRID_ROWS[name](connection, 50)
    document = root.document(f"nodes {{ id {root.row_selection()} }}")
    for size in (1, 50):
        for _ in range(6):  # a document that came often may be read differently
            await statements.clear()
            read = (await admin_client.data(document, filter=made.filter, first=size))["list"]
            assert len([node for node in read["nodes"] if node["gridRow"]]) == size
            assert await statements.count(root.table) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_count_facets_and_explanation_are_one_statement_each(name, admin_client, rows, statements):
    root, made = GridRoot.of(name), await rows.of(name)
    columns = [key for key, column in root.types.grid.columns.items() if column.is_facetable][:10]
    document = root.document(f"totalCount {FACETS} explain {{ estimatedRowCount isIndexed }}", "columns: [String!]!")
    await statements.clear()
    read = (await admin_client.data(document, filter=made.filter, columns=columns, first=1))["list"]
    # The page, the count and the explanation; facets of no columns take none.
    assert await statements.count(root.table) == 3 + bool(columns)
    for facet in read["facets"]:
        assert facet["precision"] == "EXACT"
        if root.types.grid.columns[facet["column"]].type is not ColumnType.TAGS:  # a row may have several tags, or none
            counted = sum(value["count"] for value in facet["values"]) + facet["otherCount"]
            assert counted == read["totalCount"], facet


@pytest.mark.parametrize("name", WITH_WEBSITE)
async def test_staff_of_a_website_learn_nothing_of_others(name, admin_client, http, connection, rows):
    root, made = GridRoot.of(name), await rows.of(name)
    keys = [key for key, column in root.types.grid.columns.items() if column.is_facetable][:10]
    document = root.document(
        f"{PAGE} {FACETS} explain {{ estimatedRowCount isIndexed }} edges {{ cursor }}", "columns: [String!]!"
    )
    assert made.website is not None
    seen = (await admin_client.data(document, filter=made.filter, columns=keys, first=100))["list"]
    local = await staff_client(http, connection, website_ids=[made.website])
    own = (await local.data(document, filter={"or": [made.filter, {}]}, columns=keys, first=100))["list"]
    assert own == {**seen, "explain": own["explain"]}
    assert own["explain"]["estimatedRowCount"] == len(own["nodes"])
    stranger = await staff_client(http, connection, website_ids=[await make_website(connection)])
    nothing = {"values": [], "otherCount": 0, "precision": "EXACT"}
    for filter in (made.filter, {"or": [made.filter, {}]}, {"not": {"not": made.filter}}):
        for after in (None, seen["edges"][0]["cursor"]):
            read = (await stranger.data(document, filter=filter, columns=keys, after=after))["list"]
            assert (read["nodes"], read["totalCount"], read["explain"]["estimatedRowCount"]) == ([], 0, 0)
            assert read["facets"] == [{"column": key, **nothing} for key in keys]
    for node in seen["nodes"][:1] if root.has_nodes else ():
        found = await stranger.data("query N($id: ID!) { node(id: $id) { id } }", id=node["id"])
        assert found["node"] is None


PERSONAL = [(name, column.key) for name, column in columns_of_every_grid() if column.key in GRID_TYPES[name].personal]


@pytest.fixture
async def blind(http, connection):
    return await staff_client(http, connection, ALL_PERMISSIONS - {"customers.pii"})


@pytest.mark.parametrize(("name", "key"), PERSONAL)
async def test_a_personal_column_is_closed_before_a_statement_runs(name, key, blind, statements):
    root = GridRoot.of(name)
    column = root.types.grid.columns[key]
    asked = []
    if column.is_filterable:
        clause = clause_for(column)
        asked += [{"filter": filter} for filter in (clause, {"not": clause}, {"or": [{}, {"and": [clause]}]})]
    if column.sort_key is not None:
        asked.append({"sort": [{"by": column.sort_key}]})
    calls = [(root.document(PAGE), given) for given in asked]
    if column.is_facetable:
        calls.append((root.document(FACETS, "columns: [String!]!"), {"columns": [key], "first": 1}))
    for document, given in calls:
        await statements.clear()
        answer = await blind.answer(document, **given)
        refused = {"code": "FORBIDDEN", "permission": "customers.pii", "column": key}
        assert answer["errors"][0]["extensions"] == refused, (given, answer)
        if "facets" not in document:
            assert await statements.count(root.table) == 0


@pytest.mark.parametrize("name", NAMES)
async def test_what_is_not_personal_stays_open(name, blind, rows):
    root, made = GridRoot.of(name), await rows.of(name)
    shown = {column["key"]: column for column in (await blind.data(COLUMNS, grid=name))["gridColumns"]}
    personal = {key for key, column in shown.items() if column["missingPermission"] == "customers.pii"}
    assert personal == {key for key, column in shown.items() if column["isPersonal"]} == root.types.personal
    open_columns = [column for key, column in root.types.grid.columns.items() if key not in personal]
    for column in open_columns:
        filter = clause_for(column) if column.is_filterable else {}
        sort = [] if column.sort_key is None else [{"by": column.sort_key}]
        assert (await blind.data(root.document(PAGE), filter={"and": [made.filter, filter]}, sort=sort))["list"]


@pytest.mark.parametrize("name", [name for name in NAMES if GRID_TYPES[name].grid.document is not None])
async def test_a_search_over_personal_columns_is_closed(name, blind, admin_client, statements):
    root = GridRoot.of(name)
    searched = {key for key, column in root.types.grid.columns.items() if column.is_searched}
    assert searched
    assert (await admin_client.data(root.document(PAGE), search="nobody"))["list"] is not None
    await statements.clear()
    answer = await blind.answer(root.document(PAGE), search="1")
    if searched & root.types.personal:
        assert answer["errors"][0]["extensions"]["permission"] == "customers.pii"
        assert await statements.count(root.table) == 0
    else:
        assert answer["data"]["list"] is not None
