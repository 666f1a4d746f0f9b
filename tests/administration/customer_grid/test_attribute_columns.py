"""Attributes in the list of customers (docs/domain/attributes.md#attributes-12)."""

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.messaging.jobs.work import Tools
from customers.attributes.samples import delete_made, make_attribute
from support.customers import customer_id, make_customer
from support.exporting import (
    create_export,
    export,
    read_csv,
    read_json_lines,
    read_spreadsheet_xml,
    read_workbook,
    run_exports,
    show_export,
    start_export,
)
from support.staff import make_website, staff_client

LIST = """query L($filter: CustomerFilter, $sort: [CustomerSort!], $viewId: ID, $first: Int, $after: String, $last: Int,
    $before: String) {
  customers(filter: $filter, sort: $sort, viewId: $viewId, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { id } pageInfo { startCursor endCursor } } }"""
ROWS = """query R($filter: CustomerFilter, $codes: [String!], $first: Int) { customers(filter: $filter, first: $first) {
  nodes { id gridRow { number attributes(codes: $codes) { code label display text } } } } }"""
COLUMNS = """{ gridColumns(grid: CUSTOMERS) { key attributeCode label type operators sortKey isFilterable isSortable
  isExportable isQuickEditable isPersonal isIndexed missingPermission } }"""
MATCHES = """query M($filter: CustomerFilter!, $of: CustomerFilter!, $first: Int) {
  customers(filter: $of, first: $first) { nodes {
    matches(filter: $filter) { isMatch clauses { path operator actual isTrue } } } } }"""
EDIT = "mutation E($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { key path } } }"
UPDATE = "mutation U($input: AttributeUpdateInput!) { attributeUpdate(input: $input) { userErrors { key path } } }"
CREATE = "mutation C($input: AttributeCreateInput!) { attributeCreate(input: $input) { userErrors { code key path } } }"
DELETE = "mutation D($input: AttributeDeleteInput!) { attributeDelete(input: $input) { userErrors { key path } } }"
SAVE = """mutation V($input: GridViewCreateInput!) { gridViewCreate(input: $input) {
  view { id state problems { path } filter sort columns } userErrors { key path } } }"""
VIEW = "query V($id: ID!) { gridView(id: $id) { state problems { path } } }"
EXPLAIN = """query E($filter: CustomerFilter, $sort: [CustomerSort!]) {
  customers(filter: $filter, sort: $sort, first: 1) { explain { isIndexed } } }"""
SELECT = """mutation S($input: CustomerSelectionCreateInput!) { customerSelectionCreate(input: $input) {
  selection { count } userErrors { key path } } }"""
SHOWN = {"is_grid_column": True, "is_grid_filter": True}


@pytest.fixture(autouse=True)
async def few_attributes(connection):
    yield
    await delete_made(connection)


@pytest.fixture
async def here(connection):
    return await make_website(connection)


async def make(connection, options=(), **given):
    return await make_attribute(connection, options, **{**SHOWN, **given})


async def add_customer(client, connection, here, *given):
    """A customer with these values, each an attribute and its value."""
    row = await make_customer(connection, website_id=here, created_in_store_view_id=here)
    values = [{"code": of.code, "value": value} for of, value in given]
    answer = await client.data(EDIT, input={"id": customer_id(row), "attributes": values})
    assert answer["customerUpdate"]["userErrors"] == []
    return row


def within(here, *more):
    return {"and": [{"website": {"eq": encode_id("web", here)}}, *more]}


def by(row, **compared):
    return {"attributes": [{"code": row.code, **compared}]}


async def find(client, here, *more, **given):
    read = (await client.data(LIST, filter=within(here, *more), **given))["customers"]
    assert read["totalCount"] == len(read["nodes"]) or given
    return [node["id"] for node in read["nodes"]]


VALUES = {
    "TEXT": [{"text": "Straße 42"}, {"text": "Éva"}],
    "TEXT_AREA": [{"text": "Straße 42\nx"}, {"text": "Éva"}],
    "MULTILINE": [{"lines": ["other", "Straße 42"]}, {"lines": ["Éva", "more"]}],
    "DATE": [{"date": "2024-02-29"}, {"date": "1999-12-31"}],
    "BOOLEAN": [{"boolean": True}, {"boolean": False}],
    "SELECT": [{"options": ["s"]}, {"options": ["m"]}],
    "MULTI_SELECT": [{"options": ["m", "s"]}, {"options": ["m"]}],
}
# What is compared, and which of three customers it finds: those with the values above, and one without any.
COMPARED = [
    ("TEXT", "text", {"eq": "STRASSE 42"}, "0"),
    ("TEXT", "text", {"in": ["eva", "strasse 42"]}, "01"),
    ("TEXT", "text", {"in": []}, ""),
    ("TEXT", "text", {"notIn": ["eva"]}, "02"),
    ("TEXT", "text", {"startsWith": "stras"}, "0"),
    ("TEXT", "text", {"contains": "asse 4"}, "0"),
    ("TEXT", "text", {"isNull": True}, "2"),
    ("TEXT", "text", {"isNull": False}, "01"),
    ("TEXT_AREA", "text", {"startsWith": "Straße"}, "0"),
    ("MULTILINE", "text", {"eq": "strasse 42"}, "0"),
    ("MULTILINE", "text", {"startsWith": "e"}, "1"),
    ("MULTILINE", "text", {"isNull": True}, "2"),
    ("DATE", "date", {"gt": "1999-12-31"}, "0"),
    ("DATE", "date", {"gte": "1999-12-31"}, "01"),
    ("DATE", "date", {"lt": "2024-02-29"}, "1"),
    ("DATE", "date", {"lte": "2024-02-29", "gte": "2024-02-29"}, "0"),
    ("DATE", "date", {"inLastDays": 36_500}, "01"),
    ("DATE", "date", {"inLastDays": 0}, ""),
    ("DATE", "date", {"notInLastDays": 0}, "012"),
    ("BOOLEAN", "boolean", {"eq": True}, "0"),
    ("BOOLEAN", "boolean", {"eq": False}, "1"),
    ("BOOLEAN", "boolean", {"isNull": True}, "2"),
    ("SELECT", "options", {"hasAny": ["s"]}, "0"),
    ("SELECT", "options", {"hasNone": ["s"]}, "12"),
    ("MULTI_SELECT", "options", {"hasAny": ["s", "l"]}, "0"),
    ("MULTI_SELECT", "options", {"hasAny": ["m"]}, "01"),
    ("MULTI_SELECT", "options", {"hasAll": ["m", "s"]}, "0"),
    ("MULTI_SELECT", "options", {"hasAll": ["m", "m"]}, "01"),
    ("MULTI_SELECT", "options", {"hasAll": ["m", "s", "l"]}, ""),
    ("SELECT", "options", {"hasAll": ["s", "m"]}, ""),
    ("MULTI_SELECT", "options", {"hasNone": ["s"]}, "12"),
    ("MULTI_SELECT", "options", {"isNull": False}, "01"),
]


@pytest.mark.parametrize(("type", "member", "compared", "found"), COMPARED, ids=str)
async def test_a_filter_compares_values(type, member, compared, found, admin_client, connection, here):
    row = await make(connection, ("s", "m", "l") if "SELECT" in type else (), type=type)
    another = await make(connection)  # whose values are none of this one
    made = [
        await add_customer(admin_client, connection, here, (row, value), (another, {"text": "Strasse 42"}))
        for value in VALUES[type]
    ]
    made.append(await add_customer(admin_client, connection, here, (another, {"text": "Éva"})))
    expected = [customer_id(made[int(place)]) for place in reversed(found)]
    assert await find(admin_client, here, by(row, **{member: compared})) == expected
    others = [customer_id(one) for place, one in reversed(list(enumerate(made))) if str(place) not in found]
    assert await find(admin_client, here, {"not": by(row, **{member: compared})}) == others


async def test_entries_and_other_columns_have_to_hold_together(admin_client, connection, here):
    size, color = await make(connection), await make(connection)
    both = await add_customer(admin_client, connection, here, (size, {"text": "42"}), (color, {"text": "red"}))
    one = await add_customer(admin_client, connection, here, (size, {"text": "42"}), (color, {"text": "blue"}))
    joined = {"attributes": [*by(size, text={"eq": "42"})["attributes"], *by(color, text={"eq": "red"})["attributes"]]}
    assert await find(admin_client, here, joined) == [customer_id(both)]
    either = {"or": [by(color, text={"eq": "red"}), by(color, text={"eq": "blue"})]}
    assert await find(admin_client, here, either, by(size, text={"eq": "42"})) == [customer_id(one), customer_id(both)]
    with_account = {"status": {"eq": "ACTIVE"}, **joined}  # a column of the other table
    assert await find(admin_client, here, with_account) == [customer_id(both)]
    assert await find(admin_client, here, {"number": {"eq": one.number}, **joined}) == []


@pytest.mark.parametrize(
    ("entry", "path", "said"),
    [
        ({"code": "nobody", "text": {"eq": "1"}}, "code", "no attribute with this code"),
        ({"text": {"eq": "1"}, "hidden": True}, "code", "no attribute with this code"),
        ({}, "", "compare the attribute with, as `text`"),
        ({"text": {}}, "", "compare the attribute with, as `text`"),
        ({"date": {"isNull": True}}, "date", "by `text`"),
        ({"text": {"contains": "1"}, "starts": True}, "text.contains", "no such operator"),
        ({"text": {"eq": None}}, "text.eq", "null is no value"),
    ],
    ids=str,
)
async def test_what_cannot_be_compared_is_refused(entry, path, said, admin_client, connection):
    hidden = entry.pop("hidden", False)
    match = "STARTS_WITH" if entry.pop("starts", False) else "CONTAINS"
    row = await make(connection, is_grid_filter=not hidden, grid_filter_match=match)
    answer = await admin_client.answer(LIST, filter={"attributes": [{"code": row.code, **entry}]})
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert ".".join(error["extensions"]["argument"]) == ".".join(["filter", "attributes", "0", *filter(None, [path])])
    assert said in error["message"]


@pytest.mark.parametrize("type", ["TEXT", "DATE", "BOOLEAN", "SELECT"])
async def test_the_list_is_sorted_by_values_with_empty_ones_first(type, admin_client, connection, here):
    row = await make(connection, ("s", "m") if type == "SELECT" else (), type=type)
    lists = {
        "TEXT": [{"text": "Zoë"}, {"text": "ann"}],
        "DATE": VALUES["DATE"],
        "BOOLEAN": VALUES["BOOLEAN"],
        # In the order of the options, s before m.
        "SELECT": [{"options": ["m"]}, {"options": ["s"]}],
    }
    high, low = [await add_customer(admin_client, connection, here, (row, value)) for value in lists[type]]
    empty = await add_customer(admin_client, connection, here)
    expected = [customer_id(one) for one in (empty, low, high)]
    sort = {"by": "ATTRIBUTE", "attributeCode": row.code}
    for direction, order in (("ASC", expected), ("DESC", expected[::-1])):
        sorts = [{**sort, "direction": direction}, {"by": "NAME"}]
        assert await find(admin_client, here, sort=sorts) == order
        assert await find(admin_client, here, by(row, text={"isNull": True}) if type == "TEXT" else {}, sort=sorts)
        met, cursor = [], None
        for _ in order:
            read = (await admin_client.data(LIST, filter=within(here), sort=sorts, first=1, after=cursor))["customers"]
            met, cursor = met + [node["id"] for node in read["nodes"]], read["pageInfo"]["endCursor"]
        assert met == order
        read = (await admin_client.data(LIST, filter=within(here), sort=sorts, last=1, before=cursor))["customers"]
        assert [node["id"] for node in read["nodes"]] == [order[1]]


@pytest.mark.parametrize(
    "sort",
    [
        {"by": "ATTRIBUTE"},
        {"by": "NAME", "attributeCode": "x"},
        {"by": "ATTRIBUTE", "attributeCode": "nobody"},
        {"by": "ATTRIBUTE", "attributeCode": "HIDDEN"},
    ],
    ids=str,
)
async def test_orders_that_cannot_be(sort, admin_client, connection):
    row = await make(connection, is_grid_column=False)
    given = {**sort, **({"attributeCode": row.code} if sort.get("attributeCode") == "HIDDEN" else {})}
    [error] = (await admin_client.answer(LIST, sort=[given]))["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": ["sort", "0", "attributeCode"]}


async def test_columns_are_listed_with_what_they_allow(admin_client, connection):
    text = await make(connection, label="Shoe size", grid_filter_match="EQUALS", is_quick_editable=True)
    choice = await make(connection, ("s",), type="MULTI_SELECT", is_personal=False, is_grid_filter=False)
    await make(connection, is_grid_column=False, is_grid_filter=False)
    await make(connection, is_being_deleted=True)
    shown = [
        one
        for one in (await admin_client.data(COLUMNS))["gridColumns"]
        if (one["attributeCode"] or "").startswith("a_")
    ]
    allowed = {"isExportable": True, "isIndexed": True, "missingPermission": None}
    assert shown == [
        {
            "key": f"attribute.{text.code}",
            "attributeCode": text.code,
            "label": "Shoe size",
            "type": "STRING",
            "operators": ["eq", "in", "notIn", "isNull"],
            "sortKey": "ATTRIBUTE",
            "isFilterable": True,
            "isSortable": True,
            "isQuickEditable": True,
            "isPersonal": True,
            **allowed,
        },
        {
            "key": f"attribute.{choice.code}",
            "attributeCode": choice.code,
            "label": "Shoe size",
            "type": "OPTIONS",
            "operators": [],
            "sortKey": None,
            "isFilterable": False,
            "isSortable": False,
            "isQuickEditable": False,
            "isPersonal": False,
            **allowed,
        },
    ]


async def test_a_row_shows_columns_by_the_same_statements_for_1_and_for_50(admin_client, connection, statements, here):
    row = await make(connection)
    hidden = await make(connection, is_grid_column=False)
    gone = await make(connection, is_being_deleted=True)
    for number in range(50):
        await add_customer(admin_client, connection, here, (row, {"text": str(number)}), (hidden, {"text": "x"}))
    counts = set()
    for size in (1, 50):
        await statements.clear()
        read = (await admin_client.data(ROWS, filter=within(here), first=size))["customers"]["nodes"]
        counts.add(await statements.count("attribute"))
        assert [node["gridRow"]["attributes"] for node in read] == [
            [{"code": row.code, "label": "Shoe size", "display": str(49 - place), "text": str(49 - place)}]
            for place in range(size)
        ]
    assert len(counts) == 1
    for code in (hidden.code, gone.code):
        answer = await admin_client.answer(ROWS, filter=within(here), codes=[code], first=1)
        assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_a_match_is_explained_for_all_rows_at_once(admin_client, connection, statements, here):
    row = await make(connection)
    for number in range(3):
        await add_customer(admin_client, connection, here, (row, {"text": f"4{number}"}))
    counts = set()
    for size in (1, 3):
        await statements.clear()
        given = {"filter": by(row, text={"eq": "42"}), "of": within(here), "first": size}
        read = (await admin_client.data(MATCHES, **given))["customers"]["nodes"]
        counts.add(await statements.count("customer_grid_attribute"))
    assert len(counts) == 1
    clause = {"path": "filter.attributes.0.text.eq", "operator": "eq"}
    assert [one["matches"] for one in read] == [
        {"isMatch": text == "42", "clauses": [{**clause, "actual": text, "isTrue": text == "42"}]}
        for text in ("42", "41", "40")
    ]


async def test_personal_attributes_take_the_permission(http, admin_client, connection, here):
    personal, plain = await make(connection), await make(connection, is_personal=False)
    found = await add_customer(admin_client, connection, here, (personal, {"text": "42"}), (plain, {"text": "43"}))
    blind = await staff_client(http, connection, ALL_PERMISSIONS - {"customers.pii"})
    assert await find(blind, here, by(plain, text={"eq": "43"})) == [customer_id(found)]
    refused = {"code": "FORBIDDEN", "permission": "customers.pii", "column": f"attribute.{personal.code}"}
    for given in (
        {"filter": by(personal, text={"eq": "42"})},
        {"filter": {"not": {"or": [by(personal, text={"isNull": True})]}}},
        {"sort": [{"by": "ATTRIBUTE", "attributeCode": personal.code}]},
    ):
        [error] = (await blind.answer(LIST, **given))["errors"]
        assert error["extensions"] == refused
    [error] = (await blind.answer(MATCHES, filter=by(personal, text={"eq": "42"}), of=within(here)))["errors"]
    assert error["extensions"] == refused
    [node] = (await blind.data(ROWS, filter=within(here)))["customers"]["nodes"]
    assert {one["code"]: one["text"] for one in node["gridRow"]["attributes"]} == {
        personal.code: "4\u2022\u2022\u2022",
        plain.code: "43",
    }


async def test_a_view_that_names_a_deleted_attribute_is_broken(admin_client, connection, here):
    row, other = await make(connection), await make(connection)
    found = await add_customer(admin_client, connection, here, (row, {"text": "42"}))
    content = {
        "filter": within(here, by(row, text={"eq": "42"})),
        "sort": [{"by": "ATTRIBUTE", "attributeCode": row.code, "direction": "DESC"}],
        "columns": ["number", f"attribute.{row.code}"],
    }
    given = {"name": "Sizes", "content": {"customers": content}}
    answer = (await admin_client.data(SAVE, input=given))["gridViewCreate"]
    view = answer["view"]
    assert answer["userErrors"] == []
    assert view == {"id": view["id"], "state": "READY", "problems": [], **content}
    assert (await admin_client.data(LIST, viewId=view["id"]))["customers"]["nodes"] == [{"id": customer_id(found)}]
    unknown = {"filter": by(other, date={"isNull": True}), "columns": ["attribute.nobody"]}
    answer = (await admin_client.data(SAVE, input={"name": "No", "content": {"customers": unknown}}))["gridViewCreate"]
    assert [one["path"] for one in answer["userErrors"]] == [["content", "customers", "columns", "0"]]
    await admin_client.data(DELETE, input={"id": encode_id("att", row.id)})
    told = (await admin_client.data(VIEW, id=view["id"]))["gridView"]
    paths = [["filter", "and", "1", "attributes", "0", "code"], ["sort", "0", "attributeCode"], ["columns", "1"]]
    assert told == {"state": "BROKEN", "problems": [{"path": path} for path in paths]}
    [error] = (await admin_client.answer(LIST, viewId=view["id"]))["errors"]
    assert error["extensions"]["key"] == "grid_view.broken"


async def test_a_selection_takes_the_filter_and_refuses_an_empty_one(admin_client, connection, here):
    row = await make(connection)
    await add_customer(admin_client, connection, here, (row, {"text": "42"}))
    for compared, answered in (
        ({"text": {"eq": "42"}}, ({"count": 1}, [])),
        ({"text": {"notIn": []}}, (None, ["selection.filter_empty"])),
    ):
        given = {"selection": {"filter": by(row, **compared)}}
        answer = (await admin_client.data(SELECT, input=given))["customerSelectionCreate"]
        assert (answer["selection"], [one["key"] for one in answer["userErrors"]]) == answered


async def test_what_is_compared_follows_the_value(admin_client, connection, here):
    row = await make(connection, type="MULTILINE")
    one = await add_customer(admin_client, connection, here, (row, {"lines": ["a" * 255, "b"]}))
    stored = "SELECT value FROM customer_grid_attribute WHERE customer_id = $1 ORDER BY place"
    assert [found.value for found in await connection.fetch(stored, one.id)] == ["a" * 255, "b"]
    given = {"id": customer_id(one), "attributes": [{"code": row.code, "value": {"lines": ["c"]}}]}
    assert (await admin_client.data(EDIT, input=given))["customerUpdate"]["userErrors"] == []
    assert await find(admin_client, here, by(row, text={"eq": "b"})) == []
    assert await find(admin_client, here, by(row, text={"eq": "C"})) == [customer_id(one)]
    await admin_client.data(DELETE, input={"id": encode_id("att", row.id)})
    assert await connection.fetch(stored, one.id) == []


async def test_another_definition_holds_at_once(admin_client, connection, here):
    row = await make(connection)
    await add_customer(admin_client, connection, here, (row, {"text": "42"}))
    contains = by(row, text={"contains": "2"})
    assert len(await find(admin_client, here, contains)) == 1
    given = {"id": encode_id("att", row.id), "gridFilterMatch": "EQUALS"}
    assert (await admin_client.data(UPDATE, input=given))["attributeUpdate"]["userErrors"] == []
    [error] = (await admin_client.answer(LIST, filter=contains))["errors"]
    assert error["extensions"]["argument"] == ["filter", "attributes", "0", "text", "contains"]


async def test_attributes_of_addresses_are_no_columns(admin_client):
    given = {"entity": "ADDRESS", "code": "a_door", "type": "TEXT", "label": "Door", "isGridColumn": True}
    answer = (await admin_client.data(CREATE, input=given))["attributeCreate"]
    refused = {"code": "NOT_ALLOWED", "key": "attribute.not_in_lists", "path": ["isGridColumn"]}
    assert answer["userErrors"] == [refused]


async def test_an_export_has_the_columns(admin_client, connection, here, database, settings):
    text, day = await make(connection, label="=Size"), await make(connection, label="Day", type="DATE")
    choice = await make(connection, ("s", "m"), label="Fits", type="MULTI_SELECT")
    hidden = await make(connection, is_grid_column=False)
    given = [(text, {"text": "=42"}), (day, {"date": "2024-02-29"}), (choice, {"options": ["m", "s"]})]
    await add_customer(admin_client, connection, here, *given)
    await add_customer(admin_client, connection, here, (text, {"text": "41"}))
    await add_customer(admin_client, connection, here)
    columns = [f"attribute.{row.code}" for row in (text, day, choice)]
    sort = [{"by": "ATTRIBUTE", "attributeCode": text.code, "direction": "DESC"}]
    wanted = {"selection": {"filter": within(here, by(text, text={"isNull": False}))}, "sort": sort, "columns": columns}
    tools = Tools(database, settings)
    titles = ("'=Size", "Day", "Fits")
    rows = [("'=42", "2024-02-29", "M, S"), ("41", "", "")]
    assert read_csv(await export(admin_client, tools, {"customers": wanted})) == [
        dict(zip(titles, row, strict=True)) for row in rows
    ]
    lines = read_json_lines(await export(admin_client, tools, {"customers": wanted}, "JSON_LINES"))
    assert lines[0] == dict(zip(columns, ("=42", "2024-02-29", ["M", "S"]), strict=True))
    answer = await create_export(admin_client, {"customers": {**wanted, "columns": [f"attribute.{hidden.code}"]}})
    assert [one["path"] for one in answer["userErrors"]] == [["list", "customers", "columns", "0"]]


async def test_an_index_finds_values_and_gives_an_order(admin_client, connection):
    row = await make(connection)
    by_value = [{"by": "ATTRIBUTE", "attributeCode": row.code}]
    for given, is_indexed in (
        ({"filter": by(row, text={"eq": "42"})}, True),
        ({"sort": by_value}, True),
        ({"filter": by(row, text={"eq": "42"}), "sort": by_value}, True),
    ):
        assert (await admin_client.data(EXPLAIN, **given))["customers"]["explain"] == {"isIndexed": is_indexed}


@pytest.mark.parametrize(("format", "read"), [("XLSX", read_workbook), ("EXCEL_XML", read_spreadsheet_xml)])
async def test_titles_have_what_workbooks_can_hold(format, read, admin_client, connection, here, database, settings):
    row = await make(connection, label="Size\uffff")
    await add_customer(admin_client, connection, here, (row, {"text": "42\uffff"}))
    wanted = {"selection": {"filter": within(here)}, "columns": [f"attribute.{row.code}"]}
    content = await export(admin_client, Tools(database, settings), {"customers": wanted}, format)
    assert read(content) == [{"Size": "42"}]


async def test_an_export_that_waits_while_its_attribute_goes_fails(admin_client, connection, here, database, settings):
    row = await make(connection)
    await add_customer(admin_client, connection, here, (row, {"text": "42"}))
    wanted = {"selection": {"filter": by(row, text={"eq": "42"})}, "columns": ["number"]}
    job = await start_export(admin_client, {"customers": wanted})
    await admin_client.data(DELETE, input={"id": encode_id("att", row.id)})
    await run_exports(Tools(database, settings))
    assert (await show_export(admin_client, job))["status"] == "FAILED"
