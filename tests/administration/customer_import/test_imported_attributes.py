"""Columns of attributes in files: judged as what staff enter, reported by row, and what an export of Adobe's layouts has
(docs/domain/import.md#import-34)."""

import itertools
from typing import Any

import orjson
import pytest

from customer_gql.core.ids import encode_id
from customer_gql.messaging.jobs.runs.leases.claims import claim_jobs
from customer_gql.messaging.jobs.runs.runner import take_turn
from customer_gql.messaging.jobs.work import Tools
from customers.attributes.samples import delete_made, make_attribute, override
from support.adobe_shop import ANN, HOME, Shop, sheet
from support.exporting import export, read_csv
from support.importing import MAP, import_key, problems, run_import, start, upload, work
from support.jobs import delete_open_jobs

NAMES = itertools.count()
STORED = """SELECT a.code, array_agg(coalesce(v.text_value, v.date_value::text, v.boolean_value::text, v.option_code)
    ORDER BY v.place) AS value
FROM customer_attribute v JOIN attribute a ON a.id = v.attribute_id JOIN customer c ON c.id = v.customer_id
WHERE c.email = $1 GROUP BY a.code"""
OF_ADDRESSES = """SELECT a.code, array_agg(coalesce(v.text_value, v.option_code) ORDER BY v.place) AS value
FROM address_attribute v JOIN attribute a ON a.id = v.attribute_id JOIN customer c ON c.id = v.customer_id
JOIN address d ON d.customer_id = v.customer_id AND d.id = v.address_id
WHERE c.email = $1 AND d.city = $2 GROUP BY a.code"""
KINDS = ["TEXT", "TEXT_AREA", "MULTILINE", "DATE", "BOOLEAN", "SELECT", "MULTI_SELECT"]
GIVEN = {
    "TEXT": (" 42 ", ["42"]),
    "TEXT_AREA": ("a\nb", ["a\nb"]),
    "MULTILINE": ("a\n\nb", ["a", "b"]),
    "DATE": ("31/10/1979", ["1979-10-31"]),
    "BOOLEAN": ("No", ["false"]),
    "SELECT": ("SMALL", ["s"]),
    "MULTI_SELECT": ("m,Small, m", ["m", "s"]),
}
LABEL = "UPDATE attribute_option SET label = 'Small' WHERE code = 's'"


@pytest.fixture
async def tools(http: Any, database: Any, settings: Any, connection: Any) -> Any:
    await delete_open_jobs(connection)
    yield Tools(database, settings)
    await delete_made(connection)


async def every_type(connection: Any, **given: Any) -> dict[str, Any]:
    made = {
        type: await make_attribute(connection, ("s", "m") if "SELECT" in type else (), type=type, **given)
        for type in KINDS
    }
    await connection.execute(LABEL)
    return made


async def stored(connection: Any, email: str) -> dict[str, list[str]]:
    return {row.code: row.value for row in await connection.fetch(STORED, email)}


async def test_every_type_has_a_column_in_a_file_of_customers(shop: Shop):
    rows = await every_type(shop.connection)
    cells = {rows[type].code: given for type, (given, _) in GIVEN.items()}
    expected = {rows[type].code: value for type, (_, value) in GIVEN.items()}
    file = sheet(ANN | cells)
    summary = await shop.load(file)
    assert (summary.customers.created, summary.report, summary.ignored_columns) == (1, None, ())
    assert await stored(shop.connection, ANN["email"]) == expected
    assert await shop.rows("SELECT kind, version FROM customer_event") == [("CREATED", 1)]
    again = await shop.load(file)
    assert (again.customers.unchanged, again.customers.updated) == (1, 0)
    # One cell is cleared, one is not given, and the others stay.
    cleared = await shop.load(sheet(ANN | {rows["TEXT"].code: "", rows["DATE"].code: "2000-02-29"}))
    assert (cleared.customers.updated, cleared.customers.unchanged) == (1, 0)
    expected.pop(rows["TEXT"].code)
    assert await stored(shop.connection, ANN["email"]) == expected | {rows["DATE"].code: ["2000-02-29"]}
    [(version, told)] = await shop.rows("SELECT version, changes FROM customer_event WHERE kind = 'IMPORTED'")
    assert (version, orjson.loads(told)) == (
        2,
        {
            f"attributes.{rows['TEXT'].code}": ["42", None],
            f"attributes.{rows['DATE'].code}": ["1979-10-31", "2000-02-29"],
        },
    )


async def test_doubtful_cells_are_left_out_with_a_note(shop: Shop):
    rows = await every_type(shop.connection)
    short = await make_attribute(shop.connection, rules={"maxLength": 2, "validation": "NUMERIC"})
    bad = {
        rows["DATE"].code: "10/11/1979",
        rows["BOOLEAN"].code: "perhaps",
        rows["SELECT"].code: "huge",
        rows["MULTI_SELECT"].code: "s,huge",
        short.code: "abc",
    }
    summary = await shop.load(sheet(ANN | bad | {rows["TEXT"].code: "kept"}))
    assert (summary.customers.created, summary.customers.refused) == (1, 0)
    assert await stored(shop.connection, ANN["email"]) == {rows["TEXT"].code: ["kept"]}
    assert dict(shop.outcomes()) == dict.fromkeys(bad, "cell left out")
    reasons = {row[2]: row[3] for row in shop.refused()}
    assert reasons[short.code] == "Enter at most 2 characters."
    assert reasons[rows["SELECT"].code] == "This attribute has no such option."


async def test_an_empty_cell_of_a_required_value_keeps_it(shop: Shop):
    kept = await make_attribute(shop.connection, is_required=True)
    freed = await make_attribute(shop.connection, is_required=True)
    await override(shop.connection, freed, 1, is_required=False)
    await shop.load(sheet(ANN | {kept.code: "a", freed.code: "b"}))
    again = await shop.load(sheet(ANN | {kept.code: "", freed.code: ""}))
    assert (again.customers.updated, again.report) == (1, None)
    assert await stored(shop.connection, ANN["email"]) == {kept.code: ["a"]}


async def test_rows_of_one_customer_give_what_the_last_of_them_says(shop: Shop):
    first, second = [await make_attribute(shop.connection) for _ in range(2)]
    await shop.load(sheet(ANN | {first.code: "1", second.code: "x" * 256}, ANN | {first.code: "2", second.code: "2"}))
    assert await stored(shop.connection, ANN["email"]) == {first.code: ["2"], second.code: ["2"]}


async def test_a_value_that_is_stored_already_is_not_judged_again(shop: Shop):
    """An escaped text is written as it is stored, and not escaped once more."""
    row = await make_attribute(shop.connection, input_filter="ESCAPE_HTML")
    await shop.load(sheet(ANN | {row.code: "a & b"}))
    assert await stored(shop.connection, ANN["email"]) == {row.code: ["a &amp; b"]}
    again = await shop.load(sheet(ANN | {row.code: "a &amp; b"}))
    assert again.customers.unchanged == 1
    assert await stored(shop.connection, ANN["email"]) == {row.code: ["a &amp; b"]}


async def test_attributes_of_addresses(shop: Shop):
    door = await make_attribute(shop.connection, entity="ADDRESS")
    flags = await make_attribute(shop.connection, ("s", "m"), entity="ADDRESS", type="MULTI_SELECT")
    file = sheet(HOME | {door.code: "blue", flags.code: "m,s", "_entity_id": "1"})
    summary = await shop.load(sheet(ANN), file)
    assert (summary.addresses.created, summary.ignored_columns) == (1, ())
    found = await shop.connection.fetch(OF_ADDRESSES, ANN["email"], "York")
    assert {row.code: row.value for row in found} == {door.code: ["blue"], flags.code: ["m", "s"]}
    assert await shop.rows("SELECT kind FROM customer_event") == [("CREATED",)]
    again = await shop.load(sheet(ANN), file)
    assert (again.addresses.unchanged, again.addresses.updated) == (1, 0)
    edited = await shop.load(sheet(ANN), sheet(HOME | {door.code: "red", "_entity_id": "1"}))
    assert (edited.addresses.updated, edited.addresses.unchanged) == (1, 0)
    [(address, told)] = await shop.rows(
        "SELECT address_id, changes FROM address_attribute v JOIN customer_event e ON e.customer_id = v.customer_id"
        " WHERE e.kind = 'IMPORTED' AND v.text_value = 'red'"
    )
    [customer] = await shop.rows("SELECT id FROM customer")
    name = f"{encode_id('adr', customer[0], address)}.attributes.{door.code}"
    assert orjson.loads(told) == {name: ["blue", "red"]}


async def test_an_option_that_goes_while_a_file_is_imported_refuses_its_row(
    admin_client: Any, tools: Tools, connection: Any
):
    """It is read with the option, which is gone when the rows are written."""
    row = await make_attribute(connection, ("s", "m"), type="SELECT")
    ann, ben = [f"attributed.{next(NAMES)}@shop.example" for _ in range(2)]
    content = f"email,_website,firstname,lastname,{row.code}\n{ann},base,Ann,Lee,s\n{ben},base,Ben,Lee,m\n"
    id = await upload(admin_client, content.encode())
    await start(admin_client, id)
    [lease] = await claim_jobs(tools.database)
    await take_turn(tools, lease, seconds=0)
    assert await connection.fetchval("SELECT count(*) FROM import_row WHERE import_id = $1", import_key(id)) == 2
    await connection.execute(
        "UPDATE attribute_option SET is_being_removed = true WHERE attribute_id = $1 AND code = 's'", row.id
    )
    await work(tools)
    assert [(one["line"], one["column"], one["key"], one["outcome"]) for one in await problems(admin_client, id)] == [
        (2, row.code, "attribute.option_not_found", "ROW_REFUSED")
    ]
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE email = $1", ann) == 0
    assert await stored(connection, ben) == {row.code: ["m"]}


async def test_a_mapped_file(admin_client: Any, tools: Tools, connection: Any):
    size = await make_attribute(connection, label="Size of shoe")
    door = await make_attribute(connection, entity="ADDRESS", label="Door")
    ann = f"attributed.{next(NAMES)}@shop.example"
    names = ["Mail", "Given name", "Surname", "Size of shoe", "Street", "City", "Zip", "Country", "Phone", "door"]
    content = ";".join(names) + f"\n{ann};Ann;Lee;42;1 High St;York;YO1 1AA;GB;01904 555 0101;blue\n"
    id = await upload(admin_client, content.encode(), layout="MAPPED", websiteId=encode_id("web", 1))
    shown = "query T($id: ID!) { customerImport(id: $id) { columns { name target } targets { key label } } }"
    told = (await admin_client.data(shown, id=id))["customerImport"]
    assert {"key": size.code, "label": "Size of shoe"} in told["targets"]
    assert {"key": f"_address_{door.code}", "label": "Address: Door"} in told["targets"]
    suggested = {one["name"]: one["target"] for one in told["columns"]}
    assert (suggested["Size of shoe"], suggested["Zip"]) == (size.code, "_address_postcode")
    mapping = [{"column": name, "target": target} for name, target in suggested.items() if target is not None]
    mapping += [{"column": "door", "target": f"_address_{door.code}"}]
    unknown = [*mapping[:-1], {"column": "door", "target": "a_never"}]
    refused = (await admin_client.data(MAP, input={"id": id, "mapping": unknown}))["customerImportMap"]
    assert [one["key"] for one in refused["userErrors"]] == ["import.target_unknown"]
    answer = (await admin_client.data(MAP, input={"id": id, "mapping": mapping}))["customerImportMap"]
    assert answer["userErrors"] == []
    assert await run_import(admin_client, tools, id, dry_run=True) == {"read": 1, "created": 1}
    assert await run_import(admin_client, tools, id) == {"read": 1, "created": 1}
    assert await stored(connection, ann) == {size.code: ["42"]}
    [row] = await connection.fetch(OF_ADDRESSES, ann, "York")
    assert (row.code, row.value) == (door.code, ["blue"])


async def test_a_kept_mapping_names_attributes_as_long_as_they_are_there(
    admin_client: Any, tools: Tools, connection: Any
):
    row, name = await make_attribute(connection), f"With attributes {next(NAMES)}"
    mapping = [{"column": one, "target": one} for one in ("email", "firstname", "lastname", row.code)]
    kept = "{ customerImportMappings(first: 100) { nodes { name columns { column target } } } }"

    async def upload_one() -> tuple[str, str]:
        email = f"attributed.{next(NAMES)}@shop.example"
        content = f"email;firstname;lastname;{row.code}\n{email};Ann;Lee;42\n"
        return await upload(admin_client, content.encode(), layout="MAPPED", websiteId=encode_id("web", 1)), email

    first, _ = await upload_one()
    done = (await admin_client.data(MAP, input={"id": first, "mapping": mapping, "saveAs": name}))["customerImportMap"]
    assert done["userErrors"] == []
    nodes = (await admin_client.data(kept))["customerImportMappings"]["nodes"]
    [columns] = [one["columns"] for one in nodes if one["name"] == name]
    assert columns == mapping
    second, email = await upload_one()
    done = (await admin_client.data(MAP, input={"id": second, "mapping": columns}))["customerImportMap"]
    assert done["userErrors"] == []
    assert await run_import(admin_client, tools, second) == {"read": 1, "created": 1}
    assert await stored(connection, email) == {row.code: ["42"]}
    await connection.execute("DELETE FROM customer_attribute WHERE attribute_id = $1", row.id)
    await connection.execute("DELETE FROM attribute WHERE id = $1", row.id)
    third, _ = await upload_one()
    done = (await admin_client.data(MAP, input={"id": third, "mapping": columns}))["customerImportMap"]
    assert [(one["key"], one["path"]) for one in done["userErrors"]] == [
        ("import.target_unknown", ["mapping", "3", "target"])
    ]


async def test_a_mapped_column_whose_attribute_is_gone_is_told(admin_client: Any, tools: Tools, connection: Any):
    row = await make_attribute(connection)
    ann = f"attributed.{next(NAMES)}@shop.example"
    content = f"email;firstname;lastname;{row.code}\n{ann};Ann;Lee;42\n"
    id = await upload(admin_client, content.encode(), layout="MAPPED", websiteId=encode_id("web", 1))
    mapping = [{"column": name, "target": name} for name in ("email", "firstname", "lastname", row.code)]
    assert (await admin_client.data(MAP, input={"id": id, "mapping": mapping}))["customerImportMap"]["userErrors"] == []
    await connection.execute("DELETE FROM attribute WHERE id = $1", row.id)
    assert await run_import(admin_client, tools, id) == {"read": 1, "created": 1}
    told = [(one["column"], one["key"], one["outcome"]) for one in await problems(admin_client, id)]
    assert told == [(row.code, "attribute.unknown", "CELL_LEFT_OUT")]


@pytest.mark.parametrize("layout", ["ADOBE_CUSTOMERS", "ADOBE_ADDRESSES", "ADOBE_COMPOSITE"])
@pytest.mark.parametrize("is_safe", [True, False])
async def test_importing_an_export_again_changes_nothing(
    layout: str, is_safe: bool, admin_client: Any, tools: Tools, connection: Any
):
    of_customers = await every_type(connection)
    of_addresses = await every_type(connection, entity="ADDRESS")
    ann = f"attributed.{next(NAMES)}@shop.example"
    cells = {row.code: GIVEN[type][0] for type, row in of_customers.items()}
    cells |= {f"_address_{row.code}": GIVEN[type][0] for type, row in of_addresses.items()}
    cells[of_customers["TEXT"].code] = "=1+1"
    home = {f"_address_{name}": cell for name, cell in HOME.items() if not name.startswith("_")}
    file = sheet(ANN | {"email": ann} | home | cells)
    first = await upload(admin_client, file.encode(), layout="ADOBE_COMPOSITE")
    assert await run_import(admin_client, tools, first) == {"read": 1, "created": 1}
    assert await problems(admin_client, first) == []
    before = await stored(connection, ann)
    assert len(before) == len(KINDS)
    assert before[of_customers["TEXT"].code] == ["=1+1"]
    id = await connection.fetchval("SELECT id FROM customer WHERE email = $1", ann)
    chosen = {"selection": {"ids": [encode_id("cus", id)]}, "layout": layout, "isSpreadsheetSafe": is_safe}
    content = await export(admin_client, tools, {"customers": chosen})
    [row] = read_csv(content)
    if layout != "ADOBE_ADDRESSES":
        assert row[of_customers["MULTI_SELECT"].code] == "m,s"
        assert row[of_customers["MULTILINE"].code] == "a\nb"
        assert row[of_customers["BOOLEAN"].code] == "0"
    if layout != "ADOBE_CUSTOMERS":
        prefix = "_address_" if layout == "ADOBE_COMPOSITE" else ""
        assert row[prefix + of_addresses["DATE"].code] == "1979-10-31"
    version = "SELECT version FROM customer WHERE id = $1"
    stamped = await connection.fetchval(version, id)
    again = await upload(admin_client, content, layout=layout)
    assert await run_import(admin_client, tools, again) == {"read": 1, "unchanged": 1}
    assert await problems(admin_client, again) == []
    assert (await connection.fetchval(version, id), await stored(connection, ann)) == (stamped, before)
